"""A slate of a consultation: a few statements that represent everybody, and whom they leave out."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from comity.web.parts import Site, seen_by
from comity.web.shown import language_of, page, still_computing, visitor_of
from comity.web.views import statements

router = APIRouter(include_in_schema=False)


@router.get("/c/{consultation}/slate")
def slate_page(request: Request, site: Site, consultation: str) -> Response:
    seen = seen_by(request, site, consultation)
    latest = site.slates.latest(consultation)
    if latest is None:
        return still_computing(request, seen)
    size, found = latest
    named = [place.statement.statement_id for place in found.places] if found else []
    named += [one.ejr_plus.statement.statement_id for one in found.checks if one.ejr_plus] if found else []
    shown = statements(site.reader, consultation, visitor_of(request), language_of(request).code, named)
    return page(
        request,
        "slate.html",
        seen=seen,
        here="findings",
        found=found,
        size=size,
        items={item.id: item for item in shown},
    )


@router.get("/c/{consultation}/slate.json")
def as_json(request: Request, site: Site, consultation: str) -> Response:
    from comity.report.slate import slate_json

    seen = seen_by(request, site, consultation)
    latest = site.slates.latest(consultation, 20.0)
    if latest is None:
        return still_computing(request, seen)
    size, found = latest
    headers = {"content-disposition": f'attachment; filename="slate-{consultation}-{size}.json"'}
    text = "null\n" if found is None else slate_json(found)
    return Response(text, media_type="application/json", headers=headers)
