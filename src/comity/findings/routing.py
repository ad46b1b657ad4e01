"""Which statement to put next to a person, from the findings that were published last.

The method is `engine.opinion.routing` (docs/methods/routing.md); here its numbers are taken from what is published:
counts of the sides, places on the map, the direction of each statement. Nothing else is known of anybody, so what is
chosen can be computed again. Nothing here needs scipy but `outlook_of`, which runs where findings are computed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.routing import Outlook, Standings, gain_of, next_statement, outlook, place_gain
from comity.findings.findings import Findings, MapPoint, Tally

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Waiting:
    """A statement that somebody could be shown. n_votes: how many people answered it, as of now."""

    statement_id: str
    n_votes: int


@dataclass(frozen=True, eq=False)
class Routing:
    """What the choice rests on. The last column of every table is a statement that these findings do not have yet.

    column: of each statement, by id. agrees, takes_side: counted shares of everybody, drawn to one half as Beta(1, 1)
    does; shape (n_statements + 1,). loading: shape (n_statements + 1, d). side: number of each side, by id; empty where
    there is none, and then everybody is one side. ends: positions on the main axis within which nobody is at an end.
    """

    size: int
    known: Outlook
    column: dict[str, int]
    agrees: Floats
    takes_side: Floats
    loading: Floats
    side: dict[str, int]
    points: dict[str, MapPoint]
    ends: tuple[float, float] | None
    _gains: dict[bytes, Floats] = field(default_factory=dict)

    def next(self, participant: str, party: str | None, waiting: Sequence[Waiting], turn: int) -> int | None:
        """Which of those waiting to show, by its place in the list; None where none waits.

        turn: how many this person has answered; with the person it makes the seed of the lots that are drawn.
        """
        if not waiting:
            return None
        point = self.points.get(participant)
        columns = np.array([self.column.get(item.statement_id, len(self.column)) for item in waiting])
        covariance = np.eye(self.loading.shape[1])
        if point is not None:
            for axis, spread in enumerate(point.spread[: len(covariance)]):
                covariance[axis, axis] = spread**2
        of_map = place_gain(self.agrees[columns], self.takes_side[columns], self.loading[columns], covariance)
        return next_statement(
            self._gain(self._sides(point, party))[columns],
            of_map,
            np.array([item.n_votes for item in waiting]),
            np.zeros(len(waiting), np.bool_),
            _seed(participant, turn),
        )

    def _sides(self, point: MapPoint | None, party: str | None) -> npt.NDArray[np.bool_]:
        if not self.side:
            return np.ones(1, np.bool_)
        names = [f"party:{party}"]
        if point is not None:
            names.append(point.group or "")
            if self.ends is not None:
                names += [f"end:{1 + at}" for at, out in enumerate(self._outside(point.position[0])) if out]
        member = np.zeros(len(self.side), np.bool_)
        member[[self.side[name] for name in names if name in self.side]] = True
        return member

    def _outside(self, along: float) -> tuple[bool, bool]:
        low, high = self.ends or (-np.inf, np.inf)
        return along <= low, along >= high

    def _gain(self, member: npt.NDArray[np.bool_]) -> Floats:
        """Few people differ in all their sides, so that most gains are looked up."""
        kind = member.tobytes()
        found = self._gains.get(kind)
        if found is None:
            found = self._gains[kind] = gain_of(self.known, member)
        return found


def standings_of(findings: Findings) -> Standings:
    """The counts of every side, and at the end a column of zeros for statements that are newer than the findings."""
    rows: list[list[Tally]] = [
        [statement.supports[number].tally for statement in findings.statements]
        for number in range(len(findings.sides))
    ]
    if not rows:
        rows = [[statement.tally for statement in findings.statements]]

    def counts(name: str) -> npt.NDArray[np.int64]:
        found = [[int(getattr(tally, name)) for tally in row] + [0] for row in rows]
        return np.array(found, dtype=np.int64)

    return Standings(counts("agreed"), counts("disagreed"), counts("voted"))


def outlook_of(standings: Standings, threshold: float) -> Outlook:
    """How the sides stand and would stand: the only part that needs scipy, and that grows with sides and statements."""
    return outlook(standings, threshold)


def routing_of(findings: Findings, known: Outlook) -> Routing:
    """Everything that `Routing.next` looks up. known: `outlook_of(standings_of(findings), threshold)`."""
    agreed, disagreed, voted = (
        np.array([getattr(item.tally, name) for item in findings.statements] + [0], dtype=np.float64)
        for name in ("agreed", "disagreed", "voted")
    )
    sided = agreed + disagreed
    d = max((len(item.position or ()) for item in findings.statements), default=0)
    loading = np.zeros((len(findings.statements) + 1, d))
    for row, item in enumerate(findings.statements):
        loading[row, : len(item.position or ())] = item.position or ()
    points = findings.opinion_map.points
    has_ends = any(side.kind == "end" for side in findings.sides) and bool(points)
    along = np.array([point.position[0] for point in points if point.position])
    low, high = np.quantile(along, [0.25, 0.75]) if has_ends else (0.0, 0.0)
    return Routing(
        findings.head.size if findings.head else 0,
        known,
        {item.statement.statement_id: column for column, item in enumerate(findings.statements)},
        (agreed + 1.0) / (sided + 2.0),
        (sided + 1.0) / (voted + 2.0),
        loading,
        {side.side_id: number for number, side in enumerate(findings.sides)},
        {point.participant_id: point for point in points},
        (float(low), float(high)) if has_ends else None,
    )


def _seed(participant: str, turn: int) -> int:
    """The same person in the same turn is shown the same statement, on any computer."""
    return int.from_bytes(hashlib.sha256(f"{participant}\n{turn}".encode()).digest()[:8], "big")
