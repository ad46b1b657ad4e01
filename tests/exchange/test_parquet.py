"""Parquet files say what the same tables say as CSV; without pyarrow they are refused with what to do."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from comity.errors import Refused
from comity.exchange.reading import consultation_in
from comity.record.consultation import NO_TIME, Consultation

VOTES: dict[str, Any] = {
    "participant": ["ana", "ana", "dov", None, "eve", " ana"],
    "statement": ["s1", "s2", "s1", "s1", "s1", "s2"],
    "vote": [1, -1, 0, 1, None, 1],
    "party": ["north", None, "south", "south", "", "north"],
}
STATEMENTS = {"statement": ["s2", "s1"], "text": ["Two", "One"], "language": [None, "en"]}


def as_parquet(columns: dict[str, Any]) -> bytes:
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.table(columns), sink)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def as_csv(columns: dict[str, Any]) -> bytes:
    rows = zip(*columns.values(), strict=True)
    lines = [
        ",".join(columns),
        *(",".join("" if cell is None else str(cell) for cell in row) for row in rows),
    ]
    return "\n".join(lines).encode()


def same(one: Consultation, other: Consultation) -> None:
    for name in ("statements", "participant_ids", "parties"):
        assert getattr(one, name) == getattr(other, name)
    assert one.party_of.tolist() == other.party_of.tolist()
    for name in ("participant", "statement", "answer", "at"):
        assert getattr(one.votes, name).tolist() == getattr(other.votes, name).tolist()
        assert getattr(one.votes, name).dtype == getattr(other.votes, name).dtype
    assert [left_out.reason for left_out in one.skipped] == [left_out.reason for left_out in other.skipped]


@pytest.mark.parametrize(
    "columns",
    [
        VOTES,
        {**VOTES, "vote": [1.0, -1.0, 0.0, 1.0, None, 1.0]},
        {**VOTES, "vote": ["agree", "disagree", "pass", "1", None, "1"]},
        {**VOTES, "participant": [1, 1, 2, None, 3, 1]},
        {**VOTES, "at": [1714782753431, 5, None, 7, 8, 9]},
        {**VOTES, "at": ["2026-03-02T09:30:00Z", "2026-03-02", None, None, None, ""]},
    ],
)
def test_parquet_says_what_csv_says(columns: dict[str, Any]) -> None:
    one = consultation_in({"a": as_parquet(columns), "b": as_parquet(STATEMENTS)}, "x")
    other = consultation_in({"a": as_csv(columns), "b": as_csv(STATEMENTS)}, "x")
    same(one, other)
    assert [left_out.line for left_out in one.skipped] == [4, 5]
    same(consultation_in({"a": as_parquet(columns)}, "x"), consultation_in({"a": as_csv(columns)}, "x"))


def test_times_and_categories_of_parquet_are_read() -> None:
    at = np.array(["2026-03-02T09:30:00.5", "NaT", "2026-03-02T09:29:00"], "datetime64[us]")
    columns = {
        "participant": pyarrow.array(["ana", "dov", "ana"]).dictionary_encode(),
        "statement": [1, 2, 1],
        "vote": np.array([1, 0, -1], np.int8),
        "at": at,
    }
    votes = consultation_in({"v.parquet": as_parquet(columns)}, "x").votes
    assert votes.at.tolist() == [NO_TIME, 1772443740000, 1772443800500]
    assert votes.answer.tolist() == [0, -1, 1]


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        ({"vote": [1, 2, 0, 1, 1, 1]}, "vote-out-of-range", "v.parquet, line 2: the vote is '2'"),
        ({"vote": [1, 0.5, 0, 1, 1, 1]}, "vote-out-of-range", "v.parquet, line 2: the vote is '0.5'"),
        ({"vote": [[1]] * 6}, "not-parquet", "v.parquet: a column holds list<"),
        ({"at": ["soon"] * 6}, "unreadable-time", "v.parquet, line 1: the time 'soon'"),
        ({"party": ["a", "b", "c", "c", "d", "a"]}, "two-parties", "v.parquet, line 2: participant 'ana'"),
    ],
)
def test_what_cannot_be_read_is_refused(change: dict[str, Any], code: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        consultation_in({"v.parquet": as_parquet({**VOTES, **change})}, "x")
    assert refused.value.code == code
    assert says in refused.value.text


def test_a_damaged_file_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        consultation_in({"votes.parquet": as_parquet(VOTES)[:-20]}, "x")
    assert refused.value.code == "not-parquet"
    assert "votes.parquet is not a whole Parquet file" in refused.value.text


def test_without_pyarrow_the_refusal_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    data = as_parquet(VOTES)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(Refused) as refused:
        consultation_in({"votes.parquet": data}, "x")
    assert refused.value.code == "extra-missing"
    assert "pip install 'comity[parquet]'" in refused.value.text
