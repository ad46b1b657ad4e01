"""Phragmén's sequential rule: every statement costs 1, borne by those who approve of it as evenly as can be.

Notation. l_i: load of participant i; N_j: who approves of j. Choosing j raises the load of all of N_j to
t_j = (1 + sum of l_i over N_j) / |N_j|; the least t_j is chosen, the earlier submitted one among equals. Everybody
who was raised by the same choice has the same load, so loads are kept as fractions, one a kind of participant.
With approvals of p_ij: t_j = (1 + sum p_ij l_i) / sum p_ij, and l_i grows by p_ij (t_j - l_i).

Source: Phragmén (1894); Brill, Freeman, Janson and Lackner (2017), Phragmén's Voting Methods and Justified
Representation, AAAI; the fractional form is ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from comity.engine.opinion.slates.approvals import (
    Approvals,
    Ballots,
    Expected,
    Numbers,
    Slate,
    check_size,
    first_least,
)
from comity.engine.votes import Floats


def phragmen(approvals: Approvals, size: int) -> Slate:
    """A slate by Phragmén's sequential rule.

    Statements that nobody approves of come last, in order of submission. Raises Refused for a size that cannot be.

    >>> from comity.engine.opinion.slates.approvals import ballots
    >>> phragmen(ballots([0, 0, 1, 1, 2], [0, 1, 0, 1, 2], 3, 3), 2).statements
    (0, 1)
    """
    check_size(approvals, size)
    if isinstance(approvals, Expected):
        chosen = continue_expected(approvals, size, [], np.zeros(approvals.n_participants))
    else:
        nobody_yet = np.zeros(approvals.n_participants, np.int64)
        chosen = continue_exactly(approvals, size, [], nobody_yet, [Fraction(0)])
    return Slate("Phragmén", tuple(chosen))


def continue_exactly(
    approvals: Ballots, size: int, chosen: Sequence[int], kind: Numbers, loads: Sequence[Fraction]
) -> list[int]:
    """Fill up a slate. kind: shape (n_participants,), index into loads."""
    slate, kind, load = list(chosen), kind.copy(), list(loads)
    approved = approvals.counts(np.zeros_like(kind), 1)[0]
    open_ = approved > 0
    open_[slate] = False
    while len(slate) < size and open_.any():
        counts = approvals.counts(kind, len(load))
        raised = np.full(len(open_), np.inf)
        rough = np.array([float(value) for value in load]) @ counts
        raised[open_] = (1.0 + rough[open_]) / approved[open_]
        best = min(
            (_raised(counts[:, j], load, int(approved[j])), int(j)) for j in first_least(raised, open_)
        )
        slate.append(best[1])
        open_[best[1]] = False
        kind[approvals.approvers(best[1])] = len(load)
        load.append(best[0])
    return slate + _unapproved(slate, approvals.n_statements, size)


def _raised(counts: Numbers, load: Sequence[Fraction], approved: int) -> Fraction:
    borne = sum(
        (value * int(number) for value, number in zip(load, counts, strict=True) if number), Fraction(0)
    )
    return (1 + borne) / approved


def continue_expected(approvals: Expected, size: int, chosen: Sequence[int], loads: Floats) -> list[int]:
    """Fill up a slate. loads: shape (n_participants,)."""
    slate, load, share = list(chosen), loads.copy(), approvals.share
    approved = share.sum(axis=0)
    open_ = approved > 0
    open_[slate] = False
    while len(slate) < size and open_.any():
        raised = (1.0 + load @ share) / np.where(open_, approved, 1.0)
        best = int(first_least(raised, open_)[0])
        slate.append(best)
        open_[best] = False
        load += share[:, best] * (raised[best] - load)
    return slate + _unapproved(slate, approvals.n_statements, size)


def _unapproved(slate: Sequence[int], n_statements: int, size: int) -> list[int]:
    taken = set(slate)
    return [j for j in range(n_statements) if j not in taken][: size - len(slate)]
