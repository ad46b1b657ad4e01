"""The classic map against a slow definition: fill the gaps, decompose the whole table, project each person alone."""

from __future__ import annotations

import numpy as np
import pytest
from tests.drawing import votes_from
from tests.simulated_votes import random_votes

from comity.engine.opinion.classic import projection
from comity.engine.opinion.classic.projection import classic_map
from comity.engine.votes import Floats, VoteMatrix, vote_matrix


def by_definition(votes: VoteMatrix, blank: np.ndarray) -> tuple[Floats, Floats]:
    """Positions and extremities, cell by cell, as Polis describes them; axes in any direction."""
    table = votes.dense()
    table = table[:, ~np.isnan(table).all(axis=0)]
    table[:, blank] = 0
    mean = np.nanmean(table, axis=0)
    filled = np.where(np.isnan(table), mean, table)
    axes = np.linalg.svd(filled - mean)[2][:2]
    positions = []
    for row in table:
        seen = np.flatnonzero(~np.isnan(row))
        place = sum(((row[j] - mean[j]) * axes[:, j] for j in seen), np.zeros(2))
        positions.append(np.sqrt(table.shape[1] / max(len(seen), 1)) * place)
    extremity = np.sqrt(table.shape[1]) * np.linalg.norm((1 - mean) * axes, axis=0)
    return np.array(positions), extremity


@pytest.mark.parametrize("seed", range(8))
def test_the_map_is_its_definition(seed: int) -> None:
    votes = random_votes(seed, 30, 9)
    blank = np.arange(9) < seed % 3
    positions, extremity = by_definition(votes, blank)
    drawn = classic_map(votes, blank)
    np.testing.assert_allclose(np.abs(drawn.position), np.abs(positions), atol=1e-10)
    np.testing.assert_allclose(drawn.extremity, extremity, atol=1e-10)


@pytest.mark.parametrize("seed", range(8))
def test_many_statements_take_another_way_to_the_same_map(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    votes = random_votes(seed, 3 + 12 * seed, 70 + 3 * seed)
    sought = classic_map(votes)
    monkeypatch.setattr(projection, "DENSE", 1000)
    whole = classic_map(votes)
    np.testing.assert_allclose(sought.variance, whole.variance, atol=1e-12)
    np.testing.assert_allclose(sought.axes, whole.axes, atol=1e-6)
    np.testing.assert_allclose(sought.position, whole.position, atol=1e-5)


def test_equally_strong_axes_are_both_found() -> None:
    """Three equal camps, each for its own third of ninety statements: a triangle."""
    camp, third = np.arange(90) // 30, np.arange(90) // 30
    table = np.where(camp[:, None] == third, 1, -1)
    row, column = np.indices((90, 90)).reshape(2, -1)
    drawn = classic_map(vote_matrix(row, column, table.ravel(), 90, 90))
    np.testing.assert_allclose(drawn.variance, [0.5, 0.5])
    corners = drawn.position[[0, 30, 60]]
    sides = [np.linalg.norm(corners[i] - corners[i - 1]) for i in range(3)]
    np.testing.assert_allclose(sides, sides[0])
    np.testing.assert_array_equal(
        drawn.position, classic_map(vote_matrix(row, column, table.ravel(), 90, 90)).position
    )


def test_many_statements_and_one_opinion_have_one_axis() -> None:
    table = np.tile([1, -1], (80, 50))
    table[:3] *= -1
    row, column = np.indices(table.shape).reshape(2, -1)
    drawn = classic_map(vote_matrix(row, column, table.ravel(), 80, 100))
    np.testing.assert_allclose(drawn.variance, [1, 0])
    assert not drawn.position[:, 1].any()


def test_the_page_by_hand() -> None:
    """docs/methods/classic.md."""
    drawn = classic_map(
        votes_from("""
             parks tolls
        ana    +     +
        ben    +     +
        cem    -     -
        dov    -     .
    """)
    )
    assert drawn.axes[0].round(3).tolist() == [0.788, 0.615]
    assert drawn.position[:, 0].round(3).tolist() == [1.198, 1.198, -1.609, -1.115]
    assert drawn.variance[0].round(2) == 0.91


def test_swapping_agree_and_disagree_turns_the_map_about_its_middle() -> None:
    votes = random_votes(5, 25, 8)
    swapped = vote_matrix(votes.participant, votes.statement, -votes.answer, 25, 8)
    np.testing.assert_array_equal(classic_map(swapped).position, -classic_map(votes).position)
    np.testing.assert_array_equal(classic_map(swapped).axes, classic_map(votes).axes)


def test_a_statement_that_nobody_voted_on_changes_nothing() -> None:
    votes = random_votes(6, 25, 8)
    wider = vote_matrix(votes.participant, votes.statement, votes.answer, 25, 9)
    np.testing.assert_allclose(classic_map(wider).position, classic_map(votes).position, atol=1e-12)


@pytest.mark.parametrize(
    "drawing",
    ["one\n ana +", "one\n ana +\n ben +\n cem +", "one two\n ana o o\n ben . o", "one\n ana .\n ben ."],
    ids=["one participant", "everybody agrees", "only passes", "nobody votes"],
)
def test_without_variance_everybody_stands_in_the_middle(drawing: str) -> None:
    drawn = classic_map(votes_from(drawing))
    assert not drawn.position.any()
    assert not drawn.axes.any()
    assert not drawn.extremity.any()


def test_one_statement_has_one_axis() -> None:
    drawn = classic_map(votes_from("one\n ana +\n ben -"))
    assert drawn.position.tolist() == [[1, 0], [-1, 0]]
    assert drawn.variance.tolist() == [1, 0]
