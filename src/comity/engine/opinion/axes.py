"""How many axes the answers hold that chance alone would not make.

The statements' co-variation (diagonal left out, for it holds each statement's own noise) is compared with that
of the same answers with their signs shaken: shaking keeps who voted on what and how lopsided each statement
is, and destroys everything that statements share. The first axis counts when it is clearly stronger than the
strongest axis of the shaken answers; once there is one, the others count when they are about as strong, because
the shaken answers hold, as noise, also what was shared, which makes them a hard measure (Horn 1965, parallel
analysis, for the idea of comparing with answers that share nothing).
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import eigh
from scipy.sparse import csr_array
from scipy.sparse.linalg import eigsh

from comity.engine.opinion.order import canonical
from comity.engine.votes import Floats, VoteMatrix

MOST_AXES = 4
FIRST_ABOVE_CHANCE = 1.15
OTHERS_ABOVE_CHANCE = 0.85
SHAKES = 1
SAMPLE_VOTES = 400_000
FULL_TABLE = 16
"""A table with at most so many cells a vote is multiplied out whole, which is faster than vote by vote."""
SMALL_MATRIX = 200


def axes_above_chance(votes: VoteMatrix, seed: int = 0) -> int:
    """The number of shared axes in the answers, 0 .. MOST_AXES; 0 where statements have nothing in common.

    seed: of the shaken signs. On large tables the first rows in canonical order, as good as drawn at random,
    are enough.

    >>> from comity.engine.votes import vote_matrix
    >>> table = np.outer(np.repeat([1, -1], 20), [1, -1, 1, -1, 1, 1])
    >>> axes_above_chance(vote_matrix(*np.nonzero(table), table[np.nonzero(table)], *table.shape))
    1
    """
    ordered = canonical(votes).votes
    last = int(ordered.row_start[np.searchsorted(ordered.row_start, SAMPLE_VOTES, side="right") - 1])
    sided = np.flatnonzero(ordered.answer[:last])
    row, column = ordered.participant[sided], ordered.statement[sided]
    answer = ordered.answer[sided].astype(np.float64)
    m = votes.n_statements
    if m < 2 or len(sided) == 0:
        return 0
    mean = np.bincount(column, answer, minlength=m) / np.maximum(np.bincount(column, minlength=m), 1)
    centred = csr_array((answer - mean[column], (row, column)), shape=(votes.n_participants, m))
    strengths = _strengths(centred)
    dice = np.random.default_rng(seed)
    shaken = [
        _strengths(
            centred.multiply(csr_array((dice.choice([-1.0, 1.0], len(row)), (row, column)), centred.shape))
        )
        for _ in range(SHAKES)
    ]
    chance = float(np.mean([strength[0] for strength in shaken]))
    if strengths[0] <= max(FIRST_ABOVE_CHANCE * chance, 1e-9):
        return 0
    return int((strengths > OTHERS_ABOVE_CHANCE * chance).sum())


def _strengths(centred: csr_array) -> Floats:
    """The leading eigenvalues of the off-diagonal co-variation, strongest first."""
    shared = co_variation(centred)
    np.fill_diagonal(shared, 0.0)
    return leading_axes(shared, min(MOST_AXES, len(shared)))[0]


def co_variation(centred: csr_array) -> Floats:
    """X'X, shape (columns, columns): of the full table where that is small beside its entries, which is faster."""
    if centred.shape[0] * centred.shape[1] <= FULL_TABLE * centred.nnz:
        full = centred.toarray()
        return np.asarray(full.T @ full, np.float64)
    return np.asarray((centred.T @ centred).toarray(), np.float64)


def leading_axes(shared: Floats, n_axes: int) -> tuple[Floats, Floats]:
    """The largest eigenvalues of a symmetric matrix, largest first, and their unit vectors as columns.

    By all of them for small matrices, by Lanczos steps from a fixed start for large ones. n_axes: at most the
    size of the matrix.
    """
    m = len(shared)
    if m <= SMALL_MATRIX or n_axes >= m - 1:
        values, vectors = eigh(shared, subset_by_index=(m - n_axes, m - 1))
    else:
        start = np.cos(np.arange(m, dtype=np.float64))
        values, vectors = eigsh(shared, k=n_axes, which="LA", v0=start, tol=1e-6)
    order = np.argsort(-values, kind="stable")[:n_axes]
    return np.asarray(values[order], np.float64), np.asarray(vectors[:, order], np.float64)
