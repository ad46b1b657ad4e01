"""Vote: one statement at a time; and everything that I said, to be seen and changed."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from comity.errors import Refused
from comity.record.checkpoint import unverified
from comity.record.entries import MembershipEnded, VoteCast, VoteWithdrawn
from comity.record.entry_forms import ID
from comity.record.receipt import Receipt, receipt_bytes
from comity.web.acknowledged import acknowledged
from comity.web.parts import Form, Parts, Sent, Site, form_of, go, parts_of, seen_by, stranger_free
from comity.web.shown import language_of, page, visitor_of
from comity.web.views import ballot, own
from comity.web.visitors import Visitor

router = APIRouter(include_in_schema=False)
ANSWERS = {"1": 1, "0": 0, "-1": -1}


async def cast(request: Request) -> Response:
    """Take a vote; `web.app` leads here directly, for the framework takes longer than all the rest of a vote's way."""
    site, sent = await parts_of(request), await form_of(request)
    consultation = request.path_params["consultation"]
    visitor = visitor_of(request)
    try:
        vote = vote_of(visitor, consultation, sent)
        receipt = await acknowledged(site.desk.submit_soon(consultation, [vote]))
    except Refused as refused:
        error = refused
        if error.code in ("no-such-consultation", "not-a-member", "unknown-statement"):
            raise
        return await run_in_threadpool(
            _ballot, request, site, consultation, sent["statement"] or None, error=error
        )
    number = receipt[0].index
    return go(
        f"/c/{consultation}/mine#s{sent['statement']}"
        if sent["back"] == "mine"
        else f"/c/{consultation}/vote?of={vote.statement}&after={number}"
    )


@router.get("/c/{consultation}/vote")
def vote_page(
    request: Request,
    site: Site,
    consultation: str,
    s: str | None = None,
    of: str = "",
    after: str | None = None,
    late: str = "",
) -> Response:
    return _ballot(request, site, consultation, s, of=of, after=after, late=late)


def _ballot(
    request: Request,
    site: Parts,
    consultation: str,
    wanted: str | None,
    *,
    of: str = "",
    after: str | None = None,
    late: str = "",
    error: Refused | None = None,
) -> Response:
    seen = seen_by(request, site, consultation)
    if not seen.may_vote:
        stranger_free(site, request, consultation)
        raise Refused(
            "not-allowed", "votes are for delegates and participants; ask the host for such an invitation"
        )
    passed_over = tuple(late.split(",")) if late else ()
    put = ballot(
        site.reader,
        consultation,
        visitor_of(request),
        language_of(request).code,
        wanted,
        passed_over,
        site.routings.of(consultation) if wanted is None else None,
    )
    return page(
        request,
        "vote.html",
        seen=seen,
        put=put,
        here="vote",
        voted=of if ID.match(of) else "",
        after=after,
        late=late,
        wanted=wanted,
        error=error,
    )


def vote_of(visitor: Visitor, consultation: str, sent: Form) -> VoteCast | VoteWithdrawn:
    """What the form means. Raises Refused."""
    by = visitor.acting(consultation, "vote-cast")
    if sent["answer"] == "withdraw":
        return VoteWithdrawn(by=by, statement=sent["statement"])
    if sent["answer"] not in ANSWERS:
        raise Refused("missing-answer", "no answer was sent; choose agree, disagree or pass")
    matters = sent["matters"] == "yes"
    return VoteCast(by=by, statement=sent["statement"], answer=ANSWERS[sent["answer"]], matters=matters)


@router.get("/c/{consultation}/mine")
def mine(request: Request, site: Site, consultation: str) -> Response:
    visitor = stranger_free(site, request, consultation)
    seen = seen_by(request, site, consultation)
    voted, written = own(site.reader, consultation, visitor, language_of(request).code)
    return page(request, "mine.html", seen=seen, voted=voted, written=written, here="mine")


@router.get("/c/{consultation}/mine/receipt-{statement}.json")
def receipt(request: Request, site: Site, consultation: str, statement: str) -> Response:
    found = receipt_of(site, consultation, visitor_of(request), statement)
    name = f"receipt-{consultation}-{found.index}.json"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(receipt_bytes(found), media_type="application/json", headers=headers)


def receipt_of(site: Parts, consultation: str, visitor: Visitor, statement: str) -> Receipt:
    """A receipt for the answer that counts now, under the latest checkpoint. Raises Refused."""
    note = site.reader.checkpoint(consultation)
    by = visitor.acting(consultation, "vote-cast")
    with site.reader.reading(consultation) as state:
        vote = state.own_votes(by).get(statement)
        if vote is None or note is None:
            raise Refused(
                "no-vote", f"you have no vote on statement {statement}, so there is no receipt for it"
            )
        size = unverified(note)[0].size
        proof = state.tree.inclusion(vote.index, size) if vote.index < size else ()
    entry = site.desk.store.entries(consultation, vote.index, vote.index + 1)[0]
    return Receipt(vote.index, entry, proof, note, site.desk.signer.verifier)


@router.post("/c/{consultation}/leave")
def leave(request: Request, site: Site, consultation: str, sent: Sent) -> Response:
    visitor = stranger_free(site, request, consultation)
    by = visitor.acting(consultation, "membership-ended", "delegate", "participant")
    if sent["sure"] != "yes":
        raise Refused("not-sure", "tick the box that you are sure, then send it again")
    if sent["erase"] == "yes":
        site.desk.erase_identity(consultation, by, by)
    else:
        site.desk.submit(consultation, MembershipEnded(by=by, member=by))
    site.sessions.leave(visitor, consultation, by)
    return go(f"/c/{consultation}")


__all__ = ["receipt_of", "router", "vote_of"]
