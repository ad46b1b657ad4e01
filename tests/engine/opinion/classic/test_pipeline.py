"""The classic pipeline as a whole: planted camps, every shuffle and the swap, and the tables at the edge."""

from __future__ import annotations

import numpy as np
import pytest
from tests.drawing import votes_from
from tests.simulated_votes import random_votes, two_camps

from comity.engine.opinion.classic.pipeline import ClassicResult, classic_pipeline, group_statistics
from comity.engine.votes import VoteMatrix, vote_matrix


def same_partition(left: np.ndarray, right: np.ndarray) -> bool:
    return (
        len(set(zip(left.tolist(), right.tolist(), strict=True)))
        == len(set(left.tolist()))
        == len(set(right.tolist()))
    )


@pytest.mark.parametrize("seed", range(5))
def test_two_camps_are_found(seed: int) -> None:
    votes, camp = two_camps(seed)
    result = classic_pipeline(votes)
    assert same_partition(result.group[result.placed], camp[result.placed])
    assert result.group[1] == 0, "the larger camp is group 0"
    assert result.not_computed is None


def shuffled(votes: VoteMatrix, seed: int) -> tuple[VoteMatrix, np.ndarray, np.ndarray]:
    """New places for lines, rows and columns; where each old row and column went."""
    generator = np.random.default_rng(seed)
    rows, columns = generator.permutation(votes.n_participants), generator.permutation(votes.n_statements)
    lines = generator.permutation(votes.n_votes)
    table = vote_matrix(
        rows[votes.participant[lines]],
        columns[votes.statement[lines]],
        votes.answer[lines],
        votes.n_participants,
        votes.n_statements,
    )
    return table, rows, columns


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("structured", [True, False])
def test_shuffling_changes_nothing(seed: int, structured: bool) -> None:
    votes = two_camps(seed, 50, 11)[0] if structured else random_votes(seed, 50, 11)
    other, rows, columns = shuffled(votes, seed)
    here, there = classic_pipeline(votes), classic_pipeline(other)
    np.testing.assert_array_equal(there.group[rows], here.group)
    np.testing.assert_array_equal(there.base_cluster[rows], here.base_cluster)
    np.testing.assert_array_equal(there.map.position[rows], here.map.position)
    np.testing.assert_array_equal(there.statistics.priorities[columns], here.statistics.priorities)
    assert there.silhouette == here.silhouette
    for ours, theirs in zip(here.statistics.representative, there.statistics.representative, strict=True):
        assert [columns[one.statement] for one in ours] == [one.statement for one in theirs]
    agreed = here.statistics.consensus.agree
    assert [columns[one.statement] for one in agreed] == [
        one.statement for one in there.statistics.consensus.agree
    ]


@pytest.mark.parametrize("seed", range(6))
def test_swapping_agree_and_disagree_keeps_the_groups_and_turns_the_map(seed: int) -> None:
    votes = random_votes(seed, 50, 11)
    swapped = vote_matrix(votes.participant, votes.statement, -votes.answer, 50, 11)
    here, there = classic_pipeline(votes), classic_pipeline(swapped)
    np.testing.assert_array_equal(here.group, there.group)
    np.testing.assert_array_equal(here.map.position, -there.map.position)
    np.testing.assert_array_equal(
        here.statistics.group_informed.agree, there.statistics.group_informed.disagree
    )
    assert {one.statement for one in here.statistics.consensus.agree} == {
        one.statement for one in there.statistics.consensus.disagree
    }


def test_who_voted_too_little_has_a_place_but_no_group() -> None:
    votes, _ = two_camps(3, 40, 12)
    few = votes.participant != 5
    few[np.flatnonzero(votes.participant == 5)[:6]] = True
    fewer = vote_matrix(votes.participant[few], votes.statement[few], votes.answer[few], 40, 12)
    result = classic_pipeline(fewer)
    assert result.minimum_votes == 7
    assert not result.placed[5]
    assert result.group[5] == -1
    assert result.map.position[5].any()
    assert result.statistics.votes.members.sum() == result.placed.sum()


def test_with_few_statements_all_of_them_are_enough() -> None:
    votes, _ = two_camps(3, 40, 4)
    wide = vote_matrix(votes.participant, votes.statement, votes.answer, 40, 9)  # five that nobody voted on
    result = classic_pipeline(wide)
    assert result.minimum_votes == 4
    np.testing.assert_array_equal(result.placed, wide.votes_per_participant == 4)


def test_as_many_groups_as_asked_for() -> None:
    votes = random_votes(1, 60, 12)
    for count in (1, 2, 3, 5):
        assert set(classic_pipeline(votes, group_count=count).group.tolist()) - {-1} == set(range(count))


def test_blanked_statements_draw_no_map_and_are_never_chosen() -> None:
    votes, camp = two_camps(4, 60, 12)
    blank = np.arange(12) < 4
    result = classic_pipeline(votes, moderated_out=blank)
    assert not result.map.axes[:, blank].any()
    assert same_partition(result.group[result.placed], camp[result.placed])
    chosen = {one.statement for group in result.statistics.representative for one in group}
    assert chosen
    assert not chosen & {0, 1, 2, 3}
    assert result.statistics.votes.voted[:, 0].sum() > 0, "their votes are still counted"


def numbers(result: ClassicResult) -> list[np.ndarray]:
    measured = result.statistics.representativeness
    stances = [
        part
        for stance in (measured.agree, measured.disagree)
        for part in (stance.probability, stance.probability_test, stance.ratio, stance.ratio_test)
    ]
    informed = result.statistics.group_informed
    return [
        result.map.position,
        result.map.axes,
        result.map.variance,
        result.map.statement_position,
        result.centre,
        result.statistics.priorities,
        informed.agree,
        informed.disagree,
        *stances,
    ]


EDGES = {
    "nobody": (vote_matrix([], [], [], 0, 0), "nobody cast enough votes to be placed on the map"),
    "no votes": (vote_matrix([], [], [], 3, 2), "nobody cast enough votes to be placed on the map"),
    "one participant": (votes_from("one two\n ana + -"), "all 1 participants stand in one place"),
    "one statement, all agree": (votes_from("one\n ana +\n ben +"), "all 2 participants stand in one place"),
    "everybody agrees": (
        votes_from("one two\n ana + +\n ben + +\n cem + +"),
        "all 3 participants stand in one place",
    ),
    "nobody agrees": (
        votes_from("one two\n ana - -\n ben - -\n cem - -"),
        "all 3 participants stand in one place",
    ),
    "only passes": (votes_from("one two\n ana o o\n ben o o"), "all 2 participants stand in one place"),
}


@pytest.mark.parametrize("name", EDGES)
def test_at_the_edge_the_reason_is_given_and_every_number_is_finite(name: str) -> None:
    votes, reason = EDGES[name]
    result = classic_pipeline(votes)
    assert result.not_computed == reason
    assert set(result.group.tolist()) <= {-1}
    assert all(np.isfinite(part).all() for part in numbers(result))


@pytest.mark.parametrize(
    "drawing",
    [
        "one\n ana +\n ben -",
        "one two\n ana + -\n ben o o",
        "one two\n ana + +\n ben + +\n cem o o",
        "one two three\n ana + + +\n ben - - -\n cem . . +",
    ],
    ids=["one statement", "who only passes", "two places", "three statements"],
)
def test_the_smallest_tables_with_two_places_have_two_groups(drawing: str) -> None:
    result = classic_pipeline(votes_from(drawing))
    assert result.group[0] != result.group[-1] or not result.placed[-1]
    assert result.not_computed is None
    assert all(np.isfinite(part).all() for part in numbers(result))


def test_more_groups_than_places_are_not_computed() -> None:
    result = classic_pipeline(votes_from("one\n ana +\n ben -\n cem -"), group_count=3)
    assert result.not_computed == "3 groups were asked for, but participants stand in 2 different places"


def test_given_groups_get_the_same_statistics_as_found_ones() -> None:
    votes, _ = two_camps(2)
    result = classic_pipeline(votes)
    given = group_statistics(votes, result.group)
    np.testing.assert_allclose(given.priorities, result.statistics.priorities)
    np.testing.assert_array_equal(given.votes.agreed, result.statistics.votes.agreed)


@pytest.mark.parametrize("name", ["moderated_out", "meta"])
def test_a_mask_of_the_wrong_shape_is_a_mistake(name: str) -> None:
    votes = random_votes(0, 4, 3)
    with pytest.raises(ValueError, match=rf"{name}: one flag a statement is needed, 3, not \(2,\)"):
        classic_pipeline(votes, **{name: [True, False]})  # type: ignore[arg-type]
