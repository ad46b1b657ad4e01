"""Ideal points over time from ordinal votes.

Notation: x position of party i in session t; a slope, b location, h half width of a statement.
P(yes) = Phi(a x - b - h), P(no) = Phi(-a x + b - h), the rest abstains. Missing votes are missing.
Source: the dynamic ordinal spatial model of Bailey, Strezhnev and Voeten (2017), fitted by variational steps after
the idea of Imai, Lo and Olmsted (2016); covariances by linear response instead of mean field.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from comity.engine.opinion.dynamic.answers import Evidence, ItemPrior, Items, evidence_of
from comity.engine.opinion.dynamic.frames import frames
from comity.engine.opinion.dynamic.layout import Layout, gathered, layout_of
from comity.engine.opinion.dynamic.paths import Drift, Smoothed, alone, together
from comity.engine.opinion.dynamic.placing import placed
from comity.engine.votes import Floats, Integers, VoteMatrix

BOND = 1.0
"""Precision of the tie of a session's standings to their mean: the unit of the scale is a session's spread."""
DEVIATION = 0.04
"""Variance of a session's own deviation from a party's standing, in the same unit."""
SLOPE_VARIANCE = 1.0
"""Slopes are standard normal where positions have mean square 1, as in the published model. It is not learnt: a slope
variance that follows the slopes lets a bloc that votes by itself run out for ever, its statements ever steeper."""
SWEEPS = 60
SETTLED = 0.03
"""The fit is done when no position moves by more in a sweep, on the scale of mean square 1."""
FEWEST_SWEEPS = 10
"""So many at least: the first sweeps may be still before the priors are learnt."""
LARGEST_MOVE = 1.0
THREADS = 2
WHOLE_STEPS = 5
"""Sweeps before steps are halved."""


@dataclass(frozen=True, eq=False)
class IdealPoints:
    """Posterior of every party's position in every session, on one scale of mean 0 and variance 1 over all of them.

    mean, variance: shape (n_sessions, n_parties), nan before a party's first and after its last vote; in a session
    between where it did not vote the path carries it. covariance: one matrix a session over `here`, the parties
    present. step, deviation: standard deviations of one session's drift and of a session's own deviation, as learnt.
    slope, location, half_width: of each statement. n_sweeps, last_change: how long the fit took and the largest move
    (in positions) of its last sweep.
    """

    mean: Floats
    variance: Floats
    here: tuple[npt.NDArray[np.intp], ...]
    covariance: tuple[Floats, ...]
    step: float
    deviation: float
    slope: Floats
    location: Floats
    half_width: Floats
    n_sweeps: int
    last_change: float
    log_likelihood: float


def ideal_points(
    votes: VoteMatrix,
    session_of: Integers,
    n_sessions: int,
    positive: int | None = None,
    sweeps: int = SWEEPS,
) -> IdealPoints:
    """Where every party stands in every session.

    votes: participants are parties. session_of: integers, shape (n_statements,), 0 .. n_sessions - 1. positive: the
    party whose mean position shall be positive; without it, positive is the side that agrees less often (mean
    answer falls as position rises). Raises ValueError without votes or where session_of does not fit.

    >>> from comity.engine.votes import vote_matrix
    >>> votes = vote_matrix([0, 1, 2, 0, 1, 2], [0, 0, 0, 1, 1, 1], [1, 1, -1, 1, 0, -1], 3, 2)
    >>> points = ideal_points(votes, np.array([0, 1]), n_sessions=2)
    >>> points.mean.shape, bool(points.mean[0, 2] > points.mean[0, 0])
    ((2, 3), True)
    """
    if votes.n_votes == 0 or len(session_of) != votes.n_statements:
        raise ValueError("ideal points need at least one vote and a session for every statement")
    layout = layout_of(votes, session_of, n_sessions)
    fit = _Fit(layout, votes)
    while fit.n_sweeps < sweeps and (fit.n_sweeps < FEWEST_SWEEPS or fit.change >= SETTLED):
        fit.sweep(learn=fit.n_sweeps >= 2)
    return _published(fit, votes, positive)


class _Fit:
    """The state of the fit: means and variances of positions and statements, and the learnt variances."""

    def __init__(self, layout: Layout, votes: VoteMatrix) -> None:
        self.layout = layout
        start = _start(votes)
        self.position = [start[session.here] for session in layout.sessions]
        self.variance = [np.full(len(x), 0.05) for x in self.position]
        counts = np.maximum(np.bincount(votes.statement, minlength=votes.n_statements), 1)
        mean = np.bincount(votes.statement, votes.answer, minlength=votes.n_statements) / counts
        together_ = np.bincount(
            votes.statement,
            (votes.answer - mean[votes.statement]) * start[votes.participant],
            votes.n_statements,
        )
        scale = np.bincount(votes.statement, start[votes.participant] ** 2, minlength=votes.n_statements)
        value = np.stack(
            [2 * together_ / np.maximum(scale, 1e-9), -2 * mean, np.full(len(mean), -0.3)], axis=1
        )
        self.items = Items(value, np.tile(np.diag([0.1, 0.1, 0.05]), (len(mean), 1, 1)))
        self.prior = ItemPrior(np.array([0.0, 0.0, -0.3]), np.array([SLOPE_VARIANCE, 4.0, 0.5]))
        self.drift = Drift(step=0.04, deviation=DEVIATION, bond=BOND)
        self.change = np.inf
        self.n_sweeps = 0

    def evidence(self) -> list[Evidence]:
        """Of every session, two at a time: the arithmetic runs outside the interpreter's lock."""

        def of(t: int) -> Evidence:
            session = self.layout.sessions[t]
            return evidence_of(session, self.position[t], self.variance[t], self.items, self.prior)

        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(of, range(len(self.layout.sessions))))

    def sweep(self, learn: bool) -> None:
        before = self.position
        evidence = self.evidence()
        self.step_all(evidence)
        known = gathered(self.layout, [one.eased_information for one in evidence])
        variance, standing, covariance = alone(self.layout, known, self.drift)
        self._reframe(variance, covariance)
        if learn:
            self.learn_items()
            self._learn_step(standing, covariance)
        self._rescale()
        moved = [np.abs(new - old).max(initial=0.0) for new, old in zip(self.position, before, strict=True)]
        self.change = float(max(moved))
        self.n_sweeps += 1

    def step_all(self, evidence: list[Evidence]) -> None:
        """One step for all positions and statements together; a half one once the first are done: full ones overshoot
        where extreme positions and steep statements move at the same time, and go to and fro for ever."""
        means = together(self.layout, evidence, self.position, self.drift, eased=True, spread=False).mean
        moves = [new - old for new, old in zip(means, self.position, strict=True)]
        largest = max(float(np.abs(move).max(initial=0.0)) for move in moves)
        share = min(1.0 if self.n_sweeps < WHOLE_STEPS else 0.5, LARGEST_MOVE / max(largest, 1e-12))
        moves = [share * move for move in moves]
        self._move_items(evidence, moves, share)
        self.position = [old + move for old, move in zip(self.position, moves, strict=True)]

    def _move_items(self, evidence: list[Evidence], moves: list[Floats], share: float) -> None:
        value, covariance = self.items.value.copy(), self.items.covariance.copy()
        for session, one, move in zip(self.layout.sessions, evidence, moves, strict=True):
            inverse = np.linalg.inv(one.eased_block)
            pull = share * one.eased_item_pull - np.einsum("jnk,n->jk", one.cross, move)
            value[session.items] += np.clip(np.einsum("jkl,jl->jk", inverse, pull), -1.5, 1.5)
            covariance[session.items] = inverse
        value[:, 2] = np.clip(value[:, 2], -4, 3)
        self.items = Items(value, covariance)

    def _reframe(self, variance: Floats, covariance: Floats) -> None:
        expected = self.items.value[:, 0] ** 2 + self.items.covariance[:, 0, 0]
        square = np.array([expected[session.items].sum() for session in self.layout.sessions])
        table = gathered(self.layout, self.position)
        stretch, shift = frames(
            self.layout, table, variance, covariance, square, float(self.prior.variance[0]), self.drift
        )
        self._stretched(stretch, shift, variance)

    def _stretched(self, stretch: Floats, shift: Floats, variance: Floats) -> None:
        value, spread = self.items.value.copy(), self.items.covariance.copy()
        for t, session in enumerate(self.layout.sessions):
            self.position[t] = stretch[t] * self.position[t] + shift[t]
            self.variance[t] = stretch[t] ** 2 * variance[t, session.here]
            value[session.items, 1] += value[session.items, 0] * shift[t] / stretch[t]
            value[session.items, 0] /= stretch[t]
            spread[session.items, 0, :] /= stretch[t]
            spread[session.items, :, 0] /= stretch[t]
        self.items = Items(value, spread)

    def learn_items(self) -> None:
        """New means and variances of locations and half widths."""
        value, spread = self.items.value, self.items.covariance
        mean = np.array([0.0, value[:, 1].mean(), value[:, 2].mean()])
        variance = ((value - mean) ** 2).mean(0) + np.diagonal(spread, axis1=1, axis2=2).mean(0)
        variance[0] = SLOPE_VARIANCE
        self.prior = ItemPrior(mean, np.maximum(variance, 0.05))

    def _learn_step(self, standing: Floats, covariance: Floats) -> None:
        """The working step, by how far positions moved, over what the prior alone would give standings.

        Movements of positions include the sessions' own deviations, so it is an upper estimate. What is published as
        the step is learnt in `placing`.
        """
        both = self.layout.both
        if both.any():
            moved = np.diff(gathered(self.layout, self.position), axis=0) ** 2
            seen = ((moved + standing[1:] + standing[:-1] - 2 * covariance[:-1]) * both).sum()
            _, own, shared = alone(self.layout, np.zeros_like(standing), self.drift)
            prior = ((own[1:] + own[:-1] - 2 * shared[:-1]) * both).sum()
            ratio = float(np.clip(seen / prior, 0.25, 4.0))
            self.drift = Drift(max(self.drift.step * ratio**1.5, 1e-4), DEVIATION, BOND)

    def _rescale(self) -> None:
        """The whole scale back to mean square 1, so that the prior's unit stays what it says."""
        square = sum(float((x**2).sum() + v.sum()) for x, v in zip(self.position, self.variance, strict=True))
        factor = np.sqrt(self.layout.present.sum() / square)
        variance = gathered(self.layout, self.variance)
        self._stretched(np.full(len(self.position), factor), np.zeros(len(self.position)), variance)


def _start(votes: VoteMatrix) -> Floats:
    """One position a party for all sessions: first axis of the mean co-deviation of answers, mean square 1."""
    counts = np.maximum(np.bincount(votes.statement, minlength=votes.n_statements), 1)
    mean = np.bincount(votes.statement, votes.answer, minlength=votes.n_statements) / counts
    deviation: csr_array = votes.sparse(votes.answer - mean[votes.statement])
    seen: csr_array = votes.sparse(np.ones(votes.n_votes))
    product = (deviation @ deviation.T).toarray() / np.maximum((seen @ seen.T).toarray(), 1)
    axis: Floats = np.linalg.eigh(product)[1][:, -1]
    axis = axis * np.sign(axis[np.argmax(np.abs(axis))])
    return np.asarray(axis / max(np.sqrt((axis**2).mean()), 1e-12))


def _published(fit: _Fit, votes: VoteMatrix, positive: int | None) -> IdealPoints:
    """Positions under the learnt walk, covariances by linear response; mean 0 and variance 1 over all party-sessions;
    the stated direction."""
    layout = fit.layout
    paths = placed(layout, fit.items, fit.position, fit.drift.step, fit.drift.deviation)
    fit.position, fit.variance = paths.position, paths.variance
    evidence = fit.evidence()
    found = together(layout, evidence, fit.position, paths.walk, eased=False, spread=True)
    covariances = _about_the_mean(found)
    points = np.concatenate(fit.position)
    middle = points.mean()
    variances = np.concatenate([np.diag(one) for one in covariances])
    scale = float(np.sqrt(points.var() + variances.mean()))
    sign = _direction(layout, votes, fit.position, positive)
    mean = np.full(layout.present.shape, np.nan)
    variance = mean.copy()
    for t, session in enumerate(layout.sessions):
        mean[t, session.here] = sign * (fit.position[t] - middle) / scale
        variance[t, session.here] = np.diag(covariances[t]) / scale**2
    value = fit.items.value
    return IdealPoints(
        mean=mean,
        variance=variance,
        here=tuple(session.here for session in layout.sessions),
        covariance=tuple(one / scale**2 for one in covariances),
        step=float(np.sqrt(paths.step)) / scale,
        deviation=float(np.sqrt(paths.walk.deviation)) / scale,
        slope=sign * value[:, 0] * scale,
        location=value[:, 1] - value[:, 0] * middle,
        half_width=np.exp(value[:, 2]),
        n_sweeps=fit.n_sweeps,
        last_change=fit.change / scale,
        log_likelihood=sum(one.log_likelihood for one in evidence),
    )


def _about_the_mean(found: Smoothed) -> list[Floats]:
    """Covariances of positions less the mean of all of them, which is published as 0 and so is no doubt."""
    n = sum(len(one) for one in found.with_sum)
    with_mean = [one / n for one in found.with_sum]
    of_mean = float(np.concatenate(with_mean).mean())
    return [
        covariance - shared[:, None] - shared + of_mean
        for covariance, shared in zip(found.covariance, with_mean, strict=True)
    ]


def _direction(layout: Layout, votes: VoteMatrix, position: list[Floats], positive: int | None) -> float:
    table = gathered(layout, position)
    if positive is not None:
        return -1.0 if table[:, positive].sum() < 0 else 1.0
    n = np.bincount(votes.participant, minlength=votes.n_participants)
    total = np.bincount(votes.participant, votes.answer, minlength=votes.n_participants)
    voted = n > 0
    place = table.sum(0)[voted] / layout.present.sum(0)[voted]
    agreed = total[voted] / n[voted]
    return -1.0 if float(((place - place.mean()) * (agreed - agreed.mean())).sum()) > 0 else 1.0
