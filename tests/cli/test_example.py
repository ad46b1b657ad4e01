"""`comity example` writes a plain table that reads as any other, and never over what is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.assemble import read_consultation
from comity.cli.example import example
from comity.errors import Refused
from comity.rehearsal.example import example_consultation


def test_the_example_is_written_and_read_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example(out=tmp_path / "new" / "folder")
    out, err = capsys.readouterr()
    assert (out, err) == (
        "",
        f"wrote {tmp_path}/new/folder: read it with `comity report {tmp_path}/new/folder`\n",
    )
    read = read_consultation(tmp_path / "new" / "folder")
    assert read.participant_ids == example_consultation().participant_ids
    assert len(read.source.files) == 4


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "votes.csv").write_text("mine")
    with pytest.raises(Refused) as refused:
        example(out=tmp_path)
    assert refused.value.code == "folder-not-empty"
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("votes.csv", "mine")]


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused) as refused:
        example(out=tmp_path / "file" / "folder")
    assert refused.value.code == "cannot-write"
