"""Bring a database to the present tables, whatever earlier version wrote it; several workers may start at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from comity.errors import Refused
from comity.store.sql import said
from comity.store.tables import metadata

HEAD = "0001"
MIGRATIONS = Path(__file__).with_name("migrations")
LOCK_NUMBER = 0x636F6D697479


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing, in one transaction, while nobody else does."""
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": LOCK_NUMBER})
            found = version(connection)
            if found != HEAD:
                _run(connection)
    except DBAPIError as error:
        raise said(error.orig) from error


def version(connection: Connection) -> str | None:
    """The migration that this database stands at, None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(
        text("SELECT version_num FROM alembic_version")
    ).scalar_one_or_none()
    return found


def _run(connection: Connection) -> None:
    """Alembic's upgrade without its usual env.py, which only works inside Alembic and cannot be imported."""
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    script = ScriptDirectory(str(MIGRATIONS))

    def missing(revision: Any, _: Any) -> Any:
        return script._upgrade_revs("head", revision)

    try:
        with EnvironmentContext(Config(), script, fn=missing) as environment:
            environment.configure(connection=connection, target_metadata=metadata)
            environment.run_migrations()
    except CommandError as error:
        raise Refused(
            "newer-database",
            f"this database was written by another version of Comity ({error}); install that version, "
            "or restore a backup",
        ) from None
