"""A small record to test with: a host, two parties, three members, two statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from comity.record.admission import admit
from comity.record.canonical import text_hash, token_hash
from comity.record.checkpoint import Signer
from comity.record.entries import (
    Entry,
    InvitationIssued,
    Opening,
    ParticipantJoined,
    PartyAdded,
    StatementSubmitted,
    VoteCast,
)
from comity.record.entry_bytes import entry_bytes
from comity.record.fold import extend
from comity.record.state import State

SIGNER = Signer("talks.example.org", bytes(range(32)))
HOST, ANA, DOV, EVE = "p-host", "p-ana", "p-dov", "p-eve"
SALT = "0123456789abcdef0123456789abcdef"
T0 = 1_767_225_600_000


def opening(**changes: Any) -> Opening:
    settings: dict[str, Any] = {
        "at": T0,
        "by": HOST,
        "consultation": "rivers",
        "origin": "talks.example.org/rivers",
        "key": SIGNER.verifier,
        "title": "Rivers",
        "question": "What should we do about the river?",
        "opens_at": T0,
        "languages": ("en", "fr"),
    }
    return Opening(**(settings | changes))


def text(words: str) -> str:
    return text_hash(bytes(16), words)


def statement(words: str, number: int, by: str = HOST, **more: Any) -> StatementSubmitted:
    return StatementSubmitted(by=by, statement=f"s{number}", text=text(words), length=len(words), **more)


def beginning(**settings: Any) -> list[Entry]:
    """Ana is delegate of Aland, Dov takes part for himself, Eve was invited as a moderator."""
    return [
        opening(**settings),
        PartyAdded(by=HOST, party="aland", name="Aland"),
        PartyAdded(by=HOST, party="bland", name="Bland", bloc="south", capacities={"population": 1.5e6}),
        InvitationIssued(by=HOST, invitation=token_hash("a"), role="delegate", party="aland", limit=2),
        InvitationIssued(by=HOST, invitation=token_hash("d"), role="participant"),
        InvitationIssued(by=HOST, invitation=token_hash("e"), role="moderator"),
        ParticipantJoined(by=ANA, role="delegate", party="aland", invitation=token_hash("a")),
        ParticipantJoined(by=DOV, role="participant", invitation=token_hash("d")),
        ParticipantJoined(by=EVE, role="moderator", invitation=token_hash("e")),
        statement("Clean the river", 1, seed=True),
        statement("Build a dam", 2, seed=True),
    ]


def vote(by: str, number: int, answer: int, **more: Any) -> VoteCast:
    return VoteCast(by=by, statement=f"s{number}", answer=answer, **more)


def admitted(entries: Iterable[Entry], state: State | None = None) -> State:
    """The state after these entries, each admitted, stamped a second after the one before."""
    state = State() if state is None else state
    for entry in entries:
        stamped = entry if entry.at is not None else replace(entry, at=(state.last_at or T0) + 1000)
        admit(state, stamped)
        extend(state, stamped)
    return state


def stamped(entries: Sequence[Entry]) -> list[bytes]:
    """The bytes of these entries, stamped in the same way."""
    at = T0
    found = []
    for entry in entries:
        at = at + 1000 if entry.at is None else entry.at
        found.append(entry_bytes(replace(entry, at=at)))
    return found
