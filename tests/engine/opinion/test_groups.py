"""Opinion groups: none where there are none, the planted ones where they were planted, and never by accident."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.special import expit

from comity.engine.opinion.groups import (
    ROUGH_VOTES,
    OpinionGroups,
    _best_before_two_worse,
    adjusted_rand_index,
    opinion_groups,
)
from comity.engine.opinion.spatial import spatial_model
from comity.engine.votes import VoteMatrix, vote_matrix


def votes_at(position: np.ndarray, rng: np.random.Generator, m: int = 60, missing: float = 0.5) -> VoteMatrix:
    loading = rng.standard_normal((m, position.shape[1])) * 1.5
    chance = expit(rng.standard_normal(m) + position @ loading.T)
    row, column = np.nonzero(rng.random(chance.shape) >= missing)
    answer = np.where(rng.random(len(row)) < chance[row, column], 1, -1)
    return vote_matrix(row, column, answer, *chance.shape)


def planted(seed: int, sizes: tuple[int, ...]) -> tuple[VoteMatrix, np.ndarray]:
    """Groups on a wide circle, each with a spread of its own."""
    rng = np.random.default_rng(seed)
    label = np.repeat(np.arange(len(sizes)), sizes)
    angle = 2 * np.pi * label / len(sizes)
    center = 2.5 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return votes_at(center + 0.4 * rng.standard_normal((len(label), 2)), rng), label


def found_in(votes: VoteMatrix) -> OpinionGroups:
    return opinion_groups(votes, spatial_model(votes))


@pytest.mark.parametrize("seed", range(6))
def test_one_cloud_is_one_group(seed: int) -> None:
    rng = np.random.default_rng(seed)
    found = found_in(votes_at(rng.standard_normal((300, 2)), rng))
    assert found.n_groups == 1
    assert found.stability is None or found.stability < 0.5


@pytest.mark.parametrize(
    "sizes", [(150, 150), (285, 15), (100, 100, 100), (120, 100, 65, 15), (80, 70, 60, 50, 40)]
)
def test_planted_groups_are_found(sizes: tuple[int, ...]) -> None:
    votes, label = planted(1, sizes)
    found = found_in(votes)
    assert found.n_groups == len(sizes)
    assert adjusted_rand_index(found.group, label) > 0.9
    assert found.stability is not None
    assert found.stability > 0.7


def test_largest_group_comes_first_and_memberships_are_probabilities() -> None:
    votes, _ = planted(2, (60, 140, 100))
    found = found_in(votes)
    sizes = np.bincount(found.group)
    assert (np.diff(sizes) <= 0).all()
    np.testing.assert_allclose(found.membership.sum(axis=1), 1.0)
    np.testing.assert_array_equal(found.membership.argmax(axis=1), found.group)


def test_order_names_and_direction_change_nothing() -> None:
    votes, _ = planted(3, (60, 60, 30))
    rng = np.random.default_rng(0)
    rows, columns = rng.permutation(150), rng.permutation(60)
    lines = rng.permutation(votes.n_votes)
    shuffled = vote_matrix(
        rows[votes.participant[lines]], columns[votes.statement[lines]], votes.answer[lines], 150, 60
    )
    mirrored = vote_matrix(votes.participant, votes.statement, -votes.answer, 150, 60)
    group = found_in(votes).group
    np.testing.assert_array_equal(found_in(shuffled).group[rows], group)
    np.testing.assert_array_equal(found_in(mirrored).group, group)


def test_few_votes_are_not_placed() -> None:
    votes, _ = planted(4, (60, 60))
    keep = (votes.participant != 0) | (np.cumsum(votes.participant == 0) <= 6)
    fewer = vote_matrix(votes.participant[keep], votes.statement[keep], votes.answer[keep], 120, 60)
    found = found_in(fewer)
    assert not found.placed[0]
    assert found.group[0] == -1
    assert np.isnan(found.membership[0]).all()
    assert found.placed[1:].all()


@pytest.mark.parametrize("answer", [1, -1, 0])
def test_everybody_says_the_same(answer: int) -> None:
    row, column = (index.ravel() for index in np.indices((40, 10)))
    found = found_in(vote_matrix(row, column, np.full(400, answer), 40, 10))
    assert (found.n_groups, found.n_axes) == (1, 0)


def test_nobody_voted() -> None:
    found = found_in(vote_matrix([], [], [], 4, 3))
    assert found.group.tolist() == [-1] * 4


def test_adjusted_rand_index_is_the_definition_over_pairs() -> None:
    """Hubert and Arabie (1985), by counting pairs one by one."""
    rng = np.random.default_rng(0)
    for _ in range(50):
        one, other = rng.integers(0, 3, 12), rng.integers(0, 4, 12)
        pairs = list(combinations(range(12), 2))
        a = np.array([one[i] == one[j] for i, j in pairs], float)
        b = np.array([other[i] == other[j] for i, j in pairs], float)
        expected = a.sum() * b.sum() / len(pairs)
        most = (a.sum() + b.sum()) / 2
        assert adjusted_rand_index(one, other) == pytest.approx(
            ((a * b).sum() - expected) / (most - expected)
        )


def test_groups_found_on_a_part_of_a_large_table_hold_everybody() -> None:
    """Three axes, more votes than the rough fit takes: the rest are placed by the part's statements."""
    rng = np.random.default_rng(5)
    corners = 2.5 * np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    label = np.repeat(np.arange(4), 500)
    votes = votes_at(corners[label] + 0.3 * rng.standard_normal((2000, 3)), rng, m=40)
    assert votes.n_votes > 1.5 * ROUGH_VOTES
    found = found_in(votes)
    assert found.n_axes > 2
    assert found.n_groups == 4
    assert (found.group >= 0).all()
    assert adjusted_rand_index(found.group, label) > 0.95


def test_scores_after_two_worse_ones_are_not_looked_at() -> None:
    assert _best_before_two_worse([1.0]) == 0
    assert _best_before_two_worse([1.0, 5.0, 4.0, 6.0]) == 3
    assert _best_before_two_worse([1.0, 5.0, 4.0, 3.0, 9.0]) == 1
