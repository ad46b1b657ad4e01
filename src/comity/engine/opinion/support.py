"""Support: the share of a side that agrees, with its interval, as counted and as the whole side would answer.

Notation. n: participants of the side who voted on the statement, k: those who agreed (or, for rejection,
disagreed). Passes are votes: who passes does not support. The share is Beta(k + 1, n - k + 1), the posterior
of a uniform prior (Bayes 1763; Laplace 1774).

A side's *corrected* support is the share that would be seen had everybody in it voted: those who did, as they
did; the others as the spatial model and their passing predict. Its interval carries two doubts, the statement's
place in the model and the chance of the answers not given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, betaincinv, ndtr, ndtri

from comity.engine.opinion.passing import Passing
from comity.engine.opinion.spatial import SpatialModel
from comity.engine.opinion.tallies import Counts
from comity.engine.votes import Floats, Integers, Vote, VoteMatrix

Marks = npt.NDArray[np.bool_]
BLOCK = 1 << 16
"""Cells worked on at a time."""
CORRECTION_SAMPLE = 4_000
"""Members of a side, first in the given order, who stand for a larger side in its corrected support."""


@dataclass(frozen=True, eq=False)
class Share:
    """A share in 0 .. 1 and its interval; arrays of one shape. nan: not computed."""

    value: Floats
    low: Floats
    high: Floats


def share(said_so: Counts, voted: Counts, interval: float = 0.9) -> Share:
    """Posterior mean and central interval of the share that says so, for arrays of one shape.

    >>> import numpy as np
    >>> seen = share(np.array([8]), np.array([10]))
    >>> seen.value.round(3).tolist(), seen.low.round(2).tolist(), seen.high.round(2).tolist()
    ([0.75], [0.53], [0.92])
    """
    a, b = said_so + 1.0, voted - said_so + 1.0
    tail = (1.0 - interval) / 2.0
    low, high = betaincinv(a, b, tail), betaincinv(a, b, 1.0 - tail)
    return Share(a / (a + b), np.asarray(low, np.float64), np.asarray(high, np.float64))


def share_of_sides(said_so: Counts, voted: Counts, is_delegation: Marks, interval: float = 0.9) -> Share:
    """`share` of every side and statement; a delegation that answered is not a sample: its share is what it said.

    said_so, voted: shape (n_sides, n_statements). is_delegation: shape (n_sides,).

    >>> import numpy as np
    >>> said_so, voted = np.array([[2], [2]]), np.array([[2], [2]])
    >>> share_of_sides(said_so, voted, np.array([False, True])).low.round(2).ravel().tolist()
    [0.37, 1.0]
    """
    sampled = share(said_so, voted, interval)
    told = is_delegation[:, None] & (voted > 0)
    exact = said_so / np.maximum(voted, 1)
    return Share(*(np.where(told, exact, part) for part in (sampled.value, sampled.low, sampled.high)))


def probability_above(said_so: Counts, voted: Counts, threshold: float) -> Floats:
    """Posterior probability that the share is above the threshold.

    >>> import numpy as np
    >>> probability_above(np.array([0, 10]), np.array([0, 10]), 0.5).round(4).tolist()
    [0.5, 0.9995]
    """
    return np.asarray(1.0 - betainc(said_so + 1.0, voted - said_so + 1.0, threshold), np.float64)


def probability_larger(said_so: Counts, voted: Counts, other_said_so: Counts, other_voted: Counts) -> Floats:
    """Posterior probability that the first share is larger than the other one.

    By a normal approximation, right to about 0.02 from a handful of votes on.

    >>> import numpy as np
    >>> probability_larger(*(np.array([n]) for n in (30, 40, 30, 40))).round(3).tolist()
    [0.5]
    """
    difference, spread = difference_of_shares(said_so, voted, other_said_so, other_voted)
    return np.asarray(ndtr(difference / spread), np.float64)


def difference_of_shares(
    said_so: Counts, voted: Counts, other_said_so: Counts, other_voted: Counts
) -> tuple[Floats, Floats]:
    """Posterior mean and standard deviation of the first share less the other."""
    mean, variance = _beta_moments(said_so, voted)
    other_mean, other_variance = _beta_moments(other_said_so, other_voted)
    return mean - other_mean, np.sqrt(variance + other_variance)


def corrected_shares(
    votes: VoteMatrix, model: SpatialModel, passes: Passing, members: Marks, *, interval: float = 0.9
) -> tuple[Share, Share]:
    """Agreement and disagreement had everybody in the side voted, each of shape (n_sides, n_statements).

    members: shape (n_sides, n_participants), who belongs to each side; sides may overlap. A side with more than
    CORRECTION_SAMPLE members is represented by the first of them, so hand the votes over in canonical order.
    nan for a side without members.
    """
    looked_at = members & (np.cumsum(members, axis=1) <= CORRECTION_SAMPLE)
    agree, disagree = (_Sums.empty(len(members), votes.n_statements, model.dimensions) for _ in range(2))
    people = np.flatnonzero(looked_at.any(axis=0))
    rows = max(1, BLOCK // max(votes.n_statements, 1))
    for first in range(0, len(people), rows):
        some = people[first : first + rows]
        of_side = looked_at[:, some].astype(np.float64)
        table, position = _answers(votes, some), model.slope(some)
        asked = np.isnan(table)
        takes_side = 1.0 - passes.probability(some[:, None], np.arange(votes.n_statements)[None, :])
        agrees = model.probability_table(some)
        change = np.where(asked, takes_side * agrees * (1.0 - agrees), 0.0)
        agree.add(of_side, np.where(asked, takes_side * agrees, table == Vote.AGREE), asked, position, change)
        against = np.where(asked, takes_side * (1.0 - agrees), table == Vote.DISAGREE)
        disagree.add(of_side, against, asked, position, -change)
    sizes, of_all = looked_at.sum(axis=1), members.sum(axis=1)
    covariance = model.statement_covariance
    return agree.share(sizes, of_all, covariance, interval), disagree.share(
        sizes, of_all, covariance, interval
    )


@dataclass(frozen=True, eq=False)
class _Sums:
    """Running sums by side and statement, filled in place.

    total: of shares. chance: of the variance of answers not given. slope: of the change of a share with the
    statement's (intercept, loading), shape (d + 1, n_sides, n_statements).
    """

    total: Floats
    chance: Floats
    slope: Floats

    @classmethod
    def empty(cls, n_sides: int, m: int, d: int) -> _Sums:
        return cls(np.zeros((n_sides, m)), np.zeros((n_sides, m)), np.zeros((d + 1, n_sides, m)))

    def add(self, of_side: Floats, shares: Floats, asked: Marks, position: Floats, change: Floats) -> None:
        """of_side: shape (n_sides, rows), 1 for a member; asked: shape (rows, m), no answer was given."""
        self.total[:] += of_side @ shares
        self.chance[:] += of_side @ np.where(asked, shares * (1.0 - shares), 0.0)
        for k in range(position.shape[1]):
            self.slope[k] += (of_side * position[:, k]) @ change

    def share(self, sizes: Counts, of_all: Counts, covariance: Floats, interval: float) -> Share:
        """Mean and interval of the sums, shape (n_sides, m).

        sizes, of_all: members looked at and members there are; fewer looked at add the doubt of a sample.
        """
        n = np.where(sizes > 0, sizes, np.nan)[:, None]
        doubt = np.einsum("ksj,jkl,lsj->sj", self.slope, covariance, self.slope, optimize=True)
        mean = self.total / n
        sampling = (1.0 - n / of_all[:, None]) * mean * (1.0 - mean) / n if len(n) else mean
        return _log_odds_interval(mean, (self.chance + doubt) / n**2 + sampling, interval)


def _log_odds_interval(mean: Floats, variance: Floats, interval: float) -> Share:
    """A normal interval in log odds, so that it stays inside 0 .. 1; none where nothing is in doubt."""
    inside = np.clip(mean, 1e-4, 1.0 - 1e-4)
    spread = np.sqrt(np.maximum(variance, 0.0)) / (inside * (1.0 - inside))
    reach = ndtri(0.5 + interval / 2.0) * spread
    middle = np.log(inside / (1.0 - inside))
    low, high = (1.0 / (1.0 + np.exp(-(middle + way * reach))) for way in (-1.0, 1.0))
    certain = variance < 1e-12
    return Share(
        mean,
        np.where(certain, mean, np.minimum(low, mean)),
        np.where(certain, mean, np.maximum(high, mean)),
    )


def _answers(votes: VoteMatrix, members: Integers) -> Floats:
    """The answers of some participants, shape (len(members), n_statements), nan where they gave none."""
    table = np.full((len(members), votes.n_statements), np.nan)
    starts, ends = votes.row_start[members], votes.row_start[members + 1]
    lengths = ends - starts
    row = np.repeat(np.arange(len(members)), lengths)
    place = (
        np.arange(int(lengths.sum()))
        - np.repeat(np.cumsum(lengths) - lengths, lengths)
        + np.repeat(starts, lengths)
    )
    table[row, votes.statement[place]] = votes.answer[place]
    return table


def _beta_moments(said_so: Counts, voted: Counts) -> tuple[Floats, Floats]:
    a, b = said_so + 1.0, voted - said_so + 1.0
    return a / (a + b), a * b / ((a + b) ** 2 * (a + b + 1.0))
