"""Reserved differences: statements on which sides stand apart; what defines a group; what divides everybody.

Notation. p_s, q_s: shares of side s that agree and disagree, with the Beta posteriors of `support`; t: the
threshold of support. Two sides stand apart in one of two ways:

- *contrary*: one supports (p > t) what another rejects (q > t);
- *partial*: one supports what another surely does not carry (p < 1/2), or rejects what another surely does not
  reject by a majority (q < 1/2).

The certainty of a difference is that of its clearest pair of sides: the product of both probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.common_ground import Marks, SideCertainty
from comity.engine.opinion.support import difference_of_shares, probability_above, probability_larger
from comity.engine.opinion.tallies import Counts, Tallies
from comity.engine.votes import Floats

Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Differences:
    """Certainty of a contrary and of a partial difference, shape (n_statements,).

    gap, gap_spread: largest difference between two sides' shares of agreement, or of disagreement where that is
    larger, and its standard deviation.
    """

    contrary: Floats
    partial: Floats
    gap: Floats
    gap_spread: Floats


def differences(counted: Tallies, sides: SideCertainty, is_delegation: Marks) -> Differences:
    """How surely sides stand apart on each statement.

    counted: tallies of the sides; sides: from `common_ground.side_certainty` of the same. With one side there
    are no differences: all certainties are 0.

    >>> import numpy as np
    >>> from comity.engine.opinion.common_ground import side_certainty
    >>> from comity.engine.opinion.tallies import Tallies
    >>> agreed = np.array([[19], [1]])
    >>> counted = Tallies(agreed, 20 - agreed, agreed * 0)
    >>> free = np.array([False, False])
    >>> differences(counted, side_certainty(counted, free), free).contrary.round(3).tolist()
    [0.999]
    """
    n_sides, m = counted.agreed.shape
    if n_sides < 2:
        return Differences(*(np.zeros(m) for _ in range(4)))
    not_carried = _below_half(counted.agreed, counted, is_delegation)
    not_rejected = _below_half(counted.disagreed, counted, is_delegation)
    supports, rejects = (np.where(sides.silent, 0.0, table) for table in (sides.supports, sides.rejects))
    contrary = _best_pair(supports, rejects)
    partial = np.maximum(_best_pair(supports, not_carried), _best_pair(rejects, not_rejected))
    gap, spread = _largest_gap(counted)
    return Differences(contrary, partial, gap, spread)


def _below_half(said_so: Counts, counted: Tallies, is_delegation: Marks) -> Floats:
    told = (said_so < 0.5 * counted.voted) & (counted.voted > 0)
    sample = 1.0 - probability_above(said_so, counted.voted, 0.5)
    return np.where(is_delegation[:, None], told.astype(np.float64), sample)


def _best_pair(one: Floats, other: Floats) -> Floats:
    """Over all pairs of different sides, the largest product of the one's and the other's certainty."""
    best = np.zeros(one.shape[1])
    for side in range(len(one)):
        rest = np.delete(other, side, axis=0)
        best = np.maximum(best, one[side] * rest.max(axis=0))
    return best


def _largest_gap(counted: Tallies) -> tuple[Floats, Floats]:
    """Of agreement or of disagreement, whichever lies further apart, so that neither direction is favoured."""
    agreed, disagreed = _widest(counted.agreed, counted.voted), _widest(counted.disagreed, counted.voted)
    by_agreement = agreed[0] >= disagreed[0]
    return np.where(by_agreement, agreed[0], disagreed[0]), np.where(by_agreement, agreed[1], disagreed[1])


def _widest(said_so: Counts, voted: Counts) -> tuple[Floats, Floats]:
    """The difference between the largest and the smallest share among sides that voted, and its deviation."""
    mean = np.where(voted > 0, (said_so + 1.0) / (voted + 2.0), np.nan)
    high = np.where(np.isnan(mean), -np.inf, mean).argmax(axis=0)
    low = np.where(np.isnan(mean), np.inf, mean).argmin(axis=0)
    column = np.arange(mean.shape[1])
    return difference_of_shares(
        said_so[high, column], voted[high, column], said_so[low, column], voted[low, column]
    )


@dataclass(frozen=True, eq=False)
class Representativeness:
    """How surely a group's answer to a statement is larger than the rest's: shapes (n_groups, n_statements).

    agrees_more, disagrees_more: posterior probabilities. agrees_by, disagrees_by: lower ends of the interval
    of the difference of shares, by which a group's statements are ordered.
    """

    agrees_more: Floats
    disagrees_more: Floats
    agrees_by: Floats
    disagrees_by: Floats


def representativeness(groups: Tallies) -> Representativeness:
    """What each group says that the others do not. groups: tallies of the groups alone, at least two."""
    rest = groups.rest()

    def compared(said_so: Counts, elsewhere: Counts) -> tuple[Floats, Floats]:
        larger = probability_larger(said_so, groups.voted, elsewhere, rest.voted)
        difference, spread = difference_of_shares(said_so, groups.voted, elsewhere, rest.voted)
        return larger, difference - 1.645 * spread

    agrees_more, agrees_by = compared(groups.agreed, rest.agreed)
    disagrees_more, disagrees_by = compared(groups.disagreed, rest.disagreed)
    return Representativeness(agrees_more, disagrees_more, agrees_by, disagrees_by)


def divisiveness(everybody: Tallies) -> Floats:
    """How evenly a statement splits those who voted: posterior mean of 4 p q, shape (n_statements,).

    p, q: shares that agree and disagree, under a uniform prior over (agree, disagree, pass). 1 for two equal
    halves; near 0 where all say the same or nobody takes a side. everybody: tallies of one side, all.

    >>> import numpy as np
    >>> from comity.engine.opinion.tallies import Tallies
    >>> even, odd = np.array([[50, 99]]), np.array([[50, 1]])
    >>> divisiveness(Tallies(even, odd, odd * 0)).round(2).tolist()
    [0.97, 0.07]
    """
    agreed, disagreed = everybody.agreed[0] + 1.0, everybody.disagreed[0] + 1.0
    votes = everybody.voted[0] + 3.0
    return np.asarray(4.0 * agreed * disagreed / (votes * (votes + 1.0)), np.float64)
