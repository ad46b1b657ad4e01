"""Why nothing is acceptable to all: the smallest sets of demands that clash, and what giving way would open.

A demand is a red line or condition (some refusals), or a party's floor: not to be worse off than without an
agreement. A conflict is a set of demands that no package meets; it is smallest if no conflict has fewer members.

Method: a set of demands clashes exactly if it meets every correction set (demands whose fall makes a package
possible). Smallest sets that meet all correction sets found so far are proposed and tested, each test that fails
giving a new correction set, until the proposal itself clashes: a smallest conflict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, vstack

from comity.engine.bargaining.programme import Programme, programme_of, solve
from comity.engine.bargaining.space import Floats, Integers, Refusal, Space, holds, values_of

SECONDS = 10.0
MOST = 12
"""Smallest conflicts listed, and correction sets looked at for each, before the search is said to be cut short."""


@dataclass(frozen=True)
class Demand:
    """What a party holds to: refusals (a red line or condition), or none, which means its floor."""

    party: int
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, eq=False)
class GivingWay:
    """The fewest demands that have to fall so that all others can be met, and a package that then meets them."""

    demands: tuple[int, ...]
    package: Integers


@dataclass(frozen=True, eq=False)
class Clash:
    """Conflicts among demands, by number. conflicts: all smallest ones (finished) or some. joint: the fewest that
    have to fall, anybody's; of_party: the fewest of one party's own that would do, None where they would not.
    """

    conflicts: tuple[tuple[int, ...], ...]
    finished: bool
    joint: GivingWay | None
    of_party: tuple[GivingWay | None, ...]


def clash(space: Space, demands: Sequence[Demand]) -> Clash | None:
    """None where some package meets every demand; else why none does. The space's own refusals play no part."""
    bare = _Broken(space, tuple(demands))
    joint = bare.fewest_broken(set(range(len(demands))))
    if joint is not None and not joint.demands:
        return None
    conflicts, finished = _smallest_conflicts(bare)
    of_party = tuple(
        bare.fewest_broken({number for number, demand in enumerate(demands) if demand.party == party})
        for party in range(space.n_parties)
    )
    return Clash(conflicts, finished, joint, of_party)


def meets(space: Space, demand: Demand, packages: Integers) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which packages, shape (n, n_issues), meet a demand."""
    if not demand.refusals:
        return np.asarray(values_of(space, packages)[:, demand.party] >= space.floor[demand.party])
    met = np.ones(len(packages), bool)
    for line in demand.refusals:
        met &= ~holds(line, packages)
    return met


class _Broken:
    """The programme in which demands may be broken, one 0/1 variable each."""

    def __init__(self, space: Space, demands: tuple[Demand, ...]) -> None:
        self.space, self.demands = space, demands
        self.programme = programme_of(replace(space, refusals=()))
        self.rows, self.low = _demand_rows(self.programme, demands)

    def fewest_broken(self, breakable: set[int]) -> GivingWay | None:
        """The fewest of these demands that must fall for the rest to be met; None where that is not enough."""
        n_demands = len(self.demands)
        objective = np.concatenate([np.zeros(self.programme.n_variables), -np.ones(n_demands)])
        most = np.array([1.0 if number in breakable else 0.0 for number in range(n_demands)])
        found = solve(
            self.programme,
            objective,
            self.rows,
            self.low,
            np.full(len(self.low), np.inf),
            extra_low=np.zeros(n_demands),
            extra_high=most,
            extra_integer=np.ones(n_demands),
            seconds=SECONDS,
        )
        if found.package is None:
            return None
        broken = tuple(
            number
            for number, demand in enumerate(self.demands)
            if not meets(self.space, demand, found.package[None, :])[0]
        )
        return GivingWay(broken, found.package) if set(broken) <= breakable else None


def _demand_rows(programme: Programme, demands: Sequence[Demand]) -> tuple[csr_array, Floats]:
    """Rows that hold a demand unless its variable is 1."""
    n, space = programme.n_variables, programme.space
    spread = np.abs(programme.gains.toarray()).sum(axis=1) + np.abs(space.floor) + 1.0
    rows: list[csr_array] = []
    low: list[float] = []
    for number, demand in enumerate(demands):
        broken = csr_array(([1.0], ([0], [number])), shape=(1, len(demands)))
        if not demand.refusals:
            unit = spread[demand.party] / 1000.0
            gain = csr_array(programme.gains[[demand.party], :] / unit)
            rows.append(csr_array(hstack([gain, broken * 2000.0], format="csr")))
            low.append(float(space.floor[demand.party] / unit) - 1e-6)
        for line in demand.refusals:
            columns = np.concatenate(
                [programme.starts[i] + np.array(options, int) for i, options in line.where]
            )
            row = csr_array((-np.ones(len(columns)), (np.zeros(len(columns), int), columns)), shape=(1, n))
            rows.append(csr_array(hstack([row, broken], format="csr")))
            low.append(1.0 - len(line.where))
    return csr_array(vstack(rows, format="csr")), np.array(low)


def _smallest_conflicts(bare: _Broken) -> tuple[tuple[tuple[int, ...], ...], bool]:
    n_demands = len(bare.demands)
    every = set(range(n_demands))
    corrections: list[set[int]] = []
    conflicts: list[tuple[int, ...]] = []
    for _ in range(20 * MOST):
        proposal = _smallest_hitting(corrections, conflicts, n_demands)
        if proposal is None or (conflicts and len(proposal) > len(conflicts[0])):
            return tuple(sorted(conflicts)), True
        way = bare.fewest_broken(every - proposal)
        if way is None:
            conflicts.append(tuple(sorted(proposal)))
            if len(conflicts) == MOST:
                return tuple(sorted(conflicts)), False
        else:
            corrections.append(set(way.demands))
    return tuple(sorted(conflicts)), False


def _smallest_hitting(
    sets: Sequence[set[int]], excluded: Sequence[tuple[int, ...]], n_demands: int
) -> set[int] | None:
    """The smallest set that meets every one of these and contains none of the excluded; None where there is none."""
    rows, low = [], []
    for one in sets:
        rows.append([1.0 if number in one else 0.0 for number in range(n_demands)])
        low.append(1.0)
    for one_excluded in excluded:
        rows.append([-1.0 if number in one_excluded else 0.0 for number in range(n_demands)])
        low.append(1.0 - len(one_excluded))
    # a hair's breadth for lower numbers, so that ties keep the order of the demands
    cost = 1.0 + np.arange(n_demands) / (100.0 * n_demands * n_demands)
    constraints = [LinearConstraint(np.array(rows), np.array(low), np.inf)] if rows else []
    found = milp(cost, constraints=constraints, integrality=np.ones(n_demands, np.int64), bounds=Bounds(0, 1))
    return None if found.x is None else {number for number in range(n_demands) if found.x[number] > 0.5}
