"""The slate's page and its data."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

from comity.findings.slate import GroupLeftOut
from comity.findings.slating import slate_findings
from comity.record.consultation import Statement
from comity.report.slate import slate_csv, slate_json, slate_page
from tests.findings.test_slating import camps

FOUND = slate_findings(camps(), 4)


def test_the_page_says_the_result_first_and_loads_nothing() -> None:
    page = slate_page(FOUND)
    assert "Four statements of 8, chosen so that every group has its share of them" in page
    assert "No group is left out" in page
    assert "http" not in page.replace('http-equiv="Content-Security-Policy"', "")
    assert "<script" not in page


def test_a_group_left_out_is_named_with_its_size() -> None:
    left = GroupLeftOut(Statement("x", "<Rivers> first.", "en"), 6, 0.25, 1, 0, (("South & <co>", 6),))
    checked = replace(FOUND.checks[0], ejr_plus=left, pjr_plus=left)
    page = slate_page(replace(FOUND, checks=(checked,)))
    assert "One group is left short: 6 participants (25%)" in page
    assert "Their number deserves one place; none of them has any." in page
    assert "&lt;Rivers&gt; first" in page
    assert "6 of <bdi>South &amp; &lt;co&gt;</bdi>" in page
    assert "between them they approve of 0 on the slate" in page


def test_csv_and_json_hold_every_place() -> None:
    rows = list(csv.DictReader(slate_csv(FOUND).splitlines()))
    assert [row["statement_id"] for row in rows] == [place.statement.statement_id for place in FOUND.places]
    assert float(rows[0]["approval party:north"]) == FOUND.places[0].by_side[-2]
    found = json.loads(slate_json(FOUND))
    assert found["method"]["method_id"] == "equal-shares/1"
    assert found["checks"][0]["ejr_plus"] is None


def test_a_formula_in_a_text_is_disarmed() -> None:
    place = replace(FOUND.places[0], statement=Statement("=1", "=2+3"))
    assert "'=2+3" in slate_csv(replace(FOUND, places=(place,)))
