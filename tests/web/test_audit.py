"""The page on a consultation's footing: linked from its findings, in six languages, kept until votes come."""

from __future__ import annotations

from comity.findings.audit import Audit
from comity.rehearsal.example import example_consultation
from comity.web.asked import Asked
from tests.web.visits import House, text_of


def test_whom_the_findings_rest_on(house: House) -> None:
    house.site.desk.take_in(example_consultation(), "river")
    house.framework.state.parts.audits.latest("river", 60.0)
    client = house.visitor()
    assert 'href="/c/river/audit"' in client.get("/c/river/findings").text
    page = text_of(client.get("/c/river/audit"))
    for words in ("Equal footing", "Ardosa", "Common ground gained", "Answered otherwise", "Ends without"):
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


def test_there_is_none_where_there_is_no_consultation(house: House) -> None:
    assert house.visitor().get("/c/nowhere/audit").status_code == 404
