"""The state that is kept up entry by entry is the one that the definition gives from scratch."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.record.consultation import NO_TIME
from comity.record.entries import Entry, ParticipantJoined, StatementModerated, VoteWithdrawn
from comity.record.entry_bytes import entry_bytes, entry_from
from comity.record.fold import consultation_from, extend_all, state_from
from comity.record.state import ERASED_TEXT, VOTING_ROLES, State
from comity.record.sums import Sum, broken_out, published_sums
from tests.record.example import ANA, DOV, EVE, admitted, beginning, stamped, statement, text, vote

PEOPLE = [ANA, DOV, *(f"p-{letter}" for letter in "abcdef")]


@st.composite
def stories(draw: st.DrawFn) -> list[Entry]:
    """Votes, changes and withdrawals of eight people on three statements; a withdrawal needs a vote."""
    entries: list[Entry] = beginning(joining="open")
    entries += [ParticipantJoined(by=person) for person in PEOPLE[2:]]
    entries += [
        statement("Third", 3, by=ANA),
        StatementModerated(by=EVE, statement="s3", decision="accepted"),
    ]
    votes: set[tuple[str, int]] = set()
    for _ in range(draw(st.integers(0, 40))):
        pair = (draw(st.sampled_from(PEOPLE)), draw(st.integers(1, 3)))
        if pair in votes and draw(st.integers(0, 3)) == 0:
            votes.discard(pair)
            entries.append(VoteWithdrawn(by=pair[0], statement=f"s{pair[1]}"))
        else:
            votes.add(pair)
            entries.append(vote(*pair, draw(st.integers(-1, 1)), matters=draw(st.booleans())))
    return entries


def last_answers(entries: list[Entry]) -> dict[tuple[str, str], tuple[int, bool]]:
    """The definition: the last vote of each pair, unless it was withdrawn after."""
    found: dict[tuple[str, str], tuple[int, bool]] = {}
    for entry in entries:
        match entry.kind:
            case "vote-cast":
                found[entry.by, entry.statement] = (entry.answer, entry.matters)  # type: ignore[attr-defined]
            case "vote-withdrawn":
                del found[entry.by, entry.statement]  # type: ignore[attr-defined]
    return found


def answers_of(state: State) -> dict[tuple[str, str], tuple[int, bool]]:
    consultation = state.consultation({})
    votes = consultation.votes
    assert votes.matters is not None
    found = {}
    for who, what, answer, matters in zip(
        votes.participant.tolist(),
        votes.statement.tolist(),
        votes.answer.tolist(),
        votes.matters.tolist(),
        strict=True,
    ):
        found[consultation.participant_ids[who], consultation.statements[what].statement_id] = (
            answer,
            matters,
        )
    return found


@settings(max_examples=100)
@given(stories())
def test_votes_tallies_and_own_answers_are_those_of_the_definition(entries: list[Entry]) -> None:
    state, expected = admitted(entries), last_answers(entries)
    assert answers_of(state) == expected
    for number in (1, 2, 3):
        answers = Counter(answer for (_, name), (answer, _) in expected.items() if name == f"s{number}")
        standing = state.statements[f"s{number}"]
        assert (standing.agreed, standing.passed, standing.disagreed) == (answers[1], answers[0], answers[-1])
        assert standing.matters == sum(m for (_, name), (_, m) in expected.items() if name == f"s{number}")
    for person in PEOPLE:
        own = {name: (item.answer, item.matters) for name, item in state.own_votes(person).items()}
        assert own == {name: found for (who, name), found in expected.items() if who == person}
        assert state.members[person].priorities == sum(matters for _, matters in own.values())


@settings(max_examples=60)
@given(stories())
def test_participants_stand_in_the_order_of_their_first_vote(entries: list[Entry]) -> None:
    state = admitted(entries)
    consultation = state.consultation({})
    expected: list[str] = []
    voted = last_answers(entries)
    for index, entry in enumerate(entries):
        if entry.kind == "vote-cast":
            name = entry.statement  # type: ignore[attr-defined]
            later = [
                other
                for other in entries[index:]
                if isinstance(other, VoteWithdrawn) and (other.by, other.statement) == (entry.by, name)
            ]
            if not later and (entry.by, name) in voted and entry.by not in expected:
                expected.append(entry.by)
    assert list(consultation.participant_ids[: len(expected)]) == expected
    assert set(consultation.participant_ids) == set(PEOPLE)


@settings(max_examples=40)
@given(stories(), st.data())
def test_bytes_entries_and_steps_lead_to_the_same_state(entries: list[Entry], data: st.DataObject) -> None:
    bodies = stamped(entries)
    whole = state_from(bodies)
    cut = data.draw(st.integers(1, len(bodies)))
    steps = state_from(bodies[:cut])
    snapshot = steps.consultation({})
    before = snapshot.votes.answer.copy()
    for body in bodies[cut:]:
        admitted([entry_from(body)], steps)
    assert steps.root() == whole.root()
    assert answers_of(steps) == answers_of(whole)
    assert steps.n_voting_members == whole.n_voting_members
    assert whole.n_voting_members == sum(one.role in VOTING_ROLES for one in whole.members.values())
    assert (steps.last_at, list(steps.vote_index)) == (whole.last_at, list(whole.vote_index))
    assert np.array_equal(snapshot.votes.answer, before)
    assert snapshot.head is not None
    assert snapshot.head.root == whole.tree.root(cut).hex()


def test_a_consultation_says_what_it_was_computed_from() -> None:
    entries = [*beginning(floor=7, visibility="names"), vote(ANA, 1, 1), statement("Wait", 3, by=DOV)]
    found = consultation_from(stamped(entries), {text("Clean the river"): "Clean the river"})
    assert found.head is not None
    assert (found.head.origin, found.head.size) == ("talks.example.org/rivers", len(entries))
    assert found.promise is not None
    assert (found.promise.visibility, found.promise.floor) == ("names", 7)
    assert [item.text for item in found.statements] == ["Clean the river", ERASED_TEXT, ERASED_TEXT]
    assert [item.moderation for item in found.statements] == ["accepted", "accepted", "pending"]
    assert [item.is_seed for item in found.statements] == [True, True, False]
    assert found.parties[1].capacities == {"population": 1.5e6}
    assert found.party_of.tolist() == [0, -1]
    assert found.participant_ids == (ANA, DOV)
    assert found.votes.at[0] != NO_TIME
    assert not found.votes.answer.flags.writeable


def test_nothing_is_said_before_an_opening() -> None:
    state = State()
    assert (state.size, state.head.origin, state.is_open(0), state.own_votes(ANA)) == (0, "", False, {})
    assert published_sums(state) == ()


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "c", "d", None]),
        st.tuples(st.integers(0, 12), st.integers(0, 4), st.integers(0, 4)),
        min_size=1,
    ),
    st.integers(1, 6),
    st.data(),
)
def test_sums_never_tell_of_fewer_than_the_floor(
    table: dict[str | None, tuple[int, int, int]], floor: int, data: st.DataObject
) -> None:
    sums = {party: Sum(*counts) for party, counts in table.items()}
    sizes = {party: item.voted + data.draw(st.integers(0, 3)) for party, item in sums.items()}
    shown = broken_out(sums, sizes, floor)
    rest = sum(item.voted for party, item in sums.items() if party not in shown)
    assert all(sizes[party] >= floor and sums[party].voted >= floor for party in shown)
    assert rest == 0 or rest >= floor or not shown
    could = [party for party in sums if sizes[party] >= floor and sums[party].voted >= floor]
    hidden = sum(item.voted for party, item in sums.items() if party not in could)
    assert shown == could or 0 < hidden < floor  # nobody is hidden without need


def test_published_sums_add_up_to_the_votes() -> None:
    people = [f"p-{number}" for number in range(9)]
    entries = [
        *beginning(joining="open", visibility="parties"),
        *(ParticipantJoined(by=person) for person in people),
        *(
            vote(person, 1, 1 if number < 6 else -1, salt="0" * 32)
            for number, person in enumerate([*people, ANA])
        ),
        vote(ANA, 2, 1, salt="0" * 32),
    ]
    first, second = published_sums(admitted(entries))
    assert (first.parties, first.rest) == ({}, Sum(6, 4, 0))  # Ana's party has one member: all are one sum
    assert (second.parties, second.rest, second.voted) == ({}, None, 0)


def test_bytes_of_an_entry_and_its_leaf_are_taken_once() -> None:
    bodies = stamped(beginning())
    state = state_from(bodies)
    assert [state.tree.leaf(number) for number in range(state.size)] == [
        state_from(bodies[: number + 1]).tree.leaf(number) for number in range(state.size)
    ]
    assert entry_bytes(entry_from(bodies[0])) == bodies[0]


def test_what_is_no_entry_leaves_the_state_before_it() -> None:
    bodies = stamped([*beginning(), vote(ANA, 1, 1)])
    state = State()
    with pytest.raises(ValueError, match="Expecting"):
        extend_all(state, [*bodies, b'{"kind": "vote-cast"'])
    assert state.root() == state_from(bodies).root()
    assert state.n_votes_cast == 1
