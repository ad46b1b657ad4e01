"""A file with one vote a line, read into columns: line by line where anything is unusual, in blocks where nothing is.

Both ways give the same columns, and a test compares them on drawn files. A line that names no participant, no
statement or no vote, or has too few or too many fields, is left out and listed; a vote or a time that means
nothing makes the whole file doubtful, so the file is refused.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from comity.errors import Refused
from comity.exchange.csv_lines import Line, Table, field_count, table
from comity.exchange.files import FileBytes, shown
from comity.record.consultation import NO_TIME, Skipped

Answers = Mapping[str, int]
"""What may stand in the column of the vote, in lower case, and what it means: 1, 0 or -1."""

SECONDS_BELOW = 100_000_000_000
"""A smaller whole number counts seconds since 1970: as milliseconds it would be a moment before March 1973."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class VoteColumnNames:
    """Which columns of a file hold what; at and party may be missing from the file, the others may not."""

    participant: str
    statement: str
    vote: str
    at: str
    party: str | None = None
    at_is_needed: bool = False


@dataclass(frozen=True)
class Places:
    """Where the columns stand in a line of `width` fields; None for a column that the file does not have."""

    name: str
    width: int
    participant: int
    statement: int
    vote: int
    at: int | None
    party: int | None


@dataclass(frozen=True, eq=False)
class VoteLines:
    """The usable lines of a file in their order.

    file: its name. participants, statements, parties: names in order of their first line. participant,
    statement: int32, shape (n_lines,), index into them; party: int32, -1 where none is named. answer: int8, 1,
    0, -1. at: int64, milliseconds since 1970 UTC or NO_TIME. line: int32, number of each line. skipped: the
    lines left out.
    """

    file: str
    participants: tuple[str, ...]
    statements: tuple[str, ...]
    parties: tuple[str, ...]
    participant: npt.NDArray[np.int32]
    statement: npt.NDArray[np.int32]
    answer: npt.NDArray[np.int8]
    at: npt.NDArray[np.int64]
    party: npt.NDArray[np.int32]
    line: npt.NDArray[np.int32]
    skipped: tuple[Skipped, ...]


class VoteBlock(NamedTuple):
    """Some lines as columns of `VoteLines`; None for a column that the file does not have."""

    participant: npt.NDArray[np.int32]
    statement: npt.NDArray[np.int32]
    answer: npt.NDArray[np.int8]
    at: npt.NDArray[np.int64] | None
    party: npt.NDArray[np.int32] | None
    line: npt.NDArray[np.int32]

    def times(self) -> npt.NDArray[np.int64]:
        return np.full(len(self.line), NO_TIME) if self.at is None else self.at

    def sides(self) -> npt.NDArray[np.int32]:
        return np.full(len(self.line), -1, np.int32) if self.party is None else self.party


def places(table: Table, names: VoteColumnNames) -> Places:
    """Where the columns of votes stand in this file; refuses a file without one that is needed."""
    return Places(
        table.name,
        len(table.header),
        table.needed(names.participant),
        table.needed(names.statement),
        table.needed(names.vote),
        table.needed(names.at) if names.at_is_needed else table.column(names.at),
        table.column(names.party) if names.party else None,
    )


def line_by_line(name: str, data: FileBytes, names: VoteColumnNames, answers: Answers) -> VoteLines:
    """The usable lines of a file with one vote a line; refuses what cannot be read as a whole."""
    whole = table(name, data)
    builder = VoteLineBuilder(places(whole, names), answers)
    builder.read(whole.lines)
    return builder.votes()


class VoteLineBuilder:
    """Collects lines into columns; names get their numbers in order of their first line."""

    def __init__(self, where: Places, answers: Answers) -> None:
        self.where = where
        self.answers = answers
        self.participants: dict[str, int] = {}
        self.statements: dict[str, int] = {}
        self.parties: dict[str, int] = {}
        self.skipped: list[Skipped] = []
        self._blocks: list[VoteBlock] = []

    def read(self, lines: Iterable[Line]) -> None:
        """Line by line, with every check."""
        where = self.where
        participant, statement, party = array("i"), array("i"), array("i")
        answer, at, kept = array("b"), array("q"), array("i")
        for number, fields, is_cut in lines:
            problem, vote = self._vote_of(number, fields, is_cut)
            if vote is None:
                self.skipped.append(Skipped(where.name, number, problem))
                continue
            at.append(NO_TIME if where.at is None else self._time_of(number, fields[where.at]))
            answer.append(vote)
            participant.append(number_of(self.participants, fields[where.participant].strip()))
            statement.append(number_of(self.statements, fields[where.statement].strip()))
            side = "" if where.party is None else fields[where.party].strip()
            party.append(number_of(self.parties, side) if side else -1)
            kept.append(number)
        self.add(
            VoteBlock(*(np.array(column) for column in (participant, statement, answer, at, party, kept)))
        )

    def add(self, block: VoteBlock) -> None:
        """One block of columns, already numbered."""
        self._blocks.append(block)

    def votes(self) -> VoteLines:
        """All that was collected."""
        return VoteLines(
            self.where.name,
            tuple(self.participants),
            tuple(self.statements),
            tuple(self.parties),
            np.concatenate([np.zeros(0, np.int32), *(block.participant for block in self._blocks)]),
            np.concatenate([np.zeros(0, np.int32), *(block.statement for block in self._blocks)]),
            np.concatenate([np.zeros(0, np.int8), *(block.answer for block in self._blocks)]),
            np.concatenate([np.zeros(0, np.int64), *(block.times() for block in self._blocks)]),
            np.concatenate([np.zeros(0, np.int32), *(block.sides() for block in self._blocks)]),
            np.concatenate([np.zeros(0, np.int32), *(block.line for block in self._blocks)]),
            tuple(self.skipped),
        )

    def _vote_of(self, number: int, fields: list[str], is_cut: bool) -> tuple[str, int | None]:
        """The vote of a line; or why the line cannot be used, and None."""
        where = self.where
        if len(fields) != where.width:
            return field_count(fields, where.width, is_cut), None
        for place, what in ((where.participant, "participant"), (where.statement, "statement")):
            if not fields[place].strip():
                return f"it names no {what}", None
        text = fields[where.vote].strip()
        if not text:
            return "it holds no vote", None
        vote = self.answers.get(text.casefold())
        if vote is None:
            if is_cut and where.vote == where.width - 1 and self._begins_an_answer(text):
                return f"the file ends in its vote, {shown(text)}, and seems to be cut off", None
            raise vote_out_of_range(f"{where.name}, line {number}", text, self.answers)
        return "", vote

    def _begins_an_answer(self, text: str) -> bool:
        return any(answer.startswith(text.casefold()) for answer in self.answers)

    def _time_of(self, number: int, text: str) -> int:
        try:
            return time_of(text)
        except ValueError:
            raise unreadable_time(f"{self.where.name}, line {number}", text) from None


def number_of(numbers: dict[str, int], name: str) -> int:
    """The number of a name: the one it has, or the next."""
    return numbers.setdefault(name, len(numbers))


def time_of(text: str) -> int:
    """Milliseconds since 1970 UTC of a whole number or of an ISO 8601 date; '' as NO_TIME.

    A number counts milliseconds, or, below SECONDS_BELOW, seconds: Polis' newer exports count seconds, the older
    ones milliseconds, under the same name. A date without a zone is taken as UTC. Raises ValueError for anything
    else.

    >>> time_of("2015-06-30T08:49:52Z"), time_of("1435654192085"), time_of("1435654192")
    (1435654192000, 1435654192085, 1435654192000)
    """
    text = text.strip()
    if not text:
        return NO_TIME
    whole = text.removesuffix(".0")
    if whole.isascii() and whole.isdecimal() and len(whole) <= 18:
        return int(whole) * (1000 if int(whole) < SECONDS_BELOW else 1)
    moment = datetime.fromisoformat(text)
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // timedelta(milliseconds=1)


def vote_out_of_range(where: str, text: str, answers: Answers) -> Refused:
    """What to say of a vote that means nothing."""
    words = " (or 'agree', 'pass', 'disagree')" if "agree" in answers else ""
    return Refused(
        "vote-out-of-range",
        f"{where}: the vote is {shown(text)}; it must be 1, 0 or -1{words}: correct it or take the line out",
    )


def unreadable_time(where: str, text: str) -> Refused:
    """What to say of a time that cannot be read."""
    return Refused(
        "unreadable-time",
        f"{where}: the time {shown(text)} is neither a whole number of milliseconds (or seconds) since 1970 nor "
        "a date such as '2026-03-02T09:30:00Z'; correct it, or leave it empty",
    )
