"""How pages come about: one environment a language, autoescape, no name that is not defined, one frame."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from comity.errors import Refused
from comity.report.frame import environment as report_environment
from comity.web import words
from comity.web.language import COOKIE, NAMES, Language, chosen, language, offered
from comity.web.visitors import Visitor


@dataclass(frozen=True)
class Asset:
    """A file of ours that pages link to; its address changes with what it holds, so that it is kept for ever."""

    path: str
    kind: str
    content: bytes


@lru_cache(maxsize=1)
def assets() -> Mapping[str, Asset]:
    """The stylesheet (the report's, then the site's own) and the one script."""
    loader = PackageLoader("comity.web", "static")

    def own(name: str) -> str:
        return loader.get_source(Environment(autoescape=True), name)[0]

    report_css, *_ = report_environment().loader.get_source(report_environment(), "report.css")  # type: ignore[union-attr]
    css = _bare(report_css + own("site.css"))
    script = "\n".join(line for line in own("site.js").splitlines() if not line.strip().startswith("//"))
    found = (_asset("site", "css", "text/css", css), _asset("site", "js", "text/javascript", script))
    return {item.path: item for item in found}


def _asset(name: str, ending: str, kind: str, text: str) -> Asset:
    content = text.encode()
    return Asset(
        f"/{name}-{hashlib.sha256(content).hexdigest()[:12]}.{ending}", f"{kind}; charset=utf-8", content
    )


def _bare(css: str) -> str:
    lines = (line.strip() for line in re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL).splitlines())
    return "\n".join(line for line in lines if line)


@lru_cache(maxsize=len(NAMES))
def templates(code: str) -> Environment:
    """The templates as they speak this language."""
    spoken = language(code)
    made = Environment(
        loader=PackageLoader("comity.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    style, script = sorted(assets(), key=lambda path: path.endswith(".js"))
    made.globals.update(
        _=spoken.gettext,
        ngettext=spoken.ngettext,
        number=spoken.number,
        percent=spoken.percent,
        moment=spoken.moment,
        day=spoken.day,
        duration=spoken.duration,
        listed=spoken.listed,
        comma=spoken.comma,
        words=words,
        spoken=spoken,
        language_names=NAMES,
        offered=offered(),
        style=style,
        script=script,
        bdi=bdi,
        direction_of=direction_of,
    )
    return made


def bdi(text: object) -> Markup:
    """A text of somebody's, kept from turning the direction of the text around it."""
    return Markup("<bdi>{}</bdi>").format(text)


def direction_of(code: str | None) -> str:
    """The direction in which this language is written, 'auto' where it is not known."""
    if not code:
        return "auto"
    return (
        "rtl"
        if code.partition("-")[0] in ("ar", "he", "fa", "ur", "ps", "dv", "yi", "ckb", "sd", "ug")
        else "ltr"
    )


def language_of(request: Request) -> Language:
    return language(chosen(request.cookies.get(COOKIE), request.headers.get("accept-language", "")))


def visitor_of(request: Request) -> Visitor:
    found: Visitor = request.scope["visitor"]
    return found


def page(
    request: Request, template: str, *, status: int = 200, error: Refused | None = None, **values: Any
) -> Response:
    """A page in the visitor's language. error: said at its top, with what was typed still in the form."""
    spoken = language_of(request)
    text = (
        templates(spoken.code)
        .get_template(template)
        .render(
            visitor=visitor_of(request),
            path=_place(request),
            machine=_machine(request),
            error=None if error is None else said(error, spoken),
            **values,
        )
    )
    return HTMLResponse(re.sub(r"\n\s*\n+", "\n", text), status_of(error) if error is not None else status)


def _place(request: Request) -> str:
    """Where this page is, to come back to it in another language; what answers a form has no place but its path."""
    query = request.url.query if request.method == "GET" else ""
    return f"{request.url.path}?{query}" if query else request.url.path


def _machine(request: Request) -> str | None:
    """The host that translates by machine, where one is named."""
    translator = request.app.state.parts.translator
    return None if translator is None else str(translator.server.host)


def said(refused: Refused, spoken: Language) -> Markup:
    """A refusal in the visitor's language."""
    if spoken.code == "en":
        text = refused.text[:1].upper() + refused.text[1:]
        return Markup("{}").format(text if text.endswith(".") else f"{text}.")
    return spoken.gettext(words.REFUSALS.get(refused.code, words.OTHER_REFUSAL))


STATUS: Mapping[str, int] = {
    "not-a-member": 401,
    "unknown-link": 404,
    "not-allowed": 403,
    "sent-from-elsewhere": 403,
    "too-long": 413,
    "too-many-requests": 429,
    "by-invitation-only": 403,
    "set-up-by-link": 403,
    "membership-ended": 403,
    "no-such-consultation": 404,
    "no-such-page": 404,
    "draft-not-found": 404,
    "unknown-invitation": 404,
    "unknown-statement": 404,
    "unknown-text": 404,
    "unknown-member": 404,
    "invitation-expired": 410,
    "invitation-revoked": 410,
    "invitation-used-up": 410,
    "malformed-entry": 422,
    "statement-length": 422,
    "missing-answer": 422,
    "bad-moment": 422,
    "bad-address": 422,
    "bad-number": 422,
    "bad-table": 422,
    "bad-issues": 422,
    "bad-line": 422,
    "bad-order": 422,
    "bad-weight": 422,
    "contradiction": 422,
    "missing-points": 422,
    "no-negotiation": 404,
    "no-options": 422,
    "no-parties": 422,
    "not-a-number": 422,
    "points-to-share": 422,
    "refuses-everything": 422,
    "same-name": 422,
    "unknown-name": 422,
    "interests-erased": 410,
    "bad-form": 422,
    "rule-too-large": 422,
    "too-few-parties": 422,
    "unknown-choice": 422,
    "unknown-party": 422,
    "unknown-language": 422,
    "repeated-name": 422,
    "reason-needed": 422,
    "merge-target": 422,
    "closes-before-opening": 422,
    "database-busy": 503,
    "database-read-only": 503,
    "database-unavailable": 503,
    "disk-full": 507,
    "unexpected": 500,
}


def status_of(refused: Refused) -> int:
    """The HTTP status that goes with a refusal; 409 for what the state of the consultation does not allow."""
    return STATUS.get(refused.code, 409)


def still_computing(request: Request, seen: object) -> Response:
    """The page that is shown while findings are computed, and asks again by itself after three seconds."""
    response = page(request, "computing.html", seen=seen, here="findings")
    response.headers["refresh"] = "3"
    return response
