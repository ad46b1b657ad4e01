"""`comity findings`: every published number, for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from comity.cli.choices import Choices, RollCallChoices
from comity.cli.talk import Working, say_what_was_read
from comity.cli.writing import Out, put

STEPS = 6
"""Reading, the four steps of `findings_of`, and writing."""

DEFAULT = Choices()
ALL_ROLL_CALLS = RollCallChoices()


def findings(
    path: Path,
    /,
    *,
    format: Literal["json", "csv"] = "json",
    out: Out = "-",
    title: str | None = None,
    question: str | None = None,
    roll_calls: RollCallChoices = ALL_ROLL_CALLS,
    choices: Choices = DEFAULT,
) -> None:
    """Compute what a consultation found, and print it: everything as JSON, or a table of statements as CSV.

    Parameters
    ----------
    path
        The folder of a Polis export, of Polis' API files or of a plain table; or one file.
    format
        'json' holds every number with its evidence; 'csv' one line for each statement and side.
    out
        The file to write; '-' is stdout.
    title
        Replaces the title that the files name.
    question
        Replaces the question that the files name.
    """
    parameters = choices.parameters()
    with Working(STEPS) as working:
        working.step("reading the files")
        from comity.assemble import read_consultation

        consultation = read_consultation(path, title, question, **roll_calls.options())
        say_what_was_read(consultation)
        from comity.findings.compute import findings_of
        from comity.report.data import findings_csv, findings_json

        found = findings_of(consultation, parameters, working.step)
        working.step("writing the numbers")
        text = findings_json(found) if format == "json" else findings_csv(found)
    put(out, text.encode("utf-8"))
