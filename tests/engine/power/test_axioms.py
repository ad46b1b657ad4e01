"""What every index owes to every rule: nothing to a dummy, the same to equals, more to the stronger."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from tests.engine.power.random_rules import listed, random_rule, swings_by_size

from comity.engine.power.banzhaf import banzhaf_power
from comity.engine.power.coleman import powers_to_initiate, powers_to_prevent
from comity.engine.power.counting import Diagram, Tally
from comity.engine.power.rules import Quota, Rule, thresholds
from comity.engine.power.shapley_shubik import shapley_shubik_power

Index = Callable[[Tally], tuple[Fraction, ...]]
INDICES: list[Index] = [banzhaf_power, shapley_shubik_power, powers_to_prevent, powers_to_initiate]


@pytest.mark.parametrize("index", INDICES)
@pytest.mark.parametrize("seed", range(15))
def test_axioms(index: Index, seed: int) -> None:
    rule = random_rule(seed, 8)
    powers = index(Diagram(thresholds(rule)).tally())
    every = listed(rule)
    swings = [swings_by_size(every, party) for party in range(rule.n_parties)]
    for party, power in enumerate(powers):
        assert 0 <= power <= 1
        assert (power == 0) == (not any(swings[party]))
        for other in range(party):
            if swings[other] == swings[party]:
                assert powers[other] == power


@pytest.mark.parametrize("index", INDICES)
def test_more_weight_is_never_less_power(index: Index) -> None:
    weights = (17, 13, 11, 7, 7, 5, 3, 2, 1, 1)
    for quota in range(1, sum(weights) + 1, 3):
        powers = index(Diagram(thresholds(Rule(10, Quota(weights, number=Fraction(quota))))).tally())
        assert list(powers) == sorted(powers, reverse=True)


@pytest.mark.parametrize("seed", range(15))
def test_shapley_shubik_powers_add_up_to_one(seed: int) -> None:
    assert sum(shapley_shubik_power(Diagram(thresholds(random_rule(seed, 12))).tally())) == 1
