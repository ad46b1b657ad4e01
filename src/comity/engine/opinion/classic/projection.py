"""The classic opinion map: principal components of the table with gaps filled by means, projected over votes cast.

Notation: x the table with votes minus the mean of their statement and 0 where nobody voted (a gap filled with the
mean is 0 once the mean is taken off); w the two leading unit eigenvectors of x'x; position = scale * x w with
scale = sqrt(statements / votes cast by the participant), which moves those who voted little away from the middle.

Source: Small, Bjorkegren, Erkkila, Shaw and Megill (2021), "Polis: Scaling deliberation by mapping high dimensional
opinion spaces", Recerca 26(2); and the mathematics of the Polis server, read for its rules.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh
from scipy.sparse import csr_array

from comity.engine.votes import Floats, VoteMatrix

AXES = 2
DENSE = 256
"""Up to so many statements the whole matrix x'x is decomposed; above, only its two leading axes are sought."""
BLOCK = 3
LARGEST_BASIS = 600


@dataclass(frozen=True, eq=False)
class ClassicMap:
    """Where participants and statements lie on the classic opinion map.

    mean: mean vote on each statement, shape (n_statements,). axes: unit loadings, shape (2, n_statements); a row
    of zeros where the votes have no such axis. variance: share of the filled table's variance on each axis, shape
    (2,). position: shape (n_participants, 2); 0 for who never voted. statement_position: where somebody would lie
    who only agreed with that statement, shape (n_statements, 2). Statements that are moderated out have loadings 0.
    """

    mean: Floats
    axes: Floats
    variance: Floats
    position: Floats
    statement_position: Floats

    @property
    def extremity(self) -> Floats:
        """Distance of each statement from the middle of the map, shape (n_statements,)."""
        return np.asarray(np.sqrt((self.statement_position**2).sum(axis=1)))


def classic_map(votes: VoteMatrix, moderated_out: npt.NDArray[np.bool_] | None = None) -> ClassicMap:
    """Principal components of the mean-filled table, two axes, and the projection that knows about gaps.

    moderated_out: statements that Polis blanks, shape (n_statements,): it sets their columns to "pass" for
    everybody, so they carry no opinion but count as statements and as votes cast in the scale. Statements that
    nobody voted on do not count at all. Each axis points so that its largest loading is positive (ties: the first
    statement), so swapping agree and disagree everywhere turns the map about its middle. O(votes * steps).

    >>> from comity.engine.votes import vote_matrix
    >>> table = vote_matrix([0, 0, 1, 1], [0, 1, 0, 1], [1, -1, -1, 1], 2, 2)
    >>> classic_map(table).position.round(3).tolist()
    [[1.414, 0.0], [-1.414, 0.0]]
    """
    blank = np.zeros(votes.n_statements, bool) if moderated_out is None else np.asarray(moderated_out, bool)
    seen = np.bincount(votes.statement, minlength=votes.n_statements)
    total = np.bincount(votes.statement, votes.answer, minlength=votes.n_statements)
    mean = np.where(blank, 0.0, total / np.maximum(seen, 1))
    centred = votes.sparse(np.where(blank[votes.statement], 0.0, votes.answer - mean[votes.statement]))
    axes, variance = _leading_axes(centred)
    statements = int((seen > 0).sum())
    blanked = int((blank & (seen > 0)).sum())
    cast = np.bincount(votes.participant[~blank[votes.statement]], minlength=votes.n_participants) + blanked
    scale = np.sqrt(statements / np.maximum(cast, 1))
    position = scale[:, None] * (centred @ axes.T) + 0.0
    alone = np.sqrt(statements) * ((1 - mean) * axes).T + 0.0
    return ClassicMap(mean, axes, variance, position, alone)


def _leading_axes(centred: csr_array) -> tuple[Floats, Floats]:
    """The two leading eigenvectors of x'x with their share of its trace; zeros where there is no further axis."""
    statements = centred.shape[1]
    axes = np.zeros((AXES, statements))
    trace = float((centred.data**2).sum())
    if trace == 0:
        return axes, np.zeros(AXES)
    if statements <= DENSE:
        table = centred.toarray()
        wanted = (max(0, statements - AXES), statements - 1)
        values, vectors = eigh(table.T @ table, subset_by_index=wanted)
    else:
        values, vectors = _sought_axes(centred)
    order = np.argsort(-values)
    values, vectors = values[order], vectors[:, order].T
    real = values > 1e-12 * trace
    count = len(values)
    length = np.abs(vectors)
    largest = np.argmax(length >= (1 - 1e-9) * length.max(axis=1, keepdims=True), axis=1)
    sign = np.sign(vectors[np.arange(count), largest])
    varied = np.bincount(centred.indices, centred.data**2, statements) > 0
    axes[:count] = np.where(real[:, None] & varied, sign[:, None] * vectors, 0.0) + 0.0
    share = np.zeros(AXES)
    share[:count] = np.where(real, values / trace, 0.0)
    return axes, share


def _sought_axes(centred: csr_array) -> tuple[Floats, Floats]:
    """The two leading eigenpairs of x'x by a block Krylov space with full orthogonalisation, from a fixed start.

    A block of BLOCK vectors finds equal eigenvalues too. Ends when both residuals are below 1e-12 of the largest
    eigenvalue, when the space is all there is, or at LARGEST_BASIS vectors.
    """
    turned = centred.T.tocsr()
    statements = centred.shape[1]
    block = np.cos(np.outer(np.arange(1, statements + 1), np.sqrt(np.arange(2, 2 + BLOCK))))
    basis, image = np.zeros((statements, 0)), np.zeros((statements, 0))
    while True:
        length = float(np.abs(block).max(initial=0.0))
        for _ in range(2):  # once is not enough in floating point
            block = block - basis @ (basis.T @ block)
        directions, size, _ = np.linalg.svd(block, full_matrices=False)
        new = directions[:, size > 1e-10 * length]
        basis = np.concatenate([basis, new], axis=1)
        image = np.concatenate([image, turned @ (centred @ new)], axis=1)
        small = basis.T @ image
        values, inner = np.linalg.eigh((small + small.T) / 2)
        values, inner = values[-AXES:], inner[:, -AXES:]
        left = np.linalg.norm(image @ inner - basis @ inner * values, axis=0).max()
        if (
            left <= 1e-12 * values[-1]
            or new.shape[1] == 0
            or basis.shape[1] >= min(statements, LARGEST_BASIS)
        ):
            return values, basis @ inner
        block = image[:, -new.shape[1] :]
