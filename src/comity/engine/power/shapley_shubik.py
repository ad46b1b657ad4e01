"""Shapley-Shubik power: the chance to be the one who turns a growing coalition into a winning one.

Parties join in a random order, all orders alike; exactly one of them is pivotal, so the powers add up to 1.
Notation: n parties; swings[i][s] coalitions of s others for which party i is decisive.

Source: L. S. Shapley and M. Shubik, "A method for evaluating the distribution of power in a committee system",
American Political Science Review 48 (1954).
"""

from __future__ import annotations

from fractions import Fraction
from math import factorial

from comity.engine.power.counting import Tally


def shapley_shubik_power(tally: Tally) -> tuple[Fraction, ...]:
    """The share of orders in which each party is pivotal: sum over s of swings[s] s! (n - 1 - s)! / n!.

    tally: counted with mark 1 for every party, so that a coalition's mark is its size.

    >>> from comity.engine.power.counting import Diagram
    >>> from comity.engine.power.rules import Quota, Rule, thresholds
    >>> council = Rule(3, Quota((3, 2, 1), number=Fraction(4)))
    >>> [str(power) for power in shapley_shubik_power(Diagram(thresholds(council)).tally())]
    ['2/3', '1/6', '1/6']
    """
    n_parties = len(tally.swings)
    orders = [factorial(size) * factorial(n_parties - 1 - size) for size in range(n_parties)]
    every = factorial(n_parties)
    known: dict[tuple[int, ...], Fraction] = {}
    for swings in tally.swings:
        if swings not in known:
            weighted = sum(count * ways for count, ways in zip(swings, orders, strict=False))
            known[swings] = Fraction(weighted, every)
    return tuple(known[swings] for swings in tally.swings)
