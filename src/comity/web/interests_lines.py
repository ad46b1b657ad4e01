"""Lines that combine options, as they are typed: what is refused together, what is accepted only with something else.

A line names options in two groups of choices, `c.0.a` and `c.0.b`, each as often as it takes. Several options of one
issue mean any of them, options of several issues all of those together. `t.0.a`, `t.0.b` and `t.0.n` are two options
and the points that a party adds, or takes away, where both are taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from comity.errors import Refused
from comity.record.bargain import IssueAdded
from comity.web.parts import Form
from comity.web.pasted import one_line

KINDS = ("alone", "together", "only")
MOST_LINES = 100
MOST_CHOICES = 40
REASON = 300
LEAST_CHOICES = 2


@dataclass(frozen=True)
class TypedLine:
    """A line as typed. kind: '' empty, 'alone' one issue's options refused, 'together' all refused together, 'only' the
    first accepted only with the second. first, second: options as 'issue.option', '' where nothing is chosen.
    """

    kind: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    open: bool
    why: str

    @property
    def is_used(self) -> bool:
        return bool(self.kind or any(self.first) or any(self.second) or self.why)


@dataclass(frozen=True)
class PairPoints:
    """Points for two options together, as typed."""

    first: str
    second: str
    points: str

    @property
    def is_used(self) -> bool:
        return bool(self.first or self.second or self.points)


def lines_sent(sent: Form) -> list[TypedLine]:
    """The lines that a browser sent, those without anything in them left out."""
    found = []
    for number in range(MOST_LINES):
        row = f"c.{number}"
        if f"{row}.kind" not in sent:
            break
        first, second = (
            tuple(at for at in sent.all(f"{row}.{side}") if at)[:MOST_CHOICES] for side in ("a", "b")
        )
        why = one_line(sent[f"{row}.why"])[:REASON]
        found.append(TypedLine(sent[f"{row}.kind"], first, second, sent[f"{row}.open"] == "yes", why))
    return [line for line in found if line.is_used]


def pairs_sent(sent: Form) -> list[PairPoints]:
    found = []
    for number in range(MOST_LINES):
        row = f"t.{number}"
        if f"{row}.n" not in sent:
            break
        found.append(PairPoints(sent[f"{row}.a"], sent[f"{row}.b"], one_line(sent[f"{row}.n"])[:40]))
    return [pair for pair in found if pair.is_used]


def lines_of(
    red_lines: Iterable[Mapping[str, Any]],
    conditions: Iterable[Mapping[str, Any]],
    issues: Sequence[IssueAdded],
) -> list[TypedLine]:
    """Red lines and conditions of a statement as the form shows them."""
    found = []
    for line in red_lines:
        (first, *others) = line["where"].items()
        found.append(
            TypedLine(
                "together" if others else "alone",
                _places([first], issues),
                _places(others, issues),
                bool(line.get("published")),
                line.get("reason", ""),
            )
        )
    for line in conditions:
        if _is_shown(line):
            found.append(
                TypedLine(
                    "only",
                    _places(line["if"].items(), issues),
                    _places(line["then"].items(), issues),
                    bool(line.get("published")),
                    line.get("reason", ""),
                )
            )
    return found


def pairs_of(together: Iterable[Mapping[str, Any]], issues: Sequence[IssueAdded]) -> list[PairPoints]:
    return [
        PairPoints(
            _places([(pair["issues"][0], [one])], issues)[0],
            _places([(pair["issues"][1], [other])], issues)[0],
            repr(points).removesuffix(".0"),
        )
        for pair in together
        for one, other, points in pair["points"]
    ]


def with_spare(
    lines: Sequence[TypedLine], pairs: Sequence[PairPoints]
) -> tuple[tuple[TypedLine, ...], tuple[PairPoints, ...]]:
    """What was typed, and room for more: an empty line, and an empty choice in every group."""
    shown = (*lines, TypedLine("", (), (), open=False, why=""))
    roomy = tuple(replace(line, first=_roomy(line.first), second=_roomy(line.second)) for line in shown)
    return roomy, (*pairs, PairPoints("", "", ""))


def said_lines(
    lines: Sequence[TypedLine], issues: Sequence[IssueAdded]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Red lines and conditions. Raises Refused."""
    red_lines, conditions = [], []
    for line in lines:
        if not line.is_used:
            continue
        said = {"reason": line.why, "published": line.open}
        first, second = _where(line.first, issues), _where(line.second, issues)
        if line.kind == "only":
            _check_condition(first, second)
            conditions.append({"if": first, "then": second, **said})
        elif line.kind in ("alone", "together"):
            where = _where((*line.first, *line.second), issues)
            _check_refused(line.kind, where)
            red_lines.append({"where": where, **said})
        else:
            raise Refused(
                "bad-line", "say how the two options of a line belong together, or leave the line empty"
            )
    return red_lines, conditions


def said_pairs(
    pairs: Sequence[PairPoints], issues: Sequence[IssueAdded], read: Callable[[str, str], float]
) -> list[dict[str, Any]]:
    """Points for pairs of options, by pairs of issues. read: a number from its text, and what it is. Raises Refused."""
    found: dict[tuple[str, str], list[list[Any]]] = {}
    for pair in pairs:
        if not pair.is_used:
            continue
        where = _where([at for at in (pair.first, pair.second) if at], issues)
        if len(where) < 2:
            raise Refused(
                "bad-line",
                "points for two options together need two options of different issues; choose both",
            )
        (one, (first,)), (other, (second,)) = where.items()
        points = read(pair.points, f"the points for {first} together with {second}")
        if (one, other) not in found and (other, one) in found:
            one, other, first, second = other, one, second, first
        found.setdefault((one, other), []).append([first, second, points])
    return [{"issues": list(names), "points": rows} for names, rows in found.items()]


def kept_lines(before: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The conditions of a statement that the form does not show: both of their sides speak of one issue."""
    return [] if before is None else [line for line in before.get("conditions", ()) if not _is_shown(line)]


def _is_shown(condition: Mapping[str, Any]) -> bool:
    return not condition["if"].keys() & condition["then"].keys()


def _check_condition(first: Mapping[str, Any], second: Mapping[str, Any]) -> None:
    if not first or not second:
        raise Refused(
            "bad-line", "a line about two options names only one; choose both, or leave the line empty"
        )
    shared = [issue for issue in first if issue in second]
    if shared:
        raise Refused(
            "bad-line",
            f"a line about two options names {first[shared[0]][0]!r} and {second[shared[0]][0]!r} of one issue; "
            "choose two",
        )


def _check_refused(kind: str, where: Mapping[str, Any]) -> None:
    if kind == "together" and len(where) < 2:
        raise Refused(
            "bad-line",
            "what is refused together needs options of two issues at least; choose another, or say that it is "
            "refused by itself",
        )
    if kind == "alone" and len(where) != 1:
        raise Refused(
            "bad-line",
            f"what is refused by itself names options of one issue, and this line names {len(where)} issues; say "
            "that they are refused together, or take one line for each",
        )


def _where(places: Iterable[str], issues: Sequence[IssueAdded]) -> dict[str, list[str]]:
    """Options by their issues' ids, each once."""
    found: dict[str, list[str]] = {}
    for at in places:
        if not at:
            continue
        number, _, other = at.partition(".")
        try:
            issue = issues[int(number)]
            option = issue.options[int(other)]
        except (ValueError, IndexError):
            raise Refused(
                "bad-form", "a line names an option that is not here; load the page again and choose anew"
            ) from None
        if option not in found.setdefault(issue.issue, []):
            found[issue.issue].append(option)
    return found


def _places(where: Iterable[tuple[str, Sequence[str]]], issues: Sequence[IssueAdded]) -> tuple[str, ...]:
    number = {issue.issue: place for place, issue in enumerate(issues)}
    return tuple(
        f"{number[issue]}.{issues[number[issue]].options.index(option)}"
        for issue, options in where
        for option in options
    )


def _roomy(places: tuple[str, ...]) -> tuple[str, ...]:
    return (*places, *[""] * max(1, LEAST_CHOICES - len(places)))
