"""Parties' votes told from a consultation: the last answer counts, the larger side speaks, an even split abstains."""

from __future__ import annotations

import numpy as np
import pytest

from comity.errors import Refused
from comity.record.consultation import Consultation, Party, Source, Statement, VoteColumns
from comity.record.party_votes import PartyVote, PartyVotes, party_votes_of


def consultation(events: list[tuple[int, int, int]]) -> Consultation:
    """Four people (two of Ana, one of Bo, one of nobody) and three statements, the last one rejected."""
    who, what, answer = np.array(events).T
    return Consultation(
        title="talk",
        question="",
        statements=(Statement("s1", "a"), Statement("s2", "b"), Statement("s3", "c", moderation="rejected")),
        participant_ids=("p", "q", "r", "s"),
        votes=VoteColumns(
            who.astype(np.int32), what.astype(np.int32), answer.astype(np.int8), np.zeros(len(who), np.int64)
        ),
        source=Source("plain-table", "a plain table"),
        parties=(Party("ana", "Ana"), Party("bo", "")),
        party_of=np.array([0, 0, 1, -1], np.int32),
    )


def test_the_last_answer_and_the_larger_side() -> None:
    told = party_votes_of(
        consultation(
            [(0, 0, -1), (0, 0, 1), (1, 0, 0), (2, 0, -1), (3, 0, 1), (0, 1, 1), (1, 1, -1), (2, 2, 1)]
        )
    )
    assert told.votes == (
        PartyVote("Ana", "s1", "yes"),
        PartyVote("bo", "s1", "no"),
        PartyVote("Ana", "s2", "abstain"),
    )
    assert told.decisions == ("s1", "s2")


def test_names_are_compared_without_case_and_ampersand() -> None:
    table = PartyVotes("t", (PartyVote("Trinidad & Tobago", "1", "yes"), PartyVote("Peru", "1", "no")))
    kept, others = table.among(["Trinidad and Tobago", "Chad"])
    assert (kept.parties, others) == (("Trinidad and Tobago",), ("Peru",))
    with pytest.raises(Refused, match="no party of this rule votes in t"):
        table.among(["Chad"])
    with pytest.raises(Refused, match="holds no votes"):
        PartyVotes("t", ()).among(["Chad"])
