"""Smoothing along time: a party's standing drifts, and each session adds its own deviation.

standing(t + 1) = standing(t) + step * noise; position(t) = standing(t) + deviation * noise; within a session standings
lie around its mean with precision `bond`. Two smoothers: `alone` runs every party by itself with the statements known
(the mean-field step); `together` runs the whole assembly as one state, statements integrated out, so that what the
statements leave open, and what all parties share, is in the covariances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotri

from comity.engine.opinion.dynamic.answers import Evidence
from comity.engine.opinion.dynamic.layout import Layout
from comity.engine.votes import Floats


@dataclass(frozen=True)
class Drift:
    """Variances of one step and of one session's deviation, precision of the bond to the session's mean, of entry."""

    step: float
    deviation: float
    bond: float
    entry: float = 1.0


@dataclass(frozen=True, eq=False)
class Smoothed:
    """Positions of every session. covariance: a matrix a session; with_sum: each position's covariance with the sum of
    all positions of all sessions; both empty unless asked for."""

    mean: list[Floats]
    covariance: list[Floats]
    with_sum: list[Floats]


def stationary(step: float, deviation: float) -> Drift:
    """A walk whose standings keep variance 1 in the long run: the bond that this needs, and no other choice."""
    return Drift(step, deviation, float(np.sqrt(4 / step**2 + 1) - 2 / step))


def in_unit(drift: Drift, square: float) -> Drift:
    """The same walk on a scale whose mean square is `square` instead of 1."""
    return Drift(drift.step * square, drift.deviation * square, drift.bond / square, drift.entry * square)


def standing_precision(n: int, drift: Drift) -> Floats:
    """Precision of one party's standings in n sessions, before any vote; shape (n, n)."""
    precision = np.diag(np.full(n, drift.bond))
    precision[0, 0] += 1 / drift.entry
    steps = np.diff(np.eye(n), axis=0)
    return np.asarray(precision + steps.T @ steps / drift.step)


def alone(layout: Layout, information: Floats, drift: Drift) -> tuple[Floats, Floats, Floats]:
    """Variances of positions and of standings, and covariances of standings with the next session's.

    information: shape (n_sessions, n_parties). The third is shape (n_sessions, n_parties), its last row 0.
    """
    known = information / (1 + drift.deviation * information)
    n_sessions = len(known)
    stays = np.vstack([layout.both, np.zeros((1, known.shape[1]), bool)])
    forward = np.ones_like(known)
    for t in range(n_sessions):
        own = known[t] + drift.bond + np.where(layout.enters[t], 1 / drift.entry, 1 / drift.step)
        own = own + np.where(stays[t], 1 / drift.step, 0)
        if t:
            own = own - np.where(layout.both[t - 1], 1 / (drift.step**2 * forward[t - 1]), 0)
        forward[t] = np.where(layout.present[t], own, 1.0)
    variance = np.where(layout.present, 1 / forward, 0.0)
    covariance = np.zeros_like(known)
    for t in range(n_sessions - 2, -1, -1):
        covariance[t] = np.where(stays[t], variance[t + 1] / (drift.step * forward[t]), 0)
        variance[t] += covariance[t] / (drift.step * forward[t])
    rest = 1 / (1 + drift.deviation * information)
    return drift.deviation * rest + variance * rest**2, variance, covariance


def together(
    layout: Layout,
    evidence: list[Evidence],
    position: list[Floats],
    drift: Drift,
    *,
    eased: bool,
    spread: bool,
) -> Smoothed:
    """All parties in all sessions at once; covariances only where `spread`.

    eased: use the mean-field information (for the next step) or the plain one (for what is published).
    """
    gains: list[Floats] = []
    carried: list[Floats] = []
    loosened: list[Floats] = []
    targets: list[Floats] = []
    for t, session in enumerate(layout.sessions):
        precision, target = _from_votes(evidence[t], position[t], eased)
        loose = _inverse(np.eye(len(target)) + drift.deviation * precision)
        own = precision @ loose
        own = (own + own.T) / 2
        entering = layout.enters[t, session.here]
        own[np.diag_indices_from(own)] += drift.bond + np.where(entering, 1 / drift.entry, 1 / drift.step)
        own[session.stays, session.stays] += 1 / drift.step
        own -= drift.bond / max(len(target), 1)  # the bond is to the session's mean, wherever that lies
        # the second column answers to a vector of ones: the sum of the covariances with all positions
        target = np.stack([target, np.ones(len(target))], axis=1)
        right = loose @ target
        if t:
            before = layout.sessions[t - 1]
            own[np.ix_(before.arrives, before.arrives)] -= (
                gains[-1][np.ix_(before.stays, before.stays)] / drift.step**2
            )
            right[before.arrives] += carried[-1][before.stays] / drift.step
        gain = _inverse(own)
        gains.append(gain)
        carried.append(gain @ right)
        loosened.append(loose)
        targets.append(target)
    return _backward(layout, gains, carried, loosened, targets, drift, spread)


def _inverse(matrix: Floats) -> Floats:
    """Inverse of a symmetric positive matrix by its Cholesky factor, at half the work of a general one."""
    factor, fault = dpotrf(matrix.T, lower=1) if len(matrix) else (matrix, 1)  # .T: LAPACK counts by columns
    if fault:
        return np.asarray(np.linalg.inv(matrix), np.float64)
    lower = dpotri(factor, lower=1, overwrite_c=1)[0]
    whole = lower + lower.T
    whole[np.diag_indices_from(whole)] /= 2
    return np.asarray(whole, np.float64)


def _from_votes(evidence: Evidence, position: Floats, eased: bool) -> tuple[Floats, Floats]:
    """Precision and information vector of a session's positions with its statements integrated out."""
    if eased:
        information, pull = evidence.eased_information, evidence.eased_pull
        block, item_pull = evidence.eased_block, evidence.eased_item_pull
    else:
        information, pull, block, item_pull = (
            evidence.information,
            evidence.pull,
            evidence.block,
            evidence.item_pull,
        )
    root = np.linalg.inv(np.linalg.cholesky(block))
    shared = (evidence.cross @ root.transpose(0, 2, 1)).transpose(1, 0, 2).reshape(len(position), -1)
    precision = np.diag(information) - shared @ shared.T
    pull = pull - shared @ (root @ item_pull[:, :, None]).ravel()
    return precision, pull + precision @ position


def _backward(
    layout: Layout,
    gains: list[Floats],
    carried: list[Floats],
    loosened: list[Floats],
    targets: list[Floats],
    drift: Drift,
    spread: bool,
) -> Smoothed:
    means: list[Floats] = []
    covariances: list[Floats] = []
    with_sum: list[Floats] = []
    later_mean, later = np.zeros((0, 2)), np.zeros((0, 0))
    for t in range(len(gains) - 1, -1, -1):
        session = layout.sessions[t]
        link = gains[t][:, session.stays] / drift.step
        standing = carried[t] + link @ later_mean[session.arrives]
        answer = loosened[t] @ (drift.deviation * targets[t] + standing)
        means.append(answer[:, 0])
        if spread:
            with_sum.append(answer[:, 1])
            onward = later[np.ix_(session.arrives, session.arrives)]
            shared = link @ onward
            covariance = gains[t] + shared @ link.T
            loose = loosened[t]
            covariances.append(drift.deviation * loose + loose @ covariance @ loose.T)
            later = covariance
        later_mean = standing
    return Smoothed(means[::-1], covariances[::-1], with_sum[::-1])
