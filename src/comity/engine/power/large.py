"""One weighted quota with many parties and long weights: chances of being decisive, in doubles, with bounds.

A party of weight w is decisive when the yes weight of the others lies in [q - w, q - 1]. If each party says yes
with chance t, independently, that weight's distribution is a product of two-point distributions.

`decisive` multiplies everything but the party by divide and conquer. A node of the tree holds some parties and
the distribution of all the others; a child multiplies its sibling's parties in. For parties that weigh W
together only the window [q - W, q - 1] can matter, so windows shrink as the tree grows and the whole costs
about twice one product. Only positive numbers are added and multiplied: with n parties every result is within
(3 n + 600) * 2^-53 of the truth, relatively (`relative_bound`).

Notation: q quota, T total, c[x] the distribution of the parties outside a node, covering x from `low` on.
The quota T - q + 1 gives the same decisive chances with t and 1 - t exchanged; the shorter one is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
LONGEST = 60_000_000
"""Windows longer than this (half a gigabyte) are refused."""
MOST_PARTIES = 900
"""Unscaled products of so many parties stay below the largest double."""


def relative_bound(n_parties: int) -> float:
    """The largest relative error of `decisive`: every step rounds at most three times, a sum at most 600 times.

    Long sums are made in rows of 128 (`numpy` does so itself), four levels deep up to `LONGEST`.
    """
    return float((3 * n_parties + 600) * 2.0**-53)


def decisive(weights: Sequence[int], quota: int, chance: float = 0.5) -> Floats:
    """For each party, how likely it is that the others alone fall short and with it they do not.

    weights: whole numbers from 0, shape (n,); quota: 1 .. total; chance: of a yes, 0 < chance < 1, the same
    for all, independently. Returns shape (n,). Raises ValueError where the window or the number of parties
    is too large, or the quota out of range.

    >>> decisive([3, 2, 1], 4).tolist()
    [0.75, 0.25, 0.25]
    """
    total = sum(weights)
    if not 1 <= quota <= total:
        raise ValueError(f"the quota {quota} is outside 1 .. {total}")
    if total - quota + 1 < quota:
        quota, chance = total - quota + 1, 1.0 - chance
    check_size(len(weights), quota)
    order = np.argsort(-np.asarray(weights, dtype=np.int64), kind="stable")
    found = np.zeros(len(weights))
    tree = Products(np.asarray(weights, dtype=np.int64)[order], quota, chance)
    found[order] = tree.decisive()
    return found


def passing_chance(weights: Sequence[int], quota: int) -> float:
    """How likely the yes weight is to reach the quota when all toss fair coins: Coleman's power to act.

    >>> passing_chance([3, 2, 1], 4)
    0.375
    """
    total = sum(weights)
    shorter = min(quota, total - quota + 1)
    check_size(len(weights), shorter)
    order = np.sort(np.asarray(weights, dtype=np.int64))[::-1]
    tree = Products(order, shorter, 0.5)
    below = tree.below_quota()
    return below if shorter < quota else 1.0 - below


def minimal_winning(weights: Sequence[int], quota: int) -> float:
    """How many coalitions reach the quota and fall short without any one member, within `relative_bound`.

    A coalition is minimal if it falls short without its lightest member: with the parties in descending order, party
    k is the last of as many as there are coalitions of those before it that weigh q - w .. q - 1. Weights of 0 are in
    none. Raises ValueError where the window or the number of parties is too large.

    >>> minimal_winning([3, 2, 1], 4)
    2.0
    """
    total = sum(weights)
    if not 1 <= quota <= total:
        raise ValueError(f"the quota {quota} is outside 1 .. {total}")
    check_size(len(weights), quota)
    counts = np.zeros(quota)
    counts[0] = 1.0
    end, left, found = 1, total, 0.0
    for weight in sorted((weight for weight in weights if weight > 0), reverse=True):
        found += float(counts[max(quota - weight, 0) : end].sum())
        left -= weight
        end = min(quota, end + weight)
        low = max(weight, quota - left - weight)
        for after in range(end, low, -min(weight, BLOCK)):
            first = max(after - min(weight, BLOCK), low)
            counts[first:after] += counts[first - weight : after - weight]
    return found


@dataclass(frozen=True, eq=False)
class Averaged:
    """Chances of being decisive, averaged over every chance of a yes from 0 to 1.

    power: shape (n,). error: a bound on the largest relative error of any of them: the change when the nodes of
    the quadrature were doubled last (the error left is far smaller), and the bound on rounding, added up.
    rounding: the latter alone. missing: 1 less the sum, which is 0 in truth. n_nodes: chances of a yes at which
    the whole was computed.
    """

    power: Floats
    error: float
    rounding: float
    missing: float
    n_nodes: int


def averaged_decisive(weights: Sequence[int], quota: int, tolerance: float = 3e-7) -> Averaged:
    """The Shapley-Shubik power of one weighted quota: `decisive` integrated over the chance of a yes.

    The integrand is a polynomial in the chance; it is integrated by Clenshaw-Curtis quadrature over the chances
    at which anybody could be decisive at all (Chernoff's bound leaves out less than 1e-13), with the
    nodes doubled until no party's power changes by more than `tolerance`, relatively, or 225 are used. At
    one chance t <= 1/2 a party is taken out of the product of all by the alternating series
    G(x) = (F(x) - r F(x - w) + r^2 F(x - 2 w) - ...) / (1 - t) with r = t / (1 - t) (for t > 1/2 by duality);
    where its rounding could matter, the light parties concerned go through `decisive`'s tree.

    weights, quota: as in `decisive`. Raises ValueError as it does.

    Source: the integral is G. Owen's multilinear extension, "Multilinear extensions of games", Management
    Science 18 (1972).
    """
    total = sum(weights)
    if not 1 <= quota <= total:
        raise ValueError(f"the quota {quota} is outside 1 .. {total}")
    by_tree = np.zeros(len(weights), dtype=bool)
    found = _integrated(weights, quota, tolerance, by_tree)
    by_tree = found.errors > tolerance * found.power
    if by_tree.any():
        found = _integrated(weights, quota, tolerance, by_tree)
    rounding = float(np.max(found.errors / np.where(found.power > 0, found.power, 1.0)))
    return Averaged(
        found.power, found.change + rounding, rounding, float(1.0 - found.power.sum()), found.n_nodes
    )


@dataclass(frozen=True, eq=False)
class _Integral:
    power: Floats
    errors: Floats
    change: float
    n_nodes: int


def _integrated(
    weights: Sequence[int], quota: int, tolerance: float, by_tree: npt.NDArray[np.bool_]
) -> _Integral:
    """The quadrature, nodes doubled until the largest relative change is within the tolerance."""
    low, high = _live_chances(weights, quota)
    known: dict[float, Floats] = {}
    before: Floats | None = None
    found: Floats = np.zeros((2, len(weights)))
    change, size = np.inf, 28
    while size <= 224:
        nodes, node_weights = _clenshaw_curtis(size)
        new = [node for node in nodes if node not in known]
        with ThreadPoolExecutor(N_THREADS) as pool:
            chances = [low + (high - low) * (node + 1) / 2 for node in new]
            known.update(
                zip(new, pool.map(lambda t: _at_chance(weights, quota, t, by_tree), chances), strict=True)
            )
        table = np.array([known[node] for node in nodes])
        found = np.tensordot(np.array(node_weights), table, axes=1) * ((high - low) / 2)
        if before is not None:
            change = float(np.max(np.abs(found[0] - before) / np.where(found[0] > 0, found[0], 1.0)))
            if change <= tolerance:
                break
        before, size = found[0], size * 2
    return _Integral(found[0], found[1], change, len(known))


N_THREADS = 2
"""Chances computed side by side; each by itself, so their number changes no result."""
SERIES_ERROR = 3e-8
"""A party whose series could be wrong by more than this share of its power or of its weight, takes the tree."""


def _live_chances(weights: Sequence[int], quota: int) -> tuple[float, float]:
    """Chances of a yes outside which nobody is decisive with a probability above `NEGLIGIBLE`.

    To be decisive needs a yes weight of at least q less the heaviest weight; and, seen from the other side, a no
    weight of at least T - q + 1 less the heaviest.
    """
    line = np.asarray(weights, dtype=float)
    low = _least_chance(line, quota - line.max())
    return low, 1.0 - _least_chance(line, line.sum() - quota + 1 - line.max())


NEGLIGIBLE = 1e-13


def _least_chance(weights: Floats, target: float) -> float:
    """A chance of a yes below which the yes weight reaches the target less often than `NEGLIGIBLE` (Chernoff)."""
    if target <= 0:
        return 0.0
    tilts = np.geomspace(1e-2, 1e3, 60)[:, None] / weights.sum()
    factors = np.expm1(np.minimum(tilts * weights, 700.0))
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        exponents = np.log1p(middle * factors).sum(axis=1) - tilts[:, 0] * target
        low, high = (middle, high) if exponents.min() < np.log(NEGLIGIBLE) else (low, middle)
    return low


def _clenshaw_curtis(size: int) -> tuple[list[float], list[float]]:
    """Nodes and weights on -1 .. 1, size + 1 of them (size even); those of size are among those of 2 size."""
    nodes = [float(np.cos(np.pi * (2 * k) / (2 * size))) if 2 * k != size else 0.0 for k in range(size + 1)]
    angles = np.pi * np.arange(size + 1) / size
    orders = np.arange(1, size // 2 + 1)
    factors = np.where(orders == size // 2, 1.0, 2.0) / (4.0 * orders**2 - 1.0)
    inner = 1.0 - np.cos(2.0 * np.outer(angles, orders)) @ factors
    node_weights = inner * 2.0 / size
    node_weights[[0, -1]] /= 2.0
    return nodes, [float(w) for w in node_weights]


def _at_chance(weights: Sequence[int], quota: int, chance: float, by_tree: npt.NDArray[np.bool_]) -> Floats:
    """Decisive chances at one chance of a yes, 0 and 1 included, and their rounding bounds: shape (2, n)."""
    total = sum(weights)
    line = np.asarray(weights, dtype=np.int64)
    if chance <= 0.0 or chance >= 1.0:
        sure = line >= quota if chance <= 0.0 else (line > total - quota)
        return np.stack([sure.astype(float), np.zeros(len(line))])
    if chance > 0.5:
        quota, chance = total - quota + 1, 1.0 - chance
    check_size(len(weights), quota)
    order = np.argsort(-line, kind="stable")
    found = np.zeros((2, len(weights)))
    found[:, order] = Products(line[order], quota, chance).decisive_by_series(by_tree[order])
    return found


def check_size(n_parties: int, quota: int) -> None:
    if n_parties > MOST_PARTIES:
        raise ValueError(f"{n_parties} parties are more than {MOST_PARTIES}")
    if quota > LONGEST:
        raise ValueError(f"a quota of {quota} is longer than {LONGEST}")


@dataclass(frozen=True, eq=False)
class Window:
    """The distribution `values` of some parties' yes weight from `low` on; zero beyond its end."""

    low: int
    values: Floats


class Products:
    """The tree of one rule: weights in descending order. Its numbers times the scales of those outside are chances.

    scale: that of all parties where their chances are the same, scales: each one's own.
    """

    def __init__(self, weights: npt.NDArray[np.int64], quota: int, chance: float | Floats) -> None:
        """chance: of a yes, the same for all, or one for each party."""
        n_parties = len(weights)
        chances = [chance] * n_parties if isinstance(chance, float) else [float(own) for own in chance]
        self.weights = [int(w) for w in weights]
        self.quota = quota
        self.steps = [(1.0, p / (1.0 - p)) if p <= 0.5 else ((1.0 - p) / p, 1.0) for p in chances]
        self.scales = [max(p, 1.0 - p) for p in chances]
        self.odds = min(self.steps[0]) if n_parties else 1.0
        self.scale = self.scales[0] if n_parties else 1.0
        self.found = np.zeros(n_parties)
        self.sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(weights)])

    def decisive(self) -> Floats:
        if len(self.weights):
            self._node(0, len(self.weights), self.outermost())
        return self.found * self.scale ** (len(self.weights) - 1)

    def outermost(self) -> Window:
        """Nobody's weight: what stands outside all parties."""
        return Window(0, np.ones(1))

    def below_quota(self) -> float:
        """The chance that the yes weight of all stays below the quota."""
        n_parties = len(self.weights)
        everybody = self.times(self.outermost(), (0, n_parties), self.quota)
        return min(float(everybody.values.sum() * np.prod(self.scales)), 1.0)

    def decisive_by_series(self, by_tree: npt.NDArray[np.bool_]) -> Floats:
        """Decisive chances and their rounding bounds, shape (2, n): the series, or the tree for the light ones."""
        n_parties = len(self.weights)
        everybody = self.times(Window(0, np.ones(1)), (0, n_parties), self.quota)
        cumulative = running_sums(everybody.values)
        scale = self.scale ** (n_parties - 1)
        bound = relative_bound(n_parties)
        series = np.array([self._series(cumulative, weight) for weight in self.weights]) * scale
        errors = 2 * bound * series[:, 1]
        fair = SERIES_ERROR * np.maximum(series[:, 0], np.array(self.weights) / max(int(self.sums[-1]), 1))
        self.found = series[:, 0] / scale
        doubtful = (errors > fair) | by_tree
        unsure = int(np.argmax(doubtful)) if doubtful.any() else n_parties
        if unsure < n_parties:
            inside = int(self.sums[-1] - self.sums[unsure])
            self._node(unsure, n_parties, self.times(Window(0, np.ones(1)), (0, unsure), inside))
            errors[unsure:] = bound * self.found[unsure:] * scale
        return np.stack([self.found * scale, errors])

    def _series(self, cumulative: Floats, weight: int) -> tuple[float, float]:
        """The series of one party, in the scale of the tree, and the sum of its terms without their signs."""
        if weight == 0:
            return 0.0, 0.0
        n_terms = (self.quota - 1) // weight + 1
        if self.odds < 1.0:
            n_terms = min(n_terms, int(-45.0 / np.log(self.odds)) + 2)
        at = self.quota - 1 - weight * np.arange(n_terms, dtype=np.int64)
        sizes = cumulative[np.minimum(at, len(cumulative) - 1)]
        sizes[1:] *= (1.0 + self.odds) * self.odds ** np.arange(n_terms - 1)
        return float(sizes[::2].sum() - sizes[1::2].sum()), float(sizes.sum())

    def leaves(self, first: int, end: int, context: Window) -> Iterator[tuple[int, Window]]:
        """Each party from first to end, and the distribution of all others' weight over its window [q - w, q - 1].

        context: the distribution of those outside, over the window of all those inside. In the scale of the tree.
        """
        if end - first == 1:
            low = max(0, self.quota - self.weights[first])
            yield first, Window(low, context.values[low - context.low : self.quota - context.low])
            return
        middle = self._middle(first, end)
        for inside, outside in (((first, middle), (middle, end)), ((middle, end), (first, middle))):
            weight_inside = int(self.sums[inside[1]] - self.sums[inside[0]])
            yield from self.leaves(*inside, self.times(context, outside, weight_inside))

    def _node(self, first: int, end: int, context: Window) -> None:
        for party, window in self.leaves(first, end, context):
            self.found[party] = window.values.sum()

    def _middle(self, first: int, end: int) -> int:
        return (first + end) // 2

    def times(self, part: Window, outside: tuple[int, int], weight_inside: int) -> Window:
        """The part times the parties outside, the lightest first; only what the parties inside can need.

        new[x] = stay * old[x] + move * old[x - weight], in one array, from its end down.
        """
        left = int(self.sums[outside[1]] - self.sums[outside[0]])
        base, end = part.low, part.low + len(part.values)
        values = np.zeros(min(self.quota, end + left) - base)
        values[: len(part.values)] = part.values
        low = base
        for party in reversed(range(*outside)):
            weight = self.weights[party]
            left -= weight
            end = min(self.quota, end + weight)
            low = max(base, self.quota - weight_inside - left)
            self._step(values, party, max(low - base, 0), end - base)
        low = max(base, self.quota - weight_inside)
        return Window(low, values[low - base : max(end, low) - base])

    def _step(self, values: Floats, party: int, low: int, end: int) -> None:
        """Multiply one party into values[low:end]; what is below `low` is never asked for again."""
        weight, (stay, move) = self.weights[party], self.steps[party]
        if move == 0.0:
            return
        if weight == 0:
            values[low:end] *= stay + move
            return
        stop = max(low, min(weight, end))
        if weight < SHORT_STEP:
            moved = values[stop - weight : end - weight] * move
            values[low:end] *= stay
            values[stop:end] += moved
            return
        block = min(weight, BLOCK)
        for after in range(end, stop, -block):
            first = max(after - block, stop)
            target, source = values[first:after], values[first - weight : after - weight]
            if stay != 1.0:
                target *= stay
            target += source if move == 1.0 else source * move
        if stay != 1.0:
            values[low:stop] *= stay


BLOCK = 65_536
"""So many numbers at a time stay in the processor's cache."""
SHORT_STEP = 2_048
"""Lighter parties are multiplied in at once, through a copy: short blocks cost more than they save."""


ROW = 128
"""Running sums start afresh so often, so that their rounding grows with the logarithm of their length."""


def running_sums(values: Floats) -> Floats:
    """Sums of values[: x + 1] for every x: within rows, then, by the same way, of the rows before."""
    if len(values) <= ROW:
        return np.cumsum(values)
    rows = -(-len(values) // ROW)
    padded = np.zeros(rows * ROW)
    padded[: len(values)] = values
    table = padded.reshape(rows, ROW)
    np.cumsum(table, axis=1, out=table)
    table[1:] += running_sums(table[:-1, -1].copy())[:, None]
    return table.reshape(-1)[: len(values)]
