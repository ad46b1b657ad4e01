"""The same as the pages, as JSON. Who acts says so by the site's cookie, or by `Authorization: Bearer` and the
secret of a personal link (the part after /me/ in its address).
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from comity.desk import new_pseudonym
from comity.desk import new_token as new_secret
from comity.errors import Refused
from comity.record.entries import (
    Closed,
    PartyAdded,
    SettingsChanged,
)
from comity.record.receipt import Receipt, receipt_bytes
from comity.web.api_forms import (
    PROBLEMS,
    Changes,
    Id,
    NewConsultation,
    NewParty,
)
from comity.web.pages.finding import written
from comity.web.pages.home import may_set_up
from comity.web.pages.setting_up import _free_id, opened, plan_of
from comity.web.parts import Site, base_of, seen_by
from comity.web.pasted import one_line
from comity.web.shown import visitor_of
from comity.web.visitors import Visitor

router = APIRouter(
    prefix="/api",
    tags=["Comity"],
    responses=PROBLEMS,
)


def actor(request: Request, site: Site) -> Visitor:
    """Who acts: the holder of the personal link in the header, else of the cookie."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        request.scope["visitor"] = site.sessions.bearer(token.strip())
    return visitor_of(request)


Actor = Annotated[Visitor, Depends(actor)]


def as_json(receipt: Receipt) -> dict[str, Any]:
    """A receipt as the object that its file holds."""
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
    return as_json(site.desk.submit(consultation, SettingsChanged(by=by, changes=changes)))


@router.post("/consultations/{consultation}/closing", status_code=201)
def close(site: Site, who: Actor, consultation: Id) -> dict[str, Any]:
    """Close it, for good."""
    return as_json(site.desk.submit(consultation, Closed(by=who.acting(consultation, "closed"))))


@router.post("/consultations/{consultation}/parties", status_code=201)
def add_party(site: Site, who: Actor, consultation: Id, new: NewParty) -> dict[str, Any]:
    """Add a party."""
    by = who.acting(consultation, "party-added")
    return as_json(site.desk.submit(consultation, PartyAdded(by=by, **new.model_dump())))


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
