"""Chooses the parts: which store an address means, and what a site is made of. Nobody else does."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.errors import Refused
from comity.settings import Settings

if TYPE_CHECKING:
    from comity.desk import Desk
    from comity.reader import FindingsOf, Reader
    from comity.store.contract import Store


@dataclass(frozen=True)
class Site:
    """A store, what is known from it, and the one who writes to it."""

    settings: Settings
    store: Store
    reader: Reader
    desk: Desk

    def close(self) -> None:
        """Write what is waiting and give everything back."""
        self.desk.stop()
        self.reader.stop()
        self.store.close()


@contextmanager
def missing_extra(extra: str, what: str) -> Iterator[None]:
    """Say which extra to install where a package is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise Refused(
            "extra-missing",
            f"{what} needs the package {error.name!r}; install it with: pip install 'comity[{extra}]'",
        ) from None


def store_at(url: str) -> Store:
    """The store that a database address means; its tables are brought up to date. Raises Refused."""
    kind = url.partition(":")[0].partition("+")[0]
    with missing_extra("site", "keeping a record"):
        if kind == "memory":
            from comity.store.memory import MemoryStore

            return MemoryStore()
        if kind == "sqlite":
            from comity.store.sqlite import SqliteStore

            return SqliteStore(url)
    if kind in ("postgresql", "postgres"):
        with missing_extra("postgres", "PostgreSQL"):
            import psycopg  # noqa: F401
        with missing_extra("site", "keeping a record"):
            from comity.store.postgres import PostgresStore

            return PostgresStore(f"postgresql+psycopg:{url.partition(':')[2]}")
    raise Refused(
        "bad-setting",
        f"COMITY_DATABASE_URL begins with {kind!r}; use sqlite:///FILE or postgresql://USER@HOST/DATABASE",
    )


def site_of(
    settings: Settings, findings_of: FindingsOf | None = None, executor: Executor | None = None
) -> Site:
    """A whole site, except for its web pages. Its signing key is made at the first start and kept in the store."""
    store = store_at(settings.database_url)
    with missing_extra("site", "keeping a record"):
        from comity.desk import Desk
        from comity.reader import Reader
        from comity.record.checkpoint import Signer
        from comity.store.contract import SITE_WIDE

    seed = store.put_new(SITE_WIDE, "secret", "signing-key", secrets.token_bytes(32))
    reader = Reader(store, findings_of, executor)
    return Site(settings, store, reader, Desk(store, reader, Signer(settings.site, seed)))
