"""Negotiating packages by the JSON API: what the pages do, for the same people, with the same promises."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from comity import __version__
from comity.errors import Refused
from comity.findings.package_view import EVERYBODY, seen_by
from comity.record import negotiation as recorded
from comity.record.bargain import DraftProposed, IssueAdded, NegotiationEnded, NegotiationOpened
from comity.record.receipt import Receipt, receipt_bytes
from comity.report.packages import packages_json
from comity.web.api import Actor
from comity.web.api_forms import PROBLEMS, Id, Short
from comity.web.bargains import PartySeen, Table, needed, own_value, table_of
from comity.web.issues_form import MOST_ISSUES, MOST_OPTIONS
from comity.web.parts import Parts, Site
from comity.web.parts import seen_by as seen_in

PATIENCE = 20.0
Name = Annotated[str, Field(min_length=1, max_length=300)]
IssueId = Annotated[str, Field(min_length=1, max_length=64)]
PartyId = Annotated[str, Field(min_length=1, max_length=100)]
Number = Annotated[float, Field(ge=0, le=100)]
Amount = Number | Annotated[list[Number], Field(min_length=2, max_length=2, description="[low, high]")]
Where = Annotated[dict[IssueId, list[Name]], Field(max_length=60)]
Draft = Annotated[int, Field(ge=1, le=999_999, description="the draft's number")]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class NewIssue(_Sent):
    issue: IssueId
    name: Name
    options: list[Name] = Field(min_length=1, max_length=MOST_OPTIONS)
    otherwise: Name | None = Field(None, description="the option that holds without an agreement")
    settled_by: list[PartyId] = Field(default=[], max_length=200)


class NewNegotiation(_Sent):
    issues: list[NewIssue] = Field(min_length=1, max_length=MOST_ISSUES)
    shown: Literal["nothing", "rankings", "all"] = "nothing"
    quota: int | None = Field(None, ge=1, le=10_000)
    veto: list[PartyId] = Field(default=[], max_length=200)
    start: Literal["issue by issue", "nash", "ks", "leximin", "sum"] = "issue by issue"
    weights: dict[PartyId, Annotated[float, Field(gt=0, le=1000)]] = {}


class RedLine(_Sent):
    where: Where
    reason: Short = ""
    published: bool = False


class Condition(_Sent):
    given: Where = Field(alias="if")
    needs: Where = Field(alias="then")
    reason: Short = ""
    published: bool = False


class Together(_Sent):
    issues: list[IssueId] = Field(min_length=2, max_length=2)
    points: list[Annotated[tuple[Name, Name, float], Field(strict=False)]] = Field(max_length=1000)


class NewInterests(_Sent):
    terms: int = Field(
        ge=0, lt=2**53, description="the number of the opening that you have read (`terms.entry`)"
    )
    no_agreement: Number = 0
    weights: dict[IssueId, Amount]
    points: dict[IssueId, dict[Name, Amount]] = {}
    rankings: dict[IssueId, list[list[Name]]] = {}
    red_lines: list[RedLine] = Field(default=[], max_length=100)
    conditions: list[Condition] = Field(default=[], max_length=100)
    together: list[Together] = Field(default=[], max_length=100)


class NewAnswer(_Sent):
    draft: Draft
    consents: bool = Field(description="whether your party could sign it as it stands")
    hurt: IssueId | None = Field(None, description="the issue that hurts most")


class OwnDraft(_Sent):
    package: dict[IssueId, Name] | None = Field(
        None, description="a first draft of the host's own; without it the program proposes"
    )


class NewEnding(_Sent):
    outcome: Literal["agreement", "impasse", "withdrawn"]
    draft: Draft | None = None


router = APIRouter(
    prefix="/api/consultations/{consultation}/negotiation",
    tags=["Negotiation"],
    responses=PROBLEMS,
)


def _receipt(receipt: Receipt) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(receipt_bytes(receipt))
    return found


def _table(request: Request, site: Parts, consultation: str) -> Table:
    return needed(table_of(site.reader, seen_in(request, site, consultation)))


@router.get("")
def negotiation(request: Request, site: Site, who: Actor, consultation: Id) -> dict[str, Any]:
    """Terms, issues, parties with what they open to you, drafts, and how it stands."""
    _table(request, site, consultation)
    busy = site.drafting.go_on(consultation)
    table = _table(request, site, consultation)
    return {
        "stage": table.stage,
        "computing": busy,
        "terms": {
            "entry": table.number,
            "shown": table.terms.shown,
            "quota": table.terms.quota,
            "veto": list(table.terms.veto),
            "start": table.terms.start,
            "weights": dict(table.terms.weights),
        },
        "issues": [
            {
                "issue": one.issue,
                "name": one.name,
                "options": list(one.options),
                "otherwise": one.otherwise,
                "settled_by": list(one.settled_by),
            }
            for one in table.issues
        ],
        "parties": [_party(party) for party in table.parties],
        "drafts": [
            {
                "draft": one.number,
                "entry": one.entry,
                "at": one.at,
                "why": one.why,
                "computed": one.computed,
                "method": one.method,
                "package": {
                    issue.issue: option for issue, option in zip(table.issues, one.options, strict=True)
                },
                "could_sign": list(one.consenting),
                "could_not": list(one.against),
                "worth_to_you": own_value(table, one),
            }
            for one in table.drafts
        ],
        "outcome": None if table.end is None else table.end.outcome,
    }


def _party(party: PartySeen) -> dict[str, Any]:
    opened = party.opened
    return {
        "party": party.id,
        "name": party.name,
        "stated": party.stated,
        "consents": party.answer,
        "hurt": party.hurt,
        "rank": None if opened is None else dict(opened.rank),
        "order": None if opened is None else dict(opened.order),
        "weights": None if opened is None else opened.weights,
        "points": None if opened is None else opened.points,
        "published": [] if opened is None else [_line(line) for line in opened.lines],
    }


def _line(line: recorded.RedLine | recorded.Condition) -> dict[str, Any]:
    if isinstance(line, recorded.RedLine):
        return {"where": dict(line.where), "reason": line.reason}
    return {"if": dict(line.given), "then": dict(line.needs), "reason": line.reason}


@router.post("", status_code=201)
def open_negotiation(site: Site, who: Actor, consultation: Id, new: NewNegotiation) -> dict[str, Any]:
    """Open it, with all its issues. The host's."""
    by = who.acting(consultation, "negotiation-opened")
    opening = NegotiationOpened(
        by=by,
        shown=new.shown,
        quota=new.quota,
        veto=tuple(new.veto),
        start=new.start,
        weights=new.weights,
    )
    issues = [
        IssueAdded(
            by=by,
            issue=one.issue,
            name=one.name,
            options=tuple(one.options),
            otherwise=one.otherwise,
            settled_by=tuple(one.settled_by),
        )
        for one in new.issues
    ]
    return _receipt(site.desk.submit_all(consultation, [opening, *issues])[0])


@router.get("/interests")
def my_interests(request: Request, site: Site, who: Actor, consultation: Id) -> dict[str, Any]:
    """What your party stated last: a delegate's own, and nobody else's."""
    who.acting(consultation, "interests-stated")
    table = _table(request, site, consultation)
    if table.own is None:
        raise Refused("membership-ended", "your part here has ended; ask the host for a new invitation")
    return {"party": table.own.party, "statement": table.own.statement, "hurt": table.own.hurt}


@router.post("/interests", status_code=201)
def state_interests(site: Site, who: Actor, consultation: Id, new: NewInterests) -> dict[str, Any]:
    """State your party's interests, or state them anew. The answer is the receipt of a fingerprint."""
    by = who.acting(consultation, "interests-stated")
    sent = new.model_dump(by_alias=True, exclude={"terms"}, exclude_unset=True)
    statement = {name: value for name, value in sent.items() if value or name == "no_agreement"}
    return _receipt(site.desk.state_interests(consultation, by, new.terms, statement))


@router.post("/answers", status_code=201)
def answer(site: Site, who: Actor, consultation: Id, new: NewAnswer) -> dict[str, Any]:
    """Say whether your party could sign the latest draft, and what hurts most in it."""
    by = who.acting(consultation, "draft-answered")
    receipt = site.desk.answer_draft(consultation, by, new.draft, consents=new.consents, hurt=new.hurt)
    return _receipt(receipt)


@router.post("/drafts", status_code=202)
def propose(site: Site, who: Actor, consultation: Id, new: OwnDraft) -> dict[str, Any]:
    """The host asks for the next draft before everybody was heard, or puts a first one on the table."""
    by = who.acting(consultation, "draft-proposed")
    if new.package is None:
        return {"computing": site.drafting.propose(consultation, by)}
    with site.reader.reading(consultation) as state:
        latest, stated = state.bargain.latest, state.bargain.stated
    entry = DraftProposed(
        by=by,
        draft=latest + 1,
        package=new.package,
        why="first draft",
        computed=False,
        interests=stated,
        comity_version=__version__,
    )
    site.desk.submit(consultation, entry)
    return {"computing": False}


@router.post("/ending", status_code=201)
def end(site: Site, who: Actor, consultation: Id, new: NewEnding) -> dict[str, Any]:
    """The host records the agreement or the impasse, or withdraws the negotiation."""
    by = who.acting(consultation, "negotiation-ended")
    return _receipt(
        site.desk.submit(consultation, NegotiationEnded(by=by, outcome=new.outcome, draft=new.draft))
    )


@router.get("/findings")
def findings(request: Request, site: Site, who: Actor, consultation: Id) -> Response:
    """All that was computed on the latest draft, as you may see it: the form of `comity packages --format json`.

    Where the terms show nothing, that is the draft, what it is worth to you, whether something is better for some and
    worse for none, and the nearest such package.
    """
    table = _table(request, site, consultation)
    if table.latest is None:
        raise Refused(
            "draft", "there is no draft yet on which anything could be computed; wait for the first"
        )
    computed = site.drafting.computed(consultation, PATIENCE)
    if computed is None:
        raise Refused("still-computing", "this is being computed; ask again in a few seconds")
    own = None if table.own is None else table.own.name
    reader = own if own is not None and own in computed.findings.parties else EVERYBODY
    return Response(packages_json(seen_by(computed.findings, reader)), media_type="application/json")
