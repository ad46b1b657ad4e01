"""The sides of a consultation: opinion groups, the ends of a spectrum, parties or their blocs; who is in each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.tallies import Tallies, tallies
from comity.engine.votes import VoteMatrix
from comity.findings.parameters import Parameters
from comity.record.consultation import Party

Members = npt.NDArray[np.bool_]
SMALLEST_SPECTRUM = 20
"""Placed participants from which the ends of a spectrum are looked at."""


@dataclass(frozen=True, eq=False)
class SideMembers:
    """One side and who belongs to it. members: shape (n_participants,)."""

    side_id: str
    kind: str
    name: str
    members: Members
    party: Party | None = None
    is_delegation: bool = False


def group_sides(group: npt.NDArray[np.int64]) -> list[SideMembers]:
    """One side a group. group: shape (n_participants,), -1 for nobody's."""
    letters = [chr(ord("A") + g) for g in range(int(group.max(initial=-1)) + 1)]
    return [SideMembers(f"group:{a}", "group", f"Group {a}", group == g) for g, a in enumerate(letters)]


def end_sides(along: npt.NDArray[np.float64], placed: Members) -> list[SideMembers]:
    """The quarter of placed participants at either end of the main axis; none where they are few.

    along: shape (n_participants,), position on the main axis.
    """
    if placed.sum() < SMALLEST_SPECTRUM:
        return []
    low, high = np.quantile(along[placed], [0.25, 0.75])
    if low >= high:
        return []
    return [
        SideMembers("end:1", "end", "End 1", placed & (along <= low)),
        SideMembers("end:2", "end", "End 2", placed & (along >= high)),
    ]


def party_sides(
    parties: tuple[Party, ...], party_of: npt.NDArray[np.int32], parameters: Parameters
) -> list[SideMembers]:
    """One side a party that has participants; none where every party is a single participant.

    There, parties are the participants themselves, and groups and blocs are the sides (states in an assembly).
    """
    sizes = np.bincount(party_of[party_of >= 0], minlength=len(parties))
    if sizes.max(initial=0) <= 1:
        return []
    return [
        SideMembers(
            f"party:{party.party_id}",
            "party",
            party.name,
            party_of == index,
            party,
            bool(sizes[index] < parameters.delegation_below),
        )
        for index, party in enumerate(parties)
        if sizes[index]
    ]


def bloc_sides(parties: tuple[Party, ...], party_of: npt.NDArray[np.int32]) -> list[SideMembers]:
    """One side a bloc, in the order of their names, where every party is a single participant; else none.

    A bloc is all of its members and no sample of them, so their answers are its position, as a delegation's are. A
    party without a bloc belongs to none of these sides. One bloc alone is no side: there is no other to compare with.
    """
    names = sorted({party.bloc for party in parties if party.bloc})
    sizes = np.bincount(party_of[party_of >= 0], minlength=len(parties))
    if len(names) < 2 or sizes.max(initial=0) > 1:
        return []
    number = np.array([names.index(party.bloc) if party.bloc else -1 for party in parties])
    bloc_of = np.where(party_of >= 0, number[party_of], -1)
    sizes = np.bincount(bloc_of[bloc_of >= 0], minlength=len(names))
    return [
        SideMembers(
            f"bloc:{name}",
            "bloc",
            name,
            bloc_of == index,
            is_delegation=True,
        )
        for index, name in enumerate(names)
        if sizes[index]
    ]


def side_tallies(votes: VoteMatrix, sides: list[SideMembers]) -> Tallies:
    """Counts of all sides, shape (len(sides), n_statements). Sides may overlap."""
    counted = [tallies(votes, np.where(side.members, 0, -1), 1) for side in sides]
    if not counted:
        empty = np.zeros((0, votes.n_statements), np.int64)
        return Tallies(empty, empty, empty)
    return Tallies(
        np.concatenate([one.agreed for one in counted]),
        np.concatenate([one.disagreed for one in counted]),
        np.concatenate([one.passed for one in counted]),
    )
