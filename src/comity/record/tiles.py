"""A tile: some thousand entries as columns, from which the state is built in a fraction of the time that entries take.

Tiles are disposable. They follow from the entries alone, are made once an interval of entries is full and never
change; whoever doubts them leaves them out and folds the entries. Votes and their withdrawals stand in columns, by the
numbers of members and statements; every other entry stands in its canonical bytes; all with their leaf hashes.

The bytes: a SHA-256 over the rest, six little-endian integers (form, first entry, number of entries, of votes, of other
entries, bytes of these), then the columns in the order of `Tile`, then the other entries.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.record.consultation import NO_TIME
from comity.record.entries import VoteCast, VoteWithdrawn
from comity.record.entry_bytes import VOTE_FORM, entry_from
from comity.record.fold import NONE, extend
from comity.record.merkle import HASH_SIZE
from comity.record.state import State

Numbers = npt.NDArray[np.int32]
Marks = npt.NDArray[np.int8]
FORM = 1
WITHDRAWN = 2
"""In place of an answer: the vote was taken back."""
_HEAD = struct.Struct("<6q")
_DIGEST = 32


@dataclass(frozen=True, eq=False)
class Tile:
    """Entries start .. start + size - 1. place, member, statement, answer, matters, at: of every vote and withdrawal.

    place: int32, counted from `start`. answer: int8, WITHDRAWN for one taken back. at: int64, or NO_TIME.
    others: the canonical bytes of all other entries, in order. leaves: 32 bytes an entry.
    """

    start: int
    size: int
    leaves: bytes
    place: Numbers
    member: Numbers
    statement: Numbers
    answer: Marks
    matters: Marks
    at: npt.NDArray[np.int64]
    others: tuple[bytes, ...]


def tile_of(state: State, start: int, entries: Sequence[bytes]) -> bytes:
    """The tile of these entries, the first of which is number `start`. state: after them, or later still."""
    votes: list[tuple[int, int, int, int, int, int]] = []
    others: list[bytes] = []
    for place, data in enumerate(entries):
        vote = _vote(data)
        if vote is None:
            others.append(data)
            continue
        by, statement, answer, matters, at = vote
        numbers = state.members[by].number, state.statements[statement].number
        votes.append((place, *numbers, answer, matters, NO_TIME if at is None else at))
    columns = np.array(votes, dtype=np.int64).reshape(-1, 6).T
    rest = b"".join(
        [
            b"".join(state.tree.leaf(start + place) for place in range(len(entries))),
            *(columns[number].astype(kind).tobytes() for number, kind in enumerate(_KINDS)),
            np.array([len(data) for data in others], dtype="<i4").tobytes(),
            *others,
        ]
    )
    head = _HEAD.pack(FORM, start, len(entries), len(votes), len(others), sum(map(len, others)))
    return hashlib.sha256(head + rest).digest() + head + rest


_KINDS = ("<i4", "<i4", "<i4", "i1", "i1", "<i8")


def _vote(data: bytes) -> tuple[str, str, int, bool, int | None] | None:
    found = VOTE_FORM.fullmatch(data)
    if found is not None:
        answer, time, by, matters, _, statement = found.groups()
        at = None if time == b"null" else int(time)
        return by.decode(), statement.decode(), int(answer), matters == b"true", at
    entry = entry_from(data)
    if isinstance(entry, VoteWithdrawn):
        return entry.by, entry.statement, WITHDRAWN, False, entry.at
    if isinstance(entry, VoteCast):
        return entry.by, entry.statement, entry.answer, entry.matters, entry.at
    return None


def tile_from(data: bytes) -> Tile:
    """Read a tile. Raises ValueError for bytes that are none, or were changed."""
    body = data[_DIGEST:]
    if len(body) < _HEAD.size or hashlib.sha256(body).digest() != data[:_DIGEST]:
        raise ValueError("this tile is damaged")
    form, start, size, n_votes, n_others, _ = _HEAD.unpack_from(body)
    if form != FORM:
        raise ValueError(f"this tile has the form {form}")
    at = _HEAD.size + size * HASH_SIZE
    leaves: bytes = body[_HEAD.size : at]
    columns: list[npt.NDArray[Any]] = []
    for kind in _KINDS:
        columns.append(np.frombuffer(body, kind, n_votes, at))
        at += columns[-1].nbytes
    lengths = np.frombuffer(body, "<i4", n_others, at)
    at += lengths.nbytes
    ends = (at + np.cumsum(lengths, dtype=np.int64)).tolist()
    others = tuple(body[first:last] for first, last in zip([at, *ends], ends, strict=False))
    place, member, statement, answer, matters, when = columns
    return Tile(start, size, leaves, place, member, statement, answer, matters, when, others)


def state_from_tiles(tiles: Sequence[bytes]) -> State:
    """The state after these tiles, the first of which begins the record; the same as from their entries.

    Raises ValueError where a tile is damaged, or does not follow the one before it.
    """
    state = State()
    read = []
    size = 0
    for data in tiles:
        tile = tile_from(data)
        if tile.start != size:
            raise ValueError(f"a tile begins at entry {tile.start}, not {size}")
        size += tile.size
        read.append(tile)
        _fold_others(state, tile)
    if read:
        _count_votes(state, read)
    return state


def _fold_others(state: State, tile: Tile) -> None:
    """Everything but votes, each at its place: nothing but a withdrawal looks at votes."""
    is_other = np.ones(tile.size, dtype=np.bool_)
    is_other[tile.place] = False
    latest = np.maximum.accumulate(np.where(tile.at == NO_TIME, -1, np.arange(len(tile.at))))
    before = np.searchsorted(tile.place, np.flatnonzero(is_other)) - 1
    done = 0
    for place, vote, data in zip(
        np.flatnonzero(is_other).tolist(), before.tolist(), tile.others, strict=True
    ):
        state.tree.extend([tile.leaves[done * HASH_SIZE : place * HASH_SIZE]])
        if vote >= 0 and latest[vote] >= 0 and tile.place[latest[vote]] >= done:
            state.last_at = int(tile.at[latest[vote]])
        extend(state, entry_from(data), data)
        done = place + 1
    state.tree.extend([tile.leaves[done * HASH_SIZE :]])
    if len(latest) and latest[-1] >= 0 and tile.place[latest[-1]] >= done:
        state.last_at = int(tile.at[latest[-1]])


def _count_votes(state: State, tiles: Sequence[Tile]) -> None:
    """All votes at once: a cell is a member and a statement, and its last vote stands unless it was withdrawn."""
    member = np.concatenate([tile.member for tile in tiles])
    statement = np.concatenate([tile.statement for tile in tiles])
    answer = np.concatenate([tile.answer for tile in tiles])
    matters = np.concatenate([tile.matters for tile in tiles])
    at = np.concatenate([tile.at for tile in tiles])
    index = np.concatenate([tile.place + np.int32(tile.start) for tile in tiles])
    n = len(answer)
    if n == 0:
        return
    is_cast = answer != WITHDRAWN
    number = (np.cumsum(is_cast) - 1).astype(np.int32)
    order = np.argsort(member.astype(np.int64) * len(state.statements) + statement, kind="stable")
    cell_member, cell_statement, cast = member[order], statement[order], is_cast[order]
    begins = np.ones(n, dtype=np.bool_)
    begins[1:] = (cell_member[1:] != cell_member[:-1]) | (cell_statement[1:] != cell_statement[:-1])
    starts = np.flatnonzero(begins)
    lengths = np.diff(np.append(starts, n))
    place = np.arange(n)
    taken_back = np.maximum.reduceat(np.where(cast, -1, place), starts)
    replaces = np.full(n, NONE, dtype=np.int32)
    follows = np.flatnonzero(cast[1:] & cast[:-1] & ~begins[1:]) + 1
    replaces[order[follows]] = number[order[follows - 1]]
    withdrawn = np.zeros(n, dtype=np.bool_)
    withdrawn[order] = cast & (place < np.repeat(taken_back, lengths))
    state.vote_member.frombytes(member[is_cast].tobytes())
    state.vote_statement.frombytes(statement[is_cast].tobytes())
    state.vote_answer.frombytes(answer[is_cast].tobytes())
    state.vote_matters.frombytes(matters[is_cast].tobytes())
    state.vote_at.frombytes(at[is_cast].tobytes())
    state.vote_index.frombytes(index[is_cast].tobytes())
    state.vote_replaces.frombytes(replaces[is_cast].tobytes())
    state.vote_withdrawn += withdrawn[is_cast].astype(np.uint8).tobytes()
    state.n_withdrawn = int(withdrawn.sum())
    ends = starts + lengths - 1
    stands = cast[ends]
    last, first = order[ends[stands]], order[np.maximum(taken_back + 1, starts)[stands]]
    _tally(state, statement[last], answer[last], matters[last])
    _give_answers(state, member[last], statement[last], number[last], matters[last], first)


def _tally(
    state: State,
    statement: npt.NDArray[np.int32],
    answer: npt.NDArray[np.int8],
    matters: npt.NDArray[np.int8],
) -> None:
    n = len(state.statements)
    agreed, disagreed, passed = (np.bincount(statement[answer == value], minlength=n) for value in (1, -1, 0))
    marked = np.bincount(statement[matters != 0], minlength=n)
    for standing in state.statements.values():
        place = standing.number
        standing.agreed, standing.disagreed = int(agreed[place]), int(disagreed[place])
        standing.passed, standing.matters = int(passed[place]), int(marked[place])


def _give_answers(
    state: State,
    member: Numbers,
    statement: Numbers,
    number: Numbers,
    matters: Marks,
    first: npt.NDArray[np.int64],
) -> None:
    """Everybody's present answers, in the order in which he or she first gave them."""
    order = np.lexsort((first, member))
    bounds = np.searchsorted(member[order], np.arange(len(state.members) + 1)).tolist()
    marked = np.bincount(member[matters != 0], minlength=len(state.members)).tolist()
    statements, numbers = statement[order].tolist(), number[order].tolist()
    for who in state.members.values():
        of = slice(bounds[who.number], bounds[who.number + 1])
        who.answers = dict(zip(statements[of], numbers[of], strict=True))
        who.priorities = marked[who.number]
