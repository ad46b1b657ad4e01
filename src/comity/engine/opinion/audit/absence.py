"""What would be found had some not been heard: the same counting, without them.

A *unit* is a set of sides (one party; a bloc of parties; ballots too alike) whose people are left out of every count,
and which are themselves no sides any more. The opinion map and everybody else's group stay as they were found with
all: so what changes is what rests on the unit's voice, and not a map that happened to come out differently.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.audit.cells import Cells, Marks
from comity.engine.opinion.audit.smallest import Rule
from comity.engine.opinion.common_ground import common_ground, side_certainty
from comity.engine.opinion.differences import differences
from comity.engine.opinion.tallies import Tallies
from comity.engine.votes import Floats

MOST_SETS = 1_200
"""Sets of parties that are tried for the smallest that turns a finding."""


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

    tried: every set of so many units was tried, for every finding.
    """

    fewest: tuple[tuple[int, ...] | None, ...]
    tried: int


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
    at most MOST_SETS sets; all units together are never left out.
    """
    columns = np.array([int(number) for _, number in holds], np.int64)
    kinds = [str(kind) for kind, _ in holds]
    fewest: list[tuple[int, ...] | None] = [None] * len(holds)
    only = Cells(found.member, Tallies(*(part[:, columns] for part in _parts(found.counted))))
    tried = total = 0
    for size in range(1, len(units)):
        total += comb(len(units), size)
        if size > 1 and total > MOST_SETS:
            break
        for chosen in combinations(range(len(units)), size):
            if None not in fewest:
                break
            now = standing(only, real, delegation, rule, [side for unit in chosen for side in units[unit]])
            for place, kind in enumerate(kinds):
                if fewest[place] is None and not _is_named(now, kind, place, rule):
                    fewest[place] = chosen
        tried = size
    return FewestAbsent(tuple(fewest), tried)


def _parts(counted: Tallies) -> tuple[npt.NDArray[np.int64], ...]:
    return counted.agreed, counted.disagreed, counted.passed


def _is_named(now: Standing, kind: str, place: int, rule: Rule) -> bool:
    if kind == "difference":
        return round(float(max(now.contrary[place], now.partial[place])), 4) >= rule.certainty
    return bool((now.supports if kind == "support" else now.rejects)[place] >= rule.certainty)
