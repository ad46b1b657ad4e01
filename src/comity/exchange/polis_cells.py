"""Polis' participants-votes.csv: one row a participant, one column a comment.

The columns of comments are found by name, since some exports have one more column, `xid`, before them. An empty
cell is a vote that was not cast, which is not a pass. `group-id` is the group that Polis published.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.exchange.csv_lines import Table, field_count, missing_column
from comity.exchange.events import Events, events
from comity.exchange.files import is_number, need_new, shown
from comity.exchange.vote_lines import Answers, VoteLines, vote_out_of_range
from comity.record.consultation import NO_TIME, Skipped

_NO_VOTE = 2
_WORDS = {1: "agree", 0: "pass", -1: "disagree", _NO_VOTE: "nothing"}

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Cells:
    """What the file says. events: the last vote of each pair, without times; group and line: by participant.

    party: the id of the party that each participant speaks for; None where the file, not being Comity's, says none.
    """

    events: Events
    group: Mapping[str, str]
    line: Mapping[str, int]
    party: Mapping[str, str] | None

    def groups_of(self, participant_ids: Sequence[str]) -> tuple[str, ...]:
        """The published group of each participant, '' where there is none."""
        return tuple(self.group.get(participant_id, "") for participant_id in participant_ids)


def cells_of(people: Table, statement_ids: Sequence[str], statements_file: str, answers: Answers) -> Cells:
    """Read the rows. A row that is too short or too long is left out and listed; a cell of 2 is refused."""
    identity, group_id = people.needed("participant"), people.needed("group-id")
    party_id = people.column("party")
    columns = _columns_of_comments(people, statement_ids)
    names = [people.header[place] for place in columns]
    meaning = {"": _NO_VOTE, **answers}
    group: dict[str, str] = {}
    line: dict[str, int] = {}
    party: dict[str, str] = {}
    skipped: list[Skipped] = []
    rows: list[npt.NDArray[np.int8]] = []
    for number, fields, is_cut in people.lines:
        problem = _problem(people, fields, identity, is_cut)
        if problem:
            skipped.append(Skipped(people.name, number, problem))
            continue
        participant_id = fields[identity].strip()
        if participant_id in line:
            places = {participant_id: f"line {line[participant_id]}"}
            need_new("participant", participant_id, f"{people.name}, line {number}", places)
        line[participant_id], group[participant_id] = number, fields[group_id].strip()
        if party_id is not None and fields[party_id].strip():
            party[participant_id] = fields[party_id].strip()
        rows.append(
            _answers(f"{people.name}, line {number}", [fields[place] for place in columns], names, meaning)
        )
    lines = _as_lines(people.name, names, line, rows, skipped)
    cast = events(lines, statement_ids, statements_file, by_number=True, also=tuple(line))
    return Cells(cast, group, line, None if party_id is None else party)


def _columns_of_comments(people: Table, statement_ids: Sequence[str]) -> list[int]:
    known = set(statement_ids)
    columns = [place for place, name in enumerate(people.header) if name in known or is_number(name)]
    if not columns:
        raise missing_column(people.name, statement_ids[0], people.header)
    for place in columns:
        people.needed(people.header[place].casefold())
    return columns


def _problem(people: Table, fields: list[str], identity: int, is_cut: bool) -> str:
    """Why a row cannot be used; '' where it can."""
    if len(fields) != len(people.header):
        return field_count(fields, len(people.header), is_cut)
    return "" if fields[identity].strip() else "it names no participant"


def _answers(where: str, cells: list[str], names: list[str], meaning: Answers) -> npt.NDArray[np.int8]:
    try:
        return np.frombuffer(array("b", map(meaning.__getitem__, cells)), np.int8)
    except KeyError:
        bare = [cell.strip() for cell in cells]
        for name, cell in zip(names, bare, strict=True):
            if cell not in meaning:
                raise vote_out_of_range(f"{where}, column '{name}'", cell, meaning) from None
        return np.array([meaning[cell] for cell in bare], np.int8)


def _as_lines(
    file: str,
    names: list[str],
    line: Mapping[str, int],
    rows: list[npt.NDArray[np.int8]],
    skipped: list[Skipped],
) -> VoteLines:
    """One line a cell with a vote; every participant is among the names, those without a vote too."""
    answers = np.array(rows, np.int8).reshape(len(rows), len(names))
    row, column = np.nonzero(answers != _NO_VOTE)
    return VoteLines(
        file=file,
        participants=tuple(line),
        statements=tuple(names),
        parties=(),
        participant=row.astype(np.int32),
        statement=column.astype(np.int32),
        answer=answers[row, column],
        at=np.full(len(row), NO_TIME),
        party=np.full(len(row), -1, np.int32),
        line=np.array(list(line.values()), np.int32)[row],
        skipped=tuple(skipped),
    )


def differences(cast: Events, cells: Cells, statement_ids: Sequence[str]) -> tuple[Skipped, ...]:
    """Cells that do not say what the last vote of that pair in votes.csv says, which counts.

    cast: the votes of votes.csv, with every participant of the cells among its participants.
    """
    n_statements = len(statement_ids)
    number = {participant_id: place for place, participant_id in enumerate(cast.participant_ids)}
    renumbered = np.array(
        [number[participant_id] for participant_id in cells.events.participant_ids], np.int64
    )
    has_row = np.zeros(len(number), bool)
    has_row[renumbered] = True
    counted = has_row[cast.votes.participant]
    pair = cast.votes.participant[counted].astype(np.int64) * n_statements + cast.votes.statement[counted]
    last = _last(pair, cast.votes.answer[counted])
    seen = cells.events.votes
    stated = _last(renumbered[seen.participant] * n_statements + seen.statement, seen.answer)
    pairs = np.union1d(last[0], stated[0])
    says, counts = _looked_up(pairs, stated), _looked_up(pairs, last)
    found = []
    for place in np.flatnonzero(says != counts).tolist():
        who, what = divmod(int(pairs[place]), n_statements)
        participant_id = cast.participant_ids[who]
        reason = (
            f"for participant {shown(participant_id)} and statement {shown(statement_ids[what])} it says "
            f"{_WORDS[int(says[place])]}; the last vote in {cast.file} says {_WORDS[int(counts[place])]}, and counts"
        )
        found.append(Skipped(cells.events.file, cells.line[participant_id], reason))
    return tuple(found)


def _last(pair: Integers, answer: npt.NDArray[np.int8]) -> tuple[Integers, npt.NDArray[np.int8]]:
    """Every pair once, sorted, with its last answer."""
    order = np.argsort(pair, kind="stable")
    ends = np.append(pair[order][1:] != pair[order][:-1], True) if len(order) else np.zeros(0, bool)
    return pair[order][ends], answer[order][ends]


def _looked_up(pairs: Integers, stated: tuple[Integers, npt.NDArray[np.int8]]) -> npt.NDArray[np.int8]:
    known, answer = stated
    found = np.full(len(pairs), _NO_VOTE, np.int8)
    found[np.searchsorted(pairs, known)] = answer
    return found
