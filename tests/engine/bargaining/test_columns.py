"""Columns: the same values as packages, nothing lost but what another column is as good as."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from comity.engine.bargaining import columns as module
from comity.engine.bargaining.columns import columns_of
from comity.engine.bargaining.space import Interaction, Refusal, package_space, refused, values_of
from tests.engine.bargaining.spaces import by_hand, random_space


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_every_frontier_value_is_there(seed: int, lazy: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if lazy:
        monkeypatch.setattr(module, "TIED_BY_REFUSALS", 0)
    space = random_space(seed, 150)
    columns = columns_of(space, np.ones(space.n_parties))
    assert columns is not None
    chosen = np.array(list(product(*columns.columns_of)), int).reshape(-1, columns.n_knots)
    chosen = chosen[~columns.is_refused(chosen)]
    packages = columns.packages_of(chosen)
    assert not refused(space, packages).any()
    gains = columns.start + columns.points[chosen].sum(axis=1)
    assert np.allclose(gains, values_of(space, packages) - space.floor)
    _, values, allowed = by_hand(space)
    table = np.array(values)[np.array(allowed)] - space.floor
    for row in table:
        assert (gains >= row - 1e-7).all(axis=1).any()


def test_interactions_that_knot_too_much_are_left_to_others() -> None:
    tables = [np.zeros((1, 6)) for _ in range(6)]
    chain = [Interaction(i, i + 1, np.zeros((1, 6, 6))) for i in range(5)]
    assert columns_of(package_space(tables, [0], interactions=chain), np.ones(1)) is None
    wide = Refusal(0, tuple((issue, (0,)) for issue in range(6)))
    columns = columns_of(package_space(tables, [0], refusals=[wide]), np.ones(1))
    assert columns is not None
    assert columns.lines == (wide,)
