"""Chances of passing and of settling a decision, against the sum over all coalitions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from tests.engine.power.random_rules import listed, random_rule

from comity.engine.power.banzhaf import banzhaf_power
from comity.engine.power.chances import decision_chances
from comity.engine.power.counting import Diagram
from comity.engine.power.rules import Quota, Rule, thresholds


@pytest.mark.parametrize("seed", range(40))
def test_chances_equal_their_definition(seed: int) -> None:
    rule = random_rule(seed, 8)
    every = listed(rule)
    chance = np.random.default_rng(seed).random((3, rule.n_parties)).round(1)
    found = decision_chances(thresholds(rule), chance)
    number = np.arange(len(every.wins))
    for decision, yes in enumerate(chance):
        likely = np.where(every.members, yes, 1 - yes)
        assert found.passing[decision] == pytest.approx(likely.prod(axis=1)[every.wins].sum())
        for party in range(rule.n_parties):
            others = np.delete(likely, party, axis=1).prod(axis=1)
            swing = ~every.members[:, party] & ~every.wins & every.wins[number | (1 << party)]
            assert found.decisive[decision, party] == pytest.approx(others[swing].sum(), abs=1e-15)


def test_fair_coins_give_banzhaf_power() -> None:
    form = thresholds(Rule(12, Quota((9, 8, 7, 6, 5, 5, 4, 3, 2, 2, 1, 1), Fraction(62, 100))))
    found = decision_chances(form, np.full((70, 12), 0.5))
    exact = [float(power) for power in banzhaf_power(Diagram(form).tally())]
    assert found.decisive[69] == pytest.approx(exact)
    assert found.passing.shape == (70,)


def test_what_is_no_chance_is_refused() -> None:
    form = thresholds(Rule(2, Quota((1, 1), number=Fraction(2))))
    with pytest.raises(ValueError, match="chances of 2 parties"):
        decision_chances(form, np.zeros((1, 3)))
    with pytest.raises(ValueError, match=r"0 \.\. 1"):
        decision_chances(form, np.array([[0.2, 1.2]]))
    assert decision_chances(form, np.zeros((0, 2))).decisive.shape == (0, 2)
