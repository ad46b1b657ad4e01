"""`comity import`: keep a record that was exported, or tell another system's consultation as a record."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from comity.assemble import Site, missing_extra, read_consultation, site_of
from comity.errors import Refused
from comity.settings import settings_from

if TYPE_CHECKING:
    from comity.record.copies import Item

RECORD = "comity.jsonl"


def import_(path: Path, /, *, name: str | None = None) -> None:
    """Verify a comity.jsonl and keep it byte by byte, or tell another system's votes as a record.

    Parameters
    ----------
    path
        A comity.jsonl or the folder that holds one; or a Polis export or a plain table, as comity report reads them.
    name
        The consultation's id on this site, where it is no comity.jsonl; else the name of the folder or file.
    """
    site = site_of(settings_from(os.environ))
    try:
        record = path / RECORD if path.is_dir() else path
        if record.suffix == ".jsonl" and record.exists():
            print(taken_over(site, record))
        else:
            print(taken_in(site, path, name or path.stem))
    finally:
        site.close()


def taken_over(site: Site, path: Path) -> str:
    """Keep a whole record; its id. Raises Refused where it does not verify or is not whole."""
    with missing_extra("site", "importing a record"):
        from comity.exchange.record_file import Unreadable, read
        from comity.record.copies import Line
        from comity.record.verification import Differs, verified
    entries: list[bytes] = []

    def kept(items: Iterator[tuple[int, Item]]) -> Iterator[tuple[int, Item]]:
        for number, item in items:
            if isinstance(item, Line) and item.entry is not None:
                entries.append(item.entry)
            yield number, item

    try:
        with path.open("rb") as lines:
            found = verified(kept(read(lines)))
    except OSError as error:
        raise Refused("no-such-file", f"{path} cannot be read ({error.strerror}); check its name") from None
    except (Differs, Unreadable) as difference:
        raise Refused(
            "damaged-record",
            f"{path} does not verify ({difference}), so it is not imported; ask for another copy",
        ) from None
    site.desk.take_over(found, entries)
    return found.header.consultation


def taken_in(site: Site, path: Path, name: str) -> str:
    """Tell what other systems' files hold as a record of this site, closed at its end; its id."""
    from comity.cli.talk import say_what_was_read

    consultation = read_consultation(path)
    say_what_was_read(consultation, where="kept, and listed on the page of the record")
    site.desk.take_in(consultation, name)
    return name
