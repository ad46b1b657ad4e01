"""The form in which a delegate shares out 100 points, values options, and states lines, and back.

What was typed is kept as it was typed, so that a mistake costs nobody a second typing. Fields are numbered by issue and
option: `w.0` a weight, `m.0` how options are valued (points, ranges or an order), `p.0.1` points or a place, `r.0.1` a
red line, `o.0.1` whether the others may know it. Where a range is given `v.0` and `q.0.1` hold its upper end. Lines
that combine options are in `interests_lines`. What a statement says beyond the form (it came by the API) is kept when
the form is sent again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from comity.errors import Refused
from comity.record.bargain import IssueAdded
from comity.web.interests_lines import (
    PairPoints,
    TypedLine,
    kept_lines,
    lines_of,
    lines_sent,
    pairs_of,
    pairs_sent,
    said_lines,
    said_pairs,
    with_spare,
)
from comity.web.parts import Form
from comity.web.pasted import one_line

MODES = ("points", "ranges", "order")
SHARED_OUT = 100.0
_RANGE = re.compile(r"([^\s–-]+?)\s*(?:-|–|\.\.)\s*([^\s–-]+)\Z")
Amount = float | list[float]


@dataclass(frozen=True)
class Typed:
    """The form as it was typed. Texts by field; left: of the 100 points, None while a weight cannot be read."""

    values: Mapping[str, str]
    ticked: frozenset[str]
    lines: tuple[TypedLine, ...]
    pairs: tuple[PairPoints, ...]
    left: float | None
    n_kept: int

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def mode(self, issue: int) -> str:
        """How the options of an issue are valued."""
        found = self[f"m.{issue}"]
        return found if found in MODES else "points"


def typed_from(sent: Form, issues: Sequence[IssueAdded], before: Mapping[str, Any] | None) -> Typed:
    """What a browser sent."""
    values = {name: one_line(sent[name])[:40] for name in _names(issues)}
    ticked = frozenset(name for name in sent.values if name[:2] in ("r.", "o.") and sent[name] == "yes")
    return _typed(values, ticked, lines_sent(sent), pairs_sent(sent), before)


def typed_of(statement: Mapping[str, Any] | None, issues: Sequence[IssueAdded]) -> Typed:
    """A statement as the form shows it; an empty form for None."""
    if statement is None:
        return _typed({}, frozenset(), (), (), None)
    values = {"d": _said(statement.get("no_agreement", 0))}
    ticked: set[str] = set()
    place = {issue.issue: number for number, issue in enumerate(issues)}
    for number, issue in enumerate(issues):
        values.update(_issue_of(statement, number, issue))
    for line in statement.get("red_lines", ()):
        if _is_tick(line):
            ((issue_id, (option,)),) = line["where"].items()
            at = f"{place[issue_id]}.{issues[place[issue_id]].options.index(option)}"
            ticked.add(f"r.{at}")
            if line.get("published"):
                ticked.add(f"o.{at}")
    lines = lines_of(
        [line for line in statement.get("red_lines", ()) if not _is_tick(line)],
        statement.get("conditions", ()),
        issues,
    )
    return _typed(
        values, frozenset(ticked), lines, pairs_of(statement.get("together", ()), issues), statement
    )


def statement_from(
    typed: Typed, issues: Sequence[IssueAdded], before: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What the form means, as `record.interests` takes it. Raises Refused for what cannot be read."""
    found: dict[str, Any] = {
        "no_agreement": _number(typed["d"], "what no agreement is worth") if typed["d"] else 0,
        "weights": {},
        "points": {},
        "red_lines": [],
        "conditions": [],
    }
    for number, issue in enumerate(issues):
        found["weights"][issue.issue] = _weight(typed, number, issue)
        _value_options(typed, number, issue, found)
        for other, option in enumerate(issue.options):
            if f"r.{number}.{other}" in typed.ticked:
                line = {"where": {issue.issue: [option]}, "published": f"o.{number}.{other}" in typed.ticked}
                found["red_lines"].append(line)
    red_lines, conditions = said_lines(typed.lines, issues)
    kept = kept_lines(before)
    found["red_lines"] += red_lines
    found["conditions"] += [*conditions, *kept]
    together = said_pairs(typed.pairs, issues, _points)
    if together:
        found["together"] = together
    return found


def _typed(
    values: Mapping[str, str],
    ticked: frozenset[str],
    lines: Sequence[TypedLine],
    pairs: Sequence[PairPoints],
    before: Mapping[str, Any] | None,
) -> Typed:
    shown, more = with_spare(lines, pairs)
    return Typed(values, ticked, shown, more, _left(values), len(kept_lines(before)))


def _issue_of(statement: Mapping[str, Any], number: int, issue: IssueAdded) -> dict[str, str]:
    """The fields of one issue."""
    weight = statement.get("weights", {}).get(issue.issue, 0)
    points = statement.get("points", {}).get(issue.issue, {})
    order = statement.get("rankings", {}).get(issue.issue)
    values = {f"w.{number}": _said(weight)}
    if order is not None:
        places = {option: place for place, equals in enumerate(order, 1) for option in equals}
        values[f"m.{number}"] = "order"
        values.update(
            {f"p.{number}.{other}": str(places[option]) for other, option in enumerate(issue.options)}
        )
        return values
    if isinstance(weight, list) or any(isinstance(value, list) for value in points.values()):
        values[f"m.{number}"] = "ranges"
        values[f"w.{number}"], values[f"v.{number}"] = _ends(weight)
        for other, option in enumerate(issue.options):
            if option in points:
                values[f"p.{number}.{other}"], values[f"q.{number}.{other}"] = _ends(points[option])
        return values
    values[f"m.{number}"] = "points"
    for other, option in enumerate(issue.options):
        values[f"p.{number}.{other}"] = _said(points[option]) if option in points else ""
    return values


def _weight(typed: Typed, number: int, issue: IssueAdded) -> Amount:
    if not typed[f"w.{number}"]:
        return 0
    upper = typed[f"v.{number}"] if typed.mode(number) == "ranges" else ""
    return _amount(typed[f"w.{number}"], f"the weight of {issue.name}", upper)


def _value_options(typed: Typed, number: int, issue: IssueAdded, found: dict[str, Any]) -> None:
    """Points, ranges or an order for the options of one issue; nothing where all of its fields are empty."""
    cells = [typed[f"p.{number}.{other}"] for other in range(len(issue.options))]
    uppers = [typed[f"q.{number}.{other}"] for other in range(len(issue.options))]
    mode = typed.mode(number)
    if not any(cells) and not (mode == "ranges" and any(uppers)):
        return
    if mode == "order":
        found.setdefault("rankings", {})[issue.issue] = _order(cells, issue)
        return
    found["points"][issue.issue] = {
        option: _amount(cell, f"{issue.name}, {option}", upper if mode == "ranges" else "")
        for option, cell, upper in zip(issue.options, cells, uppers, strict=True)
        if cell or (mode == "ranges" and upper)
    }


def _order(cells: Sequence[str], issue: IssueAdded) -> list[list[str]]:
    """Options by their places, best first, equal places together."""
    places: dict[int, list[str]] = {}
    for option, cell in zip(issue.options, cells, strict=True):
        place = int(cell) if cell.isdecimal() and len(cell) < 6 else 0
        if place < 1:
            raise Refused(
                "bad-order",
                f"{issue.name}, {option} has the place {cell[:40]!r}; write 1 for the best option, 2 for the next, and "
                "the same number for options that are equally good",
            )
        places.setdefault(place, []).append(option)
    return [places[place] for place in sorted(places)]


def _left(values: Mapping[str, str]) -> float | None:
    """Of the 100 points; 0 where ranges leave room for them, else a range counts as its nearer end."""
    low = high = 0.0
    for name, text in values.items():
        kind, _, number = name.partition(".")
        if kind != "w" or not text:
            continue
        upper = values.get(f"v.{number}", "") if values.get(f"m.{number}") == "ranges" else ""
        try:
            amount = _amount(text, "", upper)
        except Refused:
            return None
        least, most = amount if isinstance(amount, list) else (amount, amount)
        low, high = low + least, high + most
    return round(SHARED_OUT - min(max(SHARED_OUT, low), high), 6) + 0.0


def _names(issues: Sequence[IssueAdded]) -> list[str]:
    names = ["d"]
    for number, issue in enumerate(issues):
        names += [f"m.{number}", f"w.{number}", f"v.{number}"]
        names += [f"{kind}.{number}.{other}" for other in range(len(issue.options)) for kind in "pq"]
    return names


def _amount(text: str, what: str, upper: str = "") -> Amount:
    """A number, or a range where it is not known yet: with its upper end beside it, or written such as 40-80.

    >>> _amount("12,5", ""), _amount("40..80", ""), _amount("40 – 80", ""), _amount("40", "", "80")
    (12.5, [40, 80], [40, 80], [40, 80])
    """
    found = _RANGE.fullmatch(text) if not upper else None
    low, high = (text, upper or text) if found is None else (found[1], found[2])
    least, most = _number(low, what), _number(high, what)
    if least > most:
        raise Refused("bad-number", f"{what} goes from {low} to {high}; write the smaller number first")
    return least if least == most else [least, most]


def _number(text: str, what: str) -> float:
    return _read(text, what, "write a number from 0 to 100, or two with a dash between")


def _points(text: str, what: str) -> float:
    """Points for two options together, which may be below 0."""
    return _read(
        text.replace("\N{MINUS SIGN}", "-"), what, "write a number, with a minus where the two hurt together"
    )


def _read(text: str, what: str, advice: str) -> float:
    try:
        number = float(text.replace(",", ".").replace("٫", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Refused("bad-number", f"{what} is {text[:40]!r}; {advice}")
    return int(number) if number.is_integer() else number


def _said(value: Any) -> str:
    if isinstance(value, list):
        return "-".join(_said(item) for item in value)
    return repr(value).removesuffix(".0")


def _ends(value: Any) -> tuple[str, str]:
    """The fields of a number or a range: an exact number has no upper end."""
    low, high = value if isinstance(value, list) else (value, value)
    return _said(low), "" if low == high else _said(high)


def _is_tick(line: Mapping[str, Any]) -> bool:
    """Whether a red line is about one option, without a reason: a tick at that option."""
    where = line["where"]
    return len(where) == 1 and all(len(options) == 1 for options in where.values()) and not line.get("reason")
