"""Representativeness against the textbook tests, and the choice against Polis' rules written out one by one."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
import pytest
from tests.simulated_votes import random_votes, two_camps

from comity.engine.opinion.classic.group_votes import GroupVotes, group_votes
from comity.engine.opinion.classic.representative import (
    Representativeness,
    representative_statements,
    representativeness,
)


def counts_of(*parts: list[Any]) -> GroupVotes:
    return GroupVotes(*(np.array(part) for part in parts))


def test_the_page_by_hand() -> None:
    """docs/methods/classic-representative.md."""
    measured = representativeness(counts_of([4, 6], [[4], [0]], [[0], [6]], [[4], [6]]))
    agree, disagree = measured.agree, measured.disagree
    assert agree.probability[0, 0] == pytest.approx(5 / 6)
    assert agree.probability_test[0, 0].round(3) == 2.236
    assert agree.ratio[0, 0].round(3) == 6.667
    assert agree.ratio_test[0, 0].round(3) == 2.928
    assert disagree.probability_test[1, 0].round(3) == 2.646
    assert disagree.ratio[1, 0] == 5.25
    assert disagree.ratio_test[1, 0].round(3) == 2.898
    ours, others = representative_statements(measured)
    assert [(one.stance, one.said_so, one.voted) for one in ours] == [("agree", 4, 4)]
    assert [(one.stance, one.said_so, one.voted) for one in others] == [("disagree", 6, 6)]


def textbook_ratio_test(inside: int, trials_inside: int, outside: int, trials_outside: int) -> float:
    """Two proportions with pooled variance, one success added on each side."""
    inside, trials_inside, outside, trials_outside = (
        n + 1 for n in (inside, trials_inside, outside, trials_outside)
    )
    pooled = (inside + outside) / (trials_inside + trials_outside)
    if pooled == 1:
        return 0.0
    error = sqrt(pooled * (1 - pooled) * (1 / trials_inside + 1 / trials_outside))
    return (inside / trials_inside - outside / trials_outside) / error


@pytest.mark.parametrize("seed", range(5))
def test_the_tests_are_the_textbook_ones(seed: int) -> None:
    votes = random_votes(seed, 30, 7)
    counts = group_votes(votes, np.random.default_rng(seed).integers(0, 3, 30), 3)
    agree = representativeness(counts).agree
    for group in range(3):
        others = [other for other in range(3) if other != group]
        for statement in range(7):
            said, voted = counts.agreed[group, statement], counts.voted[group, statement]
            said_elsewhere = counts.agreed[others, statement].sum()
            voted_elsewhere = counts.voted[others, statement].sum()
            expected = textbook_ratio_test(int(said), int(voted), int(said_elsewhere), int(voted_elsewhere))
            assert agree.ratio_test[group, statement] == pytest.approx(expected, abs=1e-12)
            elsewhere = (said_elsewhere + 1) / (voted_elsewhere + 2)
            assert agree.ratio[group, statement] == pytest.approx((said + 1) / (voted + 2) / elsewhere)


def test_equal_proportions_differ_by_exactly_nothing() -> None:
    measured = representativeness(counts_of([5, 11], [[1], [3]], [[0], [0]], [[5], [11]]))
    assert measured.agree.ratio_test.tolist() == [[0.0], [0.0]]


def chosen(measured: Representativeness, group: int, **more: Any) -> list[tuple[int, str]]:
    return [(one.statement, one.stance) for one in representative_statements(measured, **more)[group]]


@pytest.mark.parametrize("seed", range(4))
def test_camps_are_represented_by_what_they_answer(seed: int) -> None:
    votes, camp = two_camps(seed, 60, 12)
    measured = representativeness(group_votes(votes, camp))
    for group in (0, 1):
        choice = chosen(measured, group)
        assert len(choice) == 5
        assert all((statement + group) % 2 == (stance == "disagree") for statement, stance in choice)


def test_agreed_statements_come_first_and_moderated_ones_never() -> None:
    votes, camp = two_camps(1, 60, 12)
    measured = representativeness(group_votes(votes, camp))
    stances = [stance for _, stance in chosen(measured, 0)]
    assert stances == sorted(stances)
    first = chosen(measured, 0)[0][0]
    assert first not in [
        statement for statement, _ in chosen(measured, 0, moderated_out=np.arange(12) == first)
    ]


def test_a_group_without_a_sufficient_statement_gets_its_best() -> None:
    """Nobody's test passes; the second statement has the larger difference, towards disagreement."""
    measured = representativeness(counts_of([3, 3], [[1, 0], [1, 1]], [[1, 2], [1, 1]], [[3, 3], [3, 3]]))
    assert chosen(measured, 0) == [(1, "disagree")]


def test_every_statement_moderated_out_leaves_nothing() -> None:
    measured = representativeness(counts_of([3, 3], [[1], [1]], [[1], [1]], [[3], [3]]))
    assert representative_statements(measured, np.array([True])) == ((), ())


def test_ties_keep_the_order_in_which_columns_are_walked() -> None:
    measured = representativeness(counts_of([9, 9], [[9, 9], [0, 0]], [[0, 0], [9, 9]], [[9, 9], [9, 9]]))
    assert chosen(measured, 0) == [(0, "agree"), (1, "agree")]
    assert chosen(measured, 0, column_order=np.array([1, 0])) == [(1, "agree"), (0, "agree")]


def test_at_most_so_many_are_chosen() -> None:
    votes, camp = two_camps(2, 60, 12)
    measured = representativeness(group_votes(votes, camp))
    assert len(chosen(measured, 0, most=3)) == 3
