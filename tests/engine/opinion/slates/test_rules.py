"""The rules by their definitions: slow and obvious, on small random elections; and what all of them promise."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from tests.simulated_votes import two_camps

from comity.engine.opinion.passing import passing
from comity.engine.opinion.slates.approvals import (
    Approvals,
    Ballots,
    Expected,
    Slate,
    ballots,
    expected_approvals,
    observed_approvals,
)
from comity.engine.opinion.slates.certificate import certificate
from comity.engine.opinion.slates.equal_shares import equal_shares
from comity.engine.opinion.slates.pav import exact_pav, pav_score, sequential_pav
from comity.engine.opinion.slates.phragmen import phragmen
from comity.engine.opinion.spatial import spatial_model
from comity.engine.votes import Floats, vote_matrix
from comity.errors import Refused

Rule = Callable[[Approvals, int], Slate]
RULES: list[Rule] = [equal_shares, phragmen, sequential_pav, exact_pav]


def drawn(seed: int) -> tuple[Ballots, int]:
    """A small election full of ties."""
    generator = np.random.default_rng(seed)
    n, m = int(generator.integers(2, 12)), int(generator.integers(2, 8))
    who, what = np.nonzero(generator.random((n, m)) < generator.choice([0.2, 0.4, 0.7]))
    return ballots(who, what, n, m), int(generator.integers(1, m + 1))


def sets_of(votes: Ballots) -> list[set[int]]:
    return [set(votes.statement[votes.participant == i].tolist()) for i in range(votes.n_participants)]


def slow_pav_score(votes: Ballots, slate: tuple[int, ...]) -> Fraction:
    return sum(
        (Fraction(1, s) for one in sets_of(votes) for s in range(1, len(one & set(slate)) + 1)), Fraction(0)
    )


def slow_sequential_pav(votes: Ballots, size: int) -> list[int]:
    slate: list[int] = []
    for _ in range(size):
        left = [j for j in range(votes.n_statements) if j not in slate]
        slate.append(min(left, key=lambda j: (-slow_pav_score(votes, (*slate, j)), j)))
    return slate


def slow_phragmen(votes: Ballots, size: int, slate: list[int], load: list[Fraction]) -> list[int]:
    sets = sets_of(votes)
    while len(slate) < size:
        raised = {
            j: (1 + sum(load[i] for i, one in enumerate(sets) if j in one))
            / Fraction(sum(j in one for one in sets))
            for j in range(votes.n_statements)
            if j not in slate and any(j in one for one in sets)
        }
        if not raised:
            return [*slate, *(j for j in range(votes.n_statements) if j not in slate)][:size]
        best = min(raised, key=lambda j: (raised[j], j))
        slate.append(best)
        for i, one in enumerate(sets):
            if best in one:
                load[i] = raised[best]
    return slate


def slow_equal_shares(votes: Ballots, size: int) -> list[int]:
    """The price is the least r at which the approvers can pay: tried at every budget, where it can bend."""
    sets = sets_of(votes)
    slate: list[int] = []
    budget = [Fraction(size, votes.n_participants)] * votes.n_participants

    def price(j: int) -> Fraction | None:
        money = sorted(budget[i] for i, one in enumerate(sets) if j in one)
        if sum(money) < 1:
            return None
        return next(
            (1 - sum(money[:poor])) / Fraction(len(money) - poor)
            for poor in range(len(money))
            if sum(money[:poor]) + (len(money) - poor) * money[poor] >= 1
        )

    while len(slate) < size:
        prices = {j: p for j in range(votes.n_statements) if j not in slate and (p := price(j)) is not None}
        if not prices:
            return slow_phragmen(votes, size, slate, [-b for b in budget])
        best = min(prices, key=lambda j: (prices[j], j))
        budget = [b - min(b, prices[best]) if best in sets[i] else b for i, b in enumerate(budget)]
        slate.append(best)
    return slate


@pytest.mark.parametrize("seed", range(150))
def test_every_rule_is_what_its_definition_says(seed: int) -> None:
    votes, size = drawn(seed)
    assert list(sequential_pav(votes, size).statements) == slow_sequential_pav(votes, size)
    assert list(phragmen(votes, size).statements) == slow_phragmen(
        votes, size, [], [Fraction(0)] * votes.n_participants
    )
    assert list(equal_shares(votes, size).statements) == slow_equal_shares(votes, size)
    every = list(combinations(range(votes.n_statements), size))
    best = max(slow_pav_score(votes, slate) for slate in every)
    first = next(slate for slate in every if slow_pav_score(votes, slate) == best)
    assert exact_pav(votes, size).statements == first
    assert pav_score(votes, first) == pytest.approx(float(best), abs=1e-12)


@pytest.mark.parametrize("seed", range(60))
def test_approvals_of_0_and_1_are_the_same_as_ballots(seed: int) -> None:
    votes, size = drawn(seed)
    for rule in RULES:
        exact, shares = rule(votes, size), rule(Expected(votes.table()), size)
        assert exact.statements == shares.statements, rule.__name__
        assert exact.completed == shares.completed


@pytest.mark.parametrize("seed", range(40))
def test_exact_pav_with_shares_by_trying_all(seed: int) -> None:
    generator = np.random.default_rng(seed)
    share = generator.random((9, 7)) ** 2
    size = int(generator.integers(1, 6))
    scores = {slate: pav_score(Expected(share), slate) for slate in combinations(range(7), size)}
    found = exact_pav(Expected(share), size)
    assert found.score == pytest.approx(max(scores.values()), abs=1e-9)
    assert (
        pav_score(Expected(share), sequential_pav(Expected(share), size).statements)
        <= max(scores.values()) + 1e-9
    )


@pytest.mark.parametrize("seed", range(40))
def test_equal_shares_with_shares_takes_nobody_more_than_their_part(seed: int) -> None:
    """Every price is paid in full, by approvers only, and the first price is the least there is."""
    generator = np.random.default_rng(seed)
    share = generator.random((20, 6)) * (generator.random((20, 6)) < 0.6)
    found = equal_shares(Expected(share), 3)
    assert len(set(found.statements)) == 3
    if found.completed < 3:
        budget, first = 3 / 20, found.statements[0]
        price = _bisected(share[:, first], budget)
        assert all(price <= _bisected(share[:, j], budget) + 1e-9 for j in range(6))


def _bisected(share: Floats, budget: float) -> float:
    low, high = 0.0, 1e6
    if np.minimum(budget, high * share).sum() < 1:
        return np.inf
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (low, middle) if np.minimum(budget, middle * share).sum() >= 1 else (middle, high)
    return high


# What rules promise --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", range(60))
def test_every_slate_has_its_size_and_no_statement_twice(rule: Rule, seed: int) -> None:
    votes, size = drawn(seed)
    found: Slate = rule(votes, size)
    assert len(found.statements) == len(set(found.statements)) == size


@pytest.mark.parametrize("seed", range(150))
def test_equal_shares_and_exact_pav_are_ejr_plus_and_phragmen_is_pjr_plus(seed: int) -> None:
    """Brill and Peters (2023)."""
    votes, size = drawn(seed)
    for rule in (equal_shares, exact_pav):
        assert certificate(votes, rule(votes, size).statements).ejr_plus is None
    for rule in (equal_shares, exact_pav, phragmen):
        assert certificate(votes, rule(votes, size).statements).pjr_plus is None


@pytest.mark.parametrize("rule", RULES)
def test_the_order_of_participants_and_their_number_of_copies_do_not_matter(rule: Rule) -> None:
    for seed in range(30):
        votes, size = drawn(seed)
        n, m = votes.n_participants, votes.n_statements
        turned = ballots(n - 1 - votes.participant, votes.statement, n, m)
        twice = ballots(
            np.concatenate([votes.participant, votes.participant + n]), np.tile(votes.statement, 2), 2 * n, m
        )
        expected = rule(votes, size).statements
        assert rule(turned, size).statements == expected
        if rule is not phragmen:
            assert rule(twice, size).statements == expected


@pytest.mark.parametrize("rule", RULES)
def test_two_camps_share_in_proportion(rule: Rule) -> None:
    """Six of eight approve of 0 .. 3, two of 4 .. 7: of four statements three and one, the first submitted."""
    sets = [range(4)] * 6 + [range(4, 8)] * 2
    votes = ballots([i for i, one in enumerate(sets) for _ in one], [j for one in sets for j in one], 8, 8)
    assert sorted(rule(votes, 4).statements) == [0, 1, 2, 4]


# From votes ----------------------------------------------------------------------------------------------------


def test_expected_approvals_keep_what_was_answered() -> None:
    votes, camp = two_camps(3)
    made = expected_approvals(votes, spatial_model(votes), passing(votes)).share
    assert np.array_equal(made[votes.participant, votes.statement], votes.answer == 1)
    assert ((made >= 0) & (made <= 1)).all()
    missing = np.ones(made.shape, bool)
    missing[votes.participant, votes.statement] = False
    likes = (np.arange(votes.n_statements)[None, :] + camp[:, None]) % 2 == 0
    assert made[missing & likes].mean() > 0.8
    assert made[missing & ~likes].mean() < 0.2


def test_who_never_voted_is_not_counted() -> None:
    votes = vote_matrix([0, 0, 3], [0, 1, 1], [1, 0, -1], 5, 2)
    assert observed_approvals(votes).n_participants == 2


# Refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("size", [0, -1, 4])
def test_a_size_that_cannot_be(rule: Rule, size: int) -> None:
    with pytest.raises(Refused, match=f"a slate of {size} statements cannot be chosen from 3"):
        rule(ballots([0], [0], 1, 3), size)


@pytest.mark.parametrize("rule", RULES)
def test_nobody_voted(rule: Rule) -> None:
    with pytest.raises(Refused, match="nobody has voted yet"):
        rule(ballots([], [], 0, 3), 1)


def test_a_search_without_end_is_given_up() -> None:
    generator = np.random.default_rng(5)
    share = np.round(generator.random((60, 30)))
    with pytest.raises(Refused, match="not found among 3 partial slates"):
        exact_pav(Expected(share), 10, most_nodes=3)
