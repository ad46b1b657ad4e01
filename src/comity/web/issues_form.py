"""What a host types or pastes to open a negotiation: issues with their options, who decides, what others may see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from comity.errors import Refused
from comity.record.bargain import IssueAdded, NegotiationOpened
from comity.web.parts import Form
from comity.web.pasted import one_line, slug, whole
from comity.web.views import Seen

SEPARATORS = "\t", ";", "；", "؛", "|"
MOST_ISSUES = 60
MOST_OPTIONS = 100
LEAST_WEIGHT, MOST_WEIGHT = 0.01, 1000
STARTS = ("issue by issue", "nash", "ks", "leximin", "sum")
_NUMBERS = re.compile(r"(-?[\d.]+)\s*\.\.\s*(-?[\d.]+)(?:\s*/\s*([\d.]+))?\Z")


@dataclass(frozen=True)
class PastedIssue:
    """One line of the table. issue: its id, made from the name."""

    issue: str
    name: str
    options: tuple[str, ...]


def issues_from(text: str) -> tuple[PastedIssue, ...]:
    """One issue a line: its name, then its options, parted by tabs, semicolons or bars; or name: option, option.

    10..30/10 stands for the numbers 10, 20 and 30. Raises Refused.

    >>> [(item.issue, item.options) for item in issues_from("Dam: none, low\\nFund; 10..30/10; more")]
    [('dam', ('none', 'low')), ('fund', ('10', '20', '30', 'more'))]
    """
    found: list[PastedIssue] = []
    for number, line in enumerate((line for line in text.splitlines() if line.strip()), 1):
        name, options = _cells(line)
        if not name:
            raise Refused("bad-issues", f"line {number} of the issues has no name; write the name first")
        options = tuple(option for cell in options for option in _spelled(cell, number))
        if len(options) < 2:
            raise Refused(
                "bad-issues",
                f"line {number}, {name[:60]!r}, has {len(options)} options; write the name, then at least two, with "
                "semicolons between",
            )
        if len(options) > MOST_OPTIONS or len(set(options)) < len(options):
            raise Refused(
                "bad-issues",
                f"line {number}, {name[:60]!r}, has too many options or one twice; give at most {MOST_OPTIONS}",
            )
        if name in {item.name for item in found}:
            raise Refused("bad-issues", f"the issue {name[:60]!r} stands there twice; keep one of the two")
        found.append(PastedIssue(_free(slug(name) or f"issue-{number}", found), name, options))
    if not found or len(found) > MOST_ISSUES:
        raise Refused("bad-issues", f"there are {len(found)} issues; write 1 to {MOST_ISSUES}, one a line")
    return tuple(found)


def opening_from(
    sent: Form, seen: Seen, issues: Sequence[PastedIssue]
) -> list[NegotiationOpened | IssueAdded]:
    """What the form means, as entries. Raises Refused."""
    host = seen.roles["host"]
    if not seen.parties:
        raise Refused("no-parties", "there are no parties here to negotiate; add them in the settings first")
    quota = whole(sent["quota"], "the number of parties that decide", 1, len(seen.parties))
    shown, start = sent["shown"] or "nothing", sent["start"] or "issue by issue"
    if shown not in ("nothing", "rankings", "all") or start not in STARTS:
        raise Refused("bad-form", "a choice is none of those offered; choose again")
    parties = {party.party_id for party in seen.parties}
    entries: list[NegotiationOpened | IssueAdded] = [
        NegotiationOpened(
            by=host,
            shown=shown,  # type: ignore[arg-type]
            quota=None if quota == len(seen.parties) else quota,
            veto=tuple(party for party in sent.all("veto") if party in parties),
            start=start,  # type: ignore[arg-type]
            weights=_weights(sent, seen),
        )
    ]
    for number, item in enumerate(issues):
        otherwise = sent[f"otherwise.{number}"]
        entries.append(
            IssueAdded(
                by=host,
                issue=item.issue,
                name=item.name,
                options=item.options,
                otherwise=otherwise if otherwise in item.options else None,
                settled_by=tuple(party for party in sent.all(f"settled.{item.issue}") if party in parties),
            )
        )
    return entries


def _weights(sent: Form, seen: Seen) -> dict[str, float]:
    """Bargaining weights by party, those that are 1 or empty left out. Raises Refused."""
    found: dict[str, float] = {}
    for party in seen.parties:
        text = sent[f"weight.{party.party_id}"].strip()
        try:
            weight = float(text.replace(",", ".").replace("٫", ".")) if text else 1.0
        except ValueError:
            weight = 0.0
        if not LEAST_WEIGHT <= weight <= MOST_WEIGHT:
            raise Refused(
                "bad-weight",
                f"the bargaining weight of {party.name} is {text[:40]!r}; write a number from {LEAST_WEIGHT:g} to "
                f"{MOST_WEIGHT:g}, or nothing for 1",
            )
        if weight != 1:
            found[party.party_id] = int(weight) if weight.is_integer() else weight
    return found


def _cells(line: str) -> tuple[str, tuple[str, ...]]:
    separator = next((mark for mark in SEPARATORS if mark in line), None)
    if separator is None:
        name, _, rest = line.replace("：", ":").partition(":")
        cells = re.split(r"[,،，]", rest)
    else:
        name, *cells = line.split(separator)
    return one_line(name)[:300], tuple(cell for cell in map(one_line, cells) if cell)


def _spelled(cell: str, line: int) -> Sequence[str]:
    """One option, or the numbers that `10..30/10` stands for."""
    found = _NUMBERS.fullmatch(cell)
    if found is None:
        if len(cell) > 300:
            raise Refused("bad-issues", f"line {line} has an option of {len(cell)} characters; keep to 300")
        return (cell,)
    try:
        low, high, step = (Decimal(part) for part in (found[1], found[2], found[3] or "1"))
        count = int((high - low) / step) + 1 if step > 0 else 0
    except (InvalidOperation, ArithmeticError, ValueError):
        count = 0
    if not 1 <= count <= MOST_OPTIONS:
        raise Refused(
            "bad-issues",
            f"line {line}: {cell[:60]!r} does not stand for 1 to {MOST_OPTIONS} numbers; write 10..30/10",
        )
    return [f"{low + number * step:f}" for number in range(count)]


def _free(name: str, found: Sequence[PastedIssue]) -> str:
    taken, number, free = {item.issue for item in found}, 2, name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free
