"""One session's votes under the ordered probit: what they say about positions and about statements.

A vote is a hidden number u + noise, u = slope * position - location, noise standard normal: yes above h, no below -h,
abstention between, h = exp(log half width). Derivatives in u and in h; the information is the expected (Fisher) one,
raised where the observed vote curves more, so that a step never overshoots.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from comity.engine.opinion.dynamic.layout import MISSING, Session
from comity.engine.votes import Floats

TINY = 1e-12
FREE = 1e-4
"""Share of a location's prior precision that is kept where locations are free: enough for a statement all agree on."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """What a session's votes say. information: about positions, items given; shape (n_here,).

    pull: gradient for positions. cross: shape (n_items, n_here, 3), information shared by a position and the three
    numbers of a statement (slope, location, log half width). block, item_pull: the same for each statement, prior
    included, but for that of locations: agendas change, so locations do not say where a session's middle lies. `eased`
    adds what the other side's uncertainty adds in the mean-field steps, and the prior of locations.
    """

    information: Floats
    pull: Floats
    block: Floats
    item_pull: Floats
    eased_information: Floats
    eased_pull: Floats
    eased_block: Floats
    eased_item_pull: Floats
    cross: Floats
    log_likelihood: float


@dataclass(frozen=True, eq=False)
class Items:
    """Slope, location and log half width of every statement, shape (n_items, 3); their covariances (n_items, 3, 3)."""

    value: Floats
    covariance: Floats


@dataclass(frozen=True, eq=False)
class ItemPrior:
    """Normal prior of a statement's three numbers: means and variances, shape (3,) each."""

    mean: Floats
    variance: Floats


def evidence_of(
    session: Session, position: Floats, variance: Floats, items: Items, prior: ItemPrior
) -> Evidence:
    """Gradients and information at the current means. position, variance: shape (n_here,)."""
    value = items.value[session.items]
    spread = items.covariance[session.items]
    slope, half = value[:, :1], np.exp(value[:, 2:])
    seen = session.answer != MISSING
    gain, gain_half, weight, weight_cross, weight_half, log_likelihood = _derivatives(
        session.answer, seen, slope * position - value[:, 1:2], half
    )
    block = np.empty((len(value), 3, 3))
    block[:, 0, 0] = weight @ position**2
    block[:, 0, 1] = block[:, 1, 0] = -(weight @ position)
    block[:, 0, 2] = block[:, 2, 0] = weight_cross @ position
    block[:, 1, 1] = weight.sum(1)
    block[:, 1, 2] = block[:, 2, 1] = -weight_cross.sum(1)
    block[:, 2, 2] = weight_half.sum(1)
    precision = 1 / prior.variance
    free = precision * (1.0, FREE, 1.0)
    eased = block + np.diag(precision)
    eased[:, 0, 0] += weight @ variance
    gradient = np.stack([gain @ position, -gain.sum(1), gain_half.sum(1)], axis=1)
    eased_gradient = gradient - (value - prior.mean) * precision
    eased_gradient[:, 0] -= value[:, 0] * (weight @ variance)
    information, pull = (value[:, 0] ** 2) @ weight, value[:, 0] @ gain
    return Evidence(
        information=information,
        pull=pull,
        block=block + np.diag(free),
        item_pull=gradient - (value - prior.mean) * free,
        eased_information=information + spread[:, 0, 0] @ weight,
        eased_pull=pull - (spread[:, 0, 0] @ weight) * position + spread[:, 0, 1] @ weight,
        eased_block=eased,
        eased_item_pull=eased_gradient,
        cross=np.stack([slope * weight * position, -slope * weight, slope * weight_cross], axis=2),
        log_likelihood=log_likelihood,
    )


def given_statements(session: Session, position: Floats, items: Items) -> tuple[Floats, Floats]:
    """Information and gradient of the votes in positions where statements are taken as known; shape (n_here,) each."""
    value = items.value[session.items]
    slope = value[:, :1]
    gain, _, weight, _, _, _ = _derivatives(
        session.answer,
        session.answer != MISSING,
        slope * position - value[:, 1:2],
        np.exp(value[:, 2:]),
    )
    return (value[:, 0] ** 2) @ weight, value[:, 0] @ gain


def _derivatives(
    answer: npt.NDArray[np.int8], seen: npt.NDArray[np.bool_], u: Floats, half: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats, float]:
    upper, lower = u - half, -u - half
    yes_p, no_p = np.maximum(ndtr(upper), TINY), np.maximum(ndtr(lower), TINY)
    middle = np.maximum(1 - yes_p - no_p, TINY)
    yes_d, no_d = (np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi) for x in (upper, lower))
    yes_m = np.where(upper < -6, -upper, yes_d / yes_p)
    no_m = np.where(lower < -6, -lower, no_d / no_p)
    yes, no = answer == 1, answer == -1
    gain = np.where(yes, yes_m, np.where(no, -no_m, (no_d - yes_d) / middle)) * seen
    gain_half = np.where(yes, -yes_m, np.where(no, -no_m, (yes_d + no_d) / middle)) * seen * half
    expected = yes_d * yes_m + no_d * no_m + (no_d - yes_d) ** 2 / middle
    observed = np.where(yes, yes_m * (yes_m + upper), np.where(no, no_m * (no_m + lower), expected))
    weight = np.maximum(expected, observed) * seen
    weight_cross = (no_d * no_m - yes_d * yes_m + (no_d**2 - yes_d**2) / middle) * seen * half
    weight_half = (yes_d * yes_m + no_d * no_m + (yes_d + no_d) ** 2 / middle) * seen * half**2
    probability = np.where(yes, yes_p, np.where(no, no_p, middle))
    return gain, gain_half, weight, weight_cross, weight_half, float(np.log(probability[seen]).sum())
