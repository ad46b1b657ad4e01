"""Positions under the walk that the votes speak for, the statements as the fit found them.

The fit places parties and statements together under a working prior that holds a session's parties close to their
mean; without it a bloc that votes by itself runs out together with its statements. That prior pulls parties inward
more than their walk does, most of all parties far out and parties seldom seen. With the statements known nothing can
run out, so here each party's path is placed again and the walk is learnt from all paths: step and deviation at which
the expected squares of movements and deviations, given the votes, are those that the walk promises (the equations of
maximum likelihood, solved by scoring: gradient over information).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np

from comity.engine.opinion.dynamic.answers import Items, given_statements
from comity.engine.opinion.dynamic.layout import Layout, gathered
from comity.engine.opinion.dynamic.paths import Drift, in_unit, standing_precision, stationary
from comity.engine.votes import Floats

CAUTION = 1.75
"""Paths are smoothed with so many times the learnt variance of a step: parties jump now and then, a normal walk never
does, and votes that were held out are foretold best about here."""
SETTLED = 0.003
"""Paths are done when no position moves by more in a round."""
WALK_SETTLED = 0.02
"""The walk is learnt when the logarithm of the step's variance moves by no more."""
ROUNDS = 30
LARGEST_MOVE = 1.0
FARTHEST = 1.0
"""No round changes the logarithm of a variance by more."""
LEAST, MOST = 1e-5, 4.0
THREADS = 2


@dataclass(frozen=True, eq=False)
class Placed:
    """position, variance: one array a session, statements known. walk: what they are smoothed with; step: the learnt
    variance of one step, smaller than the walk's by CAUTION. All on the scale of the statements."""

    position: list[Floats]
    variance: list[Floats]
    walk: Drift
    step: float


@dataclass(eq=False)
class _Squares:
    """Sums over parties: squared movements and deviations, what the walk promises, and how much the votes tell.

    told: twice the Fisher information about the logarithms of step and deviation. Of a walk that is seen without
    error it is the number of movements; of one that the votes hardly show, next to 0. One movement and one deviation
    are imagined besides, so that neither variance collapses to 0 where there is little to learn from.
    """

    walked: float = 0.0
    promised: float = 0.0
    told_of_step: float = 1.0
    deviated: float = 0.0
    told_of_deviation: float = 1.0

    def further(self, drift: Drift, n_positions: int) -> Floats:
        """How far the logarithms of step and deviation should move, shape (2,)."""
        return np.array(
            [
                ((self.walked - self.promised) / drift.step + 1) / self.told_of_step,
                (self.deviated / drift.deviation + 1 - n_positions) / self.told_of_deviation,
            ]
        )


def placed(layout: Layout, items: Items, position: list[Floats], step: float, deviation: float) -> Placed:
    """Every party's path, and the walk.

    position: where each session's parties start, shape (n_here,) a session. step, deviation: variances to start
    from, on a scale of mean square 1; the parties' mean square on the scale of the statements is found on the way.
    Where nobody is seen in two sessions, both stay.
    """
    paths = _Paths(layout, items, position)
    walk = stationary(step, deviation)
    reach, last = np.full(2, FARTHEST), np.zeros(2)
    for _ in range(ROUNDS if layout.both.any() else 0):  # a single session has nothing to tell of the walk
        drift = in_unit(walk, paths.unit)
        moved, squares = paths.round(drift)
        further = squares.further(drift, int(layout.present.sum()))
        if moved < SETTLED and abs(further[0]) < WALK_SETTLED:
            break
        reach = np.where(further * last < 0, reach / 2, reach)  # a step that turns round is halved
        last = further
        factor = np.exp(np.clip(further, -reach, reach))
        walk = stationary(
            float(np.clip(walk.step * factor[0], LEAST, MOST)),
            float(np.clip(walk.deviation * factor[1], LEAST, MOST)),
        )
    cautious = stationary(CAUTION * walk.step, walk.deviation)
    for _ in range(ROUNDS):
        moved, _ = paths.round(in_unit(cautious, paths.unit))
        if moved < SETTLED:
            break
    here = [session.here for session in layout.sessions]
    return Placed(
        position=[paths.table[t, parties] for t, parties in enumerate(here)],
        variance=[paths.spread[t, parties] for t, parties in enumerate(here)],
        walk=in_unit(cautious, paths.unit),
        step=walk.step * paths.unit,
    )


class _Paths:
    """Positions and their variances so far, shape (n_sessions, n_parties); unit: the mean square of the positions."""

    def __init__(self, layout: Layout, items: Items, position: list[Floats]) -> None:
        self.layout = layout
        self.items = items
        self.table = gathered(layout, position)
        self.spread = np.zeros_like(self.table)
        self.unit = 1.0
        paths = (np.flatnonzero(present) for present in layout.present.T)
        self.paths = [(party, path) for party, path in enumerate(paths) if len(path)]

    def round(self, drift: Drift) -> tuple[float, _Squares]:
        """One Newton step for every path; the largest move, and the squares before it."""
        information, pull = self._told()
        walk_of = cache(lambda n: _Walk(n, drift))
        squares = _Squares()
        largest = 0.0
        for party, path in self.paths:
            at = self.table[path, party]
            aim, variance = walk_of(len(path)).smoothed(
                at, information[path, party], pull[path, party], squares
            )
            move = np.clip(aim - at, -LARGEST_MOVE, LARGEST_MOVE)
            self.table[path, party] += move
            self.spread[path, party] = variance
            largest = max(largest, float(np.abs(move).max()))
        self.unit = float((self.table**2 + self.spread)[self.layout.present].mean())
        return largest, squares

    def _told(self) -> tuple[Floats, Floats]:
        """Information and gradient of every position, shape (n_sessions, n_parties) each."""

        def of(t: int) -> tuple[Floats, Floats]:
            session = self.layout.sessions[t]
            return given_statements(session, self.table[t, session.here], self.items)

        with ThreadPoolExecutor(THREADS) as pool:
            told = list(pool.map(of, range(len(self.layout.sessions))))
        return gathered(self.layout, [one for one, _ in told]), gathered(
            self.layout, [one for _, one in told]
        )


class _Walk:
    """One party's path of n sessions under the walk, before any vote."""

    def __init__(self, n: int, drift: Drift) -> None:
        self.n = n
        self.drift = drift
        self.precision = standing_precision(n, drift)
        self.promised = float(np.trace(_movements(_inverse(self.precision))))

    def smoothed(
        self, position: Floats, known: Floats, pull: Floats, squares: _Squares
    ) -> tuple[Floats, Floats]:
        """Where its positions belong, and their variances; its squares are added to the sums. Arrays of shape (n,)."""
        drift = self.drift
        rest = 1 / (1 + drift.deviation * known)
        covariance = _inverse(self.precision + np.diag(known * rest))
        seen = known * position + pull
        standing = covariance @ (rest * seen)
        aim = rest * (drift.deviation * seen + standing)
        doubt = np.diag(covariance)
        apart = aim - standing
        squares.deviated += float(apart @ apart + (drift.deviation * rest + (1 - rest) ** 2 * doubt).sum())
        squares.told_of_deviation += float(((1 - rest) ** 2).sum())
        if self.n > 1:
            movement = _movements(covariance)
            steps = np.diff(standing)
            squares.walked += float(steps @ steps + np.trace(movement))
            squares.promised += self.promised
            squares.told_of_step += float(((np.eye(self.n - 1) - movement / drift.step) ** 2).sum())
        return aim, drift.deviation * rest + rest**2 * doubt


def _inverse(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrix), np.float64)


def _movements(covariance: Floats) -> Floats:
    """Covariance of the steps from each session to the next, shape (n - 1, n - 1)."""
    return np.asarray(np.diff(np.diff(covariance, axis=0), axis=1), np.float64)
