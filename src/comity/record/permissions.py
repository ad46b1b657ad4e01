"""Who may write which kind of entry: the whole matrix of role and act, and the refusal of everybody else."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from comity.errors import Refused
from comity.record.entries import SITE, Entry
from comity.record.state import State

Actor = Literal["host", "moderator", "translator", "delegate", "participant", "reader", "site", "newcomer"]
"""Roles, the site itself, and somebody without a pseudonym yet."""

MAY: Mapping[str, frozenset[Actor]] = MappingProxyType(
    {
        "opening": frozenset({"newcomer"}),
        "settings-changed": frozenset({"host"}),
        "party-added": frozenset({"host"}),
        "invitation-issued": frozenset({"host"}),
        "invitation-revoked": frozenset({"host"}),
        "participant-joined": frozenset({"newcomer"}),
        "membership-ended": frozenset(
            {"host", "moderator", "translator", "delegate", "participant", "reader"}
        ),
        "statement-submitted": frozenset({"host", "delegate", "participant"}),
        "statement-moderated": frozenset({"host", "moderator"}),
        "vote-cast": frozenset({"delegate", "participant"}),
        "vote-withdrawn": frozenset({"delegate", "participant"}),
        "translation-added": frozenset({"host", "translator", "site"}),
        "text-erased": frozenset({"host", "moderator", "translator", "delegate", "participant"}),
        "identity-erased": frozenset(
            {"host", "moderator", "translator", "delegate", "participant", "reader"}
        ),
        "closed": frozenset({"host", "site"}),
        "finding-published": frozenset({"host", "site"}),
        "checkpoint": frozenset({"site"}),
        "negotiation-opened": frozenset({"host"}),
        "issue-added": frozenset({"host"}),
        "interests-stated": frozenset({"delegate"}),
        "draft-proposed": frozenset({"host", "site"}),
        "hurt-marked": frozenset({"delegate"}),
        "draft-answered": frozenset({"delegate"}),
        "negotiation-ended": frozenset({"host", "site"}),
    }
)
"""Kind of entry -> who may write one. Three rules narrow it: only the host ends another's membership or erases
another's identity, and a text is erased by the host, a moderator or whoever wrote it."""

_ROLE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "host": "the host",
        "moderator": "moderators",
        "translator": "translators",
        "delegate": "delegates",
        "participant": "participants",
        "reader": "readers",
        "site": "the site itself",
        "newcomer": "somebody new",
    }
)


def may(state: State, pseudonym: str | None, kind: str) -> bool:
    """Whether this person's role allows this kind of entry at all: for showing or hiding a form."""
    return actor_of(state, pseudonym) in MAY[kind]


def actor_of(state: State, pseudonym: str | None) -> Actor | None:
    if pseudonym == SITE:
        return "site"
    member = state.members.get(pseudonym or "")
    if member is None:
        return "newcomer"
    return None if member.ended else member.role


def check_actor(state: State, entry: Entry) -> None:
    """Raises Refused where whoever did this may not."""
    actor, allowed = actor_of(state, entry.by), MAY[entry.kind]
    if state.is_imported and entry.kind == "statement-submitted":
        return  # another system knew its authors, and not all of them voted
    if actor is None:
        raise Refused(
            "membership-ended",
            "your part in this consultation has ended; ask the host for a new invitation if this is a mistake",
        )
    if actor in allowed:
        return
    if actor == "newcomer":
        raise Refused(
            "not-a-member", "you have not joined this consultation; open your invitation link first"
        )
    if entry.kind == "participant-joined":
        raise Refused(
            "pseudonym-taken", f"{entry.by!r} has already joined; a second role needs a new pseudonym"
        )
    who = " or ".join(_ROLE_WORDS[role] for role in _ROLE_WORDS if role in allowed)
    raise Refused(
        "not-allowed",
        f"as {role_in_words(actor)} you cannot do this ({entry.kind}); it is for {who}, ask the host",
    )


def role_in_words(role: str) -> str:
    """One who has this role."""
    return {"host": "the host", "site": "the site itself", "newcomer": "somebody new"}.get(role, f"a {role}")
