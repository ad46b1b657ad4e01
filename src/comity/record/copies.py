"""A copy of a record, as it leaves a site: everything, or what was promised to be public.

A full copy holds every entry and every text that was not erased; a public one no text of what a party stated in
private (`State.private`). In the public copy of a consultation that promised to show no single vote, votes stand
as their leaf hashes only, and sums stand in their place; the tree over both copies is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from comity.record.consultation import Promise
from comity.record.entries import Entry, VoteCast, VoteWithdrawn
from comity.record.entry_bytes import entry_from
from comity.record.fold import extend
from comity.record.merkle import leaf_hash
from comity.record.state import State
from comity.record.sums import PublishedSums, published_sums

FORM = "comity-record/1"
CopyKind = Literal["public", "full"]


@dataclass(frozen=True)
class Header:
    """What a copy says about itself in its first line; verification checks all of it."""

    copy: CopyKind
    consultation: str
    origin: str
    key: str
    size: int
    root: str


@dataclass(frozen=True)
class Line:
    """One entry of a copy: its bytes, or its leaf hash alone; and the root of the record up to and with it."""

    index: int
    root: str
    entry: bytes | None
    leaf: str | None = None


@dataclass(frozen=True)
class CopiedText:
    """A text and its salt: proven by the hash in the record."""

    hash: str
    salt: str
    text: str


@dataclass(frozen=True)
class Signed:
    """A signed checkpoint, as the note that it is."""

    note: str


@dataclass(frozen=True)
class CopiedName:
    """Who a pseudonym is, where names were promised to be public; it stands beside the record, unproven."""

    by: str
    name: str


Item = Header | Line | Signed | CopiedText | CopiedName | PublishedSums


def is_withheld(entry: Entry, promise: Promise, copy: CopyKind) -> bool:
    """Whether this copy shows only the entry's hash: a vote, where single votes are not published."""
    return (
        copy == "public" and not promise.shows_single_votes and isinstance(entry, (VoteCast, VoteWithdrawn))
    )


def copied(
    entries: Sequence[bytes],
    copy: CopyKind,
    checkpoints: Sequence[str],
    texts: Sequence[CopiedText],
    names: Mapping[str, str],
) -> Iterator[Item]:
    """The items of a copy, in their order. names: by pseudonym; left out unless names were promised."""
    state = State()
    lines = []
    for index, data in enumerate(entries):
        entry = entry_from(data)
        extend(state, entry, data)
        hidden = state.opening is not None and is_withheld(entry, state.opening.promise, copy)
        leaf = leaf_hash(data).hex() if hidden else None
        lines.append(Line(index, state.root().hex(), None if hidden else data, leaf))
    opening = state.opening
    if opening is None:
        raise ValueError("a record begins with its opening")
    yield Header(copy, opening.consultation, opening.origin, opening.key, state.size, state.root().hex())
    yield from lines
    yield from (Signed(note) for note in checkpoints)
    kept = state.texts.keys() | (state.private.keys() if copy == "full" else set())
    yield from (text for text in texts if text.hash in kept and text.hash not in state.erased)
    if opening.visibility == "names":
        yield from (CopiedName(by, names[by]) for by in state.members if by in names)
    if not opening.promise.shows_single_votes:
        yield from published_sums(state)
