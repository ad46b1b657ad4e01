"""Votes as the engine sees them: columns of integers, the last answer of each pair, missing where nobody voted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

Integers = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.float64]


class Vote(IntEnum):
    """One participant's answer to one statement. Agreeing is positive, everywhere; not voted is missing, never 0."""

    DISAGREE = -1
    PASS = 0
    AGREE = 1


@dataclass(frozen=True, eq=False)
class VoteMatrix:
    """The last answer of every participant to every statement that he or she voted on.

    participant, statement: int32, shape (n_votes,), row and column of each vote; sorted by participant, then
    by statement, each pair once. answer: int8, shape (n_votes,), the values of `Vote`. n_participants,
    n_statements: the size of the table; rows and columns without a vote are allowed. Build one with
    `vote_matrix`, which sorts, keeps the last answer, checks, copies and freezes. in_canonical_order: set by
    `engine.opinion.order.canonical`, so that sorting twice costs nothing.
    """

    participant: npt.NDArray[np.int32]
    statement: npt.NDArray[np.int32]
    answer: npt.NDArray[np.int8]
    n_participants: int
    n_statements: int
    in_canonical_order: bool = False

    @property
    def n_votes(self) -> int:
        return len(self.answer)

    @cached_property
    def row_start(self) -> npt.NDArray[np.int64]:
        """Where each participant's votes begin, shape (n_participants + 1,); the last one is n_votes."""
        counts = np.bincount(self.participant, minlength=self.n_participants)
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])

    @property
    def votes_per_participant(self) -> npt.NDArray[np.int64]:
        return np.diff(self.row_start)

    def dense(self) -> Floats:
        """The table itself, shape (n_participants, n_statements), missing as nan: for small ones only.

        >>> vote_matrix([0, 1], [1, 0], [1, -1], 2, 2).dense()
        array([[nan,  1.],
               [-1., nan]])
        """
        table = np.full((self.n_participants, self.n_statements), np.nan)
        table[self.participant, self.statement] = self.answer
        return table

    def sparse(self, values: npt.ArrayLike) -> csr_array:
        """One number a vote as a sparse (n_participants, n_statements) table, sharing this matrix's index."""
        shape = (self.n_participants, self.n_statements)
        return csr_array((np.asarray(values), self.statement, self.row_start), shape=shape)

    def rows(self, keep: npt.NDArray[np.bool_]) -> VoteMatrix:
        """Only the participants marked in keep, shape (n_participants,), renumbered in their order."""
        kept = keep[self.participant]
        number = np.cumsum(keep, dtype=np.int32) - 1
        return _frozen(
            number[self.participant[kept]].astype(np.int32),
            self.statement[kept],
            self.answer[kept],
            int(keep.sum()),
            self.n_statements,
        )


def vote_matrix(
    participant: npt.ArrayLike,
    statement: npt.ArrayLike,
    answer: npt.ArrayLike,
    n_participants: int,
    n_statements: int,
) -> VoteMatrix:
    """Votes in the order in which they were cast -> the last answer of every pair.

    participant, statement, answer: integers, shape (n_votes,): 0 .. n_participants - 1, 0 .. n_statements - 1,
    and the values of `Vote`. A later line replaces an earlier one of the same pair. Raises ValueError for an
    index or an answer out of range and for columns of different length.

    >>> matrix = vote_matrix([0, 0, 1], [2, 2, 0], [-1, 1, 0], n_participants=2, n_statements=3)
    >>> matrix.n_votes, matrix.answer.tolist()
    (2, [1, 0])
    """
    row = np.array(participant, dtype=np.int32)
    column = np.array(statement, dtype=np.int32)
    vote = np.array(answer, dtype=np.int8)
    if not row.shape == column.shape == vote.shape or row.ndim != 1:
        raise ValueError(f"columns of one length are needed, not {row.shape}, {column.shape}, {vote.shape}")
    _check_range("participant", row, 0, n_participants - 1)
    _check_range("statement", column, 0, n_statements - 1)
    _check_range("answer", vote, Vote.DISAGREE, Vote.AGREE)
    pair = row.astype(np.int64) * n_statements + column
    if len(pair) > 1 and not bool(np.all(pair[1:] > pair[:-1])):
        order = np.argsort(pair, kind="stable")
        ordered = pair[order]
        last = order[np.append(ordered[1:] != ordered[:-1], True)]
        row, column, vote = row[last], column[last], vote[last]
    return _frozen(row, column, vote, n_participants, n_statements)


def _frozen(row: Any, column: Any, vote: Any, n_participants: int, n_statements: int) -> VoteMatrix:
    for array in (row, column, vote):
        array.flags.writeable = False
    return VoteMatrix(row, column, vote, n_participants, n_statements)


def _check_range(name: str, values: Integers, low: int, high: int) -> None:
    if len(values) and not (low <= int(values.min()) and int(values.max()) <= high):
        wrong = int(values.min()) if values.min() < low else int(values.max())
        raise ValueError(f"{name} {wrong} is outside {low} .. {high}")
