"""Votes of parties as a CSV table: columns party, decision and vote (yes, no, abstain or absent)."""

from __future__ import annotations

import csv

from comity.errors import Refused
from comity.record.party_votes import PartyVote, PartyVotes
from comity.record.rule import ANSWERS, Answer

COLUMNS = ("party", "decision", "vote")


def party_votes_from_csv(text: str, name: str) -> PartyVotes:
    """The table. Raises Refused for missing columns and for a vote that is none.

    >>> party_votes_from_csv("party,decision,vote\\nMalta,one,yes\\n", "votes.csv").votes[0].answer
    'yes'
    """
    lines = csv.reader(text.lstrip("\ufeff").splitlines())
    heads = [head.strip().lower() for head in next(lines, [])]
    missing = [column for column in COLUMNS if column not in heads]
    if missing:
        raise Refused(
            "vote-unreadable",
            f"{name} has no column {missing[0]!r}; a table of votes has {', '.join(COLUMNS)}, separated by commas",
        )
    places = [heads.index(column) for column in COLUMNS]
    answers: dict[str, Answer] = {answer: answer for answer in ANSWERS}
    votes: list[PartyVote] = []
    line_of: dict[tuple[str, str], int] = {}
    for number, line in enumerate(lines, start=2):
        if not any(cell.strip() for cell in line):
            continue
        if len(line) <= max(places):
            raise Refused(
                "vote-unreadable", f"line {number} of {name} has {len(line)} cells; complete or remove it"
            )
        party, decision, word = (line[place].strip() for place in places)
        answer = answers.get(word.lower())
        if answer is None:
            raise Refused(
                "vote-unreadable",
                f"line {number} of {name}: {party} voted {word!r}; a vote here is {_known()}",
            )
        if line_of.setdefault((party, decision), number) != number:
            raise Refused(
                "vote-unreadable",
                f"line {number} of {name}: {party} has voted on {decision} already (line {line_of[party, decision]}); "
                "keep one of the two",
            )
        votes.append(PartyVote(party, decision, answer))
    if not votes:
        raise Refused(
            "vote-unreadable", f"{name} has no votes below its header; add a line a party and decision"
        )
    return PartyVotes(name, tuple(votes))


def _known() -> str:
    return f"{', '.join(ANSWERS[:-1])} or {ANSWERS[-1]}"
