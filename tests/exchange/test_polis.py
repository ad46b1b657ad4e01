"""Polis exports: both routes, their traps, and the facts of the real ones."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from comity.engine.votes import VoteMatrix, vote_matrix
from comity.errors import Refused
from comity.exchange.reading import consultation_in
from comity.record.consultation import NO_TIME, Consultation

REAL = (
    "15-per-hour-seattle",
    "brexit-consensus",
    "canadian-electoral-reform",
    "scoop-hivemind.taxes",
    "scoop-hivemind.ubi",
    "vtaiwan.uberx",
)
COMMENTS = '''timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body
1700000000300,x,10,4,0,0,-1,"Rejected, ""off topic"""
1700000000100,x,2,3,0,0,1,"First
of two lines"
1700000000200,x,9,3,0,0,0,第二
'''
VOTES = """timestamp,datetime,comment-id,voter-id,vote
1700000000900,x,2,7,1
1700000000500,x,2,7,-1
1700000000600,x,9,7,0
1700000000400,x,2,12,-1
"""
PEOPLE = """participant,xid,group-id,n-comments,n-votes,n-agree,n-disagree,2,9,10
7,an-id,1,0,2,1,0,1,0,
12,,,0,1,0,1,-1,,
30,,0,1,0,0,0,,,
"""
SUMMARY = """topic,Parks, and tolls
url,https://example.org/x
conversation-description,"What should we
do?"
"""


def read(**files: str) -> Consultation:
    names = {"participants_votes": "participants-votes"}
    data = {f"{names.get(name, name)}.csv": text.encode() for name, text in files.items()}
    return consultation_in(data, "folder")


def matrix(consultation: Consultation) -> VoteMatrix:
    votes = consultation.votes
    return vote_matrix(
        votes.participant,
        votes.statement,
        votes.answer,
        len(consultation.participant_ids),
        len(consultation.statements),
    )


def test_an_export_becomes_a_consultation() -> None:
    export = read(comments=COMMENTS, votes=VOTES, participants_votes=PEOPLE, summary=SUMMARY)
    assert (export.title, export.question) == ("Parks, and tolls", "What should we\ndo?")
    assert [s.statement_id for s in export.statements] == ["2", "9", "10"]
    assert [s.moderation for s in export.statements] == ["accepted", "pending", "rejected"]
    assert [s.text for s in export.statements] == ["First\nof two lines", "第二", 'Rejected, "off topic"']
    assert [s.submitted_at for s in export.statements] == [1700000000100, 1700000000200, 1700000000300]
    assert export.statements[0].author_id == "3"
    assert export.participant_ids == ("7", "12", "30")
    assert export.published_group == ("1", "", "0")
    assert export.votes.at.tolist() == sorted(export.votes.at.tolist())
    assert export.party_of.tolist() == [-1, -1, -1]
    assert np.array_equal(
        matrix(export).dense(), [[1, 0, np.nan], [-1, np.nan, np.nan], [np.nan] * 3], equal_nan=True
    )
    assert (export.skipped, export.source.kind, export.source.notes) == ((), "polis-export", ())
    assert [file.name for file in export.source.files] == [
        "votes.csv",
        "participants-votes.csv",
        "comments.csv",
        "summary.csv",
    ]


def test_both_routes_give_the_same_consultation() -> None:
    by_votes = read(comments=COMMENTS, votes=VOTES, participants_votes=PEOPLE)
    by_people = read(comments=COMMENTS, participants_votes=PEOPLE)
    assert by_people.votes.at.tolist() == [NO_TIME] * 3
    assert by_people.title == "folder"
    for name in ("participant_ids", "statements", "published_group"):
        assert getattr(by_votes, name) == getattr(by_people, name)
    assert np.array_equal(matrix(by_votes).dense(), matrix(by_people).dense(), equal_nan=True)
    assert read(comments=COMMENTS, votes=VOTES).participant_ids == ("7", "12")


def test_an_id_of_any_length_is_a_name() -> None:
    many = "9" * 5000
    export = read(comments=COMMENTS.replace("x,10,", f"x,{many},"), votes=VOTES.replace(",12,", f",{many},"))
    assert export.participant_ids == (many, "7")
    assert many in [statement.statement_id for statement in export.statements]


def test_newer_exports_count_seconds_and_have_more_columns() -> None:
    votes = "timestamp,datetime,comment-id,voter-id,vote,important\n1700000000,x,2,7,1,0\n"
    comments = (
        "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,importance,comment-body\n"
        '1700000000,x,2,3,0,0,1,0,"One"\n'
    )
    export = read(comments=comments, votes=votes)
    assert export.votes.at.tolist() == [1700000000000]
    assert export.statements[0].submitted_at == 1700000000000


def test_what_matters_most_is_read_line_by_line() -> None:
    votes = (
        "timestamp,datetime,comment-id,voter-id,vote,important\n3000,x,2,7,1,0\n1000,x,2,12,-1,1\n2000,x,99,7,1,1\n"
        "4000,x,2,9\n5000,x,2,11,0,True\n"
    )
    export = read(comments=COMMENTS, votes=votes)
    assert export.votes.matters is not None
    assert export.votes.answer.tolist() == [-1, 1, 0]
    assert export.votes.matters.tolist() == [True, False, True]
    with pytest.raises(Refused, match="the column 'important' holds 'perhaps'; it must be 1 or 0"):
        read(comments=COMMENTS, votes=votes.replace("True", "perhaps"))
    assert read(comments=COMMENTS, votes=VOTES).votes.matters is None


def test_a_cell_that_differs_from_the_last_vote_is_listed_and_votes_csv_counts() -> None:
    people = PEOPLE.replace("7,an-id,1,0,2,1,0,1,0,", "7,an-id,1,0,2,1,0,-1,0,1")
    export = read(comments=COMMENTS, votes=VOTES, participants_votes=people)
    assert matrix(export).dense()[0].tolist()[:2] == [1, 0]
    assert [(s.file, s.line, s.reason) for s in export.skipped] == [
        (
            "participants-votes.csv",
            2,
            "for participant '7' and statement '2' it says disagree; the last vote in votes.csv says agree, and "
            "counts",
        ),
        (
            "participants-votes.csv",
            2,
            "for participant '7' and statement '10' it says agree; the last vote in votes.csv says nothing, and "
            "counts",
        ),
    ]


def test_rows_and_votes_that_cannot_be_used_are_listed() -> None:
    people = (
        PEOPLE.replace(",10\n", ",11\n").replace("7,an-id,1,0,2,1,0,1,0,", "7,an-id,1,0,2,1,0,1,0,-1")
        + "31,,"
    )
    export = read(comments=COMMENTS, participants_votes=people)
    assert [(s.line, s.reason) for s in export.skipped] == [
        (2, "statement '11' is not in comments.csv"),
        (
            5,
            "3 fields where the header names 10 (the file ends in this line and seems to be cut off), beginning '31'",
        ),
    ]
    votes = VOTES + "1700000000700,x,99,7,1\n1700000000701,x\n"
    assert [s.line for s in read(comments=COMMENTS, votes=votes).skipped] == [6, 7]


@pytest.mark.parametrize(
    ("files", "code", "says"),
    [
        (
            {"votes": VOTES.replace("2,7,1\n", "2,7,2\n")},
            "vote-out-of-range",
            "votes.csv, line 2: the vote is '2'",
        ),
        (
            {"participants_votes": PEOPLE.replace("0,1,-1,,", "0,1,3,,")},
            "vote-out-of-range",
            "participants-votes.csv, line 3, column '2': the vote is '3'",
        ),
        (
            {"participants_votes": PEOPLE + "7,,,,,,,,,\n"},
            "repeated-name",
            "participants-votes.csv, line 5: the participant '7' is there already (line 2)",
        ),
        (
            {"participants_votes": PEOPLE.replace(",9,10", ",9,9")},
            "repeated-column",
            "the column '9' stands there 2",
        ),
        ({"participants_votes": PEOPLE.replace("2,9,10", "a,b,c")}, "missing-column", "no column '2'"),
        (
            {"votes": VOTES.replace("voter-id", "voter")},
            "missing-column",
            "votes.csv, line 1: there is no column",
        ),
        ({"votes": VOTES.replace("timestamp", "time")}, "missing-column", "no column 'timestamp'"),
        ({"votes": ""}, "empty-file", "votes.csv is empty"),
        ({"votes": VOTES.splitlines()[0]}, "no-votes", "votes.csv holds no votes"),
        (
            {"votes": VOTES.replace("1700000000900", "1.7E+12")},
            "unreadable-time",
            "line 2: the time '1.7E+12'",
        ),
        ({"votes": VOTES, "comments": ""}, "empty-file", "comments.csv is empty"),
        (
            {"votes": VOTES, "comments": COMMENTS.splitlines()[0]},
            "no-statements",
            "comments.csv holds no statements",
        ),
        (
            {"votes": VOTES, "comments": COMMENTS.replace("moderated", "mod")},
            "missing-column",
            "there is no column 'moderated'",
        ),
        (
            {"votes": VOTES, "comments": COMMENTS.replace(",x,9,3", ",x,2,3")},
            "repeated-name",
            "comments.csv, line 5: the statement '2' is there already (comments.csv, line 3)",
        ),
        (
            {"votes": VOTES, "comments": COMMENTS.replace("0,0,0,第二", "0,0,7,第二")},
            "unreadable-value",
            "comments.csv, line 5: the column 'moderated' holds '7'",
        ),
        (
            {"votes": VOTES, "comments": COMMENTS.replace("第二", "one, two")},
            "wrong-field-count",
            "comments.csv, line 5: 9 fields where the header names 8",
        ),
        (
            {"votes": VOTES, "comments": COMMENTS.replace("1700000000200", "then")},
            "unreadable-time",
            "comments.csv, line 5: the time 'then'",
        ),
    ],
)
def test_what_cannot_be_read_is_refused(files: dict[str, str], code: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        read(**{"comments": COMMENTS, **files})
    assert refused.value.code == code
    assert says in refused.value.text


@pytest.mark.parametrize("name", REAL)
def test_the_last_vote_of_each_pair_is_the_cell_of_participants_votes(
    shared_data: Callable[[str], Path], name: str
) -> None:
    """Every cell, computed here from the raw lines and compared with what was read by both routes."""
    folder = shared_data(f"polis/{name}")
    data = {path.name: path.read_bytes() for path in folder.iterdir()}
    by_votes = consultation_in(data, name)
    by_people = consultation_in({name: data[name] for name in data if name != "votes.csv"}, name)
    assert by_votes.skipped == by_people.skipped == ()
    assert by_votes.participant_ids == by_people.participant_ids
    assert by_votes.statements == by_people.statements
    assert by_votes.published_group == by_people.published_group
    assert np.array_equal(matrix(by_votes).dense(), matrix(by_people).dense(), equal_nan=True)

    with (folder / "votes.csv").open(encoding="utf-8", newline="") as file:
        cast = sorted(csv.DictReader(file), key=lambda row: int(row["timestamp"]))
    latest = {(row["voter-id"], row["comment-id"]): int(row["vote"]) for row in cast}
    last = matrix(by_votes)
    read_as = {
        (by_votes.participant_ids[who], by_votes.statements[what].statement_id): int(answer)
        for who, what, answer in zip(last.participant, last.statement, last.answer, strict=True)
    }
    assert read_as == latest
    assert len(by_votes.votes.answer) == len(cast)


def test_what_the_real_exports_say(shared_data: Callable[[str], Path]) -> None:
    folder = shared_data("polis/vtaiwan.uberx")
    taiwan = consultation_in({path.name: path.read_bytes() for path in folder.iterdir()}, "x")
    assert (len(taiwan.participant_ids), len(taiwan.statements), len(taiwan.votes.answer)) == (
        1921,
        197,
        49997,
    )
    assert taiwan.title == "UberX 自用車載客 — vTaiwan.tw"
    assert taiwan.published_group is not None
    assert [taiwan.published_group.count(group) for group in ("0", "1", "")] == [330, 889, 702]
    assert sum(statement.moderation == "rejected" for statement in taiwan.statements) == 78
