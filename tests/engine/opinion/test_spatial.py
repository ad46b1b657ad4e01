"""The spatial model: the truth it was drawn from, the posterior by brute force, its axioms, its refusals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import norm

from comity.engine.opinion.spatial import SpatialModel, averaged_sigma, spatial_model
from comity.engine.opinion.spatial_steps import _inverses
from comity.engine.votes import VoteMatrix, vote_matrix


def drawn_votes(
    seed: int, n: int = 300, m: int = 60, missing: float = 0.5
) -> tuple[VoteMatrix, np.ndarray, np.ndarray]:
    """Votes drawn from the model itself: 2 axes, the second weaker; and the true positions and log odds."""
    rng = np.random.default_rng(seed)
    position = rng.standard_normal((n, 2))
    loading = rng.standard_normal((m, 2)) * [1.5, 0.7]
    odds = rng.standard_normal(m) + position @ loading.T
    row, column = np.nonzero(rng.random((n, m)) >= missing)
    answer = np.where(rng.random(len(row)) < expit(odds[row, column]), 1, -1)
    return vote_matrix(row, column, answer, n, m), position, odds


def everything(model: SpatialModel) -> dict[str, np.ndarray]:
    return {
        "position": model.position,
        "covariance": model.position_covariance,
        "lean": model.lean,
        "intercept": model.intercept,
        "loading": model.loading,
        "share": model.axis_share,
    }


def test_it_finds_the_positions_that_drew_the_votes() -> None:
    votes, position, odds = drawn_votes(1)
    model = spatial_model(votes)
    assert abs(np.corrcoef(model.position[:, 0], position[:, 0])[0, 1]) > 0.9
    unseen = np.ones(odds.shape, bool)
    unseen[votes.participant, votes.statement] = False
    i, j = np.nonzero(unseen)
    error = model.probability(i, j) - expit(odds[i, j])
    assert np.sqrt(np.mean(error**2)) < 0.12
    assert model.axis_share[0] > model.axis_share[1] > 0


def test_unseen_answers_come_as_often_as_predicted() -> None:
    votes, _, odds = drawn_votes(2, n=500)
    model = spatial_model(votes)
    unseen = np.ones(odds.shape, bool)
    unseen[votes.participant, votes.statement] = False
    i, j = np.nonzero(unseen)
    predicted, truth = model.probability(i, j), expit(odds[i, j])
    bins = np.digitize(predicted, np.linspace(0, 1, 11)[1:-1])
    for which in np.unique(bins):
        inside = bins == which
        assert abs(predicted[inside].mean() - truth[inside].mean()) < 0.05


def test_a_position_is_the_posterior_mean_of_brute_force() -> None:
    """With statements known nearly without doubt, one participant's position by summing over a fine grid."""
    votes, *_ = drawn_votes(3, n=1200, m=25, missing=0.0)
    model = spatial_model(votes, dimensions=1, tolerance=1e-6, maximum_iterations=200)
    grid = np.linspace(-5, 5, 201)
    lean_grid = np.linspace(-3, 3, 121)
    spread = np.sqrt(model.learnt["lean_variance"])
    for participant in (0, 500, 1100):
        own = votes.participant == participant
        j, side = votes.statement[own], votes.answer[own]
        odds = model.intercept[j] + grid[:, None, None] * model.loading[j, 0] + lean_grid[None, :, None]
        log = norm.logpdf(grid)[:, None] + norm.logpdf(lean_grid / spread)[None, :]
        log = log + np.log(expit(side * odds)).sum(axis=2)
        weight = np.exp(log - log.max())
        mean = (weight.sum(axis=1) * grid).sum() / weight.sum()
        deviation = np.sqrt((weight.sum(axis=1) * (grid - mean) ** 2).sum() / weight.sum())
        assert abs(model.position[participant, 0] - mean) < 0.3 * deviation
        assert 0.6 < np.sqrt(model.position_covariance[participant, 0, 0]) / deviation < 1.2


@pytest.mark.parametrize("dimensions", [1, 2, 3])
def test_order_and_names_change_nothing_to_the_last_bit(dimensions: int) -> None:
    votes, *_ = drawn_votes(4, n=80, m=20)
    rng = np.random.default_rng(0)
    lines, rows, columns = (rng.permutation(k) for k in (votes.n_votes, 80, 20))
    shuffled = vote_matrix(
        rows[votes.participant[lines]], columns[votes.statement[lines]], votes.answer[lines], 80, 20
    )
    before = everything(spatial_model(votes, dimensions))
    after = everything(spatial_model(shuffled, dimensions))
    for name, order in {"position": rows, "covariance": rows, "lean": rows, "intercept": columns}.items():
        np.testing.assert_array_equal(before[name], after[name][order])


def test_exchanging_agree_and_disagree_mirrors_statements_and_leaves_positions() -> None:
    votes, *_ = drawn_votes(5, n=80, m=20)
    mirrored = vote_matrix(votes.participant, votes.statement, -votes.answer, 80, 20)
    before, after = everything(spatial_model(votes)), everything(spatial_model(mirrored))
    np.testing.assert_allclose(before["position"], after["position"], atol=1e-9)
    for name in ("lean", "intercept", "loading"):
        np.testing.assert_allclose(before[name], -after[name], atol=1e-9)


def test_threads_and_blocks_change_nothing() -> None:
    rng = np.random.default_rng(6)
    row, column = np.nonzero(rng.random((3000, 80)) < 0.6)
    votes = vote_matrix(row, column, rng.integers(0, 2, len(row)) * 2 - 1, 3000, 80)
    one, two = (spatial_model(votes, threads=threads, maximum_iterations=4) for threads in (1, 2))
    np.testing.assert_array_equal(one.position, two.position)


def test_passes_and_missing_pairs_add_nothing() -> None:
    votes, *_ = drawn_votes(7, n=60, m=15)
    empty = np.ones((60, 15), bool)
    empty[votes.participant, votes.statement] = False
    i, j = np.nonzero(empty)
    with_passes = vote_matrix(
        np.r_[votes.participant, i[:50]],
        np.r_[votes.statement, j[:50]],
        np.r_[votes.answer, np.zeros(50)],
        60,
        15,
    )
    np.testing.assert_allclose(spatial_model(votes).position, spatial_model(with_passes).position, atol=0.02)


@pytest.mark.parametrize(
    ("rows", "columns", "answers", "n", "m"),
    [
        ([], [], [], 3, 2),
        ([0], [0], [1], 1, 1),
        ([0, 1, 2], [0, 0, 0], [1, 1, -1], 3, 1),
        ([0, 0, 0], [0, 1, 2], [1, -1, 1], 1, 3),
        ([0, 0, 1, 1], [0, 1, 0, 1], [1, 1, 1, 1], 2, 2),
        ([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 0, 0], 2, 2),
    ],
    ids=["nobody", "one vote", "one statement", "one participant", "all agree", "all pass"],
)
def test_small_tables_give_finite_numbers(
    rows: list[int], columns: list[int], answers: list[int], n: int, m: int
) -> None:
    model = spatial_model(vote_matrix(rows, columns, answers, n, m))
    for values in everything(model).values():
        assert np.isfinite(values).all()
    chance = model.probability(np.zeros(m, int), np.arange(m))
    assert ((chance > 0) & (chance < 1)).all()


def test_who_never_took_a_side_is_nowhere_in_particular() -> None:
    votes, *_ = drawn_votes(8, n=60, m=15)
    more = vote_matrix(votes.participant, votes.statement, votes.answer, 61, 15)
    model = spatial_model(more)
    own_spread = np.trace(model.position_covariance[60])
    assert own_spread > 0.9 * 2
    assert own_spread > np.trace(model.position_covariance[:60], axis1=1, axis2=2).max()


def test_the_table_of_probabilities_is_the_same_as_pair_by_pair() -> None:
    votes, *_ = drawn_votes(9, n=60, m=15)
    model = spatial_model(votes)
    people = np.array([3, 1, 59])
    np.testing.assert_allclose(
        model.probability_table(people),
        model.probability(people[:, None], np.arange(15)[None, :]),
        atol=1e-12,
    )


def test_the_average_of_sigma_is_close_to_numerical_integration() -> None:
    t = np.linspace(-12, 12, 4001)
    for mean, variance in [(0.0, 1.0), (1.0, 0.5), (-2.0, 3.0), (3.0, 8.0)]:
        exact = np.trapezoid(expit(t * np.sqrt(variance) + mean) * norm.pdf(t), t)
        assert abs(averaged_sigma(np.array(mean), np.array(variance)) - exact) < 0.015


def test_a_space_without_axes_is_refused() -> None:
    with pytest.raises(ValueError, match="dimensions must be at least 1, not 0"):
        spatial_model(vote_matrix([0], [0], [1], 1, 1), dimensions=0)


def test_statements_alone_place_everybody_where_the_fit_has_them() -> None:
    votes, _, _ = drawn_votes(3)
    model = spatial_model(votes, tolerance=1e-6, maximum_iterations=500)
    position, covariance = model.placed(votes, passes=25)
    spread = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    # The fit turns positions to mean 0 and spread 1 after every step; this does not.
    assert float(np.abs((position - model.position) / spread).max()) < 0.25
    own_spread = np.sqrt(np.diagonal(model.position_covariance, axis1=1, axis2=2))
    np.testing.assert_allclose(spread, own_spread, rtol=0.1)
    half = np.arange(votes.n_participants) % 2 == 0
    np.testing.assert_array_equal(model.placed(votes.rows(half), passes=25)[0], position[half])


@pytest.mark.parametrize("k", range(1, 8))
def test_inverses_are_inverses(k: int) -> None:
    rng = np.random.default_rng(k)
    root = rng.standard_normal((50, k, k))
    matrices = root @ root.transpose(0, 2, 1) + np.eye(k)
    np.testing.assert_allclose(_inverses(matrices) @ matrices, np.tile(np.eye(k), (50, 1, 1)), atol=1e-9)
