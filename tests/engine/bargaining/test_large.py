"""Large spaces: on small ones, where everything can be listed, programmes find what the listing finds."""

from __future__ import annotations

import numpy as np
import pytest

from comity.engine.bargaining import large, tree
from comity.engine.bargaining.agreements import Agreements
from comity.engine.bargaining.large import largest_product, largest_smallest, some_acceptable, undominated
from comity.engine.bargaining.solutions import SOLUTIONS, shares_of_ideal
from comity.engine.bargaining.space import (
    Floats,
    Integers,
    Refusal,
    Space,
    acceptable,
    all_packages,
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


@pytest.mark.parametrize("by", ["tree", "programme"])
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", SOLUTIONS)
def test_equal_to_the_listing(name: str, seed: int, by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if by == "programme":
        monkeypatch.setattr(large, "columns_of", lambda space, unit: None)
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
    if by == "tree":
        assert found.proven
        assert found.package.tolist() == expected.package.tolist()


def test_a_bound_is_never_below_the_score_and_the_package_is_acceptable() -> None:
    dice = np.random.default_rng(3)
    space = package_space([dice.random((5, 4)) for _ in range(9)], np.full(5, 2.0))
    solved = largest_smallest(space, np.ones(5), seconds=30.0)
    assert solved.package is not None
    assert solved.bound >= solved.score > 0
    assert acceptable(space, values_of(space, solved.package[None, :]))[0]


@pytest.mark.parametrize("seconds", [1e-3, 0.02, 0.1, 0.5, 30.0])
@pytest.mark.parametrize("seed", range(4))
def test_no_ceiling_is_below_the_best(seed: int, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the effort, the true best of a space that can be listed lies between score and bound."""
    monkeypatch.setattr(large, "BEAMS", ((1e-6, 1e-6),))
    monkeypatch.setattr(large, "FIRST_LOOK", 1e-6)
    dice = np.random.default_rng(seed)
    space = package_space([dice.random((6, 4)) for _ in range(7)], dice.uniform(1.0, 2.5, 6))
    gains = values_of(space, all_packages(space)) - space.floor
    best = float(gains.min(axis=1).max())
    solved = largest_smallest(space, np.ones(6), seconds)
    assert solved.score - 1e-8 <= best <= solved.bound + 1e-8
    if seconds == 30.0:
        assert solved.proven
        assert solved.score == pytest.approx(best)


def test_hardly_any_effort_is_enough_where_the_root_says_it_all() -> None:
    """Nobody can have 13 where 12 is the most; that is seen before any step is left for the tree."""
    space = package_space([np.array([[3.0, 1.0]])] * 4, [13.0])
    assert some_acceptable(space, seconds=1e-9).impossible


def test_the_next_ceiling_is_as_low_as_the_effort_allows() -> None:
    first = [(1.0, 1.0)]
    assert large._next_share(first, 1e6) == large.RUNGS[0]
    rungs = [*first, (0.85, 1000.0), (0.7, 2000.0)]
    assert large._next_share(rungs, 1e9) == 0.0
    some = large._next_share(rungs, 2e4)
    assert some is not None
    assert 0.0 < some < 0.7
    assert large._next_share(rungs, 2000.0) is None


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


def test_a_large_space_is_solved_and_proven_and_no_exchange_of_two_options_is_better() -> None:
    dice = np.random.default_rng(7)
    space = package_space([dice.random((6, 5)) for _ in range(16)], np.full(6, 3.0))
    smallest, product = largest_smallest(space, np.ones(6), 60.0), largest_product(space, np.ones(6), 60.0)
    assert smallest.proven
    assert product.proven
    for name, solved in (("leximin", smallest), ("nash", product)):
        assert solved.package is not None
        near = np.repeat(solved.package[None, :], 16 * 16 * 25, axis=0)
        issue, other, one, two = np.unravel_index(np.arange(len(near)), (16, 16, 5, 5))
        near[np.arange(len(near)), issue] = one
        near[np.arange(len(near)), other] = two
        gains = values_of(space, near) - space.floor
        scores = gains.min(axis=1) if name == "leximin" else np.log(np.maximum(gains, 1e-9)).sum(axis=1)
        assert scores.max() <= solved.score + 1e-9
        assert solved.bound == pytest.approx(solved.score)


def test_the_same_again_and_in_another_order_of_parties() -> None:
    dice = np.random.default_rng(8)
    tables = [dice.integers(0, 30, (4, 6)).astype(float) for _ in range(9)]
    one = largest_smallest(package_space(tables, np.zeros(4)), np.ones(4), 60.0)
    turned = largest_smallest(package_space([table[::-1] for table in tables], np.zeros(4)), np.ones(4), 60.0)
    assert one.package is not None
    assert turned.package is not None
    assert one.package.tolist() == turned.package.tolist()


def test_what_runs_out_of_work_says_so() -> None:
    """With next to no work allowed the bound still holds, and nothing is called proven."""
    dice = np.random.default_rng(9)
    space = package_space([dice.random((8, 6)) for _ in range(24)], np.zeros(8))
    short = largest_smallest(space, np.ones(8), 0.05)
    assert short.package is not None
    assert not short.proven
    assert short.bound > short.score


def test_issues_that_matter_to_nobody_and_equal_options_leave_the_first() -> None:
    """Nobody cares about half the issues, and every option stands there twice: the first of equal ones is taken."""
    dice = np.random.default_rng(10)
    tables = [np.tile(dice.integers(0, 9, (3, 3)).astype(float), 2) for _ in range(6)]
    tables += [np.zeros((3, 4)) for _ in range(6)]
    space = package_space(tables, np.zeros(3))
    solved = largest_smallest(space, np.ones(3), 60.0)
    assert solved.proven
    assert solved.package is not None
    assert (solved.package[:6] < 3).all()
    assert solved.package[6:].tolist() == [0] * 6


def test_more_ties_than_are_kept_are_settled_level_by_level(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MOST_TIES", 3)
    dice = np.random.default_rng(11)
    tables = [np.floor(dice.random((3, 3)) * 3) for _ in range(6)]
    space = package_space(tables, np.zeros(3))
    expected = Agreements(space).solution("leximin")
    solved = largest_smallest(space, np.ones(3), 60.0)
    assert expected.package is not None
    assert solved.package is not None
    pair = np.sort(values_of(space, np.stack([expected.package, solved.package])), axis=1)
    assert pair[0].tolist() == pair[1].tolist()
