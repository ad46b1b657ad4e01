"""Conflicts against their definition: every set of demands tried on every package."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from comity.engine.bargaining.conflicts import Demand, clash, meets
from comity.engine.bargaining.space import Refusal, all_packages, package_space
from tests.engine.bargaining.spaces import random_space


@pytest.mark.parametrize("seed", range(16))
def test_smallest_conflicts_and_ways_out(seed: int) -> None:
    space = random_space(seed, 60, 3)
    dice = np.random.default_rng(seed)
    harsh = space.disagreement + dice.uniform(0, 0.6) * np.abs(space.disagreement).max(initial=1.0)
    space = package_space(space.points, harsh, interactions=space.interactions, refusals=space.refusals)
    demands = [Demand(line.party, (line,)) for line in space.refusals] + [
        Demand(p) for p in range(space.n_parties)
    ]
    packages = all_packages(space)
    met = np.stack([meets(space, demand, packages) for demand in demands])
    found = clash(space, demands)
    if met.all(axis=0).any():
        assert found is None
        return
    assert found is not None
    for size in range(1, len(demands) + 1):
        conflicts = [
            one for one in combinations(range(len(demands)), size) if not met[list(one)].all(axis=0).any()
        ]
        if conflicts:
            break
    assert list(found.conflicts) == conflicts
    assert found.finished
    assert found.joint is not None
    assert len(found.joint.demands) == int((~met).sum(axis=0).min())
    for party, way in enumerate(found.of_party):
        own = [n for n, demand in enumerate(demands) if demand.party == party]
        others = met[[n for n in range(len(demands)) if n not in own]].all(axis=0)
        if way is None:
            assert not others.any()
        else:
            assert len(way.demands) == int((~met[own])[:, others].sum(axis=0).min())


def test_two_red_lines_that_leave_nothing() -> None:
    space = package_space([[[0, 0], [0, 0]]], [0, 0])
    demands = [
        Demand(0, (Refusal(0, ((0, (0,)),)),)),
        Demand(1, (Refusal(1, ((0, (1,)),)),)),
        Demand(0),
        Demand(1),
    ]
    found = clash(space, demands)
    assert found is not None
    assert found.conflicts == ((0, 1),)
    assert [way and way.demands for way in found.of_party] == [(0,), (1,)]
