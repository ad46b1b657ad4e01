"""Files as this room takes them: by name, as bytes. Opening the disk is the work of `comity.assemble`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from mmap import mmap

from comity.errors import Refused
from comity.record.consultation import Source, SourceFile

FileBytes = bytes | mmap
"""The whole of one file; a large one may be mapped instead of read."""

Files = Mapping[str, FileBytes]
"""Every file of one consultation, by its name."""


def source(kind: str, description: str, files: Files, names: Sequence[str], notes: Sequence[str]) -> Source:
    """Where a consultation came from: the files that were used, each with its SHA-256."""
    read = tuple(SourceFile(name, sha256(files[name]).hexdigest(), len(files[name])) for name in names)
    return Source(kind, description, read, tuple(notes))


def is_number(name: str) -> bool:
    """Whether a name is a whole number of a length that things are counted with.

    >>> is_number("17"), is_number("-1"), is_number("9" * 5000)
    (True, False, False)
    """
    return name.isascii() and name.isdecimal() and len(name) <= 18


def shown(value: str) -> str:
    """A value as a sentence can quote it: on one line, in quotes, at most 60 characters.

    >>> shown("2"), shown("two\\nlines"), shown("a" * 100)[-10:]
    ("'2'", "'two\\\\nlines'", "aaaaaa...'")
    """
    return repr(value if len(value) <= 60 else value[:57] + "...")


def need_new(kind: str, name: str, where: str, places: dict[str, str]) -> None:
    """Note where a name stands; refuses one that stands somewhere already, and one that is empty."""
    if not name:
        raise Refused("unreadable-value", f"{where}: there is a {kind} without a name; give it one")
    if name in places:
        raise Refused(
            "repeated-name",
            f"{where}: the {kind} {shown(name)} is there already ({places[name]}); keep one of the two",
        )
    places[name] = where
