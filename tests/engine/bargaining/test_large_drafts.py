"""Answers about a draft without a list of packages: equal to those from the list."""

from __future__ import annotations

import numpy as np
import pytest

from comity.engine.bargaining.coalitions import Powers, would_leave
from comity.engine.bargaining.large_drafts import (
    improvements_of,
    proposal_of,
    single_text_of,
    would_leave_of,
)
from comity.engine.bargaining.listing import listing
from comity.engine.bargaining.single_text import next_proposal, worst_hurts
from comity.engine.bargaining.space import values_of
from comity.engine.bargaining.trades import improvements
from tests.engine.bargaining.spaces import random_space

SEEDS = range(10)


@pytest.mark.parametrize("seed", SEEDS)
def test_improvements(seed: int) -> None:
    space = random_space(seed, 150)
    listed = listing(space)
    draft = listed.packages[np.random.default_rng(seed).integers(len(listed.packages))]
    scale = np.ones(space.n_parties)
    expected = improvements(space, listed, draft, scale)
    found, proven = improvements_of(space, draft, scale, 20.0)
    assert proven
    assert (found.best, found.nearest) == (expected.best, expected.nearest)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_next_proposal(seed: int) -> None:
    space = random_space(seed, 150)
    listed = listing(space)
    scale = np.ones(space.n_parties)
    dice = np.random.default_rng(seed)
    drafts = [listed.packages[dice.integers(len(listed.packages))]]
    if listed.accepted.any():
        drafts.append(listed.packages[dice.choice(np.flatnonzero(listed.accepted))])
    for draft in drafts:
        marks = worst_hurts(space, draft)
        expected = next_proposal(space, listed, draft, marks, scale)
        found, proven = proposal_of(space, draft, marks, scale, 20.0)
        assert proven
        assert (found.package, found.why, found.relieved) == (
            expected.package,
            expected.why,
            expected.relieved,
        )


def test_the_single_text_ends() -> None:
    space = random_space(4, 150)
    listed = listing(space)
    rounds, proven = single_text_of(space, listed.packages[-1], np.ones(space.n_parties), 20.0)
    assert proven
    assert rounds[-1].ends


@pytest.mark.parametrize("seed", SEEDS)
def test_who_would_leave(seed: int) -> None:
    space = random_space(seed, 100, 4)
    listed = listing(space)
    quota = max(1, space.n_parties - 1)
    powers = Powers(quota, (0,), ((),) * space.n_issues, (None,) * space.n_issues)
    scale = np.ones(space.n_parties)
    expected = would_leave(space, listed, powers, listed.packages[0], scale)
    found, size, proven = would_leave_of(space, powers, listed.packages[0], scale, 20.0)
    assert proven
    assert size == max(0, space.n_parties - 1)
    assert [one.members for one in found] == [one.members for one in expected]
    for mine, theirs in zip(found, expected, strict=True):
        rows = list(mine.members)
        pair = values_of(space, np.array([mine.package, theirs.package]))[:, rows]
        assert np.sort(pair[0]).tolist() == pytest.approx(np.sort(pair[1]).tolist())


def test_what_two_can_settle_and_what_stays_as_it_is() -> None:
    from comity.engine.bargaining.space import package_space

    space = package_space([[[0, 5], [0, 5], [9, 0]], [[3, 0], [3, 0], [3, 0]]], [0, 0, 0])
    powers = Powers(3, (), ((0, 1), ()), (0, 0))
    (leaving, together), _, proven = would_leave_of(space, powers, np.array([0, 1]), np.ones(3), 5.0)
    assert proven
    assert (together.members, together.package) == ((0, 1, 2), (0, 0))
    assert (leaving.members, leaving.package, leaving.decides) == ((0, 1), (1, 0), False)
