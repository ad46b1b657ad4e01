"""A migrated database has the tables that the code says, and nothing else."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from comity.assemble import store_at
from comity.store.migrate import HEAD, version
from comity.store.sql import SqlStore
from comity.store.tables import metadata


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        found: str = request.getfixturevalue("postgres_url")
        return found
    return f"sqlite:///{tmp_path / 'record.db'}"


def test_the_migrations_lead_to_the_tables(url: str) -> None:
    store = store_at(url)
    assert isinstance(store, SqlStore)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
        assert version(connection) == HEAD
    store.close()


def test_workers_that_start_at_once_migrate_once(url: str) -> None:
    failures: list[BaseException] = []

    def start() -> None:
        try:
            store_at(url).close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
