"""`comity slate`: a few statements that represent everybody."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from comity.cli.choices import Choices, RollCallChoices
from comity.cli.talk import Working, say, say_what_was_read
from comity.cli.writing import Out, put

STEPS = 3
DEFAULT = Choices()
ALL_ROLL_CALLS = RollCallChoices()


def slate(
    path: Path,
    /,
    *,
    size: Annotated[int, Parameter(name=["--size", "-k"])] = 8,
    rule: Literal["equal-shares", "phragmen", "sequential-pav", "exact-pav"] = "equal-shares",
    approvals: Literal["expected", "observed"] = "expected",
    format: Literal["html", "json", "csv"] = "html",
    out: Out | None = None,
    roll_calls: RollCallChoices = ALL_ROLL_CALLS,
    choices: Choices = DEFAULT,
) -> None:
    """Choose a few statements that represent everybody, and say whom they leave out.

    Parameters
    ----------
    path
        The folder of a Polis export, of Polis' API files or of a plain table; or one file.
    size
        How many statements.
    rule
        How they are chosen; each has its page in docs/methods.
    approvals
        'expected' counts the chance that somebody would agree where he or she did not vote; 'observed' only votes.
    format
        A page for people, everything as JSON, or one line a statement as CSV.
    out
        The file to write; '-' is stdout. Without it a page goes to comity-slate.html, data to stdout.
    """
    parameters = choices.parameters()
    place = out or ("comity-slate.html" if format == "html" else "-")
    with Working(STEPS) as working:
        working.step("reading the files")
        from comity.assemble import read_consultation

        consultation = read_consultation(path, **roll_calls.options())
        say_what_was_read(consultation)
        from comity.findings.slating import slate_findings
        from comity.report.slate import slate_csv, slate_json, slate_page

        working.step("choosing the slate")
        found = slate_findings(consultation, size, rule, approvals, parameters)
        working.step("writing it")
        text = {"html": slate_page, "json": slate_json, "csv": slate_csv}[format](found)
    put(place, text.encode("utf-8"))
    if place != "-":
        say(f"wrote {place}")
