"""Routing by its definition, what it promises to every statement and every participant, and that it saves votes."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from scipy.stats import beta

from comity.engine.opinion.common_ground import common_ground
from comity.engine.opinion.groups import WELL_PLACED
from comity.engine.opinion.prospects import log_prospects
from comity.engine.opinion.routing import (
    FAIR_START,
    HALF_KNOWN,
    Standings,
    gain_of,
    ground_gain,
    next_statement,
    outlook,
    place_gain,
)
from comity.engine.opinion.tallies import Tallies
from comity.engine.votes import Integers


def slow_gain(said: Integers, voted: Integers, member: list[bool], j: int, others: Integers) -> float:
    """Doubt before less mean doubt after one answer, by relative growth, from the Beta distributions themselves."""
    rows = [np.vstack([said, others[0]]).astype(float), np.vstack([voted, others[1]]).astype(float)]
    prospects = float(np.exp(log_prospects(rows[0], rows[1], len(said), 0.6)[j]))

    def doubt(more_said: int, more_voted: int) -> float:
        q = prospects
        for s, inside in enumerate(member):
            k, n = said[s, j] + more_said * inside, voted[s, j] + more_voted * inside
            q *= beta.sf(0.6, k + 1, n - k + 1)
        return -(1 - q) * log(1 - q)

    k = sum(said[s, j] for s, inside in enumerate(member) if inside)
    n = sum(voted[s, j] for s, inside in enumerate(member) if inside)
    chance = (k + 1) / (n + 2)
    return float(n + 2) * max(0.0, float(doubt(0, 0) - chance * doubt(1, 1) - (1 - chance) * doubt(0, 1)))


@pytest.mark.parametrize("seed", range(10))
def test_the_gain_is_what_its_definition_says(seed: int) -> None:
    generator = np.random.default_rng(seed)
    voted = generator.integers(0, 15, (3, 4))
    agreed = generator.binomial(voted, 0.6)
    disagreed = generator.binomial(voted - agreed, 0.5)
    member = [True, bool(seed % 2), False]
    others = np.array([[3, 0, 1, 5], [0, 2, 1, 0], [4, 2, 2, 6]])
    found = ground_gain(Standings(agreed, disagreed, voted, others=others), np.array(member))
    slow = [
        slow_gain(agreed, voted, member, j, others[[0, 2]])
        + slow_gain(disagreed, voted, member, j, others[[1, 2]])
        for j in range(4)
    ]
    assert found == pytest.approx(slow, abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_the_outlook_is_the_certainty_of_common_ground_delegations_included(seed: int) -> None:
    generator = np.random.default_rng(seed)
    voted = generator.integers(0, 5, (3, 40))
    voted[1:] += 1
    agreed = generator.binomial(voted, 0.7)
    disagreed = generator.binomial(voted - agreed, 0.7)
    delegations = np.array([False, True, True])
    known = outlook(Standings(agreed, disagreed, voted, delegations))
    table = common_ground(Tallies(agreed, disagreed, voted - agreed - disagreed), delegations)
    supports, rejects = np.exp(known.now.sum(axis=1))
    assert supports == pytest.approx(table.supports, abs=1e-12)
    assert rejects == pytest.approx(table.rejects, abs=1e-12)
    more = outlook(Standings(agreed + 1, disagreed, voted + 1, delegations))
    assert known.after_yes[0] == pytest.approx(more.now[0], abs=1e-12)


def test_a_silent_delegation_is_asked_where_the_others_agree() -> None:
    agreed, voted = np.array([[30, 30, 16], [0, 1, 0]]), np.array([[32, 32, 32], [0, 1, 0]])
    standings = Standings(agreed, voted - agreed, voted, np.array([False, True]))
    silent, spoke, hopeless = ground_gain(standings, np.array([False, True]))
    assert silent > 0.5
    assert spoke < silent / 100
    assert hopeless < silent / 50
    against = Standings(
        np.array([[25], [0]]), np.array([[0], [0]]), np.array([[32], [1]]), np.array([False, True])
    )
    assert ground_gain(against, np.array([True, False]))[0] == pytest.approx(0.0, abs=1e-9)


def test_how_far_from_decided_counts_and_not_how_many_votes_were_spent_on_it() -> None:
    """Three times the votes at the same distance from the threshold, in standard deviations, are worth the same."""
    n = np.array([100, 400, 1600])
    agreed = np.round(0.6 * n + 1.0 * np.sqrt(0.24 * n)).astype(np.int64)
    gain = ground_gain(Standings(agreed[None], (n - agreed)[None] * 0, n[None]), np.array([True]))
    assert gain.max() / gain.min() < 1.3


def test_who_is_of_no_side_says_nothing_about_common_ground() -> None:
    counts = np.ones((2, 3), np.int64)
    assert not ground_gain(Standings(counts, counts, 2 * counts), np.array([False, False])).any()


def test_nothing_is_asked_of_a_side_about_what_all_others_reject() -> None:
    """Side 2 said nothing to either statement; side 1 and those of no side support the first and reject the second."""
    agreed = np.array([[30, 3] * 5, [0, 0] + [8, 1] * 4])
    voted = np.array([[33, 33] * 5, [0, 0] + [9, 9] * 4])
    others = np.array([[30, 3] * 5, [3, 30] * 5, [33, 33] * 5])
    known = outlook(Standings(agreed, 0 * agreed, voted, others=others))
    supports = np.exp(known.prospects[0])
    assert supports[0] > 0.7
    assert supports[1] < 0.01
    gain = gain_of(known, np.array([False, True]))
    assert gain[0] > 100 * gain[1]


def test_the_prospects_count_everybody_once_and_no_delegation() -> None:
    agreed, voted = np.array([[6, 2, 9], [6, 2, 9]]), np.full((2, 3), 10)
    rows = [agreed.astype(float), voted.astype(float)]
    twice = outlook(Standings(agreed, voted - agreed, voted, heads=np.full(3, 10)))
    assert twice.prospects[0] == pytest.approx(log_prospects(rows[0] / 2, rows[1] / 2, 2, 0.6))
    one = outlook(Standings(agreed, voted - agreed, voted, np.array([False, True])))
    assert one.prospects[0] == pytest.approx(log_prospects(rows[0][:1], rows[1][:1], 1, 0.6))
    none = outlook(Standings(agreed, voted - agreed, voted, np.array([True, True])))
    assert not none.prospects.any()


def slow_doubt(telling: np.ndarray, loading: np.ndarray, share: np.ndarray) -> float:
    """Mean variance of the log odds foretold for all statements, after each was answered `share` times."""
    precision = np.eye(loading.shape[1])
    for w, b, times in zip(telling, loading, share, strict=True):
        precision += times * w * np.outer(b, b)
    return float(np.mean([b @ np.linalg.solve(precision, b) for b in loading]))


@pytest.mark.parametrize("seed", range(10))
def test_what_an_answer_tells_of_a_place_is_what_its_definition_says(seed: int) -> None:
    dice = np.random.default_rng(seed)
    telling, loading = 0.25 * dice.random(8), dice.standard_normal((8, 2))
    answered = dice.random(8) < 0.4
    part, behind = place_gain(telling, loading, answered)
    now = slow_doubt(telling, loading, answered * 1.0)
    after = [slow_doubt(telling, loading, answered + np.eye(8)[j]) for j in range(8)]
    assert part == pytest.approx(1.0 - np.array(after) / now)
    usual, before = (slow_doubt(telling, loading, np.full(8, times)) for times in (answered.mean(), 0.0))
    assert behind == (now >= usual - 1e-9 and now > before / 2)


def test_a_place_is_behind_until_half_known_or_told_as_much_as_by_random_order() -> None:
    loading = np.array([[3.0, 0], [0, 3.0], [1, 0], [0, 1], [0.1, 0], [0, 0.1]])

    def behind(share: float, *answered: int) -> bool:
        return place_gain(np.full(6, share), loading, np.isin(np.arange(6), answered))[1]

    assert behind(0.25)
    assert behind(0.25, 4)
    assert not behind(0.25, 0, 1)
    assert behind(0.02, 4, 5)
    assert not behind(0.02, 0, 1), "less than half is known, but more than random order would have told"
    assert not behind(0.25, 0, 1, 4, 5), "half is known"
    assert HALF_KNOWN == WELL_PLACED


def test_a_place_that_is_behind_comes_first_in_every_other_turn() -> None:
    ground, of_map, many, nothing = np.array([1.0, 0]), np.array([0, 0.1]), np.full(2, 100), np.zeros(2, bool)
    shown = [next_statement(ground, of_map, many, nothing, seed, behind=True) for seed in range(2_000)]
    assert 0.47 < shown.count(1) / 2_000 < 0.53
    assert next_statement(ground, of_map, many, nothing, 1, behind=False) == 0


def test_without_a_map_nobody_waits_for_a_place() -> None:
    nothing = np.zeros(3, bool)
    for loading in (np.zeros((3, 2)), np.zeros((3, 0))):
        part, behind = place_gain(np.full(3, 0.25), loading, nothing)
        assert not part.any()
        assert not behind
    assert place_gain(np.zeros(0), np.zeros((0, 2)), np.zeros(0, bool))[0].shape == (0,)


def test_who_can_say_nothing_of_common_ground_is_asked_for_the_map() -> None:
    of_map, many = np.array([0.1, 0.3, 0.2]), np.full(3, 100)
    assert next_statement(np.zeros(3), of_map, many, np.zeros(3, bool), 1, behind=False) == 1


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


def test_votes_cast_since_the_counts_send_the_next_ones_elsewhere() -> None:
    """With the same old counts for all of them, 300 people answer the two best statements as those are worth."""
    ground, nothing, counted = np.array([2.0, 1.0, 0.01]), np.zeros(3), np.full(3, 48)
    n_votes = counted.copy()
    for seed in range(100):
        chosen = next_statement(ground, nothing, n_votes, np.zeros(3, bool), seed, counted)
        assert chosen is not None
        n_votes[chosen] += 1
    assert n_votes.tolist() in ([132, 64, 48], [131, 65, 48], [133, 63, 48], [132, 65, 48], [131, 66, 48])
    assert next_statement(ground, nothing, counted - 5, np.zeros(3, bool), 1, counted) == 0


def votes_needed(seed: int, routed: bool) -> int:
    """Votes after which the planted common ground, and nothing else, is named for good; 3,000 if never.

    Two sides of 50, 60 statements: 8 that both support (four in five), 26 that one side supports and one rejects, 26
    on which both are of two minds.
    """
    dice = np.random.default_rng(seed)
    kind = np.repeat([0, 1, 2], [8, 26, 26])
    chance = np.array([[0.85, 0.8, 0.4], [0.85, 0.2, 0.4]])[:, kind]
    side_of = np.arange(100) % 2
    closed, n_votes = np.zeros((100, 60), bool), np.zeros(60, np.int64)
    agreed, voted = np.zeros((2, 60), np.int64), np.zeros((2, 60), np.int64)
    last_wrong = 0
    for t in range(3_000):
        i = int(dice.integers(100))
        s = int(side_of[i])
        if routed and t % 30 == 0:
            known, counted = outlook(Standings(agreed, voted - agreed, voted)), n_votes.copy()
            gains = [gain_of(known, side) for side in np.eye(2, dtype=bool)]
        if routed:
            j = next_statement(
                gains[s], np.zeros(60), n_votes, closed[i], int(dice.integers(1 << 62)), counted
            )
        else:
            j = int(dice.choice(np.flatnonzero(~closed[i])))
        assert j is not None
        assert not closed[i, j]
        closed[i, j] = True
        n_votes[j] += 1
        voted[s, j] += 1
        agreed[s, j] += dice.random() < chance[s, j]
        if t % 30 == 29:
            names = (
                common_ground(Tallies(agreed, voted - agreed, voted * 0), np.zeros(2, bool)).supports >= 0.95
            )
            last_wrong = last_wrong if (names == (kind == 0)).all() else t + 1
    return last_wrong


def test_planted_common_ground_is_found_with_half_the_votes_of_random_order() -> None:
    routed, plain = (np.mean([votes_needed(seed, way) for seed in range(4)]) for way in (True, False))
    assert routed <= 0.6 * plain, (routed, plain)
