"""Power when votes are not coin tosses, under one weighted quota with many parties and long weights, in doubles.

What `chances` walks party by party is here multiplied by divide and conquer, as in `large`, with a chance for each
party: only positive numbers are added and multiplied, so the bound of `large` on the relative error holds for every
chance to be decisive. First the tree parts bloc from bloc, then, within a bloc, member from member; so one tree says
what every party settles, and what every bloc settles that holds together.

The quota T - q + 1 with the chances of a no gives the same; the shorter one is taken. Notation: q quota, W a bloc's
weight, X the weight of all others, Y that of its members as they vote; R the chance that X + Y reaches q.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from comity.engine.power.large import N_THREADS, Floats, Products, Window, check_size, running_sums

MOST_WORK = 1e11
"""Decisions times parties times the window's length above this (some two minutes) are refused; blocs count thrice."""
Group = tuple[int, int]


@dataclass(frozen=True, eq=False)
class LongChances:
    """passing and decisive as in `chances.DecisionChances`. with_yes, with_no: the chance of each decision to pass if a
    bloc all says yes, and no; shape (n_blocs, n_decisions)."""

    passing: Floats
    decisive: Floats
    with_yes: Floats
    with_no: Floats


def long_decision_chances(
    weights: Sequence[int], quota: int, chance: Floats, blocs: Sequence[Sequence[int]] = ()
) -> LongChances:
    """How likely decisions pass, and who settles them. chance: of a yes, 0 .. 1, shape (n_decisions, n_parties).

    blocs: the parties of each, none in two. Raises ValueError where it would take too long, and for a quota or a shape
    out of range.

    >>> found = long_decision_chances([1, 1, 1], 2, np.array([[1.0, 0.0, 0.3]]), [[0, 1]])
    >>> found.decisive.round(12).tolist(), found.with_yes.tolist(), found.with_no.tolist()
    ([[0.3, 0.7, 1.0]], [[1.0]], [[0.0]])
    """
    total = sum(weights)
    if chance.ndim != 2 or chance.shape[1] != len(weights) or not 1 <= quota <= total:
        raise ValueError(f"chances of shape {chance.shape} for {len(weights)} parties and {quota} of {total}")
    shorter = min(quota, total - quota + 1)
    check_size(len(weights), shorter)
    if chance.size * shorter * (3 if blocs else 1) > MOST_WORK:
        raise ValueError(f"{len(chance)} decisions and a window of {shorter:,} would take too long")
    order, groups = _grouped(weights, blocs)
    line = np.asarray(weights, dtype=np.int64)[order]
    seen = (chance if shorter == quota else 1.0 - chance)[:, order]
    reached, united = np.zeros(len(chance)), np.zeros((2, len(blocs), len(chance)))
    decisive = np.zeros(chance.shape)

    def work(decision: int) -> None:
        tree = Products(line, shorter, seen[decision])
        reached[decision] = 1.0 - tree.below_quota()
        everybody = float(np.prod(tree.scales))
        for place, window in _parted(tree, groups, 0, len(groups), tree.outermost()):
            first, end = groups[place]
            if place < len(blocs):
                united[:, place, decision] = _united(tree, groups[place], window, reached[decision])
            for party, own in tree.leaves(first, end, window):
                decisive[decision, order[party]] = own.values.sum() * everybody / tree.scales[party]

    with ThreadPoolExecutor(N_THREADS) as pool:  # side by side, which changes no result
        list(pool.map(work, range(len(chance))))
    if shorter != quota:
        reached, united = 1.0 - reached, 1.0 - united[::-1]
    return LongChances(_clean(reached), decisive, *(_clean(one) for one in united))


def _grouped(weights: Sequence[int], blocs: Sequence[Sequence[int]]) -> tuple[list[int], list[Group]]:
    """The parties bloc by bloc, then those without one by one, each in descending order; and where each group is."""
    taken = {party for bloc in blocs for party in bloc}
    alone = sorted((i for i in range(len(weights)) if i not in taken), key=lambda i: (-weights[i], i))
    order: list[int] = []
    groups = []
    for group in (*blocs, *([party] for party in alone)):
        groups.append((len(order), len(order) + len(group)))
        order += sorted(group, key=lambda i: (-weights[i], i))
    return order, groups


def _parted(
    tree: Products, groups: list[Group], first: int, end: int, context: Window
) -> Iterator[tuple[int, Window]]:
    """Each group, and the distribution of all others' weight over its window."""
    if end - first == 1:
        yield first, context
        return
    middle = (first + end) // 2
    for inside, outside in (((first, middle), (middle, end)), ((middle, end), (first, middle))):
        within = (groups[inside[0]][0], groups[inside[1] - 1][1])
        without = (groups[outside[0]][0], groups[outside[1] - 1][1])
        weight_inside = int(tree.sums[within[1]] - tree.sums[within[0]])
        yield from _parted(tree, groups, *inside, tree.times(context, without, weight_inside))


def _united(tree: Products, group: Group, window: Window, reached: float) -> tuple[float, float]:
    """The chance that the quota is reached if all of a bloc are in, and if all are out.

    R = P(X >= q) + the sum over x of the window of P(X = x) P(Y >= q - x), which gives P(X >= q); the window's sum is
    what the whole bloc adds to it.
    """
    first, end = group
    inside = float(np.prod(tree.scales[first:end]))
    outside = float(np.prod(tree.scales[:first]) * np.prod(tree.scales[end:]))
    own = running_sums(tree.times(tree.outermost(), group, tree.quota).values) * inside
    needed = tree.quota - 1 - window.low - np.arange(len(window.values))
    below = own[np.minimum(needed, len(own) - 1)]
    swing = float(window.values.sum() * outside)
    out = reached - float((window.values * (1.0 - below)).sum() * outside)
    return out + swing, out


SMALLEST = 1e-13
"""A chance that is a difference of two others and lies below this, is rounding."""


def _clean(chances: Floats) -> Floats:
    """Chances that are differences, without what is rounding at 0 and at 1."""
    sure = np.where(chances > 1.0 - SMALLEST, 1.0, chances)
    return np.where(sure < SMALLEST, 0.0, sure)
