"""Absence is counting without: by leaving the ballots out, by hand, and smallest sets by trying all."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from comity.engine.opinion.audit.absence import fewest_absent, standing
from comity.engine.opinion.audit.accounts import accounts
from comity.engine.opinion.audit.acts import Rule
from comity.engine.opinion.audit.cells import Cells, cells
from comity.engine.opinion.audit.presence import needed_answers, presence
from comity.engine.opinion.common_ground import common_ground, side_certainty
from comity.engine.opinion.differences import differences
from comity.engine.opinion.support import probability_above
from comity.engine.opinion.tallies import Tallies, tallies
from comity.engine.votes import VoteMatrix, vote_matrix

RULE = Rule(0.6, 0.95)


def some_votes(seed: int) -> tuple[VoteMatrix, np.ndarray]:
    """Three parties crossed with two groups; somebody belongs to no party, somebody to no group."""
    dice = np.random.default_rng(seed)
    n, m = 60, 8
    party, group = dice.integers(-1, 3, n), dice.integers(-1, 2, n)
    likes = dice.random((4, m)) ** 0.3
    answer = np.where(dice.random((n, m)) < likes[party], 1, -1)
    answer[dice.random((n, m)) < 0.1] = 0
    asked = dice.random((n, m)) < 0.8
    row, column = np.nonzero(asked)
    votes = vote_matrix(row, column, answer[asked], n, m)
    return votes, np.stack([group == 0, group == 1, party == 0, party == 1, party == 2])


def side_counts(votes: VoteMatrix, members: np.ndarray) -> Tallies:
    parts = [tallies(votes, np.where(side, 0, -1), 1) for side in members]
    return Tallies(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("agreed", "disagreed", "passed")
        )
    )


def test_cells_give_the_counts_of_the_sides() -> None:
    votes, members = some_votes(1)
    found = cells(votes, members).of_sides()
    expected = side_counts(votes, members)
    np.testing.assert_array_equal(found.agreed, expected.agreed)
    np.testing.assert_array_equal(found.voted, expected.voted)


def test_without_a_party_is_what_its_ballots_left_out_give() -> None:
    for seed in range(5):
        votes, members = some_votes(seed)
        real, free = np.ones(5, bool), np.array([False, False, False, False, True])
        now = standing(cells(votes, members), real, free, RULE, [3])
        rest = votes.rows(~members[3])
        kept = np.array([0, 1, 2, 4])
        counted = side_counts(rest, members[kept][:, ~members[3]])
        table = common_ground(counted, free[kept])
        np.testing.assert_allclose(now.supports, table.supports)
        apart = differences(counted, side_certainty(counted, free[kept]), free[kept])
        np.testing.assert_allclose(now.contrary, apart.contrary)
        np.testing.assert_allclose(now.partial, apart.partial)


def test_the_example_of_the_method_page() -> None:
    agreed, voted = np.array([[18], [9], [3]]), np.array([[20], [10], [10]])
    found = Cells(np.eye(3, dtype=bool), Tallies(agreed, voted - agreed, agreed * 0))
    real, free = np.ones(3, bool), np.zeros(3, bool)
    sure = [standing(found, real, free, RULE, without).supports[0] for without in ((), (2,), (0,), (1,))]
    assert np.round(sure, 2).tolist() == [0.03, 0.97, 0.03, 0.03]


def test_the_smallest_absent_set_is_the_first_by_size() -> None:
    agreed = np.array([[19, 19], [19, 1], [1, 1], [2, 19]])
    found = Cells(np.eye(4, dtype=bool), Tallies(agreed, 20 - agreed, agreed * 0))
    real, free = np.ones(4, bool), np.zeros(4, bool)
    holds = np.array([("difference", "0"), ("difference", "1")])
    units = [(0,), (1,), (2,), (3,)]
    fewest = fewest_absent(found, real, free, RULE, units, holds)
    for column in range(2):
        ends = [
            chosen
            for size in (1, 2, 3)
            for chosen in combinations(range(4), size)
            if max(
                standing(found, real, free, RULE, chosen).contrary[column],
                standing(found, real, free, RULE, chosen).partial[column],
            )
            < 0.95
        ]
        assert fewest.fewest[column] == ends[0]
    assert fewest.enough == (None, None)
    assert fewest.fewest[0] is not None
    assert len(fewest.fewest[0]) == 2


def test_beyond_the_sets_that_are_tried_a_set_that_does_is_named_and_it_does() -> None:
    """60 parties of one, in one of two groups: too many pairs to try, so larger sets are sought by what each does."""
    dice = np.random.default_rng(3)
    group = np.arange(60) % 2
    answer = np.where(
        dice.random((60, 4)) < np.array([[0.95, 0.9, 0.1, 0.5], [0.95, 0.1, 0.9, 0.5]])[group], 1, -1
    )
    row, column = np.nonzero(np.ones((60, 4)))
    votes = vote_matrix(row, column, answer.ravel(), 60, 4)
    found = cells(votes, np.concatenate([[group == 0, group == 1], np.eye(60, dtype=bool)]))
    real, free = np.arange(62) < 2, np.zeros(62, bool)
    holds = np.array([("support", "0"), ("difference", "1"), ("difference", "2")])
    units = [(side,) for side in range(2, 62)]
    ended = fewest_absent(found, real, free, RULE, units, holds)
    assert ended.tried == 1
    assert ended.fewest == (None, None, None)
    for place, enough in enumerate(ended.enough):
        assert enough is not None
        assert 1 < len(enough) < 40

        def ends(chosen: tuple[int, ...], place: int = place) -> bool:
            now = standing(found, real, free, RULE, [units[one][0] for one in chosen])
            sure = now.supports if place == 0 else np.maximum(now.contrary, now.partial)
            return bool(sure[place] < 0.95)

        assert ends(enough)
        if len(enough) <= 12:
            assert not any(ends(tuple(set(enough) - {one})) for one in enough)


def test_a_delegation_that_ends_everything_can_be_thought_away_and_nobody_is_nothing() -> None:
    agreed = np.array([[20], [0]])
    found = Cells(np.eye(2, dtype=bool), Tallies(agreed, np.array([[0], [1]]), agreed * 0))
    real, delegation = np.ones(2, bool), np.array([False, True])
    assert standing(found, real, delegation, RULE).supports[0] == 0
    assert standing(found, real, delegation, RULE, [1]).supports[0] > 0.99
    assert standing(found, real, delegation, RULE, [0, 1]).supports[0] == 0


def test_needed_is_the_smallest_number_that_can_be_certain() -> None:
    for threshold in (0.3, 0.5, 0.6, 0.75, 0.9):
        for certainty in (0.5, 0.8, 0.95, 0.99):
            n = needed_answers(threshold, certainty)
            sure = probability_above(np.array([n, n - 1]), np.array([n, n - 1]), threshold)
            assert sure[0] >= certainty - 1e-12
            assert n == 1 or sure[1] < certainty


def test_a_delegation_needs_one_answer() -> None:
    found = presence(np.array([[1, 0], [4, 5]]), np.array([True, False]), 0.6, 0.95)
    assert found.needed.tolist() == [1, 5]
    assert found.absent.tolist() == [[False, True], [False, False]]
    assert found.thin.tolist() == [[False, False], [True, False]]


def test_the_accounts_of_the_method_page() -> None:
    """ana (North) at 10:00 and 10:05; bo (South) joins at 10:04, votes at 10:06 and 10:07."""
    minute = 60_000.0
    found = accounts(
        np.array([[True, False], [False, True], [False, False]]),
        np.array([2, 2]),
        np.array([0.0, 4 * minute]),
        np.array([0, 5, 6, 7]) * minute,
        np.array([0, 1, -1]),
        np.array([3, 4, 50]),
        np.array([True, False, True]),
    )
    assert found.before[:2].tolist() == [0.0, 0.25]
    assert found.first[:2].tolist() == [0.0, 4 * minute]
    assert np.isnan(found.first[2])
    assert found.words.tolist() == [3, 4, 0]
    assert found.shared.tolist() == [1, 0, 0]
    assert found.participants.tolist() == [1, 1, 0]
