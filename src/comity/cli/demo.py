"""`comity demo`: the whole way, on a consultation that the program makes itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from comity.cli.talk import Working, say, say_what_was_read
from comity.cli.writing import Out, put

STEPS = 6
"""Making the example, the four steps of `findings_of`, and writing."""


def demo(*, out: Out = "comity-demo.html") -> None:
    """Make the example consultation, compute what it found, write the report, and say where it is.

    The example takes the way of any other consultation: it is written as a plain table and read again.

    Parameters
    ----------
    out
        The page to write; '-' writes it to stdout.
    """
    with Working(STEPS) as working:
        working.step("making the example")
        from comity.exchange.reading import consultation_in
        from comity.exchange.table import written
        from comity.rehearsal.example import example_consultation

        made = example_consultation()
        read = consultation_in(written(made), made.title)
        consultation = replace(read, source=replace(made.source, files=read.source.files))
        say_what_was_read(consultation, "made")
        from comity.findings.compute import findings_of
        from comity.report.page import report_html

        found = findings_of(consultation, progress=working.step)
        working.step("writing the page")
        page = report_html(found).encode("utf-8")
    put(out, page)
    if out != "-":
        say(f"the report is at {Path(out).resolve()}: open it in a browser")
