"""`comity slate`: a page in a file, data on stdout, one sentence when it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import Runner


def test_a_page_is_written_beside(
    comity: Runner, example_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = comity("slate", example_folder, "-k", 5)
    assert (ended.code, ended.out) == (0, "")
    assert "Five statements of 41" in (tmp_path / "comity-slate.html").read_text(encoding="utf-8")


def test_data_go_to_stdout(comity: Runner, example_folder: Path) -> None:
    ended = comity(
        "slate", example_folder, "--format", "json", "--rule", "phragmen", "--approvals", "observed"
    )
    found = json.loads(ended.out)
    assert (found["rule"], found["basis"], len(found["places"])) == ("phragmen", "observed", 8)
    table = comity("slate", example_folder, "--format", "csv", "-k", 3).out.splitlines()
    assert len(table) == 4


def test_too_many_are_refused(comity: Runner, example_folder: Path) -> None:
    ended = comity("slate", example_folder, "-k", 500)
    assert ended.code == 2
    assert "comity: a slate of 500 statements cannot be chosen from 41" in ended.err
