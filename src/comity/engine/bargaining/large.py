"""Solutions in spaces too large to list, each with a bound that no acceptable package can pass.

A score is proven when the tree of packages was gone through (`tree.py`), ties included; scores that differ by less than
nine digits of the scale are ties. Where the work allowed runs out, score, bound and gap are returned instead, and
nothing is called proven. Spaces whose issues are knotted too widely for the tree are left to mixed-integer programmes.

Egalitarian and Kalai-Smorodinsky: the smallest r_p (a party's gain as it is compared) is maximised, then, if too many
packages are equal there to be compared one by one, the second smallest under it, and so on (W. Ogryczak's lexicographic
maximin, Eur. J. Oper. Res. 100, 1997). Nash: the sum of w_p log r_p.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from scipy.optimize import linprog

from comity.engine.bargaining import mixed_integer
from comity.engine.bargaining.aims import HAIR, Level, Product
from comity.engine.bargaining.beam import packages_met, width_for
from comity.engine.bargaining.columns import Columns, columns_of, with_total
from comity.engine.bargaining.frontier import pareto
from comity.engine.bargaining.programme import Solved, span_of
from comity.engine.bargaining.solutions import TOLERANCE, leximin_best
from comity.engine.bargaining.space import Booleans, Floats, Integers, Space, values_of
from comity.engine.bargaining.tree import STEPS_A_SECOND, Found, best_by

UNIT = 1000.0
"""Gains are scaled to this span."""
SLACK = TOLERANCE * UNIT
FIRST_LOOK = 0.0005
"""Share of the effort for a first look, which settles easy questions."""
BEAMS = ((0.0015, 0.06), (0.02, 0.0005))
"""Shares of the effort for packages to start from, and for the tree after each."""
RUNGS = (0.85, 0.7)
"""First ceilings to be proved, as parts of the way from the best score up to the relaxation's bound."""
STEEPEST = 16.0
"""How many times the work of the last ceiling the next one is chosen to take at most."""
READY = 0.7
"""Part of the effort left that one ceiling is chosen to take at most: forecasts err."""
SETTLED_ROOT = 60
"""Steps at the root where its weights are known already."""


def some_acceptable(space: Space, seconds: float) -> Solved:
    """A package that nobody refuses and nobody loses by: the smallest gain as a share of each party's span, >= 0."""
    return largest_smallest(space, span_of(space), seconds, ties=False, enough=0.0)


def largest_smallest(
    space: Space,
    scale: Floats,
    seconds: float,
    *,
    counted: Booleans | None = None,
    ties: bool = True,
    enough: float = np.inf,
) -> Solved:
    """The package whose smallest r_p = gain / scale is largest, then the second smallest, and so on.

    scale: shape (n_parties,), positive. counted: parties that are compared, all where it is None; the others only must
    not lose. ties: also settle what comes after the smallest. enough: stop at a package whose smallest r is this much.
    """
    every = np.ones(space.n_parties, bool) if counted is None or not counted.any() else counted
    reach = float((span_of(space) / scale)[every].max()) / UNIT
    columns = columns_of(space, scale * reach)
    if columns is None:
        unheard = 1e9 * float(scale.max())
        return mixed_integer.largest_smallest(
            space, np.where(every, scale, unheard), seconds, ties=ties, enough=enough
        )
    effort = seconds * STEPS_A_SECOND
    known = np.zeros((0, columns.n_knots), int)
    levels: list[float] = []
    found = _best(columns, Level((), every, SLACK), known, effort, -HAIR, enough / reach)
    score, bound, closed = found.score, found.bound, found.closed
    spent = found.steps
    while ties and closed and not found.all_ties and len(levels) + 1 < every.sum():
        levels.append(found.score)
        known = _leximin_of(columns, every, found.chosen)[:1]
        found = _best(columns, Level(tuple(levels), every, SLACK), known, max(effort - spent, 1.0), -HAIR)
        spent += found.steps
    if len(found.chosen) == 0:
        return Solved(None, -np.inf, bound * reach, proven=False, impossible=closed)
    chosen = _leximin_of(columns, every, found.chosen)
    package = _first(columns.packages_of(chosen))
    proven = closed and (found.all_ties or not ties)
    return Solved(package, score * reach, max(bound, score) * reach, proven)


def equally_good(
    space: Space, scale: Floats, counted: Booleans, seconds: float
) -> tuple[Integers, float, bool]:
    """All packages whose smallest r is largest (but for dominated ones), that value, and whether all this is proven.

    Arguments as in `largest_smallest`. No package: none is acceptable if it is proven.
    """
    reach = float((span_of(space) / scale)[counted].max()) / UNIT
    columns = columns_of(space, scale * reach)
    if columns is None:
        solved = mixed_integer.largest_smallest(
            space, np.where(counted, scale, 1e9 * float(scale.max())), seconds, ties=False
        )
        some = np.zeros((0, space.n_issues), np.int32) if solved.package is None else solved.package[None, :]
        return some, solved.score, solved.impossible
    none = np.zeros((0, columns.n_knots), int)
    found = _best(columns, Level((), counted, SLACK), none, seconds * STEPS_A_SECOND, -HAIR)
    return columns.packages_of(found.chosen), found.score * reach, found.closed and found.all_ties


def largest_sum(space: Space, weight: Floats, seconds: float) -> Solved:
    """The acceptable package with the largest weighted sum of gains. weight: shape (n_parties,), none negative."""
    unit = span_of(space) / UNIT
    columns = columns_of(space, unit)
    if columns is None:
        return mixed_integer.largest_sum(space, weight, seconds)
    weights = weight * unit
    total = float(weights.sum()) or 1.0
    summed = with_total(columns, weights / total)
    only_the_sum = np.append(np.zeros(space.n_parties, bool), True)
    known = np.zeros((0, columns.n_knots), int)
    found = _best(summed, Level((), only_the_sum, SLACK), known, seconds * STEPS_A_SECOND, -HAIR)
    if len(found.chosen) == 0:
        return Solved(None, -np.inf, found.bound * total, proven=False, impossible=found.closed)
    packages = summed.packages_of(found.chosen)
    gains = values_of(space, packages) - space.floor
    package = _first(packages[pareto(gains)])
    score = float((values_of(space, package[None, :])[0] - space.floor) @ weight)
    proven = found.closed and found.all_ties
    return Solved(package, score, max(found.bound * total, score), proven)


def ideal_gains(space: Space, seconds: float) -> tuple[Floats, bool]:
    """The largest gain that an acceptable package gives each party, and whether all of them are proven.

    Where one is not proven the bound stands in its place.
    """
    ideal, proven = np.zeros(space.n_parties), True
    for party in range(space.n_parties):
        solved = largest_sum(space, np.eye(space.n_parties)[party], seconds / space.n_parties)
        closed = solved.proven or solved.bound - solved.score <= TOLERANCE * abs(solved.bound)
        proven &= closed
        ideal[party] = solved.score if closed else solved.bound
    return np.maximum(ideal, 0.0), proven


def largest_product(space: Space, unit: Floats, seconds: float) -> Solved:
    """The acceptable package with the largest weighted sum of log(gain / unit), everybody gaining.

    unit: shape (n_parties,), positive; it does not change which package is best. Where no package gives
    everybody a gain, as many parties as possible gain (unit must then be the ideal gains: a party that does not
    gain adds 0, and no log is above 0).
    """
    scale = np.where(unit > 0, unit, 1.0)
    everybody = largest_smallest(space, scale, seconds / 3, ties=False, enough=1e-4)
    columns = columns_of(space, scale)
    if everybody.package is None:
        return everybody
    if columns is None or everybody.score <= 1e-9:
        return mixed_integer.largest_product(space, unit, seconds)
    aim = Product(space.weight)
    gains = (values_of(space, everybody.package[None, :])[0] - space.floor) / scale
    found = best_by(
        columns,
        aim,
        _known(columns, everybody.package),
        mu=space.weight / gains,
        least=float(aim.score(gains[None, :])[0]) - 1e-3,
        slack=TOLERANCE,
        effort=seconds * STEPS_A_SECOND,
    )
    packages = columns.packages_of(found.chosen)
    if len(packages) == 0:
        return Solved(None, -np.inf, found.bound, proven=False)
    best = packages[pareto(values_of(space, packages))]
    return Solved(_first(best), found.score, found.bound, proven=found.closed and found.all_ties)


def undominated(space: Space, package: Integers, seconds: float) -> tuple[Integers | None, bool]:
    """A package better for some and worse for none, best in the sum of shares; and whether its absence is proved."""
    raised = replace(space, disagreement=values_of(space, package[None, :])[0])
    solved = largest_sum(raised, 1.0 / span_of(space), seconds)
    if solved.package is not None and (values_of(space, solved.package[None, :])[0] > raised.floor).any():
        return solved.package, True
    return None, solved.proven or (solved.impossible and solved.package is None)


def _best(
    columns: Columns,
    aim: Level,
    known: Integers,
    effort: float,
    least: float,
    enough: float = np.inf,
) -> Found:
    """The tree, from packages that a beam met; where it is too large, a ceiling as low as the effort proves."""
    mu, shares = _relaxed(columns, aim.counted)
    tree = partial(best_by, columns, aim, mu=mu, slack=SLACK, enough=enough)
    found = tree(known, least=least, effort=FIRST_LOOK * effort)
    spent = found.steps
    for wide, deep in BEAMS:
        if shares is None or aim.levels or found.closed or found.score >= enough:
            break
        met = packages_met(columns, aim, mu, shares, UNIT, width_for(columns, wide * effort))
        again = tree(np.concatenate([found.chosen, met[:1]]), least=least, effort=deep * effort)
        found = replace(again, bound=min(found.bound, again.bound))
        spent += wide * effort + again.steps
    if found.closed or found.score >= enough:
        return replace(found, steps=spent)
    return _lowered(tree, found, least, effort, spent)


def _lowered(tree: Callable[..., Found], found: Found, least: float, effort: float, spent: float) -> Found:
    """Ceilings proved one below the other, at last the best score itself.

    A tree that only looks for packages above a ceiling is far smaller than one that looks for all that are as good as
    the best, and grows by about the same factor for every part of the way down. The factor seen so far says how low
    the next ceiling may be for the effort that is left.
    """
    top, rungs = found.bound, [(1.0, 1.0)]
    share: float | None = RUNGS[0] if np.isfinite(top) else 0.0
    while spent < effort and share is not None:
        bottom = max(found.score, least)
        ceiling = bottom + share * (top - bottom) if share > 0 else least
        step = tree(found.chosen, least=ceiling, effort=effort - spent, root_steps=SETTLED_ROOT)
        spent += step.steps
        rungs.append((share, step.steps))
        better = len(step.chosen) > 0
        bound = min(found.bound, max(step.bound, ceiling, found.score))
        if share == 0 or (better and (not step.closed or step.score - SLACK >= ceiling)):
            return replace(step, bound=min(found.bound, step.bound), steps=spent)
        # what was found just above its ceiling is the best, and others may be as good just below it
        found = replace(step if better else found, bound=bound, closed=False)
        share = 0.0 if better else _next_share(rungs, effort - spent)
    return replace(found, steps=spent)


def _next_share(rungs: Sequence[tuple[float, float]], left: float) -> float | None:
    """The next ceiling, given shares and steps so far; None where the effort left does not take it any lower."""
    if len(rungs) <= len(RUNGS):
        return RUNGS[len(rungs) - 1]
    (high, before), (low, steps) = rungs[-2:]
    growth = max(float(np.log(steps / before)), 0.1) / (high - low)
    if steps * np.exp(growth * low) <= READY * left:
        return 0.0
    factor = min(READY * left / steps, STEEPEST)
    share = low - float(np.log(factor)) / growth if factor > 1 else low
    return max(share, 0.0) if low - share > 0.005 else None


def _relaxed(columns: Columns, counted: Booleans) -> tuple[Floats, Floats | None]:
    """Weights on the parties that bound the smallest r best, the duals of its relaxation; and every column's share.

    Where it has no solution, equal weights and None.
    """
    n, n_parties = len(columns.points), len(counted)
    one_each = np.zeros((columns.n_knots, n + 1))
    for knot, own in enumerate(columns.columns_of):
        one_each[knot, own] = 1.0
    found = linprog(
        np.append(np.zeros(n), -1.0),
        A_ub=np.concatenate([-columns.points.T, counted[:, None].astype(float)], axis=1),
        b_ub=columns.start,
        A_eq=one_each,
        b_eq=np.ones(columns.n_knots),
        bounds=[*((0.0, None if usable else 0.0) for usable in columns.usable), (None, None)],
        method="highs",
    )
    if found.status != 0 or found.x is None:
        return np.where(counted, 1.0, 0.0) / n_parties, None
    return np.clip(-found.ineqlin.marginals, 0.0, None), np.clip(found.x[:n], 0.0, None)


def _known(columns: Columns, package: Integers) -> Integers:
    chosen = columns.chosen_of(package)
    return chosen[None, :] if (chosen >= 0).all() else np.zeros((0, columns.n_knots), int)


def _leximin_of(columns: Columns, counted: Booleans, chosen: Integers) -> Integers:
    """Those of some packages whose r is leximin-best."""
    gains = columns.start + columns.points[chosen].sum(axis=1)
    return np.asarray(chosen[leximin_best(np.rint(gains[:, counted] / SLACK) * SLACK)])


def _first(packages: Integers) -> Integers:
    """The first in the order of submission."""
    found: Integers = packages[np.lexsort(packages.T[::-1])[0]]
    return found
