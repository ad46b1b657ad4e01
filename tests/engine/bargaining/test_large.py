"""Large spaces: on small ones, where everything can be listed, programmes find what the listing finds."""

from __future__ import annotations

import numpy as np
import pytest

from comity.engine.bargaining.agreements import Agreements
from comity.engine.bargaining.large import largest_product, largest_smallest, some_acceptable, undominated
from comity.engine.bargaining.solutions import SOLUTIONS, shares_of_ideal
from comity.engine.bargaining.space import (
    Floats,
    Integers,
    Refusal,
    Space,
    acceptable,
    package_space,
    refused,
    values_of,
)
from tests.engine.bargaining.spaces import random_space


def as_if_large(space: Space) -> Agreements:
    agreements = Agreements(space, seconds=30.0)
    agreements.__dict__.update(candidates=None, listed=None, exact_frontier=None)
    return agreements


def ranked(name: str, space: Space, ideal: Floats, package: Integers) -> Floats:
    """What a solution compares, entry by entry."""
    gains = values_of(space, package[None, :])[0] - space.floor
    if name == "leximin":
        return np.sort(gains / space.weight)
    if name == "ks":
        return np.sort((shares_of_ideal(gains[None, :], ideal)[0] / space.weight)[ideal > 0])
    return np.array([Agreements(space).score(name, gains)])


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", SOLUTIONS)
def test_equal_to_the_listing(name: str, seed: int) -> None:
    space = random_space(seed, 200)
    listed = Agreements(space)
    expected, found = listed.solution(name), as_if_large(space).solution(name)
    if expected.package is None:
        assert found.impossible
        return
    assert found.package is not None
    wanted = ranked(name, space, listed.ideal[0], expected.package)
    assert ranked(name, space, listed.ideal[0], found.package) == pytest.approx(wanted, rel=1e-5, abs=1e-5)
    assert found.bound >= found.score


def test_a_bound_is_never_below_the_score_and_the_package_is_acceptable() -> None:
    dice = np.random.default_rng(3)
    space = package_space([dice.random((5, 4)) for _ in range(9)], np.full(5, 2.0))
    solved = largest_smallest(space, np.ones(5), seconds=30.0)
    assert solved.package is not None
    assert solved.bound >= solved.score > 0
    assert acceptable(space, values_of(space, solved.package[None, :]))[0]


def test_a_red_line_across_issues_is_kept() -> None:
    """The best package of all is refused; HiGHS and the search both keep away from it."""
    dice = np.random.default_rng(5)
    tables = [dice.integers(0, 5, (3, 3)).astype(float) for _ in range(9)]
    for table in tables:
        table[:, 0] = 5
    line = Refusal(0, tuple((issue, (0,)) for issue in range(9)))
    space = package_space(tables, np.zeros(3), refusals=[line])
    solved = largest_product(space, np.ones(3), seconds=30.0)
    assert solved.package is not None
    assert not refused(space, solved.package[None, :])[0]
    assert int((solved.package != 0).sum()) == 1


def test_nothing_acceptable_is_proved() -> None:
    space = package_space([np.array([[1.0, 0.0], [0.0, 1.0]])] * 12, np.array([7.0, 6.0]))
    assert some_acceptable(space, seconds=10.0).impossible


def test_what_is_dominated_is_found_out() -> None:
    space = package_space([np.array([[1.0, 2.0], [1.0, 2.0]])] * 12, np.zeros(2))
    better, proved = undominated(space, np.zeros(12, np.int32), seconds=10.0)
    assert better is not None
    assert proved
    assert undominated(space, np.ones(12, np.int32), seconds=10.0) == (None, True)
