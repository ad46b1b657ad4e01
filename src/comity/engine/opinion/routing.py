"""Routing: which statement to show a participant next, so that everybody's few votes say most.

Notation. q_j: probability that every side supports statement j (the product of `common_ground`), and the same for
rejection; d(q) = -(1 - q) log(1 - q), the part of its entropy that is the doubt of being wrong; n_j: answers of the
participant's sides to j. An answer of participant i to j is worth
*common ground*: (n_j + 2) (d(q_j) less its mean after i's answer), for support and for rejection, an agreement being
expected with the sides' share (a + 1) / (n + 2); 0 for somebody of no side. That is information per relative growth of
the evidence. Per answer it falls as 1 / n however doubtful the statement is, and a choice by it leaves the hard ones
undecided; times n it depends on how far the statement is from being decided, as the best allocation for
thresholds does (Locatelli, Gutzeit and Carpentier 2016). Where the counts are older than the votes, it is
divided by the growth since then, so that those who come in between do not all get the same statement.
*Map*: 1/2 log(1 + p (1 - p) b_j' V_i b_j) times P(takes a side), what the answer says about i's own place (V_i:
covariance of the position, b_j loadings, p the chance of agreeing: the D-optimal choice of adaptive testing, van der
Linden 1999). `MAP_WEIGHT` says how much the second counts beside the first, which is of use to all and not to one.

A statement with fewer than `FAIR_START` votes is new. In one turn out of `NEW_EVERY`, drawn by the seed, the new
statement with fewest votes is shown, whatever it is worth: so none is buried before it was heard. Ties fall by lot of
the seed. What a participant answered already is never shown again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:  # a site chooses statements in a process that never loads what fitting a model needs
    from comity.engine.opinion.passing import Passing
    from comity.engine.opinion.spatial import SpatialModel
    from comity.engine.opinion.tallies import Counts
    from comity.engine.votes import Floats

Marks = npt.NDArray[np.bool_]
FAIR_START = 7
NEW_EVERY = 5
MAP_WEIGHT = 0.1


@dataclass(frozen=True, eq=False)
class Standings:
    """How the sides stand: counts of shape (n_sides, n_statements), passes among voted.

    is_delegation: shape (n_sides,), whose answers are their position and no sample of it, as for `common_ground`; None:
    no side is one.
    """

    agreed: Counts
    disagreed: Counts
    voted: Counts
    is_delegation: Marks | None = None


@dataclass(frozen=True, eq=False)
class Outlook:
    """All that `gain_of` needs of the votes, for one person after the other; computed once for everybody.

    now, after_yes, after_no: log of the probability that a side supports (first index 0) or rejects (1) a statement: as
    the votes are, after one more answer that does so, and after one that does not; shape (2, n_sides, n_statements).
    said: answers that do so, of that shape; voted: shape (n_sides, n_statements).
    """

    now: Floats
    after_yes: Floats
    after_no: Floats
    said: Counts
    voted: Counts


def outlook(standings: Standings, threshold: float = 0.6) -> Outlook:
    """How every side stands now, and would stand after one more answer.

    A delegation that has answered is above the threshold or is not. One that has not holds nothing up in the list, but
    it may: its support is expected with one half, and to ask it settles the matter.
    """
    from scipy.special import betainc

    said = np.stack([standings.agreed, standings.disagreed])
    delegations = standings.is_delegation
    if delegations is None:
        delegations = np.zeros(len(standings.voted), np.bool_)

    def log_probability(more_said: float, more_voted: float) -> Floats:
        k, n = said + more_said, standings.voted + more_voted
        sample = 1.0 - betainc(k + 1.0, n - k + 1.0, threshold)
        told = np.where(n > 0, k >= threshold * n - 1e-9, 0.5)
        return np.asarray(np.log(np.maximum(np.where(delegations[:, None], told, sample), 1e-300)))

    return Outlook(
        log_probability(0.0, 0.0), log_probability(1.0, 1.0), log_probability(0.0, 1.0), said, standings.voted
    )


def gain_of(known: Outlook, member: Marks) -> Floats:
    """Expected information about common ground from one more answer to each statement, per relative growth of evidence.

    In nats times the answers of the person's sides (with two of the prior), shape (n_statements,).
    member: shape (n_sides,), the sides that the participant belongs to.
    """
    if not member.any():
        return np.zeros(known.voted.shape[1])
    together = known.now.sum(axis=1)
    yes = together + (known.after_yes - known.now)[:, member].sum(axis=1)
    no = together + (known.after_no - known.now)[:, member].sum(axis=1)
    evidence = known.voted[member].sum(axis=0) + 2.0
    chance = (known.said[:, member].sum(axis=1) + 1.0) / evidence
    after = chance * _doubt(np.exp(yes)) + (1 - chance) * _doubt(np.exp(no))
    return np.asarray(evidence * np.maximum(_doubt(np.exp(together)) - after, 0.0).sum(axis=0))


def ground_gain(standings: Standings, member: Marks, threshold: float = 0.6) -> Floats:
    """The same from counts, for one person.

    >>> import numpy as np
    >>> agreed, voted = np.array([[66, 99]]), np.array([[100, 100]])
    >>> gain = ground_gain(Standings(agreed, voted - agreed, voted), np.array([True]))
    >>> bool(gain[0] > 10 * gain[1])
    True
    """
    return gain_of(outlook(standings, threshold), member)


def _doubt(q: Floats) -> Floats:
    wrong = np.clip(1.0 - q, 1e-12, 1.0)
    return np.asarray(-wrong * np.log(wrong))


def map_gain(model: SpatialModel, passes: Passing, participant: int) -> Floats:
    """Expected information about one participant's place, in nats, from his or her answer to each statement."""
    statement = np.arange(len(model.intercept))
    who = np.full(len(statement), participant)
    return place_gain(
        model.probability(who, statement),
        1.0 - passes.probability(who, statement),
        model.loading,
        model.position_covariance[participant],
    )


def place_gain(agrees: Floats, takes_side: Floats, loading: Floats, covariance: Floats) -> Floats:
    """The same from what it rests on. agrees, takes_side: probabilities, shape (n_statements,); loading:
    (n_statements, d); covariance of the place: (d, d).

    >>> half, sure = np.full(2, 0.5), np.ones(2)
    >>> gain = place_gain(half, sure, np.array([[2.0], [0.0]]), np.eye(1))
    >>> bool(gain[0] > 0), bool(gain[1] == 0)
    (True, True)
    """
    spread = ((loading @ covariance) * loading).sum(axis=1)
    return np.asarray(takes_side * 0.5 * np.log1p(agrees * (1 - agrees) * spread))


def next_statement(
    ground: Floats,
    of_map: Floats,
    n_votes: Counts,
    answered: Marks,
    seed: int,
    counted: Counts | None = None,
) -> int | None:
    """The statement to show next; None when every one is answered.

    ground, of_map: expected information about common ground and about the participant's place, shape
    (n_statements,). n_votes: of everybody, shape (n_statements,). answered: by this participant; add what must not
    be shown (closed, passed over) as well. seed: a number of this participant and turn, at least 0. counted: how many
    of n_votes ground rests on, where it is older than they are; None: all of them.

    >>> import numpy as np
    >>> quiet, many = np.zeros(3), np.full(3, 100)
    >>> next_statement(np.array([0.3, 0.2, 0.1]), quiet, many, np.array([True, False, False]), seed=1)
    1
    >>> next_statement(quiet, quiet, many, np.ones(3, bool), seed=1) is None
    True
    """
    open_ = np.flatnonzero(~answered)
    if len(open_) == 0:
        return None
    dice = np.random.Generator(np.random.PCG64(seed))
    lot = dice.random(len(answered))[open_]
    if dice.random() * NEW_EVERY < 1.0:
        votes = n_votes[open_]
        fewest = votes.min()
        if fewest < FAIR_START:
            return int(open_[np.where(votes == fewest, lot, np.inf).argmin()])
    if counted is not None:
        ground = ground * np.minimum((counted + 2.0) / (n_votes + 2.0), 1.0)
    worth = ground[open_] + MAP_WEIGHT * of_map[open_]
    return int(open_[np.where(worth == worth.max(), lot, np.inf).argmin()])
