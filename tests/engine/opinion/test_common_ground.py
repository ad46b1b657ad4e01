"""Common ground and differences: by hand, by drawing from the posterior, and what must never happen."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from comity.engine.opinion.common_ground import common_ground, side_certainty
from comity.engine.opinion.differences import differences, divisiveness, representativeness
from comity.engine.opinion.tallies import Tallies


def counted(
    agreed: list[list[int]], disagreed: list[list[int]], passed: list[list[int]] | None = None
) -> Tallies:
    nothing = [[0] * len(row) for row in agreed]
    return Tallies(*(np.array(counts) for counts in (agreed, disagreed, passed or nothing)))


def sample(n: int) -> np.ndarray:
    return np.zeros(n, bool)


def random_tallies(seed: int, sides: int = 3, m: int = 20) -> Tallies:
    rng = np.random.default_rng(seed)
    return Tallies(*(rng.integers(0, 15, (sides, m)) for _ in range(3)))


def test_certainty_is_the_share_of_posterior_draws_in_which_all_sides_support() -> None:
    tally = random_tallies(1)
    rng = np.random.default_rng(0)
    draws = beta.rvs(tally.agreed + 1, tally.voted - tally.agreed + 1, size=(40_000, 3, 20), random_state=rng)
    expected = (draws > 0.6).all(axis=1).mean(axis=0)
    np.testing.assert_allclose(common_ground(tally, sample(3)).supports, expected, atol=0.015)


def test_a_large_side_cannot_drown_a_small_one() -> None:
    both = common_ground(counted([[10_000], [2]], [[0], [8]]), sample(2))
    assert both.supports[0] < 0.01
    assert both.weakest_support[0] == 1


def test_a_small_side_widens_doubt_and_does_not_vanish() -> None:
    certainty = [
        common_ground(counted([[100], [n]], [[5], [0]]), sample(2)).supports[0] for n in (1, 3, 10, 40)
    ]
    assert certainty == sorted(certainty)
    assert certainty[0] < 0.7
    assert certainty[-1] > 0.99


def test_a_delegation_speaks_for_its_party_and_silence_is_not_opposition() -> None:
    delegation = np.array([False, True])
    agrees = common_ground(counted([[100], [1]], [[0], [0]]), delegation)
    opposes = common_ground(counted([[100], [0]], [[0], [1]]), delegation)
    silent = common_ground(counted([[100], [0]], [[0], [0]]), delegation)
    assert agrees.supports[0] > 0.99
    assert opposes.supports[0] == 0
    assert silent.supports[0] > 0.99
    assert silent.sides.silent[1, 0]


def test_nobody_voted_is_no_common_ground() -> None:
    nothing = common_ground(counted([[0], [0]], [[0], [0]]), np.array([True, True]))
    assert nothing.supports[0] == nothing.rejects[0] == 0


def test_no_side_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one side"):
        common_ground(Tallies(*(np.zeros((0, 1), int) for _ in range(3))), sample(0))


@pytest.mark.parametrize("seed", range(5))
def test_swapping_agree_and_disagree_swaps_support_and_rejection(seed: int) -> None:
    tally = random_tallies(seed)
    swapped = Tallies(tally.disagreed, tally.agreed, tally.passed)
    one, other = common_ground(tally, sample(3)), common_ground(swapped, sample(3))
    np.testing.assert_array_equal(one.supports, other.rejects)
    first = differences(tally, one.sides, sample(3))
    second = differences(swapped, other.sides, sample(3))
    np.testing.assert_allclose(first.contrary, second.contrary)
    np.testing.assert_allclose(first.partial, second.partial)


@pytest.mark.parametrize("seed", range(5))
def test_one_more_agreement_never_lowers_support(seed: int) -> None:
    tally = random_tallies(seed)
    before = common_ground(tally, sample(3)).supports
    after = common_ground(Tallies(tally.agreed + 1, tally.disagreed, tally.passed), sample(3)).supports
    assert (after >= before).all()


def test_a_difference_is_the_clearest_pair_of_sides() -> None:
    tally = random_tallies(7)
    sides = side_certainty(tally, sample(3))
    expected = [
        max(sides.supports[a, j] * sides.rejects[b, j] for a in range(3) for b in range(3) if a != b)
        for j in range(20)
    ]
    np.testing.assert_allclose(differences(tally, sides, sample(3)).contrary, expected)


def test_common_ground_and_a_contrary_difference_exclude_each_other() -> None:
    for seed in range(20):
        tally = random_tallies(seed)
        ground = common_ground(tally, sample(3))
        apart = differences(tally, ground.sides, sample(3))
        assert not ((ground.supports > 0.9) & (apart.contrary > 0.5)).any()


def test_one_side_has_no_differences() -> None:
    tally = counted([[5]], [[5]])
    assert differences(tally, side_certainty(tally, sample(1)), sample(1)).contrary.tolist() == [0.0]


def test_what_only_one_group_says_represents_it() -> None:
    found = representativeness(counted([[18, 10], [2, 10]], [[2, 10], [18, 10]]))
    assert found.agrees_more[0, 0] > 0.99
    assert found.disagrees_more[1, 0] > 0.99
    assert 0.4 < found.agrees_more[0, 1] < 0.6


def test_two_equal_halves_divide_most() -> None:
    score = divisiveness(counted([[50, 90, 100, 0]], [[50, 10, 0, 0]], [[0, 0, 0, 100]]))
    assert score.argmax() == 0
    assert (score[[0, 1, 2]] == sorted(score[[0, 1, 2]], reverse=True)).all()
    assert score[3] < 0.01
