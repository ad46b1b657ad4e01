"""Votes by group, counted one by one."""

from __future__ import annotations

import numpy as np
import pytest
from tests.simulated_votes import random_votes

from comity.engine.opinion.classic.group_votes import group_votes


@pytest.mark.parametrize("seed", range(5))
def test_counts_are_what_one_counts_by_hand(seed: int) -> None:
    votes = random_votes(seed, 20, 6)
    group = np.random.default_rng(seed).integers(-1, 3, 20)
    counts = group_votes(votes, group, 4)
    table = votes.dense()
    for number in range(4):
        rows = table[group == number]
        assert counts.members[number] == len(rows)
        assert counts.agreed[number].tolist() == (rows == 1).sum(axis=0).tolist()
        assert counts.disagreed[number].tolist() == (rows == -1).sum(axis=0).tolist()
        assert counts.passed[number].tolist() == (rows == 0).sum(axis=0).tolist()
        assert counts.voted[number].tolist() == (~np.isnan(rows)).sum(axis=0).tolist()


def test_nobody_in_a_group() -> None:
    assert group_votes(random_votes(0, 4, 3), [-1] * 4).agreed.shape == (0, 3)


@pytest.mark.parametrize(
    ("group", "count", "text"),
    [
        ([0, 1], None, "one group number a participant is needed: 4"),
        ([0, 1, 2, 0], 2, r"group numbers must lie in -1 \.\. 1"),
        ([0, 0, -2, 0], None, r"group numbers must lie in -1 \.\. 0"),
    ],
)
def test_wrong_groups_are_a_mistake(group: list[int], count: int | None, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        group_votes(random_votes(0, 4, 3), group, count)
