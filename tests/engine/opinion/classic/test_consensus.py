"""Classic consensus: worked by hand, mirrored by the swap, and a product over groups that one group can pull down."""

from __future__ import annotations

import numpy as np
import pytest
from tests.drawing import votes_from
from tests.simulated_votes import random_votes

from comity.engine.opinion.classic.consensus import consensus_statements, group_informed_consensus
from comity.engine.opinion.classic.group_votes import GroupVotes, group_votes
from comity.engine.votes import vote_matrix

TABLE = votes_from("""
        parks tolls trams
  ana     +     +     +
  ben     +     +     +
  cem     +     +     -
  dov     +     o     -
""")


def test_the_page_by_hand() -> None:
    """docs/methods/classic-consensus.md."""
    agree = consensus_statements(TABLE).agree
    assert [one.statement for one in agree] == [0, 1]
    assert [round(one.probability * one.probability_test, 3) for one in agree] == [1.863, 0.894]
    assert (agree[1].said_so, agree[1].voted) == (3, 4)


def test_moderated_statements_are_never_named_and_few_are_kept() -> None:
    assert [one.statement for one in consensus_statements(TABLE, np.array([True, False, False])).agree] == [1]
    assert len(consensus_statements(TABLE, most=1).agree) == 1


@pytest.mark.parametrize("seed", range(4))
def test_the_swap_exchanges_the_two_sides(seed: int) -> None:
    votes = random_votes(seed, 15, 10, voted=0.3)
    swapped = vote_matrix(votes.participant, votes.statement, -votes.answer, 15, 10)
    here, there = consensus_statements(votes), consensus_statements(swapped)
    assert (here.agree, here.disagree) == (there.disagree, there.agree)
    group = np.arange(15) % 2
    ours = group_informed_consensus(group_votes(votes, group))
    theirs = group_informed_consensus(group_votes(swapped, group))
    np.testing.assert_array_equal(ours.agree, theirs.disagree)


def test_one_group_that_stands_apart_pulls_the_product_down() -> None:
    """docs/methods/group-informed-consensus.md."""
    together = GroupVotes(*(np.array(part) for part in ([2, 8], [[2], [8]], [[0], [0]], [[2], [8]])))
    apart = GroupVotes(*(np.array(part) for part in ([2, 8], [[2], [0]], [[0], [8]], [[2], [8]])))
    assert group_informed_consensus(together).agree.round(3).tolist() == [0.675]
    assert group_informed_consensus(apart).agree.round(3).tolist() == [0.075]


def test_without_votes_nothing_is_named() -> None:
    empty = vote_matrix([], [], [], 2, 3)
    assert consensus_statements(empty).agree == consensus_statements(empty).disagree == ()
    assert group_informed_consensus(group_votes(empty, [-1, -1])).agree.tolist() == [1, 1, 1]
