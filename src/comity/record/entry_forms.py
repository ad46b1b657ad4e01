"""What every field of an entry must look like, and the check of a whole entry against it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any, Literal, get_args

from comity.record.bargain import DraftProposed, InterestsStated, NegotiationEnded, Outcome, Start, Why
from comity.record.consultation import Visibility
from comity.record.entries import (
    CHANGEABLE,
    KINDS,
    Decision,
    DeclineReason,
    ErasureReason,
    InvitationIssued,
    InvitationRevoked,
    Joining,
    Opening,
    PartyAdded,
    Role,
    StatementModerated,
    StatementSubmitted,
    TextErased,
    TranslationAdded,
    TranslationState,
)
from comity.record.entry import Entry
from comity.record.negotiation import Shown

ID = re.compile(r"[^\s\"\\\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,64}\Z")
SUBJECT = re.compile(r"[^\s\"\\\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,80}\Z")
HASH = re.compile(r"[0-9a-f]{64}\Z")
SALT = re.compile(r"[0-9a-f]{32}\Z")
METHOD = re.compile(r"[a-z][a-z0-9-]{0,59}/[1-9][0-9]{0,3}\Z")
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\Z")
TIME = range(-(2**53) + 1, 2**53)


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
    found = {name: getattr(settings, name) for name in names_of(Opening)}
    found.update({name: frozen(value) for name, value in changes.items()})
    check_fields(Opening(**found))
    return found


def names_of(cls: type[Entry]) -> tuple[str, ...]:
    """The fields of this kind of entry, in order."""
    return _NAMES[cls]


def frozen(value: Any) -> Any:
    """The same value with tuples for lists and read-only mappings, all the way down."""
    if isinstance(value, list):
        return tuple(frozen(item) for item in value)
    if isinstance(value, dict):
        return MappingProxyType({key: frozen(item) for key, item in value.items()})
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
