"""A consultation that another system held, told as entries: so that it can be kept, verified and published here.

Names are not pseudonyms: unless every participant's id is a plain number, participants are numbered in their order,
and the ids they had are handed back to be kept beside the record. The same holds for ids that an entry cannot hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from comity.record.canonical import text_hash
from comity.record.consultation import NO_TIME, Consultation
from comity.record.entries import (
    SITE,
    Closed,
    Entry,
    Opening,
    ParticipantJoined,
    PartyAdded,
    StatementModerated,
    StatementSubmitted,
    VoteCast,
)
from comity.record.entry_forms import ID

HOST = "importer"


@dataclass(frozen=True)
class Imported:
    """What to record: the opening and all other entries; texts as (salt, text).

    names: the ids that participants had, by pseudonym, where they are not the same.
    """

    opening: Opening
    entries: Sequence[Entry]
    texts: Sequence[tuple[bytes, str]]
    names: dict[str, str]


def imported(
    consultation: Consultation,
    *,
    consultation_id: str,
    origin: str,
    key: str,
    salt: Callable[[], bytes],
) -> Imported:
    """The entries of this consultation. salt: 16 fresh random bytes at every call.

    Statements come first, then people, then every vote in its order, then what was rejected; last the closing.
    """
    people = _pseudonyms(consultation.participant_ids)
    texts = [(salt(), statement.text) for statement in consultation.statements]
    languages = dict.fromkeys(item.language for item in consultation.statements if item.language)
    opening = Opening(
        by=HOST,
        consultation=consultation_id,
        origin=origin,
        key=key,
        title=consultation.title[:300] or consultation_id,
        question=consultation.question[:2000],
        background=consultation.question if len(consultation.question) > 2000 else "",
        language=next(iter(languages), "und"),
        languages=tuple(languages) or ("und",),
        opens_at=0,
        imported=_described(consultation),
    )
    names = (
        {}
        if people == consultation.participant_ids
        else dict(zip(people, consultation.participant_ids, strict=True))
    )
    return Imported(opening, tuple(_entries(consultation, people, texts)), texts, names)


def _entries(
    consultation: Consultation, people: Sequence[str], texts: Sequence[tuple[bytes, str]]
) -> Iterator[Entry]:
    yield from (
        PartyAdded(
            by=HOST, party=party.party_id, name=party.name, bloc=party.bloc, capacities=party.capacities
        )
        for party in consultation.parties
    )
    pseudonym_of = dict(zip(consultation.participant_ids, people, strict=True))
    ids = _ids([statement.statement_id for statement in consultation.statements])
    for number, (statement, (salt, text)) in enumerate(zip(consultation.statements, texts, strict=True)):
        author = statement.author_id or SITE
        yield StatementSubmitted(
            at=statement.submitted_at,
            by=pseudonym_of.get(author, author) if ID.match(author) else SITE,
            statement=ids[number],
            text=text_hash(salt, text),
            length=len(text),
            language=statement.language,
            seed=statement.is_seed,
            meta=statement.is_meta,
        )
    groups = consultation.published_group or ("",) * len(people)
    for pseudonym, number, group in zip(people, consultation.party_of.tolist(), groups, strict=True):
        party = consultation.parties[number].party_id if number >= 0 else None
        yield ParticipantJoined(
            by=pseudonym,
            role="participant" if party is None else "delegate",
            party=party,
            published_group=group or None,
        )
    votes = consultation.votes
    matters = [False] * len(votes.answer) if votes.matters is None else votes.matters.tolist()
    for who, what, answer, at, most in zip(
        votes.participant.tolist(),
        votes.statement.tolist(),
        votes.answer.tolist(),
        votes.at.tolist(),
        matters,
        strict=True,
    ):
        time = None if at == NO_TIME else at
        yield VoteCast(at=time, by=people[who], statement=ids[what], answer=answer, matters=most)
    for number, statement in enumerate(consultation.statements):
        if statement.moderation == "accepted" and not statement.is_seed:
            yield StatementModerated(by=HOST, statement=ids[number], decision="accepted")
        elif statement.moderation == "rejected":
            yield StatementModerated(by=HOST, statement=ids[number], decision="declined")
    yield Closed(by=HOST)


def _pseudonyms(participant_ids: Sequence[str]) -> tuple[str, ...]:
    if all(name.isascii() and name.isdecimal() and len(name) <= 16 for name in participant_ids):
        return tuple(participant_ids)
    return tuple(f"p{number}" for number in range(1, len(participant_ids) + 1))


def _ids(statement_ids: Sequence[str]) -> Sequence[str]:
    if all(ID.match(name) for name in statement_ids):
        return statement_ids
    return [str(number) for number in range(1, len(statement_ids) + 1)]


def _described(consultation: Consultation) -> str:
    source = consultation.source
    files = ", ".join(f"{file.name} (sha256 {file.sha256})" for file in source.files)
    skipped = len(consultation.skipped)
    left_out = f"; {skipped} {'line' if skipped == 1 else 'lines'} could not be used" if skipped else ""
    return f"{source.description}{': ' if files else ''}{files}"[: 2000 - len(left_out)] + left_out


@dataclass(frozen=True)
class Told:
    """Where an imported record came from: files of what kind, name and SHA-256 of each, and what else is said."""

    kind: str
    files: tuple[tuple[str, str], ...]
    rest: str


FILE = re.compile(r"(?:: |, )(?P<name>(?:(?!: ).)+?) \(sha256 (?P<sha256>[0-9a-f]{64})\)")


def source_of(described: str) -> Told:
    """What `Opening.imported` says, taken apart: the opposite of `_described`.

    >>> source_of(f"a plain table: votes.csv (sha256 {'0' * 64}); 1 line could not be used").files[0][0]
    'votes.csv'
    >>> source_of("minutes of the meeting")
    Told(kind='minutes of the meeting', files=(), rest='')
    """
    found = list(FILE.finditer(described))
    if not found:
        return Told(described, (), "")
    files = tuple((one["name"], one["sha256"]) for one in found)
    return Told(described[: found[0].start()], files, described[found[-1].end() :].strip(" ;,"))
