"""The same as the pages, as JSON. Who acts says so by the site's cookie, or by `Authorization: Bearer` and the
secret of a personal link (the part after /me/ in its address).
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from comity.desk import new_pseudonym
from comity.desk import new_token as new_secret
from comity.errors import Refused
from comity.outside.mail import Posted, is_address
from comity.record.entries import (
    Closed,
    InvitationRevoked,
    MembershipEnded,
    PartyAdded,
    SettingsChanged,
    StatementModerated,
    VoteCast,
    VoteWithdrawn,
)
from comity.record.receipt import Receipt, receipt_bytes
from comity.web.acknowledged import acknowledged
from comity.web.api_forms import (
    Changes,
    Erasure,
    Id,
    MachineTranslation,
    NearlySaid,
    NewConsultation,
    NewDecision,
    NewInvitation,
    NewMember,
    NewParty,
    NewStatement,
    NewTranslation,
    NewVote,
    Problem,
    StatementId,
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
from comity.web.pages.finding import written
from comity.web.pages.home import may_set_up
from comity.web.pages.joining import _identity, _promise
from comity.web.pages.moderating import logged
from comity.web.pages.saying import near_to
from comity.web.pages.setting_up import _free_id, opened, plan_of
from comity.web.pages.translating import machine_translations
from comity.web.pages.voting import receipt_of
from comity.web.parts import Parts, Site, base_of, seen_by
from comity.web.pasted import one_line
from comity.web.shown import language_of, visitor_of
from comity.web.tables import statement_sides
from comity.web.views import Shown, ballot, own, statements
from comity.web.views import seen as seen_in
from comity.web.visitors import Visitor

router = APIRouter(
    prefix="/api",
    tags=["Comity"],
    responses={
        code: {"model": Problem} for code in (400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 503, 507)
    },
)


def actor(request: Request, site: Site) -> Visitor:
    """Who acts: the holder of the personal link in the header, else of the cookie."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        request.scope["visitor"] = site.sessions.bearer(token.strip())
    return visitor_of(request)


Actor = Annotated[Visitor, Depends(actor)]


def _receipt(receipt: Receipt) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(receipt_bytes(receipt))
    return found


@router.get("/consultations")
def list_consultations(request: Request, site: Site, who: Actor) -> list[dict[str, Any]]:
    """All consultations that this visitor may read."""
    found = []
    for name in site.reader.consultations():
        try:
            seen = seen_by(request, site, name)
        except Refused:
            continue
        found.append(
            {
                "id": name,
                "title": seen.settings.title,
                "question": seen.settings.question,
                "stage": seen.stage,
            }
        )
    return found


@router.post("/consultations", status_code=201)
def set_up(request: Request, site: Site, new: NewConsultation) -> dict[str, Any]:
    """Open a consultation. `token` is the host's personal link's secret; it is shown this once."""
    if not may_set_up(request, site) and request.headers.get("x-set-up-key") != site.set_up_key:
        raise Refused(
            "set-up-by-link",
            "send the header X-Set-Up-Key with the key that whoever runs this site gives out",
        )
    host, token = new_pseudonym(), new_secret()
    values: dict[str, object] = {
        key: "" if value is None else str(value) if isinstance(value, int) else value
        for key, value in new.model_dump().items()
    }
    values["sources"], values["statements"] = "\n".join(new.sources), "\n".join(map(one_line, new.statements))
    name = opened(site, plan_of(values, site, _free_id(site, new.title), host))
    site.desk.give_access(name, host, token)
    return {"consultation": name, "pseudonym": host, "token": token, "link": f"{base_of(request)}/me/{token}"}


@router.get("/consultations/{consultation}")
def one_consultation(request: Request, site: Site, who: Actor, consultation: Id) -> dict[str, Any]:
    """Settings, parties, and how far it is."""
    seen = seen_by(request, site, consultation)
    return {
        "id": seen.id,
        "stage": seen.stage,
        "closed_at": seen.closed_at,
        "settings": {key: value for key, value in vars(seen.settings).items() if key not in ("at", "by")},
        "parties": [
            {
                "party": item.party_id,
                "name": item.name,
                "bloc": item.bloc,
                "capacities": dict(item.capacities),
            }
            for item in seen.parties
        ],
        "members": seen.n_members,
        "votes": seen.n_votes,
        "statements": seen.n_statements,
        "size": seen.size,
        "roles": dict(seen.roles),
    }


@router.patch("/consultations/{consultation}")
def change_settings(site: Site, who: Actor, consultation: Id, new: Changes) -> dict[str, Any]:
    """Change settings; `closes_at` null takes the closing day away."""
    by = who.acting(consultation, "settings-changed")
    changes = {
        key: value
        for key, value in new.model_dump(exclude_unset=True).items()
        if value is not None or key == "closes_at"
    }
    return _receipt(site.desk.submit(consultation, SettingsChanged(by=by, changes=changes)))


@router.post("/consultations/{consultation}/closing", status_code=201)
def close(site: Site, who: Actor, consultation: Id) -> dict[str, Any]:
    """Close it, for good."""
    return _receipt(site.desk.submit(consultation, Closed(by=who.acting(consultation, "closed"))))


@router.post("/consultations/{consultation}/parties", status_code=201)
def add_party(site: Site, who: Actor, consultation: Id, new: NewParty) -> dict[str, Any]:
    """Add a party."""
    by = who.acting(consultation, "party-added")
    return _receipt(site.desk.submit(consultation, PartyAdded(by=by, **new.model_dump())))


@router.get("/consultations/{consultation}/invitations")
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


@router.post("/consultations/{consultation}/invitations", status_code=201)
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


@router.delete("/consultations/{consultation}/invitations/{invitation}")
def revoke(
    site: Site, who: Actor, consultation: Id, invitation: Annotated[str, Path(max_length=64)]
) -> dict[str, Any]:
    """Withdraw a link, by its hash."""
    by = who.acting(consultation, "invitation-revoked")
    receipt = _receipt(site.desk.submit(consultation, InvitationRevoked(by=by, invitation=invitation)))
    forget_address(site, consultation, invitation=invitation)
    return receipt


@router.delete("/consultations/{consultation}/addresses", status_code=204)
def forget_addresses(site: Site, who: Actor, consultation: Id) -> None:
    """Erase every address that an invitation was sent to: the host's."""
    who.acting(consultation, "invitation-issued")
    forget_all(site, consultation)


@router.post("/consultations/{consultation}/members", status_code=201)
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
        "receipt": _receipt(joined.receipt),
        "letter": _letter(posted),
    }


@router.delete("/consultations/{consultation}/members/{member}")
def end_membership(
    site: Site, who: Actor, consultation: Id, member: Annotated[str, Path(max_length=64)]
) -> dict[str, Any]:
    """Leave, or as the host end somebody's part."""
    mine = [name for seat, name, _ in who.seats if seat == consultation]
    by = member if member in mine else who.acting(consultation, "membership-ended", "host")
    return _receipt(site.desk.submit(consultation, MembershipEnded(by=by, member=member)))


@router.delete("/consultations/{consultation}/members/{member}/identity")
def erase_identity(
    site: Site, who: Actor, consultation: Id, member: Annotated[str, Path(max_length=64)]
) -> dict[str, Any]:
    """Erase name, address and personal link; the votes stay."""
    mine = [name for seat, name, _ in who.seats if seat == consultation]
    by = member if member in mine else who.acting(consultation, "identity-erased", "host")
    return _receipt(site.desk.erase_identity(consultation, by, member))


@router.get("/consultations/{consultation}/next")
def next_to_vote_on(
    request: Request,
    site: Site,
    who: Actor,
    consultation: Id,
    late: Annotated[str, Query(max_length=20_000, description="ids to put last, parted by commas")] = "",
) -> dict[str, Any]:
    """The statement where this person's vote informs most; `statement` is null when all are answered."""
    routing = site.routings.of(consultation)
    passed_over = tuple(late.split(",")) if late else ()
    put = ballot(site.reader, consultation, who, language_of(request).code, late=passed_over, routing=routing)
    found = None if put.statement is None else _statement(put.statement)
    return {"statement": found, "answered": put.answered, "of": put.of, "marks_left": put.marks_left}


@router.get("/consultations/{consultation}/votes")
def my_votes(request: Request, site: Site, who: Actor, consultation: Id) -> list[dict[str, Any]]:
    """My votes as they count now."""
    who.acting(consultation, "vote-cast")
    voted, _ = own(site.reader, consultation, who, language_of(request).code)
    return [{"statement": item.id, "answer": item.my_answer, "matters": item.my_matters} for item in voted]


@router.post("/consultations/{consultation}/votes", status_code=201)
async def vote(site: Site, who: Actor, consultation: Id, new: NewVote) -> dict[str, Any]:
    """Vote, or change a vote. The answer is the receipt; it comes when the vote is durable."""
    by = who.acting(consultation, "vote-cast")
    entry = VoteCast(by=by, statement=new.statement, answer=int(new.answer), matters=new.matters)
    return _receipt((await acknowledged(site.desk.submit_soon(consultation, [entry])))[0])


@router.delete("/consultations/{consultation}/votes/{statement}")
def take_back(site: Site, who: Actor, consultation: Id, statement: StatementId) -> dict[str, Any]:
    """Take a vote back."""
    by = who.acting(consultation, "vote-withdrawn")
    return _receipt(site.desk.submit(consultation, VoteWithdrawn(by=by, statement=statement)))


@router.get("/consultations/{consultation}/votes/{statement}/receipt")
def receipt(site: Site, who: Actor, consultation: Id, statement: StatementId) -> dict[str, Any]:
    """A receipt for the vote as it counts now, under the latest checkpoint."""
    return _receipt(receipt_of(site, consultation, who, statement))


@router.get("/consultations/{consultation}/statements")
def list_statements(request: Request, site: Site, who: Actor, consultation: Id) -> list[dict[str, Any]]:
    """All statements, what became of each, and how often it was answered."""
    seen = seen_by(request, site, consultation)
    every = statements(site.reader, consultation, who, language_of(request).code)
    return [
        _statement(item)
        for item in every
        if item.decision != "pending" or item.votable or item.mine or seen.may_moderate
    ]


@router.post(
    "/consultations/{consultation}/statements", status_code=201, responses={409: {"model": NearlySaid}}
)
def submit_statement(request: Request, site: Site, who: Actor, consultation: Id, new: NewStatement) -> Any:
    """Submit a statement. Something much like it gives 409 with what is there; `anyway` sends it all the same."""
    seen = seen_by(request, site, consultation)
    by = who.acting(consultation, "statement-submitted", "delegate", "participant")
    text, language = one_line(new.text), new.language or seen.settings.language
    if language not in seen.settings.languages:
        raise Refused(
            "unknown-language", f"{language!r} is not a language of this consultation; choose another"
        )
    alike = [] if new.anyway else near_to(site, consultation, who, text, language_of(request).code)
    if alike:
        said = {
            "code": "nearly-said",
            "text": "something much like it was said already; vote on that, or send anyway: true",
        }
        return Response(
            json.dumps({**said, "alike": [_statement(item) for item in alike]}),
            409,
            media_type="application/json",
        )
    return _receipt(
        site.desk.state_question(consultation, by, text, language, seed=by == seen.roles.get("host"))
    )


@router.get("/consultations/{consultation}/statements/{statement}")
def one_statement(
    request: Request, site: Site, who: Actor, consultation: Id, statement: StatementId
) -> dict[str, Any]:
    """What became of a statement: the decision, its tallies by party and group, whether it is common ground."""
    seen = seen_by(request, site, consultation)
    found = statements(site.reader, consultation, who, language_of(request).code, [statement])
    if not found or not (
        found[0].decision != "pending" or found[0].votable or found[0].mine or seen.may_moderate
    ):
        raise Refused("unknown-statement", f"there is no statement {statement!r} here; look at the list")
    latest = site.published.latest(consultation, 20.0) if found[0].votable else None
    sides = None if latest is None else statement_sides(latest[1], statement)
    rows = (
        []
        if sides is None
        else [
            {
                "side": row.kind,
                "name": row.name,
                "agreed": row.agreed,
                "disagreed": row.disagreed,
                "passed": row.passed,
                "agree": asdict(row.agree),
                "stance": row.stance,
                "certainty": row.certainty,
            }
            for row in sides.rows
        ]
    )
    return {**_statement(found[0]), "outcome": None if sides is None else sides.outcome, "sides": rows}


@router.delete("/consultations/{consultation}/statements/{statement}/text")
def erase_text(
    site: Site, who: Actor, consultation: Id, statement: StatementId, new: Erasure
) -> dict[str, Any]:
    """Erase a statement's text; its votes and every count stay."""
    with site.reader.reading(consultation) as state:
        item = state.statements.get(statement)
    if item is None:
        raise Refused("unknown-statement", f"there is no statement {statement!r} here; look at the list")
    mine = [name for seat, name, _ in who.seats if seat == consultation]
    by = item.author if item.author in mine else who.acting(consultation, "text-erased", "moderator", "host")
    return _receipt(site.desk.erase_text(consultation, by, item.text, new.reason))


@router.get("/consultations/{consultation}/decisions")
def list_decisions(request: Request, site: Site, who: Actor, consultation: Id) -> list[dict[str, Any]]:
    """The public log of moderation, the latest first."""
    seen_by(request, site, consultation)
    return [
        {
            "entry": item.index,
            "at": item.at,
            "role": item.role,
            "statement": item.item.id,
            "decision": item.decision,
            "reason": item.reason,
            "into": item.into,
        }
        for item in logged(request, site, consultation)
    ]


@router.post("/consultations/{consultation}/decisions", status_code=201)
def decide(site: Site, who: Actor, consultation: Id, new: NewDecision) -> dict[str, Any]:
    """Accept, merge or decline a statement; declining needs a reason."""
    by = who.acting(consultation, "statement-moderated", "moderator", "host")
    return _receipt(site.desk.submit(consultation, StatementModerated(by=by, **new.model_dump())))


@router.post("/consultations/{consultation}/translations", status_code=201)
def translate(site: Site, who: Actor, consultation: Id, new: NewTranslation) -> dict[str, Any]:
    """Add a translation of a statement, of 'title', 'question' or 'background', or, in the latest negotiation, of the
    name of an issue ('issue:ID') or of one of its options, counted from 0 ('option:2:ID').
    """
    by = who.acting(consultation, "translation-added", "translator", "host")
    text = new.text.strip()
    if not text:
        raise Refused("empty-translation", "the translation is empty; write it, then send it again")
    sent = {"subject": new.subject, "language": new.language, "text": text}
    return _receipt(site.desk.translate(consultation, by, state=new.state, **sent))


@router.post("/consultations/{consultation}/translations/machine", status_code=201)
def translate_by_machine(
    request: Request, site: Site, who: Actor, consultation: Id, new: MachineTranslation
) -> dict[str, Any]:
    """Let the machine translate what has no translation into this language yet, where this site knows one."""
    by = who.acting(consultation, "translation-added", "translator", "host")
    return asdict(machine_translations(site, seen_by(request, site, consultation), by, new.language))


@router.get("/consultations/{consultation}/findings")
def findings(request: Request, site: Site, who: Actor, consultation: Id) -> Response:
    """All published numbers, as `comity findings` writes them."""
    seen_by(request, site, consultation)
    latest = site.published.latest(consultation, 20.0)
    if latest is None:
        raise Refused("still-computing", "the findings are being computed; ask again in a few seconds")
    return Response(written(latest[1], "json"), media_type="application/json")


@router.get("/consultations/{consultation}/checkpoint")
def checkpoint(request: Request, site: Site, who: Actor, consultation: Id) -> dict[str, Any]:
    """The latest signed checkpoint."""
    seen_by(request, site, consultation)
    return {"checkpoint": site.reader.checkpoint(consultation)}


def _statement(item: Shown) -> dict[str, Any]:
    found = asdict(item)
    found.pop("author")
    return found


__all__ = ["Parts", "router"]
