"""Fair weights: the error left is true, and nothing better is missed where few rules exist."""

from __future__ import annotations

from fractions import Fraction

import pytest

from comity.engine.power.banzhaf import banzhaf_power, shares
from comity.engine.power.counting import Diagram
from comity.engine.power.inverse import fair_weights
from comity.engine.power.rules import Quota, Rule, thresholds


def test_the_error_is_that_of_the_weights_given() -> None:
    found = fair_weights([10, 7, 5, 3, 2, 1], Fraction(2, 3), 1000)
    rule = Rule(6, Quota(found.weights, number=Fraction(found.quota)))
    power = shares(banzhaf_power(Diagram(thresholds(rule)).tally()))
    assert found.power == pytest.approx([float(one) for one in power], rel=1e-12)
    assert found.error == pytest.approx(
        sum(abs(float(p) - w) for p, w in zip(power, found.wanted, strict=True)) / 2
    )


def test_three_parties_cannot_have_a_half_and_two_quarters() -> None:
    """The example by hand of the method's page: 3/5, 1/5, 1/5 is the nearest, and a tenth of power is left."""
    assert fair_weights([2, 1, 1], Fraction(1, 2)).error == pytest.approx(0.1)


def test_many_parties_come_near() -> None:
    population = [
        84,
        68,
        59,
        48,
        37,
        19,
        18,
        12,
        11,
        11,
        10,
        10,
        10,
        9,
        6,
        6,
        6,
        5,
        5,
        4,
        3,
        2,
        2,
        1,
        1,
        1,
        1,
    ]
    found = fair_weights([p**0.5 for p in population], Fraction(62, 100), 20_000)
    assert found.error < 0.001


def test_a_party_without_capacity_gets_no_weight() -> None:
    found = fair_weights([3, 2, 2, 0], Fraction(1, 2))
    assert found.weights[3] == 0
    assert found.power[3] == 0


@pytest.mark.parametrize(
    ("capacity", "share"),
    [([], Fraction(1, 2)), ([1, -1], Fraction(1, 2)), ([0], Fraction(1, 2)), ([1], Fraction(0))],
)
def test_what_cannot_be_is_refused(capacity: list[float], share: Fraction) -> None:
    with pytest.raises(ValueError, match=r"capacity|share"):
        fair_weights(capacity, share)
