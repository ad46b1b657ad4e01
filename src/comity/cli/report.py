"""`comity report`: from an export to one HTML page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from comity.cli.choices import Choices
from comity.cli.talk import Working, say, say_what_was_read
from comity.cli.writing import Out, put

STEPS = 6
"""Reading, the four steps of `findings_of`, and writing."""

DEFAULT = Choices()


def report(
    path: Path,
    /,
    *,
    out: Out = "comity-report.html",
    title: str | None = None,
    question: str | None = None,
    session: str | None = None,
    issue: str | None = None,
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
    session
        Of roll calls of the General Assembly: one session (71) or a range (60-71).
    issue
        Of roll calls of the General Assembly: only those with this label.
    """
    parameters = choices.parameters()
    with Working(STEPS) as working:
        working.step("reading the files")
        from comity.assemble import read_consultation

        if session or issue:
            from comity.assemble import files_at
            from comity.exchange.unga import unga_consultation

            read = unga_consultation(files_at(path), session, issue)
            consultation = replace(read, title=title or read.title, question=question or read.question)
        else:
            consultation = read_consultation(path, title, question)
        say_what_was_read(consultation)
        from comity.findings.compute import findings_of
        from comity.report.page import report_html

        findings = findings_of(consultation, parameters, working.step)
        working.step("writing the page")
        page = report_html(findings).encode("utf-8")
    put(out, page)
    if out != "-":
        say(f"wrote {out}, {len(page) / 1000:,.0f} kB: open it in a browser")
