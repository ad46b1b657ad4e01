"""Lotteries between packages, where parties ask for them: Nash, Kalai-Smorodinsky and egalitarian on the convex hull.

A lottery draws one of several packages, each of them acceptable to all, so nobody is worse off than without an
agreement whatever is drawn. What is compared is r_p, party p's expected gain as the solution compares it. Over
lotteries the possible r are a convex set, as the solutions' authors assumed: Nash maximises sum_p w_p log r_p,
Kalai-Smorodinsky and the egalitarian solution the smallest r_p, then the next one.

Method: the best lottery over some packages; the prices that it puts on the parties; the package that is worth most at
those prices joins, until none is worth more than the lottery itself. Then no lottery over any packages is better by
more than what is left, which is the bound (duality, as for any concave programme over a convex hull).

Sources: J. Nash, "The bargaining problem", Econometrica 18 (1950); E. Kalai and M. Smorodinsky, "Other solutions to
Nash's bargaining problem", Econometrica 43 (1975).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import LinearConstraint, linprog, minimize

from comity.engine.bargaining.space import Floats, Integers

Best = Callable[[Floats], tuple[Integers, Floats, bool]]
"""Prices on the parties -> the package with the largest priced sum of r, its r, and whether that is proven."""
ROUNDS = 400
CLOSE = 1e-8
LEAST_CHANCE = 1e-7


@dataclass(frozen=True, eq=False)
class Lottery:
    """packages: shape (n, n_issues), with their chances, largest first. expected: r of the lottery. bound: no lottery
    scores more; score and bound are the sum of w log r (Nash) or the smallest r."""

    packages: Integers
    chances: Floats
    expected: Floats
    score: float
    bound: float
    proven: bool


def smallest_lottery(best: Best, first: tuple[Integers, Floats]) -> Lottery:
    """The lottery whose smallest expected r is largest, then, among those, the next smallest, and so on.

    first: an acceptable package, and its r.

    >>> packages, r = np.array([[0], [1]]), np.array([[4.0, 0.0], [0.0, 4.0]])
    >>> def best(prices):
    ...     number = int((r @ prices).argmax())
    ...     return packages[number], r[number], True
    >>> found = smallest_lottery(best, (packages[0], r[0]))
    >>> found.expected.tolist(), found.chances.tolist()
    ([2.0, 2.0], [0.5, 0.5])
    """
    packages, rows = [first[0]], [first[1]]
    n_parties = len(first[1])
    level = np.full(n_parties, -np.inf)
    score, bound, sure = -np.inf, np.inf, True
    chances = np.ones(1)
    while np.isinf(level).any():
        free = np.isinf(level)
        for _ in range(ROUNDS):
            chances, value, prices, price_of_levels = _levelled(np.array(rows), level)
            package, row, proven = best(prices)
            sure &= proven
            more = float(row @ prices) - price_of_levels - value
            if more <= CLOSE * max(1.0, abs(value)):
                break
            packages.append(package)
            rows.append(row)
        else:
            sure = False
        if np.isinf(score):
            score, bound = value, value + max(0.0, more)
        held = free & (prices > 1e-7)
        level[held if held.any() else free] = value
    return _lottery(packages, rows, chances, score, bound, sure)


def product_lottery(best: Best, first: tuple[Integers, Floats], weight: Floats) -> Lottery:
    """The lottery with the largest sum of w log of expected r. first: a package where everybody gains, and its r."""
    packages, rows = [first[0]], [first[1]]
    chances, sure = np.ones(1), True
    more = np.inf
    for _ in range(ROUNDS):
        chances = _product_chances(np.array(rows), chances, weight)
        expected = chances @ np.array(rows)
        prices = weight / expected
        package, row, proven = best(prices)
        sure &= proven
        more = float(row @ prices) - float(weight.sum())
        if more <= CLOSE * float(weight.sum()):
            break
        packages.append(package)
        rows.append(row)
        chances = np.append(chances * (1 - 1e-3), 1e-3)
    else:
        sure = False
    score = float(weight @ np.log(chances @ np.array(rows)))
    return _lottery(packages, rows, chances, score, score + max(0.0, more), sure)


def _levelled(rows: Floats, level: Floats) -> tuple[Floats, float, Floats, float]:
    """Chances with the largest smallest r of the parties without a level, the others at their level at least.

    Also that value, the prices on the parties, and what the levels cost at them.
    """
    n = len(rows)
    free = np.isinf(level)
    held = np.where(free, 0.0, level - CLOSE * np.maximum(1.0, np.abs(level)))
    found = linprog(
        np.append(np.zeros(n), -1.0),
        A_ub=np.concatenate([-rows.T, free[:, None].astype(float)], axis=1),
        b_ub=-held,
        A_eq=np.append(np.ones(n), 0.0)[None, :],
        b_eq=[1.0],
        bounds=[*((0.0, None) for _ in range(n)), (None, None)],
        method="highs",
    )
    prices = np.clip(-found.ineqlin.marginals, 0.0, None)
    solution = np.asarray(found.x)
    return np.clip(solution[:n], 0.0, None), float(solution[n]), prices, float(prices @ held)


def _product_chances(rows: Floats, start: Floats, weight: Floats) -> Floats:
    """The best chances over a few packages: a smooth concave programme."""
    if len(rows) == 1:
        return np.ones(1)

    def loss(chances: Floats) -> float:
        return -float(weight @ np.log(np.maximum(chances @ rows, 1e-12)))

    def slope(chances: Floats) -> Floats:
        return np.asarray(-(rows @ (weight / np.maximum(chances @ rows, 1e-12))))

    found = minimize(
        loss,
        start / start.sum(),
        jac=slope,
        method="SLSQP",
        bounds=[(0.0, 1.0)] * len(rows),
        constraints=LinearConstraint(np.ones((1, len(rows))), 1.0, 1.0),
        options={"ftol": 1e-15, "maxiter": 500},
    )
    chances = np.clip(found.x, 0.0, None)
    chances = chances / chances.sum()
    better = loss(chances) <= loss(start / start.sum())
    return np.asarray(chances if better else start / start.sum())


def _lottery(
    packages: list[Integers], rows: list[Floats], chances: Floats, score: float, bound: float, proven: bool
) -> Lottery:
    """Packages that are drawn at all, the most likely first; equal packages once."""
    every = np.array(packages)
    drawn, number = np.unique(every, axis=0, return_inverse=True)
    total = np.bincount(number.ravel(), weights=np.append(chances, np.zeros(len(every) - len(chances))))
    kept = np.flatnonzero(total > LEAST_CHANCE)
    order = kept[np.argsort(-total[kept], kind="stable")]
    first = np.array([int(np.flatnonzero(number.ravel() == one)[0]) for one in order])
    share = total[order] / total[order].sum()
    return Lottery(drawn[order], share, share @ np.array(rows)[first], score, bound, proven)
