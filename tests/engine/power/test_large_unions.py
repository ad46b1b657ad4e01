"""Long weighted quotas within blocs, in doubles, against exact counts: within the stated bound."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from comity.engine.power import large_unions as room
from comity.engine.power.counting import Diagram
from comity.engine.power.large_unions import long_union_power
from comity.engine.power.rules import Quota, Rule, thresholds
from comity.engine.power.shapley_shubik import shapley_shubik_power
from comity.engine.power.unions import union_power


def check(weights: list[int], quota: int, union_of: list[int]) -> float:
    """Compare with counting; returns the bound."""
    form = thresholds(Rule(len(weights), Quota(tuple(weights), number=Fraction(quota))))
    exact = union_power(form, union_of)
    found = long_union_power(weights, quota, union_of)
    assert found.owen == pytest.approx([float(x) for x in exact.owen], rel=found.error, abs=0)
    assert found.banzhaf_owen == pytest.approx([float(x) for x in exact.banzhaf_owen], rel=found.error, abs=0)
    return found.error


@pytest.mark.parametrize("seed", range(60))
def test_small_games_within_the_bound(seed: int) -> None:
    dice = random.Random(seed)
    weights = [dice.randint(0, dice.choice([3, 50, 5000])) for _ in range(dice.randint(1, 11))] + [1]
    union_of = [dice.randint(0, dice.choice([0, 2, 12])) for _ in weights]
    assert check(weights, dice.randint(1, sum(weights)), union_of) < 1e-10


@pytest.mark.parametrize("share", [0.5, 0.7, 0.85])
def test_190_members_in_24_blocs(share: float) -> None:
    """A total of about 700, which can be counted: blocs of one to a good dozen members."""
    dice = random.Random(3)
    weights = [max(1, round(dice.lognormvariate(0, 1.6))) for _ in range(190)]
    union_of = [0, 1, 2] + [3 + int(21 * dice.random() ** 1.2) for _ in range(187)]
    assert check(weights, int(share * sum(weights)) + 1, union_of) < 1e-9


def test_everybody_alone_is_shapley_shubik() -> None:
    dice = random.Random(5)
    weights = [max(1, round(dice.lognormvariate(1, 1.6))) for _ in range(60)]
    quota = sum(weights) * 3 // 5
    exact = shapley_shubik_power(
        Diagram(thresholds(Rule(60, Quota(tuple(weights), number=Fraction(quota))))).tally()
    )
    found = long_union_power(weights, quota, list(range(60)))
    assert found.owen == pytest.approx([float(x) for x in exact], rel=found.error, abs=0)
    assert found.owen.sum() == pytest.approx(1, rel=1e-12)


def test_what_takes_too_long_or_is_out_of_range_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"2 unions of 3 parties"):
        long_union_power([3, 2, 1], 4, [0, 0])
    monkeypatch.setattr(room, "MOST_WORK", 1)
    with pytest.raises(ValueError, match=r"2 unions and a window of 3 would take too long"):
        long_union_power([3, 2, 1], 4, [0, 0, 1])
