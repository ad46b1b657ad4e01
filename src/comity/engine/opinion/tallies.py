"""Counts: how many of each side agreed, disagreed and passed on each statement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.engine.votes import Integers, Vote, VoteMatrix

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Tallies:
    """Counts of last answers, each of shape (n_sides, n_statements)."""

    agreed: Counts
    disagreed: Counts
    passed: Counts

    @property
    def voted(self) -> Counts:
        """Everybody who answered, passes included."""
        return np.asarray(self.agreed + self.disagreed + self.passed, np.int64)

    def rest(self) -> Tallies:
        """For every side, the counts of all other sides together."""
        return Tallies(
            *(counts.sum(axis=0) - counts for counts in (self.agreed, self.disagreed, self.passed))
        )


def tallies(votes: VoteMatrix, side_of: Integers, n_sides: int) -> Tallies:
    """Count each side's answers.

    side_of: shape (n_participants,), 0 .. n_sides - 1; -1 for a participant of no side, who is not counted.

    >>> from comity.engine.votes import vote_matrix
    >>> import numpy as np
    >>> counted = tallies(vote_matrix([0, 1, 2], [0, 0, 0], [1, -1, 0], 3, 1), np.array([0, 0, 1]), 2)
    >>> counted.agreed.tolist(), counted.voted.tolist()
    ([[1], [0]], [[2], [1]])
    """
    side = np.asarray(side_of)[votes.participant]
    counted = side >= 0
    cell = side[counted].astype(np.int64) * votes.n_statements + votes.statement[counted]
    answer = votes.answer[counted]

    def count(vote: Vote) -> Counts:
        size = n_sides * votes.n_statements
        return np.bincount(cell[answer == vote], minlength=size).reshape(n_sides, votes.n_statements)

    return Tallies(count(Vote.AGREE), count(Vote.DISAGREE), count(Vote.PASS))
