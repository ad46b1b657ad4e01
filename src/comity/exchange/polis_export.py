"""A consultation as the files that a Polis server exports, for everybody whose tools read those.

In these files agree is 1, pass 0, disagree -1. Beyond Polis' own columns stands what is needed to compute the same
findings again: languages and marks of statements, the party of each participant and the parties themselves, what
mattered most, and in the summary the record's origin, size and root. Readers that go by names of columns ignore them.

Source: the headers and forms of the exports that The Computational Democracy Project published.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.record.consultation import NO_TIME, Consultation

MODERATED: Mapping[str, int] = {"accepted": 1, "pending": 0, "rejected": -1}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOT_VOTED = 2


def polis_export(
    consultation: Consultation,
    group_of: Mapping[str, int] | None = None,
    url: str = "",
    version: str = "",
) -> dict[str, bytes]:
    """The files by their names: votes, comments, participants-votes, summary, and parties where there are any.

    group_of: the number of the opinion group of each participant who is in one (by participant id), else what
    another system published. Raises ValueError for a consultation whose single votes were promised not to be
    published: this form has no place for sums.
    """
    if consultation.promise is not None and not consultation.promise.shows_single_votes:
        raise ValueError(
            "single votes of this consultation are not published, and this form holds single votes"
        )
    if group_of is None:
        groups = consultation.published_group or ("",) * len(consultation.participant_ids)
    else:
        groups = tuple(str(group_of.get(name, "")) for name in consultation.participant_ids)
    last = _last_answers(consultation)
    files = {
        "votes.csv": _csv(_votes(consultation)),
        "comments.csv": _csv(_comments(consultation, last)),
        "participants-votes.csv": _csv(_participants(consultation, last, groups)),
        "summary.csv": _csv(_summary(consultation, groups, url, version)),
    }
    if consultation.parties:
        files["parties.csv"] = _csv(_parties(consultation))
    return files


def _votes(consultation: Consultation) -> Iterator[Sequence[object]]:
    votes = consultation.votes
    ids = [statement.statement_id for statement in consultation.statements]
    important = [] if votes.matters is None else votes.matters.astype(int).tolist()
    yield ["timestamp", "datetime", "comment-id", "voter-id", "vote", *["important"] * bool(important)]
    for place, (who, what, answer, at) in enumerate(
        zip(
            votes.participant.tolist(),
            votes.statement.tolist(),
            votes.answer.tolist(),
            votes.at.tolist(),
            strict=True,
        )
    ):
        yield [
            *_moment(at),
            ids[what],
            consultation.participant_ids[who],
            answer,
            *important[place : place + 1],
        ]


def _comments(consultation: Consultation, last: npt.NDArray[np.int8]) -> Iterator[Sequence[object]]:
    yield [
        *[
            "timestamp",
            "datetime",
            "comment-id",
            "author-id",
            "agrees",
            "disagrees",
            "moderated",
            "comment-body",
        ],
        *["language", "is-seed", "is-meta"],
    ]
    agrees, disagrees = (last == 1).sum(axis=0).tolist(), (last == -1).sum(axis=0).tolist()
    for number, statement in enumerate(consultation.statements):
        yield [
            *_moment(NO_TIME if statement.submitted_at is None else statement.submitted_at),
            statement.statement_id,
            statement.author_id or "",
            agrees[number],
            disagrees[number],
            MODERATED[statement.moderation],
            statement.text,
            statement.language or "",
            int(statement.is_seed),
            int(statement.is_meta),
        ]


def _participants(
    consultation: Consultation, last: npt.NDArray[np.int8], groups: Sequence[str]
) -> Iterator[Sequence[object]]:
    ids = [statement.statement_id for statement in consultation.statements]
    party = ["party"] if consultation.parties else []
    yield ["participant", "group-id", "n-comments", "n-votes", "n-agree", "n-disagree", *party, *ids]
    authors = [statement.author_id for statement in consultation.statements]
    parties = [item.party_id for item in consultation.parties] + [""]
    for number, name in enumerate(consultation.participant_ids):
        row = last[number]
        yield [
            name,
            groups[number],
            authors.count(name),
            int((row != _NOT_VOTED).sum()),
            int((row == 1).sum()),
            int((row == -1).sum()),
            *[parties[consultation.party_of[number]]] * len(party),
            *("" if answer == _NOT_VOTED else answer for answer in row.tolist()),
        ]


def _summary(
    consultation: Consultation, groups: Sequence[str], url: str, version: str
) -> Iterator[Sequence[object]]:
    voters = len(np.unique(consultation.votes.participant))
    authors = {statement.author_id for statement in consultation.statements} - {None}
    yield ["topic", consultation.title]
    yield ["url", url]
    yield ["views", len(consultation.participant_ids)]
    yield ["voters", voters]
    yield ["voters-in-conv", len([group for group in groups if group]) or voters]
    yield ["commenters", len(authors)]
    yield ["comments", len(consultation.statements)]
    yield ["groups", len(set(groups) - {""})]
    yield ["conversation-description", consultation.question]
    if version:
        yield ["comity-version", version]
    if consultation.head is not None:
        yield ["record-origin", consultation.head.origin]
        yield ["record-size", consultation.head.size]
        yield ["record-root", consultation.head.root]


def _parties(consultation: Consultation) -> Iterator[Sequence[object]]:
    capacities = list(dict.fromkeys(name for party in consultation.parties for name in party.capacities))
    yield ["party", "name", "bloc", *capacities]
    for party in consultation.parties:
        yield [
            party.party_id,
            party.name,
            party.bloc or "",
            *(_number(party.capacities[name]) if name in party.capacities else "" for name in capacities),
        ]


def _last_answers(consultation: Consultation) -> npt.NDArray[np.int8]:
    """Shape (n_participants, n_statements); _NOT_VOTED where there is no answer."""
    votes = consultation.votes
    table = np.full((len(consultation.participant_ids), len(consultation.statements)), _NOT_VOTED, np.int8)
    table[votes.participant, votes.statement] = votes.answer  # of several, the last one stays
    return table


def _moment(at: int) -> tuple[object, str]:
    if at == NO_TIME:
        return "", ""
    moment = _EPOCH + timedelta(milliseconds=at)
    return at, f"{moment:%a %b %d %H:%M:%S UTC %Y}"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


class _Lines(list[str]):
    """What `csv.writer` writes to: a list of lines."""

    write = list.append


def _csv(rows: Iterable[Sequence[Any]]) -> bytes:
    lines = _Lines()
    csv.writer(lines, lineterminator="\n").writerows(rows)
    return "".join(lines).encode()
