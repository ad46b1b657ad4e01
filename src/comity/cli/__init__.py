"""The command line: one command a file. Data on stdout, talk on stderr; exit code 2 for what was refused."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from types import MappingProxyType

from cyclopts import App
from cyclopts.exceptions import CycloptsError, UnusedCliTokensError

from comity import __version__
from comity.errors import Refused

app = App(
    name="comity",
    version=__version__,
    help="From positions to common ground, with the differences reserved.",
    exit_on_error=False,
    print_error=False,
    suppress_keyboard_interrupt=False,
)

COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "audit": (
            "comity.cli.audit:audit",
            "Show whose voice each finding rests on, and how few could turn it.",
        ),
        "demo": ("comity.cli.demo:demo", "Make an example consultation and write its report."),
        "example": ("comity.cli.example:example", "Write the example consultation as a plain table."),
        "export": ("comity.cli.export:export", "Write a consultation of this site into a folder."),
        "findings": ("comity.cli.findings:findings", "Print everything that a consultation found."),
        "ideal-points": ("comity.cli.ideal_points:ideal_points", "Show where each party stood over time."),
        "import": ("comity.cli.import_:import_", "Keep a record, or tell another system's votes as one."),
        "move": ("comity.cli.move:move", "Copy the whole site into another database."),
        "packages": ("comity.cli.packages:packages", "Seek packages that settle several issues at once."),
        "power": ("comity.cli.power:power", "Show what a decision rule does to each party's influence."),
        "report": ("comity.cli.report:report", "Write what a consultation found as one HTML page."),
        "serve": ("comity.cli.serve:serve", "Serve the site on this machine."),
        "slate": ("comity.cli.slate:slate", "Choose a few statements that represent everybody."),
        "verify": ("comity.cli.verify:verify", "Check a record that somebody exported."),
    }
)
"""Every command: the function that is it, and its line in the list. A module is imported when its command is used."""

for _name, (_place, _line) in COMMANDS.items():
    app.command(_place, name=_name, help=_line)

ONE_THREAD = frozenset({"ideal-points"})
"""Commands whose matrices are so small that a second thread of the linear algebra waits more than it works: where other
work shares the machine, it multiplies the processor time."""

REFUSED = 2
INTERRUPTED = 130
NOBODY_READS = 141
"""What a shell shows for a program that Ctrl-C, or a closed pipe, has ended."""


def main() -> None:
    """Run the command named on the command line; whatever goes wrong for a person is one sentence on stderr."""
    words = sys.argv[1:]
    try:
        if words and words[0] in ONE_THREAD:
            os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before the command's module loads numpy
        if words and words[0] in COMMANDS:
            app[words[0]].help = None  # the command's own help is the whole of its docstring
        app(words)
    except UnusedCliTokensError as refused:
        command = f"comity {words[0]}" if words[0] in COMMANDS else "comity"
        extra = " ".join(refused.unused_tokens or ())
        _end(f"comity: {command} takes no {extra!r} here; {command} --help shows what it takes", REFUSED)
    except (Refused, CycloptsError) as refused:
        _end(f"comity: {refused}", REFUSED)
    except KeyboardInterrupt:
        _end("comity: stopped", INTERRUPTED)
    except BrokenPipeError:
        # What is still buffered has nowhere to go, and Python would say so at the very end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(NOBODY_READS) from None


def _end(words: str, code: int) -> None:
    print(words, file=sys.stderr)
    raise SystemExit(code) from None
