"""What is written in Polis' form is read back the same, by the reader that reads Polis' own exports."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given, settings

from comity.exchange.polis_export import polis_export
from comity.exchange.reading import consultation_in
from comity.record.consultation import NO_TIME, Consultation, Promise
from tests.comparing import assert_same
from tests.record.test_imported import consultations


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


@pytest.mark.parametrize(
    "name",
    [
        "15-per-hour-seattle",
        "brexit-consensus",
        "canadian-electoral-reform",
        "scoop-hivemind.taxes",
        "scoop-hivemind.ubi",
        "vtaiwan.uberx",
    ],
)
def test_real_exports_are_written_as_they_were(name: str, shared_data: Callable[[str], Path]) -> None:
    """Read, written and read again; and the columns that Polis wrote come out with Polis' own numbers."""
    folder = shared_data(f"polis/{name}")
    theirs = {file.name: file.read_bytes() for file in folder.iterdir()}
    consultation = consultation_in(theirs, name)
    ours = polis_export(consultation)
    again = consultation_in(ours, name)
    assert_same(again, consultation)
    assert again.skipped == ()
    names = ("participant", "group-id", "n-votes", "n-agree", "n-disagree")
    mine = {
        row["participant"]: [row[column] for column in names] for row in rows(ours["participants-votes.csv"])
    }
    polis = {
        row["participant"]: [row[column] for column in names]
        for row in rows(theirs["participants-votes.csv"])
    }
    assert mine.keys() >= polis.keys()
    assert {who: mine[who] for who in polis} == polis
    assert dict(csv.reader(io.StringIO(ours["summary.csv"].decode())))["topic"] == consultation.title


@settings(max_examples=60)
@given(consultations())
def test_anything_is_read_back_as_it_was(consultation: Consultation) -> None:
    """As far as the form goes: votes in the order of time, statements in that of numbers."""
    assume(len(consultation.votes.answer))
    votes = consultation.votes
    ordered = replace(
        consultation,
        statements=tuple(
            replace(item, text=item.text.strip() or "x")
            for item in sorted(consultation.statements, key=lambda item: int(item.statement_id))
        ),
        votes=replace(votes, at=votes.at * 0 + 1_500_000_000_000),
    )
    if any(item.submitted_at is not None and item.submitted_at < 10**11 for item in ordered.statements):
        ordered = replace(
            ordered, statements=tuple(replace(item, submitted_at=None) for item in ordered.statements)
        )
    again = consultation_in(polis_export(ordered), "nothing")
    assert_same(again, ordered)
    assert again.skipped == ()


def test_single_votes_that_were_promised_to_stay_secret_are_not_written() -> None:
    table = b"participant,statement,vote\n1,2,1\n"
    consultation = replace(consultation_in({"votes.csv": table}, "x"), promise=Promise("parties"))
    with pytest.raises(ValueError, match="not published"):
        polis_export(consultation)


def test_groups_and_the_record_stand_where_a_reader_finds_them() -> None:
    table = b"participant,statement,vote,at\n7,2,1,2026-01-01T00:00:00Z\n8,2,0,2026-01-01T00:00:01Z\n"
    consultation = consultation_in({"votes.csv": table}, "Trees")
    files = polis_export(consultation, {"7": 0}, "https://talks.example.org/trees", "0.1.0")
    assert [row["group-id"] for row in rows(files["participants-votes.csv"])] == ["0", ""]
    assert rows(files["votes.csv"])[0]["datetime"] == "Thu Jan 01 00:00:00 UTC 2026"
    assert b"comity-version,0.1.0" in files["summary.csv"]
    assert NO_TIME not in consultation.votes.at
