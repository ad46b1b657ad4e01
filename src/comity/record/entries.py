"""What can happen in a consultation: the named kinds of entries, their JSON form and their bytes.

An entry names persons by pseudonym and texts by salted hash only. `at`: milliseconds since 1970 UTC; `by`: the
pseudonym of whoever did it, or SITE. Every field stands in every entry of its kind, so that one entry has one
sequence of bytes. The form is normative: `docs/reference/record-format.md`.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from types import MappingProxyType
from typing import Any, ClassVar, Literal, get_args

from comity.record.bargain import (
    DraftAnswered,
    DraftProposed,
    HurtMarked,
    InterestsStated,
    IssueAdded,
    NegotiationEnded,
    NegotiationOpened,
    Outcome,
    Start,
    Why,
)
from comity.record.canonical import canonical, parsed
from comity.record.consultation import Promise, Visibility
from comity.record.entry import SITE as SITE  # noqa: PLC0414 - whoever needs entries needs these two too
from comity.record.entry import Entry as Entry  # noqa: PLC0414
from comity.record.negotiation import Shown

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

ID = re.compile(r"[^\s\"\\\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,64}\Z")
SUBJECT = re.compile(r"[^\s\"\\\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,80}\Z")
HASH = re.compile(r"[0-9a-f]{64}\Z")
SALT = re.compile(r"[0-9a-f]{32}\Z")
METHOD = re.compile(r"[a-z][a-z0-9-]{0,59}/[1-9][0-9]{0,3}\Z")
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\Z")
TIME = range(-(2**53) + 1, 2**53)


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


def entry_bytes(entry: Entry) -> bytes:
    """The canonical bytes of an entry: what is stored, hashed and exported.

    >>> entry_bytes(Closed(at=5, by="site"))
    b'{"at":5,"by":"site","kind":"closed"}'
    """
    if isinstance(entry, VoteCast):
        return _vote_bytes(entry)
    return canonical(entry_object(entry))


def entry_object(entry: Entry) -> dict[str, Any]:
    """The entry as JSON names and values."""
    found: dict[str, Any] = {"kind": entry.kind}
    for name in _names(type(entry)):
        value = getattr(entry, name)
        if value is None and (type(entry), name) in LATER:
            continue
        if isinstance(value, Mapping):
            value = {key: _plain(item) for key, item in value.items()}
        found[name] = _plain(value)
    return found


def entry_from(data: bytes) -> Entry:
    """Read one entry. Raises ValueError for anything but the canonical bytes of a known kind with sound fields.

    >>> entry_from(b'{"at":5,"by":"site","kind":"closed"}')
    Closed(at=5, by='site')
    >>> entry_from(b'{"at":5, "by":"site","kind":"closed"}')
    Traceback (most recent call last):
    ValueError: these are not the entry's canonical bytes
    """
    vote = _vote_from(data)
    if vote is not None:
        return vote
    entry = entry_from_object(parsed(data))
    if entry_bytes(entry) != data:
        raise ValueError("these are not the entry's canonical bytes")
    return entry


def entry_from_object(value: Any) -> Entry:
    """Read one entry from JSON names and values, checking every field."""
    if not isinstance(value, dict) or value.get("kind") not in KINDS:
        kind = value.get("kind") if isinstance(value, dict) else value
        raise ValueError(f"{kind!r} is no kind of entry")
    cls = KINDS[value["kind"]]
    names = _names(cls)
    missing = {name for name in names if name not in value and (cls, name) not in LATER}
    unknown = value.keys() - set(names) - {"kind"}
    if missing or unknown:
        raise ValueError(f"{cls.kind}: missing {sorted(missing)}, unknown {sorted(unknown)}")
    entry = cls(**{name: _frozen(value[name]) for name in names if name in value})
    check_fields(entry)
    return entry


def check_fields(entry: Entry) -> None:
    """Raises ValueError naming the kind, the field and the value that is not of its form."""
    for name, is_sound, form in _checks(type(entry)):
        value = getattr(entry, name)
        if not is_sound(value):
            raise ValueError(f"{entry.kind}: {name} is {form}, not {_short(value)}")


def changed(settings: Opening, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the opening after `changes`; ValueError for a setting that does not exist or a wrong value."""
    for name in changes:
        if name not in CHANGEABLE:
            raise ValueError(f"{name!r} is not a setting that can change")
    found = {name: getattr(settings, name) for name in _names(Opening)}
    found.update({name: _frozen(value) for name, value in changes.items()})
    check_fields(Opening(**found))
    return found


def entries_hash(entries: Iterable[bytes]) -> str:
    """SHA-256 over entries, a line each: a name for a whole file of them."""
    found = hashlib.sha256()
    for entry in entries:
        found.update(entry + b"\n")
    return found.hexdigest()


def _vote_bytes(vote: VoteCast) -> bytes:
    """What `canonical` gives for a vote, ten times as fast: its words need no escapes (tested to be equal)."""
    at = "null" if vote.at is None else vote.at
    salt = "null" if vote.salt is None else f'"{vote.salt}"'
    return (
        f'{{"answer":{vote.answer:d},"at":{at},"by":"{vote.by}","kind":"vote-cast",'
        f'"matters":{"true" if vote.matters else "false"},"salt":{salt},"statement":"{vote.statement}"}}'
    ).encode()


VOTE_FORM = re.compile(
    rb'\{"answer":(-1|0|1),"at":(null|0|-?[1-9][0-9]{0,14}),"by":"([!#-\[\]-~]{1,64})","kind":"vote-cast",'
    rb'"matters":(true|false),"salt":(?:null|"([0-9a-f]{32})"),"statement":"([!#-\[\]-~]{1,64})"\}'
)
"""The canonical bytes of a vote between plain ASCII ids: its answer, time, pseudonym, mark, salt and statement."""


def _vote_from(data: bytes) -> VoteCast | None:
    """A vote from its canonical bytes; None for everything else, and for ids that are not plain ASCII.

    Nine in ten entries are votes, and reading them as any JSON takes five times as long.
    """
    found = VOTE_FORM.fullmatch(data)
    if found is None:
        return None
    answer, at, by, matters, salt, statement = found.groups()
    return VoteCast(
        at=None if at == b"null" else int(at),
        by=by.decode(),
        statement=statement.decode(),
        answer=int(answer),
        matters=matters == b"true",
        salt=None if salt is None else salt.decode(),
    )


def _names(cls: type[Entry]) -> tuple[str, ...]:
    return _NAMES[cls]


def required_fields(cls: type[Entry]) -> tuple[str, ...]:
    """The fields that have no default: what a caller must say."""
    return tuple(
        item.name for item in fields(cls) if item.default is MISSING and item.default_factory is MISSING
    )


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    return value


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."


Check = tuple[Callable[[Any], bool], str]


def _matches(pattern: re.Pattern[str], form: str) -> Check:
    return (lambda value: isinstance(value, str) and pattern.match(value) is not None), form


def _one_of(literal: Any) -> Check:
    allowed = get_args(literal)
    return (lambda value: isinstance(value, str) and value in allowed), f"one of {', '.join(allowed)}"


def _integer(low: int, high: int, form: str) -> Check:
    return (lambda value: type(value) is int and low <= value <= high), form


def _number(low: float, high: float, form: str) -> Check:
    return (lambda value: type(value) in (int, float) and math.isfinite(value) and low <= value <= high), form


def _text(limit: int, least: int = 0) -> Check:
    return (
        lambda value: isinstance(value, str) and least <= len(value) <= limit and _is_unicode(value)
    ), f"a text of {least} to {limit} characters"


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _or_none(check: Check) -> Check:
    is_sound, form = check
    return (lambda value: value is None or is_sound(value)), f"{form}, or null"


def _tuple_of(check: Check, limit: int) -> Check:
    is_sound, form = check
    return (
        lambda value: (
            isinstance(value, tuple) and len(value) <= limit and all(is_sound(item) for item in value)
        )
    ), f"at most {limit} times {form}"


def _mapping_of(check: Check) -> Check:
    is_sound, form = check
    return (
        lambda value: (
            isinstance(value, Mapping) and all(isinstance(key, str) and is_sound(value[key]) for key in value)
        )
    ), f"names with {form}"


def _anything(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, float, bool, tuple, list))


_TIME = _integer(TIME.start, TIME.stop - 1, "a time in milliseconds")
_ID = _matches(ID, "an id of 1 to 64 characters without spaces, quotes or backslashes")
_HASH = _matches(HASH, "64 hexadecimal digits")
_SALT = _or_none(_matches(SALT, "32 hexadecimal digits"))
_BOOL: Check = ((lambda value: isinstance(value, bool)), "true or false")
_COUNT = _integer(0, 2**53 - 1, "a whole number")
_ROLES = _one_of(Role)
_LANGUAGE = _matches(LANGUAGE, "a language tag such as fr or zh-Hans")

_FORMS: Mapping[str, Check] = {
    "at": _or_none(_TIME),
    "by": _ID,
    "consultation": _ID,
    "origin": _matches(re.compile(r"[^\s]{1,200}\Z"), "up to 200 characters without spaces"),
    "key": _matches(re.compile(r"[^\s]{1,300}\Z"), "a verifier string"),
    "title": _text(300, 1),
    "question": _text(2000),
    "background": _text(50_000),
    "sources": _tuple_of(_text(2000), 200),
    "languages": _tuple_of(_LANGUAGE, 50),
    "opens_at": _TIME,
    "closes_at": _or_none(_TIME),
    "joining": _one_of(Joining),
    "visibility": _one_of(Visibility),
    "floor": _integer(1, 1000, "1 to 1000"),
    "readers": _one_of(Literal["public", "invited"]),
    "threshold": _number(0.5, 1, "a share from 0.5 to 1"),
    "certainty": _number(0.5, 1, "a share from 0.5 to 1"),
    "moderation": _one_of(Literal["before", "after"]),
    "statements_per_person": _or_none(_COUNT),
    "statement_length": _integer(20, 100_000, "20 to 100000"),
    "priorities": _or_none(_COUNT),
    "imported": _or_none(_text(2000)),
    "changes": _mapping_of((_anything, "values")),
    "party": _or_none(_text(100, 1)),
    "name": _text(300, 1),
    "bloc": _or_none(_text(300, 1)),
    "published_group": _or_none(_text(100)),
    "capacities": _mapping_of(_number(-1e300, 1e300, "a finite number")),
    "invitation": _or_none(_HASH),
    "role": _ROLES,
    "limit": _integer(1, 1_000_000, "1 to 1000000"),
    "expires_at": _or_none(_TIME),
    "member": _ID,
    "statement": _ID,
    "text": _HASH,
    "length": _COUNT,
    "seed": _BOOL,
    "meta": _BOOL,
    "decision": _one_of(Decision),
    "into": _or_none(_ID),
    "answer": _integer(-1, 1, "1 (agree), 0 (pass) or -1 (disagree)"),
    "matters": _BOOL,
    "salt": _SALT,
    "subject": _ID,
    "state": _one_of(TranslationState),
    "findings": _HASH,
    "size": _COUNT,
    "root": _HASH,
    "parameters": _mapping_of((_anything, "values")),
    "comity_version": _text(100, 1),
    "shown": _one_of(Shown),
    "quota": _or_none(_integer(1, 1_000_000, "1 to 1000000")),
    "veto": _tuple_of(_text(100, 1), 1000),
    "issue": _ID,
    "options": _tuple_of(_text(300, 1), 10_000),
    "otherwise": _or_none(_text(300, 1)),
    "settled_by": _tuple_of(_text(100, 1), 1000),
    "draft": _integer(1, 1_000_000, "1 to 1000000"),
    "package": _mapping_of(_text(300, 1)),
    "why": _one_of(Why),
    "hurt": _HASH,
    "terms": _COUNT,
    "opened": _or_none(_HASH),
    "start": _one_of(Start),
    "weights": _mapping_of(_number(1e-6, 1e6, "a number from 0.000001 to 1000000")),
    "consents": _BOOL,
    "computed": _BOOL,
    "method": _or_none(_matches(METHOD, "a method's id such as single-text/1")),
    "outcome": _one_of(Outcome),
}
"""What a field must look like, whatever entry it stands in; `_SPECIAL` holds what differs by kind."""

_SPECIAL: Mapping[tuple[type[Entry], str], Check] = {
    (Opening, "language"): _LANGUAGE,
    (StatementSubmitted, "language"): _or_none(_LANGUAGE),
    (TranslationAdded, "language"): _LANGUAGE,
    (TranslationAdded, "subject"): _matches(
        SUBJECT, "an id of 1 to 80 characters without spaces, quotes or backslashes"
    ),
    (PartyAdded, "party"): _text(100, 1),
    (InvitationIssued, "invitation"): _HASH,
    (InvitationRevoked, "invitation"): _HASH,
    (StatementModerated, "reason"): _or_none(_one_of(DeclineReason)),
    (TextErased, "reason"): _one_of(ErasureReason),
    (InterestsStated, "interests"): _HASH,
    (DraftProposed, "interests"): _mapping_of(_HASH),
    (NegotiationEnded, "draft"): _or_none(_integer(1, 1_000_000, "1 to 1000000")),
}


def _checks(cls: type[Entry]) -> tuple[tuple[str, Callable[[Any], bool], str], ...]:
    return _CHECKS[cls]


_NAMES = {cls: tuple(item.name for item in fields(cls)) for cls in KINDS.values()}
_CHECKS = {
    cls: tuple((name, *(_SPECIAL.get((cls, name)) or _FORMS[name])) for name in _NAMES[cls])
    for cls in KINDS.values()
}
