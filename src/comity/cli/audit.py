"""`comity audit`: what every party's voice is worth in a consultation, and how few could turn its findings."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from comity.cli.choices import Choices, RollCallChoices
from comity.cli.talk import Working, say, say_what_was_read
from comity.cli.writing import Out, put

STEPS = 8
"""Reading, the three steps of `compared`, the three of the audit, and writing."""
DEFAULT = Choices()
ALL_ROLL_CALLS = RollCallChoices()


def audit(
    path: Path,
    /,
    *,
    format: Literal["html", "json", "csv"] = "html",
    out: Out | None = None,
    title: str | None = None,
    question: str | None = None,
    roll_calls: RollCallChoices = ALL_ROLL_CALLS,
    choices: Choices = DEFAULT,
) -> None:
    """Show who was heard, what rests on whom, how few could turn each finding, and which ballots are too alike.

    Parameters
    ----------
    path
        A comity.jsonl or the folder that holds one; or whatever comity report reads.
    format
        A page for people, everything as JSON, or one line a finding as CSV.
    out
        The file to write; '-' is stdout. Without it a page goes to comity-audit.html, data to stdout.
    title
        Replaces the title that the files name.
    question
        Replaces the question that the files name.
    """
    parameters = choices.parameters()
    place = out or ("comity-audit.html" if format == "html" else "-")
    with Working(STEPS) as working:
        working.step("reading the files")
        from comity.assemble import read_consultation, read_record

        consultation = read_record(path)
        if consultation is None:
            consultation = read_consultation(path, title, question, **roll_calls.options())
        say_what_was_read(consultation)
        from comity.findings.auditing import audit_of
        from comity.report.audit import audit_csv, audit_json, audit_page

        found = audit_of(consultation, parameters, working.step)
        working.step("writing it")
        text = {"html": audit_page, "json": audit_json, "csv": audit_csv}[format](found)
    put(place, text.encode("utf-8"))
    if place != "-":
        say(
            f"wrote {place}, {len(text.encode()) / 1000:,.0f} kB: open it in a browser"
            if format == "html"
            else f"wrote {place}"
        )
