"""Lotteries: Nash's own example, the definition on all packages at once, and what can be said without a sum."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from comity.engine.bargaining.agreements import Agreements
from comity.engine.bargaining.listing import listing
from comity.engine.bargaining.solutions import shares_of_ideal
from comity.engine.bargaining.space import package_space, values_of
from tests.engine.bargaining.spaces import random_space

BILL = [(2, 4), (2, 2), (2, 1), (2, 2), (4, 1)]
JACK = [(10, 1), (4, 1), (6, 2), (2, 2)]
"""Nash 1950: what each good is worth to Bill and to Jack; Bill has book, whip, ball, bat, box, Jack pen, toy, knife,
hat."""


def barter() -> Agreements:
    """Every good is kept (option 0) or given (option 1)."""
    given = [[[0, -bill], [0, jack]] for bill, jack in BILL] + [
        [[0, bill], [0, -jack]] for bill, jack in JACK
    ]
    return Agreements(package_space(given, [0, 0]))


def test_bill_and_jack_without_and_with_a_lottery() -> None:
    """Bill gives book, whip, ball and bat, Jack pen, toy and knife: gains 12 and 5; chance adds nothing to it."""
    agreements = barter()
    package = agreements.solution("nash").package
    lottery = agreements.lottery("nash")
    assert package is not None
    assert package.tolist() == [1, 1, 1, 1, 0, 1, 1, 1, 0]
    assert lottery is not None
    assert lottery.proven
    assert lottery.packages.tolist() == [package.tolist()]
    assert (lottery.expected * agreements.ideal[0]).tolist() == [12.0, 5.0]


def test_kalai_and_smorodinsky_for_bill_and_jack() -> None:
    """By hand: ideals 18 and 8; the line to them meets the edge from (6, 7) to (12, 5) at (81/7, 36/7)."""
    agreements = barter()
    lottery = agreements.lottery("ks")
    assert lottery is not None
    assert agreements.ideal[0].tolist() == [18.0, 8.0]
    assert (lottery.expected * agreements.ideal[0]).tolist() == pytest.approx([81 / 7, 36 / 7])
    assert lottery.chances.tolist() == pytest.approx([13 / 14, 1 / 14])


def test_one_good_for_two_is_drawn_by_lot() -> None:
    agreements = Agreements(package_space([[[8, 0], [0, 2]]], [0, 0]))
    for name in ("ks", "leximin"):
        lottery = agreements.lottery(name)
        assert lottery is not None
        chance = [0.5, 0.5] if name == "ks" else [0.8, 0.2]
        assert sorted(lottery.chances, reverse=True) == pytest.approx(chance)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_equal_to_a_programme_over_all_packages(seed: int, large: bool) -> None:
    space = random_space(seed, 120, 4)
    listed = listing(space)
    agreements = Agreements(space)
    ideal, _ = agreements.ideal
    scale = agreements.ideal_or_one
    if large:
        agreements.__dict__.update(candidates=None, listed=None, exact_frontier=None)
    gains = listed.values[listed.accepted] - space.floor
    for name in ("ks", "leximin", "nash"):
        lottery = agreements.lottery(name)
        if len(gains) == 0:
            assert lottery is None
            continue
        if name == "nash":
            if lottery is None:
                continue
            share = shares_of_ideal(gains, ideal)
            prices = space.weight / lottery.expected
            assert (share @ prices).max() <= space.weight.sum() * (1 + 1e-6)
            single = agreements.score("nash", values_of(space, lottery.packages[:1])[0] - space.floor)
            assert lottery.score >= single - 1e-9
        else:
            assert lottery is not None
            rows = gains / ((scale if name == "ks" else 1.0) * space.weight)
            n = len(rows)
            whole = linprog(
                np.append(np.zeros(n), -1.0),
                A_ub=np.concatenate([-rows.T, np.ones((space.n_parties, 1))], axis=1),
                b_ub=np.zeros(space.n_parties),
                A_eq=np.append(np.ones(n), 0.0)[None, :],
                b_eq=[1.0],
                bounds=[*((0.0, None) for _ in range(n)), (None, None)],
            )
            assert lottery.expected.min() == pytest.approx(float(np.asarray(whole.x)[-1]), abs=1e-5)
        assert lottery.proven
        assert lottery.chances.sum() == pytest.approx(1.0)
        assert (values_of(space, lottery.packages) >= space.floor).all()


def test_nothing_acceptable_no_lottery() -> None:
    agreements = Agreements(package_space([[[1.0, 0.0], [0.0, 1.0]]], [1.0, 1.0]))
    assert agreements.lottery("nash") is None
