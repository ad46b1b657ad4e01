"""Random nested rules, and the definitions themselves: every coalition listed, nothing clever."""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, permutations
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.engine.power.rules import AtLeast, Ballot, Base, Part, Quota, Rule, Veto

Booleans = npt.NDArray[np.bool_]


def random_part(dice: random.Random, n_parties: int, depth: int = 0) -> Part:
    """A part nested up to three deep: AND, OR, k of m, vetoes and quotas of several kinds of weights."""
    kind = dice.random()
    if depth < 3 and kind < 0.45:
        parts = tuple(random_part(dice, n_parties, depth + 1) for _ in range(dice.randint(2, 3)))
        return AtLeast(dice.randint(1, len(parts)), parts)
    if kind < 0.55:
        return Veto(tuple(dice.sample(range(n_parties), dice.randint(1, min(3, n_parties)))))
    weights = tuple(dice.randint(0, dice.choice([1, 3, 20, 1000])) for _ in range(n_parties))
    if not any(weights):
        weights = (1,) * n_parties
    base: Base = dice.choice(["all", "present", "voting"])
    if kind < 0.65:
        return Quota((1,) * n_parties, Fraction(1), Fraction(-dice.randint(0, n_parties - 1)), of=base)
    share = Fraction(dice.randint(1, 100), 100)
    return Quota(weights, share, strict=share < 1 and dice.random() < 0.3, of=base)


def random_rule(seed: int, most_parties: int) -> Rule:
    """A rule that somebody can pass: 1 to most_parties parties."""
    dice = random.Random(seed)
    while True:
        n_parties = dice.randint(1, most_parties)
        rule = Rule(n_parties, random_part(dice, n_parties))
        if rule.passes([Ballot.YES] * n_parties):
            return rule


@dataclass(frozen=True, eq=False)
class Listed:
    """All coalitions of a rule: members[s, i], and whether coalition s wins. Coalition s has the bits of s."""

    members: Booleans
    wins: Booleans


def listed(rule: Rule) -> Listed:
    """Every coalition asked by `Rule.passes` itself, one by one: yes from its members, no from all others."""
    n_parties = rule.n_parties
    members = (np.arange(2**n_parties)[:, None] >> np.arange(n_parties)) & 1 == 1
    return Listed(members, rule.wins(members))


def swings_by_size(every: Listed, party: int) -> list[int]:
    """Coalitions of others that lose alone and win with the party, by how many others there are."""
    n_parties = every.members.shape[1]
    number = np.arange(len(every.wins))
    swing = ~every.members[:, party] & ~every.wins & every.wins[number | (1 << party)]
    return [int(count) for count in np.bincount(every.members.sum(axis=1)[swing], minlength=n_parties + 1)]


def n_minimal(every: Listed) -> int:
    """Winning coalitions that lose without any one member."""
    number = np.arange(len(every.wins))
    minimal = every.wins.copy()
    for party in range(every.members.shape[1]):
        minimal &= ~(every.members[:, party] & every.wins[number & ~(1 << party)])
    return int(minimal.sum())


def pivots_by_orders(rule: Rule, orders: list[tuple[int, ...]]) -> list[Fraction]:
    """The share of the given orders of joining in which each party turns losing into winning."""
    counts = [0] * rule.n_parties
    for order in orders:
        joined = np.zeros(rule.n_parties, dtype=bool)
        for party in order:
            joined[party] = True
            if rule.wins(joined):
                counts[party] += 1
                break
    return [Fraction(count, len(orders)) for count in counts]


def orders_by_unions(union_of: list[int]) -> list[tuple[int, ...]]:
    """All orders in which the members of each union stand together."""
    n_parties = len(union_of)

    def together(order: tuple[int, ...]) -> bool:
        line: list[Any] = [union_of[party] for party in order]
        changes = sum(one != other for one, other in pairwise(line))
        return bool(changes + 1 == len(set(line)))

    return [order for order in permutations(range(n_parties)) if together(order)]
