"""Ballots that are alike: by hand, what copying looks like, what chance looks like, and no accusation by opinion."""

from __future__ import annotations

from dataclasses import replace
from math import lgamma, log

import numpy as np
import pytest

from comity.engine.opinion.audit import likeness
from comity.engine.opinion.audit.coordination import AlikeGroup, _timed, coordination, price, same_answers
from comity.engine.opinion.audit.likeness import Comparison, answer_chances
from comity.engine.opinion.passing import passing
from comity.engine.opinion.spatial import spatial_model
from comity.engine.votes import Floats, VoteMatrix, vote_matrix

MINUTE = 60_000.0


def drawn(seed: int, n: int = 120, m: int = 50, answered: float = 0.7) -> tuple[VoteMatrix, Floats]:
    """Opinions along one axis, everybody voting alone, times dealt over a week."""
    dice = np.random.default_rng(seed)
    log_odds = dice.normal(0, 1, m) + np.outer(dice.normal(0, 1, n), dice.normal(0, 1.5, m))
    table = np.where(dice.random((n, m)) < 1 / (1 + np.exp(-log_odds)), 1.0, -1.0)
    table[dice.random((n, m)) < 0.08] = 0
    table[dice.random((n, m)) > answered] = np.nan
    return of_table(table), dice.uniform(0, 7 * 24 * 60 * MINUTE, n)


def of_table(table: Floats) -> VoteMatrix:
    there = ~np.isnan(table)
    row, column = np.nonzero(there)
    return vote_matrix(row, column, table[there], len(table), table.shape[1])


def with_copies(seed: int, size: int, slips: float = 0.05) -> tuple[VoteMatrix, Floats, set[int]]:
    """The last `size` ballots copy one of the others, begun within ten minutes."""
    votes, began = drawn(seed)
    dice = np.random.default_rng(seed + 1000)
    table = np.concatenate([votes.dense(), np.tile(votes.dense()[[3]], (size, 1))])
    slip = (dice.random(table.shape) < slips) & ~np.isnan(table)
    slip[: votes.n_participants] = False
    table[slip] = dice.integers(-1, 2, int(slip.sum()))
    copies = set(range(votes.n_participants, len(table)))
    return of_table(table), np.append(began, began[50] + dice.uniform(0, 10 * MINUTE, size)), copies


def test_the_example_of_the_method_page() -> None:
    """24 answers the same, each of chance 1/2: 1.9^24, where 100 x 4 x 19,900 are needed."""
    rows, columns = np.repeat([0, 1], 24), np.tile(np.arange(24), 2)
    votes = vote_matrix(rows, columns, [1, -1] * 24, 2, 24)
    found = Comparison.of(votes, None, 7).pairs(np.full(48, 0.5), 0.0)
    assert found.evidence[0] == pytest.approx(24 * log(1.9), rel=1e-5)
    assert np.exp(found.evidence[0]) < 100 * np.exp(price(200, 2)) < 1.9**25
    assert 100 * np.exp(price(200, 2)) == pytest.approx(7.96e6)


def test_a_pair_by_its_definition() -> None:
    votes, _ = drawn(1, n=12, m=20)
    model = spatial_model(votes)
    chance = answer_chances(votes, model, passing(votes))
    found = Comparison.of(votes, None, 1).pairs(chance, -1000.0)
    assert len(found.one) == 66
    table, p = votes.dense(), votes.sparse(chance).toarray()
    for one, other, evidence in zip(found.one, found.other, found.evidence, strict=True):
        ways = []
        for i, j in ((one, other), (other, one)):
            total = 0.0
            for k in np.flatnonzero(~np.isnan(table[i]) & ~np.isnan(table[j])):
                q = max(p[j, k], likeness.SMALLEST_CHANCE)
                total += log((0.9 + 0.1 * q) / q) if table[i, k] == table[j, k] else log(0.1)
            ways.append(total)
        assert evidence == pytest.approx(min(ways), abs=1e-4)


def test_blocks_and_only_those_close_in_time_change_no_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    votes, began = drawn(2, n=60, m=20)
    chance = answer_chances(votes, spatial_model(votes), passing(votes))
    whole = Comparison.of(votes, began, 1).pairs(chance, -2.0)
    monkeypatch.setattr(likeness, "ROWS", 7)
    in_blocks = Comparison.of(votes, began, 1).pairs(chance, -2.0)
    monkeypatch.setattr(likeness, "MOST_WORK", 1.0)
    close = Comparison.of(votes, began, 1).pairs(chance, -2.0)

    def as_dict(found: likeness.Pairs) -> dict[tuple[int, int], float]:
        return {
            (int(a), int(b)): round(float(e), 3)
            for a, b, e in zip(found.one, found.other, found.evidence, strict=True)
        }

    assert as_dict(whole) == as_dict(in_blocks)
    day = {
        pair: e for pair, e in as_dict(whole).items() if abs(began[pair[0]] - began[pair[1]]) <= likeness.DAY
    }
    assert day.items() <= as_dict(close).items() <= as_dict(whole).items()


def test_the_mean_evidence_of_independent_ballots_is_at_most_one() -> None:
    """Answers drawn with the very chances that they are judged by."""
    dice = np.random.default_rng(3)
    p = dice.uniform(0.2, 0.8, 12)
    totals = []
    for _ in range(400):
        votes = of_table(np.where(dice.random((6, 12)) < p, 1.0, -1.0))
        chance = np.where(votes.answer == 1, np.tile(p, 6), 1 - np.tile(p, 6))
        totals.append(np.exp(Comparison.of(votes, None, 1).pairs(chance, -1000.0).evidence).mean())
    assert np.mean(totals) < 1.0 + 3 * np.std(totals) / 20


def test_opinion_groups_are_not_named_and_a_firm_camp_only_if_it_came_together() -> None:
    """Four profiles, each followed by chance and alone; then nine people who hold to one ballot, at any time."""
    dice = np.random.default_rng(2)
    profile = dice.choice([-1.0, 1.0], (4, 50))
    table = profile[dice.integers(0, 4, 160)]
    table[dice.random(table.shape) < 0.1] *= -1
    table[dice.random(table.shape) < 0.3] = np.nan
    began = dice.uniform(0, 7 * 24 * 60 * MINUTE, 160)
    votes = of_table(table)
    assert coordination(votes, spatial_model(votes), began).groups == ()
    votes, began, _ = with_copies(7, 8)
    apart = dice.permutation(began)
    assert coordination(votes, spatial_model(votes), began).groups
    found = coordination(votes, spatial_model(votes), apart)
    assert found.groups == ()
    assert (found.only_alike[0].together or 0) > 0.01


def test_closeness_in_time_is_the_share_of_draws_as_close() -> None:
    group = AlikeGroup((0, 1, 2), ((0, 1), (1, 2)), 50.0, 20.0)
    everybody = np.arange(100, dtype=np.float64) * 60 * MINUTE
    close = _timed(group, everybody, everybody, np.random.default_rng(0))
    assert close.near == 60 * MINUTE
    assert close.together is not None
    assert close.together < 0.01
    far = replace(group, members=(0, 40, 99))
    assert (_timed(far, everybody, everybody, np.random.default_rng(0)).together or 0) > 0.5
    assert _timed(group, np.full(100, np.nan), everybody, np.random.default_rng(0)).together is None


def test_copied_ballots_are_found_whole() -> None:
    for size in (2, 5, 12):
        votes, began, copies = with_copies(4, size, slips=0.0)
        groups = coordination(votes, spatial_model(votes), began).groups
        assert len(groups) == 1
        assert set(groups[0].members) == copies | {3}
        assert len(groups[0].pairs) == len(groups[0].members) - 1


def test_a_third_of_all_ballots_cannot_hide_by_drawing_the_map_to_itself() -> None:
    votes, began, copies = with_copies(5, 50)
    found = {
        member
        for group in coordination(votes, spatial_model(votes), began).groups
        for member in group.members
    }
    assert len(found & copies) > 40
    assert len(found - copies) <= 1


def test_likeness_alone_where_there_are_no_times() -> None:
    votes, _, copies = with_copies(4, 5)
    found = coordination(votes, spatial_model(votes))
    assert not found.by_time
    assert len(copies & set(found.groups[0].members)) >= 3


def test_chance_is_not_named() -> None:
    """Everybody votes alone: likeness by opinion, by a shared axis, and straight agreement, is nobody's fault."""
    for seed in range(12):
        votes, began = drawn(seed)
        assert coordination(votes, spatial_model(votes), began).groups == ()
    table = np.ones((80, 40))
    table[::7, ::3] = -1
    assert coordination(of_table(table), spatial_model(of_table(table))).groups == ()


def test_the_order_of_ballots_changes_nothing() -> None:
    votes, began, _ = with_copies(6, 4)
    turn = np.random.default_rng(0).permutation(votes.n_participants)
    other = of_table(votes.dense()[turn])
    one = coordination(votes, spatial_model(votes), began).groups
    two = coordination(other, spatial_model(other), began[turn]).groups
    assert [set(group.members) for group in one] == [{int(turn[i]) for i in group.members} for group in two]
    assert [group.excess for group in one] == pytest.approx([group.excess for group in two], abs=1e-3)


def test_what_is_paid_is_the_number_of_candidates() -> None:
    for n, m in ((10, 2), (10, 4), (300, 7)):
        sets = lgamma(n + 1) - lgamma(m + 1) - lgamma(n - m + 1)
        assert price(n, m) == pytest.approx(sets + (m - 2) * log(m) + m * log(2))


def test_too_few_ballots_and_too_many() -> None:
    nobody = vote_matrix([], [], [], 0, 3)
    assert coordination(nobody, spatial_model(nobody)).n_compared == 0
    votes, _ = drawn(1, n=5)
    assert coordination(votes, spatial_model(votes), minimum_votes=1000).n_compared <= 5


def test_without_times_too_many_ballots_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likeness, "MOST_WORK", 10.0)
    votes, _ = drawn(1, n=30)
    with pytest.raises(ValueError, match="too many to compare without times"):
        Comparison.of(votes, None, 1)


def test_same_and_expected_answers() -> None:
    votes, began, copies = with_copies(4, 2, slips=0.0)
    (group,) = coordination(votes, spatial_model(votes), began).groups
    both, same, expected = same_answers(votes, spatial_model(votes), group.pairs)
    assert both == same == np.isfinite(votes.dense()[3]).sum()
    assert 0.3 * both < expected < 0.9 * both
    assert copies <= set(group.members)
