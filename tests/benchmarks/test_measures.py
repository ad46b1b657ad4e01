"""The yardsticks of the benchmarks, checked against slow definitions: a wrong one would make every figure wrong."""

from __future__ import annotations

import importlib.util
import sys
from itertools import combinations
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def module(name: str) -> ModuleType:
    """A file of benchmarks/, which is no package: each runs alone."""
    if name not in sys.modules:
        specification = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
        assert specification is not None
        assert specification.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.mark.parametrize("seed", range(6))
def test_adjusted_rand_is_its_definition_over_pairs(seed: int) -> None:
    generator = np.random.default_rng(seed)
    first, second = generator.integers(0, 4, 25), generator.integers(0, 3, 25)
    second[:12] = first[:12]
    pairs = list(combinations(range(25), 2))
    together = sum(first[i] == first[j] and second[i] == second[j] for i, j in pairs)
    one = sum(first[i] == first[j] for i, j in pairs)
    other = sum(second[i] == second[j] for i, j in pairs)
    expected = one * other / len(pairs)
    index = (together - expected) / ((one + other) / 2 - expected)
    assert module("measures").adjusted_rand(first, second) == pytest.approx(index)


def test_log_loss_and_calibration_by_hand() -> None:
    measures = module("measures")
    assert measures.log_loss([True, False], [0.8, 0.4]) == pytest.approx(-(np.log(0.8) + np.log(0.6)) / 2)
    # One bin holds 0.91 and 0.95 (one agreed: gap |1 - 1.86| = 0.86), another 0.15 (none: 0.15).
    error = measures.calibration_error([True, False, False], [0.91, 0.95, 0.15])
    assert error == pytest.approx((0.86 + 0.15) / 3)
    assert measures.calibration_error([True, False], [1.0, 0.0]) == 0


def test_exact_probabilities_have_no_more_calibration_error_than_chance() -> None:
    measures, generator = module("measures"), np.random.default_rng(0)
    stated = generator.random(5000)
    error = measures.calibration_error(generator.random(5000) < stated, stated)
    assert error < 1.5 * measures.calibration_floor(stated, generator, times=20)


@pytest.mark.parametrize("name", ["1 axis", "2 axes, uneven", "2 axes, passes"])
def test_a_cloud_has_the_size_and_the_gaps_that_the_bar_names(name: str) -> None:
    population = module("simulated").WITHOUT_GROUPS[name](np.random.default_rng(1))
    votes = population.votes
    assert (votes.n_participants, votes.n_statements) == (300, 60)
    assert votes.n_votes / (300 * 60) == pytest.approx(0.5, abs=0.03)
    assert set(population.group.tolist()) == {0}


@pytest.mark.parametrize("groups", [2, 3, 4, 5])
@pytest.mark.parametrize("name", ["positions", "profiles"])
def test_planted_groups_are_there_and_can_be_told_apart(name: str, groups: int) -> None:
    population = module("simulated").WITH_GROUPS[name](np.random.default_rng(groups), groups=groups)
    assert set(population.group.tolist()) == set(range(groups))
    assert np.bincount(population.group).min() >= 0.04 * len(population.group)
    assert module("measures").adjusted_rand(population.likeliest, population.group) > 0.9


def test_a_large_table_has_about_the_votes_that_were_asked_for() -> None:
    votes = module("simulated").large(
        np.random.default_rng(0), participants=2000, statements=100, votes=40_000
    )
    assert votes.n_votes == pytest.approx(40_000, rel=0.02)
    assert votes.votes_per_participant.min() >= 1


def test_the_baseline_learns_what_is_there_to_learn() -> None:
    """Mean-filled PCA must beat the rates alone where camps differ, or ours would be compared with nothing."""
    for needed in ("conversations", "measures"):
        module(needed)
    held_out = module("held_out")
    votes = module("simulated").WITH_GROUPS["profiles"](np.random.default_rng(0), groups=2).votes
    rates = held_out.score(held_out.statement_rates, votes, range(1)).loss
    assert held_out.score(held_out.BASELINES["one slope"], votes, range(1)).loss < 0.8 * rates
