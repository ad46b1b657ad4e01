"""Set up a consultation: a form, a preview as a participant sees it, then it opens."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request
from starlette.responses import Response

from comity.desk import beside_text, new_pseudonym, new_text, statement
from comity.desk import new_token as new_secret
from comity.errors import Refused
from comity.record.admission import admit
from comity.record.entries import Entry, Opening, PartyAdded
from comity.record.state import State
from comity.web.language import NAMES
from comity.web.pages.home import may_set_up
from comity.web.parts import YEAR, Form, Parts, Sent, Site, go, with_session
from comity.web.pasted import lines, moment, one_line, parties, slug, whole
from comity.web.shown import language_of, page, visitor_of
from comity.web.views import Worded
from comity.web.visitors import SITE_WIDE

router = APIRouter(include_in_schema=False)
KIND = "draft"
FIELDS = (
    "title",
    "question",
    "background",
    "sources",
    "language",
    "parties",
    "statements",
    "opens_at",
    "closes_at",
    "threshold",
    "joining",
    "visibility",
    "floor",
    "moderation",
    "readers",
    "priorities",
    "statements_per_person",
)
DEFAULTS: Mapping[str, str] = {
    "threshold": "60",
    "joining": "invitation",
    "visibility": "pseudonyms",
    "floor": "5",
    "moderation": "before",
    "readers": "public",
}


@dataclass(frozen=True)
class Plan:
    """A consultation as it would be opened."""

    opening: Opening
    parties: tuple[PartyAdded, ...]
    statements: tuple[str, ...]


@router.get("/set-up")
def empty_form(request: Request, site: Site, key: str = "", draft: str = "") -> Response:
    if key and secrets.compare_digest(key.encode(), site.set_up_key.encode()):
        response = go("/set-up")
        response.set_cookie("set-up", key, max_age=YEAR, httponly=True, samesite="lax")
        return response
    _check_may(request, site)
    code = language_of(request).code
    values = _draft(site, draft) if draft else {**DEFAULTS, "language": code, "languages": [code]}
    return page(request, "set_up.html", values=_all(values), draft=draft)


@router.post("/set-up")
def save(request: Request, site: Site, sent: Sent) -> Response:
    _check_may(request, site)
    values = _sent(sent)
    name = sent["draft"] or new_secret()
    try:
        plan_of(values, site, "preview", "preview")
        site.desk.store.put(SITE_WIDE, KIND, name, json.dumps(values).encode())
    except Refused as refused:
        return page(request, "set_up.html", values=_all(values), draft=sent["draft"], error=refused)
    return go(f"/set-up/{name}")


@router.get("/set-up/{draft}")
def preview(request: Request, site: Site, draft: str) -> Response:
    _check_may(request, site)
    return _preview(request, site, draft)


@router.post("/set-up/{draft}/open")
def open_now(request: Request, site: Site, draft: str) -> Response:
    _check_may(request, site)
    host = new_pseudonym()
    try:
        values = _draft(site, draft)
        name = opened(site, plan_of(values, site, _free_id(site, str(values.get("title", ""))), host))
    except Refused as refused:
        if refused.code == "draft-not-found":
            raise
        return _preview(request, site, draft, refused)
    site.desk.store.erase(SITE_WIDE, KIND, draft)
    return with_session(
        request, go(f"/c/{name}/invitations"), site.sessions.seat(visitor_of(request), name, host)
    )


def opened(site: Parts, plan: Plan) -> str:
    """Open it, with its parties and first statements in the same commit; its id."""
    opening = plan.opening
    if opening.opens_at == 0:
        opening = replace(opening, opens_at=site.now)
    texts = [new_text(text) for text in plan.statements]
    first: list[Entry] = [
        *plan.parties,
        *(statement(text, opening.by, opening.language, seed=True) for text in texts),
    ]
    site.desk.open(opening, first, [beside_text(text) for text in texts])
    return opening.consultation


def plan_of(values: Mapping[str, object], site: Parts, consultation: str, host: str) -> Plan:
    """The consultation that a form means. Raises Refused with the first thing that does not fit."""
    read = _Values(values)
    for name, what in (("title", "the title"), ("question", "the question")):
        if not read.text(name):
            raise Refused("bad-form", f"{what} is empty; write it, then send the form again")
    languages = tuple(code for code in NAMES if code in read.all("languages"))
    language = read.text("language") or "en"
    if language not in languages:
        languages = (language, *languages)
    threshold = whole(read.text("threshold"), "the threshold of common ground", 50, 95)
    opening = Opening(
        at=site.now,
        by=host,
        consultation=consultation,
        origin=f"{site.desk.signer.name}/{consultation}",
        key=site.desk.signer.verifier,
        title=one_line(read.text("title")),
        question=one_line(read.text("question")),
        background=read.text("background").strip(),
        sources=lines(read.text("sources")),
        language=language,
        languages=languages,
        opens_at=moment(read.text("opens_at")) or 0,
        closes_at=moment(read.text("closes_at")),
        joining=read.one_of("joining", ("invitation", "open")),  # type: ignore[arg-type]
        visibility=read.one_of("visibility", ("pseudonyms", "names", "parties")),  # type: ignore[arg-type]
        floor=whole(read.text("floor"), "the smallest group that is shown", 2, 100) or 5,
        readers=read.one_of("readers", ("public", "invited")),  # type: ignore[arg-type]
        threshold=(threshold or 60) / 100,
        moderation=read.one_of("moderation", ("before", "after")),  # type: ignore[arg-type]
        statements_per_person=whole(read.text("statements_per_person"), "statements a person", 1, 1000),
        priorities=whole(read.text("priorities"), "the number of marks", 1, 1000),
    )
    if opening.closes_at is not None and opening.closes_at <= site.now:
        raise Refused("closes-before-opening", "the closing lies in the past; choose a later one")
    admit(State(), opening)
    first = lines(read.text("statements"))
    for number, text in enumerate(first, 1):
        if len(text) > opening.statement_length:
            raise Refused(
                "statement-length",
                f"first statement {number} has {len(text)} characters of {opening.statement_length}; shorten it",
            )
    if len(first) != len(set(first)):
        raise Refused("repeated-statement", "a first statement stands in the list twice; keep one of the two")
    added = tuple(
        PartyAdded(by=host, party=item.party, name=item.name, bloc=item.bloc, capacities=item.capacities)
        for item in parties(read.text("parties"))
    )
    return Plan(opening, added, first)


@dataclass(frozen=True)
class _Values:
    """What a form holds, by name."""

    values: Mapping[str, object]

    def text(self, name: str) -> str:
        found = self.values.get(name, "")
        return found if isinstance(found, str) else ""

    def all(self, name: str) -> tuple[str, ...]:
        found = self.values.get(name, ())
        return tuple(map(str, found)) if isinstance(found, (list, tuple)) else (str(found),)

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        found = self.text(name) or choices[0]
        if found not in choices:
            raise Refused("bad-form", f"{name} is {found[:40]!r}; choose one of {', '.join(choices)}")
        return found


def _preview(request: Request, site: Parts, draft: str, error: Refused | None = None) -> Response:
    plan = plan_of(_draft(site, draft), site, "preview", "preview")
    first = plan.statements[0] if plan.statements else None
    return page(
        request,
        "preview.html",
        plan=plan,
        draft=draft,
        error=error,
        first=None if first is None else Worded(first, plan.opening.language),
    )


def _free_id(site: Parts, title: str) -> str:
    """The title in Latin letters, with a few random ones where it has none or the name is taken."""
    name = slug(title)
    taken = set(site.reader.consultations())
    while not name or name in taken:
        name = f"{slug(title) or 'consultation'}-{new_secret()[:4]}"
    return name


def _check_may(request: Request, site: Parts) -> None:
    if not may_set_up(request, site):
        raise Refused(
            "set-up-by-link",
            "whoever runs this site gives out the link by which a consultation is set up; ask for it",
        )


def _draft(site: Parts, name: str) -> dict[str, object]:
    value = site.desk.store.get(SITE_WIDE, KIND, name)
    if value is None:
        raise Refused("draft-not-found", "this draft is not here any more; begin a new one")
    found: dict[str, object] = json.loads(value)
    return found


def _sent(sent: Form) -> dict[str, object]:
    return {**{name: sent[name] for name in FIELDS}, "languages": list(sent.all("languages"))}


def _all(values: Mapping[str, object]) -> dict[str, object]:
    return {**dict.fromkeys(FIELDS, ""), "languages": [], **values}
