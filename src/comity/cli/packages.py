"""comity packages: which packages settle all issues at once, who gains what, and what is proven about them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from comity.cli.talk import Working, say
from comity.cli.writing import Out, put
from comity.errors import Refused
from comity.exchange.genius import genius_negotiation, is_xml
from comity.exchange.negotiation import EXAMPLE, draft_from, negotiation_from_toml
from comity.findings.package_findings import N_STEPS, package_findings
from comity.findings.package_view import EVERYBODY, MEDIATOR, seen_by
from comity.record.negotiation import Negotiation
from comity.report.packages import packages_csv, packages_json, packages_page

MOST_BYTES = 20_000_000


def packages(
    path: Path | None = None,
    /,
    *,
    draft: Path | None = None,
    solution: Literal["nash", "ks", "leximin", "sum"] = "nash",
    format: Literal["html", "json", "csv"] = "html",
    out: Out | None = None,
    reader: Annotated[str, Parameter(name="--for")] = EVERYBODY,
    parties: str | None = None,
    seconds: float = 60.0,
    lotteries: bool = False,
    example: bool = False,
) -> None:
    """Packages that settle several issues at once: what is acceptable, what is best, how sure.

    Parameters
    ----------
    path
        A negotiation in our TOML form, or a folder with a Genius XML domain and its profiles.
    draft
        A package under discussion (TOML or JSON, one option for every issue): is it on the frontier, and if not,
        what is better?
    solution
        The one that is recommended and explained: Nash, Kalai-Smorodinsky, egalitarian (leximin) or utilitarian (sum).
    format
        What is written: a page, JSON or CSV.
    out
        The file to write; '-' is stdout. Without it a page goes to comity-packages.html, data to stdout.
    reader
        Who will read it: "everybody" sees what the host chose to show, a party's name adds its own numbers, "mediator"
        sees everything and must not pass it on.
    parties
        Only these parties, names with commas between.
    seconds
        The most that one solution may take in a space too large to list.
    lotteries
        Also look at packages drawn by lot, each of them acceptable to all.
    example
        Write a small negotiation in our TOML form instead, to start from.
    """
    if example:
        put(out or "-", EXAMPLE.encode())
        return
    if path is None:
        raise Refused(
            "negotiation-form",
            "name a file or folder with a negotiation; `comity packages --example` prints a small one to start from",
        )
    negotiation = _negotiation(path)
    if parties is not None:
        negotiation = negotiation.only([name.strip() for name in parties.split(",")])
    table = None if draft is None else draft_from(_content(draft), draft.name, negotiation)
    with _solver_talks_elsewhere(), Working(N_STEPS) as working:
        found = seen_by(
            package_findings(
                negotiation,
                solution=solution,
                draft=table,
                seconds=seconds,
                lotteries=lotteries,
                progress=working.step,
            ),
            reader,
        )
    text = {"html": packages_page, "json": packages_json, "csv": packages_csv}[format](found)
    place = out or ("comity-packages.html" if format == "html" else "-")
    put(place, text.encode())
    if place != "-":
        say(f"wrote {place}{': open it in a browser' if format == 'html' else ''}")
    if reader == MEDIATOR:
        say("this holds what every party stated in private; do not pass it on")


@contextmanager
def _solver_talks_elsewhere() -> Iterator[None]:
    """HiGHS prints some remarks straight to the process's stdout, which is for data: send them to stderr."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _negotiation(path: Path) -> Negotiation:
    if path.is_dir():
        files = sorted(one for one in path.iterdir() if one.is_file())
        toml = [one for one in files if one.suffix == ".toml"]
        texts = {one.name: _content(one) for one in files if one.suffix.lower() == ".xml"}
        if len(toml) == 1 and not texts:
            return negotiation_from_toml(_content(toml[0]), toml[0].name)
        other = [name for name, content in texts.items() if not is_xml(content)]
        for name in other:
            print(f"{name}: left out, it is not XML", file=sys.stderr)
        return genius_negotiation({name: texts[name] for name in texts if name not in other}, title=path.name)
    content = _content(path)
    if is_xml(content):
        raise Refused(
            "negotiation-form",
            f"{path.name}: a Genius negotiation is a folder with one domain and its profiles; name the folder",
        )
    return negotiation_from_toml(content, path.name)


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise Refused("negotiation-form", f"there is no file {path}; check the name")
    if path.stat().st_size > MOST_BYTES:
        raise Refused("negotiation-form", f"{path.name} is larger than {MOST_BYTES // 10**6} MB; split it")
    return path.read_bytes()
