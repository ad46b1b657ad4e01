"""Branch and bound over packages, thousands of nodes at once: the best package by an aim, with its proof.

A node allows some columns of every knot (`columns.py`). For weights mu on the parties its bound is cheap
(`aims.py`); each node moves its weights a few steps down the bound (subgradient steps of Polyak's length), drops
every column with which the bound would fall below the target, and is split on the knot whose allowed columns differ
most. What has few packages left is written out. Sources: A. M. Geoffrion, "Lagrangean relaxation for integer
programming", Math. Programming Study 2 (1974), for the bounds; B. T. Polyak (1969) for the step.

Nodes are gone through depth first, two batches side by side in two threads; what they found is put together only after
both, so the result does not depend on which was faster. There is no clock: the work is counted in steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from comity.engine.bargaining.aims import Aim
from comity.engine.bargaining.columns import Columns
from comity.engine.bargaining.space import Booleans, Floats, Integers

BATCH = 1024
STEPS = 6
ROOT_STEPS = 600
WRITTEN_OUT = 256
"""Packages of one node up to which they are written out."""
MOST_TIES = 2000
"""Equally good packages that are all kept; with more, only that there are more is known."""
THREADS = 2
ROW = 0.03
"""What one row of packages that are written out counts, in steps."""
STEPS_A_SECOND = 4.5e5
"""Steps (a node's weights moved once, at a hundred columns, ten parties) that count as a second: two cores do more."""


@dataclass(frozen=True, eq=False)
class Found:
    """chosen: columns of the best packages, shape (n, n_knots); all that score as well where all_ties.

    score: minus infinity where there is none; bound: nothing can score more; closed: the tree was gone through;
    steps: of work that it took. mu: the weights that bound the whole best.
    """

    chosen: Integers
    score: float
    bound: float
    closed: bool
    all_ties: bool
    steps: float
    mu: Floats


@dataclass(frozen=True, eq=False)
class _Nodes:
    """allowed: shape (n_columns, n); mu: (n_parties, n); largest: L(mu), shape (n,)."""

    allowed: Booleans
    mu: Floats
    largest: Floats

    def __len__(self) -> int:
        return len(self.largest)

    def part(self, which: Booleans | slice | Integers) -> _Nodes:
        return _Nodes(self.allowed[:, which], self.mu[:, which], self.largest[which])


@dataclass(frozen=True, eq=False)
class _Visit:
    """What one batch came to. chosen: columns of packages worth looking at, shape (n, n_knots); steps: of work."""

    children: _Nodes | None
    chosen: Integers
    steps: float


def best_by(
    columns: Columns,
    aim: Aim,
    known: Integers,
    *,
    mu: Floats,
    least: float,
    slack: float,
    effort: float,
    enough: float = np.inf,
    root_steps: int = ROOT_STEPS,
) -> Found:
    """The best packages by an aim. known: columns of packages that are there already, shape (n, n_knots).

    mu: first weights. least: what scores less is of no use; slack: scores that differ by no more are equal. effort:
    steps allowed. enough: stop at a package that scores this much. root_steps: made before the first split.
    """
    best = _Best(columns, aim, least, slack)
    best.take(known)
    if any(len(own) == 0 for own in columns.columns_of):
        return best.found(-np.inf, 0.0, mu, closed=True)
    root, met = _root(columns, aim, mu, best.target, root_steps)
    best.take(met)
    stack = [root] if len(root) else []
    done = root_steps * columns.points.size / 1000
    with ThreadPoolExecutor(THREADS) as pool:
        while stack and done < effort and best.score < enough:
            batches = _batches(stack, aim, best.target)
            visits = list(pool.map(partial(_visit, columns, aim, best.target), batches))
            for visit in visits:
                best.take(visit.chosen)
                done += visit.steps
                if visit.children is not None and len(visit.children):
                    stack.append(visit.children)
    bound = max((float(aim.bound(nodes.mu, nodes.largest).max()) for nodes in stack), default=-np.inf)
    return best.found(bound, done, root.mu[:, 0] if len(root) else mu, closed=not stack)


@dataclass(eq=False)
class _Best:
    """The best packages so far, equal ones side by side."""

    columns: Columns
    aim: Aim
    least: float
    slack: float
    score: float = -np.inf
    chosen: Integers = field(default_factory=lambda: np.zeros((0, 0), int))
    overflow: bool = False

    def __post_init__(self) -> None:
        self.chosen = np.zeros((0, self.columns.n_knots), int)

    @property
    def target(self) -> float:
        """What a package has to score to matter: as much as the best, or more where there are too many as good."""
        if self.overflow:
            return self.score + self.slack
        return max(self.least, self.score - self.slack)

    def take(self, chosen: Integers) -> None:
        scores = self._scores(chosen)
        good = scores >= max(self.least, self.score - self.slack)
        good[good] &= ~self.columns.is_refused(chosen[good])
        if not good.any():
            return
        chosen = np.unique(np.concatenate([self.chosen, chosen[good]]), axis=0)
        scores = self._scores(chosen)
        self.overflow &= bool(scores.max() <= self.score + self.slack)
        self.score = max(self.score, float(scores.max()))
        self.chosen = chosen[scores >= self.score - self.slack]
        if len(self.chosen) > MOST_TIES:
            self.overflow = True
            self.chosen = self.chosen[:MOST_TIES]

    def _scores(self, chosen: Integers) -> Floats:
        gains = np.repeat(self.columns.start[None, :], len(chosen), axis=0)
        for knot in range(self.columns.n_knots):
            gains += self.columns.points[chosen[:, knot]]
        return self.aim.score(gains)

    def found(self, bound: float, steps: float, mu: Floats, *, closed: bool) -> Found:
        ties = closed and not self.overflow
        return Found(self.chosen, self.score, max(bound, self.score), closed, ties, steps, mu)


def _root(columns: Columns, aim: Aim, mu: Floats, target: float, n_steps: int) -> tuple[_Nodes, Integers]:
    """Everything allowed, with weights moved until they hardly move any more; and the packages met on the way."""
    nodes = _Nodes(
        columns.usable[:, None].copy(), _on_simplex(mu[:, None].copy(), aim.least), np.array([np.inf])
    )
    price = np.where(nodes.allowed, 0.0, -np.inf)
    root, _, met = _descend(columns, aim, nodes, price, target, n_steps)
    return root, met


def _batches(stack: list[_Nodes], aim: Aim, target: float) -> list[_Nodes]:
    """Up to as many full batches as there are threads, from the end of the stack; hopeless nodes are dropped."""
    batches: list[_Nodes] = []
    while stack and len(batches) < THREADS:
        parts: list[_Nodes] = []
        n = 0
        while stack and n < BATCH:
            nodes = stack.pop()
            alive = _excess(aim, nodes, target) >= 0
            nodes = nodes if alive.all() else nodes.part(alive)
            parts.append(nodes)
            n += len(nodes)
        if n > BATCH:
            last = parts[-1]
            stack.append(last.part(slice(0, n - BATCH)))
            parts[-1] = last.part(slice(n - BATCH, None))
        if n:
            batches.append(_joined(parts))
    return batches


def _joined(parts: Sequence[_Nodes]) -> _Nodes:
    if len(parts) == 1:
        return parts[0]
    return _Nodes(
        np.concatenate([nodes.allowed for nodes in parts], axis=1),
        np.concatenate([nodes.mu for nodes in parts], axis=1),
        np.concatenate([nodes.largest for nodes in parts]),
    )


def _excess(aim: Aim, nodes: _Nodes, target: float) -> Floats:
    """How far L(mu) is above what it has to be; below 0 the node holds nothing that matters."""
    excess: Floats = nodes.largest - (nodes.mu * aim.thresholds(nodes.mu, target)).sum(axis=0)
    return excess


def _visit(columns: Columns, aim: Aim, target: float, nodes: _Nodes) -> _Visit:
    """Bound, tighten and split a batch."""
    steps = STEPS * len(nodes) * columns.points.size / 1000
    price = np.where(nodes.allowed, 0.0, -np.inf)
    nodes, price, chosen = _descend(columns, aim, nodes, price, target, STEPS)
    if len(nodes) == 0:
        return _Visit(None, chosen, steps)
    value = columns.points @ nodes.mu + price
    loss, excess = _losses(columns, aim, nodes, value, target)
    allowed = loss <= excess
    counts = _counts(columns, allowed)
    alive = (counts > 0).all(axis=0)
    left = np.where(alive, np.exp(np.log(np.maximum(counts, 1)).sum(axis=0)), np.inf)
    small = left <= WRITTEN_OUT
    if small.any():
        more, written = _written_out(columns, aim, nodes.part(small), allowed[:, small], target)
        chosen = np.concatenate([chosen, more])
        steps += written
    go = alive & ~small
    if not go.any():
        return _Visit(None, chosen, steps)
    children = _split(columns, nodes.part(go), allowed[:, go], counts[:, go], loss[:, go], excess[go])
    return _Visit(children, chosen, steps)


def _descend(
    columns: Columns, aim: Aim, nodes: _Nodes, price: Floats, target: float, n_steps: int
) -> tuple[_Nodes, Floats, Integers]:
    """Move the weights; nodes that are still worth it, and every package that was met and scores well.

    price: 0 for an allowed column, minus infinity for others.
    """
    mu, allowed = nodes.mu, nodes.allowed
    best_mu, best_largest = mu, np.full(len(nodes), np.inf)
    best_excess = np.full(len(nodes), np.inf)
    met: list[Integers] = []
    for _ in range(n_steps):
        value = columns.points @ mu
        value += price
        picked, top = _picked(columns, value)
        gains = columns.points.T @ picked + columns.start[:, None]
        largest = top + columns.start @ mu
        thresholds = aim.thresholds(mu, target)
        excess = largest - (mu * thresholds).sum(axis=0)
        lower = excess < best_excess
        best_excess = np.where(lower, excess, best_excess)
        best_largest = np.where(lower, largest, best_largest)
        best_mu = np.where(lower, mu, best_mu)
        scores = aim.score(gains.T)
        if scores.max(initial=-np.inf) >= target:
            number = int(scores.argmax())
            met.append(_package_of(columns, value[:, number]))
        keep = best_excess >= 0
        if not keep.all():
            mu, best_mu, price, allowed = mu[:, keep], best_mu[:, keep], price[:, keep], allowed[:, keep]
            best_excess, best_largest = best_excess[keep], best_largest[keep]
            gains, thresholds, excess = gains[:, keep], thresholds[:, keep], excess[keep]
            if not keep.any():
                break
        slope = gains - thresholds
        slope -= slope.mean(axis=0)
        length = (excess + 0.3 * np.abs(excess)) / np.maximum((slope * slope).sum(axis=0), 1e-12)
        mu = _on_simplex(mu - length * slope, aim.least)
    return _Nodes(allowed, best_mu, best_largest), price, np.array(met, int).reshape(-1, columns.n_knots)


def _on_simplex(mu: Floats, least: float) -> Floats:
    clipped = np.maximum(mu, least)
    total = clipped.sum(axis=0)
    return np.where(total > 0, clipped / np.where(total > 0, total, 1.0), 1.0 / len(mu))


def _picked(columns: Columns, value: Floats) -> tuple[Floats, Floats]:
    """The best column of every knot as 1, others 0, shape (n_columns, n); and the sum of their values."""
    picked = np.empty_like(value)
    top = np.zeros(value.shape[1])
    for block in columns.blocks:
        part = value[block.first : block.end].reshape(block.width, block.n_knots, -1)
        most = part.max(axis=0)
        np.equal(part, most, out=picked[block.first : block.end].reshape(part.shape))
        top += most.sum(axis=0)
    return picked, top


def _package_of(columns: Columns, value: Floats) -> Integers:
    return np.array([own[int(value[own].argmax())] for own in columns.columns_of])


def _losses(columns: Columns, aim: Aim, nodes: _Nodes, value: Floats, target: float) -> tuple[Floats, Floats]:
    """What each column costs against the best of its knot, shape (n_columns, n), and what may be lost."""
    loss = np.empty_like(value)
    for block in columns.blocks:
        part = value[block.first : block.end].reshape(block.width, block.n_knots, -1)
        np.subtract(part.max(axis=0), part, out=loss[block.first : block.end].reshape(part.shape))
    return loss, np.asarray(_excess(aim, nodes, target))


def _counts(columns: Columns, allowed: Booleans) -> Integers:
    """How many columns each knot is left with, knots in the order of the blocks, shape (n_knots, n)."""
    parts = [
        allowed[block.first : block.end].reshape(block.width, block.n_knots, -1).sum(axis=0)
        for block in columns.blocks
    ]
    return np.concatenate(parts)


def _split(
    columns: Columns, nodes: _Nodes, allowed: Booleans, counts: Integers, loss: Floats, excess: Floats
) -> _Nodes:
    """Children by the columns of one knot each; the most promising stand last."""
    chance = np.where(allowed, np.exp(-3.0 * np.where(allowed, loss, 0.0) / np.maximum(excess, 1e-300)), 0.0)
    parts = []
    for block in columns.blocks:
        share = chance[block.first : block.end].reshape(block.width, block.n_knots, -1)
        share = (share / share.sum(axis=0)).transpose(1, 0, 2)
        points = columns.points[block.first : block.end].reshape(block.width, block.n_knots, -1)
        points = points.transpose(1, 2, 0)
        spread = points**2 @ share - (points @ share) ** 2
        parts.append((spread * nodes.mu).sum(axis=1))
    differ = np.where(counts > 1, np.concatenate(parts), -1.0)
    knot = differ.argmax(axis=0)
    children = []
    at = 0
    for block in columns.blocks:
        here = np.flatnonzero((knot >= at) & (knot < at + block.n_knots))
        place = knot[here] - at
        at += block.n_knots
        if len(here) == 0:
            continue
        own = block.first + np.arange(block.width)[:, None] * block.n_knots + place
        option, row = np.nonzero(allowed[own, here])
        column, node = own[option, row], here[row]
        child = allowed[:, node]
        child[own[:, row], np.arange(len(node))] = False
        child[column, np.arange(len(node))] = True
        children.append(_Nodes(child, nodes.mu[:, node], nodes.largest[node] - loss[column, node]))
    found = _joined(children)
    left = np.concatenate([one.largest for one in children])
    order = np.argsort(left, kind="stable")
    return found.part(order)


def _written_out(
    columns: Columns, aim: Aim, nodes: _Nodes, allowed: Booleans, target: float
) -> tuple[Integers, float]:
    """Every package of some small nodes that scores at least the target: columns, shape (n, n_knots); and the steps."""
    value = np.where(allowed, columns.points @ nodes.mu, -np.inf)
    most = np.array([value[own].max(axis=0) for own in columns.columns_of])
    rest = np.concatenate([np.cumsum(most[::-1], axis=0)[::-1], np.zeros((1, len(nodes)))])
    low = (nodes.mu * aim.thresholds(nodes.mu, target)).sum(axis=0) - 1e-9 * (1.0 + np.abs(nodes.largest))
    node: Integers = np.arange(len(nodes))
    reached: Floats = columns.start @ nodes.mu
    came: list[tuple[Integers, Integers]] = []  # from which row, by which column: all that a row has to carry
    for knot, own in enumerate(columns.columns_of):
        row, option = np.nonzero(allowed[own][:, node].T)
        into, column = node[row], own[option]
        total = reached[row] + value[column, into]
        keep = total + rest[knot + 1][into] >= low[into]
        node, reached = into[keep], total[keep]
        came.append((row[keep], column[keep]))
    chosen = np.empty((len(node), columns.n_knots), int)
    gains = np.repeat(columns.start[None, :], len(node), axis=0)
    at: Integers = np.arange(len(node))
    for knot in reversed(range(columns.n_knots)):
        before, by = came[knot]
        chosen[:, knot] = by[at]
        gains += columns.points[chosen[:, knot]]
        at = before[at]
    return chosen[aim.score(gains) >= target], ROW * sum(len(row) for row, _ in came)
