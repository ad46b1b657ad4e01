"""Votes in the order in which they count, matched with their statements."""

from __future__ import annotations

import pytest

from comity.engine.votes import vote_matrix
from comity.errors import Refused
from comity.exchange.events import Events, events, need_votes, parties_named
from comity.exchange.table import ANSWERS, VOTES
from comity.exchange.vote_lines import VoteLines, line_by_line
from comity.record.consultation import NO_TIME


def lines(text: str) -> VoteLines:
    return line_by_line("v.csv", text.encode(), VOTES, ANSWERS)


def last_votes(cast: Events, statement_ids: list[str]) -> dict[tuple[str, str], int]:
    votes = cast.votes
    matrix = vote_matrix(
        votes.participant, votes.statement, votes.answer, len(cast.participant_ids), len(statement_ids)
    )
    return {
        (cast.participant_ids[who], statement_ids[what]): int(answer)
        for who, what, answer in zip(matrix.participant, matrix.statement, matrix.answer, strict=True)
    }


def test_the_latest_vote_counts_and_of_one_moment_the_later_line() -> None:
    cast = events(
        lines(
            "participant,statement,vote,at\nana,a,1,900\nana,a,-1,500\nana,b,0,700\nana,b,1,700\ndov,b,1,600\n"
        ),
        ["a", "b"],
        "s.csv",
    )
    assert cast.votes.at.tolist() == [500_000, 600_000, 700_000, 700_000, 900_000]
    assert last_votes(cast, ["a", "b"]) == {("ana", "a"): 1, ("ana", "b"): 1, ("dov", "b"): 1}


def test_without_times_the_order_of_lines_counts_and_a_vote_without_one_yields_to_those_with_one() -> None:
    plain = events(lines("participant,statement,vote\nana,a,1\nana,a,-1\n"), ["a"], "s.csv")
    assert last_votes(plain, ["a"]) == {("ana", "a"): -1}
    mixed = events(lines("participant,statement,vote,at\nana,a,1,1435654192085\nana,a,-1,\n"), ["a"], "s.csv")
    assert mixed.votes.at.tolist() == [NO_TIME, 1435654192085]
    assert last_votes(mixed, ["a"]) == {("ana", "a"): 1}


def test_participants_stand_in_order_of_their_first_vote_or_of_their_numbers() -> None:
    text = "participant,statement,vote,at\n10,a,1,300\n9,a,1,200\n2,a,0,400\n"
    assert events(lines(text), ["a"], "s.csv").participant_ids == ("9", "10", "2")
    assert events(lines(text), ["a"], "s.csv", by_number=True).participant_ids == ("2", "9", "10")
    known = events(lines(text), ["a"], "s.csv", by_number=True, also=("3", "2"))
    assert known.participant_ids == ("2", "3", "9", "10")
    assert known.votes.participant.tolist() == [2, 3, 0]


def test_a_vote_on_an_unknown_statement_is_left_out_and_listed() -> None:
    cast = events(lines("participant,statement,vote\nana,a,1\neve,z,1\nana,,1\nana,y,1\n"), ["a"], "s.csv")
    assert cast.participant_ids == ("ana",)
    assert [(skipped.line, skipped.reason) for skipped in cast.skipped] == [
        (3, "statement 'z' is not in s.csv"),
        (4, "it names no statement"),
        (5, "statement 'y' is not in s.csv"),
    ]


def test_a_file_of_which_no_vote_is_left_is_refused() -> None:
    with pytest.raises(Refused) as none:
        need_votes(events(lines("participant,statement,vote\n"), ["a"], "s.csv"))
    assert (none.value.code, none.value.text) == (
        "no-votes",
        "v.csv holds no votes: there is nothing to report",
    )
    with pytest.raises(Refused) as unusable:
        need_votes(events(lines("participant,statement,vote\nana,z,1\nana\n"), ["a"], "s.csv"))
    assert unusable.value.text == (
        "v.csv holds no vote that can be used; of 2 that cannot, the first is on line 2: statement 'z' is not in s.csv"
    )


def test_a_participant_speaks_for_one_party() -> None:
    text = "participant,statement,vote,party\nana,a,1,\nana,b,1,north\ndov,a,1,south\nana,a,0,north\n"
    assert parties_named(lines(text)) == {"ana": "north", "dov": "south"}
    with pytest.raises(Refused) as refused:
        parties_named(lines(text + "dov,b,1,north\nana,b,1,south\n"))
    assert refused.value.code == "two-parties"
    assert (
        "v.csv, line 6: participant 'dov' votes for party 'north', but for 'south' above"
        in refused.value.text
    )
