"""Entries have one form, one sequence of bytes, and say what is wrong with any other."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.record.canonical import canonical, parsed, text_hash
from comity.record.entries import KINDS, Closed, Entry, PartyAdded, VoteCast, required_fields
from comity.record.entry_bytes import entry_bytes, entry_from, entry_from_object, entry_object
from comity.record.entry_forms import check_fields
from tests.record.example import opening
from tests.record.vectors import story

ID = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters='"\\'),
    min_size=1,
    max_size=64,
)
TIMES = st.none() | st.integers(-(2**53) + 1, 2**53 - 1)
VOTES = st.builds(
    VoteCast,
    at=TIMES,
    by=ID,
    statement=ID,
    answer=st.integers(-1, 1),
    matters=st.booleans(),
    salt=st.none() | st.text("0123456789abcdef", min_size=32, max_size=32),
)


@settings(deadline=None)
@given(VOTES)
def test_votes_are_written_and_read_by_a_short_cut_to_the_same_bytes(vote: VoteCast) -> None:
    data = entry_bytes(vote)
    assert data == rfc8785.dumps(entry_object(vote))
    try:
        check_fields(vote)
    except ValueError:
        return  # white space of another script, say: written the same, and never admitted
    assert entry_from(data) == vote == entry_from_object(json.loads(data))


@pytest.mark.parametrize("data", story(), ids=lambda data: json.loads(data)["kind"])
def test_every_kind_reads_back(data: bytes) -> None:
    entry = entry_from(data)
    assert entry_bytes(entry) == data
    assert entry_from_object(json.loads(data)) == entry
    assert canonical(json.loads(data)) == data


def test_a_draft_from_before_drafts_named_their_method_keeps_its_bytes() -> None:
    old, new = (json.loads(data) for data in story() if b'"draft-proposed"' in data)
    assert "method" not in old
    assert new["method"] == "single-text/1"
    assert canonical(old) == entry_bytes(entry_from_object(old))
    with pytest.raises(ValueError, match="canonical bytes"):
        entry_from(canonical({**old, "method": None}))
    with pytest.raises(ValueError, match="method is a method's id"):
        entry_from(canonical({**old, "method": "by hand"}))


@settings(max_examples=300)
@given(st.sampled_from(story()), st.data())
def test_no_other_bytes_read_as_an_entry(data: bytes, draw: st.DataObject) -> None:
    """Whatever is read has exactly the bytes that writing it gives."""
    place = draw.draw(st.integers(0, len(data) - 1))
    byte = draw.draw(st.integers(0, 255))
    other = data[:place] + bytes([byte]) + data[place + 1 :]
    try:
        entry = entry_from(other)
    except ValueError:
        return
    assert entry_bytes(entry) == other


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({}, "None is no kind of entry"),
        ([], "is no kind of entry"),
        ({"kind": "coup"}, "'coup' is no kind of entry"),
        ({"kind": "closed", "at": 1}, r"closed: missing \['by'\], unknown \[\]"),
        ({"kind": "closed", "at": 1, "by": "x", "why": 1}, r"closed: missing \[\], unknown \['why'\]"),
        ({"kind": "closed", "at": 1.5, "by": "x"}, "closed: at is a time in milliseconds, or null, not 1.5"),
        ({"kind": "closed", "at": True, "by": "x"}, "closed: at is a time"),
        ({"kind": "closed", "at": 2**53, "by": "x"}, "closed: at is a time"),
        ({"kind": "closed", "at": 1, "by": "two words"}, "closed: by is an id"),
        ({"kind": "closed", "at": 1, "by": "x" * 65}, "closed: by is an id"),
        ({"kind": "closed", "at": 1, "by": ""}, "closed: by is an id"),
        ({"kind": "closed", "at": 1, "by": None}, "closed: by is an id"),
    ],
)
def test_what_is_no_entry_is_said(value: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        entry_from_object(value)


@pytest.mark.parametrize(
    "changes",
    [
        {"title": ""},
        {"title": "x" * 301},
        {"question": "\ud800"},
        {"threshold": 1.5},
        {"threshold": float("nan")},
        {"threshold": "0.6"},
        {"floor": 0},
        {"floor": True},
        {"languages": "en"},
        {"languages": ("en", "not a tag")},
        {"sources": ("x" * 2001,)},
        {"priorities": -1},
        {"key": "two words"},
        {"readers": "nobody"},
    ],
)
def test_every_setting_has_its_form(changes: dict[str, Any]) -> None:
    name = next(iter(changes))
    with pytest.raises(ValueError, match=f"opening: {name} is "):
        check_fields(opening(**changes))


@pytest.mark.parametrize("value", [float("inf"), float("nan"), "many", True, None])
def test_a_capacity_is_a_finite_number(value: Any) -> None:
    with pytest.raises(ValueError, match="capacities is names with a finite number"):
        check_fields(PartyAdded(by="h", party="a", name="A", capacities={"people": value}))


def test_json_that_reads_differently_elsewhere_is_refused() -> None:
    for data in (b'{"a":1,"a":2}', b"NaN", b"[Infinity]", b"{", b""):
        with pytest.raises(ValueError, match=r"."):
            parsed(data)
    with pytest.raises(ValueError, match="a salt has 16 bytes, not 3"):
        text_hash(b"abc", "x")
    with pytest.raises(ValueError, match="these are not the entry's canonical bytes"):
        entry_from(b'{"by":"site","at":5,"kind":"closed"}')


def test_what_a_caller_must_say() -> None:
    assert required_fields(VoteCast) == ("by", "statement", "answer")
    assert required_fields(Closed) == ("by",)
    assert all(issubclass(kind, Entry) for kind in KINDS.values())
