"""Findings as JSON and CSV: complete, canonical, and safe to open."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest

from comity.findings.findings import Findings
from comity.report.data import COLUMNS, FORMAT, RESULTS, findings_csv, findings_json
from tests.report.examples import SHAPES, classic, river, taxis

DOCS = Path(__file__).parents[2] / "docs" / "reference" / "findings-format.md"


def rows_of(findings: Findings) -> list[dict[str, str]]:
    return list(csv.DictReader(findings_csv(findings).splitlines()))


@pytest.mark.parametrize("make", SHAPES.values(), ids=SHAPES)
def test_json_is_canonical_and_holds_every_field(make: Callable[[], Findings]) -> None:
    findings = make()
    text = findings_json(findings)
    document = json.loads(text)
    again = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
    assert text == again
    assert text.count("\n") == 1
    assert document["format"] == FORMAT
    counted = {"n_participants", "n_voted", "n_votes", "n_statements", "n_left_out", "head"}
    assert {one.name for one in fields(Findings)} - counted <= set(document)
    assert document["counts"]["votes"] == findings.n_votes
    assert len(document["statements"]["findings"]) == len(findings.statements)
    assert len(document["opinion_map"]["findings"]["points"]) == len(findings.opinion_map.points)


def test_every_result_names_its_method_parameters_and_decimals() -> None:
    findings = river()
    document = json.loads(findings_json(findings))
    for name, keys in RESULTS.items():
        assert document[name]["methods"] == [
            {
                "id": findings.methods[key].method_id,
                "parameters": dict(findings.methods[key].parameters),
                "decimals": findings.methods[key].decimals,
            }
            for key in keys
            if key in findings.methods
        ]
    assert {key for keys in RESULTS.values() for key in keys} >= set(findings.methods)


def test_who_wrote_a_statement_is_no_finding() -> None:
    findings = river()
    signed = replace(
        findings,
        statements=tuple(
            replace(found, statement=replace(found.statement, author_id="ana"))
            for found in findings.statements
        ),
    )
    assert "ana" not in json.dumps(json.loads(findings_json(signed))["statements"]).replace("banana", "")
    assert "author_id" not in findings_json(signed)


def test_a_number_that_is_not_finite_is_refused() -> None:
    findings = river()
    broken = replace(findings, quality=replace(findings.quality, log_loss=float("nan")))
    with pytest.raises(ValueError, match="not JSON compliant"):
        findings_json(broken)


def test_zero_has_one_sign() -> None:
    findings = river()
    broken = replace(findings, quality=replace(findings.quality, log_loss=-0.0))
    assert findings_json(broken) == findings_json(
        replace(broken, quality=replace(broken.quality, log_loss=0.0))
    )


@pytest.mark.parametrize("make", SHAPES.values(), ids=SHAPES)
def test_csv_has_a_row_for_every_statement_and_side_and_for_everybody(make: Callable[[], Findings]) -> None:
    findings = make()
    rows = list(csv.reader(findings_csv(findings).splitlines()))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) - 1 == sum(1 + len(found.supports) for found in findings.statements)
    assert all(len(row) == len(COLUMNS) for row in rows)


def test_csv_holds_the_numbers_of_the_findings() -> None:
    findings = river()
    rows = {(row["statement_id"], row["side_id"]): row for row in rows_of(findings)}
    for found in findings.statements:
        everybody = rows[found.statement.statement_id, "all"]
        assert int(everybody["voted"]) == found.tally.voted
        for support in found.supports:
            row = rows[found.statement.statement_id, support.side_id]
            assert float(row["agree_low"]) == support.agree.low
            assert support.corrected_disagree is not None
            assert float(row["corrected_disagree_high"]) == support.corrected_disagree.high
            assert row["stance"] == support.stance
    named = {found.statement_id for found in findings.common_ground if found.named}
    assert {row["statement_id"] for row in rows.values() if row["common_ground"]} == named


def test_what_was_not_computed_is_an_empty_cell() -> None:
    assert {row["corrected_agree"] for row in rows_of(classic())} == {""}


def test_no_text_is_a_formula() -> None:
    findings = river()
    first = findings.statements[0]
    texts = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1")
    for text in texts:
        hostile = replace(
            findings, statements=(replace(first, statement=replace(first.statement, text=text)),)
        )
        assert {row["text"] for row in rows_of(hostile)} == {"'" + text}
        assert json.loads(findings_json(hostile))["statements"]["findings"][0]["statement"]["text"] == text


def test_texts_are_not_escaped_away() -> None:
    assert taxis().statements[0].statement.text in findings_json(taxis())


def test_the_docs_describe_every_column_and_every_result() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert f"`{FORMAT}`" in text
    for name in RESULTS:
        assert f"`{name}`" in text
    for column in COLUMNS:
        stem = column.removeprefix("corrected_disagree").removeprefix("corrected_agree")
        assert f"`{column}`" in text or f"`{stem}`" in text, column
