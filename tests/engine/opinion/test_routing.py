"""Routing by its definition, what it promises to every statement and every participant, and that it saves votes."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from scipy.stats import beta
from tests.simulated_votes import two_camps

from comity.engine.opinion.passing import passing
from comity.engine.opinion.routing import FAIR_START, Standings, ground_gain, map_gain, next_statement
from comity.engine.opinion.spatial import spatial_model
from comity.engine.votes import Integers


def slow_gain(said: Integers, voted: Integers, member: list[bool], j: int) -> float:
    """Doubt before less mean doubt after one answer, from the Beta distributions themselves."""

    def doubt(more_said: int, more_voted: int) -> float:
        q = 1.0
        for s, inside in enumerate(member):
            k, n = said[s, j] + more_said * inside, voted[s, j] + more_voted * inside
            q *= beta.sf(0.6, k + 1, n - k + 1)
        return -(1 - q) * log(1 - q)

    k = sum(said[s, j] for s, inside in enumerate(member) if inside)
    n = sum(voted[s, j] for s, inside in enumerate(member) if inside)
    chance = (k + 1) / (n + 2)
    return max(0.0, float(doubt(0, 0) - chance * doubt(1, 1) - (1 - chance) * doubt(0, 1)))


@pytest.mark.parametrize("seed", range(10))
def test_the_gain_is_what_its_definition_says(seed: int) -> None:
    generator = np.random.default_rng(seed)
    voted = generator.integers(0, 15, (3, 4))
    agreed = generator.binomial(voted, 0.6)
    disagreed = generator.binomial(voted - agreed, 0.5)
    member = [True, bool(seed % 2), False]
    found = ground_gain(Standings(agreed, disagreed, voted), np.array(member))
    slow = [slow_gain(agreed, voted, member, j) + slow_gain(disagreed, voted, member, j) for j in range(4)]
    assert found == pytest.approx(slow, abs=1e-9)


def test_who_is_of_no_side_says_nothing_about_common_ground() -> None:
    counts = np.ones((2, 3), np.int64)
    assert not ground_gain(Standings(counts, counts, 2 * counts), np.array([False, False])).any()


def test_the_map_gains_most_from_telling_statements() -> None:
    votes, _ = two_camps(1)
    model = spatial_model(votes)
    gain = map_gain(model, passing(votes), 0)
    assert gain.shape == (12,)
    assert (gain > 0).all()


def test_nothing_is_shown_twice_and_everything_once() -> None:
    answered = np.zeros(9, bool)
    shown = []
    gains = np.random.default_rng(0).random(9)
    for turn in range(9):
        found = next_statement(gains, gains, np.arange(9), answered, seed=turn)
        assert found is not None
        shown.append(found)
        answered[found] = True
    assert sorted(shown) == list(range(9))
    assert next_statement(gains, gains, np.arange(9), answered, seed=9) is None


def test_the_same_seed_shows_the_same_and_ties_fall_by_lot() -> None:
    nothing, many = np.zeros(50), np.full(50, 100)
    first = [next_statement(nothing, nothing, many, np.zeros(50, bool), seed) for seed in range(40)]
    again = [next_statement(nothing, nothing, many, np.zeros(50, bool), seed) for seed in range(40)]
    assert first == again
    assert len(set(first)) > 20


def test_a_new_statement_is_shown_in_about_a_fifth_of_turns_though_it_promises_nothing() -> None:
    worth = np.ones(10)
    worth[3] = 0.0
    n_votes = np.full(10, 100)
    n_votes[3] = FAIR_START - 1
    shown = [next_statement(worth, worth, n_votes, np.zeros(10, bool), seed) for seed in range(2_000)]
    assert 0.17 < shown.count(3) / 2_000 < 0.23
    n_votes[3] = FAIR_START
    assert 3 not in {next_statement(worth, worth, n_votes, np.zeros(10, bool), seed) for seed in range(200)}
