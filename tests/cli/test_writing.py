"""What was asked for arrives whole, in a file, on stdout, or in whatever else the path is."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Thread

import pytest

from comity.cli.writing import put
from comity.errors import Refused


def test_a_file_is_written_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    put(str(tmp_path / "page.html"), b"one")
    put(str(tmp_path / "page.html"), b"two")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("page.html", b"two")]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.html").write_bytes(b"old")
    (tmp_path / "link.html").symlink_to(tmp_path / "real.html")
    put(str(tmp_path / "link.html"), b"new")
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "real.html").read_bytes() == b"new"


def test_what_is_no_plain_file_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    """A pipe, as a device is: `--out /dev/null` must leave /dev/null what it was."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    put(str(pipe), b"page")
    reader.join(timeout=10)
    assert (read, pipe.is_fifo()) == ([b"page"], True)


@pytest.mark.parametrize("out", ["no/such/folder/page.html", "."])
def test_what_cannot_be_written_is_refused(out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Refused) as refused:
        put(out, b"page")
    assert refused.value.code == "cannot-write"
    assert refused.value.text.startswith(f"{out} cannot be written (")
    assert list(tmp_path.iterdir()) == []


def test_a_dash_is_stdout(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    put("-", "五\n".encode())
    assert capsysbinary.readouterr().out == "五\n".encode()
