"""Tables of votes drawn by a seeded generator, for tests that compare with a slow definition."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from comity.engine.votes import VoteMatrix, vote_matrix


def random_votes(seed: int, n_participants: int, n_statements: int, voted: float = 0.6) -> VoteMatrix:
    """Answers without any structure; every cell is a vote with the given probability, the first cell always."""
    generator = np.random.default_rng(seed)
    seen = generator.random((n_participants, n_statements)) < voted
    seen[0, 0] = True
    row, column = np.nonzero(seen)
    answer = generator.integers(-1, 2, len(row))
    return vote_matrix(row, column, answer, n_participants, n_statements)


def two_camps(
    seed: int, n_participants: int = 60, n_statements: int = 12
) -> tuple[VoteMatrix, npt.NDArray[np.int64]]:
    """Votes of two camps, a third and two thirds, that answer oppositely (19 times in 20), and who is in which."""
    generator = np.random.default_rng(seed)
    camp = (np.arange(n_participants) % 3 == 0).astype(np.int64)
    row, column = np.nonzero(generator.random((n_participants, n_statements)) < 0.8)
    firm = np.where(generator.random(len(row)) < 0.95, 1, -1)
    answer = firm * np.where((column + camp[row]) % 2 == 0, 1, -1)
    return vote_matrix(row, column, answer, n_participants, n_statements), camp
