"""What another system held comes back from the record as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.exchange.reading import consultation_in
from comity.record.consultation import (
    NO_TIME,
    Consultation,
    Party,
    Skipped,
    Source,
    SourceFile,
    Statement,
    VoteColumns,
)
from comity.record.entry_bytes import entry_from
from comity.record.imported import _described, source_of
from tests.comparing import assert_same
from tests.sites import site_at

IDS = st.lists(st.integers(0, 10**6).map(str), min_size=1, max_size=8, unique=True)


@st.composite
def consultations(draw: st.DrawFn) -> Consultation:
    """Anything that a reader of files may produce, numbered as those number."""
    people = sorted(draw(IDS), key=int)
    names = draw(IDS)
    times = st.none() | st.integers(0, 2**45)
    statements = [
        Statement(
            name,
            draw(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20)),
            language=draw(st.sampled_from([None, "en", "zh-Hant", "ar"])),
            moderation=draw(st.sampled_from(["accepted", "pending", "rejected"])),
            author_id=draw(st.none() | st.sampled_from([*people, "999999999"])),
            submitted_at=draw(times),
            is_meta=draw(st.booleans()),
        )
        for name in names
    ]
    n = draw(st.integers(0, 30))
    who = np.array(draw(st.lists(st.integers(0, len(people) - 1), min_size=n, max_size=n)), np.int32)
    what = np.array(draw(st.lists(st.integers(0, len(names) - 1), min_size=n, max_size=n)), np.int32)
    answers = np.array(draw(st.lists(st.integers(-1, 1), min_size=n, max_size=n)), np.int8)
    at = np.array(
        [NO_TIME if t is None else t for t in draw(st.lists(times, min_size=n, max_size=n))], np.int64
    )
    parties = draw(
        st.sampled_from([(), (Party("fr", "France", "EU", {"people": 68.5}), Party("a b", "A B"))])
    )
    party_of = [draw(st.integers(-1, len(parties) - 1)) for _ in people]
    return Consultation(
        title=draw(st.sampled_from(["Rivers", "水 😀"])),
        question=draw(st.sampled_from(["", "What to do?\n\nTell us."])),
        statements=tuple(statements),
        participant_ids=tuple(people),
        votes=VoteColumns(who, what, answers, at, np.array([bool(t % 2) for t in range(n)], np.bool_)),
        source=Source("plain-table", "a plain table", (SourceFile("votes.csv", "0" * 64, 5),)),
        parties=parties,
        party_of=np.array(party_of, np.int32),
        published_group=tuple(draw(st.sampled_from(["", "0", "1"])) for _ in people),
    )


@settings(max_examples=60)
@given(consultations())
def test_anything_comes_back_as_it_was(consultation: Consultation) -> None:
    with site_at("memory:") as site:
        site.desk.take_in(consultation, "rivers")
        found = site.reader.consultation("rivers")
    assert_same(found, consultation)
    assert found.source.description == f"a plain table: votes.csv (sha256 {'0' * 64})"


def test_names_stay_beside_the_record() -> None:
    table = (
        b"participant,statement,vote,party\nAna Lopez,More trees,agree,Costa Rica\nDov,More trees,-1,Israel\n"
    )
    with site_at("memory:") as site:
        site.desk.take_in(consultation_in({"votes.csv": table}, "Trees"), "trees")
        found = site.reader.consultation("trees")
        assert found.participant_ids == ("p1", "p2")
        assert found.parties[found.party_of[0]].name == "Costa Rica"
        assert site.reader.identity("trees", "p1") == {"name": "Ana Lopez"}
        written = b"".join(site.store.entries("trees"))
        assert b"Ana" not in written
        assert b"More trees" not in written
        assert found.statements[0].text == "More trees"
        assert found.statements[0].statement_id == "1"
        assert site.reader.texts("trees")
        last = entry_from(site.store.entries("trees")[-1])
        assert last.kind == "closed"


KINDS = ("a plain table", "a Polis export", "recorded votes of the UN General Assembly")
TABLE = {"votes.csv": b"participant,statement,vote\nana,s1,1\n"}
NAMES = st.text("abc (),.+-_é水", min_size=1, max_size=12).map(str.strip).filter(bool)


@given(st.sampled_from(KINDS), st.lists(NAMES, max_size=4), st.integers(0, 3))
def test_what_an_opening_says_of_files_can_be_taken_apart(kind: str, names: list[str], skipped: int) -> None:
    files = tuple(SourceFile(name, f"{number:064x}", 1) for number, name in enumerate(names))
    left_out = tuple(Skipped("votes.csv", number, "no vote") for number in range(skipped))
    told = _described(
        replace(consultation_in(TABLE, "Trees"), source=Source("x", kind, files), skipped=left_out)
    )
    source = source_of(told)
    if files or not skipped:
        assert (source.kind, source.files) == (kind, tuple((file.name, file.sha256) for file in files))
        assert bool(source.rest) == bool(skipped)


@pytest.mark.parametrize("name", ["brexit-consensus", "vtaiwan.uberx", "canadian-electoral-reform"])
def test_real_conversations_come_back_as_they_were(name: str, shared_data: Callable[[str], Path]) -> None:
    folder = shared_data(f"polis/{name}")
    consultation = consultation_in({file.name: file.read_bytes() for file in folder.iterdir()}, name)
    with site_at("memory:") as site:
        site.desk.take_in(consultation, "imported")
        assert_same(site.reader.consultation("imported"), consultation)
