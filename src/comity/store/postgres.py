"""PostgreSQL, for several workers: the consultation's row is the lock that orders their turns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.dialects.postgresql import insert as postgres_insert

from comity.store.migrate import upgrade
from comity.store.sql import SqlStore


class PostgresStore(SqlStore):
    """A store in a PostgreSQL database. url: such as 'postgresql+psycopg://user@host/comity'.

    A commit waits for the write-ahead log (`synchronous_commit`, set here so that a site cannot lose it by mistake).
    """

    def __init__(self, url: str) -> None:
        engine = create_engine(
            url,
            pool_size=8,
            max_overflow=32,
            pool_pre_ping=True,
            connect_args={"options": "-c synchronous_commit=on -c lock_timeout=10000"},
        )
        super().__init__(engine)
        upgrade(engine)

    def insert(self, table: Any) -> Any:
        return postgres_insert(table)

    def lock(self, connection: Connection, consultation: str) -> None:
        """An advisory lock by the consultation's name until the transaction ends; it works before the first row."""
        connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": consultation}
        )
