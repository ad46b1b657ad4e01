"""Everything that is computed about statements, once everybody has a place and a side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from comity.engine.opinion.common_ground import CommonGroundTable, common_ground
from comity.engine.opinion.differences import (
    differences,
    divisiveness,
)
from comity.engine.opinion.passing import passing
from comity.engine.opinion.support import Share, corrected_shares, share, share_of_sides
from comity.engine.opinion.tallies import Counts, Tallies, tallies
from comity.engine.votes import Floats, VoteMatrix
from comity.findings.compared import Place
from comity.findings.parameters import Parameters
from comity.findings.sides import (
    SideMembers,
    side_tallies,
)


@dataclass(frozen=True, eq=False)
class Analysis:
    """Everything computed about statements; columns in canonical order, sides in the order given."""

    everybody: Tallies
    counted: Tallies
    voted: Counts
    agree_all: Share
    disagree_all: Share
    agree: Share
    disagree: Share
    corrected: tuple[Share, Share] | None
    ground: CommonGroundTable | None
    contrary: Floats
    partial: Floats
    gap: Floats
    gap_spread: Floats
    divisive: Floats

    @classmethod
    def of(cls, votes: VoteMatrix, place: Place, sides: list[SideMembers], chosen: Parameters) -> Analysis:
        everybody = tallies(votes, np.zeros(votes.n_participants, np.int64), 1)
        counted = side_tallies(votes, sides)
        delegations = np.array([side.is_delegation for side in sides], dtype=bool)
        ground = common_ground(counted, delegations, chosen.threshold) if sides else None
        apart = differences(counted, ground.sides, delegations) if ground is not None else None
        nothing = np.zeros(votes.n_statements)
        return cls(
            everybody,
            counted,
            counted.voted,
            share(everybody.agreed[0], everybody.voted[0], chosen.interval),
            share(everybody.disagreed[0], everybody.voted[0], chosen.interval),
            share_of_sides(counted.agreed, counted.voted, delegations, chosen.interval),
            share_of_sides(counted.disagreed, counted.voted, delegations, chosen.interval),
            _corrected(votes, place, sides, chosen) if place.model is not None else None,
            ground,
            nothing if apart is None else apart.contrary,
            nothing if apart is None else apart.partial,
            nothing if apart is None else apart.gap,
            nothing if apart is None else apart.gap_spread,
            divisiveness(everybody),
        )


def _corrected(
    votes: VoteMatrix, place: Place, sides: list[SideMembers], chosen: Parameters
) -> tuple[Share, Share]:
    assert place.model is not None
    nobody = np.zeros((0, votes.n_participants), bool)
    # A party's delegation speaks for all of it: there is nobody else whose answers could be guessed.
    speaks = [side.is_delegation and side.kind == "party" for side in sides]
    asked = [side.members & (not alone) for side, alone in zip(sides, speaks, strict=True)]
    members = np.stack(asked) if sides else nobody
    return corrected_shares(votes, place.model, passing(votes), members, interval=chosen.interval)
