"""The space of packages as a mixed-integer programme, solved by HiGHS through scipy; for spaces too large to list.

Variables: x[i, o] = 1 where issue i takes option o, and for interacting issues y[a, b] = 1 where both hold, tied to
x by transport rows (sum over b of y[a, b] = x[a]), whose relaxation is tight. A refusal of k options together is
a row: the sum of its x is at most k - 1. Every party's gain is a row over these variables, divided by a positive
scale, so that solver tolerances mean the same for everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, hstack, vstack

from comity.engine.bargaining.space import Floats, Integers, Space

NOBODY_KNOWS = np.inf


@dataclass(frozen=True, eq=False)
class Solved:
    """A package and how sure it is the best. package: None where none was found.

    score, bound: in the units of the solution (nash: the sum of w log of gains as shares of `unit`; ks: smallest
    share; leximin: smallest gain; sum: sum of gains). proven: bound and score meet, ties included.
    impossible: it is proved that no package is acceptable to all.
    """

    package: Integers | None
    score: float
    bound: float
    proven: bool
    impossible: bool = False


@dataclass(frozen=True, eq=False)
class Programme:
    """gains: sparse (n_parties, n_variables), times x minus floor is everybody's gain. rows, low, high: what every
    package obeys. most: upper bounds of the variables, 0 for an option refused alone."""

    space: Space
    gains: csr_array
    floor: Floats
    rows: csr_array
    low: Floats
    high: Floats
    most: Floats

    @cached_property
    def starts(self) -> Integers:
        """Where each issue's variables begin, shape (n_issues + 1,)."""
        return np.concatenate([[0], np.cumsum(self.space.n_options)]).astype(np.int64)

    @property
    def n_options(self) -> int:
        return int(self.starts[-1])

    @property
    def n_variables(self) -> int:
        return int(self.gains.shape[1])


@dataclass(frozen=True, eq=False)
class Result:
    """A solved programme. package: None where none was found. bound: no package can have a larger objective.

    closed: the solver finished; infeasible: it proved that no package obeys the rows.
    """

    package: Integers | None
    bound: float
    closed: bool
    infeasible: bool


def span_of(space: Space) -> Floats:
    """The largest minus the smallest value that points allow each party, refusals left aside; at least tiny."""
    span = sum((table.max(axis=1) - table.min(axis=1) for table in space.points), np.zeros(space.n_parties))
    for pair in space.interactions:
        span = span + pair.points.max(axis=(1, 2)) - pair.points.min(axis=(1, 2))
    span = np.asarray(span)
    return np.where(span > 0, span, 1.0)


def programme_of(space: Space) -> Programme:
    """The rows that every package obeys, and every party's gain over them."""
    starts = np.concatenate([[0], np.cumsum(space.n_options)]).astype(int)
    sizes = [space.n_options[pair.first] * space.n_options[pair.second] for pair in space.interactions]
    n = int(starts[-1]) + sum(sizes)
    gains = np.zeros((space.n_parties, n))
    gains[:, : starts[-1]] = np.concatenate(space.points, axis=1)
    rows: list[csr_array] = []
    low: list[float] = []
    high: list[float] = []

    def add(
        columns: Sequence[int] | Integers, values: Sequence[float] | Floats, least: float, most: float
    ) -> None:
        rows.append(csr_array((values, (np.zeros(len(columns), int), columns)), shape=(1, n)))
        low.append(least)
        high.append(most)

    for issue in range(space.n_issues):
        columns = np.arange(starts[issue], starts[issue + 1])
        add(columns, np.ones(len(columns)), 1.0, 1.0)
    at = int(starts[-1])
    for pair, size in zip(space.interactions, sizes, strict=True):
        n_first, n_second = space.n_options[pair.first], space.n_options[pair.second]
        gains[:, at : at + size] = pair.points.reshape(space.n_parties, size)
        cells = np.arange(at, at + size).reshape(n_first, n_second)
        for option in range(n_first):
            add(
                np.append(cells[option], starts[pair.first] + option),
                np.append(np.ones(n_second), -1.0),
                0.0,
                0.0,
            )
        for option in range(n_second):
            add(
                np.append(cells[:, option], starts[pair.second] + option),
                np.append(np.ones(n_first), -1.0),
                0.0,
                0.0,
            )
        at += size
    most = np.ones(n)
    for line in space.refusals:
        columns = np.concatenate([starts[issue] + np.array(options, int) for issue, options in line.where])
        if len(line.where) == 1:
            most[columns] = 0.0
        else:
            add(columns, np.ones(len(columns)), -np.inf, len(line.where) - 1.0)
    return Programme(
        space, csr_array(gains), space.floor, csr_array(vstack(rows)), np.array(low), np.array(high), most
    )


def solve(
    programme: Programme,
    objective: Floats,
    rows: csr_array,
    low: Floats,
    high: Floats,
    *,
    extra_low: Floats,
    extra_high: Floats,
    extra_integer: Floats,
    seconds: float,
) -> Result:
    """Maximise objective @ (x, y, extra) under the programme's rows and these; extra variables stand last.

    objective, the columns of rows: the programme's variables, then the extra ones. seconds: the longest that the
    solver may take; what is cut short comes back with closed False and the best bound that was proved.
    """
    n_extra = len(extra_low)
    kept = csr_array((programme.rows.shape[0], n_extra))
    constraints = [
        LinearConstraint(hstack([programme.rows, kept], format="csr"), programme.low, programme.high),
        LinearConstraint(rows, low, high),
    ]
    integer = np.concatenate(
        [np.ones(programme.n_options), np.zeros(programme.n_variables - programme.n_options)]
    )
    found = milp(
        -objective,
        constraints=constraints,
        integrality=np.concatenate([integer, extra_integer]),
        bounds=Bounds(
            np.concatenate([np.zeros(programme.n_variables), extra_low]),
            np.concatenate([programme.most, extra_high]),
        ),
        options={"time_limit": seconds, "mip_rel_gap": 0.0, "presolve": True},
    )
    infeasible = found.status == 2
    bound = -np.inf if infeasible else NOBODY_KNOWS
    if found.mip_dual_bound is not None and np.isfinite(found.mip_dual_bound):
        bound = -float(found.mip_dual_bound)
    package = None if found.x is None else _package(programme, found.x)
    return Result(package, bound, found.status in {0, 2}, infeasible)


@dataclass(frozen=True, eq=False)
class Relaxed:
    """A linear relaxation: its value, the shares of the options, and what each option costs if it is forced in."""

    value: float
    shares: Floats
    cost: Floats


def relax(
    programme: Programme,
    objective: Floats,
    rows: csr_array,
    low: Floats,
    *,
    extra_low: Floats,
    extra_high: Floats,
) -> Relaxed | None:
    """The same without whole numbers, for rows that are at least low; None where even that has no solution."""
    n_extra = len(extra_low)
    kept = hstack([programme.rows, csr_array((programme.rows.shape[0], n_extra))], format="csr")
    equal = programme.low == programme.high
    above = vstack([-rows, kept[~equal]], format="csr")
    least = np.concatenate([np.zeros(programme.n_variables), extra_low])
    most = np.concatenate([programme.most, extra_high])
    found = linprog(
        -objective,
        A_ub=above.toarray(),
        b_ub=np.concatenate([-low, programme.high[~equal]]),
        A_eq=kept[equal].toarray(),
        b_eq=programme.high[equal],
        bounds=list(zip(least.tolist(), most.tolist(), strict=True)),
        method="highs",
    )
    if found.status != 0 or found.x is None or found.fun is None:
        return None
    n = programme.n_options
    return Relaxed(
        -float(found.fun), np.clip(found.x[:n], 0, None), np.clip(found.lower.marginals[:n], 0, None)
    )


def _package(programme: Programme, x: Floats) -> Integers:
    starts = programme.starts
    return np.array(
        [int(x[starts[i] : starts[i + 1]].argmax()) for i in range(programme.space.n_issues)], np.int32
    )
