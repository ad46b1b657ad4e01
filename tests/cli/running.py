"""The real command, run in this process: what it wrote on stdout and stderr, and how it ended."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pytest

from comity.cli import main


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


class Runner:
    """Runs `comity` with these words."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *words: object) -> Ended:
        self._monkeypatch.setattr(sys, "argv", ["comity", *map(str, words)])
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        out, err = self._capsys.readouterr()
        assert isinstance(code, int)
        return Ended(code, out, err)
