"""Solutions by mixed-integer programmes, for spaces whose issues are knotted too widely for the tree (`large.py`).

A score is proven when the bound meets it to six digits of the scale on which it is compared. Nothing is called
proven otherwise: score, bound and gap are returned instead.

Egalitarian and Kalai-Smorodinsky: maximise z under r_p >= z, where r_p is a party's gain as it is compared. Then
every other package with the same smallest r is looked for, by cutting off those found; if there are many, the
second smallest is maximised with one party exempt, and so on (W. Ogryczak's lexicographic maximin, Eur. J. Oper.
Res. 100, 1997, with the exemptions as 0/1 variables).

Nash: maximise sum_p w_p t_p under t_p <= every tangent of log(r_p), first at the relaxation's gains, then at each
package found, until the bound meets the best package: the tangents never cut off a package, so the bound holds.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from comity.engine.bargaining.programme import Programme, Result, Solved, programme_of, relax, solve, span_of
from comity.engine.bargaining.search import best_smallest
from comity.engine.bargaining.solutions import leximin_best
from comity.engine.bargaining.space import Floats, Integers, Space, refused, values_of

TIGHT = 1e-6
"""Share of the scale within which a bound meets a score."""
UNIT = 1000.0
"""Rows are scaled to this span, so that the solver's absolute tolerance of 1e-6 is nine digits."""
STARTS = 24
"""Searches made before the solver starts; about a second for twenty parties and forty issues."""
TIES = 6
"""Packages of equal smallest gain that are looked at one by one before the next smallest is maximised."""


def largest_smallest(
    space: Space, scale: Floats, seconds: float, *, ties: bool = True, enough: float = np.inf
) -> Solved:
    """The package whose smallest r_p = gain / scale is largest, then the second smallest, and so on.

    scale: shape (n_parties,), positive. ties: also settle what comes after the smallest. enough: stop at a package
    whose smallest r is at least this much.
    """
    programme = programme_of(space)
    reach = float((span_of(space) / scale).max())
    unit = scale * (reach / UNIT)
    rows, low = _smallest_rows(programme, unit)
    objective = np.append(np.zeros(programme.n_variables), 1.0)
    top = np.array([_top(programme, unit)])
    relaxed = relax(programme, objective, rows, low, extra_low=np.array([-1e7]), extra_high=top)
    if relaxed is None or relaxed.value < -TIGHT * UNIT:
        return Solved(None, -np.inf, -np.inf, proven=False, impossible=True)
    start = best_smallest(
        space,
        unit,
        shares=relaxed.shares,
        cost=relaxed.cost,
        reach=relaxed.value,
        starts=STARTS,
        seed=1,
        enough=enough / reach * UNIT,
    )
    least = -np.inf if start is None else _smallest(space, unit, start)
    if least * reach / UNIT >= enough:
        return Solved(start, least * reach / UNIT, relaxed.value * reach / UNIT, proven=False)
    found = solve(
        programme,
        objective,
        rows,
        low,
        np.full(len(low), np.inf),
        extra_low=np.array([max(least, 0.0) - TIGHT * UNIT / 10]),
        extra_high=np.array([relaxed.value + TIGHT * UNIT]),
        extra_integer=np.zeros(1),
        seconds=seconds * (0.6 if ties else 1.0),
    )
    best = _better(space, unit, start, found.package)
    if best is None:
        impossible = found.infeasible
        return Solved(None, -np.inf, found.bound * reach / UNIT, proven=False, impossible=impossible)
    least = _smallest(space, unit, best)
    bound = least if found.infeasible else max(min(found.bound, relaxed.value), least)
    proven = bound - least <= TIGHT * UNIT
    if proven and ties:
        best, proven = _settled(programme, unit, best, seconds * 0.4)
    return Solved(best, least * reach / UNIT, bound * reach / UNIT, proven)


def largest_sum(space: Space, weight: Floats, seconds: float) -> Solved:
    """The acceptable package with the largest weighted sum of gains."""
    programme = programme_of(space)
    total = np.asarray(programme.gains.T @ weight).ravel()
    unit = float(np.abs(total[: programme.n_options]).max(initial=0)) * space.n_issues / UNIT or 1.0
    rows, low = _acceptable_rows(programme)
    found = solve(
        programme,
        total / unit,
        rows,
        low,
        np.full(len(low), np.inf),
        extra_low=np.zeros(0),
        extra_high=np.zeros(0),
        extra_integer=np.zeros(0),
        seconds=seconds,
    )
    floor = float(space.floor @ weight)
    bound = found.bound * unit - floor
    if found.package is None or not _is_acceptable(space, found.package):
        return Solved(None, -np.inf, bound, proven=False, impossible=found.infeasible)
    score = float((values_of(space, found.package[None, :])[0] - space.floor) @ weight)
    return Solved(found.package, score, max(bound, score), proven=bound - score <= TIGHT * unit * UNIT)


def largest_product(space: Space, unit: Floats, seconds: float) -> Solved:
    """The acceptable package with the largest weighted sum of log(gain / unit), everybody gaining.

    unit: shape (n_parties,), positive; it does not change which package is best. Where no package gives
    everybody a gain, as many parties as possible gain (unit must then be the ideal gains: a party that does not
    gain adds 0, and no log is above 0).
    """
    programme = programme_of(space)
    everybody = largest_smallest(space, np.where(unit > 0, unit, 1.0), seconds / 3, ties=False, enough=1e-4)
    if everybody.package is None:
        return everybody
    gaining = space.n_parties if everybody.score > 1e-9 else _most_gaining(programme, unit, seconds / 3)
    tangents = _relaxed_gains(programme, unit, everybody.package)
    best: Integers | None = everybody.package if everybody.score > 1e-9 else None
    score = _product(space, unit, best)
    bound = np.inf
    for _ in range(12):
        found = _product_step(programme, unit, tangents, gaining, seconds / 3)
        if np.isfinite(found.bound):
            bound = min(bound, found.bound / UNIT)
        if found.package is None:
            break
        previous, value = score, _product(space, unit, found.package)
        if value > score and _is_acceptable(space, found.package):
            best, score = found.package, value
        share = (values_of(space, found.package[None, :])[0] - space.floor) / np.where(unit > 0, unit, 1.0)
        tangents.append(np.maximum(share, 1e-6))
        if bound - score <= TIGHT or (value <= previous and bound - score <= 1e-5) or not found.closed:
            break
    if best is None:
        return Solved(None, -np.inf, bound, proven=False)
    return Solved(best, score, max(bound, score), proven=bound - score <= 5 * TIGHT)


def _top(programme: Programme, scale: Floats) -> float:
    """No party's r can be above this."""
    space = programme.space
    most = sum((table.max(axis=1) for table in space.points), np.zeros(space.n_parties))
    for pair in space.interactions:
        most = most + np.maximum(pair.points.max(axis=(1, 2)), 0)
    return float(((most - space.floor) / scale).max())


def _smallest(space: Space, scale: Floats, package: Integers) -> float:
    return float(_ratios(space, scale, package).min())


def _is_acceptable(space: Space, package: Integers) -> bool:
    nobody_loses = bool((values_of(space, package[None, :])[0] >= space.floor).all())
    return nobody_loses and not refused(space, package[None, :])[0]


def _better(space: Space, scale: Floats, one: Integers | None, other: Integers | None) -> Integers | None:
    both = [package for package in (one, other) if package is not None and _is_acceptable(space, package)]
    if not both:
        return None
    gains = (values_of(space, np.array(both)) - space.floor) / scale
    return both[int(np.flatnonzero(leximin_best(gains))[0])]


def _smallest_rows(programme: Programme, scale: Floats) -> tuple[csr_array, Floats]:
    """r_p - z >= 0 for every party: rows over the variables and z."""
    divided = programme.gains.multiply(1.0 / scale[:, None])
    rows = hstack([csr_array(divided), csr_array(-np.ones((len(scale), 1)))], format="csr")
    return csr_array(rows), programme.floor / scale


def _acceptable_rows(programme: Programme) -> tuple[csr_array, Floats]:
    span = span_of(programme.space) / UNIT
    return csr_array(programme.gains.multiply(1.0 / span[:, None])), programme.floor / span - 1e-7


def _settled(programme: Programme, scale: Floats, best: Integers, seconds: float) -> tuple[Integers, bool]:
    """Among the packages with the same smallest r as best, the leximin one; and whether that is proven."""
    space = programme.space
    found, cut = [best], [best]
    levels = [_smallest(space, scale, best)]
    for stage in range(space.n_parties):
        for _ in range(TIES):
            other = _another(programme, scale, levels, cut, seconds / 3)
            if other.infeasible or other.package is None:
                return _leximin_of(space, scale, found), other.infeasible
            cut.append(other.package)
            if _is_acceptable(space, other.package):
                found.append(other.package)
        if stage + 1 == space.n_parties:
            break
        step = _next_level(programme, scale, levels, seconds / 3)
        known = _leximin_of(space, scale, found)
        if step.package is None or not step.closed:
            return known, False
        known = _leximin_of(space, scale, [known, step.package])
        found, cut = [known], [known]
        levels.append(float(np.sort(_ratios(space, scale, known))[stage + 1]))
    return _leximin_of(space, scale, found), True


def _ratios(space: Space, scale: Floats, package: Integers) -> Floats:
    ratios: Floats = (values_of(space, package[None, :])[0] - space.floor) / scale
    return ratios


def _leximin_of(space: Space, scale: Floats, packages: list[Integers]) -> Integers:
    gains = (values_of(space, np.array(packages)) - space.floor) / scale
    best = [packages[number] for number in np.flatnonzero(leximin_best(gains))]
    return min(best, key=lambda package: tuple(map(int, package)))


def _level_rows(programme: Programme, scale: Floats, levels: list[float]) -> tuple[csr_array, Floats, int]:
    """At most k parties may be below levels[k]: r_p + (levels[k] - levels[0]) e[k, p] >= levels[k]."""
    n, n_parties = programme.n_variables, programme.space.n_parties
    gains = csr_array(programme.gains.multiply(1.0 / scale[:, None]))
    low = programme.floor / scale
    steps = [k for k in range(1, len(levels)) if levels[k] > levels[k - 1] + 1e-9]
    width = n + n_parties * len(steps)
    parts = [hstack([gains, csr_array((n_parties, width - n))], format="csr")]
    least = [low + levels[0] - 1e-6]
    for place, k in enumerate(steps):
        exempt = np.zeros((n_parties, width - n))
        columns = place * n_parties + np.arange(n_parties)
        exempt[np.arange(n_parties), columns] = levels[k] - levels[0] + 1e-6
        parts.append(hstack([gains, csr_array(exempt)], format="csr"))
        least.append(low + levels[k] - 1e-6)
        count = np.zeros((1, width))
        count[0, n + columns] = -1.0
        parts.append(csr_array(count))
        least.append(np.array([-float(k)]))
    return csr_array(vstack(parts, format="csr")), np.concatenate(least), width - n


def _another(
    programme: Programme, scale: Floats, levels: list[float], cut: list[Integers], seconds: float
) -> Result:
    """A package that meets the levels and is none of those cut off."""
    level_rows, least, n_extra = _level_rows(programme, scale, levels)
    cuts = np.zeros((len(cut), level_rows.shape[1]))
    for number, package in enumerate(cut):
        cuts[number, programme.starts[:-1] + package] = -1.0
    every = vstack([level_rows, csr_array(cuts)], format="csr")
    bounds = np.concatenate([least, np.full(len(cut), 1.0 - programme.space.n_issues)])
    return solve(
        programme,
        np.zeros(every.shape[1]),
        csr_array(every),
        bounds,
        np.full(len(bounds), np.inf),
        extra_low=np.zeros(n_extra),
        extra_high=np.ones(n_extra),
        extra_integer=np.ones(n_extra),
        seconds=seconds,
    )


def _next_level(programme: Programme, scale: Floats, levels: list[float], seconds: float) -> Result:
    """The largest value that all but as many parties as there are levels can reach together."""
    n, n_parties = programme.n_variables, programme.space.n_parties
    level_rows, least, n_extra = _level_rows(programme, scale, levels)
    span = 4.0 * UNIT
    blank = csr_array((level_rows.shape[0], n_parties + 1))
    exempt = hstack(
        [
            csr_array(programme.gains.multiply(1.0 / scale[:, None])),
            csr_array((n_parties, n_extra)),
            csr_array(np.eye(n_parties) * span),
            csr_array(-np.ones((n_parties, 1))),
        ],
        format="csr",
    )
    count = np.zeros((1, n + n_extra + n_parties + 1))
    count[0, n + n_extra : n + n_extra + n_parties] = -1.0
    every = vstack([hstack([level_rows, blank], format="csr"), exempt, csr_array(count)], format="csr")
    bounds = np.concatenate([least, programme.floor / scale, [-float(len(levels))]])
    objective = np.zeros(every.shape[1])
    objective[-1] = 1.0
    return solve(
        programme,
        objective,
        csr_array(every),
        bounds,
        np.full(len(bounds), np.inf),
        extra_low=np.append(np.zeros(n_extra + n_parties), levels[-1] - 1e-6),
        extra_high=np.append(np.ones(n_extra + n_parties), 2.0 * UNIT),
        extra_integer=np.append(np.ones(n_extra + n_parties), 0.0),
        seconds=seconds,
    )


def _product(space: Space, unit: Floats, package: Integers | None) -> float:
    """sum w log(gain / unit) over the parties that gain."""
    if package is None:
        return -np.inf
    share = (values_of(space, package[None, :])[0] - space.floor) / np.where(unit > 0, unit, 1.0)
    gaining = (share > 1e-9) & (unit > 0)
    return float(space.weight[gaining] @ np.log(share[gaining]))


def _tangent_rows(programme: Programme, unit: Floats, points: list[Floats]) -> tuple[csr_array, Floats]:
    """t_p <= UNIT (log s + (r_p - s) / s) at every s: rows over the variables and t; at least the bounds."""
    scale = np.where(unit > 0, unit, 1.0)
    n_parties = len(unit)
    share = csr_array(programme.gains.multiply(1.0 / scale[:, None]))
    parts, low = [], []
    for point in points:
        slope = UNIT / point
        parts.append(
            hstack([csr_array(share.multiply(slope[:, None])), csr_array(-np.eye(n_parties))], format="csr")
        )
        low.append(UNIT - UNIT * np.log(point) + slope * programme.floor / scale)
    return csr_array(vstack(parts, format="csr")), np.concatenate(low)


def _relaxed_gains(programme: Programme, unit: Floats, package: Integers) -> list[Floats]:
    """Shares at which tangents are worth having: a coarse few, the first package's, and the relaxation's own."""
    n_parties = programme.space.n_parties
    scale = np.where(unit > 0, unit, 1.0)
    first = (values_of(programme.space, package[None, :])[0] - programme.floor) / scale
    points = [np.full(n_parties, 0.25), np.full(n_parties, 0.75), np.maximum(first, 1e-3)]
    objective = np.concatenate([np.zeros(programme.n_variables), programme.space.weight])
    ceiling = UNIT * np.log(np.maximum(_top(programme, scale), 1.0) + 1e-9)
    gains = csr_array(programme.gains.multiply(1.0 / scale[:, None]))
    for _ in range(12):
        rows, low = _tangent_rows(programme, unit, points)
        relaxed = relax(
            programme,
            objective,
            rows,
            low,
            extra_low=np.full(n_parties, -1e5),
            extra_high=np.full(n_parties, ceiling + 1e-6),
        )
        if relaxed is None:
            break
        share = np.asarray(gains[:, : programme.n_options] @ relaxed.shares).ravel() - programme.floor / scale
        value = UNIT * float(programme.space.weight @ np.log(np.maximum(share, 1e-9)))
        points.append(np.maximum(share, 1e-3))
        if relaxed.value - value <= 1e-4 * UNIT:
            break
    return points


def _product_step(
    programme: Programme, unit: Floats, tangents: list[Floats], gaining: int, seconds: float
) -> Result:
    """The best package by the tangents so far; objective in units of UNIT."""
    n, n_parties = programme.n_variables, programme.space.n_parties
    rows, low = _tangent_rows(programme, unit, tangents)
    accept, floor = _acceptable_rows(programme)
    counts = gaining < n_parties
    n_extra = n_parties * (2 if counts else 1)
    parts = [hstack([accept, csr_array((n_parties, n_extra))], format="csr")]
    bounds = [floor]
    if counts:
        # a party that does not gain (b = 0) adds exactly 0, whatever its tangents say
        slack = csr_array(np.tile(-np.eye(n_parties) * 1e5, (len(tangents), 1)))
        parts.append(hstack([rows, slack], format="csr"))
        bounds.append(low - 1e5)
        count = np.zeros((1, n + n_extra))
        count[0, n + n_parties :] = 1.0
        parts.append(csr_array(count))
        bounds.append(np.array([float(gaining)]))
        gain_rows = csr_array(programme.gains.multiply(1.0 / np.where(unit > 0, unit, 1.0)[:, None]))
        positive = hstack(
            [gain_rows, csr_array((n_parties, n_parties)), csr_array(-np.eye(n_parties) * 1e-6)], format="csr"
        )
        parts.append(positive)
        bounds.append(programme.floor / np.where(unit > 0, unit, 1.0))
    else:
        parts.append(rows)
        bounds.append(low)
    every, least = vstack(parts, format="csr"), np.concatenate(bounds)
    ceiling = (
        0.0 if counts else UNIT * float(np.log(max(_top(programme, np.where(unit > 0, unit, 1.0)), 1.0)))
    )
    extra_high = np.full(n_parties, ceiling + 1e-9)
    weight = programme.space.weight
    return solve(
        programme,
        np.concatenate([np.zeros(n), weight, np.zeros(n_extra - n_parties)]),
        csr_array(every),
        least,
        np.full(len(least), np.inf),
        extra_low=np.concatenate([np.full(n_parties, -1e5), np.zeros(n_extra - n_parties)]),
        extra_high=np.concatenate([extra_high, np.ones(n_extra - n_parties)]),
        extra_integer=np.concatenate([np.zeros(n_parties), np.ones(n_extra - n_parties)]),
        seconds=seconds,
    )


def _most_gaining(programme: Programme, unit: Floats, seconds: float) -> int:
    """How many parties can gain at once."""
    n, n_parties = programme.n_variables, programme.space.n_parties
    accept, floor = _acceptable_rows(programme)
    scale = np.where(unit > 0, unit, 1.0)
    gains = csr_array(programme.gains.multiply(1.0 / scale[:, None]))
    rows = vstack(
        [
            hstack([accept, csr_array((n_parties, n_parties))], format="csr"),
            hstack([gains, csr_array(-np.eye(n_parties) * 1e-6)], format="csr"),
        ],
        format="csr",
    )
    low = np.concatenate([floor, programme.floor / scale])
    found = solve(
        programme,
        np.append(np.zeros(n), np.ones(n_parties)),
        csr_array(rows),
        low,
        np.full(len(low), np.inf),
        extra_low=np.zeros(n_parties),
        extra_high=(unit > 0).astype(float),
        extra_integer=np.ones(n_parties),
        seconds=seconds,
    )
    return round(found.bound) if np.isfinite(found.bound) else n_parties
