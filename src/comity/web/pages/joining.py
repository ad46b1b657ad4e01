"""Join by an invitation, or without one where the consultation is open; come back by the personal link."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from comity.errors import Refused
from comity.outside.mail import is_address
from comity.record.admission import admit
from comity.record.canonical import token_hash
from comity.record.entries import ParticipantJoined
from comity.web.letters import forget_address, send_personal_link
from comity.web.parts import Parts, Sent, Site, base_of, go, seen_by, with_session
from comity.web.pasted import one_line
from comity.web.shown import language_of, page, visitor_of
from comity.web.views import Seen

router = APIRouter(include_in_schema=False)
FIRST: dict[str, str] = {
    "moderator": "moderate",
    "translator": "translate",
    "reader": "findings",
    "host": "invitations",
}
"""Where a role goes once it has joined; everybody else votes."""


@dataclass(frozen=True)
class Ticket:
    """What an invitation is for. party: its name."""

    role: str
    party: str | None


@router.get("/c/{consultation}/i/{token}")
def invitation(request: Request, site: Site, consultation: str, token: str) -> Response:
    ticket = _ticket(site, consultation, token)
    return page(
        request,
        "join.html",
        seen=_seen_by_invited(request, site, consultation),
        ticket=ticket,
        token=token,
        name="",
        mail="",
        mails=bool(site.mailer),
    )


@router.get("/c/{consultation}/join")
def open_join(request: Request, site: Site, consultation: str) -> Response:
    ticket = _ticket(site, consultation, None)
    return page(
        request,
        "join.html",
        seen=seen_by(request, site, consultation),
        ticket=ticket,
        token="",
        name="",
        mail="",
        mails=False,
    )


@router.post("/c/{consultation}/join")
def join(request: Request, site: Site, consultation: str, sent: Sent) -> Response:
    token, name, mail = sent["token"], one_line(sent["name"])[:200], one_line(sent["mail"])[:200]
    try:
        ticket = _ticket(site, consultation, token or None)
        if sent["understood"] != "yes":
            raise Refused(
                "not-understood", "tick the box that you have read what happens to what you say, then join"
            )
        if not name and _promise(site, consultation) == "names":
            raise Refused("name-needed", "votes are published with names here; write your name, then join")
        if mail and not is_address(mail):
            raise Refused(
                "bad-address", f"{mail!r} is no e-mail address; correct it, or leave it empty, then join"
            )
        joined = site.desk.join(consultation, token or None, _identity(name, mail))
    except Refused as refused:
        if refused.code in ("no-such-consultation", "unknown-invitation", "by-invitation-only"):
            raise
        seen = _seen_by_invited(request, site, consultation)
        found = Ticket("participant", None) if refused.code.startswith("invitation") else ticket
        return page(
            request,
            "join.html",
            seen=seen,
            ticket=found,
            token=token,
            name=name,
            mail=mail,
            mails=bool(token and site.mailer),
            error=refused,
        )
    visitor = site.sessions.seat(visitor_of(request), consultation, joined.pseudonym)
    request.scope["visitor"] = visitor
    seen = seen_by(request, site, consultation)
    link = f"{base_of(request)}/me/{joined.token}"
    posted = None
    if token:
        forget_address(site, consultation, token=token)
        if mail:  # without an invitation anybody could have letters sent to anybody
            posted = send_personal_link(site, seen, mail, link, language_of(request))
    onward = f"{seen.home}/{FIRST.get(ticket.role, 'vote')}"
    shown = page(request, "joined.html", seen=seen, ticket=ticket, link=link, onward=onward, posted=posted)
    return with_session(request, shown, visitor)


@router.get("/me/{token}")
def personal_link(request: Request, site: Site, token: str) -> Response:
    person = site.reader.person(token)
    if person is None:
        raise Refused("unknown-link", "this personal link is not known here; check that all of it was copied")
    visitor = site.sessions.bearer(token)
    return page(
        request, "welcome_back.html", token=token, consultation=person.consultation, role=visitor.seats[0][2]
    )


@router.post("/me")
def come_back(request: Request, site: Site, sent: Sent) -> Response:
    visitor = site.sessions.bearer(sent["token"])
    consultation, pseudonym, role = visitor.seats[0]
    seated = site.sessions.seat(visitor_of(request), consultation, pseudonym)
    return with_session(request, go(f"/c/{consultation}/{FIRST.get(role, 'vote')}"), seated)


def _ticket(site: Parts, consultation: str, token: str | None) -> Ticket:
    """What joining would make of somebody. Raises Refused exactly as joining itself would."""
    hashed = None if token is None else token_hash(token)
    with site.reader.reading(consultation) as state:
        found = state.invitations.get(hashed or "")
        role, party = ("participant", None) if found is None else (found.role, found.party)
        entry = ParticipantJoined(
            at=max(site.now, state.last_at or 0), by="somebody-new", role=role, party=party, invitation=hashed
        )
        admit(state, entry)
        return Ticket(role, None if party is None else state.parties[party].name)


def _promise(site: Parts, consultation: str) -> str:
    with site.reader.reading(consultation) as state:
        return state.settings.visibility if state.settings is not None else ""


def _seen_by_invited(request: Request, site: Parts, consultation: str) -> Seen:
    """The consultation for somebody who holds an invitation: also where only the invited may read."""
    from comity.web.views import seen
    from comity.web.visitors import Visitor

    visitor = visitor_of(request)
    guest = visitor if visitor.roles(consultation) else Visitor(None, ((consultation, "", "reader"),))
    return seen(site.reader, consultation, guest, language_of(request).code, site.now)


def _identity(name: str, mail: str) -> dict[str, str]:
    return {key: value for key, value in (("name", name), ("email", mail)) if value}
