"""A Polis export: what its CSV files mean. Only `exchange/polis*.py` know Polis' signs and traps.

In an export agree is 1, pass 0 and disagree -1. A participant may vote on a statement again, and the latest vote
counts. Times are milliseconds since 1970 in older exports and seconds in newer ones, under the same name; the
`agrees` and `disagrees` of comments.csv count votes cast again once more, so nothing is checked against them.

Source: the export code of the Polis server (compdemocracy/polis, server/src/routes/export.ts) and the exports
that The Computational Democracy Project published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from comity.errors import Refused
from comity.exchange.csv_lines import Table, complete_lines, lines_of, table, text_of
from comity.exchange.events import Events, events, need_votes, no_parties
from comity.exchange.files import FileBytes, Files, is_number, need_new, shown, source
from comity.exchange.polis_cells import Cells, cells_of, differences
from comity.exchange.table import parties_in
from comity.exchange.vote_blocks import vote_lines
from comity.exchange.vote_lines import VoteColumnNames, VoteLines, time_of, unreadable_time
from comity.record.consultation import NO_TIME, Consultation, Moderation, Party, Statement

ANSWERS: Mapping[str, int] = {"1": 1, "0": 0, "-1": -1, "1.0": 1, "0.0": 0, "-1.0": -1}
"""The votes of an export; with '.0' where a spreadsheet or a table library wrote the file again."""

MODERATION: Mapping[str, Moderation] = {"1": "accepted", "0": "pending", "": "pending", "-1": "rejected"}

TRUE = frozenset({"1", "true", "t"})
"""How the marks 'is-seed' and 'is-meta' of a comment and 'important' of a vote may be written, if they are there."""

FALSE = frozenset({"0", "false", "f", ""})

VOTES = VoteColumnNames("voter-id", "comment-id", "vote", "timestamp", at_is_needed=True)


@dataclass(frozen=True)
class ExportFiles:
    """Names of the files of an export; comments is needed, and votes or participants_votes.

    parties: in Comity's own exports, beside a column 'party' in participants_votes.
    """

    comments: str
    votes: str | None = None
    participants_votes: str | None = None
    summary: str | None = None
    parties: str | None = None

    def used(self) -> list[str]:
        files = (self.votes, self.participants_votes, self.comments, self.summary, self.parties)
        return [name for name in files if name]


def export(files: Files, names: ExportFiles, title: str, notes: Sequence[str] = ()) -> Consultation:
    """A Polis export as a consultation; title where no summary names one. Refuses what cannot be read.

    Votes come from votes.csv where it is there, which keeps every vote ever cast, else from
    participants-votes.csv, which keeps the last ones without their times. Where both are there, a cell of the
    second that differs from the first is listed among the skipped lines.
    """
    statements = _statements(table(names.comments, files[names.comments]))
    statement_ids = [statement.statement_id for statement in statements]
    cells = None
    if names.participants_votes is not None:
        people = table(names.participants_votes, files[names.participants_votes])
        cells = cells_of(people, statement_ids, names.comments, ANSWERS)
    cast = _votes(files, names, statement_ids, cells)
    summary = {} if names.summary is None else _summary(names.summary, files)
    parties, party_of = _parties(files, names, cells, cast.participant_ids)
    return Consultation(
        title=summary.get("topic", "").strip() or title,
        question=summary.get("conversation-description", "").strip(),
        statements=statements,
        participant_ids=cast.participant_ids,
        votes=cast.votes,
        source=source("polis-export", "a Polis export", files, names.used(), notes),
        parties=parties,
        party_of=party_of,
        published_group=None if cells is None else cells.groups_of(cast.participant_ids),
        skipped=cast.skipped,
    )


def _parties(
    files: Files, names: ExportFiles, cells: Cells | None, participant_ids: Sequence[str]
) -> tuple[tuple[Party, ...], npt.NDArray[np.int32]]:
    """The parties of an export that Comity wrote, and the party of each participant; none in Polis' own."""
    if names.parties is None or cells is None or cells.party is None:
        return (), no_parties(len(participant_ids))
    parties = parties_in(table(names.parties, files[names.parties]))
    number = {party.party_id: place for place, party in enumerate(parties)}
    for who, party in cells.party.items():
        if party not in number:
            raise Refused(
                "unknown-party",
                f"{names.participants_votes}, line {cells.line[who]}: the party {shown(party)} is not in "
                f"{names.parties}; add it there, or write its name as it stands there",
            )
    party_of = np.array([number.get(cells.party.get(who, ""), -1) for who in participant_ids], np.int32)
    party_of.flags.writeable = False
    return parties, party_of


def _votes(files: Files, names: ExportFiles, statement_ids: Sequence[str], cells: Cells | None) -> Events:
    """The votes that count, and every line that was left out of either file."""
    if names.votes is None:
        if cells is None:
            raise ValueError("an export has votes or participants' votes")
        need_votes(cells.events)
        return cells.events
    lines = vote_lines(names.votes, files[names.votes], VOTES, ANSWERS)
    also = () if cells is None else cells.events.participant_ids
    marks = _matters(names.votes, files[names.votes], lines)
    cast = events(lines, statement_ids, names.comments, by_number=True, also=also, matters=marks)
    need_votes(cast)
    if cells is None:
        return cast
    other = cells.events.skipped + differences(cast, cells, statement_ids)
    return replace(cast, skipped=cast.skipped + other)


def _matters(name: str, data: FileBytes, lines: VoteLines) -> npt.NDArray[np.bool_] | None:
    """What the column 'important' says of each usable line; None in a file without that column, as most are."""
    whole = table(name, data)
    place = whole.column("important")
    if place is None:
        return None
    marked = np.zeros(int(lines.line.max(initial=0)) + 1, np.bool_)
    usable = np.zeros_like(marked)
    usable[lines.line] = True
    for number, fields, _ in whole.lines:
        if number >= len(marked) or not usable[number]:
            continue
        text = fields[place].strip().casefold().removesuffix(".0")
        if text not in TRUE and text not in FALSE:
            raise Refused(
                "unreadable-value",
                f"{name}, line {number}: the column 'important' holds {shown(fields[place])}; it must be 1 or 0",
            )
        marked[number] = text in TRUE
    return marked[lines.line]


def _statements(comments: Table) -> tuple[Statement, ...]:
    identity, body = comments.needed("comment-id"), comments.needed("comment-body")
    moderated = comments.needed("moderated")
    at, author = comments.column("timestamp"), comments.column("author-id")
    language, seed, meta = (comments.column(name) for name in ("language", "is-seed", "is-meta"))
    found = []
    for number, fields in complete_lines(comments):
        where = f"{comments.name}, line {number}"
        submitted_at = NO_TIME if at is None else _time(where, fields[at])
        statement = Statement(
            fields[identity].strip(),
            fields[body],
            moderation=_moderation(where, fields[moderated]),
            author_id=None if author is None else fields[author].strip() or None,
            submitted_at=None if submitted_at == NO_TIME else submitted_at,
            language=None if language is None else fields[language].strip() or None,
            is_seed=seed is not None and fields[seed].strip() in TRUE,
            is_meta=meta is not None and fields[meta].strip() in TRUE,
        )
        found.append((where, statement))
    return in_order_of_submission(comments.name, found)


def _moderation(where: str, text: str) -> Moderation:
    moderation = MODERATION.get(text.strip().removesuffix(".0"))
    if moderation is None:
        raise Refused(
            "unreadable-value",
            f"{where}: the column 'moderated' holds {shown(text)}; it must be 1 (accepted), 0 (not yet looked at) "
            "or -1 (rejected)",
        )
    return moderation


def _time(where: str, text: str) -> int:
    try:
        return time_of(text)
    except ValueError:
        raise unreadable_time(where, text) from None


def in_order_of_submission(file: str, found: Sequence[tuple[str, Statement]]) -> tuple[Statement, ...]:
    """Statements, each with where it stands, by number, as Polis counts them; by time where an id is no number."""
    if not found:
        raise Refused("no-statements", f"{file} holds no statements: there is nothing to report")
    places: dict[str, str] = {}
    for where, statement in found:
        need_new("statement", statement.statement_id, where, places)
    statements = [statement for _, statement in found]
    if all(is_number(statement.statement_id) for statement in statements):
        return tuple(sorted(statements, key=lambda statement: int(statement.statement_id)))
    return tuple(sorted(statements, key=lambda statement: statement.submitted_at or 0))


def _summary(name: str, files: Files) -> dict[str, str]:
    """The summary's pairs of a name and a value; it has no header line."""
    lines = lines_of(name, text_of(name, files[name]))
    return {fields[0].strip(): ",".join(fields[1:]) for _, fields, _ in lines}
