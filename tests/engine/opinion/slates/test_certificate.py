"""The certificate against EJR+ and PJR+ as they are defined, on all groups of small elections."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from tests.engine.opinion.slates.published import RUNNING, election
from tests.engine.opinion.slates.test_rules import sets_of

from comity.engine.opinion.slates.approvals import Ballots
from comity.engine.opinion.slates.certificate import certificate
from comity.errors import Refused


def groups_left_out(votes: Ballots, slate: list[int]) -> tuple[list[set[int]], list[set[int]]]:
    """Every group that breaks EJR+, and every one that breaks PJR+, by trying all groups."""
    sets, k, n = sets_of(votes), len(slate), votes.n_participants
    ejr, pjr = [], []
    for size in range(1, n + 1):
        for group in combinations(range(n), size):
            shared = set.intersection(*(sets[i] for i in group)) - set(slate)
            deserves = size * k // n
            if not shared or deserves < 1:
                continue
            if all(len(sets[i] & set(slate)) < deserves for i in group):
                ejr.append(set(group))
            if len(set.union(*(sets[i] for i in group)) & set(slate)) < deserves:
                pjr.append(set(group))
    return ejr, pjr


@pytest.mark.parametrize("seed", range(120))
def test_all_groups_of_small_elections(seed: int) -> None:
    generator = np.random.default_rng(seed)
    n, m = 7, 6
    votes = election([np.flatnonzero(row).tolist() for row in generator.random((n, m)) < 0.5], m)
    slate = generator.choice(m, int(generator.integers(1, 5)), replace=False).tolist()
    found = certificate(votes, slate)
    ejr, pjr = groups_left_out(votes, slate)
    assert (found.ejr_plus is None) == (not ejr)
    assert (found.pjr_plus is None) == (not pjr)
    if found.ejr_plus is not None:
        assert set(found.ejr_plus.members.tolist()) in ejr
        assert found.ejr_plus.size == max(len(group) for group in ejr)
    if found.pjr_plus is not None:
        assert set(found.pjr_plus.members.tolist()) in pjr


def test_the_cases_meet_every_outcome() -> None:
    """Of the slates above some hold both, some only PJR+, some neither: the sweep is not idle."""
    seen = set()
    for seed in range(120):
        generator = np.random.default_rng(seed)
        votes = election([np.flatnonzero(row).tolist() for row in generator.random((7, 6)) < 0.5], 6)
        slate = generator.choice(6, int(generator.integers(1, 5)), replace=False).tolist()
        found = certificate(votes, slate)
        seen.add((found.ejr_plus is None, found.pjr_plus is None))
    assert {(True, True), (False, False)} <= seen


def test_the_running_example_without_the_largest_group() -> None:
    """12 voters, k = 4: 8 approve of a, which is not on {e, f, g, h}; they deserve two and have none."""
    left = certificate(RUNNING, [4, 5, 6, 7]).ejr_plus
    assert left is not None
    assert (left.statement, left.deserves, left.has, left.members.tolist()) == (0, 2, 0, list(range(8)))


def test_pjr_plus_holds_where_ejr_plus_fails() -> None:
    """Four voters agree on a, each has another one of their own on the slate: together four, each but one."""
    votes = election([{0, 1}, {0, 2}, {0, 3}, {0, 4}], 5)
    found = certificate(votes, [1, 2, 3, 4])
    assert found.pjr_plus is None
    assert found.ejr_plus is not None
    assert (found.ejr_plus.size, found.ejr_plus.deserves, found.ejr_plus.has) == (4, 4, 1)


def test_refusals() -> None:
    with pytest.raises(Refused, match="a slate of 0 statements"):
        certificate(RUNNING, [])
    with pytest.raises(ValueError, match="twice"):
        certificate(RUNNING, [1, 1])
