"""Polis' API files: two spellings of every field, and a sign that depends on where the files have been."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from comity.engine.votes import vote_matrix
from comity.errors import Refused
from comity.exchange.reading import consultation_in
from comity.record.consultation import Consultation

COMMENTS: list[dict[str, Any]] = [
    {
        "tid": 1,
        "pid": 0,
        "txt": "Später",
        "created": "1714613201692",
        "mod": -1,
        "lang": "de",
        "is_meta": True,
    },
    {"tid": 0, "pid": 0, "txt": "First", "created": "2024-05-02T01:26:41.691000Z", "mod": 0, "is_seed": True},
]
VOTES: list[dict[str, Any]] = [
    {"pid": 3, "tid": 0, "vote": -1, "modified": "1714782753431"},
    {"pid": 3, "tid": 1, "vote": 0, "modified": 1714782753432.0},
    {"pid": 1, "tid": 0, "vote": 1, "modified": 1714782753433},
]


def read(comments: object = COMMENTS, votes: object = VOTES, **more: object) -> Consultation:
    files = {"comments": comments, "votes": votes, **more}
    return consultation_in(
        {f"{name}.json": json.dumps(content).encode() for name, content in files.items()}, "x"
    )


def answers(consultation: Consultation) -> list[tuple[str, str, int]]:
    votes = consultation.votes
    return [
        (consultation.participant_ids[who], consultation.statements[what].statement_id, answer)
        for who, what, answer in zip(
            votes.participant.tolist(), votes.statement.tolist(), votes.answer.tolist(), strict=True
        )
    ]


def test_minus_one_is_agree() -> None:
    found = read()
    assert answers(found) == [("3", "0", 1), ("3", "1", 0), ("1", "0", -1)]
    assert found.participant_ids == ("1", "3")
    assert found.votes.at.tolist() == [1714782753431, 1714782753432, 1714782753433]
    assert (found.source.kind, found.source.notes) == ("polis-api", ())


def test_statements_carry_language_moderation_and_marks() -> None:
    first, later = read().statements
    assert (first.text, first.moderation, first.is_seed, first.is_meta) == ("First", "pending", True, False)
    assert (later.text, later.moderation, later.language, later.is_meta) == ("Später", "rejected", "de", True)
    assert first.submitted_at == 1714613201691
    assert later.submitted_at == 1714613201692


def test_the_other_spelling_of_every_field_reads_the_same() -> None:
    other = {"tid": "statement_id", "pid": "participant_id", "mod": "moderated"}

    def renamed(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{other.get(name, name): value for name, value in item.items()} for item in items]

    same = read(renamed(COMMENTS), renamed(VOTES))
    assert answers(same) == answers(read())
    assert same.statements == read().statements


def test_the_counts_beside_the_statements_decide_the_sign() -> None:
    as_server = [{**COMMENTS[0], "agree_count": 0, "disagree_count": 0}]
    as_server += [{**COMMENTS[1], "agree_count": 5, "disagree_count": 1}]
    votes = [{**VOTES[0], "pid": pid} for pid in range(5)] + [{**VOTES[2], "pid": 9}]
    turned = [{**vote, "vote": -vote["vote"]} for vote in votes]
    assert answers(read(as_server, votes)) == answers(read(as_server, turned))
    assert answers(read(as_server, votes))[0] == ("0", "0", 1)
    assert read(as_server, turned).source.notes == (
        "agree is 1 in votes.json, as the counts of agreement in comments.json show",
    )
    empty = [{**comment, "agree_count": 0, "disagree_count": 0} for comment in COMMENTS]
    assert answers(read(empty)) == answers(read())


def test_conversation_and_math_are_read_where_they_are_there() -> None:
    math = {
        "base-clusters": {"id": [4, 9], "members": [[3], [1, 7]]},
        "group-clusters": [{"id": 0, "members": [9]}, {"id": 1, "members": [4]}],
    }
    found = read(conversation={"topic": "Parks", "description": "Which?"}, math=math)
    assert (found.title, found.question, found.published_group) == ("Parks", "Which?", ("0", "1"))
    assert read().title == "x"
    assert read().published_group is None


def test_a_vote_without_a_value_or_on_an_unknown_statement_is_listed() -> None:
    found = read(votes=[*VOTES, {"pid": 3, "tid": 8, "vote": 1}, {"pid": 3, "tid": 1, "vote": None}])
    assert [(s.file, s.line, s.reason) for s in found.skipped] == [
        ("votes.json", 4, "statement '8' is not in comments.json"),
        ("votes.json", 5, "it holds no vote"),
    ]


@pytest.mark.parametrize(
    ("files", "code", "says"),
    [
        ({"votes": [{**VOTES[0], "vote": 2}]}, "vote-out-of-range", "votes.json, item 1: the vote is '2'"),
        (
            {"votes": [{**VOTES[0], "vote": True}]},
            "unreadable-value",
            "votes.json, item 1: the field 'vote' is 'true'",
        ),
        ({"votes": [{**VOTES[0], "vote": 0.5}]}, "unreadable-value", "the field 'vote' is '0.5'"),
        ({"votes": [{"tid": 1, "vote": 1}]}, "missing-field", "votes.json, item 1: there is no field 'pid'"),
        ({"votes": [{**VOTES[0], "pid": [1]}]}, "unreadable-value", "the field 'pid' is '[1]'"),
        ({"votes": [{**VOTES[0], "modified": "soon"}]}, "unreadable-value", "the field 'modified' is"),
        ({"votes": [3]}, "not-json", "votes.json, item 1: '3' is not an object"),
        ({"votes": []}, "no-votes", "votes.json holds no votes"),
        ({"comments": []}, "no-statements", "comments.json holds no statements"),
        (
            {"comments": [*COMMENTS, COMMENTS[0]]},
            "repeated-name",
            "comments.json, item 3: the statement '1' is",
        ),
        ({"comments": [{**COMMENTS[0], "txt": 7}]}, "unreadable-value", "the field 'txt' is '7'"),
        ({"comments": [{**COMMENTS[0], "mod": 4}]}, "unreadable-value", "the field 'mod' is '4'"),
        ({"comments": [{**COMMENTS[0], "is_meta": 1}]}, "unreadable-value", "the field 'is_meta' is '1'"),
    ],
)
def test_what_cannot_be_read_is_refused(files: dict[str, object], code: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        read(**files)
    assert refused.value.code == code
    assert says in refused.value.text


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'[{"pid": 1, "tid": 1, "vote": 1}', "votes.json, line 1, column 33: this is not JSON"),
        (b'[{"vote": NaN}]', "NaN is not a number"),
        (b"[" * 100_000 + b'"vote"', "votes.json: this JSON cannot be read"),
        (b'[{"vote": ' + b"9" * 5000 + b"}]", "votes.json: this JSON cannot be read"),
        (b'{"vote": 1}', "votes.json, line 1: there is no list of objects"),
    ],
)
def test_what_is_not_json_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(Refused) as refused:
        consultation_in({"votes.json": data, "comments.json": json.dumps(COMMENTS).encode()}, "x")
    assert refused.value.code == "not-json"
    assert says in refused.value.text


@pytest.mark.parametrize("name", ["25ptpt-3gp-no-strict-with-meta", "above-100-ptpts", "below-100-ptpts"])
def test_tallies_are_those_that_the_server_computed(shared_data: Callable[[str], Path], name: str) -> None:
    """Agreement and disagreement of every statement, as counted by the server beside its text and in its groups."""
    folder = shared_data(f"polis-math/{name}")
    found = consultation_in({path.name: path.read_bytes() for path in folder.iterdir()}, name)
    votes = found.votes
    last = vote_matrix(
        votes.participant, votes.statement, votes.answer, len(found.participant_ids), len(found.statements)
    )
    agreed = np.bincount(last.statement[last.answer == 1], minlength=len(found.statements))
    disagreed = np.bincount(last.statement[last.answer == -1], minlength=len(found.statements))
    comments = json.loads((folder / "comments.json").read_text(encoding="utf-8"))
    counts = {
        str(c.get("tid", c.get("statement_id"))): (c["agree_count"], c["disagree_count"]) for c in comments
    }
    assert {
        s.statement_id: (int(a), int(d)) for s, a, d in zip(found.statements, agreed, disagreed, strict=True)
    } == (counts)
    math = json.loads((folder / "math-pca2.json").read_text(encoding="utf-8"))
    dense = last.dense()
    assert found.published_group is not None
    for group, said in math["group-votes"].items():
        members = np.array([published == group for published in found.published_group])
        assert members.sum() == said["n-members"]
        for column, statement in enumerate(found.statements):
            cell = said["votes"].get(statement.statement_id)
            if cell is not None:
                here = dense[members, column]
                assert [(here == 1).sum(), (here == -1).sum()] == [cell["A"], cell["D"]]
