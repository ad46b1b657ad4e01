"""Power within blocs under one weighted quota with many parties and long weights, in doubles, with a bound.

Owen: the other unions are in with a chance t each, the other members of one's own with a chance s, and the chance to be
decisive is averaged over all t and s from 0 to 1. Banzhaf-Owen: both are one half. First the unions: for each, the
distribution of the others' weight over its window [q - W, q - 1], averaged over t; then, for its members, the same
within the union, beginning with that window. For u unions and m members the integrands are polynomials of degree
u - 1 and m - 1, so that Gauss-Legendre quadrature with half as many nodes is exact, but for rounding.

The quota T - q + 1 gives the same values; the shorter one is taken. Notation: q quota, T total, W a union's weight.

Source: as `unions`, where the same values are counted; the averages are G. Owen's multilinear extension.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.engine.power.large import N_THREADS, Products, Window, check_size, relative_bound

Floats = npt.NDArray[np.float64]
MOST_WORK = 4e10
"""Nodes times unions times the window's length above this (about a minute and a half) are refused."""


@dataclass(frozen=True, eq=False)
class LongUnionPower:
    """Owen and Banzhaf-Owen values of every party, shape (n,), and a bound on the largest relative error of any."""

    owen: Floats
    banzhaf_owen: Floats
    error: float


def long_union_power(weights: Sequence[int], quota: int, union_of: Sequence[int]) -> LongUnionPower:
    """Both values of every party. weights: whole numbers from 0; quota: 1 .. total; union_of: each party's union.

    Raises ValueError where it would take too long, and for a quota out of range or a wrong number of unions.

    >>> found = long_union_power([1, 1, 1], 2, [0, 0, 1])
    >>> found.owen.round(12).tolist(), found.banzhaf_owen.tolist()
    ([0.5, 0.5, 0.0], [0.5, 0.5, 0.0])
    """
    total = sum(weights)
    if len(union_of) != len(weights) or not 1 <= quota <= total:
        raise ValueError(
            f"{len(union_of)} unions of {len(weights)} parties, or a quota of {quota} of {total}"
        )
    quota = min(quota, total - quota + 1)
    check_size(len(weights), quota)
    members = {union: [i for i, own in enumerate(union_of) if own == union] for union in set(union_of)}
    sums = {union: sum(weights[i] for i in inside) for union, inside in members.items()}
    unions = sorted(sums, key=lambda union: (-sums[union], union))
    nodes, node_weights = _gauss_legendre(len(unions))
    if len(nodes) * len(unions) * quota > MOST_WORK:
        raise ValueError(f"{len(unions)} unions and a window of {quota:,} would take too long")
    coins = _windows([sums[union] for union in unions], quota, [0.5], [1.0])
    orders = _windows([sums[union] for union in unions], quota, nodes, node_weights)
    owen, banzhaf_owen = np.zeros(len(weights)), np.zeros(len(weights))
    for union, coin, order in zip(unions, coins, orders, strict=True):
        inside = sorted(members[union], key=lambda i: (-weights[i], i))
        own = [weights[i] for i in inside]
        banzhaf_owen[inside] = _within(own, quota, coin, [0.5], [1.0])
        owen[inside] = _within(own, quota, order, *_gauss_legendre(len(inside)))
    largest = max(len(inside) for inside in members.values())
    error = relative_bound(len(weights) + len(unions)) + _node_bound(len(unions)) + _node_bound(largest)
    return LongUnionPower(owen, banzhaf_owen, error)


def _gauss_legendre(n_factors: int) -> tuple[list[float], list[float]]:
    """Nodes and weights on 0 .. 1, exact for polynomials of a degree below n_factors."""
    nodes, node_weights = np.polynomial.legendre.leggauss(max((n_factors + 1) // 2, 1))
    return [float(x) for x in (nodes + 1) / 2], [float(w) for w in node_weights / 2]


def _node_bound(n_factors: int) -> float:
    """What nodes that are off by two units in the last place can change, relatively, in the integral of a polynomial of
    degree d that is nowhere negative: its slope is at most 2 d^2 times its largest value, by A. A. Markov's inequality,
    and that is at most (d + 1)^2 times its integral."""
    degree = n_factors - 1
    return float(2 * degree**2 * (degree + 1) ** 2 * 2.0**-52)


def _windows(
    sums: list[int], quota: int, chances: Sequence[float], node_weights: Sequence[float]
) -> list[Window]:
    """For each union the distribution of the others' weight over its window, averaged over the chances."""

    def at(chance: float) -> list[Floats]:
        tree = Products(np.array(sums, dtype=np.int64), quota, chance)
        start = tree.outermost()
        scale = tree.scale ** (len(sums) - 1)
        return [window.values * scale for _, window in tree.leaves(0, len(sums), start)]

    averaged: list[Floats] = []
    with ThreadPoolExecutor(N_THREADS) as pool:
        for first in range(
            0, len(chances), N_THREADS
        ):  # a few at a time: each is as long as all windows together
            some = slice(first, first + N_THREADS)
            for values, weight in zip(pool.map(at, chances[some]), node_weights[some], strict=True):
                if not averaged:
                    averaged = [np.zeros(len(one)) for one in values]
                for mean, one in zip(averaged, values, strict=True):
                    np.add(mean, weight * one, out=mean)
    lows = [max(0, quota - weight) for weight in sums]
    return [Window(low, values) for low, values in zip(lows, averaged, strict=True)]


def _within(
    own: list[int], quota: int, window: Window, chances: Sequence[float], node_weights: Sequence[float]
) -> Floats:
    """The chance of each member to be decisive, averaged over the chances of its fellows; own: weights, descending."""
    found = np.zeros(len(own))
    for chance, weight in zip(chances, node_weights, strict=True):
        tree = Products(np.array(own, dtype=np.int64), quota, chance)
        scale = weight * tree.scale ** (len(own) - 1)
        for member, inside in tree.leaves(0, len(own), window):
            found[member] += scale * inside.values.sum()
    return found
