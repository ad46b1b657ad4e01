"""SQLite in WAL mode: one file, readers never wait for the writer, a commit is on disk before it returns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.pool import QueuePool

from comity.store.migrate import upgrade
from comity.store.sql import SqlStore, SqlTurn, size_of

BUSY_MILLISECONDS = 10_000
ROWS = 300
"""In one statement; three values each, and older libraries take 999."""


class SqliteStore(SqlStore):
    """A store in one SQLite file. url: a SQLAlchemy address such as 'sqlite:///comity.db'.

    synchronous=FULL: with WAL this flushes once a commit, so that a vote acknowledged survives a power cut.
    """

    def __init__(self, url: str) -> None:
        engine = create_engine(
            url,
            poolclass=QueuePool,
            pool_size=8,
            max_overflow=64,
            connect_args={"check_same_thread": False, "timeout": BUSY_MILLISECONDS / 1000},
        )
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        super().__init__(engine)
        upgrade(engine)

    def insert(self, table: Any) -> Any:
        return sqlite_insert(table)

    def lock(self, connection: Connection, consultation: str) -> int:
        """The transaction began with BEGIN IMMEDIATE: the file is ours already."""
        return size_of(connection, consultation) or 0

    def write_entries(self, connection: Connection, turn: SqlTurn) -> None:
        """Many rows a statement: between two statements of one thread another thread may run, and keep it waiting."""
        for start in range(0, len(turn.new), ROWS):
            new = turn.new[start : start + ROWS]
            values = [
                value
                for number, body in enumerate(new, turn.stored + start)
                for value in (turn.consultation, number, body)
            ]
            rows = ", ".join(["(?, ?, ?)"] * len(new))
            connection.exec_driver_sql(
                f"INSERT INTO entries (consultation, position, body) VALUES {rows}", tuple(values)
            )


def _prepare(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late: SQLAlchemy's is used instead
    cursor = connection.cursor()
    for line in (
        f"PRAGMA busy_timeout={BUSY_MILLISECONDS}",
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "PRAGMA foreign_keys=ON",
    ):
        cursor.execute(line)
    cursor.close()


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
