"""Approvals: who approves of which statement, as votes say it or as the spatial model expects it.

Notation. p_ij: how far participant i approves of statement j, 0 .. 1. Observed: 1 for agree, 0 for everything else,
not voted included. Expected: 1 for agree, 0 for disagree and pass; for a pair that was not voted on,
P(takes a side) x P(agrees | takes a side), from `passing` and `spatial`. An expected approval of 0.3 counts as three
tenths of an approval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm
from typing import Literal

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.passing import Passing
from comity.engine.opinion.spatial import SpatialModel
from comity.engine.votes import Floats, Vote, VoteMatrix
from comity.errors import Refused

Numbers = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]
LARGEST_TABLE = 60_000_000
"""Cells of the largest table of expected approvals that is made: half a gigabyte."""
BLOCK_ROWS = 4_096
LIKELY = 0.5
"""An expected approval above this counts as an approval where a ballot has to be yes or no."""
Rule = Literal["equal shares", "sequential PAV", "exact PAV", "Phragmén"]


@dataclass(frozen=True, eq=False)
class Ballots:
    """Approvals that are yes or no, as pairs: participant i approves of statement j. Shapes (n_approvals,).

    Participants who approve of nothing count in n_participants: a slate's quota is a share of everybody who voted.
    """

    participant: Numbers
    statement: Numbers
    n_participants: int
    n_statements: int

    def counts(self, kind: Numbers, n_kinds: int) -> Numbers:
        """How many of each kind of participant approve of each statement, shape (n_kinds, n_statements)."""
        cell = kind[self.participant] * self.n_statements + self.statement
        size = n_kinds * self.n_statements
        return np.asarray(np.bincount(cell, minlength=size).reshape(n_kinds, self.n_statements), np.int64)

    def approvers(self, statement: int) -> Numbers:
        """Who approves of one statement."""
        return np.asarray(self.participant[self.statement == statement], np.int64)

    def satisfaction(self, chosen: Sequence[int]) -> Numbers:
        """How many of the chosen statements each participant approves of."""
        is_chosen = np.zeros(self.n_statements, bool)
        is_chosen[list(chosen)] = True
        return np.bincount(self.participant[is_chosen[self.statement]], minlength=self.n_participants)

    def table(self) -> Floats:
        """The same as shares of 0 and 1."""
        made = np.zeros((self.n_participants, self.n_statements))
        made[self.participant, self.statement] = 1.0
        return made


@dataclass(frozen=True, eq=False)
class Expected:
    """Approvals as shares in 0 .. 1. share: shape (n_participants, n_statements)."""

    share: Floats

    @property
    def n_participants(self) -> int:
        return int(self.share.shape[0])

    @property
    def n_statements(self) -> int:
        return int(self.share.shape[1])

    def likely(self) -> Ballots:
        """Yes where an approval is likelier than not."""
        row, column = np.nonzero(self.share > LIKELY)
        return Ballots(row, column, *self.share.shape)


Approvals = Ballots | Expected


@dataclass(frozen=True)
class Slate:
    """The chosen statements, by number, in the order in which they were chosen.

    completed: how many of them, the last ones, were chosen by the completion and not by the rule itself.
    score: the PAV score where the rule maximises it, else None.
    """

    rule: Rule
    statements: tuple[int, ...]
    completed: int = 0
    score: float | None = None


def ballots(
    participant: npt.ArrayLike, statement: npt.ArrayLike, n_participants: int, n_statements: int
) -> Ballots:
    """Pairs of who approves of what, each once.

    >>> ballots([0, 0, 1], [1, 0, 1], 2, 2).counts(np.zeros(2, np.int64), 1).tolist()
    [[1, 2]]
    """
    pair = np.unique(np.asarray(participant, np.int64) * n_statements + np.asarray(statement, np.int64))
    return Ballots(pair // n_statements, pair % n_statements, n_participants, n_statements)


def observed_approvals(votes: VoteMatrix) -> Ballots:
    """Agree is approval; everything else, not voted included, is none. Rows without a vote are left out.

    >>> from comity.engine.votes import vote_matrix
    >>> observed_approvals(vote_matrix([0, 0, 2], [0, 1, 1], [1, -1, 1], 3, 2)).n_participants
    2
    """
    voted = votes.votes_per_participant > 0
    cast = votes.rows(voted)
    agreed = cast.answer == Vote.AGREE
    return Ballots(
        cast.participant[agreed].astype(np.int64),
        cast.statement[agreed].astype(np.int64),
        cast.n_participants,
        cast.n_statements,
    )


def expected_approvals(votes: VoteMatrix, model: SpatialModel, passes: Passing) -> Expected:
    """What was answered, and where nothing was, how likely the spatial model holds an approval to be.

    model, passes: fitted on the same votes. Rows without a vote are left out. Raises Refused for a table of more
    than LARGEST_TABLE cells.
    """
    who = np.flatnonzero(votes.votes_per_participant > 0)
    m = votes.n_statements
    if len(who) * m > LARGEST_TABLE:
        raise Refused(
            "slate-too-large",
            f"{len(who):,} participants and {m:,} statements are too many to expect every approval; "
            "ask for observed approvals instead",
        )
    share = np.empty((len(who), m))
    for first in range(0, len(who), BLOCK_ROWS):
        rows = who[first : first + BLOCK_ROWS]
        taken = 1.0 - passes.probability(rows[:, None], np.arange(m)[None, :])
        share[first : first + BLOCK_ROWS] = taken * model.probability_table(rows)
    place = np.cumsum(votes.votes_per_participant > 0) - 1
    share[place[votes.participant], votes.statement] = votes.answer == Vote.AGREE
    share.flags.writeable = False
    return Expected(share)


def check_size(approvals: Approvals, size: int) -> None:
    """Refuse a slate that is empty or longer than the list of statements, and one for nobody."""
    if not 1 <= size <= approvals.n_statements:
        raise Refused(
            "slate-size",
            f"a slate of {size} statements cannot be chosen from {approvals.n_statements}; "
            f"ask for a whole number from 1 to {approvals.n_statements}",
        )
    if approvals.n_participants == 0:
        raise Refused(
            "slate-without-votes", "nobody has voted yet, so no slate can represent anybody; wait for votes"
        )


def harmonic_weights(size: int) -> tuple[Objects, int]:
    """Worth of a participant's first, second, ... approved statement as whole numbers, and what 1 is in them.

    >>> [weights.tolist() for weights in harmonic_weights(4)[:1]], harmonic_weights(4)[1]
    ([[12, 6, 4, 3]], 12)
    """
    whole = lcm(*range(1, size + 1))
    return np.array([whole // (place + 1) for place in range(size)], dtype=object), whole


def first_least(values: Floats, open_: npt.NDArray[np.bool_]) -> Numbers:
    """Which open entries are least, those included that rounding may have parted from it; in order."""
    least = values[open_].min()
    return np.flatnonzero(open_ & (values <= least + 1e-9 * max(abs(least), 1e-3)))
