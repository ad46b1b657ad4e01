"""Cases from the literature, and figures that other programs publish."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest

from comity.engine.power.banzhaf import banzhaf_power, shares
from comity.engine.power.coleman import power_to_act
from comity.engine.power.counting import Diagram, Tally
from comity.engine.power.rules import Quota, Rule, Veto, all_of, any_of, thresholds
from comity.engine.power.shapley_shubik import shapley_shubik_power

ELECTORS_1996 = (
    "54 33 32 25 23 22 21 18 15 14 13 13 12 12 11 11 11 11 10 10 9 9 8 8 8 8 8 8 7 7 7 6 6 5 5 5 5 4 4 4 4 4 4 "
    "3 3 3 3 3 3 3 3"
)


def counted(rule: Rule) -> Tally:
    return Diagram(thresholds(rule)).tally()


def weighted(quota: int, *weights: int) -> Rule:
    return Rule(len(weights), Quota(weights, number=Fraction(quota)))


def test_luxembourg_was_a_null_player_in_the_council_of_1958() -> None:
    """Its one vote of 17 could never matter (discussed in Games 9 (2018), article 29)."""
    tally = counted(weighted(12, 4, 4, 4, 2, 2, 1))
    assert [str(share) for share in shares(banzhaf_power(tally))] == ["5/21"] * 3 + ["1/7"] * 2 + ["0"]
    assert [str(power) for power in shapley_shubik_power(tally)] == ["7/30"] * 3 + ["3/20"] * 2 + ["0"]


def test_the_security_council() -> None:
    """An elected member is pivotal in 84 * 6! * 8! of 15! orders, 4/2145; and [39; 7 x 5, 1 x 10] is the same rule."""
    council = Rule(15, all_of(Quota((1,) * 15, number=Fraction(9)), Veto(tuple(range(5)))))
    tally = counted(council)
    assert shapley_shubik_power(tally)[14] == Fraction(4, 2145)
    assert shapley_shubik_power(tally)[0] == Fraction(421, 2145)
    assert sum(tally.swings[0]) == sum(comb(10, k) for k in range(4, 11)) == 848
    assert sum(tally.swings[14]) == comb(9, 3) == 84
    assert power_to_act(tally) == Fraction(848, 2**15)
    assert tally.n_minimal == comb(10, 4)
    as_weights = counted(weighted(39, *(7,) * 5, *(1,) * 10))
    assert (as_weights.winning, as_weights.swings) == (tally.winning, tally.swings)


def test_two_of_49_49_and_2_decide() -> None:
    """The small party has as much power as the large ones; A 4, B 3, C 3 likewise, and without C, B has none."""
    assert banzhaf_power(counted(weighted(51, 49, 49, 2))) == (Fraction(1, 2),) * 3
    assert banzhaf_power(counted(weighted(6, 4, 3, 3))) == (Fraction(1, 2),) * 3
    assert banzhaf_power(counted(weighted(4, 4, 3))) == (Fraction(1), Fraction(0))


def test_the_electoral_college_of_1996() -> None:
    """Figures to 14 decimals as the package power-bdd publishes them for its example from ORSJ, volume 43."""
    weights = tuple(int(word) for word in ELECTORS_1996.split())
    tally = counted(weighted(270, *weights))
    banzhaf, shapley = banzhaf_power(tally), shapley_shubik_power(tally)
    assert float(banzhaf[0]) == pytest.approx(0.4664541346829614, abs=1e-14)
    assert float(banzhaf[1]) == pytest.approx(0.25958612004997317, abs=1e-14)
    assert float(banzhaf[50]) == pytest.approx(0.0228538034563881, abs=1e-14)
    assert float(shapley[0]) == pytest.approx(0.10812540951779513, abs=1e-14)
    assert float(shapley[50]) == pytest.approx(0.005405549637386588, abs=1e-14)
    assert sum(shapley) == 1


def test_the_federal_system_of_the_united_states() -> None:
    """President, Vice President, 100 senators, 435 representatives: three ways to pass; figures of power-bdd."""
    n = 537

    def house(number: int) -> Quota:
        return Quota((0,) * 102 + (1,) * 435, number=Fraction(number))

    def senate(number: int) -> Quota:
        return Quota((0,) * 2 + (1,) * 100 + (0,) * 435, number=Fraction(number))

    president, vice = Veto((0,), needs_yes=True), Veto((1,), needs_yes=True)
    rule = Rule(
        n,
        any_of(
            all_of(house(218), senate(51), president),
            all_of(house(218), senate(50), vice, president),
            all_of(house(290), senate(67)),
        ),
    )
    banzhaf = banzhaf_power(counted(rule))
    assert float(banzhaf[0]) == pytest.approx(0.25, abs=1e-12)
    assert float(banzhaf[1]) == pytest.approx(0.019897309346794692, abs=1e-14)
    assert float(banzhaf[2]) == pytest.approx(0.01989730934679494, abs=1e-14)
    assert float(banzhaf[536]) == pytest.approx(0.009569407217589256, abs=1e-14)


def test_the_blocking_minority_clause_changes_the_council_of_the_union() -> None:
    """27 members whose populations are drawn: with the clause, exactly the coalitions of 24 or more are added."""
    population = tuple(1 + (7919 * k * k) % 5000 for k in range(27))
    members, people = Quota((1,) * 27, Fraction(55, 100)), Quota(population, Fraction(65, 100))
    without = counted(Rule(27, all_of(members, people)))
    clause = any_of(people, Quota((1,) * 27, Fraction(1), Fraction(-3)))
    with_clause = counted(Rule(27, all_of(members, clause)))
    assert with_clause.winning[:24] == without.winning[:24]
    assert with_clause.winning[24:] == tuple(comb(27, size) for size in range(24, 28))
    assert sum(shapley_shubik_power(with_clause)) == 1
