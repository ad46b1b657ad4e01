"""Write a statement, and see what became of every one."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request
from starlette.responses import Response

from comity.errors import Refused
from comity.web.pages.moderating import merge_targets
from comity.web.parts import Parts, Sent, Site, go, seen_by, stranger_free
from comity.web.pasted import one_line
from comity.web.shown import language_of, page, visitor_of
from comity.web.similar import joins_two, near
from comity.web.tables import statement_sides
from comity.web.views import Seen, Shown, statements
from comity.web.visitors import Visitor

router = APIRouter(include_in_schema=False)


@router.get("/c/{consultation}/write")
def write_page(request: Request, site: Site, consultation: str, sent: str = "") -> Response:
    seen = seen_by(request, site, consultation)
    if not seen.may_write:
        stranger_free(site, request, consultation)
        raise Refused(
            "not-allowed", "statements are written by delegates, participants and the host; ask the host"
        )
    return _form(request, seen, just_sent=sent)


@router.post("/c/{consultation}/write")
def write(request: Request, site: Site, consultation: str, sent: Sent) -> Response:
    seen = seen_by(request, site, consultation)
    visitor = visitor_of(request)
    text, language = one_line(sent["text"]), sent["language"] or seen.settings.language
    try:
        by = visitor.acting(consultation, "statement-submitted", "delegate", "participant")
        if language not in seen.settings.languages:
            raise Refused(
                "unknown-language",
                f"{language[:20]!r} is not a language of this consultation; choose another",
            )
        if sent["anyway"] != "yes" and text:
            alike = near_to(site, consultation, visitor, text, language_of(request).code)
            two = joins_two(text, language)
            if alike or two:
                return _form(request, seen, text=text, language=language, alike=alike, two=two)
        found = site.desk.state_question(
            consultation, by, text, language, seed=by == seen.roles.get("host")
        ).what()
    except Refused as refused:
        return _form(request, seen, text=sent["text"], language=language, error=refused)
    return go(f"{seen.home}/write?sent={getattr(found, 'statement', '')}")


def near_to(site: Parts, consultation: str, visitor: Visitor, text: str, code: str) -> list[Shown]:
    """Statements that say nearly the same and that this person may see."""
    visible = [
        item for item in statements(site.reader, consultation, visitor, code) if item.votable or item.mine
    ]
    texts = [(item.id, item.words.original or item.words.text or "") for item in visible]
    named = near(text, texts)
    return sorted((item for item in visible if item.id in named), key=lambda item: named.index(item.id))


def _form(
    request: Request,
    seen: Seen,
    *,
    text: str = "",
    language: str = "",
    alike: Sequence[Shown] = (),
    two: bool = False,
    just_sent: str = "",
    error: Refused | None = None,
) -> Response:
    code = language_of(request).code
    spoken = language or (code if code in seen.settings.languages else seen.settings.language)
    return page(
        request,
        "write.html",
        seen=seen,
        here="write",
        text=text,
        language=spoken,
        alike=alike,
        two=two,
        just_sent=just_sent if just_sent.isascii() and len(just_sent) < 12 else "",
        error=error,
    )


@router.get("/c/{consultation}/statements")
def list_page(request: Request, site: Site, consultation: str) -> Response:
    seen = seen_by(request, site, consultation)
    every = statements(site.reader, consultation, visitor_of(request), language_of(request).code)
    visible = [
        item for item in every if item.decision != "pending" or item.votable or item.mine or seen.may_moderate
    ]
    return page(request, "statements.html", seen=seen, here="statements", statements=visible)


@router.get("/c/{consultation}/statements/{statement}")
def statement_page(request: Request, site: Site, consultation: str, statement: str) -> Response:
    seen = seen_by(request, site, consultation)
    found = statements(site.reader, consultation, visitor_of(request), language_of(request).code, [statement])
    if not found or not (
        found[0].decision != "pending" or found[0].votable or found[0].mine or seen.may_moderate
    ):
        raise Refused(
            "unknown-statement", f"there is no statement {statement[:20]} here; go back to the list"
        )
    latest = site.published.latest(consultation) if found[0].votable else None
    sides = None if latest is None else statement_sides(latest[1], statement)
    return page(
        request,
        "statement.html",
        seen=seen,
        here="statements",
        item=found[0],
        sides=sides,
        names=_author(site, seen, found[0]),
        counting=found[0].votable and latest is None,
        targets=_targets(request, site, seen, found[0]),
    )


def _targets(request: Request, site: Parts, seen: Seen, item: Shown) -> list[Shown] | None:
    """What it could be merged into, where this visitor may decide again; None elsewhere."""
    if not seen.may_moderate or seen.stage == "closed" or item.decision == "pending":
        return None
    every = statements(site.reader, seen.id, visitor_of(request), language_of(request).code)
    return merge_targets(every)


def _author(site: Parts, seen: Seen, item: Shown) -> str | None:
    """Who wrote it, where names were promised to be public."""
    if seen.settings.visibility != "names" or item.author is None or item.seed:
        return None
    name = site.reader.identity(seen.id, item.author).get("name")
    return str(name) if name else None


@router.post("/c/{consultation}/statements/{statement}/erase")
def erase(request: Request, site: Site, consultation: str, statement: str, sent: Sent) -> Response:
    visitor = stranger_free(site, request, consultation)
    with site.reader.reading(consultation) as state:
        item = state.statements.get(statement)
    if item is None:
        raise Refused(
            "unknown-statement", f"there is no statement {statement[:20]} here; go back to the list"
        )
    seats = [who for seat, who, _ in visitor.seats if seat == consultation]
    by = (
        item.author
        if item.author in seats
        else visitor.acting(consultation, "text-erased", "moderator", "host")
    )
    site.desk.erase_text(consultation, by, item.text, sent["reason"] or "author-asked")  # type: ignore[arg-type]
    return go(f"/c/{consultation}/statements/{statement}")
