"""Routing: which statement to show a participant next, so that everybody's few votes say most.

Notation. q_j: probability that every side supports statement j (the product of `common_ground`), and the same for
rejection; d(q) = -(1 - q) log(1 - q), the part of its entropy that is the doubt of being wrong.
A vote of participant i on j is worth, in nats:
*common ground*: d(q_j) less its mean after i's answer, an agreement being expected with the side's mean
(a + 1) / (n + 2), for support and for rejection; 0 for somebody of no side. *Map*: 1/2 log(1 + p (1 - p) b_j' V_i b_j)
times P(takes a side), what the answer says about i's own place (V_i: covariance of the position, b_j loadings, p the
chance of agreeing: the D-optimal choice of adaptive testing, van der Linden 1999). `MAP_WEIGHT` says how much the
second counts beside the first, which is of use to all and not to one.

A statement with fewer than `FAIR_START` votes is new. In one turn out of `NEW_EVERY`, drawn by the seed, the new
statement with fewest votes is shown, whatever it is worth: so none is buried before it was heard. Ties fall by lot of
the seed. What a participant answered already is never shown again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betainc

from comity.engine.opinion.passing import Passing
from comity.engine.opinion.spatial import SpatialModel
from comity.engine.opinion.tallies import Counts
from comity.engine.votes import Floats

Marks = npt.NDArray[np.bool_]
FAIR_START = 7
NEW_EVERY = 5
MAP_WEIGHT = 0.02


@dataclass(frozen=True, eq=False)
class Standings:
    """How the sides stand: counts of shape (n_sides, n_statements), passes among voted."""

    agreed: Counts
    disagreed: Counts
    voted: Counts


def ground_gain(standings: Standings, member: Marks, threshold: float = 0.6) -> Floats:
    """Expected information about common ground, in nats, from one more answer to each statement.

    member: shape (n_sides,), the sides that the participant belongs to.

    >>> import numpy as np
    >>> counts = Standings(np.array([[0, 90]]), np.array([[0, 10]]), np.array([[0, 100]]))
    >>> gain = ground_gain(counts, np.array([True]))
    >>> bool(gain[0] > 10 * gain[1])
    True
    """
    if not member.any():
        return np.zeros(standings.voted.shape[1])
    return _one_way(standings.agreed, standings.voted, member, threshold) + _one_way(
        standings.disagreed, standings.voted, member, threshold
    )


def _one_way(said_so: Counts, voted: Counts, member: Marks, threshold: float) -> Floats:
    def together(k: Floats, n: Floats) -> Floats:
        return np.asarray((1.0 - betainc(k + 1.0, n - k + 1.0, threshold)).prod(axis=0))

    k, n, more = said_so.astype(np.float64), voted.astype(np.float64), member[:, None].astype(np.float64)
    chance = (k[member].sum(axis=0) + 1.0) / (n[member].sum(axis=0) + 2.0)
    after = chance * _doubt(together(k + more, n + more)) + (1 - chance) * _doubt(together(k, n + more))
    return np.asarray(np.maximum(_doubt(together(k, n)) - after, 0.0))


def _doubt(q: Floats) -> Floats:
    wrong = np.clip(1.0 - q, 1e-12, 1.0)
    return np.asarray(-wrong * np.log(wrong))


def map_gain(model: SpatialModel, passes: Passing, participant: int) -> Floats:
    """Expected information about one participant's place, in nats, from his or her answer to each statement."""
    statement = np.arange(len(model.intercept))
    who = np.full(len(statement), participant)
    p = model.probability(who, statement)
    spread = np.einsum("jk,kl,jl->j", model.loading, model.position_covariance[participant], model.loading)
    taken = 1.0 - passes.probability(who, statement)
    return np.asarray(taken * 0.5 * np.log1p(p * (1 - p) * spread))


def next_statement(ground: Floats, of_map: Floats, n_votes: Counts, answered: Marks, seed: int) -> int | None:
    """The statement to show next; None when every one is answered.

    ground, of_map: expected information about common ground and about the participant's place, shape
    (n_statements,). n_votes: of everybody, shape (n_statements,). answered: by this participant; add what must not
    be shown (closed, passed over) as well. seed: a number of this participant and turn, at least 0.

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
    new = open_[n_votes[open_] < FAIR_START]
    lot = dice.random(len(answered))
    if dice.random() * NEW_EVERY < 1.0 and len(new):
        return int(new[np.lexsort((lot[new], n_votes[new]))[0]])
    worth = ground[open_] + MAP_WEIGHT * of_map[open_]
    return int(open_[np.lexsort((lot[open_], -worth))[0]])
