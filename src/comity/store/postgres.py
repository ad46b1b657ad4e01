"""PostgreSQL, for several workers: the consultation's row is the lock that orders their turns."""

from __future__ import annotations

import time
from typing import Any

import psycopg
from sqlalchemy import Connection, create_engine, event, func, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.exc import DisconnectionError

from comity.store.contract import SizeConflict
from comity.store.migrate import upgrade
from comity.store.sql import CHUNK, SqlStore, SqlTurn, said, size_of
from comity.store.tables import records

IDLE_SECONDS = 1.0


class PostgresStore(SqlStore):
    """A store in a PostgreSQL database. url: such as 'postgresql+psycopg://user@host/comity'.

    A commit waits for the write-ahead log (`synchronous_commit`, set here so that a site cannot lose it by mistake).
    """

    def __init__(self, url: str) -> None:
        engine = create_engine(
            url,
            pool_size=8,
            max_overflow=32,
            connect_args={"options": "-c synchronous_commit=on -c lock_timeout=10000"},
        )
        event.listen(engine, "checkin", _note_idle)
        event.listen(engine, "checkout", _check_idle)
        super().__init__(engine)
        upgrade(engine)

    def insert(self, table: Any) -> Any:
        return postgres_insert(table)

    def lock(self, connection: Connection, consultation: str) -> int:
        """The consultation's row: whoever waits for it gets it as the one before has left it."""
        wanted = select(records.c.size).where(records.c.consultation == consultation).with_for_update()
        size: int | None = connection.execute(wanted).scalar_one_or_none()
        if size is None:
            last = select(func.coalesce(func.max(records.c.number), 0) + 1).scalar_subquery()
            row = {"consultation": consultation, "number": last, "size": 0}
            connection.execute(postgres_insert(records).values(row).on_conflict_do_nothing())
            size = connection.execute(wanted).scalar_one()
        return size

    def write(self, connection: Connection, turn: SqlTurn) -> None:
        """Everything in one round trip: other workers wait meanwhile."""
        try:
            self._write(connection, turn)
        except psycopg.Error as error:  # of the driver itself: SQLAlchemy does not see it
            raise said(error) from error

    def _write(self, connection: Connection, turn: SqlTurn) -> None:
        driver: Any = connection.connection.driver_connection
        with driver.pipeline(), driver.cursor() as cursor, driver.cursor() as size_cursor:
            size_cursor.execute(
                "UPDATE records SET size = %s WHERE consultation = %s AND size = %s",
                (turn.size, turn.consultation, turn.stored),
            )
            for start in range(0, len(turn.new), CHUNK):
                cursor.execute(
                    "INSERT INTO entries (consultation, position, body) "
                    "SELECT %s, %s + place - 1, body FROM unnest(%s::bytea[]) WITH ORDINALITY AS new (body, place)",
                    (turn.consultation, turn.stored + start, turn.new[start : start + CHUNK]),
                )
            for (kind, key), value in turn.beside.items():
                if value is None:
                    cursor.execute(
                        "DELETE FROM beside WHERE consultation = %s AND kind = %s AND key = %s",
                        (turn.consultation, kind, key),
                    )
                else:
                    cursor.execute(
                        "INSERT INTO beside (consultation, kind, key, value) VALUES (%s, %s, %s, %s) "
                        "ON CONFLICT (consultation, kind, key) DO UPDATE SET value = excluded.value",
                        (turn.consultation, kind, key, value),
                    )
        if size_cursor.rowcount != 1:
            raise SizeConflict(turn.stored, size_of(connection, turn.consultation) or 0)


def _note_idle(_: Any, entry: Any) -> None:
    entry.info["idle since"] = time.monotonic()


def _check_idle(connection: Any, entry: Any, _: Any) -> None:
    """A connection that lay idle may be gone (the server was restarted): try it, so that the pool makes a new one.

    Trying every one of them would cost every vote a round trip.
    """
    if time.monotonic() - entry.info.get("idle since", time.monotonic()) < IDLE_SECONDS:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Exception as error:
        raise DisconnectionError from error
