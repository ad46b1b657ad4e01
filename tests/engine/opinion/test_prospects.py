"""Prospects foretell: they are right as often as they say, and one side's answers speak for another's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, ndtr
from scipy.stats import beta

from comity.engine.opinion.prospects import log_prospects


def drawn(seed: int, n_statements: int, most: int, alike: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True shares, answers that say so and answers of three strata whose log odds have this correlation."""
    dice = np.random.default_rng(seed)
    spread = 1.2 * (alike * np.ones((3, 3)) + (1 - alike) * np.eye(3))
    share = expit(dice.multivariate_normal([-0.3, 0.2, 0.0], spread, n_statements)).T
    voted = dice.integers(0, most + 1, share.shape)
    return share, dice.binomial(voted, share).astype(float), voted.astype(float)


@pytest.mark.parametrize("alike", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("most", [3, 30])
def test_they_come_true_as_often_as_they_say(alike: float, most: int) -> None:
    share, said, voted = drawn(1, 2_000, most, alike)
    truth = share[0] > 0.6
    chance = np.exp(log_prospects(said, voted, 1, 0.6))
    low, middle, high = chance < 0.2, (chance >= 0.2) & (chance < 0.6), chance >= 0.6
    for part in (low, middle, high):
        if part.sum() >= 100:
            assert truth[part].mean() == pytest.approx(chance[part].mean(), abs=0.1 if most == 3 else 0.06)


def test_the_others_help_where_they_are_alike() -> None:
    """A side that has not answered is foretold by those who did; where nothing is alike, it is not."""
    for alike, least in ((0.9, 0.4), (0.0, 0.0)):
        share, said, voted = drawn(2, 500, 40, alike)
        said[0, :50], voted[0, :50] = 0, 0
        chance = np.exp(log_prospects(said, voted, 1, 0.6))[:50]
        together = np.corrcoef(chance, share[0, :50])[0, 1]
        assert together > least if least else abs(together) < 0.35


def test_with_many_answers_they_are_the_certainty_of_the_counts() -> None:
    voted = np.full((1, 6), 2_000.0)
    said = np.array([[1_150.0, 1_180, 1_200, 1_220, 1_240, 1_260]])
    certainty = beta.sf(0.6, said[0] + 1, voted[0] - said[0] + 1)
    assert np.exp(log_prospects(said, voted, 1, 0.6)) == pytest.approx(certainty, abs=0.03)


def test_statements_that_nobody_answered_are_all_alike_and_teach_nothing() -> None:
    _, said, voted = drawn(3, 40, 10, 0.5)
    voted[:, 0] = np.maximum(voted[:, 0], 1)
    more = log_prospects(np.pad(said, ((0, 0), (0, 5))), np.pad(voted, ((0, 0), (0, 5))), 2, 0.6)
    assert more[:40] == pytest.approx(log_prospects(said, voted, 2, 0.6))
    assert np.ptp(more[40:]) == pytest.approx(0.0, abs=1e-12)
    nothing = np.zeros((2, 3))
    assert np.exp(log_prospects(nothing, nothing, 1, 0.6)) == pytest.approx(
        ndtr(-np.log(1.5) / np.sqrt(1.5)), abs=0.05
    )


def test_the_order_of_the_statements_and_a_threshold_at_either_end_do_no_harm() -> None:
    _, said, voted = drawn(4, 30, 10, 0.5)
    turned = np.random.default_rng(0).permutation(30)
    assert log_prospects(said[:, turned], voted[:, turned], 2, 0.6) == pytest.approx(
        log_prospects(said, voted, 2, 0.6)[turned]
    )
    assert (log_prospects(said, voted, 2, 0.0) == 0.0).all()
    assert (log_prospects(said, voted, 2, 1.0) == -np.inf).all()
