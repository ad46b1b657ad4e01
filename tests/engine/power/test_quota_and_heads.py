"""A weighted quota and a number of parties: against counting, against every coalition, and against whole numbers."""

from __future__ import annotations

import random
from fractions import Fraction
from math import comb

import numpy as np
import pytest

from comity.engine.power import quota_and_heads as room
from comity.engine.power.banzhaf import banzhaf_power
from comity.engine.power.counting import Diagram
from comity.engine.power.quota_and_heads import quota_and_heads
from comity.engine.power.rules import AtLeast, Quota, Rule, thresholds
from comity.engine.power.shapley_shubik import shapley_shubik_power


def minimal(weights: list[int], quota: int, heads: int) -> int:
    """Minimal winning coalitions by their definition."""
    n = len(weights)

    def passes(members: int) -> bool:
        held = sum(weights[i] for i in range(n) if members >> i & 1)
        return held >= quota and members.bit_count() >= heads

    return sum(
        passes(members) and not any(members >> i & 1 and passes(members ^ 1 << i) for i in range(n))
        for members in range(2**n)
    )


@pytest.mark.parametrize("seed", range(60))
def test_small_games_as_they_are_counted(seed: int) -> None:
    dice = random.Random(seed)
    n = dice.randint(1, 10)
    weights = [dice.randint(0, dice.choice([2, 9, 300])) for _ in range(n)]
    weights[0] += 1
    quota, heads = dice.randint(1, sum(weights)), dice.randint(1, n)
    parts = (Quota(tuple(weights), number=Fraction(quota)), Quota((1,) * n, number=Fraction(heads)))
    tally = Diagram(thresholds(Rule(n, AtLeast(2, parts)))).tally()
    both = quota_and_heads(weights, quota, heads)
    assert both.decisive == pytest.approx([float(x) for x in banzhaf_power(tally)], rel=1e-12, abs=0)
    assert both.pivotal == pytest.approx([float(x) for x in shapley_shubik_power(tally)], rel=1e-12, abs=0)
    assert both.n_winning == sum(tally.winning)
    assert both.n_minimal == minimal(weights, quota, heads)


@pytest.mark.parametrize("heads", [80, 114])
def test_190_members_against_whole_numbers(heads: int) -> None:
    """Swings by their definition: everybody but the party in a table of Python integers."""
    dice = random.Random(11)
    n = 190
    weights = [max(1, round(dice.lognormvariate(0, 1.4))) for _ in range(n)]
    total = sum(weights)
    quota = -(-85 * total // 100)
    both = quota_and_heads(weights, quota, heads)
    for weight in sorted(set(weights))[:3]:
        place = weights.index(weight)
        table = np.zeros((n - heads + 1, total - quota + 1), dtype=object)
        table[0, 0] = 1
        for other in weights[:place] + weights[place + 1 :]:
            if other <= total - quota:
                table[1:, other:] += table[:-1, : total - quota + 1 - other].copy()
        swings = [
            int(row.sum()) - (int(row[: max(total - quota + 1 - weight, 0)].sum()) if c < n - heads else 0)
            for c, row in enumerate(table)
        ]
        decisive = Fraction(sum(swings), 2 ** (n - 1))
        pivotal = sum(Fraction(count, n * comb(n - 1, c)) for c, count in enumerate(swings))
        assert both.decisive[place] == pytest.approx(float(decisive), rel=both.decisive_error, abs=0)
        assert both.pivotal[place] == pytest.approx(float(pivotal), rel=both.pivotal_error, abs=0)
    assert both.pivotal.sum() == pytest.approx(1, rel=1e-9)
    assert max(both.decisive_error, both.pivotal_error) < 1e-9


def test_what_is_too_large_or_out_of_range_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"7 of 6 and 2 of 3 parties is out of range"):
        quota_and_heads([3, 2, 1], 7, 2)
    with pytest.raises(ValueError, match=r"more than 90,000,000"):
        quota_and_heads([10**8, 10**8, 1], 10**8, 2)
    monkeypatch.setattr(room, "LARGEST_ERROR", 1e-20)
    with pytest.raises(ValueError, match=r"rounding could change its numbers"):
        quota_and_heads([3, 2, 1], 4, 2)
