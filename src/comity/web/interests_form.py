"""The form in which a delegate shares out 100 points, gives points to options and marks red lines, and back.

What was typed is kept as it was typed, so that a mistake costs nobody a second typing. Fields are numbered by issue and
option: `w.0` a weight, `p.0.1` points, `r.0.1` a red line, `o.0.1` whether the others may know it; `c.0.*` a line
about two options. What a statement says beyond the form (it came by the API) is kept when the form is sent again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from comity.errors import Refused
from comity.record.bargain import IssueAdded
from comity.web.parts import Form
from comity.web.pasted import one_line

SPARE_LINES = 2
REASON = 300
_RANGE = re.compile(r"([^\s–-]+?)\s*(?:-|–|\.\.)\s*([^\s–-]+)\Z")


@dataclass(frozen=True)
class PairLine:
    """A line about two options, as typed. kind: '' empty, 'together' both refused, 'only' the first with the second."""

    kind: str
    first: str
    second: str
    open: bool
    why: str

    @property
    def is_used(self) -> bool:
        return bool(self.kind or self.first or self.second or self.why)


@dataclass(frozen=True)
class Typed:
    """The form as it was typed. Texts by field; left: of the 100 points, None while a weight cannot be read."""

    values: Mapping[str, str]
    ticked: frozenset[str]
    pairs: tuple[PairLine, ...]
    left: float | None
    n_kept: int

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


def typed_from(sent: Form, issues: Sequence[IssueAdded], before: Mapping[str, Any] | None) -> Typed:
    """What a browser sent."""
    values = {name: one_line(sent[name])[:40] for name in _names(issues)}
    ticked = frozenset(name for name in sent.values if name[:2] in ("r.", "o.") and sent[name] == "yes")
    pairs = []
    for number in range(100):
        if f"c.{number}.kind" not in sent:
            break
        pairs.append(
            PairLine(
                sent[f"c.{number}.kind"],
                sent[f"c.{number}.a"],
                sent[f"c.{number}.b"],
                sent[f"c.{number}.open"] == "yes",
                one_line(sent[f"c.{number}.why"])[:REASON],
            )
        )
    return _typed(values, ticked, [pair for pair in pairs if pair.is_used], issues, before)


def typed_of(statement: Mapping[str, Any] | None, issues: Sequence[IssueAdded]) -> Typed:
    """A statement as the form shows it; an empty form for None."""
    if statement is None:
        return _typed({}, frozenset(), [], issues, None)
    values = {"d": _said(statement.get("no_agreement", 0))}
    ticked: set[str] = set()
    place = {issue.issue: number for number, issue in enumerate(issues)}
    for number, issue in enumerate(issues):
        values[f"w.{number}"] = _said(statement.get("weights", {}).get(issue.issue, 0))
        for other, option in enumerate(issue.options):
            points = statement.get("points", {}).get(issue.issue, {})
            values[f"p.{number}.{other}"] = _said(points[option]) if option in points else ""
    pairs = []
    for line in statement.get("red_lines", ()):
        if _is_single(line):
            ((issue_id, (option,)),) = line["where"].items()
            at = f"{place[issue_id]}.{issues[place[issue_id]].options.index(option)}"
            ticked.add(f"r.{at}")
            if line.get("published"):
                ticked.add(f"o.{at}")
        elif _is_pair(line):
            pairs.append(_pair("together", [*line["where"].items()], line, issues, place))
    pairs += [
        _pair("only", [*line["if"].items(), *line["then"].items()], line, issues, place)
        for line in statement.get("conditions", ())
        if _is_one_with_one(line)
    ]
    return _typed(values, frozenset(ticked), pairs, issues, statement)


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
    rest = _rest(before)
    for number, issue in enumerate(issues):
        weight = _amount(typed[f"w.{number}"], f"the weight of {issue.name}") if typed[f"w.{number}"] else 0
        found["weights"][issue.issue] = weight
        cells = [typed[f"p.{number}.{other}"] for other in range(len(issue.options))]
        if any(cells):
            found["points"][issue.issue] = {
                option: _amount(cell, f"{issue.name}, {option}")
                for option, cell in zip(issue.options, cells, strict=True)
                if cell
            }
        elif issue.issue in rest.get("rankings", {}):
            found.setdefault("rankings", {})[issue.issue] = rest["rankings"][issue.issue]
        for other, option in enumerate(issue.options):
            if f"r.{number}.{other}" in typed.ticked:
                line = {"where": {issue.issue: [option]}, "published": f"o.{number}.{other}" in typed.ticked}
                found["red_lines"].append(line)
    for pair in typed.pairs:
        if not pair.is_used:
            continue
        if pair.kind not in ("together", "only"):
            raise Refused(
                "bad-form", "say how the two options of a line belong together, or leave the line empty"
            )
        (one, first), (two, second) = _option(pair.first, issues), _option(pair.second, issues)
        if one == two:
            raise Refused(
                "bad-form",
                f"a line about two options names {first!r} and {second!r} of one issue; choose two",
            )
        said = {"reason": pair.why, "published": pair.open}
        if pair.kind == "together":
            found["red_lines"].append({"where": {one: [first], two: [second]}, **said})
        else:
            found["conditions"].append({"if": {one: [first]}, "then": {two: [second]}, **said})
    found["red_lines"] += rest.get("red_lines", [])
    found["conditions"] += rest.get("conditions", [])
    if rest.get("together"):
        found["together"] = rest["together"]
    return found


def _typed(
    values: Mapping[str, str],
    ticked: frozenset[str],
    pairs: Sequence[PairLine],
    issues: Sequence[IssueAdded],
    before: Mapping[str, Any] | None,
) -> Typed:
    rest = _rest(before)
    n_kept = sum(len(rest.get(name, ())) for name in ("red_lines", "conditions", "together"))
    spare = (PairLine("", "", "", False, ""),) * SPARE_LINES
    return Typed(values, ticked, (*pairs, *spare), _left(values, len(issues)), n_kept)


def _left(values: Mapping[str, str], n_issues: int) -> float | None:
    """Of the 100 points; a range counts as its middle."""
    total = 0.0
    for number in range(n_issues):
        text = values.get(f"w.{number}", "")
        try:
            amount = _amount(text, "") if text else 0.0
        except Refused:
            return None
        total += sum(amount) / 2 if isinstance(amount, list) else amount
    return round(100.0 - total, 6) + 0.0


def _names(issues: Sequence[IssueAdded]) -> list[str]:
    names = ["d"]
    for number, issue in enumerate(issues):
        names.append(f"w.{number}")
        names += [f"p.{number}.{other}" for other in range(len(issue.options))]
    return names


def _amount(text: str, what: str) -> float | list[float]:
    """A number, or a range such as 40-80 where it is not known yet.

    >>> _amount("12,5", ""), _amount("40..80", ""), _amount("40 – 80", "")
    (12.5, [40, 80], [40, 80])
    """
    found = _RANGE.fullmatch(text)
    if found is not None:
        return [_number(found[1], what), _number(found[2], what)]
    return _number(text, what)


def _number(text: str, what: str) -> float:
    try:
        number = float(text.replace(",", ".").replace("٫", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Refused(
            "bad-number", f"{what} is {text[:40]!r}; write a number from 0 to 100, or two with a dash between"
        )
    return int(number) if number.is_integer() else number


def _said(value: Any) -> str:
    if isinstance(value, list):
        return "-".join(_said(item) for item in value)
    return f"{value:g}"


def _option(at: str, issues: Sequence[IssueAdded]) -> tuple[str, str]:
    number, _, other = at.partition(".")
    try:
        issue = issues[int(number)]
        return issue.issue, issue.options[int(other)]
    except (ValueError, IndexError):
        raise Refused(
            "bad-form", "a line about two options names only one; choose both, or leave the line empty"
        ) from None


def _pair(
    kind: str,
    where: Sequence[tuple[str, Sequence[str]]],
    line: Mapping[str, Any],
    issues: Sequence[IssueAdded],
    place: Mapping[str, int],
) -> PairLine:
    first, second = (
        f"{place[issue]}.{issues[place[issue]].options.index(options[0])}" for issue, options in where
    )
    return PairLine(kind, first, second, bool(line.get("published")), line.get("reason", ""))


def _is_single(line: Mapping[str, Any]) -> bool:
    where = line["where"]
    return len(where) == 1 and all(len(options) == 1 for options in where.values()) and not line.get("reason")


def _is_pair(line: Mapping[str, Any]) -> bool:
    where = line["where"]
    return len(where) == 2 and all(len(options) == 1 for options in where.values())


def _is_one_with_one(line: Mapping[str, Any]) -> bool:
    given, needs = line["if"], line["then"]
    return (
        len(given) == len(needs) == 1
        and all(len(options) == 1 for options in (*given.values(), *needs.values()))
        and not given.keys() & needs.keys()
    )


def _rest(before: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a statement says that the form does not show."""
    if before is None:
        return {}
    return {
        "red_lines": [
            line for line in before.get("red_lines", ()) if not _is_single(line) and not _is_pair(line)
        ],
        "conditions": [line for line in before.get("conditions", ()) if not _is_one_with_one(line)],
        "rankings": before.get("rankings", {}),
        "together": before.get("together", []),
    }
