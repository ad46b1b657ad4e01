"""Proportional approval voting: the first approved statement is worth 1 to a participant, the second 1/2, ...

Notation. H(s) = 1 + 1/2 + ... + 1/s, straight between whole numbers; s_i: sum of p_ij over the slate. The score of a
slate is the sum of H(s_i) over participants. `sequential_pav` adds the statement that raises the score most, one
after another; `exact_pav` finds the slate of the highest score. Ties: sequentially the statement submitted first;
exactly the slate whose numbers, sorted, come first.

The exact search is a branch and bound. H is concave, so for any slopes y_i the score of a slate W is at most
sum_i max_s (H(s) - y_i s) + sum over j in W of sum_i y_i p_ij, and the best k statements give a bound on all
slates (the Lagrangian dual of the relaxation; y by subgradient steps). Statements whose reduced value cannot reach the
best slate known are dropped, and the rest is searched with that bound and with the score so far plus the best
gains still possible (Nemhauser, Wolsey and Fisher 1978, for submodular scores).

Source: Thiele (1895); Aziz et al. (2017), Justified Representation in Approval-Based Committee Voting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.slates.approvals import (
    Approvals,
    Ballots,
    Expected,
    Numbers,
    Slate,
    check_size,
    first_least,
    harmonic_weights,
)
from comity.engine.votes import Floats
from comity.errors import Refused

MOST_NODES = 200_000
STEPS = 400
NEAR = 1e-9


def sequential_pav(approvals: Approvals, size: int) -> Slate:
    """A slate by sequential PAV, also called reweighted approval voting.

    Raises Refused for a size that cannot be.

    >>> from comity.engine.opinion.slates.approvals import ballots
    >>> sequential_pav(ballots([0, 0, 1, 1, 2], [0, 1, 0, 1, 2], 3, 3), 2).statements
    (0, 1)
    """
    check_size(approvals, size)
    chosen = _sequence(approvals, size)
    return Slate("sequential PAV", tuple(chosen), score=pav_score(approvals, chosen))


def _sequence(approvals: Approvals, size: int) -> list[int]:
    chosen: list[int] = []
    open_ = np.ones(approvals.n_statements, bool)
    satisfied = np.zeros(approvals.n_participants)
    levels = np.zeros(approvals.n_participants, np.int64)
    for _ in range(size):
        if isinstance(approvals, Ballots):
            gains = harmonic_weights(size)[0] @ approvals.counts(levels, size).astype(object)
            best = min(np.flatnonzero(open_).tolist(), key=lambda j: (-gains[j], j))
            levels[approvals.approvers(best)] += 1
        else:
            best = int(first_least(-_gains(approvals.share, satisfied, size), open_)[0])
            satisfied += approvals.share[:, best]
        chosen.append(best)
        open_[best] = False
    return chosen


def pav_score(approvals: Approvals, chosen: Sequence[int]) -> float:
    """The PAV score of any slate.

    >>> from comity.engine.opinion.slates.approvals import ballots
    >>> pav_score(ballots([0, 0, 1], [0, 1, 0], 2, 2), [0, 1])
    2.5
    """
    if isinstance(approvals, Ballots):
        return _whole_score(approvals, chosen) / harmonic_weights(len(chosen))[1]
    return float(_worth(approvals.share[:, list(chosen)].sum(axis=1), len(chosen)).sum())


def _whole_score(approvals: Ballots, chosen: Sequence[int]) -> int:
    """The score in whole numbers: 1 is the least common multiple of 1 .. len(chosen)."""
    weights = harmonic_weights(len(chosen))[0]
    reached = np.bincount(approvals.satisfaction(chosen), minlength=len(chosen) + 1)
    worth = np.concatenate([np.zeros(1, object), np.cumsum(weights)])
    return int(worth @ reached.astype(object))


def _worth(satisfied: Floats, size: int) -> Floats:
    steps = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, size + 1))])
    return np.asarray(np.interp(satisfied, np.arange(size + 1), steps))


def _gains(share: Floats, satisfied: Floats, size: int, weight: Floats | None = None) -> Floats:
    """By how much every statement would raise the score."""
    of_row = np.ones(len(share)) if weight is None else weight
    before = np.floor(satisfied + NEAR)
    room = before + 1.0 - satisfied
    slope = np.where(before < size, 1.0 / (before + 1.0), 0.0)
    next_slope = np.where(before + 1 < size, 1.0 / (before + 2.0), 0.0)
    gain = (of_row * slope) @ share
    beyond = share - room[:, None]
    if (beyond > NEAR).any():
        gain -= (of_row * (slope - next_slope)) @ np.maximum(beyond, 0.0)
    return np.asarray(gain)


def exact_pav(approvals: Approvals, size: int, most_nodes: int = MOST_NODES) -> Slate:
    """The slate of the highest PAV score, statements in order of submission.

    most_nodes: partial slates looked at before the search is given up with Refused.

    >>> from comity.engine.opinion.slates.approvals import ballots
    >>> votes = ballots([0, 0, 1, 1, 2, 2, 3, 3, 4], [0, 1, 0, 1, 0, 2, 0, 2, 3], 5, 4)
    >>> exact_pav(votes, 2).statements
    (0, 1)
    """
    check_size(approvals, size)
    search = _Search.of(approvals, size, most_nodes)
    search.run()
    best = tuple(sorted(search.best))
    return Slate("exact PAV", best, score=pav_score(approvals, best))


@dataclass
class _Search:
    """Branch and bound over columns sorted by reduced value, best first.

    share: shape (n_kinds, n_columns), one row for participants with the same approvals, weight of them each.
    """

    approvals: Approvals
    size: int
    most_nodes: int
    share: Floats
    weight: Floats
    column: Numbers
    value: Floats
    constant: float
    best: list[int]
    best_score: float
    nodes: int = 0
    slack: float = field(default=0.0)

    @classmethod
    def of(cls, approvals: Approvals, size: int, most_nodes: int) -> _Search:
        share, weight = _merged(approvals)
        start = _improved(share, weight, _sequence(approvals, size))
        score = float(weight @ _worth(share[:, start].sum(axis=1), size))
        constant, value = _bound(share, weight, size, score)
        slack = NEAR * max(score, 1.0)
        column = _worth_trying(value, constant, size, score - slack)
        column = column[np.argsort(-value[column], kind="stable")]
        share, weight = _merged_rows(share[:, column], weight)
        return cls(
            approvals,
            size,
            most_nodes,
            share,
            weight,
            column,
            value[column],
            constant,
            start,
            score,
            slack=slack,
        )

    def run(self) -> None:
        self._extend([], np.zeros(len(self.weight)), 0.0, self.constant, 0)

    def _extend(self, chosen: list[int], satisfied: Floats, score: float, dual: float, first: int) -> None:
        """Try every column from `first` on as the next one."""
        self.nodes += 1
        if self.nodes > self.most_nodes:
            raise Refused(
                "slate-too-large",
                f"the best slate of {self.size} was not found among {self.most_nodes:,} partial slates; "
                "ask for a smaller slate, or for equal shares",
            )
        left = self.size - len(chosen)
        gains = _gains(self.share[:, first:], satisfied, self.size, self.weight)
        if left == 1:
            for last in np.flatnonzero(gains >= gains.max() - self.slack).tolist():
                self._finish([*chosen, first + last], score + float(gains[last]))
            return
        for place, gain in enumerate(gains.tolist()):
            j = first + place
            if j + left > len(self.column):
                return
            if dual + self.value[j : j + left].sum() < self.best_score - self.slack:
                return  # columns are sorted by value: no later one can do better
            after = np.partition(gains[place + 1 :], len(gains) - place - left)[-(left - 1) :]
            if score + gain + after.sum() < self.best_score - self.slack:
                continue
            new = satisfied + self.share[:, j]
            self._extend([*chosen, j], new, score + gain, dual + float(self.value[j]), j + 1)

    def _finish(self, places: list[int], score: float) -> None:
        if score < self.best_score - self.slack:
            return
        slate = sorted(self.column[places].tolist())
        if isinstance(self.approvals, Ballots):
            ahead = _whole_score(self.approvals, slate) - _whole_score(self.approvals, self.best)
        else:
            ahead = int(score > self.best_score + self.slack)
        if ahead > 0 or (ahead == 0 and slate < sorted(self.best)):
            self.best, self.best_score = slate, max(score, self.best_score)


def _merged(approvals: Approvals) -> tuple[Floats, Floats]:
    if isinstance(approvals, Expected):
        return approvals.share, np.ones(approvals.n_participants)
    return _merged_rows(approvals.table(), np.ones(approvals.n_participants))


def _merged_rows(share: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Rows that are the same become one with their weights together; empty rows go."""
    used = share.any(axis=1)
    share, weight = np.ascontiguousarray(share[used]), weight[used]
    whole = share.view(np.dtype((np.void, share.dtype.itemsize * max(share.shape[1], 1)))).ravel()
    _, first, kind = np.unique(whole, return_index=True, return_inverse=True)
    return share[first], np.asarray(np.bincount(kind, weight, minlength=len(first)), np.float64)


def _improved(share: Floats, weight: Floats, start: list[int]) -> list[int]:
    """Exchange one statement for another as long as that raises the score."""
    best, size = list(start), len(start)
    score = float(weight @ _worth(share[:, best].sum(axis=1), size))
    improved = True
    while improved:
        improved = False
        for place in range(size):
            rest = [j for k, j in enumerate(best) if k != place]
            without = share[:, rest].sum(axis=1)
            gains = _gains(share, without, size, weight)
            gains[rest] = -np.inf
            found = float(weight @ _worth(without, size)) + float(gains.max())
            if found > score + NEAR * max(score, 1.0):
                best[place], score, improved = int(gains.argmax()), found, True
    return best


def _bound(share: Floats, weight: Floats, size: int, known: float) -> tuple[float, Floats]:
    """(constant, value a column) such that no slate scores more than constant + the sum of its values."""
    steps = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, size + 1))])
    slope = np.full(len(share), 1.0 / max(1.0, size / 3))
    best, kept, step = np.inf, slope, 1.0
    since = 0
    for _ in range(STEPS):
        wanted = np.minimum(np.floor(1.0 / np.maximum(slope, 1.0 / size) + NEAR), size)
        values = (weight * slope) @ share
        top = np.argpartition(-values, size - 1)[:size]
        constant = weight @ (steps[wanted.astype(np.int64)] - slope * wanted)
        bound = constant + values[top].sum()
        if bound < best - 1e-6 * max(known, 1.0):
            since = 0
        else:
            since += 1
        if bound < best:
            best, kept = bound, slope
        if since > 15:
            step, since, slope = step / 2, 0, kept
            continue
        away = share[:, top].sum(axis=1) - wanted
        length = weight @ away**2
        if length < NEAR or best - known <= NEAR:
            break
        slope = np.clip(slope - step * (bound - known) / length * away, 0.0, 1.0)
    wanted = np.minimum(np.floor(1.0 / np.maximum(kept, 1.0 / size) + NEAR), size).astype(np.int64)
    return float(weight @ (steps[wanted] - kept * wanted)), np.asarray((weight * kept) @ share)


def _worth_trying(value: Floats, constant: float, size: int, known: float) -> npt.NDArray[np.int64]:
    """Columns that some slate of at least the known score may hold."""
    ranked = np.sort(value)[::-1]
    full = constant + ranked[:size].sum()
    least = np.where(value >= ranked[size - 1], full, full - ranked[size - 1] + value)
    return np.flatnonzero(least >= known)
