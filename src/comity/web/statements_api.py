"""Statements, votes, moderation and translations, as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from comity.errors import Refused
from comity.record.entries import (
    StatementModerated,
    VoteCast,
    VoteWithdrawn,
)
from comity.web.acknowledged import acknowledged
from comity.web.api import Actor, as_json
from comity.web.api_forms import (
    PROBLEMS,
    Erasure,
    Id,
    MachineTranslation,
    NearlySaid,
    NewDecision,
    NewStatement,
    NewTranslation,
    NewVote,
    StatementId,
)
from comity.web.pages.moderating import logged
from comity.web.pages.saying import near_to
from comity.web.pages.translating import machine_translations
from comity.web.pages.voting import receipt_of
from comity.web.parts import Parts, Site, seen_by
from comity.web.pasted import one_line
from comity.web.shown import language_of
from comity.web.tables import statement_sides
from comity.web.views import Shown, ballot, own, statements

router = APIRouter(
    prefix="/api/consultations/{consultation}",
    tags=["Comity"],
    responses=PROBLEMS,
)


@router.get("/next")
def next_to_vote_on(
    request: Request,
    site: Site,
    who: Actor,
    consultation: Id,
    late: Annotated[str, Query(max_length=20_000, description="ids to put last, parted by commas")] = "",
) -> dict[str, Any]:
    """The statement where this person's vote informs most; `statement` is null when all are answered."""
    routing = site.routings.of(consultation)
    passed_over = tuple(late.split(",")) if late else ()
    put = ballot(site.reader, consultation, who, language_of(request).code, late=passed_over, routing=routing)
    found = None if put.statement is None else _statement(put.statement)
    return {"statement": found, "answered": put.answered, "of": put.of, "marks_left": put.marks_left}


@router.get("/votes")
def my_votes(request: Request, site: Site, who: Actor, consultation: Id) -> list[dict[str, Any]]:
    """My votes as they count now."""
    who.acting(consultation, "vote-cast")
    voted, _ = own(site.reader, consultation, who, language_of(request).code)
    return [{"statement": item.id, "answer": item.my_answer, "matters": item.my_matters} for item in voted]


@router.post("/votes", status_code=201)
async def vote(site: Site, who: Actor, consultation: Id, new: NewVote) -> dict[str, Any]:
    """Vote, or change a vote. The answer is the receipt; it comes when the vote is durable."""
    by = who.acting(consultation, "vote-cast")
    entry = VoteCast(by=by, statement=new.statement, answer=int(new.answer), matters=new.matters)
    return as_json((await acknowledged(site.desk.submit_soon(consultation, [entry])))[0])


@router.delete("/votes/{statement}")
def take_back(site: Site, who: Actor, consultation: Id, statement: StatementId) -> dict[str, Any]:
    """Take a vote back."""
    by = who.acting(consultation, "vote-withdrawn")
    return as_json(site.desk.submit(consultation, VoteWithdrawn(by=by, statement=statement)))


@router.get("/votes/{statement}/receipt")
def receipt(site: Site, who: Actor, consultation: Id, statement: StatementId) -> dict[str, Any]:
    """A receipt for the vote as it counts now, under the latest checkpoint."""
    return as_json(receipt_of(site, consultation, who, statement))


@router.get("/statements")
def list_statements(request: Request, site: Site, who: Actor, consultation: Id) -> list[dict[str, Any]]:
    """All statements, what became of each, and how often it was answered."""
    seen = seen_by(request, site, consultation)
    every = statements(site.reader, consultation, who, language_of(request).code)
    return [
        _statement(item)
        for item in every
        if item.decision != "pending" or item.votable or item.mine or seen.may_moderate
    ]


@router.post("/statements", status_code=201, responses={409: {"model": NearlySaid}})
def submit_statement(request: Request, site: Site, who: Actor, consultation: Id, new: NewStatement) -> Any:
    """Submit a statement. Something much like it gives 409 with what is there; `anyway` sends it all the same."""
    seen = seen_by(request, site, consultation)
    by = who.acting(consultation, "statement-submitted", "delegate", "participant")
    text, language = one_line(new.text), new.language or seen.settings.language
    if language not in seen.settings.languages:
        raise Refused(
            "unknown-language", f"{language!r} is not a language of this consultation; choose another"
        )
    alike = [] if new.anyway else near_to(site, consultation, who, text, language_of(request).code)
    if alike:
        said = {
            "code": "nearly-said",
            "text": "something much like it was said already; vote on that, or send anyway: true",
        }
        return Response(
            json.dumps({**said, "alike": [_statement(item) for item in alike]}),
            409,
            media_type="application/json",
        )
    return as_json(
        site.desk.state_question(consultation, by, text, language, seed=by == seen.roles.get("host"))
    )


@router.get("/statements/{statement}")
def one_statement(
    request: Request, site: Site, who: Actor, consultation: Id, statement: StatementId
) -> dict[str, Any]:
    """What became of a statement: the decision, its tallies by party and group, whether it is common ground."""
    seen = seen_by(request, site, consultation)
    found = statements(site.reader, consultation, who, language_of(request).code, [statement])
    if not found or not (
        found[0].decision != "pending" or found[0].votable or found[0].mine or seen.may_moderate
    ):
        raise Refused("unknown-statement", f"there is no statement {statement!r} here; look at the list")
    latest = site.published.latest(consultation, 20.0) if found[0].votable else None
    sides = None if latest is None else statement_sides(latest[1], statement)
    rows = (
        []
        if sides is None
        else [
            {
                "side": row.kind,
                "name": row.name,
                "agreed": row.agreed,
                "disagreed": row.disagreed,
                "passed": row.passed,
                "agree": asdict(row.agree),
                "stance": row.stance,
                "certainty": row.certainty,
            }
            for row in sides.rows
        ]
    )
    return {**_statement(found[0]), "outcome": None if sides is None else sides.outcome, "sides": rows}


@router.delete("/statements/{statement}/text")
def erase_text(
    site: Site, who: Actor, consultation: Id, statement: StatementId, new: Erasure
) -> dict[str, Any]:
    """Erase a statement's text; its votes and every count stay."""
    with site.reader.reading(consultation) as state:
        item = state.statements.get(statement)
    if item is None:
        raise Refused("unknown-statement", f"there is no statement {statement!r} here; look at the list")
    mine = [name for seat, name, _ in who.seats if seat == consultation]
    by = item.author if item.author in mine else who.acting(consultation, "text-erased", "moderator", "host")
    return as_json(site.desk.erase_text(consultation, by, item.text, new.reason))


@router.get("/decisions")
def list_decisions(request: Request, site: Site, who: Actor, consultation: Id) -> list[dict[str, Any]]:
    """The public log of moderation, the latest first."""
    seen_by(request, site, consultation)
    return [
        {
            "entry": item.index,
            "at": item.at,
            "role": item.role,
            "statement": item.item.id,
            "decision": item.decision,
            "reason": item.reason,
            "into": item.into,
        }
        for item in logged(request, site, consultation)
    ]


@router.post("/decisions", status_code=201)
def decide(site: Site, who: Actor, consultation: Id, new: NewDecision) -> dict[str, Any]:
    """Accept, merge or decline a statement; declining needs a reason."""
    by = who.acting(consultation, "statement-moderated", "moderator", "host")
    return as_json(site.desk.submit(consultation, StatementModerated(by=by, **new.model_dump())))


@router.post("/translations", status_code=201)
def translate(site: Site, who: Actor, consultation: Id, new: NewTranslation) -> dict[str, Any]:
    """Add a translation of a statement, of 'title', 'question' or 'background', or, in the latest negotiation, of the
    name of an issue ('issue:ID') or of one of its options, counted from 0 ('option:2:ID').
    """
    by = who.acting(consultation, "translation-added", "translator", "host")
    text = new.text.strip()
    if not text:
        raise Refused("empty-translation", "the translation is empty; write it, then send it again")
    sent = {"subject": new.subject, "language": new.language, "text": text}
    return as_json(site.desk.translate(consultation, by, state=new.state, **sent))


@router.post("/translations/machine", status_code=201)
def translate_by_machine(
    request: Request, site: Site, who: Actor, consultation: Id, new: MachineTranslation
) -> dict[str, Any]:
    """Let the machine translate what has no translation into this language yet, where this site knows one."""
    by = who.acting(consultation, "translation-added", "translator", "host")
    return asdict(machine_translations(site, seen_by(request, site, consultation), by, new.language))


def _statement(item: Shown) -> dict[str, Any]:
    found = asdict(item)
    found.pop("author")
    return found


__all__ = ["Parts", "router"]
