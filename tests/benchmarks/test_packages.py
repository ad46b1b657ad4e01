"""Packages: solutions and frontier of random problems are those of full enumeration, by the benchmark's definition."""

from __future__ import annotations

import pytest
from tests.benchmarks.test_measures import module


@pytest.mark.parametrize("tens", range(15))
def test_random_problems_with_red_lines_conditions_and_interactions(tens: int) -> None:
    """150 of the benchmark's 1,000, up to 10^5 packages each."""
    packages = module("packages")
    seeds = range(10 * tens, 10 * tens + 10)
    found = {seed: packages.differences(packages.random_problem(seed)) for seed in seeds}
    assert not {seed: wrong for seed, wrong in found.items() if wrong}
