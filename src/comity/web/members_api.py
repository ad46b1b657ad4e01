"""Invitations, members and their addresses, as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from comity.errors import Refused
from comity.outside.mail import Posted, is_address
from comity.record.entries import (
    InvitationRevoked,
    MembershipEnded,
)
from comity.web.api import Actor, as_json
from comity.web.api_forms import (
    PROBLEMS,
    Id,
    NewInvitation,
    NewMember,
)
from comity.web.letters import (
    Link,
    forget_address,
    forget_all,
    kept_addresses,
    no_mail,
    send_invitations,
    send_personal_link,
)
from comity.web.pages.joining import _identity, _promise
from comity.web.parts import Site, base_of
from comity.web.pasted import one_line
from comity.web.shown import language_of
from comity.web.views import seen as seen_in
from comity.web.visitors import Visitor

router = APIRouter(
    prefix="/api/consultations/{consultation}",
    tags=["Comity"],
    responses=PROBLEMS,
)


@router.get("/invitations")
def list_invitations(site: Site, who: Actor, consultation: Id) -> list[dict[str, Any]]:
    """The links that were made, by their hashes, each with its letter's address until it is used: the host's."""
    who.acting(consultation, "invitation-issued")
    with site.reader.reading(consultation) as state:
        issued = list(state.invitations.values())
    kept = kept_addresses(site, consultation)
    nowhere = (None, False)
    return [
        {**asdict(item), **dict(zip(("email", "sent"), kept.get(item.invitation, nowhere), strict=True))}
        for item in issued
    ]


@router.post("/invitations", status_code=201)
def invite(request: Request, site: Site, who: Actor, consultation: Id, new: NewInvitation) -> dict[str, Any]:
    """Make a link. `token` is its secret; it is shown this once and kept nowhere.

    `letter` says what became of the e-mail, null without one: the link is made in any case.
    """
    by = who.acting(consultation, "invitation-issued")
    email = one_line(new.email)
    if email and site.mailer is None:
        raise no_mail()
    if email and not is_address(email):
        raise Refused("bad-address", f"{email[:80]!r} is no e-mail address; correct it, or leave it out")
    limit = 1 if email else new.limit
    token = site.desk.invite(consultation, by, new.role, new.party, limit=limit, expires_at=new.expires_at)
    url = f"{base_of(request)}/c/{consultation}/i/{token}"
    if not email:
        return {"token": token, "link": url, "letter": None}
    code = new.letter or language_of(request).code
    seen = seen_in(site.reader, consultation, who, code, site.now)
    party = next((item.name for item in seen.parties if item.party_id == new.party), None)
    link = Link(url, token, new.role, party, limit, new.expires_at, email)
    return {
        "token": token,
        "link": url,
        "letter": _letter(send_invitations(site, seen, [link], code)[0].posted),
    }


def _letter(posted: Posted | None) -> dict[str, Any] | None:
    return (
        None
        if posted is None
        else {"sent": posted.trouble is None, "trouble": posted.trouble, "said": posted.said}
    )


@router.delete("/invitations/{invitation}")
def revoke(
    site: Site, who: Actor, consultation: Id, invitation: Annotated[str, Path(max_length=64)]
) -> dict[str, Any]:
    """Withdraw a link, by its hash."""
    by = who.acting(consultation, "invitation-revoked")
    receipt = as_json(site.desk.submit(consultation, InvitationRevoked(by=by, invitation=invitation)))
    forget_address(site, consultation, invitation=invitation)
    return receipt


@router.delete("/addresses", status_code=204)
def forget_addresses(site: Site, who: Actor, consultation: Id) -> None:
    """Erase every address that an invitation was sent to: the host's."""
    who.acting(consultation, "invitation-issued")
    forget_all(site, consultation)


@router.post("/members", status_code=201)
def join(request: Request, site: Site, consultation: Id, new: NewMember) -> dict[str, Any]:
    """Join. `token` is the secret of the personal link: send it as `Authorization: Bearer` from now on."""
    if _promise(site, consultation) == "names" and not one_line(new.name):
        raise Refused("name-needed", "votes are published with names here; send your name")
    name, email = one_line(new.name), one_line(new.email)
    if email and not is_address(email):
        raise Refused("bad-address", f"{email[:80]!r} is no e-mail address; correct it, or leave it out")
    joined = site.desk.join(consultation, new.invitation or None, _identity(name, email))
    url = f"{base_of(request)}/me/{joined.token}"
    posted = None
    if new.invitation:
        forget_address(site, consultation, token=new.invitation)
        if new.send_link and email:
            spoken = language_of(request)
            seat = Visitor(None, ((consultation, joined.pseudonym, "participant"),))
            seen = seen_in(site.reader, consultation, seat, spoken.code, site.now)
            posted = send_personal_link(site, seen, email, url, spoken)
    return {
        "pseudonym": joined.pseudonym,
        "token": joined.token,
        "link": url,
        "receipt": as_json(joined.receipt),
        "letter": _letter(posted),
    }


@router.delete("/members/{member}")
def end_membership(
    site: Site, who: Actor, consultation: Id, member: Annotated[str, Path(max_length=64)]
) -> dict[str, Any]:
    """Leave, or as the host end somebody's part."""
    mine = [name for seat, name, _ in who.seats if seat == consultation]
    by = member if member in mine else who.acting(consultation, "membership-ended", "host")
    return as_json(site.desk.submit(consultation, MembershipEnded(by=by, member=member)))


@router.delete("/members/{member}/identity")
def erase_identity(
    site: Site, who: Actor, consultation: Id, member: Annotated[str, Path(max_length=64)]
) -> dict[str, Any]:
    """Erase name, address and personal link; the votes stay."""
    mine = [name for seat, name, _ in who.seats if seat == consultation]
    by = member if member in mine else who.acting(consultation, "identity-erased", "host")
    return as_json(site.desk.erase_identity(consultation, by, member))
