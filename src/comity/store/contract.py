"""What every store does: the same lines for memory, SQLite and PostgreSQL, and one suite of tests for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

SITE_WIDE = ""
"""In place of a consultation's id: what belongs to the site as a whole (its keys, drafts, accounts)."""


class SizeConflict(Exception):
    """Somebody else added entries in the meantime: read them, admit again, and append at the new size."""

    def __init__(self, expected: int, found: int) -> None:
        super().__init__(f"the record has {found} entries, not {expected}")
        self.expected = expected
        self.found = found


class Turn(Protocol):
    """The sole right to write to one consultation, from entering its block until leaving it.

    Leaving the block makes everything durable at once; an exception leaves nothing of it. Other writers, in
    this process or another, wait.
    """

    size: int
    """How many entries the record had when the turn began, and has with those appended in it."""

    def entries(self, start: int) -> Sequence[bytes]:
        """Entries start .. size - 1."""

    def append(self, entries: Sequence[bytes], expected_size: int) -> None:
        """Add entries after the first `expected_size`; SizeConflict if the record has another size."""

    def put(self, kind: str, key: str, value: bytes) -> None:
        """Keep something beside the record, in place of what stood under this kind and key."""

    def erase(self, kind: str, key: str) -> None:
        """Delete what stands beside the record under this kind and key, if anything does."""


class Store(Protocol):
    """Records by consultation id, and what stands beside them by kind and key.

    Kinds in use: 'text' (a text and its salt, by hash), 'private' (the same, for full copies only), 'identity' (by
    pseudonym), 'credential' (by token hash), 'checkpoint' (a signed note, by size), 'secret'; a site adds its own,
    such as 'draft'.
    """

    def consultations(self) -> tuple[str, ...]:
        """The ids of all consultations, in the order in which they were opened."""

    def size(self, consultation: str) -> int:
        """How many durable entries there are; 0 for a consultation that does not exist."""

    def entries(self, consultation: str, start: int = 0, stop: int | None = None) -> Sequence[bytes]:
        """The durable entries start .. stop - 1 (to the end where no stop is given)."""

    def turn(self, consultation: str) -> AbstractContextManager[Turn]:
        """Wait for the right to write. A consultation begins with its first append."""

    def get(self, consultation: str, kind: str, key: str) -> bytes | None:
        """What stands beside the record under this kind and key, None when nothing does."""

    def all(self, consultation: str, kind: str) -> Mapping[str, bytes]:
        """Everything of one kind, ordered by key."""

    def last(self, consultation: str, kind: str) -> bytes | None:
        """What stands under the greatest key of this kind."""

    def put(self, consultation: str, kind: str, key: str, value: bytes) -> None:
        """Keep one thing beside the record, durably, without waiting for a turn."""

    def put_new(self, consultation: str, kind: str, key: str, value: bytes) -> bytes:
        """Keep `value` unless something stands there; what stands there now, whoever was first."""

    def erase(self, consultation: str, kind: str, key: str) -> None:
        """Delete one thing beside the record."""

    def remove(self, consultation: str) -> None:
        """Delete a consultation: its record and everything beside it."""

    def close(self) -> None:
        """Give back connections and files."""
