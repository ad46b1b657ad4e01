"""The page on a consultation's footing: linked from its findings, in six languages, kept until votes come."""

from __future__ import annotations

from dataclasses import replace

import pytest

from comity.findings.audit import Alike, Audit
from comity.rehearsal.example import example_consultation
from comity.web.asked import Asked
from comity.web.pages.auditing import odds
from tests.findings.test_auditing import council
from tests.web.visits import House, text_of, vote


def test_whom_the_findings_rest_on(house: House) -> None:
    house.site.desk.take_in(example_consultation(), "river")
    house.framework.state.parts.audits.latest("river", 60.0)
    client = house.visitor()
    assert 'href="/c/river/audit"' in client.get("/c/river/findings").text
    page = text_of(client.get("/c/river/audit"))
    for words in (
        *("Equal footing", "Ardosa", "Common ground gained", "Answered otherwise", "Ends without"),
        *("6 findings hang on a single participant each", "8 hours", "Русский", "Which statements"),
        *("Ends without all of these together", "No ballots are more alike than chance explains."),
    ):
        assert words in page
    document = client.get("/c/river/audit.json").json()
    assert document["format"] == "comity-audit/1"
    assert len(document["results"]) == 27
    arabic = house.visitor("ar").get("/c/river/audit").text
    assert 'dir="rtl"' in arabic
    assert "على قدم المساواة" in arabic


def test_nothing_is_found_before_anybody_voted_and_what_was_computed_is_kept(house: House) -> None:
    house.host()
    assert "None yet." in text_of(house.visitor().get("/c/rivers/audit"))
    audits: Asked[Audit] = house.framework.state.parts.audits
    assert audits.latest("rivers") is audits.latest("rivers")


def test_ballots_that_are_alike_are_shown_with_what_would_be_found_without_them(house: House) -> None:
    house.site.desk.take_in(council(copies=6), "council")
    house.framework.state.parts.audits.latest("council", 60.0)
    page = text_of(house.visitor().get("/c/council/audit"))
    for words in (
        "Ballots more alike, and begun closer together, than chance explains: 7.",
        "Nobody was removed. What would be found without them stands above",
        "7 ballots. Two of them that are linked both answered 30 statements",
        "Half of them were begun within 1 minute of another one.",
        "such consultations.",
        "Ballots that are alike (7)",
        "Without a single participant: Dland",
    ):
        assert words in page
    assert "No ballots are more alike" not in page


def test_a_live_consultation_knows_who_came_when_and_wrote_what(house: House) -> None:
    host = house.host()
    for party in ("aland", "bland"):
        member = house.member(host, party=party)
        vote(member, "1", 1)
    member.post("/c/rivers/write", data={"text": "Plant trees", "language": "fr", "anyway": "yes"})
    audits: Asked[Audit] = house.framework.state.parts.audits
    latest = audits.latest("rivers", 60.0)
    assert latest is not None
    found = latest[1]
    assert (found.joining, found.basis, found.unknown) == ("joined", "parties", ())
    assert [account.languages for account in found.accounts] == [(), (("fr", 1),)]
    assert [account.words for account in found.accounts] == [0, 2]
    page = text_of(house.visitor().get("/c/rivers/audit"))
    assert "Français" in page
    assert "came first" in page
    assert "is not known here" not in page


def test_odds_have_two_digits() -> None:
    exponents = (2.0, 2.3, 5.2, 12.0)
    group = Alike("alike:1", 2, 30, 30, 20, 0, None, None, ())
    assert [odds(replace(group, exponent=one)) for one in exponents] == [100, 200, 160_000, 1_000_000_000]


def test_what_is_not_known_and_not_computed_is_said(house: House) -> None:
    """The page is given what an audit may hold where the input tells little."""
    house.host()
    audits: Asked[Audit] = house.framework.state.parts.audits
    latest = audits.latest("rivers", 60.0)
    assert latest is not None
    size, found = latest
    uncompared = replace(found.coordinated, computed=False, why_not="too many")
    sparse = replace(found, coordinated=uncompared, basis="nobody", hidden=2, no_party=3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(audits), "latest", lambda *_: (size, sparse))
        page = text_of(house.visitor().get("/c/rivers/audit"))
    assert "Ballots were not compared" in page
    assert "No ballots are more alike" not in page
    assert "everybody is heard as one" in page
    assert "2 parties are too small to be shown by themselves" in page
    assert "3 participants speak for no party." in page


def test_there_is_none_where_there_is_no_consultation(house: House) -> None:
    assert house.visitor().get("/c/nowhere/audit").status_code == 404
