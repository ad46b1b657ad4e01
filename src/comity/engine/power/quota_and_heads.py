"""A weighted quota and a number of parties, both to be reached: in doubles, with bounds, for weights too long to count.

An amendment of the World Bank's Articles needs three fifths of the members and 85 % of all votes. Such a rule is seen
from the other side: a division passes when those that say no are C parties at most and weigh B at most. F[c][b] is
the number of sets of c parties that weigh b at most; one table holds them all, made by adding one party after the
other.

A party of weight w is taken out of the table by the series f[c][b] = F[c][b] - F[c - 1][b - w] + F[c - 2][b - 2 w]
- ..., which ends, for both c and b fall. It is decisive for a set of c other noes that weigh B at most and that either
are C already or weigh more than B - w. Every sum has a bound on its rounding, from the size of its terms.

Notation: n parties, T total, q quota, k parties needed; B = T - q, C = n - k.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
import numpy.typing as npt

from comity.engine.power.large import MOST_PARTIES, relative_bound, running_sums

Floats = npt.NDArray[np.float64]
MOST_CELLS = 90_000_000
"""Longer tables (0.7 gigabytes) are refused."""
LARGEST_ERROR = 1e-6
"""Numbers that rounding could change by more than this share of themselves are refused."""


@dataclass(frozen=True, eq=False)
class QuotaAndHeads:
    """What such a rule gives each party. decisive: chance to be decisive among fair coins, pivotal: in a random order;
    both of shape (n,). decisive_error, pivotal_error: bounds on the largest relative error of any of them that is not
    0. n_winning, n_minimal: coalitions that pass, and those of them that fail without any one member.
    """

    decisive: Floats
    pivotal: Floats
    decisive_error: float
    pivotal_error: float
    n_winning: float
    n_minimal: float


def quota_and_heads(weights: Sequence[int], quota: int, heads: int) -> QuotaAndHeads:
    """Every number of the rule that asks for both. weights: whole numbers from 0, shape (n,); quota: 1 .. total;
    heads: 1 .. n. Raises ValueError where the table would be too large, a need is out of range, or rounding counts.

    >>> both = quota_and_heads([3, 1, 1, 1], 4, 3)
    >>> both.decisive.tolist(), both.n_winning, both.n_minimal
    ([0.5, 0.25, 0.25, 0.25], 4.0, 3.0)
    """
    n, total = len(weights), sum(weights)
    if not (1 <= quota <= total and 1 <= heads <= n):
        raise ValueError(f"{quota} of {total} and {heads} of {n} parties is out of range")
    most_weight, most_heads = total - quota, n - heads
    if n > MOST_PARTIES or (most_weight + 1) * (most_heads + 1) > MOST_CELLS:
        raise ValueError(
            f"{most_heads + 1} numbers of parties times {most_weight + 1:,} weights is more than {MOST_CELLS:,}"
        )
    table, n_minimal = _noes(sorted(weights, reverse=True), most_weight, most_heads)
    for row in table:
        row[:] = running_sums(row)
    passing = table[:, most_weight]
    orders = np.array([1 / (n * comb(n - 1, c)) for c in range(most_heads + 1)])
    coins = np.full(most_heads + 1, 0.5 ** (n - 1))
    by_weight = {weight: _swings(table, weight) for weight in set(weights)}
    found = np.array([[by_weight[w][0] @ how for w in weights] for how in (coins, orders)])
    bound = relative_bound(n) + (most_heads + 1) * 2.0**-53
    errors = bound * np.array([[by_weight[w][1] @ how for w in weights] for how in (coins, orders)])
    found[found <= errors] = 0.0
    worst = np.max(np.divide(errors, found, out=np.zeros_like(found), where=found > 0), axis=1)
    if worst.max() > LARGEST_ERROR:
        raise ValueError(f"rounding could change its numbers by {worst.max():.1g} of themselves")
    return QuotaAndHeads(
        found[0],
        found[1],
        float(worst[0]),
        float(worst[1]),
        float(passing.sum()),
        n_minimal + float(passing[-1]),
    )


def _noes(descending: list[int], most_weight: int, most_heads: int) -> tuple[Floats, float]:
    """How many sets of c parties weigh x, for c and x up to what a division that passes allows; and how many of those
    of fewer than C parties leave out a minimal coalition: the lightest party outside would make them too heavy.

    Of such a set, all parties lighter than that lightest one are in it: it is found when that party's turn comes, among
    the sets of heavier ones. Row c is empty below the weight of the c lightest so far.
    """
    table = np.zeros((most_heads + 1, most_weight + 1))
    table[0, 0] = 1.0
    lighter, n_minimal = sum(descending), 0.0
    for turn, weight in enumerate(descending):
        lighter -= weight
        n_lighter = len(descending) - turn - 1
        room = most_weight - lighter
        if n_lighter < most_heads and room >= 0:
            n_minimal += float(table[: most_heads - n_lighter, max(room - weight + 1, 0) : room + 1].sum())
        lightest = np.cumsum([0, *reversed(descending[:turn])])
        for c in range(min(turn + 1, most_heads), 0, -1):
            low = int(lightest[c - 1])
            if low + weight <= most_weight:
                table[c, low + weight :] += table[c - 1, low : most_weight + 1 - weight]
    return table, n_minimal


def _swings(table: Floats, weight: int) -> tuple[Floats, Floats]:
    """For each number c of other noes, how many sets of them a party of this weight decides, and the size of the terms
    that were added and subtracted. table: sets of c parties that weigh b at most."""
    n_rows, n_columns = table.shape
    if weight >= n_columns:
        return table[:, -1].copy(), table[:, -1].copy()
    depth = n_rows if weight == 0 else min(n_rows, (n_columns - 1) // weight + 1)
    swings, sizes = np.zeros(n_rows), np.zeros(n_rows)
    for step in range(depth):
        term = np.zeros(n_rows)
        term[step:] = table[: n_rows - step, n_columns - 1 - step * weight]
        below = n_columns - 1 - (step + 1) * weight
        if below >= 0:
            less = np.zeros(n_rows)
            less[step:-1] = table[: n_rows - 1 - step, below]
            swings += (-1) ** step * (term - less)
            sizes += term + less
        else:
            swings += (-1) ** step * term
            sizes += term
    return swings, sizes
