"""The equal-footing audit as people and programs read it: a page, JSON and CSV."""

from __future__ import annotations

import csv
import json

from comity.findings.audit import Audit, Fewest
from comity.report import language, numbers
from comity.report.audit_words import Words
from comity.report.data import Lines, plain, safe_cell
from comity.report.explanations import command_of
from comity.report.frame import Frame, Section, page_from

FORMAT = "comity-audit/1"
COLUMNS = (
    *("statement_id", "text", "language", "finding", "certainty"),
    *("absent", "thin", "ended_by", "fewest_absent", "enough_absent"),
    *("change", "change_at_least", "change_of", "leave", "leave_at_least", "join", "join_at_least"),
)
"""The columns of the CSV table; then one for each unit, the certainty without it."""
SECTIONS = (
    Section("heard", "Who was heard"),
    Section("rests", "What rests on whom"),
    Section("few", "How few could turn each finding"),
    Section("alike", "Ballots that are alike"),
    Section("unknown", "What is not known"),
    Section("method", "How this was computed"),
)
KINDS = {
    "support": "Common ground",
    "reject": "Common ground: rejected by all",
    "contrary": "Difference: some support what others reject",
    "partial": "Difference: some support or reject what others do not",
}


def audit_json(found: Audit) -> str:
    """Everything as one JSON object, keys sorted."""
    document = {"format": FORMAT, **_object(found)}
    return json.dumps(document, ensure_ascii=False, allow_nan=False, sort_keys=True, indent=1) + "\n"


def _object(found: Audit) -> dict[str, object]:
    members = plain(found)
    assert isinstance(members, dict)
    return members


def audit_csv(found: Audit) -> str:
    """One line a finding: who was missing, what ends it, and how sure it is without each unit."""
    lines = Lines()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow([*COLUMNS, *(f"without {unit.unit_id}" for unit in found.without)])
    for number, result in enumerate(found.results):
        one = result.statement
        cells: list[object] = [one.statement_id, one.text, one.language or "", result.kind, result.certainty]
        thin = [f"{name} ({n})" for name, n in result.thin]
        cells += ["; ".join(names) for names in (result.absent, thin, result.ended_by)]
        cells += ["; ".join(names) for names in (result.fewest_units, result.enough_units)]
        cells += [_cell(result.change), result.change.at_least, "; ".join(result.change.who)]
        cells += [_cell(result.leave), result.leave.at_least, _cell(result.join), result.join.at_least]
        cells += [unit.certainty[number] for unit in found.without]
        writer.writerow([safe_cell(cell) for cell in cells])
    return "".join(lines)


def _cell(fewest: Fewest) -> object:
    return "" if fewest.number is None else fewest.number


def audit_page(found: Audit) -> str:
    """One HTML file: who was heard, what rests on whom, how few could turn it, which ballots are alike."""
    frame = Frame(found.title or "Consultation", "Equal-footing audit", SECTIONS, script=True)
    return page_from(
        "audit.html",
        frame,
        found=found,
        say=Words(found),
        write=numbers,
        said=language,
        kinds=KINDS,
        command=command_of("audit", found.parameters, found.source, found.head),
    )
