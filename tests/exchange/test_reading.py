"""Whatever stands in the files, the answer is a consultation or one clear sentence."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import Refused
from comity.exchange.reading import consultation_in
from comity.record.consultation import Consultation

SMALL: list[dict[str, bytes]] = [
    {
        "votes.csv": b"timestamp,datetime,comment-id,voter-id,vote\n17000,x,2,7,1\r\n16000,x,9,7,-1\n17001,x,2,8,0\n",
        "comments.csv": "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n"
        '1,x,2,3,0,0,1,"A, b"\n2,x,9,3,0,0,-1,第二\n'.encode(),
        "participants-votes.csv": b"participant,xid,group-id,n-comments,n-votes,n-agree,n-disagree,2,9\n"
        b"7,a,1,0,2,1,1,1,-1\n8,,,0,1,0,0,0,\n",
        "summary.csv": b'topic,"T"\nurl,u\nconversation-description,"d\ne"\n',
    },
    {
        "votes.csv": b"participant,statement,vote,at,party\nana,s1,1,2026-03-02T09:30:00Z,north\ndov,s2,-1,5,\n",
        "statements.csv": b"statement,text,language\ns1,One,en\ns2,Two,\n",
        "parties.csv": b"party,bloc,people\nnorth,,5\n",
    },
    {
        "votes.json": b'[{"pid": 1, "tid": 0, "vote": -1, "modified": "17"}, {"pid": 2, "tid": 0, "vote": 1}]',
        "comments.json": b'[{"tid": 0, "txt": "One", "created": "5", "mod": 1, "agree_count": 1}]',
        "math-pca2.json": b'{"base-clusters": {"id": [0], "members": [[1]]}, "group-clusters": []}',
    },
]
PIECES = [
    b"",
    b"\0",
    b'"',
    b",",
    b"\r",
    b"\n",
    b"\xff",
    b"2",
    b"-",
    b"9" * 30,
    b"9" * 5000,
    b"x" * 200,
    b"1e400",
    b"\xef\xbb\xbf",
    b"[",
    b"null",
    b"{}",
]


def sound(consultation: Consultation) -> None:
    """What every reader of a consultation relies on."""
    votes = consultation.votes
    n_events = len(votes.answer)
    assert n_events == len(votes.participant) == len(votes.statement) == len(votes.at) > 0
    dtypes = [column.dtype.name for column in (votes.participant, votes.statement, votes.answer, votes.at)]
    assert dtypes == ["int32", "int32", "int8", "int64"]
    assert votes.participant.min() >= 0
    assert votes.participant.max() < len(consultation.participant_ids)
    assert votes.statement.min() >= 0
    assert votes.statement.max() < len(consultation.statements)
    assert set(votes.answer.tolist()) <= {-1, 0, 1}
    assert votes.at.tolist() == sorted(votes.at.tolist())
    assert len(consultation.party_of) == len(consultation.participant_ids)
    assert len(set(consultation.participant_ids)) == len(consultation.participant_ids)


def outcome(files: dict[str, bytes]) -> Consultation | Refused:
    """What the files give. Any other error than a refusal is a failure."""
    try:
        return consultation_in(files, "x")
    except Refused as refused:
        return refused


@settings(max_examples=250)
@given(st.data())
def test_damaged_files_are_read_or_refused_in_one_sentence(data: st.DataObject) -> None:
    files = dict(data.draw(st.sampled_from(SMALL)))
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from(sorted(files)))
        place = data.draw(st.integers(0, len(files[name])))
        end = data.draw(st.sampled_from([place, place + 1, place + 5, len(files[name])]))
        files[name] = files[name][:place] + data.draw(st.sampled_from(PIECES)) + files[name][end:]
    if data.draw(st.integers(0, 5)) == 0:
        del files[data.draw(st.sampled_from(sorted(files)))]
    found = outcome(files)
    if isinstance(found, Refused):
        assert found.text
        assert "\n" not in found.text
    else:
        sound(found)


def test_the_smallest_consultation() -> None:
    found = consultation_in({"v.csv": b"participant,statement,vote\na,s,0\n"}, "x")
    sound(found)
    assert (len(found.participant_ids), len(found.statements)) == (1, 1)


def test_no_vote_line_is_lost_in_silence() -> None:
    """Every line of votes is a vote or is listed."""
    lines = ["a,s,1", "a", "a,,1", ",s,1", "a,s,", "a,z,1", "b,s,-1", "b,s,1,1"]
    files = {
        "votes.csv": "\n".join(["participant,statement,vote", *lines]).encode(),
        "s.csv": b"statement,text\ns,S\n",
    }
    found = consultation_in(files, "x")
    assert len(found.votes.answer) + len(found.skipped) == len(lines)
    assert [left_out.line for left_out in found.skipped] == [3, 4, 5, 6, 7, 9]


def test_a_deep_or_odd_json_is_refused_like_any_other_file() -> None:
    for odd in ("[" * 3000, json.dumps([{"vote": {}, "pid": 1, "tid": 0}]), '"vote"', '{"a": 1e999}'):
        found = outcome({**SMALL[2], "votes.json": odd.encode()})
        assert isinstance(found, Refused)
        assert "votes.json" in found.text
