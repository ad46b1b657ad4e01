"""The Pareto frontier: packages that cannot be changed for the better for somebody without being worse for another.

A package y dominates x if u_p(y) >= u_p(x) for every party p and u_p(y) > u_p(x) for one. Packages of equal value
for everybody are all kept.

The issues are joined one after another. A way to settle the first issues that is dominated there stays dominated
whatever is added, so it is dropped at once; refusals that are not yet decided stand beside the values, and a
partial package is dropped only for one that has no more of them open. For additive points the work
is that of the partial frontiers, not of all packages.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from comity.engine.bargaining.space import (
    Booleans,
    Floats,
    Integers,
    Refusal,
    Space,
    all_packages,
    refused,
    values_of,
)

ENUMERABLE = 60_000
"""Up to this many packages all are listed and compared at once."""
PARTIAL_LIMIT = 150_000
"""Partial packages kept at one step before the frontier is given up as too large to list."""
STRONGEST = 256
"""Members with the largest sums, against which the others are held first: they dominate most of what is dominated."""
WORK_LIMIT = 4e10
"""Comparisons of two numbers before it is given up: some tens of seconds."""


class TooLarge(Exception):
    """The exact frontier has more members than can be listed in reasonable time."""


def frontier(space: Space) -> Integers:
    """Every package on the frontier of what nobody refuses, in the order of submission, shape (n, n_issues).

    Disagreement values play no part: filter with `acceptable` for packages that nobody loses by. Raises TooLarge
    where the list would be too long to be found; nothing is ever left out in silence.

    >>> from comity.engine.bargaining.space import package_space
    >>> frontier(package_space([[[3, 0], [0, 1]], [[1, 0], [0, 3]]], disagreement=[0, 0])).tolist()
    [[0, 0], [0, 1], [1, 1]]
    """
    if space.n_packages <= ENUMERABLE:
        packages = all_packages(space)
        packages = packages[~refused(space, packages)]
    else:
        packages = _joined(space)
    best = packages[pareto(values_of(space, packages))]
    return best[np.lexsort(best.T[::-1])]


def pareto(values: Floats) -> Integers:
    """Numbers of the rows that no other row dominates, ascending; equal rows are all kept.

    values: shape (n, n_criteria), larger is better.

    >>> pareto(np.array([[1.0, 2.0], [2.0, 1.0], [1.0, 1.0], [1.0, 2.0]])).tolist()
    [0, 1, 3]
    """
    return np.flatnonzero(_undominated(values, values.shape[1], np.zeros(values.shape[1])))


def dominating(values: Floats, value: Floats) -> Booleans:
    """Which rows are at least as good as value for everybody and better for somebody."""
    return np.asarray((values >= value).all(axis=1) & (values > value).any(axis=1))


def _undominated(values: Floats, n_strict: int, margin: Floats) -> Booleans:
    """Rows not dominated; to dominate, a row must be better by more than margin in one of the first n_strict."""
    n, _ = values.shape
    keep = np.ones(n, bool)
    if n == 0:
        return keep
    for pivot in _strong_rows(values):
        keep &= ~_below(values, values[pivot], n_strict, margin)
    left = np.flatnonzero(keep)
    order = left[np.lexsort((*values[left].T[::-1], values[left].sum(axis=1)))[::-1]]
    ordered = np.ascontiguousarray(values[order].T)
    front = np.empty((values.shape[1], 0))
    work = 0.0
    for start in range(0, len(order), 256):
        block = ordered[:, start : start + 256]
        work += front.shape[1] * block.size
        if work > WORK_LIMIT:
            raise TooLarge("too many packages are on the frontier")
        lost = _dominated_by(block, front[:, :STRONGEST], n_strict, margin)
        left_over = np.flatnonzero(~lost)
        lost[left_over] = _dominated_by(block[:, left_over], front[:, STRONGEST:], n_strict, margin)
        left_over = np.flatnonzero(~lost)
        lost[left_over] = _dominated_by(block[:, left_over], block[:, left_over], n_strict, margin)
        keep[order[start : start + 256][lost]] = False
        front = np.concatenate([front, block[:, ~lost]], axis=1)
    return keep


def _strong_rows(values: Floats) -> list[int]:
    """A few rows that dominate many others: best in sum, in the smallest share, and in sums of most criteria."""
    low, high = values.min(axis=0), values.max(axis=0)
    share = (values - low) / np.where(high > low, high - low, 1.0)
    sums = share.sum(axis=1)
    rows = [int(sums.argmax()), int(share.min(axis=1).argmax())]
    rows += [int((sums - 0.5 * share[:, column]).argmax()) for column in range(values.shape[1])]
    rows += [int((sums + 0.5 * share[:, column]).argmax()) for column in range(values.shape[1])]
    return list(dict.fromkeys(rows))


def _below(values: Floats, pivot: Floats, n_strict: int, margin: Floats) -> Booleans:
    worse = (values <= pivot).all(axis=1)
    return np.asarray(worse & (values[:, :n_strict] < (pivot - margin)[:n_strict]).any(axis=1))


def _dominated_by(block: Floats, front: Floats, n_strict: int, margin: Floats) -> Booleans:
    """Which columns of block some column of front dominates; both of shape (n_criteria, n)."""
    lost = np.zeros(block.shape[1], bool)
    for start in range(0, front.shape[1], 4096):
        part = front[:, start : start + 4096]
        if part.shape[1] == 0 or block.shape[1] == 0:
            continue
        at_least = part[0][:, None] >= block[0][None, :]
        for mine, theirs in zip(part[1:], block[1:], strict=True):
            at_least &= mine[:, None] >= theirs[None, :]
        some = np.flatnonzero(at_least.any(axis=0))
        if len(some):
            rows, columns = np.nonzero(at_least[:, some])
            gain = part[:n_strict, rows] - block[:n_strict, some[columns]]
            lost[some[columns[(gain > margin[:n_strict, None]).any(axis=0)]]] = True
    return lost


def _joined(space: Space) -> Integers:
    """Undominated packages, issue by issue; issues that interact are joined next to one another."""
    order = _issue_order(space)
    place = {issue: step for step, issue in enumerate(order)}
    packages = np.zeros((1, 0), np.int32)
    values = np.zeros((1, space.n_parties))
    open_lines = np.zeros((1, 0))
    lines: list[Refusal] = []
    for step, issue in enumerate(order):
        n = space.n_options[issue]
        if len(packages) * n > 8 * PARTIAL_LIMIT:
            raise TooLarge("too many partial packages are undominated")
        option = np.tile(np.arange(n, dtype=np.int32), len(packages))
        packages = np.concatenate([np.repeat(packages, n, axis=0), option[:, None]], axis=1)
        values = np.repeat(values, n, axis=0) + space.points[issue].T[option]
        for pair in space.interactions:
            last, other = sorted((pair.first, pair.second), key=lambda one: -place[one])
            if last == issue:
                table = pair.points if pair.second == last else pair.points.transpose(0, 2, 1)
                values = values + table[:, packages[:, place[other]], option].T
        open_lines = np.repeat(open_lines, n, axis=0)
        started = [line for line in space.refusals if min(place[i] for i, _ in line.where) == step]
        lines += started
        open_lines = np.concatenate([open_lines, np.ones((len(packages), len(started)))], axis=1)
        for column, line in enumerate(lines):
            for where, options in line.where:
                if where == issue:
                    open_lines[:, column] *= np.isin(option, options)
        closed = np.array([max(place[i] for i, _ in line.where) == step for line in lines], bool)
        alive = ~(open_lines[:, closed] > 0).any(axis=1)
        packages, values, open_lines = packages[alive], values[alive], open_lines[alive][:, ~closed]
        lines = [line for line, is_closed in zip(lines, closed, strict=True) if not is_closed]
        kept = _kept_partial(space, packages, values, open_lines, order[: step + 1])
        packages, values, open_lines = packages[kept], values[kept], open_lines[kept]
        if len(packages) > PARTIAL_LIMIT:
            raise TooLarge("too many partial packages are undominated")
    return packages[:, np.argsort(order)]


def _kept_partial(
    space: Space, packages: Integers, values: Floats, open_lines: Floats, done: Sequence[int]
) -> Booleans:
    """Partial packages worth keeping: compared only where what is still to come is the same for both.

    An option whose interaction with a later issue is still open is part of the state: such partial packages are
    compared within groups of equal options there.
    """
    pending = [
        step
        for step, issue in enumerate(done)
        if any(
            issue in (pair.first, pair.second) and not {pair.first, pair.second} <= set(done)
            for pair in space.interactions
        )
    ]
    extended = np.concatenate([values, -open_lines], axis=1)
    slack = np.concatenate([2.0 / space.grid, np.zeros(open_lines.shape[1])])
    if not pending:
        return _undominated(extended, space.n_parties, slack)
    keep = np.zeros(len(packages), bool)
    _, group = np.unique(packages[:, pending], axis=0, return_inverse=True)
    for number in range(int(group.max()) + 1 if len(group) else 0):
        members = np.flatnonzero(group.ravel() == number)
        keep[members[_undominated(extended[members], space.n_parties, slack)]] = True
    return keep


def _issue_order(space: Space) -> list[int]:
    """Issues in the order of submission, but those tied by an interaction or a refusal next to one another."""
    ties: dict[int, set[int]] = {issue: set() for issue in range(space.n_issues)}
    for pair in space.interactions:
        ties[pair.first].add(pair.second)
        ties[pair.second].add(pair.first)
    for line in space.refusals:
        for issue, _ in line.where:
            ties[issue] |= {other for other, _ in line.where if other != issue}
    order: list[int] = []
    for start in range(space.n_issues):
        waiting = [start]
        while waiting:
            issue = waiting.pop(0)
            if issue not in order:
                order.append(issue)
                waiting += sorted(ties[issue] - set(order))
    return order
