"""Support: the share of a side that agrees, with its interval, as counted and as the whole side would answer.

Notation. n: participants of the side who voted on the statement, k: those who agreed (or, for rejection,
disagreed). Passes are votes: who passes does not support. The share is Beta(k + 1, n - k + 1), the posterior
of a uniform prior (Bayes 1763; Laplace 1774).

A side's *corrected* support is the share that would be seen had everybody in it voted: those who did, as they
did; the others as the spatial model and their passing predict. Its interval carries two doubts, the statement's
place in the model and the chance of the answers not given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, betaincinv, ndtr

from comity.engine.opinion.passing import Passing
from comity.engine.opinion.spatial import SpatialModel
from comity.engine.opinion.tallies import Counts
from comity.engine.votes import Floats, Integers, Vote, VoteMatrix

BLOCK = 1 << 18
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
    votes: VoteMatrix,
    model: SpatialModel,
    passes: Passing,
    side_of: Integers,
    n_sides: int,
    *,
    interval: float = 0.9,
) -> tuple[Share, Share]:
    """Agreement and disagreement had everybody in the side voted, each of shape (n_sides, n_statements).

    side_of: shape (n_participants,), -1 for who belongs to no side. A side with more than CORRECTION_SAMPLE
    members is represented by the first of them, so hand the votes over in canonical order. nan for a side
    without members.
    """
    m = votes.n_statements
    agree, disagree = (_Sums.empty(n_sides, m) for _ in range(2))
    sizes = np.zeros(n_sides)
    of_all = np.bincount(np.asarray(side_of)[np.asarray(side_of) >= 0], minlength=n_sides)
    for members, side in _blocks(np.asarray(side_of), n_sides, m):
        table = _answers(votes, members)
        given = ~np.isnan(table)
        pairs = (members[:, None], np.arange(m)[None, :])
        side_taken = 1.0 - passes.probability(*pairs)
        agrees = model.probability_table(members)
        slope = model.slope(members)
        agree.add(
            side, given, table == Vote.AGREE, side_taken * agrees, slope, side_taken * agrees * (1 - agrees)
        )
        disagree.add(
            side,
            given,
            table == Vote.DISAGREE,
            side_taken * (1 - agrees),
            slope,
            -side_taken * agrees * (1 - agrees),
        )
        sizes[side] += len(members)
    covariance = model.statement_covariance
    return agree.share(sizes, of_all, covariance, interval), disagree.share(
        sizes, of_all, covariance, interval
    )


@dataclass(frozen=True, eq=False)
class _Sums:
    """Running sums by side and statement: of shares, of the variance of answers not given, and of the slope
    of the sum of shares by (intercept, loading)."""

    total: Floats
    chance: Floats
    slope: list[list[Floats]]

    @classmethod
    def empty(cls, n_sides: int, m: int) -> _Sums:
        return cls(np.zeros((n_sides, m)), np.zeros((n_sides, m)), [[] for _ in range(n_sides)])

    def add(
        self, side: int, given: Floats, said_so: Floats, predicted: Floats, position: Floats, change: Floats
    ) -> None:
        self.total[side] += np.where(given, said_so, predicted).sum(axis=0)
        self.chance[side] += np.where(given, 0.0, predicted * (1.0 - predicted)).sum(axis=0)
        self.slope[side].append(np.where(given, 0.0, change).T @ position)

    def share(self, sizes: Floats, of_all: Counts, covariance: Floats, interval: float) -> Share:
        """A Beta distribution with the mean and the variance of the sums, shape (n_sides, m).

        sizes, of_all: members looked at and members there are; fewer looked at add the doubt of a sample.
        """
        mean, variance = np.full_like(self.total, np.nan), np.full_like(self.total, np.nan)
        for side in np.flatnonzero(sizes):
            slope = sum(self.slope[side][1:], self.slope[side][0])
            doubt = np.einsum("jk,jkl,jl->j", slope, covariance, slope)
            mean[side] = self.total[side] / sizes[side]
            unseen = 1.0 - sizes[side] / of_all[side]
            sampling = unseen * mean[side] * (1.0 - mean[side]) / sizes[side]
            variance[side] = (self.chance[side] + doubt) / sizes[side] ** 2 + sampling
        return _beta_interval(mean, variance, interval)


def _beta_interval(mean: Floats, variance: Floats, interval: float) -> Share:
    inside = np.clip(mean, 1e-6, 1.0 - 1e-6)
    certain = variance < 1e-12
    weight = inside * (1.0 - inside) / np.maximum(variance, 1e-12) - 1.0
    a, b = np.maximum(inside * weight, 1e-3), np.maximum((1.0 - inside) * weight, 1e-3)
    tail = (1.0 - interval) / 2.0
    low = np.where(certain, mean, np.minimum(betaincinv(a, b, tail), mean))
    high = np.where(certain, mean, np.maximum(betaincinv(a, b, 1.0 - tail), mean))
    return Share(mean, low, high)


def _blocks(side_of: Integers, n_sides: int, m: int) -> Iterator[tuple[Integers, int]]:
    """Members of one side at a time, few enough that a table of them fits the cache."""
    rows = max(1, BLOCK // max(m, 1))
    for side in range(n_sides):
        members = np.flatnonzero(side_of == side)[:CORRECTION_SAMPLE]
        for first in range(0, len(members), rows):
            yield members[first : first + rows], side


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
