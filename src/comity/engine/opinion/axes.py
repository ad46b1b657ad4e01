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
from scipy.sparse import csr_array

from comity.engine.opinion.order import canonical
from comity.engine.opinion.spatial import co_variation, leading_axes
from comity.engine.votes import Floats, VoteMatrix

MOST_AXES = 4
FIRST_ABOVE_CHANCE = 1.15
OTHERS_ABOVE_CHANCE = 0.85
SHAKES = 1
SAMPLE_VOTES = 400_000


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
