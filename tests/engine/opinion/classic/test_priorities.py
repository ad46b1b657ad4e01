"""Comment priorities: worked by hand, and their directions."""

from __future__ import annotations

import numpy as np
import pytest

from comity.engine.opinion.classic.group_votes import GroupVotes
from comity.engine.opinion.classic.priorities import statement_priorities


def counts(agreed: int, disagreed: int, voted: int) -> GroupVotes:
    return GroupVotes(*(np.array(part) for part in ([voted], [[agreed]], [[disagreed]], [[voted]])))


def priority(agreed: int, disagreed: int, voted: int, extremity: float) -> float:
    return float(statement_priorities(counts(agreed, disagreed, voted), np.array([extremity]))[0])


def test_the_page_by_hand() -> None:
    """docs/methods/classic-priorities.md."""
    assert priority(0, 0, 0, 0.0) == 5.0625
    assert priority(6, 3, 10, 1.0) == pytest.approx(8.51, abs=0.005)


def test_what_lifts_a_statement() -> None:
    assert priority(7, 2, 10, 1.0) > priority(6, 3, 10, 1.0)  # agreement
    assert priority(6, 3, 10, 1.0) > priority(6, 1, 10, 1.0)  # fewer passes
    assert priority(6, 3, 10, 2.0) > priority(6, 3, 10, 1.0)  # further out
    assert priority(1, 0, 1, 1.0) > priority(20, 0, 20, 1.0)  # new


def test_statements_about_participants_have_a_fixed_priority() -> None:
    assert statement_priorities(counts(1, 1, 5), np.array([3.0]), np.array([True])).tolist() == [49]
