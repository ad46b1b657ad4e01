"""`comity demo`: the whole way, on a consultation that the program makes itself."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from comity.cli.talk import Working, say, say_what_was_read
from comity.cli.writing import Out, put

STEPS = 6
"""Making the example, the four steps of `findings_of`, and writing."""


def demo(*, out: Out | None = None, port: int | None = None) -> None:
    """Make the example consultation, write the report on it, and start a site that holds it, open to be joined.

    The example takes the way of any other consultation: it is written as a plain table and read again. The site
    keeps its data in comity-demo.db, or where COMITY_DATABASE_URL says, and runs until it is stopped.

    Parameters
    ----------
    out
        The page to write, comity-demo.html if nothing is said; '-' writes it to stdout. With this and without
        --port only the report is made.
    port
        Where the site listens (8000 if nothing is said); 0 takes any port that is free.
    """
    _report(out or "comity-demo.html")
    if out is None or port is not None:
        _site(8000 if port is None else port)


def _site(port: int) -> None:
    """Serve the example, until it is stopped."""
    from comity.assemble import site_of
    from comity.cli.rehearsed import open_example
    from comity.cli.serve import serve
    from comity.desk import new_pseudonym
    from comity.rehearsal.example import example_consultation
    from comity.settings import settings_from

    os.environ.setdefault("COMITY_DATABASE_URL", "sqlite:///comity-demo.db")
    site = site_of(settings_from(os.environ))
    try:
        name, secret = open_example(site, example_consultation(), new_pseudonym())
    finally:
        site.close()
    say(f"the site opens now; on it, the example consultation is at /c/{name}")
    if secret:
        say(f"and its host comes in at /me/{secret}")
    serve(port=port)


def _report(out: str) -> None:
    """The report on the example, as `comity report` writes it."""
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
