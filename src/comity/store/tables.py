"""The tables, for SQLite and PostgreSQL alike. A change here needs a migration beside it (a test compares them)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData()

records = Table(
    "records",
    metadata,
    Column("consultation", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
)
"""One row a consultation. `number`: the order of opening; `size`: how many entries it has."""

entries = Table(
    "entries",
    metadata,
    Column("consultation", Text, ForeignKey("records.consultation"), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)
"""The canonical bytes of every entry, 0 first."""

beside = Table(
    "beside",
    metadata,
    Column("consultation", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""What can be changed and erased: texts, identities, credentials, checkpoints, secrets."""
