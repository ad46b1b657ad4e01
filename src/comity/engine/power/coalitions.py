"""Which coalitions matter: the least that win, the least that block, who is never needed and who always is.

A winning coalition is minimal if it loses without any one of its members. A coalition blocks if all others
together lose; the smallest blocking coalitions are the fewest parties that can stop everything.

Source: A. D. Taylor and W. S. Zwicker, "Simple Games" (1999), for the words.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np

from comity.engine.power.counting import Diagram, Tally
from comity.engine.power.rules import Integers, Thresholds

MOST_ENUMERATED = 26
"""Up to so many parties all coalitions are listed where the parties are in no one order."""


@dataclass(frozen=True)
class Coalitions:
    """What wins with the fewest, what blocks with the fewest; parties by number.

    n_minimal: minimal winning coalitions; None where they could not be counted (more than 26 parties whom the
    parts of the rule put in different orders). smallest_winning, smallest_blocking: how many parties.
    n_smallest_winning, n_smallest_blocking: how many such coalitions; examples: some of them, the weightiest
    parties first; of parties that are alike the first stand for all.
    """

    n_minimal: int | None
    smallest_winning: int
    n_smallest_winning: int
    winning_examples: tuple[tuple[int, ...], ...]
    smallest_blocking: int
    n_smallest_blocking: int
    blocking_examples: tuple[tuple[int, ...], ...]


def coalitions(form: Thresholds, diagram: Diagram, tally: Tally, n_examples: int = 3) -> Coalitions:
    """The coalitions that matter, from a rule's diagram (marks 1) and its tally.

    Raises ValueError for a rule that nobody can pass.
    """
    n_parties = diagram.n_parties
    if not sum(tally.winning):
        raise ValueError("nobody can pass this rule")
    least = next(size for size, count in enumerate(tally.winning) if count)
    most_losing = max(size for size in range(n_parties) if tally.winning[size] < comb(n_parties, size))
    losing = diagram.examples(most_losing, n_examples, winning=False)
    everybody = frozenset(range(n_parties))
    n_minimal = tally.n_minimal
    if n_minimal is None and n_parties <= MOST_ENUMERATED:
        n_minimal = minimal_by_listing(form)
    return Coalitions(
        n_minimal,
        least,
        tally.winning[least],
        diagram.examples(least, n_examples, winning=True),
        n_parties - most_losing,
        comb(n_parties, most_losing) - tally.winning[most_losing],
        tuple(tuple(sorted(everybody.difference(rest))) for rest in losing),
    )


def minimal_by_listing(form: Thresholds) -> int:
    """Minimal winning coalitions, counted by listing all 2^n coalitions.

    >>> from fractions import Fraction
    >>> from comity.engine.power.rules import Quota, Rule, thresholds
    >>> minimal_by_listing(thresholds(Rule(3, Quota((3, 2, 1), number=Fraction(4)))))
    2
    """
    n_parties = form.weights.shape[1]
    n_low = min(n_parties, 16)
    low, high = _all_sums(form.weights[:, :n_low]), _all_sums(form.weights[:, n_low:])
    wins = np.concatenate([form.decided(low + rest) for rest in high])
    minimal = wins.copy()
    for party in range(n_parties):
        pairs = wins.reshape(-1, 2, 2**party)
        minimal.reshape(-1, 2, 2**party)[:, 1] &= ~pairs[:, 0]
    return int(minimal.sum())


def _all_sums(weights: Integers) -> Integers:
    """The yes weights of every coalition of these parties, shape (2^n, n_lines); coalition s has the bits of s."""
    sums: Integers = np.zeros((1, len(weights)), dtype=np.int64)
    for party in range(weights.shape[1]):
        sums = np.concatenate([sums, sums + weights[:, party]])
    return sums


def dummies(tally: Tally) -> tuple[int, ...]:
    """Parties that no coalition ever needs."""
    return tuple(party for party, swings in enumerate(tally.swings) if not any(swings))


def vetoes(tally: Tally) -> tuple[int, ...]:
    """Parties without whom nothing passes: every winning coalition contains them and needs them."""
    winning = sum(tally.winning)
    return tuple(party for party, swings in enumerate(tally.swings) if winning and sum(swings) == winning)
