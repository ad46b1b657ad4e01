"""Everything from one database into another, empty one: records byte by byte, and all that stands beside them.

Both databases are held for the whole time, so that nobody writes meanwhile; what was written is read back and its tree
compared before the new database commits. Nothing of the old one is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import DBAPIError

from comity.errors import Refused
from comity.record.merkle import MerkleTree, leaf_hash
from comity.store.sql import SqlStore, said
from comity.store.tables import beside, entries, records

CHUNK = 5_000


@dataclass(frozen=True)
class Moved:
    """A consultation that was moved: how many entries, and the root that is the same in both databases."""

    consultation: str
    size: int
    root: str


def move(source: SqlStore, target: SqlStore) -> tuple[Moved, ...]:
    """Copy all of `source` into `target`, in one transaction. Raises Refused where the target holds anything."""
    with _held(target) as there:
        if any(there.execute(select(table).limit(1)).first() for table in (records, beside)):
            raise Refused(
                "not-empty",
                "the database to move to holds something already, and nothing was changed; name an empty one",
            )
        with _held(source) as here:
            return _moved(here, there)


def _moved(here: Connection, there: Connection) -> tuple[Moved, ...]:
    for row in here.execute(select(records).order_by(records.c.number)).mappings().all():
        there.execute(insert(records), dict(row))
    found = tuple(
        Moved(row.consultation, row.size, _record(here, there, row.consultation))
        for row in here.execute(select(records).order_by(records.c.number)).all()
    )
    every = here.execute(select(beside).execution_options(yield_per=CHUNK))
    for rows in every.mappings().partitions(CHUNK):
        there.execute(insert(beside), [dict(row) for row in rows])
    return found


def _record(here: Connection, there: Connection, consultation: str) -> str:
    """Copy one record's entries, and compare the trees over what was read here and what stands there now."""
    first, second = MerkleTree(), MerkleTree()
    for bodies in _chunks(here, consultation):
        start = first.size
        for body in bodies:
            first.append(leaf_hash(body))
        there.execute(
            insert(entries),
            [
                {"consultation": consultation, "position": start + place, "body": body}
                for place, body in enumerate(bodies)
            ],
        )
    for bodies in _chunks(there, consultation):
        for body in bodies:
            second.append(leaf_hash(body))
    if first.root() != second.root():
        raise Refused(
            "damaged-record",
            f"{consultation} did not arrive as it was, and nothing was changed; look at the new database's disk",
        )
    return first.root().hex()


def _chunks(connection: Connection, consultation: str) -> Iterator[list[bytes]]:
    start = 0
    while True:
        here = (
            (entries.c.consultation == consultation)
            & (entries.c.position >= start)
            & (entries.c.position < start + CHUNK)
        )
        bodies = list(
            connection.execute(select(entries.c.body).where(here).order_by(entries.c.position)).scalars()
        )
        if not bodies:
            return
        yield bodies
        start += len(bodies)


@contextmanager
def _held(store: SqlStore) -> Iterator[Connection]:
    """A transaction during which nobody else writes: SQLite's begins that way, PostgreSQL's tables are locked."""
    try:
        with store.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("LOCK TABLE records, entries, beside IN EXCLUSIVE MODE"))
            yield connection
    except DBAPIError as error:
        raise said(error) from error
