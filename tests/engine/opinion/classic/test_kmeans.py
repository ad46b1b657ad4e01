"""k-means reaches the true minimum where all partitions can be tried, and never ends where a move would help."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from comity.engine.opinion.classic.kmeans import good_centres, nearest, settled
from comity.engine.votes import Floats


def inertia(x: Floats, label: np.ndarray) -> float:
    return sum(float(((x[label == g] - x[label == g].mean(axis=0)) ** 2).sum()) for g in set(label.tolist()))


def best_of_all(x: Floats, k: int) -> float:
    return min(
        inertia(x, np.array(label)) for label in product(range(k), repeat=len(x)) if len(set(label)) == k
    )


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("k", [2, 3])
def test_the_minimum_over_all_partitions(seed: int, k: int) -> None:
    x = np.random.default_rng(seed).standard_normal((8, 2))
    sets = good_centres(x, np.ones(8), k)
    label, value = min((settled(x, centres) for centres in sets[-1]), key=lambda result: result[1])
    assert value == pytest.approx(inertia(x, label))
    assert value == pytest.approx(best_of_all(x, k))


@pytest.mark.parametrize("seed", range(6))
def test_no_single_move_helps_in_the_end(seed: int) -> None:
    x = np.random.default_rng(seed).standard_normal((60, 2))
    label, value = settled(x, x[:4])
    for point in range(60):
        for group in range(4):
            other = label.copy()
            other[point] = group
            assert inertia(x, other) >= value - 1e-9


def test_weights_count_as_so_many_points() -> None:
    x = np.array([[0.0, 0.0], [1.0, 0.0], [4.0, 0.0]])
    heavy = good_centres(x, np.array([1.0, 1.0, 50.0]), 1)[0][0]
    repeated = good_centres(np.repeat(x, [1, 1, 50], axis=0), np.ones(52), 1)[0][0]
    np.testing.assert_allclose(heavy, repeated)


def test_different_sets_of_centres_are_kept_best_first() -> None:
    x = np.random.default_rng(2).standard_normal((50, 2))
    values = [((x - c[nearest(x, c)]) ** 2).sum() for c in good_centres(x, np.ones(50), 4)[-1]]
    assert values == sorted(values)
    assert np.all(np.diff(values) > 0)
