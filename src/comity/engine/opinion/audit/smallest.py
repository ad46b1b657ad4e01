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

Upper bounds: `smallest_tried`. Lower bounds: `smallest_bound`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc

from comity.engine.opinion.audit.acts import ROUNDING, Act, Rule, Way
from comity.engine.opinion.audit.cells import Cells, Marks
from comity.engine.opinion.audit.smallest_bound import common_at_least, difference_at_least
from comity.engine.opinion.audit.smallest_tried import MOST_JOINING, NEVER, Trial
from comity.engine.opinion.common_ground import common_ground, side_certainty
from comity.engine.opinion.differences import differences
from comity.engine.opinion.tallies import Counts, Tallies
from comity.engine.votes import Floats

MANY = 600
"""Counts from which those that come many times are computed once."""


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
    test = Trial(found.member, column, lambda counted: is_common(counted, delegation, rule))
    if not test.holds(np.zeros((1, *column.shape), np.int64))[0]:
        raise ValueError(f"statement {statement} is not common ground")
    ways: dict[Act, list[Way]] = {"change": [(0, 1)], "leave": [(0, None)], "join": [(None, 1)]}
    return _between(
        test, ways[act], act, lambda most: common_at_least(found.member, column, delegation, rule, act, most)
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

    test = Trial(found.member, column, lambda counted: strain(counted) > 0)
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
        lambda most: difference_at_least(found.member, column, delegation, rule, act, most),
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
    test: Trial,
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
