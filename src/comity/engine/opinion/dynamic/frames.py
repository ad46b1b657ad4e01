"""One scale for all sessions: stretch and shift whole sessions so that parties move as little as the model allows.

Stretching a session's positions by c and dividing its slopes by c changes no vote's probability, so single steps
are slow along it. Here all stretches and shifts are chosen at once, by the same variational bound: the random walk, the
bond, the prior of slopes, and the volume of both. Locations are free: agendas change, so they tie no session.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from comity.engine.opinion.dynamic.layout import Layout
from comity.engine.opinion.dynamic.paths import Drift
from comity.engine.votes import Floats

LARGEST = 0.3


def frames(
    layout: Layout,
    position: Floats,
    variance: Floats,
    covariance: Floats,
    slope_square: Floats,
    slope_variance: float,
    drift: Drift,
) -> tuple[Floats, Floats]:
    """Stretch and shift of every session, shape (n_sessions,) each, at most exp(0.3) and 0.3 in one call.

    position, variance, covariance (with the next session): shape (n_sessions, n_parties).
    slope_square: sum over a session's statements of the expected squared slope.
    """
    n = layout.present.sum(1)
    n_items = np.array([len(session.items) for session in layout.sessions])
    square = position**2 + variance
    later, earlier = (square[1:] * layout.both).sum(1), (square[:-1] * layout.both).sum(1)
    product = ((position[1:] * position[:-1] + covariance[:-1]) * layout.both).sum(1)
    sum_later, sum_earlier = (position[1:] * layout.both).sum(1), (position[:-1] * layout.both).sum(1)
    n_both = layout.both.sum(1)
    entry_square, entry_sum = (square * layout.enters).sum(1), (position * layout.enters).sum(1)
    n_enter = layout.enters.sum(1)
    centred = square.sum(1) - position.sum(1) ** 2 / np.maximum(n, 1)

    def cost(z: Floats) -> tuple[float, Floats]:
        c, b = np.exp(z[: len(n)]), z[len(n) :]
        c1, c0, gap = c[1:], c[:-1], b[1:] - b[:-1]
        walk = c1**2 * later + c0**2 * earlier - 2 * c1 * c0 * product
        walk += 2 * gap * (c1 * sum_later - c0 * sum_earlier) + n_both * gap**2
        entry = c**2 * entry_square + 2 * c * b * entry_sum + b**2 * n_enter
        value = walk.sum() / (2 * drift.step) + entry.sum() / (2 * drift.entry)
        value += drift.bond / 2 * (c**2 * centred).sum() + (slope_square / c**2).sum() / (2 * slope_variance)
        value += ((n_items - n) * z[: len(n)]).sum()
        by_c = (c * entry_square + b * entry_sum) / drift.entry + drift.bond * c * centred
        by_c -= slope_square / (c**3 * slope_variance)
        by_b = (c * entry_sum + b * n_enter) / drift.entry
        by_c[1:] += (c1 * later - c0 * product + gap * sum_later) / drift.step
        by_c[:-1] += (c0 * earlier - c1 * product - gap * sum_earlier) / drift.step
        moved = (c1 * sum_later - c0 * sum_earlier + n_both * gap) / drift.step
        by_b[1:] += moved
        by_b[:-1] -= moved
        return float(value), np.concatenate([by_c * c + (n_items - n), by_b])

    found = minimize(cost, np.zeros(2 * len(n)), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    found = np.clip(found, -LARGEST, LARGEST)
    return np.exp(found[: len(n)]), found[len(n) :]
