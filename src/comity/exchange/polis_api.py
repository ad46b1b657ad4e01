"""What Polis' API says: votes.json and comments.json, and conversation.json and math-pca2.json where they are there.

The server keeps agree as -1 and disagree as 1, the other way round than its exports, and its API says the same. But
files of the API that went through another tool may have been turned already, and nothing in votes.json tells. The
counts of agreement beside the statements in comments.json do: the reading that fits them better is taken, and
the server's own where they do not decide.

Source: the API code of the Polis server (compdemocracy/polis, server/src), and three conversations kept with the
tests of red-dwarf, in all of which agree is 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from comity.exchange import json_items
from comity.exchange.events import events, need_votes, no_parties
from comity.exchange.files import Files, source
from comity.exchange.json_items import Item
from comity.exchange.polis import MODERATION, in_order_of_submission
from comity.exchange.vote_lines import VoteLines, number_of, vote_out_of_range
from comity.record.consultation import NO_TIME, Consultation, Skipped, Statement

STATEMENT = ("tid", "statement_id")
PARTICIPANT = ("pid", "participant_id")


@dataclass(frozen=True)
class ApiFiles:
    """Names of the files of the API; math is what Polis' own analysis said."""

    votes: str
    comments: str
    conversation: str | None = None
    math: str | None = None

    def used(self) -> list[str]:
        return [name for name in (self.votes, self.comments, self.conversation, self.math) if name]


def api(files: Files, names: ApiFiles, title: str, notes: Sequence[str] = ()) -> Consultation:
    """What Polis' API says of a conversation, as a consultation; title where conversation.json names none."""
    comments = json_items.items(names.comments, files[names.comments])
    found = [(comment.where, _statement(comment)) for comment in comments]
    statements = in_order_of_submission(names.comments, found)
    lines = _votes(names.votes, json_items.items(names.votes, files[names.votes]))
    if agree_is_minus(comments, lines):
        lines = replace(lines, answer=-lines.answer)
    else:
        notes = (*notes, f"agree is 1 in {names.votes}, as the counts of agreement in {names.comments} show")
    ids = [statement.statement_id for statement in statements]
    cast = events(lines, ids, names.comments, by_number=True)
    need_votes(cast)
    conversation = Item(names.conversation or "", 1, _object(files, names.conversation))
    groups = _published_groups(_object(files, names.math))
    return Consultation(
        title=(conversation.text("topic") or "").strip() or title,
        question=(conversation.text("description") or "").strip(),
        statements=statements,
        participant_ids=cast.participant_ids,
        votes=cast.votes,
        source=source("polis-api", "files of Polis' API", files, names.used(), notes),
        party_of=no_parties(len(cast.participant_ids)),
        published_group=tuple(groups.get(who, "") for who in cast.participant_ids) if groups else None,
        skipped=cast.skipped,
    )


def _object(files: Files, name: str | None) -> Mapping[str, Any]:
    content = {} if name is None else json_items.value(name, files[name])
    return content if isinstance(content, dict) else {}


def _statement(comment: Item) -> Statement:
    moderated = comment.whole("mod", "moderated")
    moderation = MODERATION.get("" if moderated is None else str(moderated))
    if moderation is None:
        raise comment.wrong("mod", moderated, "1 (accepted), 0 (not yet looked at) or -1 (rejected)")
    at = comment.time("created")
    return Statement(
        comment.identity(*STATEMENT),
        comment.text("txt") or "",
        language=(comment.text("lang") or "").strip() or None,
        moderation=moderation,
        author_id=None if comment.value(*PARTICIPANT) is None else comment.identity(*PARTICIPANT),
        submitted_at=None if at == NO_TIME else at,
        is_seed=comment.mark("is_seed"),
        is_meta=comment.mark("is_meta"),
    )


def _votes(file: str, votes: Sequence[Item]) -> VoteLines:
    """Votes as the file writes them; one that is null is left out and listed."""
    participants: dict[str, int] = {}
    statements: dict[str, int] = {}
    rows: list[tuple[int, int, int]] = []
    at: list[int] = []
    line: list[int] = []
    skipped: list[Skipped] = []
    for vote in votes:
        answer = vote.whole("vote")
        if answer is None:
            skipped.append(Skipped(file, vote.number, "it holds no vote"))
            continue
        if answer not in (-1, 0, 1):
            raise vote_out_of_range(vote.where, str(answer), {})
        participant = number_of(participants, vote.identity(*PARTICIPANT))
        rows.append((participant, number_of(statements, vote.identity(*STATEMENT)), answer))
        at.append(vote.time("modified", "created"))
        line.append(vote.number)
    columns = np.array(rows, np.int32).reshape(-1, 3)
    return VoteLines(
        file=file,
        participants=tuple(participants),
        statements=tuple(statements),
        parties=(),
        participant=columns[:, 0].copy(),
        statement=columns[:, 1].copy(),
        answer=columns[:, 2].astype(np.int8),
        at=np.array(at, np.int64),
        party=np.full(len(line), -1, np.int32),
        line=np.array(line, np.int32),
        skipped=tuple(skipped),
    )


def agree_is_minus(comments: Sequence[Item], votes: VoteLines) -> bool:
    """Whether -1 is agree: unless the comments' own counts of agreement fit better the other way round."""
    n = len(votes.statements)
    pluses = np.bincount(votes.statement[votes.answer == 1], minlength=n)
    minuses = np.bincount(votes.statement[votes.answer == -1], minlength=n)
    place = {name: number for number, name in enumerate(votes.statements)}
    as_plus = as_minus = 0
    for comment in comments:
        number = place.get(comment.identity(*STATEMENT))
        agreed, disagreed = comment.whole("agree_count"), comment.whole("disagree_count")
        if number is not None and agreed is not None and disagreed is not None:
            plus, minus = int(pluses[number]), int(minuses[number])
            as_plus += abs(agreed - plus) + abs(disagreed - minus)
            as_minus += abs(agreed - minus) + abs(disagreed - plus)
    return as_minus <= as_plus


def _published_groups(math: Mapping[str, Any]) -> dict[str, str]:
    """The group of each participant: groups hold base clusters, and those hold participants."""
    try:
        base = dict(zip(math["base-clusters"]["id"], math["base-clusters"]["members"], strict=True))
        return {
            str(participant_id): str(group["id"])
            for group in math["group-clusters"]
            for cluster in group["members"]
            for participant_id in base[cluster]
        }
    except (KeyError, TypeError, ValueError):
        return {}
