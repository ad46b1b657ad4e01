"""What the host does: invitations to copy, print or send; settings; people; the closing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from comity.errors import Refused
from comity.record.entries import Closed, InvitationRevoked, MembershipEnded, PartyAdded, SettingsChanged
from comity.record.state import Invitation
from comity.web.language import NAMES
from comity.web.letters import (
    Link,
    addresses,
    forget_address,
    forget_all,
    kept_addresses,
    no_mail,
    send_invitations,
)
from comity.web.parts import Form, Parts, Sent, Site, base_of, go, seen_by, stranger_free
from comity.web.pasted import lines, moment, one_line, parties, whole
from comity.web.shown import page, visitor_of
from comity.web.views import Seen
from comity.web.views import seen as seen_in

router = APIRouter(include_in_schema=False)
MOST_LINKS = 500


@dataclass(frozen=True)
class Issued:
    """An invitation as the host sees it later: without its secret. address: where its letter went, until it is used."""

    invitation: str
    role: str
    party: str | None
    used: int
    limit: int
    expires_at: int | None
    revoked: bool
    address: str | None = None
    sent: bool = False


@dataclass(frozen=True)
class Person:
    """Somebody who joined. name, address: as he or she gave them; None where none was given or it was erased."""

    pseudonym: str
    role: str
    party: str | None
    name: str | None
    address: str | None
    n_votes: int
    ended: bool
    erased: bool


def _host(request: Request, site: Parts, consultation: str) -> Seen:
    seen = seen_by(request, site, consultation)
    if not seen.is_host:
        stranger_free(site, request, consultation)
        raise Refused("not-allowed", "this page is the host's; ask the host for what you need")
    return seen


@router.get("/c/{consultation}/invitations")
def invitations(request: Request, site: Site, consultation: str) -> Response:
    return _invitations(request, site, _host(request, site, consultation))


def _invitations(
    request: Request,
    site: Parts,
    seen: Seen,
    links: Sequence[Link] = (),
    error: Refused | None = None,
    form: Form | None = None,
) -> Response:
    with site.reader.reading(seen.id) as state:
        names = {party.party_id: party.name for party in state.parties.values()}
        invited = list(state.invitations.values())
    kept = kept_addresses(site, seen.id)
    issued = [_issued(item, names, kept) for item in invited]
    form = form or Form({})
    return page(
        request,
        "invitations.html",
        seen=seen,
        here="host",
        links=links,
        issued=issued,
        form=form,
        error=error,
        base=base_of(request),
        mails=site.mailer is not None,
        spoken_here=[code for code in seen.settings.languages if code in NAMES],
    )


def _issued(item: Invitation, names: dict[str, str], kept: dict[str, tuple[str, bool]]) -> Issued:
    party = None if item.party is None else names[item.party]
    address, sent = kept.get(item.invitation, (None, False))
    return Issued(
        item.invitation,
        item.role,
        party,
        item.used,
        item.limit,
        item.expires_at,
        item.revoked,
        address,
        sent,
    )


@router.post("/c/{consultation}/invitations")
def invite(request: Request, site: Site, consultation: str, sent: Sent) -> Response:
    seen = _host(request, site, consultation)
    try:
        links: Sequence[Link] = issue(site, seen, sent, base_of(request))
        if sent["mails"].strip():
            code = sent["letter"] if sent["letter"] in seen.settings.languages else seen.settings.language
            links = send_invitations(site, _seen_in(request, site, consultation, code), links, code)
    except Refused as refused:
        return _invitations(request, site, seen, error=refused, form=sent)
    return _invitations(request, site, seen, links)


def issue(site: Parts, seen: Seen, sent: Form, base: str) -> list[Link]:
    """Make the links that the form asks for. Raises Refused before the first where one of them cannot be."""
    host = seen.roles["host"]
    role = sent["role"] or "participant"
    number = whole(sent["number"], "the number of links", 1, MOST_LINKS) or 1
    limit = whole(sent["limit"], "the number of persons a link", 1, 100_000) or 1
    mails = sent["mails"].strip()
    if mails and site.mailer is None:
        raise no_mail()
    expires_at = moment(sent["expires_at"])
    if expires_at is not None and expires_at <= site.now:
        raise Refused("bad-moment", "the links would have expired already; choose a later day")
    wanted: list[tuple[str | None, str | None]] = [(None, None)] * number
    if mails:
        wanted, limit = list(_mailed(seen, sent, role)), 1
    elif role == "delegate":
        every = [party.party_id for party in seen.parties]
        chosen = list(every) if sent["party"] == "every" else [sent["party"] or None]
        wanted = [(None, party) for party in chosen for _ in range(number)]
    if len(wanted) > MOST_LINKS:
        raise Refused("bad-number", f"these would be {len(wanted)} links; make at most {MOST_LINKS} at once")
    names = {party.party_id: party.name for party in seen.parties}
    links = []
    for address, party in wanted:
        token = site.desk.invite(seen.id, host, role, party, limit=limit, expires_at=expires_at)  # type: ignore[arg-type]
        name = None if party is None else names[party]
        url = f"{base}{seen.home}/i/{token}"
        links.append(Link(url, token, role, name, limit, expires_at, address))
    return links


def _mailed(seen: Seen, sent: Form, role: str) -> Iterator[tuple[str, str | None]]:
    """The addresses of the form, each with its party. Raises Refused."""
    is_delegate = role == "delegate"
    names = {party.name: party.party_id for party in seen.parties} if is_delegate else {}
    one = sent["party"] if is_delegate and sent["party"] not in ("", "every") else None
    for address, party in addresses(sent["mails"], names, one):
        if is_delegate and party is None:
            raise Refused(
                "unknown-party",
                f"nothing says for which party {address} would speak; write the party's name after the address, "
                "or choose one party for all",
            )
        yield address, party


def _seen_in(request: Request, site: Parts, consultation: str, code: str) -> Seen:
    """The consultation in the language of a letter."""
    return seen_in(site.reader, consultation, visitor_of(request), code, site.now)


@router.post("/c/{consultation}/invitations/forget")
def forget(request: Request, site: Site, consultation: str) -> Response:
    seen = _host(request, site, consultation)
    forget_all(site, consultation)
    return go(f"{seen.home}/invitations#issued")


@router.post("/c/{consultation}/invitations/revoke")
def revoke(request: Request, site: Site, consultation: str, sent: Sent) -> Response:
    seen = _host(request, site, consultation)
    site.desk.submit(consultation, InvitationRevoked(by=seen.roles["host"], invitation=sent["invitation"]))
    forget_address(site, consultation, invitation=sent["invitation"])
    return go(f"{seen.home}/invitations#issued")


@router.get("/c/{consultation}/settings")
def settings(request: Request, site: Site, consultation: str) -> Response:
    return _settings(request, site, _host(request, site, consultation))


def _settings(
    request: Request, site: Parts, seen: Seen, error: Refused | None = None, form: Form | None = None
) -> Response:
    from comity.web.pasted import moment_text

    return page(
        request,
        "settings.html",
        seen=seen,
        here="host",
        people=people_of(site, seen),
        form=form,
        moment_text=moment_text,
        error=error,
    )


def people_of(site: Parts, seen: Seen) -> list[Person]:
    """The first 500 who joined, in their order."""
    with site.reader.reading(seen.id) as state:
        members = [
            (item.pseudonym, item.role, item.party, len(item.answers), item.ended, item.erased)
            for item in state.members.values()
        ]
        names = {party.party_id: party.name for party in state.parties.values()}
    found = []
    for pseudonym, role, party, n_votes, ended, erased in members[:500]:
        told = site.reader.identity(seen.id, pseudonym)
        side = None if party is None else names[party]
        found.append(
            Person(pseudonym, role, side, told.get("name"), told.get("email"), n_votes, ended, erased)
        )
    return found


@router.post("/c/{consultation}/settings")
def change(request: Request, site: Site, consultation: str, sent: Sent) -> Response:
    seen = _host(request, site, consultation)
    try:
        changes = changes_of(seen, sent)
        if changes:
            site.desk.submit(consultation, SettingsChanged(by=seen.roles["host"], changes=changes))
    except Refused as refused:
        return _settings(request, site, seen, refused, sent)
    return go(f"{seen.home}/settings")


def changes_of(seen: Seen, sent: Form) -> dict[str, object]:
    """The settings that differ from those in force. Raises Refused."""
    now = seen.settings
    wanted: dict[str, object] = {}
    for name in ("title", "question"):
        if name in sent and one_line(sent[name]):
            wanted[name] = one_line(sent[name])
    if "background" in sent:
        wanted["background"] = sent["background"].strip()
        wanted["sources"] = lines(sent["sources"])
    if "languages" in sent:
        ticked = sent.all("languages")
        kept = [code for code in now.languages if code in ticked or code not in NAMES or code == now.language]
        wanted["languages"] = (*kept, *(code for code in NAMES if code in ticked and code not in kept))
    if "closes_at" in sent:
        wanted["closes_at"] = moment(sent["closes_at"])
    if "threshold" in sent:
        threshold = whole(sent["threshold"], "the threshold of common ground", 50, 95)
        wanted["threshold"] = now.threshold if threshold is None else threshold / 100
    for name, choices in (
        ("joining", ("invitation", "open")),
        ("readers", ("public", "invited")),
        ("moderation", ("before", "after")),
    ):
        if sent[name] in choices:
            wanted[name] = sent[name]
    changes = {name: value for name, value in wanted.items() if value != getattr(now, name)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in changes.items()}


@router.post("/c/{consultation}/parties")
def add_parties(request: Request, site: Site, consultation: str, sent: Sent) -> Response:
    seen = _host(request, site, consultation)
    taken = {party.party_id for party in seen.parties}
    try:
        added = [
            PartyAdded(
                by=seen.roles["host"],
                party=item.party if item.party not in taken else f"{item.party}-{len(taken) + 1}",
                name=item.name,
                bloc=item.bloc,
                capacities=item.capacities,
            )
            for item in parties(sent["parties"])
        ]
        if added:
            site.desk.submit_all(consultation, added)
    except Refused as refused:
        return _settings(request, site, seen, refused, sent)
    return go(f"{seen.home}/settings#parties")


@router.post("/c/{consultation}/members/end")
def end_membership(request: Request, site: Site, consultation: str, sent: Sent) -> Response:
    seen = _host(request, site, consultation)
    site.desk.submit(consultation, MembershipEnded(by=seen.roles["host"], member=sent["member"]))
    return go(f"{seen.home}/settings#people")


@router.post("/c/{consultation}/members/erase")
def erase_identity(request: Request, site: Site, consultation: str, sent: Sent) -> Response:
    seen = _host(request, site, consultation)
    site.desk.erase_identity(consultation, seen.roles["host"], sent["member"])
    return go(f"{seen.home}/settings#people")


@router.post("/c/{consultation}/close")
def close(request: Request, site: Site, consultation: str, sent: Sent) -> Response:
    seen = _host(request, site, consultation)
    if sent["sure"] != "yes":
        return _settings(
            request, site, seen, Refused("not-sure", "tick the box that you are sure, then send it again")
        )
    site.desk.submit(consultation, Closed(by=seen.roles["host"]))
    return go(seen.home)


__all__ = ["changes_of", "issue", "router", "visitor_of"]
