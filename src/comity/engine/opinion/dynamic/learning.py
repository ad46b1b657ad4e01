"""How far standings really walk, and how wrong a smoother is that was told something else.

Positions are smoothed by a cautious working prior (`model.BOND`, `model.DEVIATION`). Here the walk itself is learnt:
step and deviation at which the expected squares of movements and deviations, given the votes, are those that the walk
promises (the equation of maximum likelihood, one step of it at a time); and the error of the published positions under
the learnt walk, so that an interval is no wider or narrower than the working prior's caution makes it.
"""

from __future__ import annotations

import numpy as np

from comity.engine.opinion.dynamic.answers import Evidence
from comity.engine.opinion.dynamic.layout import Layout
from comity.engine.opinion.dynamic.paths import Drift, alone, stationary, together
from comity.engine.votes import Floats

FARTHEST = 1.0
"""No step changes the logarithm of a variance by more."""
LEAST = 1e-5


class Walk:
    """The walk as learnt so far. A step that turns round is halved, so that the search settles."""

    def __init__(self, step: float, deviation: float) -> None:
        self.drift = stationary(step, deviation)
        self._reach = np.full(2, FARTHEST)
        self._last = np.zeros(2)

    def learn(self, layout: Layout, evidence: list[Evidence], position: list[Floats]) -> None:
        """One step for the logarithms of both variances; one walk and one deviation are imagined besides, so that
        neither collapses to 0 where there is little to learn from."""
        drift = self.drift
        found = together(layout, evidence, position, drift, eased=False, spread=True)
        _, own, shared = alone(layout, np.zeros(layout.present.shape), drift)
        promised = float(((own[1:] + own[:-1] - 2 * shared[:-1]) * layout.both).sum())
        known = drift.deviation * np.concatenate([one.information for one in evidence])
        told = max(float(((known / (1 + known)) ** 2).sum()), 1e-9)
        further = np.array(
            [
                1.5 * np.log((found.walked + drift.step) / promised) if promised else 0.0,
                (found.deviated / drift.deviation + 1 - layout.present.sum()) / told,
            ]
        )
        self._reach = np.where(further * self._last < 0, self._reach / 2, self._reach)
        self._last = further
        step, deviation = np.exp(np.clip(further, -self._reach, self._reach)) * (drift.step, drift.deviation)
        self.drift = stationary(float(np.clip(step, LEAST, 4.0)), max(float(deviation), LEAST))


def true_to_stated(layout: Layout, information: Floats, working: Drift, walk: Drift) -> Floats:
    """Mean squared error of the published positions under the learnt walk, over the variance that the working prior
    states; shape (n_sessions, n_parties), 1 where a party is not present.

    information: what the votes say about each position, shape (n_sessions, n_parties). Party by party, as if
    statements were known. The common unit (mean square 1) is set by the published positions, so what the working
    prior shrinks alike everywhere is no error.
    """
    parts = []
    for party, present in enumerate(layout.present.T):
        sessions = np.flatnonzero(present)
        if not len(sessions):
            continue
        known = information[sessions, party]
        stated = np.linalg.inv(np.linalg.inv(_prior(len(sessions), working)) + np.diag(known))
        parts.append((sessions, party, stated, stated * known, _prior(len(sessions), walk)))
    square = sum(
        np.trace(gain @ truth @ gain.T + gain @ stated + stated) for _, _, stated, gain, truth in parts
    )
    unit = np.sqrt(sum(np.trace(truth) for *_, truth in parts) / square)
    ratio = np.ones(layout.present.shape)
    for sessions, party, stated, gain, truth in parts:
        missed = np.eye(len(sessions)) - unit * gain
        error = np.einsum("ij,jk,ik->i", missed, truth, missed) + unit**2 * np.diag(gain @ stated)
        ratio[sessions, party] = error / (unit**2 * np.diag(stated))
    return ratio


def _prior(n: int, drift: Drift) -> Floats:
    """Covariance of one party's positions in n sessions, before any vote."""
    precision = np.diag(np.full(n, drift.bond))
    precision[0, 0] += 1 / drift.entry
    steps = np.diff(np.eye(n), axis=0)
    standing = np.linalg.inv(precision + steps.T @ steps / drift.step)
    return np.asarray(standing + drift.deviation * np.eye(n), np.float64)
