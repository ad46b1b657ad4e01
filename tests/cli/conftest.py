"""What tests of the command line share."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.exchange.table import written
from comity.rehearsal.example import example_consultation
from tests.cli.running import Runner


@pytest.fixture
def comity(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return Runner(monkeypatch, capsys)


@pytest.fixture(scope="session")
def example_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example consultation as a plain table."""
    folder = tmp_path_factory.mktemp("example") / "river"
    folder.mkdir()
    for name, data in written(example_consultation()).items():
        (folder / name).write_bytes(data)
    return folder
