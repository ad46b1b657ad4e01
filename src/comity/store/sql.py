"""What SQLite and PostgreSQL share: the statements, and the words for what can go wrong.

A turn locks the consultation's row (PostgreSQL) or the file (SQLite) first, so that of several workers one writes
at a time and sees everything before its own entries; the expected size is checked all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from comity.errors import Refused
from comity.store.contract import SizeConflict
from comity.store.tables import beside, entries, records

CHUNK = 20_000


class SqlStore:
    """A store over a SQLAlchemy engine; `sqlite.py` and `postgres.py` give it one and the dialect's upsert."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._looking = engine.execution_options(isolation_level="AUTOCOMMIT")

    def consultations(self) -> tuple[str, ...]:
        with self._reading() as connection:
            return tuple(
                connection.execute(
                    select(records.c.consultation)
                    .where(records.c.size > 0)
                    .order_by(records.c.number, records.c.consultation)
                ).scalars()
            )

    def size(self, consultation: str) -> int:
        with self._reading() as connection:
            return size_of(connection, consultation) or 0

    def entries(self, consultation: str, start: int = 0, stop: int | None = None) -> Sequence[bytes]:
        with self._reading() as connection:
            return _entries(connection, consultation, start, stop)

    @contextmanager
    def turn(self, consultation: str) -> Iterator[SqlTurn]:
        with self._writing() as connection:
            size = self.lock(connection, consultation)
            turn = SqlTurn(connection, consultation, size)
            yield turn
            if turn.new or turn.beside:
                self.write(connection, turn)

    def get(self, consultation: str, kind: str, key: str) -> bytes | None:
        with self._reading() as connection:
            found = connection.execute(select(beside.c.value).where(_at(consultation, kind, key)))
            return found.scalar_one_or_none()

    def all(self, consultation: str, kind: str) -> Mapping[str, bytes]:
        here = (beside.c.consultation == consultation) & (beside.c.kind == kind)
        with self._reading() as connection:
            found = connection.execute(select(beside.c.key, beside.c.value).where(here))
            return MappingProxyType(dict(sorted((row.key, row.value) for row in found)))

    def last(self, consultation: str, kind: str) -> bytes | None:
        here = (beside.c.consultation == consultation) & (beside.c.kind == kind)
        greatest = select(func.max(beside.c.key)).where(here).scalar_subquery()
        with self._reading() as connection:
            return connection.execute(
                select(beside.c.value).where(here & (beside.c.key == greatest))
            ).scalar_one_or_none()

    def put(self, consultation: str, kind: str, key: str, value: bytes) -> None:
        with self._writing() as connection:
            self.upsert(connection, consultation, kind, key, value)

    def put_new(self, consultation: str, kind: str, key: str, value: bytes) -> bytes:
        with self._writing() as connection:
            row = {"consultation": consultation, "kind": kind, "key": key, "value": value}
            connection.execute(self.insert(beside).values(row).on_conflict_do_nothing())
            found = connection.execute(select(beside.c.value).where(_at(consultation, kind, key)))
            standing: bytes = found.scalar_one()
            return standing

    def erase(self, consultation: str, kind: str, key: str) -> None:
        with self._writing() as connection:
            connection.execute(delete(beside).where(_at(consultation, kind, key)))

    def remove(self, consultation: str) -> None:
        with self._writing() as connection:
            for table in (entries, beside, records):
                connection.execute(delete(table).where(table.c.consultation == consultation))

    def close(self) -> None:
        self.engine.dispose()

    def insert(self, table: Any) -> Any:
        """The dialect's own insert, which knows ON CONFLICT."""
        raise NotImplementedError

    def lock(self, connection: Connection, consultation: str) -> int:
        """Wait until nobody else writes to this consultation; how many entries it has then."""
        raise NotImplementedError

    def write(self, connection: Connection, turn: SqlTurn) -> None:
        """Write what a turn has gathered; SizeConflict if the record has another size all the same."""
        if turn.new:
            self._write_size(connection, turn)
            self.write_entries(connection, turn)
        for (kind, key), value in turn.beside.items():
            if value is None:
                connection.execute(delete(beside).where(_at(turn.consultation, kind, key)))
            else:
                self.upsert(connection, turn.consultation, kind, key, value)

    def write_entries(self, connection: Connection, turn: SqlTurn) -> None:
        """Write the new entries of a turn."""
        raise NotImplementedError

    def upsert(self, connection: Connection, consultation: str, kind: str, key: str, value: bytes) -> None:
        row = {"consultation": consultation, "kind": kind, "key": key, "value": value}
        statement = self.insert(beside).values(row)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["consultation", "kind", "key"], set_={"value": statement.excluded.value}
            )
        )

    def _write_size(self, connection: Connection, turn: SqlTurn) -> None:
        here = records.c.consultation == turn.consultation
        found = connection.execute(
            update(records).where(here & (records.c.size == turn.stored)).values(size=turn.size)
        )
        if found.rowcount == 1:
            return
        if turn.stored:
            raise SizeConflict(turn.stored, size_of(connection, turn.consultation) or 0)
        last = connection.execute(select(func.coalesce(func.max(records.c.number), 0))).scalar_one()
        connection.execute(
            insert(records).values(consultation=turn.consultation, number=last + 1, size=turn.size)
        )

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._looking.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise said(error.orig) from error

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        try:
            with self.engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise said(error.orig) from error


class SqlTurn:
    """One transaction that holds the right to write to one consultation; what it gathers is written at its end."""

    def __init__(self, connection: Connection, consultation: str, size: int) -> None:
        self.consultation = consultation
        self.stored = self.size = size
        self.new: list[bytes] = []
        self.beside: dict[tuple[str, str], bytes | None] = {}
        self._connection = connection

    def entries(self, start: int) -> Sequence[bytes]:
        if start >= self.stored:
            return self.new[start - self.stored :]
        return [*_entries(self._connection, self.consultation, start, None), *self.new]

    def append(self, entries: Sequence[bytes], expected_size: int) -> None:
        if expected_size != self.size:
            raise SizeConflict(expected_size, self.size)
        self.new.extend(entries)
        self.size += len(entries)

    def put(self, kind: str, key: str, value: bytes) -> None:
        self.beside[kind, key] = value

    def erase(self, kind: str, key: str) -> None:
        self.beside[kind, key] = None


def said(error: BaseException | None) -> Refused:
    """What the complaint of a database's driver means for the person who waits."""
    text = str(error).lower()
    if "locked" in text or "busy" in text or "timeout" in text:
        return Refused(
            "database-busy",
            "the site's database is busy; nothing was stored, please send it again in a moment",
        )
    if "full" in text or "no space" in text:
        return Refused(
            "disk-full",
            "the site's disk is full, so nothing was stored; keep what you typed and tell whoever runs this site",
        )
    if "readonly" in text or "read-only" in text:
        return Refused(
            "database-read-only",
            "the site may not write to its database, so nothing was stored; tell whoever runs this site",
        )
    return Refused(
        "database-unavailable",
        f"the site's database does not answer ({type(error).__name__}), so nothing was stored; "
        "keep what you typed, try again in a minute, and tell whoever runs this site if it lasts",
    )


def _at(consultation: str, kind: str, key: str) -> Any:
    return (beside.c.consultation == consultation) & (beside.c.kind == kind) & (beside.c.key == key)


def size_of(connection: Connection, consultation: str) -> int | None:
    found = connection.execute(select(records.c.size).where(records.c.consultation == consultation))
    return found.scalar_one_or_none()


def _entries(connection: Connection, consultation: str, start: int, stop: int | None) -> list[bytes]:
    query = select(entries.c.body).where(
        (entries.c.consultation == consultation) & (entries.c.position >= start)
    )
    if stop is not None:
        query = query.where(entries.c.position < stop)
    return list(connection.execute(query.order_by(entries.c.position)).scalars())
