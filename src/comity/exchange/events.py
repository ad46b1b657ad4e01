"""From the lines of a file to the votes of a consultation: statements matched, in the order in which they count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.errors import Refused
from comity.exchange.files import is_number, shown
from comity.exchange.vote_lines import VoteLines
from comity.record.consultation import Skipped, VoteColumns


@dataclass(frozen=True, eq=False)
class Events:
    """Votes as a consultation holds them. file: where they stand.

    skipped: every line left out so far, in the order of the file.
    """

    file: str
    participant_ids: tuple[str, ...]
    votes: VoteColumns
    skipped: tuple[Skipped, ...]


def events(
    lines: VoteLines,
    statement_ids: Sequence[str],
    statements_file: str,
    *,
    by_number: bool = False,
    also: Iterable[str] = (),
    matters: npt.NDArray[np.bool_] | None = None,
) -> Events:
    """Match votes with statements and put them in the order of time; votes of one moment keep their order.

    A vote without a time counts as earlier than every vote that has one. A vote on a statement that the
    statements' file does not have is left out and listed. by_number: participants in the order of their numbers,
    where all of them are numbers, rather than of their first vote. also: participants who are known and may not
    have voted. matters: shape (n_lines,), whether the line says that this matters most.
    """
    number = {statement_id: place for place, statement_id in enumerate(statement_ids)}
    place_of = np.array([number.get(name, -1) for name in lines.statements], np.int32)
    statement = place_of[lines.statement]
    unknown = [
        Skipped(lines.file, line, f"statement {shown(lines.statements[code])} is not in {statements_file}")
        for line, code in zip(
            lines.line[statement < 0].tolist(), lines.statement[statement < 0].tolist(), strict=True
        )
    ]
    skipped = tuple(sorted((*lines.skipped, *unknown), key=lambda left_out: left_out.line))
    order = _order_of_time(lines.at, statement >= 0)
    participant_ids, participant = _participants(lines, order, by_number, also)
    columns = (participant, statement[order], lines.answer[order], lines.at[order])
    marks = None if matters is None else matters[order]
    for column in (*columns, marks):
        if column is not None:
            column.flags.writeable = False
    return Events(lines.file, participant_ids, VoteColumns(*columns, matters=marks), skipped)


def _order_of_time(at: npt.NDArray[np.int64], keep: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    kept = np.flatnonzero(keep)
    times = at[kept]
    if bool(np.all(times[1:] >= times[:-1])):
        return kept
    return kept[np.argsort(times, kind="stable")]


def _participants(
    lines: VoteLines, order: npt.NDArray[np.int64], by_number: bool, also: Iterable[str]
) -> tuple[tuple[str, ...], npt.NDArray[np.int32]]:
    """The names of those who voted and of those also known; and for every vote the place of its participant."""
    voted = lines.participant[order]
    codes, first = np.unique(voted, return_index=True)
    names = [lines.participants[code] for code in codes[np.argsort(first)].tolist()]
    names = list(dict.fromkeys([*names, *also]))
    if by_number and all(map(is_number, names)):
        names.sort(key=lambda name: (int(name), name))
    place = {name: index for index, name in enumerate(names)}
    place_of = np.array([place.get(name, -1) for name in lines.participants], np.int32)
    return tuple(names), place_of[voted]


def parties_named(lines: VoteLines) -> dict[str, str]:
    """The party that each participant's lines name, where they name one; refuses two parties for one participant."""
    named = lines.party >= 0
    participant, party, line = lines.participant[named], lines.party[named], lines.line[named]
    codes, first = np.unique(participant, return_index=True)
    party_of = np.full(len(lines.participants), -1, np.int32)
    party_of[codes] = party[first]
    other = np.flatnonzero(party != party_of[participant])
    if len(other):
        place = int(other[0])
        who = int(participant[place])
        raise Refused(
            "two-parties",
            f"{lines.file}, line {line[place]}: participant {shown(lines.participants[who])} votes for party "
            f"{shown(lines.parties[party[place]])}, but for {shown(lines.parties[party_of[who]])} above; a "
            "participant speaks for one party: use one name for each",
        )
    return {lines.participants[code]: lines.parties[party_of[code]] for code in codes.tolist()}


def need_votes(cast: Events) -> None:
    """Refuses a file of which no vote is left."""
    if len(cast.votes.answer):
        return
    if not cast.skipped:
        raise Refused("no-votes", f"{cast.file} holds no votes: there is nothing to report")
    first = cast.skipped[0]
    raise Refused(
        "no-votes",
        f"{cast.file} holds no vote that can be used; of {len(cast.skipped):,} that cannot, the first is on line "
        f"{first.line}: {first.reason}",
    )


def no_parties(n_participants: int) -> npt.NDArray[np.int32]:
    """`Consultation.party_of` where nobody speaks for a party."""
    none = np.full(n_participants, -1, np.int32)
    none.flags.writeable = False
    return none
