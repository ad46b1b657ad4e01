"""Support and its intervals: against integration, against counting, against the truth behind missing votes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import beta
from tests.drawing import votes_from

from comity.engine.opinion.passing import passing
from comity.engine.opinion.spatial import spatial_model
from comity.engine.opinion.support import corrected_shares, probability_above, probability_larger, share
from comity.engine.opinion.tallies import tallies
from comity.engine.votes import vote_matrix


@pytest.mark.parametrize(("agreed", "voted"), [(0, 0), (0, 5), (3, 4), (40, 50)])
def test_share_is_the_posterior_of_a_uniform_prior(agreed: int, voted: int) -> None:
    def likelihood(p: float) -> float:
        return float(p**agreed * (1 - p) ** (voted - agreed))

    whole = quad(likelihood, 0, 1)[0]
    found = share(np.array([agreed]), np.array([voted]), interval=0.9)
    assert found.value[0] == pytest.approx(quad(lambda p: p * likelihood(p), 0, 1)[0] / whole)
    assert quad(likelihood, 0, found.low[0])[0] / whole == pytest.approx(0.05, abs=1e-6)
    assert quad(likelihood, found.high[0], 1)[0] / whole == pytest.approx(0.05, abs=1e-6)
    above = probability_above(np.array([agreed]), np.array([voted]), 0.6)[0]
    assert above == pytest.approx(quad(likelihood, 0.6, 1)[0] / whole, abs=1e-6)


def test_the_larger_share_against_a_million_draws() -> None:
    rng = np.random.default_rng(0)
    for a, n, b, k in [(30, 40, 20, 40), (8, 10, 50, 100), (5, 9, 6, 9)]:
        one, other = (
            beta.rvs(a + 1, n - a + 1, size=10**6, random_state=rng),
            beta.rvs(b + 1, k - b + 1, size=10**6, random_state=rng),
        )
        approximate = probability_larger(*(np.array([count]) for count in (a, n, b, k)))[0]
        assert approximate == pytest.approx((one > other).mean(), abs=0.02)


def test_tallies_are_counts() -> None:
    votes = votes_from("""
              parks tolls
        ana   +     -
        ben   +     o
        cem   -     .
        dov   +     +
    """)
    counted = tallies(votes, np.array([0, 0, 1, -1]), 2)
    assert counted.agreed.tolist() == [[2, 0], [0, 0]]
    assert counted.disagreed.tolist() == [[0, 1], [1, 0]]
    assert counted.passed.tolist() == [[0, 1], [0, 0]]
    assert counted.rest().voted.tolist() == [[1, 0], [2, 2]]


def test_correction_undoes_who_happened_to_see_a_statement() -> None:
    """A statement shown mostly to its supporters: as counted it looks loved, corrected it is near the truth."""
    rng = np.random.default_rng(1)
    position = rng.standard_normal((800, 1))
    loading = 2.0 * rng.standard_normal((40, 1))
    loading[0] = 3.0
    chance = expit(position @ loading.T)
    seen = rng.random((800, 40)) < 0.5
    seen[:, 0] = rng.random(800) < expit(4 * position[:, 0] - 2)
    answers = np.where(rng.random((800, 40)) < chance, 1, -1)
    row, column = np.nonzero(seen)
    votes = vote_matrix(row, column, answers[row, column], 800, 40)
    agree, _ = corrected_shares(votes, spatial_model(votes), passing(votes), np.ones((1, 800), bool))
    truth = (answers[:, 0] == 1).mean()
    counted = (answers[seen[:, 0], 0] == 1).mean()
    assert counted - truth > 0.2
    assert abs(agree.value[0, 0] - truth) < 0.07
    assert agree.low[0, 0] <= agree.value[0, 0] <= agree.high[0, 0]


def test_where_everybody_voted_there_is_nothing_to_correct() -> None:
    rng = np.random.default_rng(2)
    table = rng.integers(-1, 2, (50, 8))
    row, column = (index.ravel() for index in np.indices(table.shape))
    votes = vote_matrix(row, column, table.ravel(), 50, 8)
    agree, disagree = corrected_shares(votes, spatial_model(votes), passing(votes), np.ones((1, 50), bool))
    np.testing.assert_allclose(agree.value[0], (table == 1).mean(axis=0))
    np.testing.assert_allclose(disagree.high[0], (table == -1).mean(axis=0))


def test_a_side_with_nobody_has_no_corrected_support() -> None:
    votes = vote_matrix([0, 1], [0, 0], [1, -1], 2, 1)
    agree, _ = corrected_shares(
        votes, spatial_model(votes), passing(votes), np.array([[True, True], [False, False]])
    )
    assert np.isnan(agree.value[1]).all()


def test_overlapping_sides_are_each_as_if_alone() -> None:
    rng = np.random.default_rng(3)
    row, column = np.nonzero(rng.random((60, 9)) < 0.6)
    votes = vote_matrix(row, column, rng.integers(-1, 2, len(row)), 60, 9)
    model, passes = spatial_model(votes), passing(votes)
    members = np.stack([np.arange(60) < 40, np.arange(60) >= 20])
    together = corrected_shares(votes, model, passes, members)[0]
    alone = corrected_shares(votes, model, passes, members[1:])[0]
    np.testing.assert_allclose(together.value[1], alone.value[0])
    np.testing.assert_allclose(together.high[1], alone.high[0])
