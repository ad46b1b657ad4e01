"""Coalitions that matter: what was left out of the counting tests."""

from __future__ import annotations

from fractions import Fraction

import pytest

from comity.engine.power.coalitions import coalitions, minimal_by_listing
from comity.engine.power.counting import Diagram
from comity.engine.power.rules import Quota, Rule, all_of, thresholds


def test_a_rule_that_nobody_can_pass_has_no_coalitions() -> None:
    form = thresholds(Rule(3, Quota((1, 1, 1), number=Fraction(4))))
    diagram = Diagram(form)
    with pytest.raises(ValueError, match="nobody can pass"):
        coalitions(form, diagram, diagram.tally())


def test_parties_in_two_orders_are_listed_in_blocks() -> None:
    """17 parties need more than one block of the list; two orders of one another's reverse."""
    weights = tuple(range(1, 18))
    form = thresholds(
        Rule(17, all_of(Quota(weights, Fraction(1, 2)), Quota(tuple(reversed(weights)), Fraction(1, 2))))
    )
    diagram = Diagram(form)
    tally = diagram.tally()
    assert tally.n_minimal is None
    assert coalitions(form, diagram, tally).n_minimal == minimal_by_listing(form) > 0


def test_one_order_counts_as_listing_does() -> None:
    form = thresholds(Rule(18, Quota(tuple(range(3, 21)), Fraction(62, 100))))
    assert Diagram(form).tally().n_minimal == minimal_by_listing(form)
