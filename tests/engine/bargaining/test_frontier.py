"""The frontier against its definition by loops; joined issue by issue it is the same as from all packages."""

from __future__ import annotations

import numpy as np
import pytest

from comity.engine.bargaining import frontier as module
from comity.engine.bargaining.frontier import TooLarge, frontier, pareto
from comity.engine.bargaining.space import package_space
from tests.engine.bargaining.spaces import by_hand, random_space


def frontier_by_hand(packages: list[tuple[int, ...]], values: list[list[float]]) -> list[tuple[int, ...]]:
    table = np.array(values)
    keep: list[tuple[int, ...]] = []
    for package, row in zip(packages, table, strict=True):
        better = (table >= row - 1e-9).all(axis=1) & (table > row + 1e-7).any(axis=1)
        if not better.any():
            keep.append(package)
    return keep


@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize("seed", range(20))
def test_equal_to_the_definition(seed: int, joined: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if joined:
        monkeypatch.setattr(module, "ENUMERABLE", 0)
    space = random_space(seed, most_packages=300)
    packages, values, allowed = by_hand(space)
    kept = [number for number, is_allowed in enumerate(allowed) if is_allowed]
    expected = frontier_by_hand([packages[n] for n in kept], [values[n] for n in kept])
    assert [tuple(row) for row in frontier(space).tolist()] == expected


def test_packages_of_equal_value_are_all_kept() -> None:
    space = package_space([[[1, 1, 0]], [[0, 0]]], [0])
    assert frontier(space).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]


def test_no_rows() -> None:
    assert pareto(np.zeros((0, 3))).tolist() == []


def test_sums_that_are_equal_on_paper_are_equal_here() -> None:
    """0.1 + 0.2 is 0.3: neither package dominates by a rounding error."""
    space = package_space([[[0.1, 0.3], [0.0, 0.0]], [[0.2, 0.0], [0.0, 0.0]]], [0, 0])
    assert frontier(space).tolist() == [[1, 0]]
    pair = package_space([[[0.1, 0.3]], [[0.2, 0.0]]], [0], refusals=[])
    assert frontier(pair).tolist() == [[1, 0]]
    tied = package_space([[[0.3, 0.1]], [[0.0, 0.2]], [[0.0]]], [0])
    assert frontier(tied).tolist() == [[0, 1, 0]]


def test_a_frontier_that_is_too_long_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WORK_LIMIT", 4e8)
    dice = np.random.default_rng(1)
    space = package_space([dice.random((12, 6)) for _ in range(20)], np.zeros(12))
    with pytest.raises(TooLarge):
        frontier(space)
