"""Counting winning coalitions exactly, however the rule is nested: one layer of states a party, alike states merged.

Parties are taken one after the other, the weightiest first, and equal ones together. What has been decided so
far matters only through the yes weight on each line of the rule; two sums are the same state if no later
choice can tell them apart, that is, if for every leaf that still matters the same sums of the remaining
weights would reach what is missing. A state in which the rule can no longer be stopped (or met) is closed.
Paths from the top and winning completions from below are then multiplied, state by state.

A *mark* is a whole number that every coalition carries: the sum of its members' marks (1 each: its size).

Notation: top[s, a]: number of ways to reach state s with mark a; below[s, b]: number of ways to win from s by
adding mark b. Numbers are doubles while 2^n is below 2^53, so that every sum is exact, and Python integers
beyond.

Source: the layered diagrams of S. Bolus, "Power indices of simple games and vector-weighted majority games by
means of binary decision diagrams", European Journal of Operational Research 210 (2011), whose idea of merging
by what later choices can tell apart is used here over whole layers; the code is our own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from comity.engine.power.rules import Branch, Integers, Leaf, Thresholds

EXACT_IN_DOUBLES = 52
"""Up to so many parties every count is a whole number below 2^53."""
MOST_STATES = 600_000
MOST_CELLS = 60_000_000
"""States times marks over all layers: half a gigabyte of doubles."""
MOST_LONG_CELLS = 2_000_000
"""The same where the counts are Python integers, which are larger and slower."""
MOST_SUMS = 1 << 14
WON, LOST = -1, -2

Counts = npt.NDArray[Any]


class TooManyStates(Exception):
    """The rule has too many different states to be counted exactly here."""


@dataclass(frozen=True, eq=False)
class Group:
    """Parties that no part of the rule can tell apart. members: their numbers, ascending; weights: one a line."""

    members: tuple[int, ...]
    weights: Integers
    mark: int


@dataclass(frozen=True, eq=False)
class _Layer:
    """States before one group decides, and where each number of its members leads (an index, WON or LOST)."""

    states: Integers
    child: Integers


@dataclass(frozen=True)
class Tally:
    """Coalitions counted. All counts are exact Python integers.

    winning: by mark, length n_marks. swings: for each party, by mark, the coalitions of others that lose
    without it and win with it. n_minimal: winning coalitions that lose without any one member; None where
    the lines of the rule do not order the parties alike.
    """

    winning: tuple[int, ...]
    swings: tuple[tuple[int, ...], ...]
    n_minimal: int | None


def groups_of(form: Thresholds, marks: Sequence[int], *, apart: bool = False) -> tuple[Group, ...]:
    """Parties that are alike, the weightiest group first; or, `apart`, every party by itself."""
    share = form.weights / np.maximum(form.weights.sum(axis=1, keepdims=True), 1)
    alike: dict[tuple[int, ...], list[int]] = {}
    for party in np.argsort(-share.sum(axis=0), kind="stable"):
        own = int(party) if apart else -1
        key = (own, *(int(w) for w in form.weights[:, party]), marks[party])
        alike.setdefault(key, []).append(int(party))
    return tuple(
        Group(tuple(sorted(members)), np.array(key[1:-1], dtype=np.int64), key[-1])
        for key, members in alike.items()
    )


def are_ordered(groups: Sequence[Group]) -> bool:
    """Whether each group weighs at least as much as the next on every line."""
    return all(bool(np.all(before.weights >= after.weights)) for before, after in pairwise(groups))


class Diagram:
    """The layers of one rule. marks: a whole number from 0 for every party; their sum is the highest mark.
    apart: parties that are alike are kept apart all the same, for numbers that differ between them.

    Raises TooManyStates where a layer grows beyond MOST_STATES.
    """

    def __init__(self, form: Thresholds, marks: Sequence[int] | None = None, *, apart: bool = False) -> None:
        self.form = form
        self.n_parties = form.weights.shape[1]
        self.marks = tuple(marks) if marks is not None else (1,) * self.n_parties
        self.groups = groups_of(form, self.marks, apart=apart)
        self.n_marks = sum(self.marks) + 1
        self.exact: Any = np.float64 if self.n_parties <= EXACT_IN_DOUBLES else object
        self.layers: list[_Layer] = []
        self._cells = 0
        self.start = self._build()
        self._below: list[Counts] | None = None

    # Layers -----------------------------------------------------------------------------------------------

    def _build(self) -> int:
        rest = _remaining_sums(self.groups)
        states = np.zeros((1, self.form.weights.shape[0]), dtype=np.int64)
        status, _ = _look(self.form, states, rest[0])
        if status[0] != 0:
            return int(status[0])
        for position, group in enumerate(self.groups):
            steps = np.arange(len(group.members) + 1, dtype=np.int64)
            following = states[:, None, :] + steps[None, :, None] * group.weights[None, None, :]
            flat = following.reshape(-1, states.shape[1])
            child, states_after = _merged(self.form, flat, rest[position + 1])
            self.layers.append(_Layer(states, child.reshape(len(states), len(steps))))
            self._check(len(states_after))
            states = states_after
        return 0

    def _check(self, n_states: int) -> None:
        self._cells += n_states * self.n_marks
        most = MOST_LONG_CELLS if self.exact is object else MOST_CELLS
        if n_states > MOST_STATES or self._cells > most:
            raise TooManyStates(f"{n_states} states in one layer, {self._cells} counts in all")

    # Counts -----------------------------------------------------------------------------------------------

    def free(self, position: int) -> Counts:
        """How many subsets of the groups from this one on carry each mark."""
        return self._all_free()[position]

    def _all_free(self) -> list[Counts]:
        if not hasattr(self, "_free"):
            row: Counts = _zeros(self.exact, self.n_marks)
            row[0] = 1
            rows = [row]
            for group in reversed(self.groups):
                rows.append(
                    sum(
                        (
                            _shifted(rows[-1], j * group.mark) * ways
                            for j, ways in _binomials(len(group.members))
                        ),
                        start=_zeros(self.exact, self.n_marks),
                    )
                )
            self._free = rows[::-1]
        return self._free

    def below(self) -> list[Counts]:
        """For each layer the winning completions of its states by mark, shape (n_states, n_marks)."""
        if self._below is not None:
            return self._below
        found: list[Counts] = []
        after: Counts = _zeros(self.exact, (0, self.n_marks))
        for position in range(len(self.layers) - 1, -1, -1):
            layer, group = self.layers[position], self.groups[position]
            table = self._with_ends(after, position + 1)
            total: Counts = _zeros(self.exact, (len(layer.states), self.n_marks))
            for j, ways in _binomials(len(group.members)):
                part = table[layer.child[:, j]]
                shift = j * group.mark
                total[:, shift:] += ways * part[:, : self.n_marks - shift]
            found.append(total)
            after = total
        self._below = found[::-1]
        return self._below

    def _with_ends(self, counts: Counts, position: int) -> Counts:
        """Counts of a layer with two more rows, so that LOST (-2) and WON (-1) find theirs at the end."""
        ends = _zeros(self.exact, (2, self.n_marks))
        ends[1] = self.free(position)
        return np.concatenate([counts, ends])

    def above(self) -> Iterator[Counts]:
        """For each layer the ways to reach its states by mark, shape (n_states, n_marks)."""
        top: Counts = _zeros(self.exact, (1, self.n_marks))
        top[0, 0] = 1
        for position, layer in enumerate(self.layers):
            yield top
            group = self.groups[position]
            n_after = len(self.layers[position + 1].states) if position + 1 < len(self.layers) else 0
            after: Counts = _zeros(self.exact, (n_after, self.n_marks))
            for j, ways in _binomials(len(group.members)):
                _scatter(after, layer.child[:, j], top, ways, j * group.mark)
            top = after

    def tally(self) -> Tally:
        """Winning coalitions and swings by mark, and how many winning coalitions are minimal."""
        if self.start != 0:
            return self._decided_at_once()
        below = self.below()
        swings: list[tuple[int, ...]] = [()] * self.n_parties
        n_minimal = 0
        for position, top in enumerate(self.above()):
            layer, group = self.layers[position], self.groups[position]
            after = (
                below[position + 1] if position + 1 < len(below) else _zeros(self.exact, (0, self.n_marks))
            )
            table = self._with_ends(after, position + 1)
            counted = tuple(int(value) for value in self._swings_here(top, layer, group, table))
            for member in group.members:
                swings[member] = counted
            n_minimal += self._minimal_here(top, layer, group)
        winning = tuple(int(value) for value in below[0][0])
        return Tally(winning, tuple(swings), n_minimal if are_ordered(self.groups) else None)

    def _swings_here(self, top: Counts, layer: _Layer, group: Group, table: Counts) -> Counts:
        """Swings of one member of the group, by the mark of the others: alike, each has the same ones."""
        found = _zeros(self.exact, self.n_marks)
        for others, ways in _binomials(len(group.members) - 1):
            gained = table[layer.child[:, others + 1]] - table[layer.child[:, others]]
            found += ways * _shifted(_antidiagonals(top, gained), others * group.mark)
        return found

    def _decided_at_once(self) -> Tally:
        nothing = (0,) * self.n_marks
        if self.start == WON:
            raise ValueError("this rule passes without a single yes")
        return Tally(nothing, (nothing,) * self.n_parties, 0)

    def _minimal_here(self, top: Counts, layer: _Layer, group: Group) -> int:
        """Minimal winning coalitions whose least weighty members belong to this group.

        Where all lines order the parties alike, a winning coalition is minimal if it loses without its least
        member: to lose any other one is at least as bad.
        """
        ways_here = top.sum(axis=1)
        found = 0
        before = self.form.decided(layer.states)
        for j, ways in _binomials(len(group.members)):
            now = self.form.decided(layer.states + j * group.weights)
            if j:
                found += ways * int(ways_here[now & ~before].sum())
            before = now
        return found

    # Examples ---------------------------------------------------------------------------------------------

    def examples(self, mark: int, n_wanted: int, *, winning: bool) -> tuple[tuple[int, ...], ...]:
        """The first winning (or losing) coalitions of one mark, weightiest parties first; at most n_wanted.

        Of parties that are alike, those with the lowest numbers stand for all.
        """
        found: list[tuple[int, ...]] = []
        if self.start == 0:
            self._search(0, 0, mark, (), found, n_wanted, winning)
        return tuple(found)

    def _search(
        self,
        position: int,
        state: int,
        mark: int,
        chosen: tuple[int, ...],
        found: list[tuple[int, ...]],
        n_wanted: int,
        winning: bool,
    ) -> None:
        if len(found) >= n_wanted or mark < 0:
            return
        free = self.free(position)[mark]
        if state == (WON if winning else LOST):
            ways = free
        elif state < 0:
            ways = 0
        else:
            below = self.below()[position][state, mark]
            ways = below if winning else free - below
        if not ways:
            return
        if position == len(self.groups):
            found.append(tuple(sorted(chosen)))
            return
        group = self.groups[position]
        for j in range(len(group.members), -1, -1):
            child = state if state < 0 else int(self.layers[position].child[state, j])
            more = (*chosen, *group.members[:j])
            self._search(position + 1, child, mark - j * group.mark, more, found, n_wanted, winning)


def _zeros(exact: Any, shape: int | tuple[int, ...]) -> Counts:
    return np.zeros(shape, dtype=exact)


def _binomials(size: int) -> list[tuple[int, int]]:
    return [(j, math.comb(size, j)) for j in range(size + 1)]


def _shifted(row: Counts, by: int) -> Counts:
    moved = _zeros(row.dtype, len(row))
    if by < len(row):
        moved[by:] = row[: len(row) - by]
    return moved


def _scatter(after: Counts, child: Integers, top: Counts, ways: int, shift: int) -> None:
    """Add `ways` times the rows of top, moved by `shift` marks, to the rows of `after` that `child` names."""
    kept = np.flatnonzero(child >= 0)
    if not len(kept) or shift >= after.shape[1]:
        return
    width = after.shape[1] - shift
    if after.dtype == object:
        np.add.at(after[:, shift:], child[kept], ways * top[kept, :width])
        return
    which = csr_array((np.full(len(kept), float(ways)), (child[kept], kept)), shape=(len(after), len(top)))
    after[:, shift:] += which @ top[:, :width]


def _antidiagonals(top: Counts, below: Counts) -> Counts:
    """Sum over states of top[s, a] * below[s, b], by a + b, as far as the highest mark."""
    n_marks = top.shape[1]
    used = np.flatnonzero(top.any(axis=0))
    total = _zeros(top.dtype, n_marks)
    if not len(used):
        return total
    product = top[:, used].T @ below
    for row, mark in zip(product, used, strict=True):
        total[mark:] += row[: n_marks - mark]
    return total


def _remaining_sums(groups: Sequence[Group]) -> list[list[Integers | int]]:
    """For each position and line: the sorted sums that the groups from there on can add, or only their total.

    The total alone stands where the sums are too many to be listed: then states merge only when equal.
    """
    n_lines = len(groups[0].weights)
    sums: list[Integers | int] = [np.zeros(1, dtype=np.int64) for _ in range(n_lines)]
    found = [sums]
    for group in reversed(groups):
        sums = [_more_sums(sums[i], int(group.weights[i]), len(group.members)) for i in range(n_lines)]
        found.append(sums)
    return found[::-1]


def _more_sums(sums: Integers | int, weight: int, size: int) -> Integers | int:
    if isinstance(sums, int):
        return sums + weight * size
    if weight == 0:
        return sums
    if len(sums) * (size + 1) > 4 * MOST_SUMS:
        return int(sums[-1]) + weight * size
    more: Integers = np.unique(np.add.outer(np.arange(size + 1, dtype=np.int64) * weight, sums))
    return more if len(more) <= MOST_SUMS else int(more[-1])


def _look(form: Thresholds, states: Integers, rest: list[Integers | int]) -> tuple[Integers, list[Integers]]:
    """Each state's verdict (WON, LOST or 0 for open) and numbers that tell open states apart.

    Two open states are alike if all these numbers are equal: for each part of a branch that is still open, its
    verdict, and for an open leaf the rank of what is missing among the sums to come.
    """
    told: list[Integers] = []
    whole = _judge(form.tree, states, rest, told)
    return whole, told


def _judge(
    tree: Leaf | Branch, states: Integers, rest: list[Integers | int], told: list[Integers]
) -> Integers:
    """The verdict of one part; what tells its open states apart is appended to `told`, from 0."""
    if isinstance(tree, Leaf):
        missing = tree.need - states[:, tree.line]
        sums = rest[tree.line]
        total = sums if isinstance(sums, int) else int(sums[-1])
        rank = missing if isinstance(sums, int) else np.searchsorted(sums, missing)
        verdict = np.where(missing <= 0, WON, np.where(missing > total, LOST, 0))
        told.append(np.where(verdict == 0, rank + 2, -verdict - 1))
        return verdict
    start = len(told)
    verdicts = [_judge(part, states, rest, told) for part in tree.parts]
    won = np.add.reduce([(verdict == WON).astype(np.int64) for verdict in verdicts])
    lost = np.add.reduce([(verdict == LOST).astype(np.int64) for verdict in verdicts])
    whole = np.where(won >= tree.number, WON, np.where(len(verdicts) - lost < tree.number, LOST, 0))
    for i in range(start, len(told)):
        told[i] = np.where(whole == 0, told[i], 0)
    told.append(-whole)
    return whole


def _merged(form: Thresholds, states: Integers, rest: list[Integers | int]) -> tuple[Integers, Integers]:
    """Where each state goes (an index, WON or LOST), and one state for each of the different open ones."""
    whole, told = _look(form, states, rest)
    child = whole.astype(np.int64)
    still_open = np.flatnonzero(whole == 0)
    if not len(still_open):
        return child, np.zeros((0, states.shape[1]), dtype=np.int64)
    key = np.zeros(len(still_open), dtype=np.int64)
    for numbers in told:
        key = _joined(key, numbers[still_open])
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    child[still_open] = inverse
    return child, states[still_open[first]]


def _joined(key: Integers, value: Integers) -> Integers:
    """One number for each pair of numbers from 0."""
    width = int(value.max()) + 1
    if int(key.max()) >= 2**62 // width:
        key = np.unique(key, return_inverse=True)[1].astype(np.int64)
    return key * width + value
