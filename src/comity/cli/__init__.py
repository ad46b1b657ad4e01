"""The command line: one command a file. Data on stdout, talk on stderr; exit code 2 for what was refused."""

from __future__ import annotations

import sys

from cyclopts import App

from comity import __version__
from comity.errors import Refused

app = App(
    name="comity",
    version=__version__,
    help="From positions to common ground, with the differences reserved.",
)


def main() -> None:
    """Run the command named on the command line; a refusal is one sentence on stderr and exit code 2."""
    try:
        app()
    except Refused as refused:
        print(f"comity: {refused.text}", file=sys.stderr)
        raise SystemExit(2) from None


from comity.cli import export as export  # noqa: E402  (the commands need `app`)
from comity.cli import import_ as import_  # noqa: E402
from comity.cli import power as power  # noqa: E402
from comity.cli import verify as verify  # noqa: E402
