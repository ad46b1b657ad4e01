"""Which package: Nash, Kalai-Smorodinsky, egalitarian (leximin) and utilitarian, over any list of candidates.

Notation: g_p >= 0 is party p's gain over no agreement; a_p the largest gain that any acceptable package gives p;
w_p its bargaining weight (mean 1). Scores are compared to nine digits, and among equals the package that was
submitted first (first options of the first issues) is taken among those that no equal dominates.

Sources: J. Nash, "The bargaining problem", Econometrica 18 (1950); E. Kalai and M. Smorodinsky, "Other solutions
to Nash's bargaining problem", Econometrica 43 (1975); W. Ogryczak, "On the lexicographic minimax approach to
location problems", Eur. J. Oper. Res. 100 (1997), for leximin.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from comity.engine.bargaining.frontier import pareto
from comity.engine.bargaining.space import Floats, Integers

TOLERANCE = 1e-9
Chooser = Callable[[Floats, Floats, Floats], Integers]


def nash(gains: Floats, ideal: Floats, weight: Floats) -> Integers:
    """Candidates with the largest product of gains: max sum_p w_p log g_p.

    gains: shape (n, n_parties), none negative. ideal: a, shape (n_parties,). Where no candidate gives everybody a
    gain, as many parties as possible gain, and the product is taken over them, of gains as shares of a_p, so that
    the units of points never matter. Returns the numbers of all best candidates that no best one dominates.

    >>> nash(np.array([[4.0, 1.0], [3.0, 3.0], [0.0, 4.0]]), np.array([4.0, 4.0]), np.ones(2)).tolist()
    [1]
    """
    share = shares_of_ideal(gains, ideal)
    gaining = share > TOLERANCE
    most = gaining.sum(axis=1)
    score = np.where(gaining, np.log(np.where(gaining, share, 1.0)), 0.0) @ weight
    score = np.where(most == most.max(initial=0), score, -np.inf)
    return _best(score >= score.max(initial=-np.inf) - TOLERANCE, gains)


def kalai_smorodinsky(gains: Floats, ideal: Floats, weight: Floats) -> Integers:
    """Candidates whose smallest share of the ideal gain is largest, then the second smallest, and so on.

    The share of p is g_p / (w_p a_p). On a convex set this is Kalai and Smorodinsky's point; packages are not
    convex, so equal shares may not exist, and the leximin completion keeps the choice on the frontier. A party
    that cannot gain from any acceptable package (a_p = 0) is left out of the comparison: it has 0 everywhere.
    """
    share = (shares_of_ideal(gains, ideal) / weight)[:, ideal > 0]
    return _best(leximin_best(share), gains)


def egalitarian(gains: Floats, ideal: Floats, weight: Floats) -> Integers:
    """Candidates whose smallest gain g_p / w_p is largest, then the second smallest, and so on (leximin)."""
    return _best(leximin_best(gains / weight), gains)


def utilitarian(gains: Floats, ideal: Floats, weight: Floats) -> Integers:
    """Candidates with the largest sum of gains, weighted: max sum_p w_p g_p."""
    total = gains @ weight
    slack = TOLERANCE * max(1e-300, float(np.abs(total).max(initial=0)))
    return _best(total >= total.max(initial=-np.inf) - slack, gains)


SOLUTIONS: Mapping[str, Chooser] = MappingProxyType(
    {"nash": nash, "ks": kalai_smorodinsky, "leximin": egalitarian, "sum": utilitarian}
)
"""Every solution by its short name; each maps (gains, ideal, weight) to the numbers of the best candidates."""
SCALE_FREE = frozenset({"nash", "ks"})
"""Solutions that do not change when a party multiplies all its points by a positive number."""


def shares_of_ideal(gains: Floats, ideal: Floats) -> Floats:
    """Gains as shares of the largest acceptable gain; 0 for a party that cannot gain."""
    shares: Floats = np.where(ideal > 0, gains / np.where(ideal > 0, ideal, 1.0), 0.0)
    return shares


def leximin_best(rows: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which rows are best when compared by their smallest entry, then the second smallest, and so on.

    >>> leximin_best(np.array([[2.0, 5.0], [3.0, 2.0], [5.0, 2.0]])).tolist()
    [True, False, True]
    """
    left = np.arange(len(rows))
    ordered = np.sort(rows, axis=1)
    slack = TOLERANCE * max(1e-300, float(np.abs(rows).max(initial=0)))
    for column in range(rows.shape[1]):
        entry = ordered[left, column]
        left = left[entry >= entry.max(initial=-np.inf) - slack]
    best = np.zeros(len(rows), bool)
    best[left] = True
    return best


def _best(tied: np.ndarray[tuple[int], np.dtype[np.bool_]], gains: Floats) -> Integers:
    numbers = np.flatnonzero(tied)
    return numbers[pareto(gains[numbers])]
