"""What the parties of a negotiation demand and care for, and which demands cannot be met together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from comity.engine.bargaining.conflicts import Clash, Demand, GivingWay, clash
from comity.engine.bargaining.space import Floats, Space
from comity.errors import Refused
from comity.findings.package_space import DECIMALS, Line, names_of
from comity.findings.packages import Care, ConflictFinding, DemandFinding, GivingWayFinding
from comity.record.negotiation import Negotiation


def demands_of(space: Space, lines: Sequence[Line]) -> tuple[Demand, ...]:
    """Every line of every party, then the floor of each."""
    floors = tuple(Demand(party) for party in range(space.n_parties))
    return (*(Demand(line.party, line.refusals) for line in lines), *floors)


def check_each_party(negotiation: Negotiation, space: Space, lines: Sequence[Line]) -> None:
    """Refuse what one party's own lines make impossible: that is a slip of the pen, not a conflict."""
    for number, party in enumerate(negotiation.parties):
        own = [line for line in lines if line.party == number]
        if not own:
            continue
        file = party.file or negotiation.title
        alone = [
            (line.refusals[0].where[0]) for line in own if line.refusals and len(line.refusals[0].where) == 1
        ]
        for place, issue in enumerate(negotiation.issues):
            refused_options = {option for where, options in alone if where == place for option in options}
            if len(refused_options) == len(issue.options):
                raise Refused(
                    "refuses-everything",
                    f"{file}: {party.name!r} refuses every option of issue {issue.name!r}; leave it at least one",
                )
        found = clash(space, [Demand(number, line.refusals) for line in own])
        if found is not None:
            texts = [own[n].says for n in found.conflicts[0]]
            raise Refused(
                "contradiction",
                f"{file}: what {party.name!r} demands contradicts itself, no package meets it all: "
                + "; ".join(texts),
            )


def demand_findings(space: Space, lines: Sequence[Line]) -> tuple[DemandFinding, ...]:
    """The same in words, in the same order."""
    said = [DemandFinding(line.party, line.kind, line.says, line.reason, line.published) for line in lines]
    floors = [
        DemandFinding(party, "floor", f"asks for at least what it has without an agreement ({value:.4g})")
        for party, value in enumerate(space.floor)
    ]
    return (*said, *floors)


def conflict_finding(negotiation: Negotiation, found: Clash) -> ConflictFinding:
    """Which demands clash, and who could give way so that a package is left."""
    return ConflictFinding(
        found.conflicts,
        found.finished,
        _way(negotiation, found.joint),
        tuple(_way(negotiation, way) for way in found.of_party),
    )


def _way(negotiation: Negotiation, way: GivingWay | None) -> GivingWayFinding | None:
    return None if way is None else GivingWayFinding(way.demands, names_of(negotiation, way.package))


def cares_of(negotiation: Negotiation, space: Space) -> tuple[tuple[Care, ...], ...]:
    """For every issue, every party's care."""
    swing = np.stack([table.max(axis=1) - table.min(axis=1) for table in space.points])
    total = swing.sum(axis=0)
    share = swing / np.where(total > 0, total, 1.0)
    rank = 1 + (share[None, :, :] > share[:, None, :] + 1e-12).sum(axis=1)
    return tuple(
        tuple(
            Care(
                round(float(share[place, party]), DECIMALS),
                int(rank[place, party]),
                _order(issue.options, space.points[place][party]),
            )
            for party in range(space.n_parties)
        )
        for place, issue in enumerate(negotiation.issues)
    )


def _order(options: Sequence[str], points: Floats) -> tuple[tuple[str, ...], ...]:
    levels = sorted({float(value) for value in points}, reverse=True)
    return tuple(
        tuple(option for option, value in zip(options, points, strict=True) if float(value) == level)
        for level in levels
    )
