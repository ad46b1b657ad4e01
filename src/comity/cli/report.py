"""`comity report`: from an export to one HTML page."""

from __future__ import annotations

from pathlib import Path

from comity.cli.choices import Choices, RollCallChoices
from comity.cli.talk import Working, say, say_what_was_read
from comity.cli.writing import Out, put

STEPS = 6
"""Reading, the four steps of `findings_of`, and writing."""

DEFAULT = Choices()
ALL_ROLL_CALLS = RollCallChoices()


def report(
    path: Path,
    /,
    *,
    out: Out = "comity-report.html",
    title: str | None = None,
    question: str | None = None,
    roll_calls: RollCallChoices = ALL_ROLL_CALLS,
    choices: Choices = DEFAULT,
) -> None:
    """Compute what a consultation found, and write it as one HTML page that needs nothing else.

    Parameters
    ----------
    path
        The folder of a Polis export, of Polis' API files or of a plain table; or one file.
    out
        The page to write; '-' writes it to stdout.
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
        from comity.report.page import report_html

        findings = findings_of(consultation, parameters, working.step)
        working.step("writing the page")
        page = report_html(findings).encode("utf-8")
    put(out, page)
    if out != "-":
        say(f"wrote {out}, {len(page) / 1000:,.0f} kB: open it in a browser")
