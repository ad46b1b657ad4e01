"""Long weighted quotas in doubles against exact counts: within the stated bounds."""

from __future__ import annotations

import random
from fractions import Fraction
from math import comb

import numpy as np
import pytest

from comity.engine.power import large
from comity.engine.power.banzhaf import banzhaf_power
from comity.engine.power.coleman import power_to_act
from comity.engine.power.counting import Diagram, Tally
from comity.engine.power.large import (
    averaged_decisive,
    decisive,
    minimal_winning,
    passing_chance,
    relative_bound,
)
from comity.engine.power.rules import Quota, Rule, thresholds
from comity.engine.power.shapley_shubik import shapley_shubik_power


def counted(weights: list[int], quota: int) -> Tally:
    return Diagram(thresholds(Rule(len(weights), Quota(tuple(weights), number=Fraction(quota))))).tally()


def exact_swings(weights: list[int], quota: int) -> list[int]:
    """Swings by exact long division of one generating polynomial, packed into a single Python integer."""
    width = len(weights) + 1
    packed = 1
    for weight in weights:
        packed += packed << (weight * width)
    found = []
    for weight in weights:
        rest, step = packed, weight * width
        # divided by 1 + x^w: times (1 - x^w)(1 + x^2w)(1 + x^4w) ... up to the quota
        rest -= rest << step
        while step * 2 <= quota * width:
            step *= 2
            rest += rest << step
        window = (rest & ((1 << (quota * width)) - 1)) >> (max(quota - weight, 0) * width)
        mask = (1 << width) - 1
        total = 0
        while window:
            total += window & mask
            window >>= width
        found.append(total)
    return found


def exact_pivots(weights: list[int], quota: int) -> dict[int, float]:
    """Shapley-Shubik power by weight: the same long division with a second variable that counts members."""
    n = len(weights)
    cell, row = n + 1, (n + 1) * (n + 1)
    packed = 1
    for weight in weights:
        packed += packed << (weight * row + cell)
    found = {}
    for weight in set(weights):
        rest, step = packed, weight * row + cell
        rest -= rest << step
        while step <= quota * row:
            step *= 2
            rest += rest << step
        window = (rest & ((1 << (quota * row)) - 1)) >> (max(quota - weight, 0) * row)
        by_size = 0
        while window:
            by_size += window & ((1 << row) - 1)
            window >>= row
        counts = [(by_size >> (size * cell)) & ((1 << cell) - 1) for size in range(n)]
        found[weight] = float(
            sum(Fraction(count, n * comb(n - 1, size)) for size, count in enumerate(counts))
        )
    return found


@pytest.mark.parametrize("share", [0.7, 0.85])
def test_shapley_shubik_of_190_members_against_exact_integers(share: float) -> None:
    """A total of about 700: pivots counted in whole numbers of 190 bits, within the stated error of 1e-6 or less."""
    dice = random.Random(7)
    weights = [max(1, round(dice.lognormvariate(0, 1.6))) for _ in range(190)]
    quota = -(-int(share * 1000) * sum(weights) // 1000)
    exact = exact_pivots(weights, quota)
    average = averaged_decisive(weights, quota)
    assert average.power == pytest.approx([exact[weight] for weight in weights], rel=average.error, abs=0)
    assert average.error < 1e-6


@pytest.mark.parametrize("seed", range(40))
def test_small_games_within_the_bound(seed: int) -> None:
    dice = random.Random(seed)
    weights = [dice.randint(0, dice.choice([3, 50, 5000])) for _ in range(dice.randint(1, 12))] + [1]
    quota = dice.randint(1, sum(weights))
    tally = counted(weights, quota)
    exact = np.array([float(power) for power in banzhaf_power(tally)])
    assert decisive(weights, quota) == pytest.approx(exact, rel=relative_bound(len(weights)), abs=0)
    assert passing_chance(weights, quota) == pytest.approx(float(power_to_act(tally)), rel=1e-12)
    assert minimal_winning(weights, quota) == tally.n_minimal
    average = averaged_decisive(weights, quota)
    pivotal = np.array([float(power) for power in shapley_shubik_power(tally)])
    assert average.error < 1e-6
    assert average.power == pytest.approx(pivotal, rel=max(average.error, 1e-13), abs=0)


@pytest.mark.parametrize("chance", [0.05, 0.3, 0.5, 0.77, 0.99])
def test_every_chance_of_a_yes(chance: float) -> None:
    weights, quota = [40, 31, 22, 13, 9, 9, 4, 1, 0], 70
    exact = [
        sum(count * chance**s * (1 - chance) ** (8 - s) for s, count in enumerate(swings))
        for swings in counted(weights, quota).swings
    ]
    assert decisive(weights, quota, chance) == pytest.approx(exact, rel=1e-12, abs=0)


@pytest.mark.parametrize("share", [0.7, 0.85])
def test_190_members_against_exact_integers(share: float) -> None:
    """A total of 2,000: swings counted in whole numbers of 190 bits, all within the stated bound."""
    dice = random.Random(7)
    weights = [max(1, round(dice.lognormvariate(0, 1.6) * 3)) for _ in range(190)]
    quota = -(-int(share * 1000) * sum(weights) // 1000)
    exact = np.array([swings / 2**189 for swings in exact_swings(weights, quota)])
    assert np.max(np.abs(decisive(weights, quota) / exact - 1)) < relative_bound(190) < 1e-9


def test_longer_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights around the block length go through every branch of the multiplication."""
    dice = random.Random(3)
    weights = [dice.randint(1, 400) for _ in range(30)]
    before = decisive(weights, 3000, 0.4), decisive(weights, 3000, 0.7)
    monkeypatch.setattr(large, "SHORT_STEP", 20)
    monkeypatch.setattr(large, "BLOCK", 64)
    assert decisive(weights, 3000, 0.4) == pytest.approx(before[0], rel=1e-13, abs=0)
    assert decisive(weights, 3000, 0.7) == pytest.approx(before[1], rel=1e-13, abs=0)


def test_shapley_shubik_of_fifty_long_weights_within_its_stated_error() -> None:
    dice = random.Random(11)
    weights = sorted((dice.randint(1, 1200) for _ in range(50)), reverse=True)
    quota = sum(weights) * 7 // 10
    pivotal = np.array([float(power) for power in shapley_shubik_power(counted(weights, quota))])
    average = averaged_decisive(weights, quota)
    assert np.max(np.abs(average.power / pivotal - 1)) <= average.error < 1e-6
    assert abs(average.missing) < 1e-12


def test_a_dummy_stays_exactly_zero() -> None:
    assert decisive([4, 4, 4, 2, 2, 1], 12)[5] == 0
    assert averaged_decisive([4, 4, 4, 2, 2, 1], 12).power[5] == 0


@pytest.mark.parametrize("quota", [0, 8])
def test_a_quota_out_of_range_is_refused(quota: int) -> None:
    for method in (decisive, averaged_decisive):
        with pytest.raises(ValueError, match=r"outside 1 \.\. 7"):
            method([4, 2, 1], quota)


def test_too_many_parties_and_too_long_windows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"901 parties are more than 900"):
        decisive([1] * 901, 500)
    monkeypatch.setattr(large, "LONGEST", 10)
    with pytest.raises(ValueError, match=r"longer than 10"):
        averaged_decisive([30, 20, 20], 36)
