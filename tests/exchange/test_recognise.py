"""Files are what they hold, whatever they are called; what cannot be told is refused with what is read."""

from __future__ import annotations

import pytest

from comity.errors import Refused
from comity.exchange.recognise import recognise

POLIS_VOTES = b"timestamp,datetime,comment-id,voter-id,vote\n"
POLIS_COMMENTS = b"timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n"
PEOPLE = b"participant,group-id,n-comments,n-votes,n-agree,n-disagree,0,1\n"
IMPORTANCE = b"participant,group-id,n-comments,n-votes,n-important,0,1\n"
PLAIN = b"participant,statement,vote\n"
API_VOTES = b' [ {"pid": 1, "tid": 2, "vote": -1}]'
API_COMMENTS = b'[{"txt": "a \\"vote\\"", "tid": 2}]'


@pytest.mark.parametrize(
    ("files", "kind", "roles"),
    [
        (
            {"x": POLIS_VOTES, "y": POLIS_COMMENTS, "z": PEOPLE, "s": b"topic,Parks\nurl,x\n"},
            "polis-export",
            {"votes": "x", "comments": "y", "participants_votes": "z", "summary": "s"},
        ),
        ({"p": PEOPLE, "c": POLIS_COMMENTS}, "polis-export", {"participants_votes": "p", "comments": "c"}),
        (
            {"a": API_VOTES, "b": API_COMMENTS, "c": b'{"topic": ""}', "d": b'{"group-clusters": []}'},
            "polis-api",
            {"votes": "a", "comments": "b", "conversation": "c", "math": "d"},
        ),
        (
            {"a": PLAIN, "b": b"\xef\xbb\xbfStatement;Text\n", "c": b"party,bloc\n", "d": b"question\n"},
            "plain-table",
            {"votes": "a", "statements": "b", "parties": "c", "consultation": "d"},
        ),
        ({"a": "participant,statement,vote\n".encode("utf-16")}, "plain-table", {"votes": "a"}),
        (
            {"votes.csv": b"", "comments.csv": POLIS_COMMENTS},
            "polis-export",
            {"votes": "votes.csv", "comments": "comments.csv"},
        ),
        ({"votes.csv": b"a;b;c\n"}, "plain-table", {"votes": "votes.csv"}),
        (
            {"Votes.CSV": b"1,2,3\n", "comments.csv": b""},
            "polis-export",
            {"votes": "Votes.CSV", "comments": "comments.csv"},
        ),
    ],
)
def test_files_are_what_they_hold(files: dict[str, bytes], kind: str, roles: dict[str, str]) -> None:
    found = recognise(files)
    assert (found.kind, found.roles) == (kind, roles)


def test_what_is_not_used_is_named() -> None:
    found = recognise(
        {"v.csv": PLAIN, "photo.jpg": b"\xff\xd8\xff", "importance.csv": IMPORTANCE, "x.json": b"[1]"}
    )
    assert found.notes == ("not used: importance.csv, photo.jpg, x.json",)


@pytest.mark.parametrize(
    ("files", "code", "says"),
    [
        ({}, "nothing-recognised", "nothing here is known (no file): Comity reads a Polis export"),
        (
            {"a.txt": b"hello"},
            "nothing-recognised",
            "nothing here is known (a.txt): Comity reads a Polis export",
        ),
        (
            {f"{letter}.txt": b"hello" for letter in "abcdefgh"},
            "nothing-recognised",
            "nothing here is known (a.txt, b.txt, c.txt, d.txt, e.txt, f.txt and 2 more): Comity reads",
        ),
        ({"a": PLAIN, "b": PLAIN}, "ambiguous-files", "a and b hold the same kind of thing"),
        (
            {"a": PLAIN, "b": POLIS_VOTES, "c": POLIS_COMMENTS},
            "ambiguous-files",
            "a and b hold the same kind of thing",
        ),
        (
            {"v.csv": POLIS_VOTES},
            "missing-file",
            "comments.csv is missing beside v.csv, which is of a Polis export",
        ),
        (
            {"c.csv": POLIS_COMMENTS},
            "missing-file",
            "votes.csv or participants-votes.csv is missing beside c.csv",
        ),
        ({"v.json": API_VOTES}, "missing-file", "comments.json is missing beside v.json"),
        ({"s.csv": b"statement,text\n"}, "missing-file", "votes.csv is missing beside s.csv"),
    ],
)
def test_what_cannot_be_told_is_refused(files: dict[str, bytes], code: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        recognise(files)
    assert refused.value.code == code
    assert says in refused.value.text
