"""Who passes on what: the chance that a participant, shown a statement, takes no side.

Notation. r_i, r_j, r: share of passes of participant i, of statement j and of all votes, the first two drawn
towards r as if `PRIOR_VOTES` average votes had been seen as well. The log odds of passing add up:
logit P(pass) = logit r_i + logit r_j - logit r, as for two independent causes (a naive Bayes, or Rasch, form
in closed form).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.engine.votes import Floats, VoteMatrix

PRIOR_VOTES = 10.0


@dataclass(frozen=True, eq=False)
class Passing:
    """participant, statement: log odds of passing relative to the average; average: log odds of passing."""

    participant: Floats
    statement: Floats
    average: float

    def probability(self, participant: npt.ArrayLike, statement: npt.ArrayLike) -> Floats:
        """P(pass) for arrays of index pairs."""
        i, j = np.asarray(participant), np.asarray(statement)
        return np.asarray(1.0 / (1.0 + np.exp(-(self.average + self.participant[i] + self.statement[j]))))


def passing(votes: VoteMatrix) -> Passing:
    """Estimate who passes on what.

    >>> from comity.engine.votes import vote_matrix
    >>> found = passing(vote_matrix([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 1, 1], 2, 2))
    >>> bool(found.probability(0, 0) > found.probability(1, 0))
    True
    """
    passed = (votes.answer == 0).astype(np.float64)
    average = (passed.sum() + 0.5) / (votes.n_votes + 1.0)

    def relative(index: npt.NDArray[np.int32], size: int) -> Floats:
        share = (np.bincount(index, passed, minlength=size) + PRIOR_VOTES * average) / (
            np.bincount(index, minlength=size) + PRIOR_VOTES
        )
        return np.asarray(_logit(share) - _logit(average), np.float64)

    return Passing(
        relative(votes.participant, votes.n_participants),
        relative(votes.statement, votes.n_statements),
        float(_logit(average)),
    )


def _logit(share: npt.ArrayLike) -> Floats:
    clipped = np.clip(np.asarray(share, np.float64), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped / (1 - clipped)))
