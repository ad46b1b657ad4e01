"""What can happen in a consultation: all kinds of entries. Their bytes: `entry_bytes`; sound fields: `entry_forms`.

An entry names persons by pseudonym and texts by salted hash only. `at`: milliseconds since 1970 UTC; `by`: the
pseudonym of whoever did it, or SITE. Every field stands in every entry of its kind, so that one entry has one
sequence of bytes. The form is normative: `docs/reference/record-format.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from comity.record.bargain import (
    DraftAnswered,
    DraftProposed,
    HurtMarked,
    InterestsStated,
    IssueAdded,
    NegotiationEnded,
    NegotiationOpened,
)
from comity.record.consultation import Promise, Visibility
from comity.record.entry import SITE as SITE  # noqa: PLC0414 - whoever needs entries needs these two too
from comity.record.entry import Entry as Entry  # noqa: PLC0414

Role = Literal["host", "moderator", "translator", "delegate", "participant", "reader"]
Joining = Literal["invitation", "open"]
Decision = Literal["accepted", "merged", "declined"]
TranslationState = Literal["machine", "draft", "checked"]
DeclineReason = Literal[
    "off-topic",
    "more-than-one-idea",
    "unclear",
    "already-said",
    "personal-data",
    "insulting",
    "unlawful",
    "advertising",
]
ErasureReason = Literal["author-asked", "personal-data", "unlawful", "retention-ended"]


@dataclass(frozen=True, kw_only=True)
class Opening(Entry):
    """The first entry: what is asked, of whom, and what was promised. `by` is the host.

    consultation: its id. origin: its name in checkpoints, such as "example.org/rivers-2026". key: the site's
    verifier string (`record.checkpoint.verifier_string`). opens_at, closes_at: when votes are taken; closes_at
    may be None. joining: 'open' lets anybody join as an individual participant. visibility, floor: the promise,
    never changed. readers: who may see findings. threshold, certainty: see `findings.parameters`. moderation:
    'before' shows a statement only once accepted, 'after' at once. statements_per_person, priorities: limits on
    statements a person may submit and on votes marked as mattering most; None: no limit. statement_length: in
    characters. imported: description of the file all this was read from, None for a live consultation.
    """

    kind: ClassVar[str] = "opening"
    consultation: str
    origin: str
    key: str
    title: str
    question: str
    background: str = ""
    sources: tuple[str, ...] = ()
    language: str = "en"
    languages: tuple[str, ...] = ("en",)
    opens_at: int
    closes_at: int | None = None
    joining: Joining = "invitation"
    visibility: Visibility = "pseudonyms"
    floor: int = 5
    readers: Literal["public", "invited"] = "public"
    threshold: float = 0.6
    certainty: float = 0.95
    moderation: Literal["before", "after"] = "before"
    statements_per_person: int | None = None
    statement_length: int = 280
    priorities: int | None = None
    imported: str | None = None

    @property
    def promise(self) -> Promise:
        return Promise(self.visibility, self.floor)


@dataclass(frozen=True, kw_only=True)
class SettingsChanged(Entry):
    """The host changed settings of the opening: names of `CHANGEABLE` fields with their new values."""

    kind: ClassVar[str] = "settings-changed"
    changes: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class PartyAdded(Entry):
    """A party was given a seat at the table. capacities: numbers that count only where a rule names them."""

    kind: ClassVar[str] = "party-added"
    party: str
    name: str
    bloc: str | None = None
    capacities: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, kw_only=True)
class InvitationIssued(Entry):
    """A link was made. invitation: `token_hash` of its secret. limit: how many persons may join by it."""

    kind: ClassVar[str] = "invitation-issued"
    invitation: str
    role: Role
    party: str | None = None
    limit: int = 1
    expires_at: int | None = None


@dataclass(frozen=True, kw_only=True)
class InvitationRevoked(Entry):
    """Nobody joins by this link any more; who has joined stays."""

    kind: ClassVar[str] = "invitation-revoked"
    invitation: str


@dataclass(frozen=True, kw_only=True)
class ParticipantJoined(Entry):
    """A person came in, in one role. `by` is the new pseudonym; a second role is a second pseudonym.

    published_group: in an imported record, the opinion group that another system published for this person.
    """

    kind: ClassVar[str] = "participant-joined"
    role: Role = "participant"
    party: str | None = None
    invitation: str | None = None
    published_group: str | None = None


@dataclass(frozen=True, kw_only=True)
class MembershipEnded(Entry):
    """A person left, or the host ended his or her part: no further acts; votes already cast still count."""

    kind: ClassVar[str] = "membership-ended"
    member: str


@dataclass(frozen=True, kw_only=True)
class StatementSubmitted(Entry):
    """A statement was handed in. statement: its id; leave it '' and the desk gives the next number.

    text: `text_hash`. length: in characters. seed: put by the host to begin with. meta: about the consultation
    itself (a mark that Polis' moderators set).
    """

    kind: ClassVar[str] = "statement-submitted"
    statement: str = ""
    text: str
    length: int
    language: str | None = None
    seed: bool = False
    meta: bool = False


@dataclass(frozen=True, kw_only=True)
class StatementModerated(Entry):
    """A moderator decided. reason: one of `DeclineReason` when declined. into: the statement it was merged into."""

    kind: ClassVar[str] = "statement-moderated"
    statement: str
    decision: Decision
    reason: DeclineReason | None = None
    into: str | None = None


@dataclass(frozen=True, kw_only=True)
class VoteCast(Entry):
    """An answer: agree 1, pass 0, disagree -1. A later one by the same person replaces it.

    matters: "this matters most to us". salt: 32 random hexadecimal digits where single votes are not published
    (so that nobody can guess a withheld entry from its hash), None elsewhere; the desk fills it in.
    """

    kind: ClassVar[str] = "vote-cast"
    statement: str
    answer: int
    matters: bool = False
    salt: str | None = None


@dataclass(frozen=True, kw_only=True)
class VoteWithdrawn(Entry):
    """The answer to a statement was taken back: it is missing again, and counts nowhere."""

    kind: ClassVar[str] = "vote-withdrawn"
    statement: str
    salt: str | None = None


@dataclass(frozen=True, kw_only=True)
class TranslationAdded(Entry):
    """A text in another language. subject: a statement's id, or 'title', 'question' or 'background', or the name of an
    issue or option of the latest negotiation (`bargain.issue_subject`, `bargain.option_subject`).

    text: `text_hash`. The latest one of a subject and language counts.
    """

    kind: ClassVar[str] = "translation-added"
    subject: str
    language: str
    text: str
    state: TranslationState


@dataclass(frozen=True, kw_only=True)
class TextErased(Entry):
    """A text beside the record was deleted; its hash, its votes and every count stay."""

    kind: ClassVar[str] = "text-erased"
    text: str
    reason: ErasureReason


@dataclass(frozen=True, kw_only=True)
class IdentityErased(Entry):
    """What was kept beside the record about a person (name, address, links) was deleted; the votes stay."""

    kind: ClassVar[str] = "identity-erased"
    member: str


@dataclass(frozen=True, kw_only=True)
class Closed(Entry):
    """The consultation ended: no more votes, statements or members."""

    kind: ClassVar[str] = "closed"


@dataclass(frozen=True, kw_only=True)
class FindingPublished(Entry):
    """Findings were published. findings: SHA-256 of their canonical JSON. size, root: the record they rest on."""

    kind: ClassVar[str] = "finding-published"
    findings: str
    size: int
    root: str
    parameters: Mapping[str, Any]
    comity_version: str


@dataclass(frozen=True, kw_only=True)
class CheckpointRecorded(Entry):
    """The record states its own root at an earlier size, so that every later copy carries it."""

    kind: ClassVar[str] = "checkpoint"
    size: int
    root: str


KINDS: Mapping[str, type[Entry]] = MappingProxyType(
    {
        cls.kind: cls
        for cls in (
            Opening,
            SettingsChanged,
            PartyAdded,
            InvitationIssued,
            InvitationRevoked,
            ParticipantJoined,
            MembershipEnded,
            StatementSubmitted,
            StatementModerated,
            VoteCast,
            VoteWithdrawn,
            TranslationAdded,
            TextErased,
            IdentityErased,
            Closed,
            FindingPublished,
            CheckpointRecorded,
            NegotiationOpened,
            IssueAdded,
            InterestsStated,
            DraftProposed,
            HurtMarked,
            DraftAnswered,
            NegotiationEnded,
        )
    }
)
"""Every kind of entry by its name in the record."""

LATER = frozenset({(DraftProposed, "method")})
"""Fields that older entries have not: left out where they are None, so that old bytes stay what they were."""

CHANGEABLE = (
    "title",
    "question",
    "background",
    "sources",
    "languages",
    "opens_at",
    "closes_at",
    "joining",
    "readers",
    "threshold",
    "certainty",
    "moderation",
    "statements_per_person",
    "priorities",
)
"""Settings that may change later; the promise about showing votes may not."""

UNTIL_THE_FIRST_VOTE = ("title", "question", "opens_at", "threshold", "certainty")
"""Settings that may not change any more once somebody has voted on them."""


def required_fields(cls: type[Entry]) -> tuple[str, ...]:
    """The fields that have no default: what a caller must say."""
    return tuple(
        item.name for item in fields(cls) if item.default is MISSING and item.default_factory is MISSING
    )
