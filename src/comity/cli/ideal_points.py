"""`comity ideal-points`: where each party stood over time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from comity.errors import Refused
from comity.exchange.unga import ISSUES, ROLL_CALLS, VOTES, roll_calls_of
from comity.findings.ideal_points import ideal_point_findings
from comity.report.ideal_points import ideal_points_csv, ideal_points_json, ideal_points_page


def ideal_points(
    path: Path,
    *,
    format: Literal["html", "csv", "json"] = "html",
    positive: str | None = None,
    between: Annotated[list[str] | None, Parameter(consume_multiple=False)] = None,
    out: Path | None = None,
) -> None:
    """Show where each party stood, session by session, from its roll-call votes.

    Parameters
    ----------
    path: a folder with votes.parquet and roll_calls.parquet (and issues.parquet).
    format: a page for people, one CSV line a party and session, or JSON.
    positive: the party whose side shall be positive; without it, the side that agrees less often is.
    between: two parties, "France; China", whose distance is shown as well; may be repeated.
    out: where to write; without it the result goes to stdout.
    """
    findings = ideal_point_findings(roll_calls_of(_files(path)), positive)
    pairs = tuple(findings.distance(*_pair(text, findings.party_index)) for text in between or [])
    if format == "csv":
        text = ideal_points_csv(findings)
    elif format == "json":
        text = ideal_points_json(findings, pairs)
    else:
        text = ideal_points_page(findings, pairs)
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused(
            "cannot-write", f"{out} cannot be written ({error.strerror}); choose another place"
        ) from None
    print(f"comity: wrote {out}", file=sys.stderr)


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
