"""Representative statements as Polis reckons and chooses them: what a group says more than the others do.

Notation, a group and a statement: n votes, s of them agree (or disagree), N and S the same for all other groups.
probability p = (s + 1) / (n + 2); probability test z = 2 sqrt(n + 1) ((s + 1) / (n + 1) - 1/2); ratio r = p divided by
(S + 1) / (N + 2); ratio test t: two proportions (s + 1) / (n + 1) and (S + 1) / (N + 1) with their pooled variance,
0 where the pooled proportion is 1. A test is passed above 1.2816, the 90 % point of the standard normal.

Source: the Polis server's mathematics, read for its rules; Small et al. (2021), section on representative comments.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.classic.group_votes import Counts, GroupVotes
from comity.engine.votes import Floats

SIGNIFICANT = 1.2816
MOST = 5


@dataclass(frozen=True, eq=False)
class Stance:
    """One direction's statistics; all of shape (n_groups, n_statements)."""

    probability: Floats
    probability_test: Floats
    ratio: Floats
    ratio_test: Floats

    @property
    def weight(self) -> Floats:
        """Polis' order of merit: the product of the four."""
        return self.ratio * self.ratio_test * self.probability * self.probability_test

    @property
    def passes(self) -> npt.NDArray[np.bool_]:
        """Significantly more than half of the group, and significantly more than elsewhere."""
        return np.asarray((self.ratio_test > SIGNIFICANT) & (self.probability_test > SIGNIFICANT))


@dataclass(frozen=True, eq=False)
class Representativeness:
    """How far agreeing, and disagreeing, with each statement is each group's own."""

    counts: GroupVotes
    agree: Stance
    disagree: Stance


@dataclass(frozen=True)
class RepresentativeStatement:
    """A statement chosen for a group, with the direction in which it is representative and its statistics.

    said_so: members who voted that way; voted: members who voted at all. ratio_test is in single precision, as Polis
    publishes it. best_agreed: how many agreed, on the one statement put first because the group agrees with it
    most notably (its stance may still be "disagree": that is Polis' rule); otherwise None.
    """

    statement: int
    stance: Literal["agree", "disagree"]
    said_so: int
    voted: int
    probability: float
    probability_test: float
    ratio: float
    ratio_test: float
    best_agreed: int | None = None


def representativeness(counts: GroupVotes) -> Representativeness:
    """The four statistics of every group and statement, for agreeing and for disagreeing; O(groups * statements).

    >>> counts = GroupVotes(*(np.array(part) for part in ([4, 6], [[4], [0]], [[0], [6]], [[4], [6]])))
    >>> agree = representativeness(counts).agree
    >>> agree.probability.round(3).tolist(), agree.ratio.round(2).tolist()
    ([[0.833], [0.125]], [[6.67], [0.15]])
    """
    return Representativeness(
        counts, _stance(counts.agreed, counts.voted), _stance(counts.disagreed, counts.voted)
    )


def representative_statements(
    measured: Representativeness,
    moderated_out: npt.NDArray[np.bool_] | None = None,
    column_order: npt.NDArray[np.int64] | None = None,
    most: int = MOST,
) -> tuple[tuple[RepresentativeStatement, ...], ...]:
    """Polis' choice of at most `most` statements for every group.

    Statements are walked in the order of their columns, or in column_order: that decides ties, and is part of Polis'
    rule for the first place. Those that pass both tests in one direction are sufficient; they are ordered by their
    weight, after the statement the group agrees with most notably, and those agreed with are listed first. A group
    without a sufficient statement gets its best one. moderated_out: statements never chosen, (n_statements,).
    """
    statements = measured.agree.ratio.shape[1]
    out = np.zeros(statements, bool) if moderated_out is None else np.asarray(moderated_out, bool)
    order = np.arange(statements) if column_order is None else column_order
    offered = order[~out[order]]
    return tuple(_choice(measured, group, offered, most) for group in range(len(measured.agree.ratio)))


def probability_test(said_so: Counts, voted: Counts) -> Floats:
    """One-proportion test against one half, of (s + 1) / (n + 1) with n + 1 trials."""
    return np.asarray(2 * np.sqrt(voted + 1) * ((said_so + 1) / (voted + 1) - 0.5))


def _stance(said_so: Counts, voted: Counts) -> Stance:
    others_said, others_voted = said_so.sum(axis=0) - said_so, voted.sum(axis=0) - voted
    probability = (said_so + 1) / (voted + 2)
    ratio = probability / ((others_said + 1) / (others_voted + 2))
    return Stance(
        probability,
        probability_test(said_so, voted),
        ratio,
        _ratio_test(said_so + 1, others_said + 1, voted + 1, others_voted + 1),
    )


def _ratio_test(inside: Counts, outside: Counts, trials_inside: Counts, trials_outside: Counts) -> Floats:
    """Two-proportion test with the pooled variance; 0 where everybody everywhere said so.

    Both sides of the usual fraction are multiplied by the two numbers of trials, so that the difference is an exact
    integer and equal proportions give exactly 0.
    """
    said, trials = inside + outside, trials_inside + trials_outside
    difference = inside * trials_outside - outside * trials_inside
    product = (said / trials) * (trials - said) * (trials_inside.astype(float) * trials_outside)
    return np.where(said < trials, difference / np.sqrt(np.where(said < trials, product, 1.0)), 0.0)


def _choice(
    measured: Representativeness, group: int, offered: npt.NDArray[np.int64], most: int
) -> tuple[RepresentativeStatement, ...]:
    passes = measured.agree.passes[group] | measured.disagree.passes[group]
    sufficient = [int(statement) for statement in offered if passes[statement]]
    first = _best_agreed(measured, group, offered)
    if first is not None:
        head = [_formatted(measured, group, first, best_agreed=int(measured.counts.agreed[group, first]))]
    elif not sufficient:
        best = _best_of_tests(measured, group, offered)
        head = [] if best is None else [_formatted(measured, group, best)]
    else:
        head = []
    rest = [_formatted(measured, group, statement) for statement in sufficient if statement != first]
    rest.sort(key=lambda chosen: -_merit(chosen))
    chosen = (head + rest)[:most]
    return tuple(sorted(chosen, key=lambda statement: statement.stance == "disagree"))


def _best_agreed(measured: Representativeness, group: int, offered: npt.NDArray[np.int64]) -> int | None:
    """The statement the group agrees with most notably, found in one walk along the columns.

    The first to count passes the probability test, or has a ratio above 1 and a probability above 1/2. While the one
    in hand has a ratio above 1, it is beaten by a larger weight; otherwise by a larger probability times test.
    """
    agree = measured.agree
    probability, test = agree.probability[group].tolist(), agree.probability_test[group].tolist()
    ratio, weight = agree.ratio[group].tolist(), agree.weight[group].tolist()
    took_side = ((measured.counts.agreed + measured.counts.disagreed)[group] > 0).tolist()
    best: int | None = None
    for statement in offered.tolist():
        if not took_side[statement]:
            continue
        if best is None:
            better = test[statement] > SIGNIFICANT or (ratio[statement] > 1 and probability[statement] > 0.5)
        elif ratio[best] > 1:
            better = weight[statement] > weight[best]
        else:
            better = probability[statement] * test[statement] > probability[best] * test[best]
        if better:
            best = statement
    return best


def _best_of_tests(measured: Representativeness, group: int, offered: npt.NDArray[np.int64]) -> int | None:
    """The statement with the largest ratio test in either direction, found in one walk along the columns.

    The one in hand is remembered in single precision, as Polis does, which decides between equal ones.
    """
    larger = np.maximum(measured.agree.ratio_test[group], measured.disagree.ratio_test[group]).tolist()
    best, in_hand = None, -np.inf
    for statement in offered.tolist():
        if larger[statement] > in_hand:
            best, in_hand = statement, float(np.float32(larger[statement]))
    return best


def _side(
    measured: Representativeness, group: int, statement: int
) -> tuple[Literal["agree", "disagree"], Stance, Counts]:
    """Agree where its ratio test is the larger one; otherwise, and when both are equal, disagree."""
    if measured.agree.ratio_test[group, statement] > measured.disagree.ratio_test[group, statement]:
        return "agree", measured.agree, measured.counts.agreed
    return "disagree", measured.disagree, measured.counts.disagreed


def _merit(chosen: RepresentativeStatement) -> float:
    """Weight with the ratio test in single precision, on which Polis sorts."""
    return chosen.ratio * float(np.float32(chosen.ratio_test)) * chosen.probability * chosen.probability_test


def _formatted(
    measured: Representativeness, group: int, statement: int, best_agreed: int | None = None
) -> RepresentativeStatement:
    name, stance, said_so = _side(measured, group, statement)
    return RepresentativeStatement(
        statement=statement,
        stance=name,
        said_so=int(said_so[group, statement]),
        voted=int(measured.counts.voted[group, statement]),
        probability=float(stance.probability[group, statement]),
        probability_test=float(stance.probability_test[group, statement]),
        ratio=float(stance.ratio[group, statement]),
        ratio_test=float(str(np.float32(stance.ratio_test[group, statement]))),
        best_agreed=best_agreed,
    )
