"""Chances party by party under a long quota, in doubles, against walking and against the definition of `large`."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from comity.engine.power import large_chances as room
from comity.engine.power.chances import decision_chances
from comity.engine.power.large import decisive, passing_chance
from comity.engine.power.large_chances import long_decision_chances
from comity.engine.power.rules import Quota, Rule, thresholds


@pytest.mark.parametrize("seed", range(40))
def test_the_same_as_walked_party_by_party(seed: int) -> None:
    dice = random.Random(seed)
    n = dice.randint(1, 12)
    weights = [dice.randint(0, dice.choice([3, 50, 5000])) for _ in range(n)] + [1]
    quota = dice.randint(1, sum(weights))
    chance = np.array([[dice.choice([0.0, 1.0, 0.5, dice.random()]) for _ in weights] for _ in range(3)])
    form = thresholds(Rule(n + 1, Quota(tuple(weights), number=Fraction(quota))))
    walked = decision_chances(form, chance)
    inside = [[i for i in range(n + 1) if i % 4 == which] for which in (1, 3) if n > 2]
    found = long_decision_chances(weights, quota, chance, inside)
    assert found.decisive == pytest.approx(walked.decisive, rel=1e-11, abs=1e-15)
    assert found.passing == pytest.approx(walked.passing, rel=1e-11, abs=1e-14)
    for answer, passing in ((1.0, found.with_yes), (0.0, found.with_no)):
        for bloc, own in zip(inside, passing, strict=True):
            united = chance.copy()
            united[:, bloc] = answer
            assert own == pytest.approx(decision_chances(form, united).passing, abs=1e-12)


@pytest.mark.parametrize("quota", [3, 7])
def test_what_is_sure_is_said_as_sure(quota: int) -> None:
    """Of 3, 3, 2, 1 the first three together always reach 3 and, where 7 are needed, always stop it."""
    chance = np.full((4, 4), 0.37)
    found = long_decision_chances([3, 3, 2, 1], quota, chance, [[0, 1, 2], [3]])
    assert found.with_yes[0].tolist() == [1.0] * 4
    assert found.with_no[0].tolist() == [0.0] * 4


def test_even_chances_are_banzhaf_power_at_the_size_of_the_fund() -> None:
    dice = random.Random(2)
    weights = [max(1, round(dice.lognormvariate(0, 1.7) * 600)) for _ in range(190)]
    quota = sum(weights) * 17 // 20
    found = long_decision_chances(weights, quota, np.full((1, 190), 0.5))
    assert found.decisive[0] == pytest.approx(decisive(weights, quota), rel=1e-12)
    assert found.passing[0] == pytest.approx(passing_chance(weights, quota), rel=1e-12)


def test_what_takes_too_long_or_does_not_fit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"chances of shape \(1, 2\) for 3 parties and 4 of 6"):
        long_decision_chances([3, 2, 1], 4, np.zeros((1, 2)))
    monkeypatch.setattr(room, "MOST_WORK", 1)
    with pytest.raises(ValueError, match=r"1 decisions and a window of 3 would take too long"):
        long_decision_chances([3, 2, 1], 4, np.full((1, 3), 0.5))
