"""Talk on stderr: what was read, and a bar for a person who has been waiting."""

from __future__ import annotations

import io
import sys
import time

import pytest

from comity.cli import talk
from comity.cli.talk import Working, count


class Terminal(io.StringIO):
    """A stderr that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def waited_for(stderr: io.StringIO, words: str) -> bool:
    """Whether these words appear within ten seconds."""
    until = time.monotonic() + 10
    while words not in stderr.getvalue():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def test_a_bar_appears_for_a_person_who_waits_and_names_the_step(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = Terminal()
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setattr(talk, "SHOWN_AFTER", 0.01)
    monkeypatch.setenv("TERM", "xterm-256color")
    with Working(3) as working:
        working.step("reading the files")
        assert waited_for(stderr, "reading the files")
        working.step("comparing sides")
        assert waited_for(stderr, "comparing sides")


def test_nothing_appears_before_two_seconds_or_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert talk.SHOWN_AFTER == 2
    quick = Terminal()
    monkeypatch.setattr(sys, "stderr", quick)
    with Working(1) as working:
        working.step("reading the files")
    monkeypatch.setattr(talk, "SHOWN_AFTER", 0.01)
    nobody = io.StringIO()
    monkeypatch.setattr(sys, "stderr", nobody)
    with Working(1) as working:
        working.step("reading the files")
        time.sleep(0.2)
    assert (quick.getvalue(), nobody.getvalue()) == ("", "")


def test_counts_are_written_for_people() -> None:
    assert [count(1, "vote"), count(0, "vote"), count(49997, "vote")] == ["1 vote", "0 votes", "49,997 votes"]
    assert count(2, "party", "parties") == "2 parties"
