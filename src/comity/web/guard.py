"""What stands before every page: sizes, rates, cross-site posts, and the headers that every answer carries.

Plain ASGI, so that it costs a vote a few microseconds. Whoever is refused is told in a sentence and logged.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from comity.errors import Refused
from comity.web.language import COOKIE as LANGUAGE_COOKIE
from comity.web.language import chosen, language
from comity.web.shown import said
from comity.web.visitors import COOKIE, Sessions, Visitor

MOST_BYTES = 1024 * 1024
"""Of a request's body: a table of 200 parties and 500 full statements fits in, in scripts of nine bytes a character."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS: Mapping[bytes, bytes] = {
    b"content-security-policy": b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
log = logging.getLogger("comity.web")


class TooLarge(Exception):
    """The body is longer than it may be."""


class Guard:
    """Wraps the whole site. per_minute: requests that one seat, or one address without a seat, may send.

    Where nobody can be looked up, it leaves the refusal in the scope ("unanswered"): what was typed is given back.
    """

    def __init__(self, app: ASGIApp, sessions: Sessions, per_minute: int) -> None:
        self.app, self.sessions = app, sessions
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._requests = RateLimitItemPerMinute(per_minute)
        self._guesses = RateLimitItemPerMinute(max(per_minute // 10, 1))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        try:
            scope["visitor"] = visitor = self.sessions.visitor(_cookie(headers, COOKIE))
        except Refused as refused:
            log.warning("503 %s: %s", scope["method"], refused.text)
            scope["visitor"] = visitor = Visitor()
            scope["unanswered"] = refused
        address = scope["client"][0] if scope.get("client") else ""
        refusal = self._refusal(scope, headers, visitor.session if visitor.seats else None, address)
        if refusal is not None:
            log.warning("%s %s from %s: %s", refusal, scope["method"], address, _place(scope["path"]))
            await _say(refusal, scope["path"], headers, _wrapped(send, scope))
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MOST_BYTES:
                raise TooLarge
            return message

        def seen(status: int) -> None:
            if status in (
                HTTPStatus.NOT_FOUND,
                HTTPStatus.FORBIDDEN,
                HTTPStatus.UNAUTHORIZED,
                HTTPStatus.GONE,
            ):
                self._limiter.hit(self._guesses, "guess", address)

        guarded = _wrapped(send, scope, seen)
        try:
            await self.app(scope, counted, guarded)
        except TooLarge:
            log.warning("413 %s from %s: %s", scope["method"], address, _place(scope["path"]))
            await _say(413, scope["path"], headers, guarded)

    def _refusal(
        self, scope: Scope, headers: Mapping[bytes, bytes], session: str | None, address: str
    ) -> int | None:
        who = hashlib.sha256(session.encode()).hexdigest()[:16] if session else address
        if not self._limiter.hit(self._requests, who):
            return 429
        if session is None and not self._limiter.test(self._guesses, "guess", address):
            return 429
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > MOST_BYTES:
            return 413
        if scope["method"] not in SAFE and not is_from_here(headers):
            return 403
        return None


def is_from_here(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a post comes from a page of this site, or from no browser at all (which has nobody's cookies)."""
    fetched = headers.get(b"sec-fetch-site")
    if fetched is not None and fetched not in (b"same-origin", b"none"):
        return False
    origin = headers.get(b"origin")
    if origin is None:
        return True
    return urlsplit(origin.decode("latin-1")).netloc == headers.get(b"host", b"").decode("latin-1")


def _cookie(headers: Mapping[bytes, bytes], name: str) -> str | None:
    for part in headers.get(b"cookie", b"").decode("latin-1").split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return None


def _place(path: str) -> str:
    """The path without the secrets of links in it."""
    for secret in ("/i/", "/me/"):
        head, found, _ = path.partition(secret)
        if found:
            return f"{head}{secret}..."
    return path


def _wrapped(send: Send, scope: Scope, seen: Callable[[int], None] | None = None) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message["headers"]}
            extra = [(name, value) for name, value in HEADERS.items() if name not in there]
            if scope.get("scheme") == "https":
                extra.append((b"strict-transport-security", b"max-age=31536000"))
            if b"cache-control" not in there:
                extra.append((b"cache-control", b"no-store"))
            message["headers"] = [*message["headers"], *extra]
            if seen is not None:
                seen(message["status"])
        await send(message)

    return with_headers


REFUSED: Mapping[int, Refused] = {
    403: Refused(
        "sent-from-elsewhere",
        "this was sent from another site, so nothing was done; open the page here and send it again",
    ),
    413: Refused(
        "too-long", "this is longer than the site takes, so nothing was stored; shorten it and send it again"
    ),
    429: Refused(
        "too-many-requests",
        "too many requests came from here within a minute; wait a minute and try again",
    ),
}


async def _say(status: int, path: str, sent: Mapping[bytes, bytes], send: Send) -> None:
    refused, kind = REFUSED[status], b"text/plain; charset=utf-8"
    if path.startswith("/api/"):
        body, kind = json.dumps({"code": refused.code, "text": refused.text}).encode(), b"application/json"
    else:
        accepts = sent.get(b"accept-language", b"").decode("latin-1")
        spoken = language(chosen(_cookie(sent, LANGUAGE_COOKIE), accepts))
        body = said(refused, spoken).unescape().encode() + b"\n"
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        headers.append((b"retry-after", b"60"))
    headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
