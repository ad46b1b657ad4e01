"""Parquet files of a plain table, read through pyarrow, which is an extra: `pip install comity[parquet]`.

A row counts as a line, the first as line 1. A null is an empty field.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.errors import Refused
from comity.exchange.csv_lines import Line, Table
from comity.exchange.files import FileBytes
from comity.exchange.vote_lines import (
    SECONDS_BELOW,
    Answers,
    VoteColumnNames,
    VoteLines,
    number_of,
    places,
    time_of,
    unreadable_time,
    vote_out_of_range,
)
from comity.record.consultation import NO_TIME, Skipped

Codes = npt.NDArray[np.int32]


def is_parquet(data: FileBytes) -> bool:
    """Whether the file begins as every Parquet file does."""
    return data[:4] == b"PAR1"


def column_names(name: str, data: FileBytes) -> tuple[str, ...]:
    """The names of a file's columns."""
    return _header(arrow_table(name, data))


def rows(name: str, data: FileBytes) -> Table:
    """A small file as a table of texts."""
    arrow = arrow_table(name, data)

    def lines() -> Iterator[Line]:
        columns = [_texts(name, column).fill_null("").to_pylist() for column in arrow.columns]
        for number, fields in enumerate(zip(*columns, strict=True), start=1):
            yield number, list(fields), False

    return Table(name, _header(arrow), lines())


def vote_rows(name: str, data: FileBytes, columns: VoteColumnNames, answers: Answers) -> VoteLines:
    """The usable rows of a file with one vote a row, as `vote_blocks.vote_lines` reads them from CSV."""
    arrow = arrow_table(name, data)
    where = places(Table(name, _header(arrow), ()), columns)
    participants, participant = _encoded(name, arrow.column(where.participant))
    statements, statement = _encoded(name, arrow.column(where.statement))
    votes, vote = _encoded(name, arrow.column(where.vote))
    keep = (participant >= 0) & (statement >= 0) & (vote >= 0)
    line = (np.flatnonzero(keep) + 1).astype(np.int32)
    at = np.full(len(keep), NO_TIME) if where.at is None else _times(name, arrow.column(where.at), keep)
    parties: tuple[str, ...] = ()
    party = np.full(len(keep), -1, np.int32)
    if where.party is not None:
        parties, party = _encoded(name, arrow.column(where.party))
    return VoteLines(
        name,
        *(participants, statements, parties),
        participant[keep],
        statement[keep],
        _answers(name, votes, vote[keep], line, answers),
        at[keep],
        party[keep],
        line,
        _left_out(name, participant, statement, keep),
    )


def _answers(
    name: str, votes: tuple[str, ...], vote: Codes, line: Codes, answers: Answers
) -> npt.NDArray[np.int8]:
    unknown = 2
    meaning = np.array([answers.get(text.casefold(), unknown) for text in votes] or [unknown], np.int8)
    answer = meaning[vote]
    wrong = np.flatnonzero(answer == unknown)
    if len(wrong):
        place = int(wrong[0])
        raise vote_out_of_range(f"{name}, line {line[place]}", votes[int(vote[place])], answers)
    return answer


def _left_out(
    name: str, participant: Codes, statement: Codes, keep: npt.NDArray[np.bool_]
) -> tuple[Skipped, ...]:
    def reason(row: int) -> str:
        if participant[row] < 0:
            return "it names no participant"
        return "it names no statement" if statement[row] < 0 else "it holds no vote"

    return tuple(Skipped(name, row + 1, reason(row)) for row in np.flatnonzero(~keep).tolist())


def _times(name: str, column: Any, keep: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    pyarrow = _pyarrow(name)
    kind = column.type
    if pyarrow.types.is_temporal(kind):
        column = column.cast(pyarrow.timestamp("ms", getattr(kind, "tz", None)), safe=False).cast(
            pyarrow.int64()
        )
    elif not pyarrow.types.is_integer(kind):
        texts, code = _encoded(name, column)
        times = np.array(
            [*(_time(name, text, code, place, keep) for place, text in enumerate(texts)), NO_TIME]
        )
        return times[code]
    at = np.asarray(column.cast(pyarrow.int64()).fill_null(NO_TIME).to_numpy(), np.int64)
    if pyarrow.types.is_integer(kind):
        at = np.where((at != NO_TIME) & (at < SECONDS_BELOW), at * 1000, at)
    return at


def _time(name: str, text: str, code: Codes, place: int, keep: npt.NDArray[np.bool_]) -> int:
    try:
        return time_of(text)
    except ValueError:
        rows_of_it = np.flatnonzero((code == place) & keep)
        if len(rows_of_it) == 0:
            return NO_TIME
        raise unreadable_time(f"{name}, line {int(rows_of_it[0]) + 1}", text) from None


def _encoded(name: str, column: Any) -> tuple[tuple[str, ...], Codes]:
    """The distinct texts of a column without the blanks round them, and the place of each row's; -1 for none."""
    encoded = _texts(name, column).combine_chunks().dictionary_encode()
    numbers: dict[str, int] = {}
    bare = [text.strip() for text in encoded.dictionary.to_pylist()]
    place = np.array([*(number_of(numbers, text) if text else -1 for text in bare), -1], np.int32)
    return tuple(numbers), place[encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)]


def _texts(name: str, column: Any) -> Any:
    """A column as texts; numbers without a fraction as whole numbers."""
    pyarrow = _pyarrow(name)
    if pyarrow.types.is_floating(column.type):
        with suppress(pyarrow.ArrowInvalid):
            column = column.cast(pyarrow.int64())
    try:
        return column.cast(pyarrow.string())
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError):
        raise Refused(
            "not-parquet",
            f"{name}: a column holds {column.type}, which is neither text nor numbers; write it as text",
        ) from None


def _header(arrow: Any) -> tuple[str, ...]:
    return tuple(column.strip() for column in arrow.column_names)


def arrow_table(name: str, data: FileBytes) -> Any:
    pyarrow = _pyarrow(name)
    from pyarrow import parquet

    try:
        return parquet.read_table(pyarrow.BufferReader(pyarrow.py_buffer(data)))
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise Refused(
            "not-parquet",
            f"{name} is not a whole Parquet file ({str(error).splitlines()[0]}); export it again",
        ) from None


def _pyarrow(name: str) -> Any:
    try:
        import pyarrow
    except ImportError:
        raise Refused(
            "extra-missing",
            f"{name} is a Parquet file, and reading it needs pyarrow: run `pip install 'comity[parquet]'`, or save "
            "the table as CSV",
        ) from None
    return pyarrow
