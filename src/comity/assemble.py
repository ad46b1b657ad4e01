"""Chooses the parts: which store an address means, and what a site is made of. Nobody else does."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING

from comity.errors import Refused
from comity.settings import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from comity.desk import Desk
    from comity.reader import FindingsOf, Reader
    from comity.record.consultation import Consultation
    from comity.store.contract import Store
    from comity.store.moving import Moved

MAPPED_FROM = 1 << 26
"""Bytes from which a file is mapped into memory rather than copied there."""


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


def read_consultation(
    path: Path,
    title: str | None = None,
    question: str | None = None,
    *,
    session: str | None = None,
    issue: str | None = None,
    parties: Path | None = None,
) -> Consultation:
    """The consultation in a folder or a file of any known kind; title and question replace those of the files.

    session, issue, parties: of roll calls, which of them, and a table of parties with their blocs. Whatever is
    chosen here is kept in the consultation's source. Raises Refused for a path that cannot be read, and for what
    `comity.exchange` refuses.
    """
    files = files_at(path)
    if session is None and issue is None and parties is None:
        from comity.exchange.reading import consultation_in

        consultation = consultation_in(files, path.resolve().name if path.is_dir() else path.stem)
    else:
        from comity.exchange.unga import unga_consultation

        table = None if parties is None else _one_file(parties)
        consultation = unga_consultation(files, session, issue, table)
    given = (("title", title), ("question", question))
    options = tuple((name, value) for name, value in given if value is not None)
    return replace(
        consultation,
        title=consultation.title if title is None else title,
        question=consultation.question if question is None else question,
        source=replace(consultation.source, options=(*consultation.source.options, *options)),
    )


def _one_file(path: Path) -> tuple[str, bytes | mmap]:
    try:
        return path.name, _content(path)
    except OSError as error:
        raise Refused("no-such-file", f"{path} cannot be read ({error.strerror}); check its name") from None


def read_record(path: Path) -> Consultation | None:
    """The consultation in a comity.jsonl, or in the folder that holds one, once it is verified; None for anything else.

    Raises Refused where it does not verify, or where votes are withheld from it.
    """
    record = path / "comity.jsonl" if path.is_dir() else path
    if record.suffix != ".jsonl" or not record.exists():
        return None
    with missing_extra("site", "reading a record"):
        from comity.exchange.record_file import Unreadable, read
        from comity.record.verification import Differs, verified
    try:
        with record.open("rb") as lines:
            found = verified(read(lines))
    except OSError as error:
        raise Refused("no-such-file", f"{record} cannot be read ({error.strerror}); check its name") from None
    except (Differs, Unreadable) as difference:
        raise Refused(
            "damaged-record", f"{record} does not verify ({difference}); ask for another copy"
        ) from None
    if found.withheld:
        raise Refused(
            "not-a-full-copy",
            f"{found.withheld} votes are withheld from this copy, so they cannot be counted; take a full copy",
        )
    return found.state.consultation(found.texts)


def files_at(path: Path) -> dict[str, bytes | mmap]:
    """Every file in a folder, or one file, by name; folders inside and names that begin with a dot are left alone."""
    try:
        if not path.is_dir():
            return {path.name: _content(path)}
        found = sorted(file for file in path.iterdir() if not file.name.startswith("."))
        files = {file.name: _content(file) for file in found if file.is_file()}
    except OSError as error:
        raise Refused(
            "no-such-file", f"{error.filename or path} cannot be read ({error.strerror}); check its name"
        ) from None
    if not files:
        raise _no_files(path, [file.name for file in found])
    return files


def _no_files(path: Path, folders: list[str]) -> Refused:
    inside = (
        f", but the folders {', '.join(folders[:6])}: name one of them"
        if folders
        else ": name another folder"
    )
    return Refused("nothing-recognised", f"{path} holds no files{inside}")


def _content(path: Path) -> bytes | mmap:
    """A file's bytes; a large file is mapped, so that it is read as it is used."""
    with path.open("rb") as file:
        if path.stat().st_size < MAPPED_FROM:
            return file.read()
        return mmap(file.fileno(), 0, access=ACCESS_READ)


def store_at(url: str, named: str = "COMITY_DATABASE_URL") -> Store:
    """The store that a database address means; its tables are brought up to date. Raises Refused.

    named: what the address is called where it cannot be used.
    """
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
        f"{named} begins with {kind!r}; use sqlite:///FILE or postgresql://USER@HOST/DATABASE",
    )


def moved(settings: Settings, to: str) -> tuple[Moved, ...]:
    """Copy everything of a site into another, empty database. Raises Refused."""
    with missing_extra("site", "moving a site"):
        from comity.store.moving import move
        from comity.store.sql import SqlStore

    source, target = None, None
    try:
        source = store_at(settings.database_url)
        if not isinstance(source, SqlStore) or not source.consultations():
            raise Refused(
                "nothing-to-move",
                "the database of COMITY_DATABASE_URL holds no consultation; check its address",
            )
        target = store_at(to, "the address to move to")
        if not isinstance(target, SqlStore):
            raise Refused(
                "bad-setting", "a site cannot move into memory; name a file or a PostgreSQL database"
            )
        return move(source, target)
    finally:
        for store in (source, target):
            if store is not None:
                store.close()


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


def pages_of(site: Site, at_end: Callable[[], None] | None = None) -> ASGIApp:
    """The site's pages and its API, as an application for any ASGI server. at_end: called once it is stopped."""
    from comity.outside.mail import Mailer
    from comity.outside.translation import Translator

    with missing_extra("site", "the site"):
        from comity.web.app import make_app

    settings = site.settings
    mailer = None if settings.mail is None else Mailer(settings.mail)
    translator = None if settings.translation is None else Translator(settings.translation)
    return make_app(settings, site.reader, site.desk, set_up_key(site), mailer, translator, at_end)


def set_up_key(site: Site) -> str:
    """The secret of the link by which consultations are set up; made at the first start and kept in the store."""
    from comity.store.contract import SITE_WIDE

    return site.store.put_new(SITE_WIDE, "secret", "set-up-key", secrets.token_urlsafe(18).encode()).decode()
