"""Negotiate packages: open, state interests, see drafts, mark what hurts, and end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request
from starlette.responses import Response

from comity import __version__
from comity.errors import Refused
from comity.record.bargain import DraftProposed, NegotiationEnded
from comity.web.bargains import Table, needed, own_lines, own_value, table_of
from comity.web.interests_form import Typed, statement_from, typed_from, typed_of
from comity.web.issues_form import PastedIssue, issues_from, opening_from
from comity.web.package_words import amount, cheap_to_give, demand_words, in_words, signed
from comity.web.packages_shown import Found, found_of
from comity.web.parts import Form, Parts, Sent, Site, go, seen_by, stranger_free
from comity.web.shown import language_of, page, visitor_of
from comity.web.views import Seen
from comity.web.words import TRANSLATION_STATES

router = APIRouter(include_in_schema=False)
LOOK_AGAIN = "3"
LOOKED_AT = frozenset({"check", "more-lines", "more-pairs"})
"""Buttons of the form of interests that show it again, with what was typed, and store nothing."""


@router.get("/c/{consultation}/negotiation")
def negotiation_page(request: Request, site: Site, consultation: str) -> Response:
    seen = seen_by(request, site, consultation)
    return _negotiation(request, site, seen)


def _negotiation(
    request: Request, site: Parts, seen: Seen, error: Refused | None = None, form: Form | None = None
) -> Response:
    if table_of(site.reader, seen) is None:
        return page(request, "no_negotiation.html", seen=seen, here="negotiation", error=error)
    busy, spoken = site.drafting.go_on(seen.id), language_of(request)
    table = needed(table_of(site.reader, seen, spoken.code))
    draft = table.latest
    party_names = {party.id: party.name for party in table.parties}
    found, computing = (None, False) if draft is None else _found(request, site, seen, table)
    response = page(
        request,
        "negotiation.html",
        seen=seen,
        here="negotiation",
        table=table,
        draft=draft,
        lines=() if draft is None else own_lines(table, draft),
        value=None if draft is None else own_value(table, draft),
        said=[] if draft is None else in_words(table, draft, spoken),
        cheap=[] if draft is None else cheap_to_give(table, draft, spoken),
        found=found,
        busy=busy,
        computing=computing,
        amount=lambda value: amount(value, spoken),
        signed=lambda value: signed(value, spoken),
        demand=lambda party, line: demand_words(party, line, table.named, spoken),
        party_names=party_names,
        settled={issue.issue: [party_names[party] for party in issue.settled_by] for issue in table.issues},
        states=[spoken.gettext(TRANSLATION_STATES[state]) for state in sorted(table.named.states)],
        form=form or Form({}),
        error=error,
    )
    if busy or computing:
        response.headers["refresh"] = LOOK_AGAIN
    return response


def _found(request: Request, site: Parts, seen: Seen, table: Table) -> tuple[Found | None, bool]:
    """What was computed on the latest draft, and whether it is still under way."""
    assert table.latest is not None
    try:
        computed = site.drafting.computed(seen.id)
    except (
        Refused
    ):  # what the draft rests on was erased: the draft stays, what it means cannot be said any more
        return None, False
    if computed is None:
        return None, True
    return found_of(computed, table, table.latest, language_of(request)), False


@router.get("/c/{consultation}/negotiation/open")
def open_page(request: Request, site: Site, consultation: str) -> Response:
    return _opening(request, _host(request, site, consultation), Form({}), ())


@router.post("/c/{consultation}/negotiation/open")
def open_negotiation(request: Request, site: Site, consultation: str, sent: Sent) -> Response:
    seen = _host(request, site, consultation)
    issues: Sequence[PastedIssue] = ()
    try:
        issues = issues_from(sent["issues"])
        entries = opening_from(sent, seen, issues)
        if sent["action"] == "open":
            site.desk.submit_all(consultation, entries)
            return go(f"{seen.home}/negotiation")
    except Refused as refused:
        return _opening(request, seen, sent, issues, refused)
    return _opening(request, seen, sent, issues)


def _opening(
    request: Request, seen: Seen, form: Form, issues: Sequence[PastedIssue], error: Refused | None = None
) -> Response:
    return page(
        request,
        "negotiation_open.html",
        seen=seen,
        here="negotiation",
        form=form,
        issues=issues,
        n_packages=_product([len(item.options) for item in issues]),
        more=bool(form["start"] not in ("", "issue by issue"))
        or any(form[f"weight.{party.party_id}"] for party in seen.parties),
        error=error,
    )


def _product(sizes: Sequence[int]) -> int:
    found = 1
    for size in sizes:
        found *= size
    return found


@router.get("/c/{consultation}/negotiation/interests")
def interests_page(request: Request, site: Site, consultation: str) -> Response:
    seen = seen_by(request, site, consultation)
    table = _delegate(request, site, seen)
    assert table.own is not None
    return _interests(request, seen, table, typed_of(table.own.statement, table.issues))


@router.post("/c/{consultation}/negotiation/interests")
def state_interests(request: Request, site: Site, consultation: str, sent: Sent) -> Response:
    seen = seen_by(request, site, consultation)
    table = _delegate(request, site, seen)
    assert table.own is not None
    before: Mapping[str, object] | None = table.own.statement
    typed = typed_from(sent, table.issues, before)
    if sent["action"] in LOOKED_AT:
        more = sent["action"].removeprefix("more-")
        return _interests(request, seen, table, typed, checked=more == "check", more=more)
    try:
        terms = int(sent["terms"]) if sent["terms"].isdecimal() and len(sent["terms"]) < 16 else -1
        statement = statement_from(typed, table.issues, before)
        if terms < 0:
            raise Refused("bad-form", "the form came damaged; load the page again and send it once more")
        site.desk.state_interests(consultation, table.own.pseudonym, terms, statement)
    except Refused as refused:
        return _interests(request, seen, table, typed, error=refused)
    return go(f"{seen.home}/negotiation?stated=yes")


def _interests(
    request: Request,
    seen: Seen,
    table: Table,
    typed: Typed,
    *,
    checked: bool = False,
    more: str = "",
    error: Refused | None = None,
) -> Response:
    return page(
        request,
        "interests.html",
        seen=seen,
        here="negotiation",
        table=table,
        typed=typed,
        checked=checked,
        more=more,
        error=error,
    )


@router.post("/c/{consultation}/negotiation/answer")
def answer(request: Request, site: Site, consultation: str, sent: Sent) -> Response:
    seen = seen_by(request, site, consultation)
    table = _delegate(request, site, seen)
    assert table.own is not None
    try:
        draft = _draft_number(sent)
        if sent["consents"] not in ("yes", "no"):
            raise Refused(
                "missing-answer", "say whether your party could sign this draft, then send it again"
            )
        site.desk.answer_draft(
            consultation,
            table.own.pseudonym,
            draft,
            consents=sent["consents"] == "yes",
            hurt=sent["hurt"] or None,
        )
    except Refused as refused:
        return _negotiation(request, site, seen, refused, sent)
    return go(f"{seen.home}/negotiation?answered=yes")


@router.post("/c/{consultation}/negotiation/next")
def next_step(request: Request, site: Site, consultation: str, sent: Sent) -> Response:
    """What the host does about the drafts: ask for the next one, put one on the table, or end."""
    seen = _host(request, site, consultation)
    try:
        _take_step(site, seen, sent)
    except Refused as refused:
        return _negotiation(request, site, seen, refused, sent)
    return go(f"{seen.home}/negotiation")


def _take_step(site: Parts, seen: Seen, sent: Form) -> None:
    host, action = seen.roles["host"], sent["action"]
    if action == "draft":
        needed(table_of(site.reader, seen))
        site.drafting.propose(seen.id, host)
        return
    if sent["sure"] != "yes":
        raise Refused("not-sure", "tick the box that you are sure, then send it again")
    if action == "own":
        site.desk.submit(seen.id, own_draft(site, seen, sent))
    elif action == "withdrawn":
        site.desk.submit(seen.id, NegotiationEnded(by=host, outcome="withdrawn"))
    elif action in ("agreement", "impasse"):
        entry = NegotiationEnded(by=host, outcome=action, draft=_draft_number(sent))  # type: ignore[arg-type]
        site.desk.submit(seen.id, entry)
    else:
        raise Refused("bad-form", "the form came damaged; load the page again and send it once more")


def own_draft(site: Parts, seen: Seen, sent: Form) -> DraftProposed:
    """A first draft of the host's own, from the form's choices. Raises Refused."""
    with site.reader.reading(seen.id) as state:
        bargain = state.bargain
        issues, latest, stated = dict(bargain.issues), bargain.latest, bargain.stated
    return DraftProposed(
        by=seen.roles["host"],
        draft=latest + 1,
        package={issue: sent[f"x.{number}"] or "-" for number, issue in enumerate(issues)},
        why="first draft",
        computed=False,
        interests=stated,
        comity_version=__version__,
    )


def _draft_number(sent: Form) -> int:
    if not sent["draft"].isdecimal() or not 0 < int(sent["draft"][:16]) < 1_000_000:
        raise Refused("bad-form", "the form came damaged; load the page again and send it once more")
    return int(sent["draft"])


def _host(request: Request, site: Parts, consultation: str) -> Seen:
    seen = seen_by(request, site, consultation)
    if not seen.is_host:
        stranger_free(site, request, consultation)
        raise Refused("not-allowed", "this is the host's; ask the host for what you need")
    return seen


def _delegate(request: Request, site: Parts, seen: Seen) -> Table:
    """The negotiation, for a visitor who speaks for a party. Raises Refused."""
    visitor_of(request).acting(seen.id, "interests-stated")
    table = needed(table_of(site.reader, seen, language_of(request).code))
    if table.own is None:
        raise Refused("membership-ended", "your part here has ended; ask the host for a new invitation")
    return table
