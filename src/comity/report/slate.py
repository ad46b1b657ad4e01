"""A slate as people and programs read it: a page, JSON and CSV."""

from __future__ import annotations

import csv
import json

from markupsafe import Markup

from comity.findings.slate import Checked, GroupLeftOut, Place, SlateFindings, SlateSide
from comity.report.data import Lines, plain, safe_cell
from comity.report.frame import Frame, Section, page_frame
from comity.report.language import quoted, said
from comity.report.numbers import count, counted, figure, listed, percent

COLUMNS = ("place", "statement_id", "text", "language", "approval", "by_completion")
RULE_NAMES = {
    "equal-shares": "the method of equal shares",
    "phragmen": "Phragmén’s rule",
    "sequential-pav": "sequential proportional approval voting",
    "exact-pav": "exact proportional approval voting",
}
MOST_SIDES = 6
"""Sides with a column of their own; more stand in the table below only."""


def slate_json(findings: SlateFindings) -> str:
    """Everything about the slate but who wrote its statements, keys sorted."""
    return json.dumps(plain(findings), ensure_ascii=False, allow_nan=False, sort_keys=True, indent=1) + "\n"


def slate_csv(findings: SlateFindings) -> str:
    """One line a statement: its place, its text, and its approval by everybody and by each side."""
    lines = Lines()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow([*COLUMNS, *(f"approval {side.side_id}" for side in findings.sides)])
    for number, place in enumerate(findings.places, 1):
        one = place.statement
        cells = [number, one.statement_id, one.text, one.language or "", place.approval]
        writer.writerow([safe_cell(cell) for cell in [*cells, int(place.by_completion), *place.by_side]])
    return "".join(lines)


def slate_page(findings: SlateFindings) -> str:
    """One HTML file: the slate, whom it represents, whom it leaves out, how it was computed."""
    sections = (
        Section("slate", "The slate", _slate(findings)),
        Section("sides", "What each side finds on it", _sides(findings)),
        Section("certificate", "Whom it leaves out", _certificate(findings)),
        Section("method", "How it was computed", _method(findings)),
    )
    frame = Frame(findings.title, "A slate that represents everybody", sections)
    return page_frame(frame, _lede(findings))


def _lede(findings: SlateFindings) -> Markup:
    first = findings.checks[0]
    chosen = counted(len(findings.places), "statement", words=True)
    says = Markup(
        "<p>{} of {}, chosen so that every group has its share of them. {} of {} who voted {} at least one.</p>"
    )
    opening = says.format(
        chosen[:1].upper() + chosen[1:],
        count(findings.n_statements),
        count(first.n_represented),
        count(findings.n_voted),
        "are expected to approve of" if first.basis == "expected" else "agreed to",
    )
    return opening + Markup("<p>{}</p>").format(_verdict(first))


def _verdict(checked: Checked) -> str:
    if checked.ejr_plus is None:
        return (
            "No group is left out: whoever agrees on a statement and is numerous enough for one, two or more of the "
            "places finds as many on the slate."
        )
    group = checked.ejr_plus
    return (
        f"One group is left short: {counted(group.size, 'participant')} ({percent(group.share)}) who agree on a "
        f"statement that is not on the slate. Their number deserves {counted(group.deserves, 'place', words=True)}; "
        f"{_has(group)}."
    )


def _has(group: GroupLeftOut) -> str:
    return "none of them has any" if group.has == 0 else f"none of them has more than {count(group.has)}"


def _slate(findings: SlateFindings) -> Markup:
    sides = findings.sides if len(findings.sides) <= MOST_SIDES else ()
    items = Markup("").join(_place(number, place, sides) for number, place in enumerate(findings.places, 1))
    note = Markup("")
    if any(place.by_completion for place in findings.places):
        note = Markup(
            '<p class="quiet">Marked †: nobody’s shares reached far enough to buy it whole; '
            "it fills a place that was left.</p>"
        )
    return Markup('<ol class="cards">{}</ol>{}').format(items, note)


def _place(number: int, place: Place, sides: tuple[SlateSide, ...]) -> Markup:
    shares = Markup("; ").join(
        Markup("<bdi>{}</bdi>&nbsp;{}").format(
            side.name.replace("End ", "End\N{NO-BREAK SPACE}"), percent(share)
        )
        for side, share in zip(sides, place.by_side, strict=False)
    )
    return Markup(
        '<li class="card"><blockquote><p>{}{} {}</p></blockquote><p class="quiet">{} of everybody{}</p></li>'
    ).format(
        f"{number}.",
        "†" if place.by_completion else "",
        said(place.statement.text, place.statement.language),
        percent(place.approval),
        Markup("; {}").format(shares) if sides else "",
    )


def _sides(findings: SlateFindings) -> Markup:
    if not findings.sides:
        return Markup("<p>There are no groups or parties to tell apart.</p>")
    rows = Markup("").join(
        Markup(
            '<tr><th scope="row"><bdi>{}</bdi></th><td class="n">{}</td><td class="n">{}</td><td class="n">{}</td></tr>'
        ).format(
            side.name,
            count(side.n_voted),
            percent(side.n_represented / side.n_voted),
            figure(side.mean_approved, 1),
        )
        for side in findings.sides
    )
    return Markup(
        '<div class="scroll"><table><thead><tr><th scope="col">Side</th><th scope="col" class="n">Voted</th>'
        '<th scope="col" class="n">At least one</th><th scope="col" class="n">On average</th>'
        "</tr></thead>"
        "<tbody>{}</tbody></table></div>"
        '<p class="quiet">How many of each side approve of at least one statement on the slate, '
        "and of how many on average.{}</p>"
    ).format(rows, _ends(findings))


def _ends(findings: SlateFindings) -> str:
    if not any(side.side_id.startswith("end:") for side in findings.sides):
        return ""
    return (
        " Ends are the quarters of participants at either end of the main line along which opinions differ."
    )


def _certificate(findings: SlateFindings) -> Markup:
    return Markup("").join(_check(one, findings) for one in findings.checks)


def _check(checked: Checked, findings: SlateFindings) -> Markup:
    heading = {
        "expected": "By expected approvals",
        "observed": "By votes as they were cast",
    }[checked.basis]
    opening = Markup("<h3>{}</h3><p>A place for every {} participants. {}</p>").format(
        heading, figure(checked.quota, 1), _verdict(checked)
    )
    if checked.ejr_plus is None:
        return opening
    group = checked.ejr_plus
    agree = Markup("<p>They agree on {}.</p>").format(
        quoted(group.statement.text, group.statement.language, longest=300)
    )
    return opening + agree + _within(group) + _together(checked.pjr_plus)


def _within(group: GroupLeftOut) -> Markup:
    if not group.within:
        return Markup("")
    names = [
        Markup("{} of <bdi>{}</bdi>").format(count(number), name)
        for name, number in group.within[:MOST_SIDES]
    ]
    return Markup("<p>Among them are {}.</p>").format(Markup(listed([str(name) for name in names])))


def _together(left: GroupLeftOut | None) -> Markup:
    if left is None:
        return Markup("<p>Taken together, though, no such group lacks what it deserves (PJR+ holds).</p>")
    return Markup(
        "<p>Taken together, too, {} lack what they deserve: between them they approve of {} on the slate, "
        "where {} would be theirs.</p>"
    ).format(counted(left.size, "participant"), count(left.has), count(left.deserves))


def _method(findings: SlateFindings) -> Markup:
    basis = (
        "What somebody answered counts as it was; where somebody did not vote, the spatial model’s chance that "
        "he or she would agree counts as a share of an approval."
        if findings.basis == "expected"
        else "Only agreement that was voted counts; who did not see a statement counts as not approving of it."
    )
    return Markup(
        "<p>Chosen by {} (<code>{}</code>). {} Equal statements are taken in order of submission.</p>"
        "<p>Checked by <code>slate-certificate/1</code>: EJR+ asks whether somebody in every group that deserves a "
        "number of places approves of as many; PJR+ whether the group does so between them. Expected approvals "
        "count there where they are likelier than not.</p>"
        '<p class="quiet">{} voted, {} statements, from {}.</p>'
    ).format(
        RULE_NAMES[findings.rule],
        findings.method.method_id,
        basis,
        count(findings.n_voted),
        count(findings.n_statements),
        findings.source.description,
    )
