"""Consensus as Polis reckons it: statements most participants agree on, and statements every group agrees on.

Notation: n votes on a statement, s of them agree (or disagree); p and z as in `representative`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.classic.group_votes import Counts, GroupVotes
from comity.engine.opinion.classic.representative import MOST, SIGNIFICANT, probability_test
from comity.engine.votes import Floats, Vote, VoteMatrix


@dataclass(frozen=True)
class ConsensusStatement:
    """A statement on which most take one side. said_so of voted did; probability and its test against one half."""

    statement: int
    said_so: int
    voted: int
    probability: float
    probability_test: float


@dataclass(frozen=True)
class ClassicConsensus:
    """Statements most participants agree with, and disagree with, the most notable first."""

    agree: tuple[ConsensusStatement, ...]
    disagree: tuple[ConsensusStatement, ...]


@dataclass(frozen=True, eq=False)
class GroupInformedConsensus:
    """Product over groups of the probability to agree, and to disagree, by statement, shape (n_statements,).

    Polis publishes the first as group-aware consensus.
    """

    agree: Floats
    disagree: Floats


def consensus_statements(
    votes: VoteMatrix,
    moderated_out: npt.NDArray[np.bool_] | None = None,
    column_order: npt.NDArray[np.int64] | None = None,
    most: int = MOST,
) -> ClassicConsensus:
    """Polis' choice of at most `most` statements for each direction, over all participants, grouped or not.

    A statement counts when p > 1/2 and z > 1.2816; the largest p * z come first, equal ones in the order of their
    columns, or of column_order. moderated_out: statements never chosen.

    >>> from comity.engine.votes import vote_matrix
    >>> table = vote_matrix([0, 1, 2, 3], [0, 0, 0, 0], [1, 1, 1, 1], 4, 1)
    >>> consensus_statements(table).agree[0].said_so
    4
    """
    out = np.zeros(votes.n_statements, bool) if moderated_out is None else np.asarray(moderated_out, bool)
    order = np.arange(votes.n_statements) if column_order is None else column_order
    offered = order[~out[order]]
    voted = np.bincount(votes.statement, minlength=votes.n_statements)

    def chosen(answer: Vote) -> tuple[ConsensusStatement, ...]:
        said_so = np.bincount(votes.statement[votes.answer == answer], minlength=votes.n_statements)
        return _choice(said_so, voted, offered, most)

    return ClassicConsensus(chosen(Vote.AGREE), chosen(Vote.DISAGREE))


def group_informed_consensus(counts: GroupVotes) -> GroupInformedConsensus:
    """How surely *every* group agrees (or disagrees): the product over groups of (said so + 1) / (voted + 2).

    Small where one group stands apart, however large the others are. Without groups the empty product, 1.

    >>> counts = GroupVotes(*(np.array(part) for part in ([2, 8], [[2], [8]], [[0], [0]], [[2], [8]])))
    >>> group_informed_consensus(counts).agree.round(3).tolist()
    [0.675]
    """
    voted = counts.voted + 2.0
    return GroupInformedConsensus(
        np.asarray(np.prod((counts.agreed + 1) / voted, axis=0)),
        np.asarray(np.prod((counts.disagreed + 1) / voted, axis=0)),
    )


def _choice(
    said_so: Counts, voted: Counts, offered: npt.NDArray[np.int64], most: int
) -> tuple[ConsensusStatement, ...]:
    probability = (said_so + 1) / (voted + 2)
    test = probability_test(said_so, voted)
    counting = offered[((probability > 0.5) & (test > SIGNIFICANT))[offered]]
    order = counting[np.argsort(-(probability * test)[counting], kind="stable")][:most]
    return tuple(
        ConsensusStatement(
            int(place), int(said_so[place]), int(voted[place]), float(probability[place]), float(test[place])
        )
        for place in order
    )
