"""Findings, live: the page is the same with and without its script, which only loads it again."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from comity.findings.findings import Findings
from comity.report.data import findings_csv, findings_json
from comity.web.parts import Parts, Site, seen_by
from comity.web.shown import language_of, page, visitor_of
from comity.web.tables import board
from comity.web.views import Seen, statements

router = APIRouter(include_in_schema=False)


@router.get("/c/{consultation}/findings")
def findings_page(request: Request, site: Site, consultation: str) -> Response:
    seen = seen_by(request, site, consultation)
    latest = site.published.latest(consultation)
    if latest is None:
        return _wait(request, seen)
    size, findings = latest
    spoken = language_of(request)
    items = statements(site.reader, consultation, visitor_of(request), spoken.code)
    shown = board(findings, size, items, spoken)
    return page(request, "findings.html", seen=seen, here="findings", board=shown)


@router.get("/c/{consultation}/findings.json")
def as_json(request: Request, site: Site, consultation: str) -> Response:
    return _file(request, site, consultation, "json")


@router.get("/c/{consultation}/findings.csv")
def as_csv(request: Request, site: Site, consultation: str) -> Response:
    return _file(request, site, consultation, "csv")


def _file(request: Request, site: Parts, consultation: str, kind: str) -> Response:
    seen = seen_by(request, site, consultation)
    latest = site.published.latest(consultation, 20.0)
    if latest is None:
        return _wait(request, seen)
    text = written(latest[1], kind)
    headers = {"content-disposition": f'attachment; filename="findings.{kind}"'}
    return Response(text, media_type="application/json" if kind == "json" else "text/csv", headers=headers)


def written(findings: Findings, kind: str) -> str:
    return findings_json(findings) if kind == "json" else findings_csv(findings)


def _wait(request: Request, seen: Seen) -> Response:
    response = page(request, "computing.html", seen=seen, here="findings")
    response.headers["refresh"] = "3"
    return response


@router.get("/c/{consultation}/live")
async def live(request: Request, site: Site, consultation: str, since: int = 0) -> Response:
    from starlette.concurrency import run_in_threadpool

    await run_in_threadpool(seen_by, request, site, consultation)
    return StreamingResponse(
        site.live.events(consultation, since),
        media_type="text/event-stream",
        headers={"x-accel-buffering": "no"},
    )
