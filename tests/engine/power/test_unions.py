"""Owen's and Banzhaf-Owen's values against their definitions: all orders, all coalitions."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
from tests.engine.power.random_rules import orders_by_unions, pivots_by_orders, random_rule

from comity.engine.power.banzhaf import banzhaf_power
from comity.engine.power.counting import Diagram
from comity.engine.power.rules import Rule, thresholds
from comity.engine.power.shapley_shubik import shapley_shubik_power
from comity.engine.power.unions import union_power


def banzhaf_owen_by_listing(rule: Rule, union_of: list[int], party: int) -> Fraction:
    """The party's swings over all settings of its own union's other members and of the other unions as wholes."""
    own = [i for i in range(rule.n_parties) if union_of[i] == union_of[party] and i != party]
    others = sorted(set(union_of) - {union_of[party]})
    swings = 0
    for setting in range(2 ** (len(own) + len(others))):
        yes = np.zeros(rule.n_parties, dtype=bool)
        for bit, member in enumerate(own):
            yes[member] = setting >> bit & 1
        for bit, union in enumerate(others):
            yes[[i for i in range(rule.n_parties) if union_of[i] == union]] = setting >> (len(own) + bit) & 1
        with_party = yes.copy()
        with_party[party] = True
        swings += bool(rule.wins(with_party)) and not bool(rule.wins(yes))
    return Fraction(swings, 2 ** (len(own) + len(others)))


@pytest.mark.parametrize("seed", range(25))
def test_both_values_equal_their_definitions(seed: int) -> None:
    rule, dice = random_rule(seed, 6), random.Random(seed)
    union_of = [dice.randint(0, 2) for _ in range(rule.n_parties)]
    found = union_power(thresholds(rule), union_of)
    assert list(found.owen) == pivots_by_orders(rule, orders_by_unions(union_of))
    assert list(found.banzhaf_owen) == [
        banzhaf_owen_by_listing(rule, union_of, party) for party in range(rule.n_parties)
    ]


@pytest.mark.parametrize("seed", range(10))
def test_unions_of_one_and_the_union_of_all_change_nothing(seed: int) -> None:
    rule = random_rule(seed, 8)
    tally = Diagram(thresholds(rule)).tally()
    for union_of in (list(range(rule.n_parties)), [0] * rule.n_parties):
        found = union_power(thresholds(rule), union_of)
        assert found.owen == shapley_shubik_power(tally)
        assert found.banzhaf_owen == banzhaf_power(tally)


def test_every_party_needs_a_union() -> None:
    with pytest.raises(ValueError, match="need a union each"):
        union_power(thresholds(random_rule(1, 4)), [])
