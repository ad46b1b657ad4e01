"""SQLite: the suite, and that a commit is on disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from comity.errors import Refused
from comity.store.contract import Store
from comity.store.sqlite import SqliteStore
from tests.store.suite import StoreSuite


class TestSqliteStore(StoreSuite):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        self.url = f"sqlite:///{tmp_path / 'record.db'}"
        store = SqliteStore(self.url)
        yield store
        store.close()

    def again(self, store: Store) -> Store | None:
        return SqliteStore(self.url)

    def test_a_commit_is_flushed_and_readers_do_not_wait(self, store: SqliteStore) -> None:
        with store.engine.connect() as connection:
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            assert connection.execute(text("PRAGMA synchronous")).scalar() == 2  # FULL


def test_a_database_of_another_version_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'record.db'}"
    SqliteStore(url).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(Refused, match="written by another version of Comity") as refused:
        SqliteStore(url)
    assert refused.value.code == "newer-database"


def test_a_folder_that_does_not_exist_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="does not answer") as refused:
        SqliteStore(f"sqlite:///{tmp_path / 'nowhere' / 'record.db'}")
    assert refused.value.code == "database-unavailable"


def test_a_file_that_may_not_be_written_is_refused_in_a_sentence(tmp_path: Path) -> None:
    store = SqliteStore(f"sqlite:///{tmp_path / 'record.db'}")

    def write() -> None:
        with store._writing() as writing:
            writing.exec_driver_sql("PRAGMA query_only=ON")
            store.upsert(writing, "rivers", "text", "a", b"x")

    with pytest.raises(Refused) as refused:
        write()
    assert refused.value.code == "database-read-only"
    store.close()


def test_a_full_disk_is_refused_in_a_sentence(tmp_path: Path) -> None:
    store = SqliteStore(f"sqlite:///{tmp_path / 'record.db'}")

    def write() -> None:
        with store.turn("rivers") as turn:
            turn._connection.exec_driver_sql("PRAGMA max_page_count=20")
            turn.append([bytes(100_000)], 0)

    with pytest.raises(Refused) as refused:
        write()
    assert refused.value.code == "disk-full"
    store.close()
