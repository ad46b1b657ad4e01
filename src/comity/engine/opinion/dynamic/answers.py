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


@dataclass(frozen=True, eq=False)
class Evidence:
    """What a session's votes say. information: about positions, items given; shape (n_here,).

    pull: gradient for positions. cross: shape (n_items, n_here, 3), information shared by a position and the three
    numbers of a statement (slope, location, log half width). block, item_pull: the same for each statement, prior
    included. `eased` adds what the other side's uncertainty adds in the mean-field steps.
    """

    information: Floats
    eased_information: Floats
    pull: Floats
    cross: Floats
    block: Floats
    eased_block: Floats
    item_pull: Floats
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
    block += np.diag(1 / prior.variance)
    eased = block.copy()
    eased[:, 0, 0] += weight @ variance
    item_pull = (
        np.stack(
            [gain @ position - value[:, 0] * (weight @ variance), -gain.sum(1), gain_half.sum(1)], axis=1
        )
        - (value - prior.mean) / prior.variance
    )
    information = (value[:, 0] ** 2) @ weight
    return Evidence(
        information=information,
        eased_information=information + spread[:, 0, 0] @ weight,
        pull=value[:, 0] @ gain - (spread[:, 0, 0] @ weight) * position + spread[:, 0, 1] @ weight,
        cross=np.stack([slope * weight * position, -slope * weight, slope * weight_cross], axis=2),
        block=block,
        eased_block=eased,
        item_pull=item_pull,
        log_likelihood=log_likelihood,
    )


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
