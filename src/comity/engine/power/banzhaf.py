"""Banzhaf power: how often a party is decisive when every party says yes or no by a fair coin.

Notation: n parties, eta[i] swings of party i (coalitions of others that lose without it and win with it).

Source: L. S. Penrose, "The elementary statistics of majority voting", Journal of the Royal Statistical Society
109 (1946); J. F. Banzhaf, "Weighted voting doesn't work: a mathematical analysis", Rutgers Law Review 19 (1965).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from comity.engine.power.counting import Tally


def banzhaf_power(tally: Tally) -> tuple[Fraction, ...]:
    """The chance of each party to be decisive: swings divided by 2^(n - 1). 0 for a dummy, 1 for a dictator.

    >>> from comity.engine.power.counting import Diagram
    >>> from comity.engine.power.rules import Quota, Rule, thresholds
    >>> council = Rule(3, Quota((3, 2, 1), number=Fraction(4)))
    >>> [str(power) for power in banzhaf_power(Diagram(thresholds(council)).tally())]
    ['3/4', '1/4', '1/4']
    """
    everything = 2 ** (len(tally.swings) - 1)
    return tuple(Fraction(sum(swings), everything) for swings in tally.swings)


def shares(powers: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Powers divided by their sum: the normalised index. All 0 where nobody is ever decisive.

    >>> [str(share) for share in shares((Fraction(3, 4), Fraction(1, 4), Fraction(1, 4)))]
    ['3/5', '1/5', '1/5']
    """
    total = sum(powers, start=Fraction(0))
    return tuple(power / total if total else Fraction(0) for power in powers)
