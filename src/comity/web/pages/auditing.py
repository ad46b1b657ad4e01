"""The footing of a consultation: who was heard, what rests on whom, and how few could turn each finding."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from comity.findings.audit import Alike
from comity.web.parts import Site, seen_by
from comity.web.shown import language_of, page, still_computing, visitor_of
from comity.web.views import statements

router = APIRouter(include_in_schema=False)


@router.get("/c/{consultation}/audit")
def audit_page(request: Request, site: Site, consultation: str) -> Response:
    seen = seen_by(request, site, consultation)
    latest = site.audits.latest(consultation)
    if latest is None:
        return still_computing(request, seen)
    size, found = latest
    shown = statements(site.reader, consultation, visitor_of(request), language_of(request).code)
    results = sorted(found.results, key=lambda result: result.change.at_least)
    matter = [unit for unit in found.without if unit.matters]
    return page(
        request,
        "audit.html",
        seen=seen,
        here="findings",
        found=found,
        size=size,
        results=results,
        alone=sum(result.change.number == 1 for result in results),
        tongues=any(tag for account in found.accounts for tag, _ in account.languages or ()),
        matter=matter,
        idle=[unit for unit in found.without if not unit.matters],
        odds=odds,
        items={item.id: item for item in shown},
    )


def odds(group: Alike) -> int:
    """In one of how many consultations chance would show anything so alike; two digits are worth anything.

    Beyond a thousand million no more is said.
    """
    exponent = min(group.exponent, 9.0)
    return int(float(f"{10**exponent:.1e}"))


@router.get("/c/{consultation}/audit.json")
def as_json(request: Request, site: Site, consultation: str) -> Response:
    from comity.report.audit import audit_json

    seen = seen_by(request, site, consultation)
    latest = site.audits.latest(consultation, 20.0)
    if latest is None:
        return still_computing(request, seen)
    headers = {"content-disposition": f'attachment; filename="audit-{consultation}-{latest[0]}.json"'}
    return Response(audit_json(latest[1]), media_type="application/json", headers=headers)
