"""An order of participants and statements that depends on the votes alone.

Floating-point sums depend on the order of their terms, so a table whose lines were shuffled would give
results that differ in the last digits, and an iteration can blow those up. Every method therefore sorts the
table first: rows and columns by a fingerprint of *how* they are connected, blind to their names, to their
place in the file and to which answer is called agreement.

The fingerprint is colour refinement (Weisfeiler and Leman 1968) in wrapping 64-bit integers, whose sums are
exact in any order. Two rows share a fingerprint only when no three rounds of refinement tell them apart:
then their votes are interchangeable, and so are their places.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from comity.engine.votes import VoteMatrix

Hashes = npt.NDArray[np.uint64]
ROUNDS = 3
ODD = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, eq=False)
class CanonicalVotes:
    """The same votes in canonical order, and the way back.

    votes: rows and columns sorted. participant, statement: int64, the original index of each sorted row and
    column, so that `original[participant] = sorted_values` restores the caller's order.
    """

    votes: VoteMatrix
    participant: npt.NDArray[np.int64]
    statement: npt.NDArray[np.int64]


def canonical(votes: VoteMatrix) -> CanonicalVotes:
    """Sort rows and columns by their fingerprints; ties, which are interchangeable, keep the given order.

    >>> from comity.engine.votes import vote_matrix
    >>> table = vote_matrix([0, 0, 1, 2], [0, 1, 0, 1], [1, -1, 1, 0], 3, 2)
    >>> shuffled = vote_matrix([2, 2, 1, 0], [1, 0, 1, 0], [1, -1, 1, 0], 3, 2)
    >>> bool((canonical(table).votes.answer == canonical(shuffled).votes.answer).all())
    True
    """
    if votes.in_canonical_order:
        return CanonicalVotes(votes, np.arange(votes.n_participants), np.arange(votes.n_statements))
    rows, columns = _fingerprints(votes, 1)
    mirrored_rows, mirrored_columns = _fingerprints(votes, -1)
    # The sum of both directions is the same for a table and for its mirror image.
    row_order = np.argsort(_mixed(rows) + _mixed(mirrored_rows), kind="stable")
    column_order = np.argsort(_mixed(columns) + _mixed(mirrored_columns), kind="stable")
    return CanonicalVotes(_sorted(votes, _ranks(row_order), _ranks(column_order)), row_order, column_order)


def first_participants(ordered: VoteMatrix, n_votes: int) -> VoteMatrix:
    """The first participants of a table in canonical order, with about n_votes votes: as good as drawn at random.

    Statements stay as they are. The whole table where it has at most half as many votes again.

    >>> from comity.engine.votes import vote_matrix
    >>> table = canonical(vote_matrix([0, 1, 2, 3], [0, 1, 0, 1], [1, -1, 1, 0], 4, 2)).votes
    >>> first_participants(table, 2).n_participants, first_participants(table, 3).n_participants
    (2, 4)
    """
    if ordered.n_votes <= 1.5 * n_votes:
        return ordered
    rows = int(np.searchsorted(ordered.row_start, n_votes))
    last = int(ordered.row_start[rows])
    return replace(
        ordered,
        participant=ordered.participant[:last],
        statement=ordered.statement[:last],
        answer=ordered.answer[:last],
        n_participants=rows,
    )


def _sorted(votes: VoteMatrix, row: npt.NDArray[np.int64], column: npt.NDArray[np.int64]) -> VoteMatrix:
    """The same votes with every row and column at its new place."""
    shape = (votes.n_participants, votes.n_statements)
    places = (row[votes.participant], column[votes.statement])
    table = csr_array((votes.answer, places), shape=shape)
    table.sort_indices()
    rows = np.repeat(np.arange(shape[0], dtype=np.int32), np.diff(table.indptr))
    columns = table.indices.astype(np.int32)
    for array in (rows, columns, table.data):
        array.flags.writeable = False
    return VoteMatrix(rows, columns, table.data, *shape, in_canonical_order=True)


def _fingerprints(votes: VoteMatrix, direction: int) -> tuple[Hashes, Hashes]:
    """One 64-bit number a row and a column, equal for what the votes cannot tell apart."""
    code = (votes.answer.astype(np.int64) * direction + 2).astype(np.uint64) * ODD
    rows = np.ones(votes.n_participants, np.uint64)
    columns = np.ones(votes.n_statements, np.uint64)
    for _ in range(ROUNDS):
        columns = _sums(_mixed(rows[votes.participant] + code), votes.statement, votes.n_statements)
        rows = _sums(_mixed(columns[votes.statement] ^ code), votes.participant, votes.n_participants)
    return rows, columns


def _sums(values: Hashes, index: npt.NDArray[np.int32], size: int) -> Hashes:
    """Wrapping sums of values by index: exact, whatever the order."""
    sums = np.zeros(size, np.uint64)
    np.add.at(sums, index, values)
    return _mixed(sums)


def _mixed(values: Hashes) -> Hashes:
    """Scatter 64 bits (the finaliser of splitmix64; Steele, Lea and Flood 2014)."""
    mixed = values + ODD
    mixed = (mixed ^ (mixed >> np.uint64(30))) * FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * SECOND
    return mixed ^ (mixed >> np.uint64(31))


def _ranks(order: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(order))
    return ranks
