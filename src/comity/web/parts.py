"""What every page works with: the desk, the reader, the sessions, and what a browser sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from comity.desk import Desk
from comity.errors import Refused
from comity.reader import Reader
from comity.settings import Settings
from comity.web.shown import language_of, visitor_of
from comity.web.views import Seen, seen
from comity.web.visitors import COOKIE, Sessions, Visitor

if TYPE_CHECKING:
    from comity.findings.audit import Audit
    from comity.findings.slate import SlateFindings
    from comity.outside.mail import Mailer
    from comity.outside.translation import Translator
    from comity.web.asked import Asked
    from comity.web.drafting import Drafting
    from comity.web.live import Live
    from comity.web.powers import Powers
    from comity.web.published import Published
    from comity.web.routings import Routings

YEAR = 365 * 86_400
MOST_FIELDS = 13_000
"""Of a form: points, from and to, for a hundred options of each of sixty issues; the guard bounds its size."""
PLAIN_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, eq=False)
class Parts:
    """One site's parts, as `web.app.make_app` puts them together."""

    settings: Settings
    reader: Reader
    desk: Desk
    sessions: Sessions
    published: Published
    live: Live
    routings: Routings
    drafting: Drafting
    audits: Asked[Audit]
    slates: Asked[SlateFindings | None]
    powers: Powers
    set_up_key: str
    mailer: Mailer | None = None
    translator: Translator | None = None

    @property
    def now(self) -> int:
        return self.desk.now()


@dataclass(frozen=True)
class Form:
    """What a form sent. Reading a name that was not sent gives an empty text."""

    values: Mapping[str, tuple[str, ...]]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, ("",))[-1]

    def all(self, name: str) -> tuple[str, ...]:
        return self.values.get(name, ())

    def __contains__(self, name: str) -> bool:
        return name in self.values


async def form_of(request: Request) -> Form:
    """The fields of a form; files are left out, for no page takes any."""
    found: dict[str, list[str]] = {}
    for name, value in await _sent(request):
        found.setdefault(name, []).append(value.replace("\r\n", "\n").replace("\0", ""))
    form = Form({name: tuple(values) for name, values in found.items()})
    request.scope["sent"] = form  # for the page that gives it back where it cannot be taken
    return form


async def _sent(request: Request) -> list[tuple[str, str]]:
    """Names and values. Every page sends the plain form, which takes a tenth of the time to read."""
    if request.headers.get("content-type", "").partition(";")[0] == PLAIN_FORM:
        try:
            return parse_qsl(
                (await request.body()).decode(errors="replace"), True, max_num_fields=MOST_FIELDS
            )
        except ValueError:
            raise HTTPException(400) from None
    async with request.form(max_fields=MOST_FIELDS) as data:
        return [(name, value) for name, value in data.multi_items() if isinstance(value, str)]


async def parts_of(request: Request) -> Parts:
    found: Parts = request.app.state.parts
    return found


Sent = Annotated[Form, Depends(form_of)]
Site = Annotated[Parts, Depends(parts_of)]


def seen_by(request: Request, site: Parts, consultation: str) -> Seen:
    """The consultation of a page, as its visitor may see it."""
    return seen(site.reader, consultation, visitor_of(request), language_of(request).code, site.now)


def go(place: str) -> Response:
    """After a form was taken: look at this page."""
    return RedirectResponse(place, 303)


def with_session(request: Request, response: Response, visitor: Visitor) -> Response:
    """Hand the browser the session that it acts under from now on."""
    if visitor.session is not None:
        request.scope["visitor"] = visitor
        response.set_cookie(
            COOKIE,
            visitor.session,
            max_age=YEAR,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
            path="/",
        )
    return response


def stranger_free(site: Parts, request: Request, consultation: str) -> Visitor:
    """The visitor, who has a seat in this consultation. Raises Refused."""
    visitor = visitor_of(request)
    if not visitor.roles(consultation):
        raise Refused(
            "not-a-member",
            "you have not joined this consultation in this browser; "
            "open your invitation link, or the personal link that you got when you joined",
        )
    return visitor


def base_of(request: Request) -> str:
    """How the site is addressed: the beginning of every link that leaves it."""
    return str(request.base_url).rstrip("/")
