"""Millions of vote lines at array speed: a block of plain lines is cut and read by whole columns.

A block is read here when every line of it is plain: as many commas as the header, no quotes, UTF-8, no name or
vote empty, every vote and time one of the usual kinds. Any other block goes, as it stands, to the line-by-line
way of `comity.exchange.vote_lines`, which knows what to say; a file with a quote in it goes there whole, since
then a line break may be part of a text. What a field means is decided by the same functions in both.

Notation: `first` and `size` are where each field of a column begins in the block and how many bytes it has.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from comity.errors import Refused
from comity.exchange.csv_lines import OTHER_UNICODE, lines_of, table, text_of
from comity.exchange.files import FileBytes
from comity.exchange.vote_lines import (
    SECONDS_BELOW,
    Answers,
    VoteBlock,
    VoteColumnNames,
    VoteLineBuilder,
    VoteLines,
    line_by_line,
    number_of,
    places,
)

BLOCK = 1 << 23
"""Bytes read at once: enough for array work, little beside the file."""

LONGEST_FIELD = 64
"""Bytes of the longest name that is read here; longer ones are read line by line."""

_COMMA, _NEWLINE, _RETURN, _QUOTE = (ord(mark) for mark in ',\n\r"')
_MIX = np.uint64(0x9E3779B97F4A7C15)
_DAY, _HOUR, _MINUTE, _SECOND = 86_400_000, 3_600_000, 60_000, 1_000

Bytes = npt.NDArray[np.uint8]
Integers = npt.NDArray[np.int64]


class Unusual(Exception):
    """This block holds something that is for the line-by-line way."""


class Column(NamedTuple):
    """The fields of one column in a block."""

    text: Bytes
    first: Integers
    size: Integers


class Distinct(NamedTuple):
    """The distinct fields of a column in order of their first line, and for every line the place of its own."""

    pieces: list[bytes]
    number: Integers


def vote_lines(
    name: str, data: FileBytes, columns: VoteColumnNames, answers: Answers, block: int = BLOCK
) -> VoteLines:
    """The usable lines of a file with one vote a line.

    Refuses what cannot be read as a whole; see `comity.exchange.vote_lines` for what is left out and listed.
    block: bytes read at once.
    """
    start = data.find(b"\n") + 1
    if not _has_plain_header(data[:start]) or data.find(b'"') >= 0:
        return line_by_line(name, data, columns, answers)
    try:
        return _block_by_block(name, data, columns, answers, start=start, block=block)
    except Refused:
        # Where there is more than one thing to refuse, the careful way says which comes first.
        return line_by_line(name, data, columns, answers)


def _block_by_block(
    name: str, data: FileBytes, columns: VoteColumnNames, answers: Answers, *, start: int, block: int
) -> VoteLines:
    reader = BlockReader(VoteLineBuilder(places(table(name, data[:start]), columns), answers))
    number = 2
    for begin, end in _blocks(data, start, block):
        number += reader.read(data[begin:end], number)
    return reader.builder.votes()


def _has_plain_header(header: bytes) -> bool:
    """Whether the first line is the header, the whole header, and nothing else."""
    names = header.removesuffix(b"\n").removesuffix(b"\r")
    return bool(names.strip()) and b"\r" not in names and header[:2] not in OTHER_UNICODE


def _blocks(data: FileBytes, start: int, block: int) -> Iterator[tuple[int, int]]:
    """Stretches of whole lines; what follows the last line end is a stretch of its own."""
    size = len(data)
    while start < size:
        end = data.rfind(b"\n", start, start + block) + 1
        if end == 0:
            end = data.find(b"\n", start) + 1 or size
        yield start, end
        start = end


class BlockReader:
    """Reads block after block into one builder, and remembers what each name's bytes meant."""

    def __init__(self, builder: VoteLineBuilder) -> None:
        self.builder = builder
        self._participants = KnownNames(builder.participants)
        self._statements = KnownNames(builder.statements)
        self._parties = KnownNames(builder.parties, may_be_empty=True)

    def read(self, raw: bytes, number: int) -> int:
        """Read a block whose first line has this number; returns how many lines it has."""
        try:
            return self._read_columns(raw, number)
        except Unusual:
            name = self.builder.where.name
            self.builder.read(lines_of(name, text_of(name, raw, number), number))
            return raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")

    def _read_columns(self, raw: bytes, number: int) -> int:
        where = self.builder.where
        # The zeros let every field be read as if it had the longest one's size.
        text = np.frombuffer(raw + bytes(LONGEST_FIELD), np.uint8)
        ends = _ends_of_fields(text, raw, where.width)
        answer = _answers(_column(text, ends, where.vote), self.builder.answers)
        at = None if where.at is None else _times(_column(text, ends, where.at))
        participant = self._participants.distinct(_column(text, ends, where.participant))
        statement = self._statements.distinct(_column(text, ends, where.statement))
        party = None
        if where.party is not None:
            party = self._parties.distinct(_column(text, ends, where.party))
        # Only now, when nothing can be unusual any more, do names get their numbers.
        self.builder.add(
            VoteBlock(
                self._participants.numbered(participant),
                self._statements.numbered(statement),
                answer,
                at,
                None if party is None else self._parties.numbered(party),
                np.arange(number, number + len(ends), dtype=np.int32),
            )
        )
        return len(ends)


class KnownNames:
    """The numbers of names by their bytes, beside the builder's numbers by name."""

    def __init__(self, numbers: dict[str, int], may_be_empty: bool = False) -> None:
        self._numbers = numbers
        self._known: dict[bytes, int] = {b"": -1} if may_be_empty else {}
        self._may_be_empty = may_be_empty

    def distinct(self, column: Column) -> Distinct:
        """The distinct names of a column; one that is empty where it may not be is unusual."""
        found = _distinct(column)
        if not self._may_be_empty and not all(piece in self._known or _text(piece) for piece in found.pieces):
            raise Unusual
        return found

    def numbered(self, found: Distinct) -> npt.NDArray[np.int32]:
        """The number of every line's name; -1 for none."""
        known = self._known
        for piece in found.pieces:
            if piece not in known:
                name = _text(piece)
                known[piece] = number_of(self._numbers, name) if name else -1
        return np.array([known[piece] for piece in found.pieces], np.int32)[found.number]


def _text(piece: bytes) -> str:
    return piece.decode("utf-8").strip()


def _ends_of_fields(text: Bytes, raw: bytes, width: int) -> Integers:
    """Where every field ends, shape (n_lines, width); a line that is not plain is unusual."""
    if raw[-1] != _NEWLINE or b"\0" in raw:
        raise Unusual
    if not raw.isascii():
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError:
            raise Unusual from None
    marks = np.flatnonzero((text == _COMMA) | (text == _NEWLINE))
    if len(marks) % width or int(np.diff(marks, prepend=-1).max()) > csv.field_size_limit():
        raise Unusual
    ends = marks.reshape(-1, width)
    if not (bool(np.all(text[ends[:, -1]] == _NEWLINE)) and bool(np.all(text[ends[:, :-1]] == _COMMA))):
        raise Unusual
    returns = raw.count(b"\r")
    if returns and returns != raw.count(b"\r\n"):
        raise Unusual
    return ends


def _column(text: Bytes, ends: Integers, place: int) -> Column:
    first = ends[:, place - 1] + 1 if place else np.concatenate([[0], ends[:-1, -1] + 1])
    size = ends[:, place] - first
    if place == ends.shape[1] - 1:
        size = size - ((size > 0) & (text[ends[:, place] - 1] == _RETURN))
    return Column(text, first, size)


def _answers(column: Column, answers: Answers) -> npt.NDArray[np.int8]:
    found = _distinct(column)
    meant = [answers.get(_text(piece).casefold()) for piece in found.pieces]
    if None in meant:
        raise Unusual
    return np.array(meant, np.int8)[found.number]


def _times(column: Column) -> Integers | None:
    """Times as `time_of` reads them; None where the whole column is empty."""
    sizes = np.unique(column.size)
    if sizes[-1] == 0:
        return None
    if sizes[0] == 0 or sizes[-1] > LONGEST_FIELD:
        raise Unusual
    whole = _whole_numbers(column)
    if whole is None:
        return _dates(column, sizes)
    return np.where(whole < SECONDS_BELOW, whole * 1000, whole)


def _whole_numbers(column: Column) -> Integers | None:
    """Fields of at most 18 digits as numbers; None where one is something else."""
    widest = int(column.size.max())
    if widest > 18:
        return None
    value = np.zeros(len(column.size), np.int64)
    for place in range(widest):
        digit = column.text[column.first + place] - np.uint8(ord("0"))
        inside = column.size > place
        if bool(np.any(inside & (digit > 9))):
            return None
        value = np.where(inside, value * 10 + digit, value)
    return value


def _dates(column: Column, sizes: Integers) -> Integers:
    """Fields written '2026-03-02T09:30:00', with '.123', and with 'Z' or '+00:00' or nothing, all alike."""
    text = _letters(column, int(sizes[-1]))
    pattern = "dddd-dd-ddTdd:dd:dd"
    tail = bytes(text[0, len(pattern) :])
    has_fraction = tail[:1] == b"."
    zone = tail[4:] if has_fraction else tail
    if len(sizes) > 1 or len(text[0]) < len(pattern) or zone not in (b"", b"Z", b"+00:00"):
        raise Unusual
    pattern += (".ddd" if has_fraction else "") + zone.decode()
    number: dict[int, Integers] = {}
    for start, kind in _runs(pattern):
        piece = text[:, start : start + len(kind)]
        if kind[0] == "d":
            digit = piece - np.uint8(ord("0"))
            if bool(np.any(digit > 9)):
                raise Unusual
            number[start] = digit.astype(np.int64) @ 10 ** np.arange(len(kind) - 1, -1, -1)
        elif not bool(np.all(np.isin(piece, (ord("T"), ord(" "))) if kind == "T" else piece == ord(kind))):
            raise Unusual
    return _since_1970([number[start] for start in (0, 5, 8, 11, 14, 17)], number.get(20, 0))


def _since_1970(date: list[Integers], fraction: Integers | int) -> Integers:
    """Milliseconds since 1970 of year, month, day, hour, minute and second; what does not exist is unusual."""
    year, month, day, hour, minute, second = date
    fits = (
        (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (hour < 24) & (minute < 60) & (second < 60)
    )
    if not bool(np.all(fits)):
        raise Unusual
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1)
    if bool(np.any(days.astype("datetime64[M]") != months)):
        raise Unusual
    return days.astype(np.int64) * _DAY + hour * _HOUR + minute * _MINUTE + second * _SECOND + fraction


def _runs(pattern: str) -> Iterator[tuple[int, str]]:
    """The pattern cut into runs of digits and single other marks, each with its place.

    >>> list(_runs("dd:d"))
    [(0, 'dd'), (2, ':'), (3, 'd')]
    """
    for run in re.finditer("d+|[^d]", pattern):
        yield run.start(), run.group()


def _distinct(column: Column) -> Distinct:
    words = _words(column)
    key = words[:, 0]
    for place in range(1, words.shape[1]):
        key = (key ^ (key >> np.uint64(29))) * _MIX + words[:, place]
    _, first, number = np.unique(key, return_index=True, return_inverse=True)
    if words.shape[1] > 1 and not np.array_equal(words[first][number], words):
        raise Unusual  # two names fell on one key
    order = np.argsort(first)
    place_of = np.empty(len(order), np.int64)
    place_of[order] = np.arange(len(order))
    begin = column.first[first[order]]
    end = begin + column.size[first[order]]
    whole = column.text.tobytes()
    pieces = [whole[a:b] for a, b in zip(begin.tolist(), end.tolist(), strict=True)]
    return Distinct(pieces, place_of[number])


def _words(column: Column) -> npt.NDArray[np.uint64]:
    """Every field as eight-byte words, filled with zeros, shape (n_lines, n_words)."""
    widest = max(1, int(column.size.max()))
    if widest > LONGEST_FIELD:
        raise Unusual
    return _letters(column, -(-widest // 8) * 8).view(np.uint64)


def _letters(column: Column, width: int) -> Bytes:
    """Every field as bytes, filled with zeros, shape (n_lines, width)."""
    letters = np.zeros((len(column.size), width), np.uint8)
    for place in range(min(width, int(column.size.max()))):
        letters[:, place] = column.text[column.first + place] * (column.size > place)
    return letters
