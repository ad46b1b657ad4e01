"""Pairs of ballots that are more alike than ballots drawn one by one would be.

Notation. p_j(v): the chance that participant j, who answered a statement, answered v, by the spatial model and the
model of passing, at least `SMALLEST_CHANCE`. *Copying*: with chance 1 - `SLIP` j's answer is i's, else it is drawn
as if i were not there. The evidence of a pair is a likelihood ratio: over all statements that both answered, the
product of (1 - SLIP + SLIP p) / p where they are the same (p = p_j of that answer) and SLIP where they are not.

Its mean is 1 at most where ballots are drawn one by one: it is an e-value, so that a ratio of x or more has a chance
of at most 1 / x (Markov), it may be multiplied along a tree of pairs, and no normal approximation is needed. The
smaller of the two directions (j after i, i after j) is kept.

Source: e-values: Vovk and Wang (2021), E-values: calibration, combination and applications, Annals of Statistics
49(3). The copying model and its use here are ours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.passing import Passing
from comity.engine.opinion.spatial import SpatialModel
from comity.engine.votes import Floats, Integers, Vote, VoteMatrix

SLIP = 0.1
SMALLEST_CHANCE = 0.05
DAY = 24 * 3_600_000
"""Milliseconds: how far apart ballots may be begun where there are too many to compare all."""
ROWS = 256
"""Ballots compared at a time."""
MOST_WORK = 4e11
"""Pairs times statements beyond which, where times are known, only those who began close together are compared."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of ballots by their rows in the votes, one < other. evidence: natural logarithm of the ratio."""

    one: npt.NDArray[np.int64]
    other: npt.NDArray[np.int64]
    evidence: Floats


def answer_chances(votes: VoteMatrix, model: SpatialModel, passes: Passing) -> Floats:
    """The chance of every answer that was given, shape (n_votes,), by the model and by who passes on what."""
    i, j = votes.participant, votes.statement
    passed = passes.probability(i, j)
    agrees = model.probability(i, j)
    side = np.where(votes.answer == Vote.AGREE, agrees, 1.0 - agrees)
    return np.asarray(np.where(votes.answer == Vote.PASS, passed, (1.0 - passed) * side), np.float64)


@dataclass(frozen=True, eq=False)
class Comparison:
    """What is compared with what: the ballots long enough. rows: of the votes.

    began: where there are too many to compare all, when these rows began, rising, nan last: then only those begun
    within a day of each other are compared. Else None.
    """

    votes: VoteMatrix
    rows: Integers
    began: Floats | None

    @classmethod
    def of(cls, votes: VoteMatrix, began: Floats | None, minimum_votes: int) -> Comparison:
        """began: milliseconds at which each participant began to vote, shape (n_participants,), nan where that is not
        known; None where no time is known. minimum_votes: shorter ballots are not compared. Raises ValueError where
        there are too many ballots to compare all and no times to choose by.
        """
        rows = np.flatnonzero(votes.votes_per_participant >= max(minimum_votes, 1))
        if float(len(rows)) ** 2 * votes.n_statements <= MOST_WORK:
            return cls(votes, rows, None)
        if began is None:
            raise ValueError(
                f"{len(rows)} ballots on {votes.n_statements} statements are too many to compare without times"
            )
        order = np.argsort(began[rows], kind="stable")
        return cls(votes, rows[order], began[rows][order])

    @property
    def n(self) -> int:
        return len(self.rows)

    def pairs(self, chance: Floats, least: float, among: Integers | None = None) -> Pairs:
        """Every pair with an evidence above `least`. chance: of every answer given, as `answer_chances` has it.

        among: only these rows of the votes are compared.

        >>> from comity.engine.votes import vote_matrix
        >>> rows, columns = np.repeat([0, 1, 2], 8), np.tile(np.arange(8), 3)
        >>> votes = vote_matrix(rows, columns, [1, -1] * 8 + [-1, 1] * 4, 3, 8)
        >>> found = Comparison.of(votes, None, 7).pairs(np.full(24, 0.5), 1.0)
        >>> found.one.tolist(), found.other.tolist(), found.evidence.round(2).tolist()
        ([0], [1], [5.13])
        """
        keep = np.arange(self.n) if among is None else np.flatnonzero(np.isin(self.rows, among))
        rows, began = self.rows[keep], None if self.began is None else self.began[keep]
        ballots = _Ballots.of(self.votes, chance, rows)
        ones, others, evidences = [], [], []
        for first in range(0, len(rows), ROWS):
            last = min(first + ROWS, len(rows))
            end = len(rows) if began is None else _reach(began, last - 1)
            for start in range(first, end, ROWS):
                stop = min(start + ROWS, end)
                smaller = ballots.evidence(first, last, start, stop).min(axis=0)
                i, j = np.nonzero(smaller > least)
                later = i + first < j + start
                i, j = i[later], j[later]
                ones.append(rows[i + first])
                others.append(rows[j + start])
                evidences.append(smaller[i, j])
        nobody, nothing = np.zeros(0, np.int64), np.zeros(0)
        one, other = np.concatenate([nobody, *ones]), np.concatenate([nobody, *others])
        return Pairs(np.minimum(one, other), np.maximum(one, other), np.concatenate([nothing, *evidences]))


def _reach(began: Floats, place: int) -> int:
    """The first place after `place` that began more than a day after it."""
    if not np.isfinite(began[place]):
        return place + 1
    return int(np.searchsorted(began, began[place] + DAY, "right"))


@dataclass(frozen=True, eq=False)
class _Ballots:
    """Ballots as columns to multiply, in an order of their own: sparse until a block is needed.

    answers: 3 m columns, one for each statement and answer. weight: the same places, what a match is worth to the
    one who comes second (less log SLIP, so that a difference, and only it, costs log SLIP).
    """

    start: npt.NDArray[np.int64]
    rows: Integers
    statement: npt.NDArray[np.int32]
    cell: npt.NDArray[np.int64]
    worth: npt.NDArray[np.float32]
    n_statements: int

    @classmethod
    def of(cls, votes: VoteMatrix, chance: Floats, rows: Integers) -> _Ballots:
        likely = np.clip(chance, SMALLEST_CHANCE, 1.0)
        worth = np.log((1.0 - SLIP) / likely + SLIP) - np.log(SLIP)
        cell = votes.statement.astype(np.int64) + (votes.answer.astype(np.int64) + 1) * votes.n_statements
        return cls(votes.row_start, rows, votes.statement, cell, worth.astype(np.float32), votes.n_statements)

    def block(self, first: int, last: int) -> tuple[npt.NDArray[np.float32], ...]:
        """Of ballots first .. last: who answered what (n, m), how (n, 3 m), and what matching it is worth."""
        rows = self.rows[first:last]
        places = np.concatenate([np.arange(self.start[row], self.start[row + 1]) for row in rows])
        line = np.repeat(np.arange(len(rows)), self.start[rows + 1] - self.start[rows])
        asked = np.zeros((len(rows), self.n_statements), np.float32)
        answers = np.zeros((len(rows), 3 * self.n_statements), np.float32)
        worth = np.zeros_like(answers)
        asked[line, self.statement[places]] = 1.0
        answers[line, self.cell[places]] = 1.0
        worth[line, self.cell[places]] = self.worth[places]
        return asked, answers, worth

    def evidence(self, first: int, last: int, start: int, stop: int) -> Floats:
        """Log likelihood ratios of two blocks, shape (2, rows, columns): the column's ballot second; the row's."""
        asked, answers, worth = self.block(first, last)
        other_asked, other_answers, other_worth = (
            (asked, answers, worth) if (first, last) == (start, stop) else self.block(start, stop)
        )
        differs = np.float32(np.log(SLIP)) * (asked @ other_asked.T)
        return np.stack([answers @ other_worth.T + differs, worth @ other_answers.T + differs]).astype(
            np.float64
        )
