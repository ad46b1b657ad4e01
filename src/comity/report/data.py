"""Findings as data for programs: canonical JSON with every method beside its results, and one tidy CSV table.

Both are described in `docs/reference/findings-format.md`. The same findings give the same bytes.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass

from comity.findings.findings import Estimate, Findings, Method, Side, StatementFinding, Support, Tally

FORMAT = "comity-findings/1"
RESULTS: Mapping[str, tuple[str, ...]] = {
    "statements": ("support", "corrected_support", "divisiveness", "map"),
    "common_ground": ("common_ground",),
    "reserved_differences": ("reserved_differences",),
    "most_divisive": ("divisiveness",),
    "groups": ("groups", "representative"),
    "ends": ("map", "representative"),
    "opinion_map": ("map", "groups"),
    "quality": ("groups",),
}
"""The fields of Findings that methods computed, and under what names `Findings.methods` has them."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is taken for a formula by spreadsheets."""

COLUMNS = (
    *("statement_id", "text", "language", "side_id", "side_kind", "side_name"),
    *("agreed", "disagreed", "passed", "voted"),
    *("agree", "agree_low", "agree_high", "disagree", "disagree_low", "disagree_high"),
    *("corrected_agree", "corrected_agree_low", "corrected_agree_high"),
    *("corrected_disagree", "corrected_disagree_low", "corrected_disagree_high"),
    *("stance", "stance_certainty", "divisiveness"),
    *("common_ground", "common_ground_certainty", "reserved_difference", "reserved_difference_certainty"),
)
"""The columns of the CSV table, in their order."""


def findings_json(findings: Findings) -> str:
    """All findings as one JSON object: keys sorted, no spaces, texts as they were written, one line.

    Raises ValueError where a number is not finite.
    """
    results = {
        name: {
            "methods": [_method(findings.methods[key]) for key in keys if key in findings.methods],
            "findings": plain(getattr(findings, name)),
        }
        for name, keys in RESULTS.items()
    }
    document = {
        "format": FORMAT,
        "comity_version": findings.comity_version,
        "title": findings.title,
        "question": findings.question,
        "source": plain(findings.source),
        "record": plain(findings.head),
        "parties": plain(findings.parties),
        "parameters": plain(findings.parameters),
        "counts": {
            "participants": findings.n_participants,
            "voted": findings.n_voted,
            "votes": findings.n_votes,
            "statements": findings.n_statements,
            "left_out": dict(findings.n_left_out),
        },
        "methods": {name: _method(method) for name, method in findings.methods.items()},
        "sides": plain(findings.sides),
        **results,
        "skipped": plain(findings.skipped),
        "warnings": list(findings.warnings),
    }
    return (
        json.dumps(document, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
        + "\n"
    )


def findings_csv(findings: Findings) -> str:
    """One row for every statement and side, and one for everybody; `COLUMNS` in the first line.

    A text that a spreadsheet would run as a formula gets an apostrophe before it; the JSON has it as it was.
    """
    table = Lines()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    sides = {side.side_id: side for side in findings.sides}
    outcomes = _outcomes(findings)
    for found in findings.statements:
        outcome = outcomes[found.statement.statement_id]
        for row in _rows(found, sides):
            writer.writerow([safe_cell(cell) for cell in (*row, found.divisiveness, *outcome)])
    return "".join(table)


class Lines(list[str]):
    """What a CSV writer writes into, line by line; a pure room opens no file."""

    def write(self, line: str) -> None:
        self.append(line)


def _method(method: Method) -> dict[str, object]:
    return {"id": method.method_id, "parameters": dict(method.parameters), "decimals": method.decimals}


def plain(value: object) -> object:
    """Frozen objects as lists and mappings of plain values; who wrote a statement is no finding and is left out."""
    if is_dataclass(value) and not isinstance(value, type):
        members = {
            field.name: plain(getattr(value, field.name))
            for field in fields(value)
            if field.name != "author_id"
        }
        return {**members, "voted": value.voted} if isinstance(value, Tally) else members
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    return 0.0 if isinstance(value, float) and value == 0 else value


def _outcomes(findings: Findings) -> dict[str, tuple[str, float | str, str, float | str]]:
    """For every statement: is it common ground and how certainly, is it a reserved difference and how certainly."""
    shared: dict[str, tuple[str, float]] = {}
    for common in findings.common_ground:
        shared.setdefault(common.statement_id, (common.direction if common.named else "", common.certainty))
    apart = {
        found.statement_id: (found.kind if found.named else "", found.certainty)
        for found in findings.reserved_differences
    }
    ids = [found.statement.statement_id for found in findings.statements]
    return {one: (*shared.get(one, ("", "")), *apart.get(one, ("", ""))) for one in ids}


def _rows(found: StatementFinding, sides: Mapping[str, Side]) -> Iterable[list[object]]:
    statement = found.statement
    start = [statement.statement_id, statement.text, statement.language or ""]
    everybody = [*_tally(found.tally), *_share(found.agree), *_share(found.disagree), *[""] * 6, "", ""]
    yield [*start, "all", "all", "Everybody", *everybody]
    for support in found.supports:
        side = sides[support.side_id]
        yield [*start, side.side_id, side.kind, side.name, *_side(support)]


def _side(support: Support) -> list[object]:
    shares = (support.agree, support.disagree, support.corrected_agree, support.corrected_disagree)
    cells = [cell for share in shares for cell in _share(share)]
    return [*_tally(support.tally), *cells, support.stance, support.stance_certainty]


def _tally(tally: Tally) -> list[int]:
    return [tally.agreed, tally.disagreed, tally.passed, tally.voted]


def _share(estimate: Estimate | None) -> list[object]:
    return ["", "", ""] if estimate is None else [estimate.value, estimate.low, estimate.high]


def safe_cell(cell: object) -> object:
    """A cell that a spreadsheet would run as a formula, disarmed by an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
