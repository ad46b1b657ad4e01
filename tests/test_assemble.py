"""What stands at a path or an address, and what is missing, by name."""

from __future__ import annotations

import sys
from mmap import mmap
from pathlib import Path

import pytest

from comity import assemble
from comity.assemble import files_at, missing_extra, read_consultation, store_at
from comity.errors import Refused
from comity.store.memory import MemoryStore

VOTES = "participant,statement,vote\nana,More trees,1\n"


def test_a_folder_or_a_file_is_read_and_names_the_consultation(tmp_path: Path) -> None:
    folder = tmp_path / "river.talks"
    folder.mkdir()
    (folder / "votes.csv").write_text(VOTES)
    (folder / ".hidden").write_text("left alone")
    (folder / "inside").mkdir()
    assert read_consultation(folder).title == "river.talks"
    assert read_consultation(folder / "votes.csv").title == "votes"
    named = read_consultation(folder, "Rivers", "What now?")
    assert (named.title, named.question) == ("Rivers", "What now?")
    assert sorted(files_at(folder)) == ["votes.csv"]


def test_a_large_file_is_mapped_and_reads_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "votes.csv").write_text(VOTES)
    monkeypatch.setattr(assemble, "MAPPED_FROM", 10)
    assert isinstance(files_at(tmp_path)["votes.csv"], mmap)
    mapped = read_consultation(tmp_path)
    monkeypatch.undo()
    assert mapped.source == read_consultation(tmp_path).source
    assert mapped.participant_ids == ("ana",)


def test_a_path_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path / "none" / "deeper"):
        with pytest.raises(Refused) as refused:
            read_consultation(path)
        assert refused.value.code == "no-such-file"
        assert refused.value.text == f"{path} cannot be read (No such file or directory); check its name"


def test_a_folder_without_files_names_the_folders_inside(tmp_path: Path) -> None:
    with pytest.raises(Refused) as nothing:
        read_consultation(tmp_path)
    assert (nothing.value.code, nothing.value.text) == (
        "nothing-recognised",
        f"{tmp_path} holds no files: name another folder",
    )
    (tmp_path / "taxes").mkdir()
    (tmp_path / "brexit").mkdir()
    with pytest.raises(Refused) as folders:
        read_consultation(tmp_path)
    assert folders.value.text == f"{tmp_path} holds no files, but the folders brexit, taxes: name one of them"


def test_an_address_that_means_nothing_is_refused() -> None:
    for url in ("mysql://localhost/comity", "comity.db", ""):
        with pytest.raises(Refused, match="use sqlite:///FILE or postgresql://USER@HOST/DATABASE") as refused:
            store_at(url)
        assert refused.value.code == "bad-setting"
    assert isinstance(store_at("memory:"), MemoryStore)


def test_a_missing_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(
        Refused, match=r"PostgreSQL needs the package 'psycopg'.*comity\[postgres\]"
    ) as refused:
        store_at("postgresql://nowhere/comity")
    assert refused.value.code == "extra-missing"
    with (
        pytest.raises(Refused, match="needs the package 'nothing_of_this_name'"),
        missing_extra("site", "this"),
    ):
        __import__("nothing_of_this_name")
