"""`comity audit`: a page in a file, data on stdout, one sentence when it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import Runner


def test_a_page_is_written(
    comity: Runner, example_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = comity("audit", example_folder)
    assert (ended.code, ended.out) == (0, "")
    page = (tmp_path / "comity-audit.html").read_text(encoding="utf-8")
    assert (
        "Four statements of common ground and 23 differences rest on the answers of 240 participants." in page
    )


def test_data_go_to_stdout(comity: Runner, example_folder: Path) -> None:
    found = json.loads(comity("audit", example_folder, "--format", "json", "--threshold", "0.8").out)
    assert (found["basis"], found["parameters"]["threshold"]) == ("parties", 0.8)


def test_what_cannot_be_read_is_one_sentence(comity: Runner, tmp_path: Path) -> None:
    for path, words in ((tmp_path / "nowhere", "cannot be read"), (tmp_path, "holds no files")):
        ended = comity("audit", path)
        assert (ended.code, ended.out) == (2, "")
        assert words in ended.err
    (tmp_path / "comity.jsonl").write_text("{}\n", encoding="utf-8")
    assert comity("audit", tmp_path).code == 2
    assert comity("audit", tmp_path, "--certainty", "2").err.startswith("comity: --certainty is 2")


def test_a_record_is_audited_as_the_tables_it_came_from(
    comity: Runner, example_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMITY_DATABASE_URL", f"sqlite:///{tmp_path / 'site.db'}")
    assert comity("import", example_folder, "--name", "river").code == 0
    assert comity("export", "river", "--to", tmp_path / "out").code == 0
    ended = comity("audit", tmp_path / "out" / "comity.jsonl", "--format", "json")
    assert ended.code == 0
    told, first = json.loads(ended.out), json.loads(comity("audit", example_folder, "--format", "json").out)
    assert [one["change"] for one in told["results"]] == [one["change"] for one in first["results"]]
    assert {one["name"] for one in told["accounts"]} == {one["name"] for one in first["accounts"]}
