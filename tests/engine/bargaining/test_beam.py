"""The beam: whole packages that break nothing, the best of a small space if it is wide enough, every time the same."""

from __future__ import annotations

import numpy as np
import pytest

from comity.engine.bargaining import columns as columns_module
from comity.engine.bargaining.aims import Level
from comity.engine.bargaining.beam import packages_met, width_for
from comity.engine.bargaining.columns import Columns, columns_of
from comity.engine.bargaining.space import (
    Floats,
    Integers,
    Space,
    all_packages,
    package_space,
    refused,
    values_of,
)
from tests.engine.bargaining.spaces import random_space


def met_in(space: Space, counted: Floats, width: int) -> Integers:
    columns = columns_of(space, np.ones(space.n_parties))
    assert columns is not None
    n = space.n_parties
    shares = even_shares(columns)
    aim = Level((), counted > 0, 1e-9)
    met = packages_met(columns, aim, np.full(n, 1.0 / n), shares, 100.0, width)
    return columns.packages_of(met)


def even_shares(columns: Columns) -> Floats:
    shares = np.zeros(len(columns.points))
    for own in columns.columns_of:
        shares[own] = 1.0 / len(own)
    return shares


@pytest.mark.parametrize("seed", range(12))
def test_a_beam_as_wide_as_the_space_meets_the_best(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refusals of several issues are left open in every second case, so that the beam itself has to keep them."""
    if seed % 2:
        monkeypatch.setattr(columns_module, "TIED_BY_REFUSALS", 0)
    space = random_space(seed, 300)
    packages = all_packages(space)
    allowed = packages[~refused(space, packages)]
    if len(allowed) == 0:
        return
    smallest = (values_of(space, allowed) - space.floor).min(axis=1)
    met = met_in(space, np.ones(space.n_parties), 1000)
    assert not refused(space, met).any()
    first = (values_of(space, met[:1]) - space.floor).min()
    assert first == pytest.approx(smallest.max(), abs=1e-6)


def test_parties_that_are_not_compared_must_only_not_lose() -> None:
    space = package_space([[[9, 5, 0], [0, 1, 4]], [[3, 0, 1], [0, 2, 1]]], disagreement=[0, 3])
    met = met_in(space, np.array([1.0, 0.0]), 100)
    assert met[0].tolist() == [1, 1]


def test_a_narrow_beam_keeps_to_its_width_and_to_its_answer() -> None:
    dice = np.random.default_rng(3)
    space = package_space([dice.random((6, 5)) for _ in range(12)], np.zeros(6))
    one, other = met_in(space, np.ones(6), 40), met_in(space, np.ones(6), 40)
    assert len(one) == 40
    assert one.tolist() == other.tolist()


def test_the_width_follows_the_effort() -> None:
    columns = columns_of(package_space([np.eye(4)] * 10, np.zeros(4)), np.ones(4))
    assert columns is not None
    assert width_for(columns, 0.0) == 1
    assert width_for(columns, 2000.0) == pytest.approx(2 * width_for(columns, 1000.0), rel=0.01)
