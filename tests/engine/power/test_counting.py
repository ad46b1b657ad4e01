"""Counting by layers equals listing every coalition, for 500 random nested rules of up to 14 parties."""

from __future__ import annotations

from fractions import Fraction
from math import comb, factorial

import numpy as np
import pytest
from tests.engine.power.random_rules import listed, n_minimal, random_rule, swings_by_size

from comity.engine.power import counting
from comity.engine.power.banzhaf import banzhaf_power
from comity.engine.power.coalitions import coalitions, dummies, minimal_by_listing, vetoes
from comity.engine.power.coleman import power_to_act, powers_to_initiate, powers_to_prevent
from comity.engine.power.counting import Diagram, TooManyStates
from comity.engine.power.rules import Quota, Rule, thresholds
from comity.engine.power.shapley_shubik import shapley_shubik_power


@pytest.mark.parametrize("block", range(20))
def test_every_index_equals_its_definition_exactly(block: int) -> None:
    """25 rules a block; one in five has up to 14 parties, the others up to 10."""
    for seed in range(25 * block, 25 * block + 25):
        rule = random_rule(seed, 14 if seed % 5 == 0 else 10)
        every, form = listed(rule), thresholds(rule)
        diagram = Diagram(form)
        tally = diagram.tally()
        n, wins = rule.n_parties, int(every.wins.sum())
        swings = [swings_by_size(every, party) for party in range(n)]
        sizes = np.bincount(every.members.sum(axis=1)[every.wins], minlength=n + 1).tolist()
        assert list(tally.winning) == sizes
        assert [list(one) for one in tally.swings] == swings
        assert banzhaf_power(tally) == tuple(Fraction(sum(one), 2 ** (n - 1)) for one in swings)
        assert shapley_shubik_power(tally) == tuple(
            sum(
                (Fraction(one[s] * factorial(s) * factorial(n - 1 - s), factorial(n)) for s in range(n)),
                start=Fraction(0),
            )
            for one in swings
        )
        assert power_to_act(tally) == Fraction(wins, 2**n)
        assert powers_to_prevent(tally) == tuple(Fraction(sum(one), wins) for one in swings)
        assert powers_to_initiate(tally) == tuple(Fraction(sum(one), 2**n - wins) for one in swings)
        assert dummies(tally) == tuple(i for i in range(n) if not any(swings[i]))
        assert vetoes(tally) == tuple(i for i in range(n) if every.members[every.wins, i].all())
        assert tally.n_minimal in (None, n_minimal(every))
        _check_coalitions(rule, diagram)


def _check_coalitions(rule: Rule, diagram: Diagram) -> None:
    every, form, n = listed(rule), thresholds(rule), rule.n_parties
    found = coalitions(form, diagram, diagram.tally())
    size = every.members.sum(axis=1)
    blocks = ~every.wins[::-1]  # a coalition blocks if all others lose; reversed numbers are complements
    assert found.n_minimal == n_minimal(every) == minimal_by_listing(form)
    assert found.smallest_winning == size[every.wins].min()
    assert found.n_smallest_winning == (size[every.wins] == found.smallest_winning).sum()
    assert found.smallest_blocking == size[blocks].min()
    assert found.n_smallest_blocking == (size[blocks] == found.smallest_blocking).sum()
    for example in found.winning_examples:
        assert len(example) == found.smallest_winning
        assert rule.wins([i in example for i in range(n)])
    for example in found.blocking_examples:
        assert len(example) == found.smallest_blocking
        assert not rule.wins([i not in example for i in range(n)])
    assert found.winning_examples
    assert found.blocking_examples


def test_beyond_doubles_counts_stay_exact() -> None:
    """193 equal parties, more than half: each decides C(192, 96) of 2^192 divisions of the others."""
    tally = Diagram(thresholds(Rule(193, Quota((1,) * 193, Fraction(1, 2), strict=True)))).tally()
    assert banzhaf_power(tally)[0] == Fraction(comb(192, 96), 2**192)
    assert shapley_shubik_power(tally)[192] == Fraction(1, 193)
    assert tally.n_minimal == comb(193, 97)


def test_the_number_type_does_not_change_a_count(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = [random_rule(seed, 9) for seed in range(30)]
    in_doubles = [Diagram(thresholds(rule)).tally() for rule in rules]
    monkeypatch.setattr(counting, "EXACT_IN_DOUBLES", 0)
    for rule, before in zip(rules, in_doubles, strict=True):
        assert Diagram(thresholds(rule)).tally() == before


def test_unlisted_sums_do_not_change_a_count(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = [random_rule(seed, 9) for seed in range(30)]
    listed_sums = [Diagram(thresholds(rule)).tally() for rule in rules]
    monkeypatch.setattr(counting, "MOST_SUMS", 2)
    for rule, before in zip(rules, listed_sums, strict=True):
        assert Diagram(thresholds(rule)).tally() == before


def test_too_many_states_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_STATES", 3)
    with pytest.raises(TooManyStates, match=r"states in one layer"):
        Diagram(thresholds(Rule(9, Quota((91, 83, 71, 67, 53, 47, 31, 29, 23), number=Fraction(250)))))
