"""`comity ideal-points`: where each party stood over time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from comity.cli.talk import Working, say
from comity.cli.writing import Out, put
from comity.errors import Refused
from comity.exchange.unga import ISSUES, ROLL_CALLS, VOTES, roll_calls_of
from comity.findings.ideal_points import ideal_point_findings
from comity.report.ideal_points import ideal_points_csv, ideal_points_json, ideal_points_page

STEPS = 3


def ideal_points(
    path: Path,
    /,
    *,
    format: Literal["html", "csv", "json"] = "html",
    positive: str | None = None,
    between: Annotated[list[str] | None, Parameter(consume_multiple=False, negative=())] = None,
    out: Out | None = None,
) -> None:
    """Show where each party stood, session by session, from its roll-call votes.

    Parameters
    ----------
    path
        A folder with votes.parquet and roll_calls.parquet (and issues.parquet).
    format
        A page for people, one CSV line a party and session, or JSON.
    positive
        The party whose side shall be positive; without it, the side that agrees less often is.
    between
        Two parties, "France; China", whose distance is shown as well; may be repeated.
    out
        The file to write; '-' is stdout. Without it a page goes to comity-ideal-points.html, data to stdout.
    """
    place = out or ("comity-ideal-points.html" if format == "html" else "-")
    with Working(STEPS) as working:
        working.step("reading the roll calls")
        calls = roll_calls_of(_files(path))
        working.step("placing every party in every session (half a minute for 74 sessions)")
        findings = ideal_point_findings(calls, positive)
        working.step("writing it")
        pairs = tuple(findings.distance(*_pair(text, findings.party_index)) for text in between or [])
        if format == "csv":
            text = ideal_points_csv(findings)
        elif format == "json":
            text = ideal_points_json(findings, pairs)
        else:
            text = ideal_points_page(findings, pairs)
    put(place, text.encode("utf-8"))
    if place != "-":
        say(f"wrote {place}{': open it in a browser' if format == 'html' else ''}")


def _pair(text: str, index: Callable[[str], int]) -> tuple[int, int]:
    names = text.split(";")
    if len(names) != 2 or index(names[0]) == index(names[1]):
        raise Refused("not-a-pair", f'--between takes two parties, as in "France; China", not {text!r}')
    return index(names[0]), index(names[1])


def _files(path: Path) -> dict[str, bytes]:
    if not path.is_dir():
        raise Refused(
            "missing-file", f"{path} is not a folder; name the folder that holds {VOTES} and {ROLL_CALLS}"
        )
    return {
        name: (path / name).read_bytes() for name in (VOTES, ROLL_CALLS, ISSUES) if (path / name).is_file()
    }
