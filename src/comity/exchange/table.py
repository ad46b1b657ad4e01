"""A plain table: votes one a line, and beside it, where there are any, the statements, the parties and the question.

    votes          participant, statement, vote [, at] [, party]
    statements     statement, text [, language] [, moderation] [, author]
    parties        party [, name] [, bloc] [, any capacity]
    consultation   title, question

A vote is 1, 0 or -1, or agree, pass or disagree. A consultation written by `written` and read again is the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from comity.errors import Refused
from comity.exchange import parquet
from comity.exchange.csv_lines import Table, complete_lines, table
from comity.exchange.events import events, need_votes, parties_named
from comity.exchange.files import Files, need_new, shown, source
from comity.exchange.vote_blocks import vote_lines
from comity.exchange.vote_lines import VoteColumnNames, VoteLines
from comity.record.consultation import NO_TIME, Consultation, Moderation, Party, Statement

ANSWERS: Mapping[str, int] = {
    **{"1": 1, "+1": 1, "1.0": 1, "agree": 1},
    **{"0": 0, "0.0": 0, "pass": 0},
    **{"-1": -1, "-1.0": -1, "disagree": -1},
}
MODERATION: Mapping[str, Moderation] = {
    "": "accepted",
    "accepted": "accepted",
    "pending": "pending",
    "rejected": "rejected",
}
VOTES = VoteColumnNames("participant", "statement", "vote", "at", "party")


@dataclass(frozen=True)
class TableFiles:
    """Names of the files of a plain table; only the votes are needed."""

    votes: str
    statements: str | None = None
    parties: str | None = None
    consultation: str | None = None

    def used(self) -> list[str]:
        return [name for name in (self.votes, self.statements, self.parties, self.consultation) if name]


def plain_table(files: Files, names: TableFiles, title: str, notes: Sequence[str] = ()) -> Consultation:
    """A plain table as a consultation; title where no file names one. Refuses what cannot be read.

    Without a file of statements, what the votes call a statement is its text, and the order is that of the first
    lines. Without a file of parties, the parties are those that the votes name.
    """
    lines = _votes(names.votes, files)
    if names.statements is None:
        statements = tuple(Statement(name, name) for name in lines.statements)
    else:
        statements = _statements(_table(names.statements, files))
    ids = [statement.statement_id for statement in statements]
    cast = events(lines, ids, names.statements or names.votes)
    need_votes(cast)
    if names.parties is None:
        parties = tuple(Party(name, name) for name in lines.parties)
    else:
        parties = parties_in(_table(names.parties, files))
    about = {} if names.consultation is None else _about(_table(names.consultation, files))
    return Consultation(
        title=about.get("title") or title,
        question=about.get("question", ""),
        statements=statements,
        participant_ids=cast.participant_ids,
        votes=cast.votes,
        source=source("plain-table", "a plain table", files, names.used(), notes),
        parties=parties,
        party_of=_party_of(lines, cast.participant_ids, parties, names.parties),
        skipped=cast.skipped,
    )


def _votes(name: str, files: Files) -> VoteLines:
    if parquet.is_parquet(files[name]):
        return parquet.vote_rows(name, files[name], VOTES, ANSWERS)
    return vote_lines(name, files[name], VOTES, ANSWERS)


def _table(name: str, files: Files) -> Table:
    return parquet.rows(name, files[name]) if parquet.is_parquet(files[name]) else table(name, files[name])


def _statements(below: Table) -> tuple[Statement, ...]:
    identity, body = below.needed("statement"), below.needed("text")
    language, moderation = below.column("language"), below.column("moderation")
    author = below.column("author")
    places: dict[str, str] = {}
    statements = []
    for number, fields in complete_lines(below):
        where = f"{below.name}, line {number}"
        need_new("statement", fields[identity].strip(), where, places)
        state = MODERATION.get("" if moderation is None else fields[moderation].strip().casefold())
        if state is None:
            raise Refused(
                "unreadable-value",
                f"{where}: the column 'moderation' holds {shown(fields[moderation or 0])}; it must be accepted, "
                "pending or rejected, or empty",
            )
        if not fields[body].strip():
            raise Refused(
                "unreadable-value",
                f"{where}: the statement {shown(fields[identity].strip())} has no text; write it, or take the line "
                "and its votes out",
            )
        tag = None if language is None else fields[language].strip() or None
        by = None if author is None else fields[author].strip() or None
        statements.append(
            Statement(fields[identity].strip(), fields[body], language=tag, moderation=state, author_id=by)
        )
    if not statements:
        raise Refused("no-statements", f"{below.name} holds no statements: there is nothing to report")
    return tuple(statements)


def parties_in(below: Table) -> tuple[Party, ...]:
    """The parties of a file: one a line, every column that is no name or bloc being a capacity."""
    identity, name, bloc = below.needed("party"), below.column("name"), below.column("bloc")
    capacities = [place for place in range(len(below.header)) if place not in (identity, name, bloc)]
    for place in capacities:
        below.needed(below.header[place].casefold())
    places: dict[str, str] = {}
    parties = []
    for number, fields in complete_lines(below):
        where = f"{below.name}, line {number}"
        party_id = fields[identity].strip()
        need_new("party", party_id, where, places)
        has = {
            below.header[place]: _capacity(where, below.header[place], fields[place])
            for place in capacities
            if fields[place].strip()
        }
        parties.append(
            Party(
                party_id,
                name=(fields[name].strip() if name is not None else "") or party_id,
                bloc=(fields[bloc].strip() if bloc is not None else "") or None,
                capacities=MappingProxyType(has),
            )
        )
    return tuple(parties)


def _capacity(where: str, column: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Refused(
            "unreadable-value",
            f"{where}: the capacity {shown(column)} is {shown(text)}; it must be a number with a decimal point and "
            "without blanks or commas, or empty where it is not known",
        )
    return value


def _party_of(
    lines: VoteLines, participant_ids: Sequence[str], parties: Sequence[Party], parties_file: str | None
) -> npt.NDArray[np.int32]:
    """The party of each participant. Refuses a party that the file of parties does not have."""
    number = {party.party_id: place for place, party in enumerate(parties)}
    for code, name in enumerate(lines.parties):
        if name not in number:
            line = int(lines.line[np.argmax(lines.party == code)])
            raise Refused(
                "unknown-party",
                f"{lines.file}, line {line}: the party {shown(name)} is not in {parties_file}; add it there, or "
                "write its name as it stands there",
            )
    named = parties_named(lines)
    party_of = np.array([number[named[who]] if who in named else -1 for who in participant_ids], np.int32)
    party_of.flags.writeable = False
    return party_of


def _about(below: Table) -> dict[str, str]:
    """Title and question: the first line that is filled in."""
    places = {name: below.column(name) for name in ("title", "question")}
    for _, fields in complete_lines(below):
        return {name: fields[place].strip() for name, place in places.items() if place is not None}
    return {}


def written(consultation: Consultation) -> dict[str, bytes]:
    """A consultation as the files of a plain table, by name; the inverse of `plain_table`.

    Participants who never voted, times of statements, and another system's groups have no place in a plain table.
    """
    votes, has_time = consultation.votes, bool(np.any(consultation.votes.at != NO_TIME))
    has_party = bool(consultation.parties)
    party_ids = [*(party.party_id for party in consultation.parties), ""]
    people = [
        (who, party_ids[party])
        for who, party in zip(consultation.participant_ids, consultation.party_of.tolist(), strict=True)
    ]
    ids = [statement.statement_id for statement in consultation.statements]
    rows = (
        [
            people[who][0],
            ids[what],
            answer,
            *([_date(at)] if has_time else []),
            *people[who][1 : 1 + has_party],
        ]
        for who, what, answer, at in zip(
            votes.participant.tolist(),
            votes.statement.tolist(),
            votes.answer.tolist(),
            votes.at.tolist(),
            strict=True,
        )
    )
    has_author = any(statement.author_id for statement in consultation.statements)
    files = {
        "votes.csv": _csv(
            ["participant", "statement", "vote", *["at"] * has_time, *["party"] * has_party], rows
        ),
        "statements.csv": _csv(
            ["statement", "text", "language", "moderation", *["author"] * has_author],
            (
                [s.statement_id, s.text, s.language or "", s.moderation, *[s.author_id or ""] * has_author]
                for s in consultation.statements
            ),
        ),
        "consultation.csv": _csv(["title", "question"], [[consultation.title, consultation.question]]),
    }
    if has_party:
        files["parties.csv"] = _written_parties(consultation.parties)
    return files


def _written_parties(parties: Sequence[Party]) -> bytes:
    capacities = list(dict.fromkeys(name for party in parties for name in party.capacities))
    rows = (
        [
            party.party_id,
            party.name,
            party.bloc or "",
            *(_number(party.capacities[name]) if name in party.capacities else "" for name in capacities),
        ]
        for party in parties
    )
    return _csv(["party", "name", "bloc", *capacities], rows)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _date(at: int) -> str:
    if at == NO_TIME:
        return ""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)
    return moment.isoformat(timespec="milliseconds" if at % 1000 else "seconds").replace("+00:00", "Z")


def _csv(header: list[str], rows: Iterable[Sequence[object]]) -> bytes:
    lines = (",".join(map(_field, row)) + "\n" for row in (header, *rows))
    return "".join(lines).encode("utf-8")


def _field(value: object) -> str:
    """A field as RFC 4180 wants it; `csv.writer` leaves a lone carriage return unquoted."""
    text = str(value)
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\r\n') else text
