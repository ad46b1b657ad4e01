"""The site put together: its routers, the guard before them, and what happens when something is refused."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from comity import __version__
from comity.errors import Refused
from comity.web import api, members_api, negotiation_api, reading_api, statements_api
from comity.web.asked import Asked, audit, slate
from comity.web.collecting import Collecting
from comity.web.drafting import Drafting
from comity.web.given_back import given_back
from comity.web.guard import Guard, TooLarge
from comity.web.live import Live
from comity.web.pages import (
    auditing,
    finding,
    home,
    hosting,
    joining,
    moderating,
    negotiating,
    recorded,
    saying,
    setting_up,
    slating,
    translating,
    voting,
    weighing,
)
from comity.web.parts import Parts, form_of
from comity.web.powers import Powers
from comity.web.published import Published
from comity.web.routings import Routings
from comity.web.shown import page, status_of
from comity.web.visitors import Sessions

if TYPE_CHECKING:
    from comity.desk import Desk
    from comity.outside.mail import Mailer
    from comity.outside.translation import Translator
    from comity.reader import Reader
    from comity.settings import Settings

CLOSING_EVERY = 5.0
LATER = "60"
"""Seconds after which whoever was told that the database is away may try again."""
VOTE = re.compile("/c/([^/]+)/vote")
PAGES = (
    voting,
    home,
    setting_up,
    joining,
    saying,
    finding,
    auditing,
    slating,
    weighing,
    moderating,
    translating,
    hosting,
    recorded,
    negotiating,
)
APIS = (api, members_api, statements_api, reading_api, negotiation_api)
log = logging.getLogger("comity.web")


def make_app(
    settings: Settings,
    reader: Reader,
    desk: Desk,
    set_up_key: str,
    mailer: Mailer | None = None,
    translator: Translator | None = None,
    at_end: Callable[[], None] | None = None,
) -> ASGIApp:
    """The whole site as an ASGI application. set_up_key: the secret of the link by which consultations are set up.

    mailer, translator: where whoever runs the site named such servers. at_end: gives back what the site was given,
    once it answers nobody any more; by default whoever made the reader and the desk does so.
    """
    sessions = Sessions(reader)
    published = Published(reader)
    parts = Parts(
        settings,
        reader,
        desk,
        sessions,
        published,
        Live(published),
        Routings(reader),
        Drafting(reader, desk),
        Asked(reader, audit),
        Asked(reader, slate),
        Powers(reader),
        set_up_key,
        mailer,
        translator,
    )
    app = FastAPI(
        title="Comity",
        version=__version__,
        summary="Everything that a page of this site can do, as JSON.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        telemetry={"auto_configure": False},
    )
    app.state.parts, app.state.at_end = parts, at_end
    for module in PAGES:  # voting first: whatever comes before costs every vote a look
        app.include_router(module.router)
    for api_module in APIS:
        app.include_router(api_module.router)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(Exception, _unexpected)
    app.add_middleware(GZipMiddleware, minimum_size=1500, compresslevel=4)
    collecting = app.state.collecting = Collecting(VotesFirst(app))
    return Guard(collecting, sessions, settings.requests_per_minute)


@dataclass(frozen=True)
class VotesFirst:
    """The site, with a way for votes that passes by the layers of the framework: they took half of a vote's time."""

    framework: FastAPI

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if "unanswered" in scope:
            await self._unanswered(scope, receive, send)
            return
        posted = VOTE.fullmatch(scope["path"]) if scope.get("method") == "POST" else None
        if posted is None:
            await self.framework(scope, receive, send)
            return
        scope["app"], scope["path_params"] = self.framework, {"consultation": posted[1]}
        request = Request(scope, receive)
        try:
            response = await voting.cast(request)
        except Refused as refused:
            response = await _refused(request, refused)
        except HTTPException as error:
            response = await _http(request, error)
        except Exception as error:
            response = await _unexpected(request, error)
        await response(scope, receive, send)

    async def _unanswered(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Nobody can be looked up: say so, and give back what was typed."""
        scope["app"] = self.framework
        request = Request(scope, receive)
        if request.method == "POST" and not _is_api(request):
            with contextlib.suppress(HTTPException):
                await form_of(request)
        await (await _refused(request, scope["unanswered"]))(scope, receive, send)


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """While the site is up, consultations close at their appointed time; so all are read at once after a start."""
    parts: Parts = app.state.parts
    collecting = asyncio.create_task(app.state.collecting.run())
    closing = asyncio.create_task(_close_what_is_due(parts))
    try:
        yield
    finally:
        collecting.cancel()
        closing.cancel()
        await parts.live.stop()
        parts.published.stop()
        parts.drafting.stop()
        parts.routings.stop()
        if app.state.at_end is not None:
            await asyncio.to_thread(app.state.at_end)


async def _close_what_is_due(parts: Parts) -> None:
    while True:
        try:
            await asyncio.to_thread(parts.desk.close_what_is_due)
        except Refused as refused:
            log.warning("could not close what is due: %s", refused.text)
        await asyncio.sleep(CLOSING_EVERY)


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    log.info("%s %s: %s", status_of(error), request.method, error.code)
    if _is_api(request):
        status = status_of(error)
        later = {"retry-after": LATER} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
        return JSONResponse({"code": error.code, "text": error.text}, status, later)
    return _said(request, error, status_of(error))


def _said(request: Request, refused: Refused, status: int) -> Response:
    """The page that says why, with what was typed."""
    found = page(request, "refused.html", error=refused, again=given_back(request, status))
    found.status_code = status
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        found.headers["retry-after"] = LATER
    return found


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    refused = Refused(
        "no-such-page", "there is no such page here; check its address, or begin at the first page"
    )
    if error.status_code == 400:
        refused = Refused("bad-form", "the form came damaged; go back, and send it again")
    elif error.status_code == 405:
        refused = Refused("no-such-page", "this page cannot be used in that way; open it in a browser")
    if _is_api(request):
        return JSONResponse(
            {"code": refused.code, "text": refused.text}, error.status_code, dict(error.headers or {})
        )
    return _said(request, refused, error.status_code)


async def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    refused = Refused(
        "malformed-entry", f"{place} is not of its form ({first['msg']}); correct it and send it again"
    )
    if _is_api(request):
        return JSONResponse({"code": refused.code, "text": refused.text}, 422)
    return _said(request, refused, 422)


async def _unexpected(request: Request, error: Exception) -> Response:
    if isinstance(error, TooLarge):
        raise error
    log.error("unexpected", exc_info=error)
    refused = Refused(
        "unexpected",
        "something went wrong on this site, and it was noted; nothing was stored, please try again in a moment",
    )
    if _is_api(request):
        return JSONResponse({"code": refused.code, "text": refused.text}, 500)
    return _said(request, refused, 500)
