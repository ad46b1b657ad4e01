"""Moderate: the queue, decisions with their reasons, and the public log of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from comity.errors import Refused
from comity.record.entries import StatementModerated
from comity.web.parts import Form, Parts, Sent, Site, go, seen_by, stranger_free
from comity.web.shown import language_of, page, visitor_of
from comity.web.views import Seen, Shown, statements
from comity.web.visitors import Visitor

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Logged:
    """A line of the log: the number of its entry, when, by which role, what and why."""

    index: int
    at: int | None
    role: str
    decision: str
    reason: str | None
    into: str | None
    item: Shown


@router.get("/c/{consultation}/moderate")
def queue_page(request: Request, site: Site, consultation: str) -> Response:
    seen = seen_by(request, site, consultation)
    if not seen.may_moderate:
        stranger_free(site, request, consultation)
        raise Refused("not-allowed", "statements are moderated by moderators and the host; ask the host")
    return _queue(request, site, seen)


def _queue(
    request: Request, site: Parts, seen: Seen, error: Refused | None = None, wrong: str = ""
) -> Response:
    every = statements(site.reader, seen.id, visitor_of(request), language_of(request).code)
    return page(
        request,
        "moderate.html",
        seen=seen,
        here="moderate",
        pending=[
            item
            for item in every
            if item.decision == "pending" or (item.votable and item.decided_at is None and not item.seed)
        ],
        targets=merge_targets(every),
        error=error,
        wrong=wrong,
    )


def merge_targets(every: Sequence[Shown]) -> list[Shown]:
    """What a statement can be merged into: what was accepted, not what is put to the vote until somebody decides."""
    return [
        item
        for item in every
        if item.votable and item.words.text and (item.seed or item.decided_at is not None)
    ]


@router.post("/c/{consultation}/moderate")
def decide(request: Request, site: Site, consultation: str, sent: Sent) -> Response:
    seen = seen_by(request, site, consultation)
    try:
        site.desk.submit(consultation, decision_of(visitor_of(request), consultation, sent))
    except Refused as refused:
        if not seen.may_moderate:
            raise
        return _queue(request, site, seen, refused, sent["statement"])
    if sent["back"] == "statement":
        return go(f"{seen.home}/statements/{sent['statement']}")
    return go(f"{seen.home}/moderate")


def decision_of(visitor: Visitor, consultation: str, sent: Form) -> StatementModerated:
    """What the form means. Raises Refused."""
    by = visitor.acting(consultation, "statement-moderated", "moderator", "host")
    decision = sent["decision"]
    return StatementModerated(
        by=by,
        statement=sent["statement"],
        decision=decision,  # type: ignore[arg-type]
        reason=(sent["reason"] or None) if decision == "declined" else None,  # type: ignore[arg-type]
        into=(sent["into"] or None) if decision == "merged" else None,
    )


@router.get("/c/{consultation}/log")
def log_page(request: Request, site: Site, consultation: str) -> Response:
    seen = seen_by(request, site, consultation)
    return page(request, "log.html", seen=seen, here="record", log=logged(request, site, consultation))


def logged(request: Request, site: Parts, consultation: str) -> list[Logged]:
    """Every decision, the latest first."""
    every = {
        item.id: item
        for item in statements(site.reader, consultation, visitor_of(request), language_of(request).code)
    }
    with site.reader.reading(consultation) as state:
        return [
            Logged(
                index,
                entry.at,
                state.members[entry.by].role if entry.by in state.members else "host",
                entry.decision,
                entry.reason,
                entry.into,
                every[entry.statement],
            )
            for index, entry in reversed(state.decisions)
        ]
