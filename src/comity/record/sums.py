"""What may be published where single votes may not: sums by party, none of them about a handful of people.

A party is broken out on a statement only if it has at least `floor` members and at least `floor` of them answered
it. All others are summed up together as the rest; where the rest would be fewer than `floor`, the smallest party
shown joins it, for a rest can be had by subtraction. A statement that fewer than `floor` answered shows nothing.
Members without a party count as one more party, called None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.record.state import VOTING_ROLES, State


@dataclass(frozen=True)
class Sum:
    """How many of a party answered which way; last answers only."""

    agreed: int
    disagreed: int
    passed: int

    @property
    def voted(self) -> int:
        return self.agreed + self.disagreed + self.passed

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.agreed + other.agreed, self.disagreed + other.disagreed, self.passed + other.passed)


@dataclass(frozen=True)
class PublishedSums:
    """One statement: the parties that may be shown, and everybody else together (None where that is nobody)."""

    statement: str
    parties: Mapping[str | None, Sum]
    rest: Sum | None

    @property
    def voted(self) -> int:
        return sum(
            (item.voted for item in self.parties.values()), 0 if self.rest is None else self.rest.voted
        )


def published_sums(state: State) -> tuple[PublishedSums, ...]:
    """The sums of every statement, as the promise of this consultation allows; in order of submission."""
    if state.settings is None:
        return ()
    floor = state.settings.floor
    parties = [*state.parties, None]
    sizes = Counter(member.party for member in state.members.values() if member.role in VOTING_ROLES)
    table = _table(state, parties)
    return tuple(
        _published(statement, dict(zip(parties, map(_sum, rows), strict=True)), sizes, floor)
        for statement, rows in zip(state.statements, table, strict=True)
    )


def broken_out(
    sums: Mapping[str | None, Sum], sizes: Mapping[str | None, int], floor: int
) -> list[str | None]:
    """Which parties may be shown beside the rest.

    >>> broken_out({"a": Sum(9, 0, 0), "b": Sum(5, 1, 0), "c": Sum(1, 0, 0)}, {"a": 9, "b": 6, "c": 1}, 5)
    ['a']
    """
    shown = [party for party in sums if sizes.get(party, 0) >= floor and sums[party].voted >= floor]
    shown.sort(key=lambda party: -sums[party].voted)
    rest = sum(item.voted for party, item in sums.items() if party not in shown)
    while shown and 0 < rest < floor:
        rest += sums[shown.pop()].voted
    return [party for party in sums if party in shown]


def _published(
    statement: str, sums: Mapping[str | None, Sum], sizes: Mapping[str | None, int], floor: int
) -> PublishedSums:
    shown = broken_out(sums, sizes, floor)
    rest = Sum(0, 0, 0)
    for party, item in sums.items():
        if party not in shown:
            rest = rest + item
    return PublishedSums(
        statement, {party: sums[party] for party in shown}, rest if rest.voted >= floor else None
    )


def _table(state: State, parties: Sequence[str | None]) -> npt.NDArray[np.int64]:
    """Last answers counted: shape (n_statements, n_parties, 3): disagree, pass, agree."""
    number = {party: place for place, party in enumerate(parties)}
    party_of = np.array([number[member.party] for member in state.members.values()], dtype=np.int64)
    events = np.fromiter(
        (event for member in state.members.values() for event in member.answers.values()), dtype=np.int64
    )
    member = np.array(state.vote_member, dtype=np.int64)[events]
    statement = np.array(state.vote_statement, dtype=np.int64)[events]
    answer = np.array(state.vote_answer, dtype=np.int64)[events]
    cell = (statement * len(parties) + party_of[member]) * 3 + answer + 1
    counts = np.bincount(cell, minlength=len(state.statements) * len(parties) * 3)
    return counts.reshape(len(state.statements), len(parties), 3)


def _sum(row: npt.NDArray[np.int64]) -> Sum:
    return Sum(int(row[2]), int(row[0]), int(row[1]))
