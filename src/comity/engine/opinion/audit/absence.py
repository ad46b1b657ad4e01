"""What would be found had some not been heard: the same counting, without them.

A *unit* is a set of sides (one party; a bloc of parties; ballots too alike) whose people are left out of every count,
and which are themselves no sides any more. The opinion map and everybody else's group stay as they were found with
all: so what changes is what rests on the unit's voice, and not a map that happened to come out differently.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.audit.acts import Rule
from comity.engine.opinion.audit.cells import Cells, Marks
from comity.engine.opinion.common_ground import common_ground, side_certainty
from comity.engine.opinion.differences import differences
from comity.engine.opinion.tallies import Tallies
from comity.engine.votes import Floats

MOST_SETS = 1_200
"""Sets of parties that are tried for the smallest that turns a finding."""
MOST_CHECKED = 12
"""Of a larger set it is not looked at whether one of it could have stayed."""


@dataclass(frozen=True, eq=False)
class Standing:
    """How sure each finding would be, shape (n_statements,): support, rejection, and difference by either kind."""

    supports: Floats
    rejects: Floats
    contrary: Floats
    partial: Floats


def standing(
    found: Cells, real: Marks, delegation: Marks, rule: Rule, without: Sequence[int] = ()
) -> Standing:
    """How sure everything is without some sides and the people in them.

    real: shape (n_sides,), whether a side counts as one (a set of ballots that is looked at is none). delegation:
    shape (n_sides,). without: sides left out. Nothing is sure where no side is left.

    >>> agreed = np.array([[19], [1]])
    >>> two = Cells(np.eye(2, dtype=bool), Tallies(agreed, 20 - agreed, agreed * 0))
    >>> free = np.zeros(2, bool)
    >>> standing(two, ~free, free, Rule(0.6, 0.95)).supports.round(3).tolist()
    [0.0]
    >>> standing(two, ~free, free, Rule(0.6, 0.95), [1]).supports.round(3).tolist()
    [1.0]
    """
    kept = real.copy()
    kept[list(without)] = False
    present = np.asarray(~found.member[:, list(without)].any(axis=1))
    nothing = np.zeros(found.counted.agreed.shape[1])
    if not kept.any():
        return Standing(nothing, nothing, nothing, nothing)
    everybody = found.of_sides(present)
    counted = Tallies(everybody.agreed[kept], everybody.disagreed[kept], everybody.passed[kept])
    ground = common_ground(counted, delegation[kept], rule.threshold)
    apart = differences(counted, side_certainty(counted, delegation[kept], rule.threshold), delegation[kept])
    return Standing(ground.supports, ground.rejects, apart.contrary, apart.partial)


@dataclass(frozen=True, eq=False)
class FewestAbsent:
    """For each finding: the fewest units whose absence ends it, and the first such set; None where none was found.

    tried: every set of so many units was tried, for every finding. enough: where none of them ends it, a larger set
    that does, if the search found one: an upper bound on the fewest; None otherwise.
    """

    fewest: tuple[tuple[int, ...] | None, ...]
    tried: int
    enough: tuple[tuple[int, ...] | None, ...]


def fewest_absent(
    found: Cells,
    real: Marks,
    delegation: Marks,
    rule: Rule,
    units: Sequence[Sequence[int]],
    holds: npt.NDArray[np.str_],
) -> FewestAbsent:
    """The smallest sets of units whose absence ends a finding.

    units: the sides of each. holds: shape (n_findings, 2): what each finding is ('support', 'reject' or
    'difference') and the number of its statement, as texts. Sets are tried in order of size, as many sizes as make
    at most MOST_SETS sets; all units together are never left out. Beyond, units are left out in the order of what
    each does alone, until the finding ends; of at most MOST_CHECKED, those not needed are let in again.
    """
    columns = np.array([int(number) for _, number in holds], np.int64)
    kinds = [str(kind) for kind, _ in holds]
    fewest: list[tuple[int, ...] | None] = [None] * len(holds)
    only = Cells(found.member, Tallies(*(part[:, columns] for part in _parts(found.counted))))

    def sureness(chosen: Sequence[int], of: Cells = only) -> Standing:
        return standing(of, real, delegation, rule, [side for unit in chosen for side in units[unit]])

    alone = np.zeros((len(units), len(holds)))
    tried = total = 0
    for size in range(1, len(units)):
        total += comb(len(units), size)
        if size > 1 and total > MOST_SETS:
            break
        for number, chosen in enumerate(combinations(range(len(units)), size)):
            if None not in fewest:
                break
            now = sureness(chosen)
            for place, kind in enumerate(kinds):
                if size == 1:
                    alone[number, place] = _sureness(now, kind, place)
                if fewest[place] is None and not _is_named(now, kind, place, rule):
                    fewest[place] = chosen
        tried = size
    enough: list[tuple[int, ...] | None] = [None] * len(holds)
    for place, kind in enumerate(kinds):
        if fewest[place] is None and tried + 1 < len(units):
            one = Cells(only.member, Tallies(*(part[:, [place]] for part in _parts(only.counted))))

            def ends(chosen: list[int], one: Cells = one, kind: str = kind) -> bool:
                return not _is_named(sureness(chosen, one), kind, 0, rule)

            enough[place] = _enough(np.argsort(alone[:, place], kind="stable").tolist(), ends)
    return FewestAbsent(tuple(fewest), tried, tuple(enough))


def _enough(order: list[int], ends: Callable[[list[int]], bool]) -> tuple[int, ...] | None:
    """A set of units whose absence ends a finding, by taking them in order; None where only all of them would do."""
    low, high = 0, 1
    while not ends(order[:high]):  # doubling, until the finding falls or hardly anybody is left
        if high == len(order) - 1:
            return None
        low, high = high, min(2 * high, len(order) - 1)
    while high - low > 1:  # halving, between the last number that held and the first that fell
        middle = (low + high) // 2
        low, high = (low, middle) if ends(order[:middle]) else (middle, high)
    chosen = order[:high]
    if high <= MOST_CHECKED:
        for unit in reversed(order[: high - 1]):
            fewer = [other for other in chosen if other != unit]
            chosen = fewer if ends(fewer) else chosen
    return tuple(sorted(chosen))


def _parts(counted: Tallies) -> tuple[npt.NDArray[np.int64], ...]:
    return counted.agreed, counted.disagreed, counted.passed


def _is_named(now: Standing, kind: str, place: int, rule: Rule) -> bool:
    sure = _sureness(now, kind, place)
    return (round(sure, 4) if kind == "difference" else sure) >= rule.certainty


def _sureness(now: Standing, kind: str, place: int) -> float:
    if kind == "difference":
        return float(max(now.contrary[place], now.partial[place]))
    return float((now.supports if kind == "support" else now.rejects)[place])
