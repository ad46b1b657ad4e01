"""Aims: no package passes the bound that any weights give, and packages that reach the target pass the thresholds."""

from __future__ import annotations

import numpy as np
import pytest

from comity.engine.bargaining.aims import Aim, Level, Product

WEIGHT = np.array([0.5, 1.0, 1.5, 1.0])
EVERYBODY = np.ones(4, bool)
AIMS: list[Aim] = [
    Level((), EVERYBODY, 1e-9),
    Level((1.0,), EVERYBODY, 1e-9),
    Level((0.5, 2.0), EVERYBODY, 1e-9),
    Level((), np.array([True, False, True, False]), 1e-9),
    Level((1.0,), np.array([True, True, True, False]), 1e-9),
    Product(WEIGHT),
]


@pytest.mark.parametrize("number", range(len(AIMS)))
def test_bounds_and_thresholds_hold(number: int) -> None:
    """One package at a node: L(mu) is its own weighted sum, so the bound may not be below its score."""
    aim = AIMS[number]
    dice = np.random.default_rng(number)
    gains = dice.integers(0, 12, (400, 4)).astype(float)
    scores = aim.score(gains)
    known = np.isfinite(scores)
    assert known.any()
    for _ in range(40):
        mu = np.maximum(dice.dirichlet(np.full(4, 0.5)), 1e-4)[:, None] * np.ones((1, 400))
        largest = (mu.T * gains).sum(axis=1)
        assert (aim.bound(mu, largest)[known] >= scores[known] - 1e-6).all()
        for target in np.unique(scores[known])[::5]:
            enough = known & (scores >= target)
            excess = largest - (mu * aim.thresholds(mu, float(target))).sum(axis=0)
            assert (excess[enough] >= -1e-6).all()


def test_the_score_of_a_level_asks_for_what_is_given() -> None:
    level = Level((1.0,), np.array([True, True, False]), 0.0)
    gains = np.array([[3.0, 1.0, 0.0], [3.0, 0.9, 5.0], [1.0, 1.0, -1.0]])
    assert level.score(gains).tolist() == [3.0, -np.inf, -np.inf]
