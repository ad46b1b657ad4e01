"""The first page, the consultation's own page, the choice of language, and the files that pages link to."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from comity.errors import Refused
from comity.web.language import COOKIE, offered
from comity.web.parts import YEAR, Site, go, seen_by
from comity.web.shown import assets, language_of, page, visitor_of
from comity.web.views import Stage, Worded, stage, worded

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Listed:
    """A line of the first page."""

    id: str
    title: Worded
    stage: Stage
    n_votes: int
    mine: bool


@router.get("/")
def home(request: Request, site: Site) -> Response:
    return page(
        request, "home.html", consultations=_listed(request, site), may_set_up=may_set_up(request, site)
    )


def may_set_up(request: Request, site: Site) -> bool:
    """Whether this visitor may set up a consultation: everybody, or whoever came by the link."""
    return site.settings.set_up == "anybody" or request.cookies.get("set-up") == site.set_up_key


def _listed(request: Request, site: Site) -> list[Listed]:
    visitor, code = visitor_of(request), language_of(request).code
    found = []
    for name in site.reader.consultations():
        texts = site.reader.texts(name)
        mine = bool(visitor.roles(name))
        with site.reader.reading(name) as state:
            settings = state.settings
            if settings is None or (settings.readers == "invited" and not mine):
                continue
            votes = sum(item.agreed + item.disagreed + item.passed for item in state.statements.values())
            title = worded(state, texts, "title", settings.title, settings.language, code)
            found.append(Listed(name, title, stage(state, site.now), votes, mine))
    return found[::-1]


@router.get("/c/{consultation}")
def consultation_page(request: Request, site: Site, consultation: str) -> Response:
    return page(request, "consultation.html", seen=seen_by(request, site, consultation), here="about")


@router.get("/language/{code}")
def choose_language(request: Request, code: str, back: str = "/") -> Response:
    if code not in offered():
        raise Refused("no-such-page", "there is no such language here; choose one at the foot of a page")
    safe = back if back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable() else "/"
    response = go(safe)
    response.set_cookie(COOKIE, code, max_age=YEAR, samesite="lax", secure=request.url.scheme == "https")
    return response


@router.get("/{name}.css")
@router.get("/{name}.js")
def asset(request: Request) -> Response:
    found = assets().get(request.url.path)
    if found is None:
        raise Refused("no-such-page", "there is no such file here; load the page again")
    kept = {"cache-control": "public, max-age=31536000, immutable"}
    return Response(found.content, media_type=found.kind, headers=kept)


@router.get("/favicon.ico")
def icon() -> Response:
    return Response(status_code=204, headers={"cache-control": "public, max-age=86400"})
