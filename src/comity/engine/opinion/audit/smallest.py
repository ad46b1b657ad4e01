"""The smallest number of participants who could turn a finding, each by one act.

Three acts are looked at, one at a time: *change*, an answer that was given is turned into another; *leave*, an answer
is withdrawn; *join*, somebody new votes. Who belongs to which side stays as it is; somebody new belongs to the sides
of one of the cells that there are.

*Common ground* with certainty prod c_s, c_s falling with every change in side s. Let f(r) be the smallest log c_s
that r acts can bring about. For sides without members in common the best use of m acts is found exactly, by adding
up their f (a minimum convolution); where sides share members, the families of disjoint sides are taken apart, which
gives a lower bound; an actual set of acts, checked with the published formula, gives an upper one. Where both are
equal the number is exact.

*A reserved difference* holds while any pair of sides stands apart. Lower bound: for the pair that is hardest to
reconcile, the fewest acts in the one and in the other (no act helps in both), and the same for all pairs of a family
together. Upper bound: acts of one kind, of two, or of any, each time those that ease most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import numpy as np
from scipy.special import betainc

from comity.engine.opinion.audit.cells import Cells, Marks
from comity.engine.opinion.common_ground import common_ground, side_certainty
from comity.engine.opinion.differences import differences
from comity.engine.opinion.support import probability_above
from comity.engine.opinion.tallies import Counts, Tallies
from comity.engine.votes import Floats

Act = Literal["change", "leave", "join"]
Way = tuple[int | None, int | None]
"""From which answer (agree, disagree, pass; None: there was none) to which (None: withdrawn)."""
ACTS: tuple[Act, ...] = ("change", "leave", "join")
ROUNDING = 5e-5
"""A difference is named by its certainty rounded to four decimals."""
NEVER = 1 << 40
MANY = 600
MOST_SPLITS = 2_000
"""Ways to share acts between two kinds that are tried for one number of them."""
MOST_JOINING = 4_096
"""So many newcomers are tried; beyond, the number is not given."""


@dataclass(frozen=True)
class Smallest:
    """number: that many are enough; None where no number of such acts was found to be. at_least: fewer never are.

    cell: of whom, where all of them are of one cell; else None.
    """

    number: int | None
    at_least: int
    cell: int | None

    @property
    def exact(self) -> bool:
        return self.number == self.at_least


@dataclass(frozen=True)
class Rule:
    """When a finding is called so: threshold of support, and certainty from which it is named."""

    threshold: float
    certainty: float


def is_common(counted: Tallies, delegation: Marks, rule: Rule, *, rejected: bool = False) -> Marks:
    """Whether each column would be named common ground."""
    table = common_ground(counted, delegation, rule.threshold)
    return np.asarray((table.rejects if rejected else table.supports) >= rule.certainty)


def is_difference(counted: Tallies, delegation: Marks, rule: Rule) -> Marks:
    """Whether each column would be named a reserved difference."""
    found = differences(counted, side_certainty(counted, delegation, rule.threshold), delegation)
    return np.asarray(np.maximum(found.contrary, found.partial) >= rule.certainty - ROUNDING)


def smallest_for_common(
    found: Cells, statement: int, delegation: Marks, rule: Rule, act: Act, *, rejected: bool = False
) -> Smallest:
    """How few could end a statement's being common ground. Raises ValueError where it is not common ground.

    found: all cells; delegation: shape (n_sides,). rejected: it is common ground because every side rejects it.

    >>> from comity.engine.opinion.tallies import Tallies
    >>> agreed = np.array([[18], [10]])
    >>> two = Cells(np.eye(2, dtype=bool), Tallies(agreed, np.array([[2], [0]]), agreed * 0))
    >>> smallest_for_common(two, 0, np.array([False, False]), Rule(0.6, 0.95), "change")
    Smallest(number=2, at_least=2, cell=1)
    """
    column = found.column(statement)
    if rejected:
        column = column[:, [1, 0, 2]]
    test = _Test(found.member, column, lambda counted: is_common(counted, delegation, rule))
    if not test.holds(np.zeros((1, *column.shape), np.int64))[0]:
        raise ValueError(f"statement {statement} is not common ground")
    ways: dict[Act, list[Way]] = {"change": [(0, 1)], "leave": [(0, None)], "join": [(None, 1)]}
    return _between(
        test, ways[act], act, lambda most: _common_at_least(found.member, column, delegation, rule, act, most)
    )


def smallest_for_difference(
    found: Cells, statement: int, delegation: Marks, rule: Rule, act: Act
) -> Smallest:
    """How few could end a statement's being a reserved difference. Raises ValueError where it is none.

    >>> from comity.engine.opinion.tallies import Tallies
    >>> agreed = np.array([[20], [2]])
    >>> two = Cells(np.eye(2, dtype=bool), Tallies(agreed, 20 - agreed, agreed * 0))
    >>> smallest_for_difference(two, 0, np.array([False, False]), Rule(0.6, 0.95), "change")
    Smallest(number=5, at_least=5, cell=1)
    """
    column = found.column(statement)

    def strain(counted: Tallies) -> Floats:
        return _strain(counted, delegation, rule)

    test = _Test(found.member, column, lambda counted: strain(counted) > 0)
    if not test.holds(np.zeros((1, *column.shape), np.int64))[0]:
        raise ValueError(f"statement {statement} is not a reserved difference")
    ways: dict[Act, list[Way]] = {
        "change": [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)],
        "leave": [(0, None), (1, None), (2, None)],
        "join": [(None, 0), (None, 1), (None, 2)],
    }
    return _between(
        test,
        ways[act],
        act,
        lambda most: _difference_at_least(found.member, column, delegation, rule, act, most),
        strain,
    )


def _strain(counted: Tallies, delegation: Marks, rule: Rule) -> Floats:
    """How far every pair of sides that stands apart is from not standing apart, summed; 0 where none does.

    Of a pair the distance is log(1 - level) - log(1 - certainty): certainties near 1 are told apart by what they lack.
    """
    voted = counted.voted
    short = np.log(1.0 - rule.certainty + ROUNDING)
    supports, rejects, not_carried, not_rejected = _lacks(counted, voted, delegation, rule.threshold)
    strain = np.zeros(voted.shape[1])
    different = ~np.eye(len(voted), dtype=bool)[:, :, None]
    for one, other in ((supports, rejects), (supports, not_carried), (rejects, not_rejected)):
        lack = one[:, None] + other[None] - one[:, None] * other[None]
        far = np.maximum(short - np.log(np.maximum(lack, 1e-300)), 0.0)
        strain += np.where(different, far, 0.0).sum(axis=(0, 1))
    return strain


def _between(
    test: _Test,
    ways: list[Way],
    act: Act,
    at_least: Callable[[int], int],
    strain: Callable[[Tallies], Floats] | None = None,
) -> Smallest:
    """The fewest acts that were found to do, and the fewest that could."""
    moves = test.moves(ways)
    alone = test.of_one_kind(moves)
    best = int(alone.argmin())
    number, cell = int(alone[best]), moves.cell[best]
    if strain is not None and number > 1:
        many = test.of_many_kinds(moves, strain)
        if many is not None and many < number:
            number, cell = many, -1
    if number >= NEVER:
        most = MOST_JOINING if act == "join" else int(test.column.sum()) + 1
        return Smallest(None, at_least(most), None)
    lower = min(at_least(number), number)
    several = test.of_two_kinds(moves, lower, number) if lower < number else None
    if several is not None:
        number, cell = several, -1
    return Smallest(number, lower, None if cell < 0 else cell)


def _lacks(counted: Tallies, voted: Counts, delegation: Marks, threshold: float) -> tuple[Floats, ...]:
    """What certainties lack of 1: that a side supports, that it rejects, that fewer than half agree, or disagree."""
    yes = np.stack([counted.agreed, counted.disagreed])
    no = voted - yes
    told = np.stack([yes < threshold * voted - 1e-9, yes >= 0.5 * voted]) | (voted == 0)
    first, second = np.stack([yes, no]), np.stack([no, yes])
    if first.size > MANY:  # scenarios differ in a few cells, so most pairs of counts come many times
        size = int(voted.max(initial=0)) + 1
        code = first * size + second
        code[1] += size * size
        codes, place = np.unique(code, return_inverse=True)
        below, pairs = codes >= size * size, codes % (size * size)
        at = np.where(below, 0.5, threshold)
        sample = betainc(pairs // size + 1.0, pairs % size + 1.0, at)[place].reshape(first.shape)
    else:
        at = np.array([threshold, 0.5]).reshape(2, 1, 1, 1)
        sample = np.asarray(betainc(first + 1.0, second + 1.0, at))
    lacks = np.where(delegation[:, None], told.astype(np.float64), sample)
    return lacks[0, 0], lacks[0, 1], lacks[1, 0], lacks[1, 1]


# Upper bounds: acts that were tried --------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Test:
    """Tries acts on one statement's cells. named: tallies of the sides, one scenario a column -> still named?"""

    member: Marks
    column: Counts
    named: Callable[[Tallies], Marks]

    def holds(self, change: Counts) -> Marks:
        """Whether the finding holds after each change, shape (n_changes, n_cells, 3), of the cells' counts."""
        sides = np.einsum("cs,ncv->vsn", self.member.astype(np.int64), self.column[None] + change)
        return self.named(Tallies(sides[0], sides[1], sides[2]))

    def moves(self, ways: list[Way]) -> _Moves:
        places = [(cell, way) for cell in range(len(self.column)) for way in ways]
        units = np.zeros((len(places), *self.column.shape), np.int64)
        room = np.full(len(places), MOST_JOINING, np.int64)
        for place, (cell, (away, to)) in enumerate(places):
            if away is not None:
                units[place, cell, away] -= 1
                room[place] = self.column[cell, away]
            if to is not None:
                units[place, cell, to] += 1
        return _Moves(units, room, [cell for cell, _ in places], [(cell, way[0]) for cell, way in places])

    def of_one_kind(self, moves: _Moves) -> Counts:
        """For each kind of act alone, how many are enough; NEVER where no number is."""
        units, room = moves.units, moves.room
        enough = np.full(len(room), NEVER, np.int64)
        low, high = np.zeros(len(room), np.int64), np.minimum(1, room)
        which = np.flatnonzero(room > 0)
        while len(which):  # doubling, until the finding falls or nobody is left
            holds = self.holds(units[which] * high[which, None, None])
            enough[which[~holds]] = high[which[~holds]]
            low[which[holds]] = high[which[holds]]
            which = which[holds & (high[which] < room[which])]
            high[which] = np.minimum(2 * high[which], room[which])
        while True:  # halving, between the last number that held and the first that fell
            which = np.flatnonzero((enough < NEVER) & (enough - low > 1))
            if not len(which):
                return enough
            middle = (low[which] + enough[which]) // 2
            holds = self.holds(units[which] * middle[:, None, None])
            low[which[holds]] = middle[holds]
            enough[which[~holds]] = middle[~holds]

    def of_two_kinds(self, moves: _Moves, least: int, below: int) -> int | None:
        """Fewer acts than `below`, of two kinds; None: not found, among as many ways as are tried."""
        tried = 0
        for number in range(max(least, 2), below):
            ways = np.array(list(islice(_splits(number, moves), MOST_SPLITS + 1)), np.int64).reshape(-1, 3)
            tried += len(ways)
            if len(ways) > MOST_SPLITS or tried > 4 * MOST_SPLITS:
                return None
            first, second, share = ways.T
            shares = share[:, None, None]
            changes = moves.units[first] * shares + moves.units[second] * (number - shares)
            if len(ways) and not self.holds(changes).all():
                return number
        return None

    def of_many_kinds(self, moves: _Moves, strain: Callable[[Tallies], Floats]) -> int | None:
        """Acts of any kinds, each time those that ease the strain most; then as few of each as still do. None: in vain.

        strain: of scenarios, one a column; 0 where the finding has fallen.
        """
        taken = np.zeros(len(moves.room), np.int64)
        now = self._strain(moves, taken[None], strain)[0]
        while now > 0:
            step = max(1, int(taken.sum()) // 6)
            steps = np.minimum(step, self._left(moves, taken))
            tries = taken + np.diag(steps)
            eased = np.where(steps > 0, self._strain(moves, tries, strain), np.inf)
            best = (
                int((eased - now).argmin())
                if step == 1
                else int(((eased - now) / np.maximum(steps, 1)).argmin())
            )
            if not eased[best] < now:
                return None
            taken, now = tries[best], eased[best]
        for kind in np.flatnonzero(taken):
            fewer = np.tile(taken, (taken[kind] + 1, 1))
            fewer[:, kind] = np.arange(taken[kind] + 1)
            does = ~self.holds(np.einsum("nk,kcv->ncv", fewer, moves.units))
            taken = fewer[int(does.argmax())] if does.any() else taken
        falls = ~self.holds(np.einsum("k,kcv->cv", taken, moves.units)[None])
        return int(taken.sum()) if falls[0] else None

    def _strain(self, moves: _Moves, taken: Counts, strain: Callable[[Tallies], Floats]) -> Floats:
        change = np.einsum("nk,kcv->ncv", taken, moves.units)
        sides = np.einsum("cs,ncv->vsn", self.member.astype(np.int64), self.column[None] + change)
        return strain(Tallies(sides[0], sides[1], sides[2]))

    def _left(self, moves: _Moves, taken: Counts) -> Counts:
        """How many more acts of each kind there are answers for."""
        used: dict[tuple[int, int | None], int] = {}
        for source, number in zip(moves.source, taken.tolist(), strict=True):
            used[source] = used.get(source, 0) + number
        return np.array([
            room - (number if source[1] is None else used[source])
            for source, room, number in zip(moves.source, moves.room.tolist(), taken.tolist(), strict=True)
        ])  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Moves:
    """Kinds of acts. units: what one act changes, shape (n, n_cells, 3); room: how many can be done; source: whose
    answers they use up.
    """

    units: Counts
    room: Counts
    cell: list[int]
    source: list[tuple[int, int | None]]


def _splits(number: int, moves: _Moves) -> Iterator[tuple[int, int, int]]:
    """Ways to do so many acts of exactly two kinds that use up different answers."""
    room = moves.room.tolist()
    for a in range(len(room)):
        for b in range(a + 1, len(room)):
            if moves.source[a] == moves.source[b] and moves.source[a][1] is not None:
                continue
            for i in range(max(1, number - room[b]), min(number - 1, room[a]) + 1):
                yield a, b, i


# Lower bounds: what no acts can do ---------------------------------------------------------------------------------


def _common_at_least(
    member: Marks, column: Counts, delegation: Marks, rule: Rule, act: Act, most: int
) -> int:
    """The fewest acts that could do, had every family of disjoint sides all acts for itself."""
    acts = np.arange(most + 1)
    total = np.zeros(most + 1)
    counts = member.T.astype(np.int64) @ column
    with np.errstate(divide="ignore"):
        fall = np.stack(
            [
                np.log(_least_certain(counts[s], bool(delegation[s]), rule, act, acts))
                for s in range(len(counts))
            ]
        )
    for family in _families(member):
        best = fall[family[0]]
        for side in family[1:]:
            best = _lowest_sums(best, fall[side])
        total = total + best
    falls = total < np.log(rule.certainty)
    return int(falls.argmax()) if falls.any() else most


def _least_certain(counts: Counts, is_delegation: bool, rule: Rule, act: Act, acts: Counts) -> Floats:
    """The lowest certainty of support that so many acts can bring about in a side with these counts."""
    agreed, others = int(counts[0]), int(counts[1] + counts[2])
    here = acts if act == "join" else np.minimum(acts, agreed)
    yes = np.full(len(acts), agreed) if act == "join" else agreed - here
    no = {"change": others + here, "leave": np.full(len(acts), others), "join": others + here}[act]
    counted = Tallies(yes[None], no[None], np.zeros_like(yes)[None])
    found = side_certainty(counted, np.array([is_delegation]), rule.threshold)
    heard = np.where(found.silent, 1.0, found.supports)[0]
    return np.asarray(np.minimum.accumulate(heard))


def _families(member: Marks) -> list[list[int]]:
    """Sides without members in common, in as few families as come of taking them in order."""
    families: list[list[int]] = []
    for side in range(member.shape[1]):
        home = next(
            (one for one in families if not (member[:, one].any(axis=1) & member[:, side]).any()), None
        )
        if home is None:
            families.append([side])
        else:
            home.append(side)
    return families


def _lowest_sums(one: Floats, other: Floats) -> Floats:
    """For every m, the lowest one[i] + other[m - i]."""
    lowest = np.full(len(one), np.inf)
    for i, value in enumerate(one):
        lowest[i:] = np.minimum(lowest[i:], value + other[: len(one) - i])
    return lowest


def _difference_at_least(
    member: Marks, column: Counts, delegation: Marks, rule: Rule, act: Act, most: int
) -> int:
    """Over pairs of sides that stand apart, the most that any needs; of a pair, the fewest in the one and the other."""
    counts = member.T.astype(np.int64) @ column
    level = rule.certainty - ROUNDING
    acts = np.arange(most + 1)
    mirrored = counts[:, [1, 0, 2]]

    def falling(table: Counts, against: bool) -> list[Floats]:
        of = _fall_below_half if against else _least_certain
        return [of(table[s], bool(delegation[s]), rule, act, acts) for s in range(len(table))]

    supports, rejects = falling(counts, False), falling(mirrored, False)
    for side, (yes, no) in enumerate(zip(supports, rejects, strict=True)):
        if delegation[side] and counts[side].sum() == 0:
            yes[:], no[:] = 0.0, 0.0
    not_carried, not_rejected = falling(counts, True), falling(mirrored, True)
    needed = 0
    for one, other in ((supports, rejects), (supports, not_carried), (rejects, not_rejected)):
        for a, falls in enumerate(one):
            for b, falls_too in enumerate(other):
                if a != b and falls[0] * falls_too[0] >= level:
                    needed = max(needed, _fewest_of_two(falls, falls_too, level))
        for family in _families(member):
            for_it = [one[side] for side in family if one[side][0] >= 0.5]
            against = [other[side] for side in family if one[side][0] < 0.5]
            needed = max(needed, _fewest_of_family(for_it, against, level, most))
    return min(needed, most)


def _fewest_of_family(for_it: list[Floats], against: list[Floats], level: float, most: int) -> int:
    """Disjoint sides: the fewest acts after which no certainty of the one kind times one of the other is at the level.

    If the largest of the first kind is brought down to x, each of the second has to come below level / x.
    """
    if not for_it or not against:
        return 0
    largest = np.unique(np.concatenate(for_it))
    largest = largest[largest > 0]
    acts = np.zeros(len(largest))
    for falls in for_it:
        acts += len(falls) - np.searchsorted(falls[::-1], largest, "right")
    for falls in against:
        acts += len(falls) - np.searchsorted(falls[::-1], level / largest, "left")
    beyond = sum(len(falls) - np.searchsorted(falls[::-1], 0.0, "right") for falls in for_it)
    return int(min(acts.min(initial=most), beyond, most))


def _fall_below_half(counts: Counts, is_delegation: bool, rule: Rule, act: Act, acts: Counts) -> Floats:
    """The lowest certainty that fewer than half agree, after so many acts in favour of agreement."""
    agreed, others = int(counts[0]), int(counts[1] + counts[2])
    here = acts if act == "join" else np.minimum(acts, others)
    yes = np.full(len(acts), agreed) if act == "leave" else agreed + here
    voted = yes + (np.full(len(acts), others) if act == "join" else others - here)
    if is_delegation:
        sure = ((yes < 0.5 * voted) & (voted > 0)).astype(np.float64)
    else:
        sure = 1.0 - probability_above(yes, voted, 0.5)
    return np.asarray(np.minimum.accumulate(sure))


def _fewest_of_two(one: Floats, other: Floats, level: float) -> int:
    """The fewest i + k with one[i] * other[k] below the level; the length where there are none. Both never rise."""
    best = len(one)
    for i, value in enumerate(one):
        if i >= best:
            break
        below = other * value < level
        if below.any():
            best = min(best, i + int(below.argmax()))
    return best
