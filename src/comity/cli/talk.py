"""What commands say while they work: on stderr, so that stdout holds nothing but what was asked for."""

from __future__ import annotations

import sys
from threading import Timer
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from comity.record.consultation import Consultation

SHOWN_AFTER = 2.0
"""Seconds of work after which a progress bar is worth the reader's attention."""

LISTED = 5
"""Skipped lines that are named on stderr; the findings list all of them."""


def say(words: str) -> None:
    """One line for the person at the terminal."""
    print(words, file=sys.stderr)


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: '1 vote', '49,997 votes'."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def say_what_was_read(
    consultation: Consultation, verb: str = "read", where: str = "listed in the findings"
) -> None:
    """The kind of what was read and how much it holds, and whatever was not used or left out."""
    from comity.record.imported import source_of

    source = consultation.source
    counts = ", ".join(
        (
            count(len(consultation.participant_ids), "participant"),
            count(len(consultation.statements), "statement"),
            count(len(consultation.votes.answer), "vote"),
        )
    )
    say(f"{verb} {source_of(source.description).kind}: {counts}")
    for note in source.notes:
        say(f"  {note}")
    skipped = consultation.skipped
    if not skipped:
        return
    say(f"  {count(len(skipped), 'line')} could not be used; every one is {where}:")
    for left_out in skipped[:LISTED]:
        say(f"    {left_out.file}, line {left_out.line}: {left_out.reason}")
    if len(skipped) > LISTED:
        say(f"    and {len(skipped) - LISTED:,} more")


class Working:
    """A progress bar on stderr, once the work has taken two seconds, and only for a person at a terminal.

    Use as a context; call `step` with a few words before each step.
    """

    def __init__(self, n_steps: int) -> None:
        self._n_steps = n_steps
        self._done = -1
        self._words = "starting"
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._timer = Timer(SHOWN_AFTER, self._show)
        self._timer.daemon = True

    def __enter__(self) -> Working:
        if sys.stderr.isatty():
            self._timer.start()
        return self

    def step(self, words: str) -> None:
        """What is done next; the steps before are done."""
        self._done += 1
        self._words = words
        self._draw()

    def _draw(self) -> None:
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=max(0, self._done), description=self._words)

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = bar.add_task(self._words, total=self._n_steps)
        self._bar = bar
        self._draw()  # the step may have changed meanwhile: this runs beside the work
        bar.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if self._timer.ident is not None:
            self._timer.join()
        if self._bar is not None:
            self._bar.stop()
