"""Routing: which statement to show a participant next, so that everybody's few votes say most.

Notation. q_j: probability that every side supports statement j, by the sides' own answers (the product of
`common_ground`); r_j: its prospects, the chance of that by all that anybody answered (`prospects`); the same for
rejection. d(q) = -(1 - q) log(1 - q), the part of its entropy that is the doubt of being wrong; n_j: answers of the
participant's sides to j. An answer of participant i to j is worth
*common ground*: (n_j + 2) (d(q_j r_j) less its mean after i's answer), for support and for rejection, an agreement
being expected with the sides' share (a + 1) / (n + 2); 0 for somebody of no side. r_j keeps votes from what has no
prospects; what has them is asked about until the sides' own answers name it. That is information per relative growth of
the evidence. Per answer it falls as 1 / n however doubtful the statement is, and a choice by it leaves the hard ones
undecided; times n it depends on how far the statement is from being decided, as the best allocation for
thresholds does (Locatelli, Gutzeit and Carpentier 2016). Where the counts are older than the votes, it is
divided by the growth since then, so that those who come in between do not all get the same statement.
*Map*: by how much the mean variance of the log odds foretold for all statements falls, which is what a place is for.
V_i: covariance of the place, V_i^-1 = I + sum of w_j b_j b_j' over what i answered (b_j: loadings; w_j: P(takes a
side) p (1 - p), p the chance of agreeing); B: mean of b_j b_j'. The variance foretold for i is tr(V_i B), and an answer
lowers it by w b' V B V b / (1 + w b' V b) (the L-optimal choice; Atkinson, Donev and Tobias 2007).

A place is behind while it is less than half known (tr(V_i B) above `HALF_KNOWN` of what it was before any answer) and
random order would have told as much of it by now (as many answers of mean information). In one turn out of
`PLACE_EVERY` of somebody whose place is behind the map comes first; in every other turn common ground.

A statement with fewer than `FAIR_START` votes is new. In one turn out of `NEW_EVERY`, drawn by the seed, the new
statement with fewest votes is shown, whatever it is worth: so none is buried before it was heard. Ties fall by the
other of the two worths, then by lot of the seed. What a participant answered already is never shown again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:  # a site chooses statements in a process that never loads what fitting a model needs
    from comity.engine.opinion.tallies import Counts
    from comity.engine.votes import Floats

Marks = npt.NDArray[np.bool_]
FAIR_START = 7
NEW_EVERY = 5
PLACE_EVERY = 2
HALF_KNOWN = 0.5
"""The part of the doubt about a place at which it is known as well as opinion groups ask for (`groups.WELL_PLACED`)."""


@dataclass(frozen=True, eq=False)
class Standings:
    """How the sides stand: counts of shape (n_sides, n_statements), passes among voted.

    is_delegation: shape (n_sides,), whose answers are their position and no sample of it, as for `common_ground`; None:
    no side is one. others: agreed, disagreed and voted of those of no side, shape (3, n_statements); None: there are
    none. heads: how many people answered, whose answers count in several sides where these overlap; shape
    (n_statements,); None: nobody is in two.
    """

    agreed: Counts
    disagreed: Counts
    voted: Counts
    is_delegation: Marks | None = None
    others: Counts | None = None
    heads: Counts | None = None


@dataclass(frozen=True, eq=False)
class Outlook:
    """All that `gain_of` needs of the votes, for one person after the other; computed once for everybody.

    now, after_yes, after_no: log of the probability that a side supports (first index 0) or rejects (1) a statement: as
    the votes are, after one more answer that does so, and after one that does not; shape (2, n_sides, n_statements).
    said: answers that do so, of that shape; voted: shape (n_sides, n_statements). prospects: log of the chance of
    common ground by all answers, for support and rejection, shape (2, n_statements).
    """

    now: Floats
    after_yes: Floats
    after_no: Floats
    said: Counts
    voted: Counts
    prospects: Floats


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
        log_probability(0.0, 0.0),
        log_probability(1.0, 1.0),
        log_probability(0.0, 1.0),
        said,
        standings.voted,
        _prospects(standings, threshold),
    )


def _prospects(standings: Standings, threshold: float) -> Floats:
    """Log prospects of support and of rejection, from the sides that are samples and from those of no side.

    Where sides overlap, one answer stands in several rows; all are then weighed down to one a head.
    """
    from comity.engine.opinion.prospects import log_prospects

    samples = np.ones(len(standings.voted), np.bool_)
    if standings.is_delegation is not None:
        samples = ~standings.is_delegation
    if not samples.any():
        return np.zeros((2, standings.voted.shape[1]))
    rows = [
        counts[samples].astype(np.float64)
        for counts in (standings.agreed, standings.disagreed, standings.voted)
    ]
    if standings.others is not None:
        rows = [np.vstack([row, one]) for row, one in zip(rows, standings.others, strict=True)]
    agreed, disagreed, voted = rows
    once = np.ones(voted.shape[1])
    if standings.heads is not None:
        once = np.minimum(standings.heads / np.maximum(voted.sum(axis=0), 1.0), 1.0)
    return np.array(
        [
            log_prospects(once * said, once * voted, int(samples.sum()), threshold)
            for said in (agreed, disagreed)
        ]
    )


def gain_of(known: Outlook, member: Marks) -> Floats:
    """Expected information about common ground from one more answer to each statement, per relative growth of evidence.

    In nats times the answers of the person's sides (with two of the prior), shape (n_statements,).
    member: shape (n_sides,), the sides that the participant belongs to.
    """
    if not member.any():
        return np.zeros(known.voted.shape[1])
    together = known.now.sum(axis=1) + known.prospects
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


def place_gain(telling: Floats, loading: Floats, answered: Marks) -> tuple[Floats, bool]:
    """By what part an answer to each statement lowers the doubt about a participant's place; and if that is behind.

    telling: w, P(takes a side) p (1 - p), shape (n_statements,); loading: (n_statements, d); answered: by the
    participant, (n_statements,). All statements that the participant answered or could be shown; the parts have that
    shape. Behind: while half of the doubt is left, and as many answers in random order would be expected to have told
    as much, or more.

    >>> w, b = np.full(3, 0.25), np.array([[2.0], [1.0], [0.0]])
    >>> part, behind = place_gain(w, b, np.array([False, False, True]))
    >>> part.round(2).tolist(), behind
    ([0.5, 0.2, 0.0], True)
    >>> place_gain(w, b, np.array([True, False, False]))[1]
    False
    """
    n_statements, d = loading.shape
    if n_statements == 0 or d == 0:
        return np.zeros(n_statements), False
    weighed = loading * telling[:, None]
    matters = loading.T @ loading / n_statements
    covariance = np.linalg.inv(np.eye(d) + weighed[answered].T @ loading[answered])
    at_random = np.linalg.inv(np.eye(d) + answered.sum() / n_statements * (weighed.T @ loading))
    doubt, usual = np.sum(covariance * matters), np.sum(at_random * matters)
    behind = doubt > HALF_KNOWN * np.trace(matters) and doubt >= usual * (1.0 - 1e-9)
    through = loading @ covariance
    lowered = telling * ((through @ matters) * through).sum(axis=1)
    lowered /= 1.0 + telling * (through * loading).sum(axis=1)
    return np.asarray(lowered / max(doubt, 1e-300)), bool(behind)


def next_statement(
    ground: Floats,
    of_map: Floats,
    n_votes: Counts,
    answered: Marks,
    seed: int,
    counted: Counts | None = None,
    behind: bool = False,
) -> int | None:
    """The statement to show next; None when every one is answered.

    ground, of_map: what an answer is worth for common ground (`gain_of`) and for the participant's place
    (`place_gain`), shape (n_statements,). n_votes: of everybody, of that shape. answered: by this participant; add what
    must not be shown (closed, passed over) as well. seed: a number of this participant and turn, at least 0. counted:
    how many of n_votes ground rests on, where it is older than they are; None: all of them. behind: whether the
    place is behind; then it comes first in one turn out of `PLACE_EVERY`.

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
    best = np.arange(len(open_))
    place_first = behind and dice.random() * PLACE_EVERY < 1.0
    for worth in (of_map, ground) if place_first else (ground, of_map):
        of_best = worth[open_[best]]
        best = best[of_best == of_best.max()]
    return int(open_[best[lot[best].argmin()]])
