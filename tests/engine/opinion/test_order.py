"""A table and its shuffled, renamed or mirrored copies come to one and the same order."""

from __future__ import annotations

import numpy as np
import pytest
from tests.drawing import votes_from

from comity.engine.opinion.order import canonical
from comity.engine.votes import VoteMatrix, vote_matrix


def random_votes(seed: int, n_participants: int = 40, n_statements: int = 12) -> VoteMatrix:
    rng = np.random.default_rng(seed)
    row, column = np.nonzero(rng.random((n_participants, n_statements)) < 0.5)
    return vote_matrix(row, column, rng.integers(-1, 2, len(row)), n_participants, n_statements)


@pytest.mark.parametrize("seed", range(10))
def test_a_shuffled_table_is_the_same_table(seed: int) -> None:
    votes = random_votes(seed)
    rng = np.random.default_rng(seed + 1000)
    lines = rng.permutation(votes.n_votes)
    rows, columns = rng.permutation(votes.n_participants), rng.permutation(votes.n_statements)
    shuffled = vote_matrix(
        rows[votes.participant[lines]], columns[votes.statement[lines]], votes.answer[lines], 40, 12
    )
    np.testing.assert_array_equal(canonical(votes).votes.dense(), canonical(shuffled).votes.dense())


@pytest.mark.parametrize("seed", range(10))
def test_a_mirrored_table_has_the_same_order(seed: int) -> None:
    votes = random_votes(seed)
    mirrored = vote_matrix(votes.participant, votes.statement, -votes.answer, 40, 12)
    np.testing.assert_array_equal(canonical(votes).votes.dense(), -canonical(mirrored).votes.dense())


def test_the_way_back() -> None:
    votes = random_votes(3)
    ordered = canonical(votes)
    back = np.empty((40, 12))
    back[np.ix_(ordered.participant, ordered.statement)] = ordered.votes.dense()
    np.testing.assert_array_equal(back, votes.dense())


def test_those_who_answered_alike_are_neighbours() -> None:
    votes = votes_from("""
              one two three
        ana   +   -   .
        ben   o   +   +
        cem   +   -   .
        dov   .   .   -
    """)
    order = canonical(votes).participant.tolist()
    assert abs(order.index(0) - order.index(2)) == 1


def test_nobody_voted() -> None:
    empty = vote_matrix([], [], [], 3, 2)
    assert canonical(empty).votes.n_votes == 0
