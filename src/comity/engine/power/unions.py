"""Power within blocs: Owen's and Banzhaf-Owen's values, for parties that act through unions.

Each union first settles its own line. For a party of union K the others of K are free, and every other union is
all in or all out. Owen: unions and then the members of K join in random order. Banzhaf-Owen: every other union
and every other member of K tosses a fair coin.
Notation: u unions, m members of K; swings[h][s] of party i: h other unions and s other members are in.

Source: G. Owen, "Values of games with a priori unions", in R. Henn and O. Moeschlin (eds.), Mathematical
Economics and Game Theory (1977), and "Modification of the Banzhaf-Coleman index for games with a priori
unions", in M. J. Holler (ed.), Power, Voting and Voting Power (1981).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb

import numpy as np

from comity.engine.power.counting import Diagram
from comity.engine.power.rules import Thresholds


@dataclass(frozen=True)
class UnionPower:
    """Of every party: its Owen value (they add up to 1) and its Banzhaf-Owen value (they do not)."""

    owen: tuple[Fraction, ...]
    banzhaf_owen: tuple[Fraction, ...]


def union_power(form: Thresholds, union_of: Sequence[int]) -> UnionPower:
    """Both values of every party. union_of: the number of each party's union, shape (n_parties,).

    A party alone in its union is a union of one. Raises TooManyStates as `Diagram` does, ValueError for a
    wrong number of unions given.

    >>> from comity.engine.power.rules import Quota, Rule, thresholds
    >>> majority = thresholds(Rule(3, Quota((1, 1, 1), number=Fraction(2))))
    >>> [str(value) for value in union_power(majority, [0, 0, 1]).owen]
    ['1/2', '1/2', '0']
    """
    n_parties = form.weights.shape[1]
    if len(union_of) != n_parties:
        raise ValueError(f"{n_parties} parties need a union each, not {len(union_of)}")
    owen, banzhaf_owen = [Fraction(0)] * n_parties, [Fraction(0)] * n_parties
    unions = sorted(set(union_of))
    for union in unions:
        members = [party for party in range(n_parties) if union_of[party] == union]
        others = [
            [party for party in range(n_parties) if union_of[party] == other]
            for other in unions
            if other != union
        ]
        for member, swings in zip(members, _swings(form, members, others), strict=True):
            owen[member], banzhaf_owen[member] = _values(swings, len(unions), len(members))
    return UnionPower(tuple(owen), tuple(banzhaf_owen))


def _swings(form: Thresholds, members: list[int], others: list[list[int]]) -> list[tuple[int, ...]]:
    """For each member its swings by mark h (m + 1) + s: the game of the members and the other unions whole."""
    columns = [form.weights[:, member] for member in members]
    columns += [form.weights[:, other].sum(axis=1) for other in others]
    game = Thresholds(np.stack(columns, axis=1), form.tree)
    marks = [1] * len(members) + [len(members) + 1] * len(others)
    tally = Diagram(game, marks).tally()
    return list(tally.swings[: len(members)])


def _values(swings: tuple[int, ...], n_unions: int, n_members: int) -> tuple[Fraction, Fraction]:
    owen = Fraction(0)
    for mark, count in enumerate(swings):
        h, s = divmod(mark, n_members + 1)
        if count:
            orders = n_unions * comb(n_unions - 1, h) * n_members * comb(n_members - 1, s)
            owen += Fraction(count, orders)
    return owen, Fraction(sum(swings), 2 ** (n_unions - 1) * 2 ** (n_members - 1))
