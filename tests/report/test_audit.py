"""The audit's page, JSON and CSV."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from functools import lru_cache

import pytest

from comity.findings.audit import Audit, Fewest
from comity.findings.auditing import audit_of
from comity.record.consultation import Statement
from comity.report.audit import audit_csv, audit_json, audit_page
from comity.report.audit_words import Words, _odds
from comity.report.language import plain
from tests.findings.test_auditing import council


@lru_cache(maxsize=1)
def found() -> Audit:
    return audit_of(council(copies=6))


def test_the_page_says_the_result_first_and_loads_nothing() -> None:
    page = audit_page(found())
    assert "rest on the answers of 66 participants" in page
    assert "7 ballots are more alike than chance explains. None was removed" in page
    assert "http" not in page.replace('http-equiv="Content-Security-Policy"', "")
    assert "Dland</bdi> has no participant at all" in page
    for unkind in ("fraud", "fake", "manipul", "cheat", "suspic"):
        assert unkind not in page.lower()


def test_a_number_is_exact_or_a_range() -> None:
    words = Words(found())
    assert words.amount(Fewest(3, 3)) == "three"
    assert words.amount(Fewest(14, 11)) == "11 to 14"
    assert words.amount(Fewest(None, 20)) == "at least 20"


def test_one_sentence_says_how_few() -> None:
    result = replace(
        found().results[0],
        kind="support",
        change=Fewest(1, 1, ("Group A", "Aland")),
        leave=Fewest(1, 1),
        join=Fewest(5, 2),
    )
    assert plain(Words(found()).few(result)) == (
        "It would end if one participant of Aland in Group A answered otherwise, if one participant took his or her "
        "answer back, or if 2 to 5 newcomers voted against it."
    )


def test_whose_absence_ends_it_and_how_far_that_was_looked_for() -> None:
    words, one = Words(found()), found().results[0]
    alone: dict[str, object] = {"ended_by": (), "fewest_units": (), "enough_units": (), "sets_tried": 1}
    told: list[dict[str, object]] = [
        {"ended_by": ("Aland", "North")},
        {"fewest_units": ("Aland", "Bland")},
        {"enough_units": ("Aland", "Bland", "Cland")},
        {"enough_units": ("Aland", "Bland", "Cland"), "sets_tried": 2},
        {"sets_tried": 2},
        {},
    ]
    said = [plain(words.absence(replace(one, **{**alone, **changes}))) for changes in told]  # type: ignore[arg-type]
    assert said == [
        "It would not be found without Aland or North.",
        "Nobody’s absence alone would end it; it takes that of Aland and Bland together.",
        "Nobody’s absence alone would end it; that of Aland, Bland and Cland together would.",
        "No two of them could end it by their absence; that of Aland, Bland and Cland together would.",
        "It would stand without any two of them.",
        "It would stand without any one of them.",
    ]


def test_many_parties_stand_by_name_and_those_without_effect_in_one_line() -> None:
    one = found()
    idle = replace(
        one.without[0], common_lost=(), common_gained=(), differences_lost=(), differences_gained=()
    )
    names = [f"Party {letter}" for letter in "ZYXWVUTSRQPONMLK"]
    accounts = tuple(replace(one.accounts[0], name=name) for name in names)
    without = tuple(replace(idle, unit_id=name, name=name) for name in names)
    many = replace(one, accounts=accounts, without=(*without, replace(one.without[2], name="Party A")))
    words = Words(many)
    assert [account.name for account in words.accounts()] == sorted(names)
    assert [unit.name for unit in words.voices_that_matter()] == ["Party A"]
    assert [unit.name for unit in words.voices_that_do_not()] == sorted(names)
    assert "Without any one of 16 others, nothing would be otherwise" in audit_page(many)
    assert [account.name for account in Words(one).accounts()] == ["Aland", "Bland", "Cland", "Dland"]


def test_ballots_begun_at_one_moment_were_begun_within_a_minute() -> None:
    (group,) = found().coordinated.groups
    assert "begun within a minute of another of them" in plain(Words(found()).alike(replace(group, near=0)))


def test_names_and_texts_are_escaped() -> None:
    one = found()
    result = replace(
        one.results[0], statement=Statement("<x>", "<b>no</b>"), absent=("<i>Aland",), ended_by=("<u>",)
    )
    page = audit_page(replace(one, title="<Council>", results=(result,), without=()))
    assert "<b>no" not in page
    assert "&lt;i&gt;Aland" in page
    assert "<u>" not in page


def test_csv_and_json_hold_every_finding_and_no_author() -> None:
    rows = list(csv.DictReader(audit_csv(found()).splitlines()))
    assert [row["statement_id"] for row in rows] == [
        result.statement.statement_id for result in found().results
    ]
    assert float(rows[0]["without party:c"]) == found().without[2].certainty[0]
    document = json.loads(audit_json(found()))
    assert document["format"] == "comity-audit/1"
    assert document["methods"]["coordinated"]["method_id"] == "coordinated-voting/1"
    assert "author_id" not in audit_json(found())


def test_nothing_found_is_said() -> None:
    page = audit_page(replace(found(), results=(), without=(), accounts=()))
    assert "Nothing is certain enough" in page


@pytest.mark.parametrize(
    ("exponent", "said"), [(2.0, "100"), (5.2, "160,000"), (2.3, "200"), (12.0, "a thousand million")]
)
def test_odds_have_two_digits(exponent: float, said: str) -> None:
    assert _odds(exponent) == said
