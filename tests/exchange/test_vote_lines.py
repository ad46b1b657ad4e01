"""Votes line by line: what is left out and listed, what is refused, and what a time may look like."""

from __future__ import annotations

import pytest

from comity.errors import Refused
from comity.exchange.table import ANSWERS, VOTES
from comity.exchange.vote_lines import VoteLines, line_by_line, time_of
from comity.record.consultation import NO_TIME

HEAD = b"participant,statement,vote,at\n"


def read(data: bytes) -> VoteLines:
    return line_by_line("v.csv", data, VOTES, ANSWERS)


def test_columns_hold_names_by_number_in_order_of_their_first_line() -> None:
    lines = read(
        b"vote,at,statement,participant,party\n1,,parks,ana,north\n pass ,,tolls,dov,\n-1,,parks,dov,\n"
    )
    assert (lines.participants, lines.statements, lines.parties) == (
        ("ana", "dov"),
        ("parks", "tolls"),
        ("north",),
    )
    assert lines.participant.tolist() == [0, 1, 1]
    assert lines.statement.tolist() == [0, 1, 0]
    assert lines.answer.tolist() == [1, 0, -1]
    assert lines.party.tolist() == [0, -1, -1]
    assert lines.line.tolist() == [2, 3, 4]


@pytest.mark.parametrize("word", ["1", "+1", "1.0", "agree", "Agree", " AGREE "])
def test_agreement_has_many_spellings(word: str) -> None:
    assert read(HEAD + f"ana,parks,{word},\n".encode()).answer.tolist() == [1]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"ana,parks", "2 fields where the header names 4, beginning 'ana'"),
        (b"ana,parks,1,,", "5 fields where the header names 4, beginning 'ana'"),
        (b" ,parks,1,", "it names no participant"),
        (b"ana,,1,", "it names no statement"),
        (b"ana,parks,,", "it holds no vote"),
    ],
)
def test_a_line_that_cannot_be_used_is_left_out_and_listed(line: bytes, reason: str) -> None:
    lines = read(HEAD + b"dov,parks,1,\n" + line + b"\neve,parks,0,\n")
    assert lines.participants == ("dov", "eve")
    assert [(skipped.file, skipped.line, skipped.reason) for skipped in lines.skipped] == [
        ("v.csv", 3, reason)
    ]


def test_a_file_that_is_cut_off_says_so() -> None:
    (short,) = read(HEAD + b"dov,parks,1,\nana,pa").skipped
    assert "(the file ends in this line and seems to be cut off)" in short.reason
    (vote,) = line_by_line(
        "v.csv", b"participant,statement,vote\ndov,parks,1\nana,parks,-", VOTES, ANSWERS
    ).skipped
    assert vote.reason == "the file ends in its vote, '-', and seems to be cut off"


@pytest.mark.parametrize("vote", ["2", "-2", "0.5", "yes", "-", "1 1", "nan", "１"])
def test_a_vote_that_means_nothing_is_refused(vote: str) -> None:
    with pytest.raises(Refused) as refused:
        read(HEAD + f"ana,parks,1,\nana,tolls,{vote},\n".encode())
    assert refused.value.code == "vote-out-of-range"
    assert f"v.csv, line 3: the vote is '{vote}'; it must be 1, 0 or -1" in refused.value.text


@pytest.mark.parametrize("time", ["yesterday", "1.43565E+12", "2026-02-30", "12:30", "-5"])
def test_a_time_that_means_nothing_is_refused(time: str) -> None:
    with pytest.raises(Refused) as refused:
        read(HEAD + f"ana,parks,1,{time}\n".encode())
    assert refused.value.code == "unreadable-time"
    assert f"v.csv, line 2: the time '{time}'" in refused.value.text


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("", NO_TIME),
        ("1435654192085", 1435654192085),
        ("1435654192085.0", 1435654192085),
        ("1435654192", 1435654192000),
        ("2015-06-30T08:49:52.085Z", 1435654192085),
        ("2015-06-30 15:49:52.085+07:00", 1435654192085),
        ("2015-06-30T08:49:52.085", 1435654192085),
        ("1969-12-31T23:59:59.999Z", -1),
    ],
)
def test_a_time_is_a_number_or_a_date(text: str, milliseconds: int) -> None:
    assert time_of(text) == milliseconds


def test_only_the_columns_of_the_time_and_the_party_may_be_missing() -> None:
    lines = line_by_line("v.csv", b"participant,statement,vote\nana,parks,1\n", VOTES, ANSWERS)
    assert (lines.at.tolist(), lines.party.tolist()) == ([NO_TIME], [-1])
    for missing in ("participant", "statement", "vote"):
        with pytest.raises(Refused) as refused:
            read(HEAD.replace(missing.encode(), b"x") + b"a,b,1,\n")
        assert refused.value.code == "missing-column"
        assert f"there is no column '{missing}'" in refused.value.text
