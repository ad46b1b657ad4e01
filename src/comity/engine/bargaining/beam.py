"""Good packages in large spaces, fast: knot after knot, the most promising partial packages side by side.

A partial package is judged by where it would end if every knot that is still open gave everybody what the linear
relaxation gives there on average: e_p, party p's gain above the relaxation's value. Its price is
tau log sum_p exp(-e_p / tau), the largest shortfall, softened by tau: the spread of what open knots may still change.
The cheapest partial packages are kept and joined to every column of the next knot, widely differing knots first, so
that the last ones only trim. Nothing is proved. Source: B. T. Lowerre, "The Harpy speech recognition system" (1976),
for the beam.
"""

from __future__ import annotations

import numpy as np

from comity.engine.bargaining.aims import Level
from comity.engine.bargaining.columns import Columns
from comity.engine.bargaining.space import Booleans, Floats, Integers, holds

LIKELY = 5e-3
"""Loss by the relaxation's prices, as a share of the span, at which a column is 1/e as likely as its knot's best."""
SOFTEST = 1e-3
"""Price is never harder than at this share of the span."""
STEPS = 6.0
"""What joining a partial package to a column takes, as against moving a node's weights once for it."""


def width_for(columns: Columns, effort: float) -> int:
    """How many partial packages this many steps of work (`tree.py`) allow."""
    return max(1, int(1000.0 * effort / (STEPS * columns.points.size)))


def packages_met(
    columns: Columns, aim: Level, mu: Floats, shares: Floats, span: float, width: int
) -> Integers:
    """The whole packages that are left at the end, as columns, the largest smallest gain first: shape (n, n_knots).

    mu: the relaxation's prices on the parties, shape (n_parties,); shares: of every column in the relaxation, shape
    (n_columns,); span: of gains; width: partial packages kept at a time. Same input, same packages.
    """
    average = np.array([shares[own] @ columns.points[own] for own in columns.columns_of])
    end = columns.start + average.sum(axis=0)
    end = end - np.where(aim.counted, end[aim.counted].min(), 0.0)
    spread = _spread(columns, mu, LIKELY * span)
    order = np.argsort(-spread, kind="stable")
    still = np.append(np.cumsum(spread[order][::-1])[::-1][1:], 0.0)
    chosen = np.zeros((1, columns.n_knots), np.int32)
    ends = end[None, :]
    settled = np.zeros(columns.n_knots, bool)
    for knot, left in zip(order, still, strict=True):
        own = columns.columns_of[knot]
        change = columns.points[own] - average[knot]
        more = (ends[:, None, :] + change[None, :, :]).reshape(-1, ends.shape[1])
        price = _price(more, max(float(np.sqrt(left)), SOFTEST * span))
        cheapest = np.argsort(np.round(price, 6), kind="stable")[: 2 * width if columns.lines else width]
        chosen = chosen[cheapest // len(own)]
        chosen[:, knot] = own[cheapest % len(own)]
        settled[knot] = True
        kept = np.flatnonzero(~_broken(columns, chosen, settled))[:width]
        chosen, ends = chosen[kept], more[cheapest[kept]]
    return chosen[np.argsort(-aim.score(_gains(columns, chosen)), kind="stable")]


def _spread(columns: Columns, mu: Floats, scale: float) -> Floats:
    """The variance of everybody's points over the likely columns of each knot, mean over parties, shape (n_knots,)."""
    found = []
    for own in columns.columns_of:
        worth = columns.points[own] @ mu
        likely = np.exp((worth - worth.max()) / scale)
        likely /= likely.sum()
        mean = likely @ columns.points[own]
        found.append(float((likely @ (columns.points[own] - mean) ** 2).mean()))
    return np.round(np.array(found), 6)


def _price(ends: Floats, tau: float) -> Floats:
    least = ends.min(axis=1)
    price: Floats = tau * np.log(np.exp((least[:, None] - ends) / tau).sum(axis=1)) - least
    return price


def _broken(columns: Columns, chosen: Integers, settled: Booleans) -> Booleans:
    """Which partial packages break a refusal whose issues are all settled, shape (n,)."""
    broken = np.zeros(len(chosen), bool)
    if columns.lines:
        packages = columns.packages_of(chosen[:, settled])
        for line in columns.lines:
            if (packages[0, [issue for issue, _ in line.where]] >= 0).all():
                broken |= holds(line, packages)
    return broken


def _gains(columns: Columns, chosen: Integers) -> Floats:
    gains = np.repeat(columns.start[None, :], len(chosen), axis=0)
    for knot in range(columns.n_knots):
        gains += columns.points[chosen[:, knot]]
    return gains
