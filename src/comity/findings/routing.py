"""Which statement to put next to a person, from the findings that were published last.

The method is `engine.opinion.routing` (docs/methods/routing.md); here its numbers are taken from what is published:
counts of the sides, places on the map, the direction of each statement. Nothing else is known of anybody, so what is
chosen can be computed again. Nothing here needs scipy but `outlook_of`, which runs where findings are computed.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.routing import Outlook, Standings, gain_of, next_statement, outlook, place_gain
from comity.findings.findings import Findings, MapPoint, Tally

Floats = npt.NDArray[np.float64]
NEGLIGIBLE = 1e-3
"""Chance of belonging to a group below which nothing is computed for it."""


@dataclass(frozen=True)
class Waiting:
    """A statement that somebody could be shown. n_votes: how many people answered it, as of now."""

    statement_id: str
    n_votes: int


@dataclass(frozen=True, eq=False)
class Routing:
    """What the choice rests on. The last column of every table is a statement that these findings do not have yet.

    column: of each statement, by id. counted: answers of everybody, agrees, takes_side: shares of everybody, drawn to
    one half as Beta(1, 1) does; shape (n_statements + 1,). loading: shape (n_statements + 1, d). side: number of each
    side, by id; empty where there is none, and then everybody is one side. usual: chance of each opinion group, or end,
    for somebody without a place. ends: positions on the main axis within which nobody is at an end.
    """

    size: int
    known: Outlook
    column: dict[str, int]
    counted: npt.NDArray[np.int64]
    agrees: Floats
    takes_side: Floats
    loading: Floats
    side: dict[str, int]
    usual: dict[str, float]
    points: dict[str, MapPoint]
    ends: tuple[float, float] | None
    _gains: dict[bytes, Floats] = field(default_factory=dict)

    def next(
        self,
        participant: str,
        party: str | None,
        waiting: Sequence[Waiting],
        turn: int,
        answered: Sequence[str] = (),
    ) -> int | None:
        """Which of those waiting to show, by its place in the list; None where none waits.

        turn: how many this person has answered; with the person it makes the seed of the lots that are drawn.
        answered: which ones, to know how well they tell his or her place.
        """
        if not waiting:
            return None
        columns = self._columns([item.statement_id for item in waiting])
        of_map, behind = self._of_map(columns, self._columns(answered))
        return next_statement(
            self._expected_gain(self.points.get(participant), party)[columns],
            of_map,
            np.array([item.n_votes for item in waiting]),
            np.zeros(len(waiting), np.bool_),
            _seed(participant, turn),
            self.counted[columns],
            behind,
        )

    def _of_map(self, waiting: npt.NDArray[np.int64], answered: npt.NDArray[np.int64]) -> tuple[Floats, bool]:
        """What an answer to each of those waiting tells of the person's place, and whether that comes first."""
        columns = np.concatenate([waiting, answered])
        agrees = self.agrees[columns]
        telling = self.takes_side[columns] * agrees * (1.0 - agrees)
        part, behind = place_gain(telling, self.loading[columns], np.arange(len(columns)) >= len(waiting))
        return part[: len(waiting)], behind

    def _columns(self, statements: Sequence[str]) -> npt.NDArray[np.int64]:
        newer = len(self.column)
        return np.array([self.column.get(name, newer) for name in statements], dtype=np.int64)

    def _expected_gain(self, point: MapPoint | None, party: str | None) -> Floats:
        """Over the groups, or ends, that the person may belong to; the party is known."""
        if not self.side:
            return self._gain(np.ones(1, np.bool_))
        member = np.zeros(len(self.side), np.bool_)
        own = self.side.get(f"party:{party}")
        if own is not None:
            member[own] = True
        chances = {name: chance for name, chance in self._chances(point).items() if chance > NEGLIGIBLE}
        elsewhere = max(1.0 - sum(chances.values()), 0.0)
        expected = elsewhere * self._gain(member)
        for name, chance in chances.items():
            also = member.copy()
            also[self.side[name]] = True
            expected += chance * self._gain(also)
        return expected

    def _chances(self, point: MapPoint | None) -> dict[str, float]:
        """How probably somebody belongs to each group, or end."""
        if point is None:
            return self.usual
        if self.ends is not None:
            low, high = self.ends
            along, spread = point.position[0], max(point.spread[0], 1e-9)
            return {"end:1": _normal((low - along) / spread), "end:2": _normal((along - high) / spread)}
        if point.group is None:
            return self.usual
        others = {name: chance for name, chance in self.usual.items() if name != point.group}
        rest = (1.0 - point.membership) / max(sum(others.values()), 1e-9)
        return {point.group: point.membership} | {name: rest * chance for name, chance in others.items()}

    def _gain(self, member: npt.NDArray[np.bool_]) -> Floats:
        """Few people differ in all their sides, so that most gains are looked up."""
        kind = member.tobytes()
        found = self._gains.get(kind)
        if found is None:
            found = self._gains[kind] = gain_of(self.known, member)
        return found


def standings_of(findings: Findings) -> Standings:
    """The counts of every side, and at the end a column of zeros for statements that are newer than the findings.

    A person may be in one side of each kind (a party and a group). Who is in none is not published; everybody less
    those in the sides of one kind stands for them, of that kind which has most answers.
    """
    everybody = _counts([[statement.tally for statement in findings.statements]])
    if not findings.sides:
        return Standings(everybody[0], everybody[1], everybody.sum(axis=0), np.array([False]))
    of_sides = _counts(
        [
            [statement.supports[number].tally for statement in findings.statements]
            for number in range(len(findings.sides))
        ]
    )
    by_kind = [
        of_sides[:, [side.kind == kind for side in findings.sides]].sum(axis=1)
        for kind in dict.fromkeys(side.kind for side in findings.sides)
    ]
    largest = max(by_kind, key=lambda counts: counts.sum())
    others = np.maximum(everybody[:, 0] - largest, 0)
    agreed, disagreed, _ = of_sides
    return Standings(
        agreed,
        disagreed,
        of_sides.sum(axis=0),
        np.array([side.is_delegation for side in findings.sides]),
        np.array([others[0], others[1], others.sum(axis=0)]),
        everybody.sum(axis=(0, 1)),
    )


def _counts(rows: list[list[Tally]]) -> npt.NDArray[np.int64]:
    """Agreed, disagreed, passed: shape (3, len(rows), n_statements + 1)."""
    found = [[(tally.agreed, tally.disagreed, tally.passed) for tally in row] + [(0, 0, 0)] for row in rows]
    return np.moveaxis(np.array(found, dtype=np.int64), 2, 0)


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
    groups = {side.side_id: side.on_map for side in findings.sides if side.kind == "group"}
    ends = {side.side_id: 0.25 for side in findings.sides if side.kind == "end"}
    return Routing(
        findings.head.size if findings.head else 0,
        known,
        {item.statement.statement_id: column for column, item in enumerate(findings.statements)},
        voted.astype(np.int64),
        (agreed + 1.0) / (sided + 2.0),
        (sided + 1.0) / (voted + 2.0),
        loading,
        {side.side_id: number for number, side in enumerate(findings.sides)},
        ends | {group: size / max(sum(groups.values()), 1) for group, size in groups.items()},
        {point.participant_id: point for point in points},
        (float(low), float(high)) if has_ends else None,
    )


def _normal(z: float) -> float:
    """The standard normal distribution function."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def _seed(participant: str, turn: int) -> int:
    """The same person in the same turn is shown the same statement, on any computer."""
    return int.from_bytes(hashlib.sha256(f"{participant}\n{turn}".encode()).digest()[:8], "big")
