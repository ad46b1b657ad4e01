"""Trades, improvements, coalitions, the single text and margins, against their definitions by loops."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from comity.engine.bargaining.agreements import Agreements
from comity.engine.bargaining.coalitions import Powers, would_leave
from comity.engine.bargaining.listing import listing
from comity.engine.bargaining.robustness import margin
from comity.engine.bargaining.single_text import next_proposal, single_text
from comity.engine.bargaining.solutions import SOLUTIONS
from comity.engine.bargaining.space import holds, package_space, values_of
from comity.engine.bargaining.trades import improvements, trades
from tests.engine.bargaining.spaces import random_space

SEEDS = range(12)


@pytest.mark.parametrize("seed", SEEDS)
def test_improvements_are_all_there_and_the_nearest_is_nearest(seed: int) -> None:
    space = random_space(seed, 200)
    listed = listing(space)
    draft = listed.packages[np.random.default_rng(seed).integers(len(listed.packages))]
    start = values_of(space, draft[None, :])[0]
    better = [
        package
        for package, value, allowed in zip(listed.packages, listed.values, listed.allowed, strict=True)
        if allowed and all(value >= start) and any(value > start)
    ]
    found = improvements(space, listed, draft, np.ones(space.n_parties))
    assert found.n == len(better)
    if better:
        assert found.nearest is not None
        changes = [int((package != draft).sum()) for package in better]
        assert int((np.array(found.nearest) != draft).sum()) == min(changes)
        least = [float((values_of(space, package[None, :])[0] - start).min()) for package in better]
        assert found.best is not None
        assert (values_of(space, np.array([found.best]))[0] - start).min() == pytest.approx(max(least))


@pytest.mark.parametrize("seed", SEEDS)
def test_trades_hurt_nobody_and_need_every_part(seed: int) -> None:
    space = random_space(seed, 200)
    draft = np.zeros(space.n_issues, np.int32)
    start = values_of(space, draft[None, :])[0]
    found = trades(space, draft, np.ones(space.n_parties))
    for trade in found:
        change = values_of(space, np.array([trade.package]))[0] - start
        assert (change >= 0).all()
        assert (change > 0).sum() >= 2
        assert not any(holds(line, np.array([trade.package]))[0] for line in space.refusals)
        assert trade.smaller == pytest.approx(change[change > 0].min())
        for issue in trade.issues:
            alone = draft.copy()
            alone[issue] = trade.package[issue]
            assert (values_of(space, alone[None, :])[0] < start).any()
    assert [trade.smaller for trade in found] == sorted((trade.smaller for trade in found), reverse=True)


def test_the_textbook_trade() -> None:
    """Each cares about one issue and holds the other: exchanged, both gain 6."""
    space = package_space([[[0, 8], [2, 0]], [[2, 0], [0, 8]]], [0, 0])
    (trade,) = trades(space, np.array([0, 0]), np.ones(2))
    assert (trade.package, trade.change.tolist(), trade.smaller) == ((1, 1), [6.0, 6.0], 6.0)


@pytest.mark.parametrize("seed", SEEDS)
def test_coalitions_that_would_leave(seed: int) -> None:
    space = random_space(seed, 100, 4)
    listed = listing(space)
    package = listed.packages[0]
    start = values_of(space, package[None, :])[0]
    quota = max(1, space.n_parties - 1)
    powers = Powers(quota, (0,), ((),) * space.n_issues, (None,) * space.n_issues)
    expected = []
    for size in range(1, space.n_parties + 1):
        for members in combinations(range(space.n_parties), size):
            rows = list(members)
            can = size >= quota and 0 in members
            own = [line for line in space.refusals if line.party in members]
            if can and any(
                all(value[rows] > start[rows]) and not any(holds(line, one[None, :])[0] for line in own)
                for one, value in zip(listed.packages, listed.values, strict=True)
            ):
                expected.append(members)
    assert [
        one.members for one in would_leave(space, listed, powers, package, np.ones(space.n_parties))
    ] == expected


def test_two_can_settle_one_issue_without_the_third() -> None:
    space = package_space([[[0, 5], [0, 5], [9, 0]], [[3, 0], [3, 0], [3, 0]]], [0, 0, 0])
    powers = Powers(3, (), ((0, 1), ()), (0, 0))
    leaving, together = would_leave(space, listing(space), powers, np.array([0, 1]), np.ones(3))
    assert (together.members, together.package) == ((0, 1, 2), (0, 0))
    assert (leaving.members, leaving.package, leaving.decides) == ((0, 1), (1, 0), False)
    assert would_leave(space, listing(space), powers, np.array([1, 0]), np.ones(3)) == ()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_single_text_ends_on_the_frontier_and_nobody_loses_on_the_way(seed: int) -> None:
    space = random_space(seed, 200)
    listed = listing(space)
    rounds = single_text(space, listed, listed.packages[-1], np.ones(space.n_parties))
    last = np.array(rounds[-1].package, np.int32)
    if not listed.accepted.any():
        assert rounds[-1].why == "impasse"
        return
    assert rounds[-1].why == "no improvement left"
    assert Agreements(space).is_undominated(last)
    assert all((one.gain >= 0).all() for one in rounds if one.why == "improved")
    again = single_text(space, listed, listed.packages[-1], np.ones(space.n_parties))
    assert [one.package for one in again] == [one.package for one in rounds]


def test_marks_steer_the_next_proposal() -> None:
    """Both issues could improve for both; the one that is marked is eased first when they cannot both be."""
    space = package_space([[[0, 1, 2]], [[0, 2, 1]]], [0])
    listed = listing(space)
    proposal = next_proposal(space, listed, np.array([0, 0]), [(0, 1)], np.ones(1))
    assert proposal.relieved == ((0, 1),)


@pytest.mark.parametrize("name", SOLUTIONS)
def test_the_margin_is_where_another_package_overtakes(name: str) -> None:
    """Two packages, no issue shared: x keeps its place until points are off by the margin, and not beyond."""
    space = package_space([[[10, 6], [8, 9]]], [0, 0])
    agreements = Agreements(space)
    package = agreements.solution(name).package
    assert package is not None
    assert agreements.candidates is not None
    found = margin(space, name, agreements.ideal[0], package, agreements.candidates[0])
    other = 1 - int(package[0])

    def overtaken(error: float) -> bool:
        mine = space.points[0][:, int(package[0])] * (1 - error)
        theirs = space.points[0][:, other] * (1 + error)
        return agreements.score(name, theirs) >= agreements.score(name, mine)

    assert overtaken(found.share + 1e-6)
    assert not overtaken(found.share - 1e-6)
