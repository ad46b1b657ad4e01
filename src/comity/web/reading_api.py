"""What pages show beyond acts, as JSON: people, texts to translate, the audit, the record and its files."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from comity.errors import Refused
from comity.web.api import Actor
from comity.web.api_forms import PROBLEMS, Id
from comity.web.pages import recorded
from comity.web.pages.hosting import people_of
from comity.web.pages.translating import named_of, texts_of
from comity.web.pages.weighing import weighed_for
from comity.web.parts import Site, seen_by
from comity.web.views import seen as seen_in

router = APIRouter(
    prefix="/api/consultations/{consultation}",
    tags=["Comity"],
    responses=PROBLEMS,
)


@router.get("/members")
def list_members(request: Request, site: Site, who: Actor, consultation: Id) -> list[dict[str, Any]]:
    """Everybody who joined, with name and address where they were given: the host's."""
    who.acting(consultation, "invitation-issued")
    return [asdict(person) for person in people_of(site, seen_by(request, site, consultation))]


@router.get("/translations/{language}")
def list_translations(
    site: Site, who: Actor, consultation: Id, language: Annotated[str, Path(max_length=40)]
) -> list[dict[str, Any]]:
    """Every text beside its translation into this language, and in what state that is: translators' and the host's."""
    who.acting(consultation, "translation-added", "translator", "host")
    seen = seen_in(site.reader, consultation, who, language, site.now)
    if language not in seen.settings.languages:
        raise Refused(
            "unknown-language", f"{language[:20]!r} is not a language of this consultation; choose another"
        )
    names = [line for _, lines in named_of(site, seen, language) for line in lines]
    return [asdict(line) for line in (*texts_of(site, seen, language), *names)]


@router.get("/audit")
def audit(request: Request, site: Site, who: Actor, consultation: Id) -> Response:
    """The footing: who was heard, what rests on whom, how few could turn each finding, as `comity audit` writes it."""
    from comity.report.audit import audit_json

    seen_by(request, site, consultation)
    latest = site.audits.latest(consultation, 20.0)
    if latest is None:
        raise Refused("still-computing", "the audit is being computed; ask again in a few seconds")
    return Response(audit_json(latest[1]), media_type="application/json")


@router.get("/slate")
def slate(request: Request, site: Site, who: Actor, consultation: Id) -> Response:
    """Eight statements that represent everybody, and whom they leave out, as `comity slate` writes it; or null."""
    from comity.report.slate import slate_json

    seen_by(request, site, consultation)
    latest = site.slates.latest(consultation, 20.0)
    if latest is None:
        raise Refused("still-computing", "the slate is being computed; ask again in a few seconds")
    text = "null\n" if latest[1] is None else slate_json(latest[1])
    return Response(text, media_type="application/json")


@router.get("/power")
def power(
    request: Request,
    site: Site,
    who: Actor,
    consultation: Id,
    count: Annotated[
        str, Query(max_length=300, description="parties, or a capacity that every party has")
    ] = "",
    need: Annotated[
        str, Query(max_length=40, description="half, two-thirds, three-quarters, all-but-one or all")
    ] = "",
    also: Annotated[
        str, Query(max_length=40, description="majority: and more than half of the parties")
    ] = "",
) -> Response:
    """What each party's vote would be worth under a rule to try, as `comity power` writes it; nothing rests on it."""
    weighed = weighed_for(request, site, consultation, count, need, also)
    if weighed is None:
        raise Refused("still-computing", "the numbers are being computed; ask again in a few seconds")
    return Response(weighed.document, media_type="application/json")


@router.get("/record", response_class=Response)
def record(request: Request, site: Site, who: Actor, consultation: Id) -> Response:
    """The public copy of the record, as `comity export` writes it: one JSON value a line."""
    return recorded.public_copy(request, site, consultation)


@router.get("/tables/{table}", response_class=Response)
def table(
    request: Request,
    site: Site,
    who: Actor,
    consultation: Id,
    table: Annotated[str, Path(max_length=40, description="such as votes.csv")],
) -> Response:
    """One of the tables that a Polis server exports, where single votes are published."""
    return recorded.polis_table(request, site, consultation, table)
