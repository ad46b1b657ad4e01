"""Our own readable form of a negotiation: one TOML file, written by hand, and a draft package beside it.

`EXAMPLE` is a whole small one; docs/reference/negotiation-form.md says what every line means.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any, cast

from comity.errors import Refused
from comity.record.consultation import SourceFile
from comity.record.negotiation import (
    Between,
    Condition,
    Decision,
    Issue,
    Negotiation,
    Package,
    PartyPreferences,
    RedLine,
    Shown,
    Together,
    Where,
    checked,
    listed,
)

EXAMPLE = """\
# A small example: three parties settle four issues about the river that they share.
title = "The Lira agreement"
question = "How is the water of the Lira shared from 2027?"
# What the parties see of one another's statements: "nothing", "rankings" or "all".
shows = "rankings"

[decision]               # who must consent; leave it out where all must
quota = 3
veto = ["Upland"]

[[issue]]
name = "Dam releases"
options = ["none", "dry months", "all year"]
otherwise = "none"       # what holds without an agreement

[[issue]]
name = "Monitoring"
options = ["none", "joint station", "neutral body"]
otherwise = "none"
settled_by = ["Midland", "Delta"]   # these could settle it without the others

[[issue]]
name = "Navigation"
options = ["closed", "open in summer", "open"]
otherwise = "closed"

[[issue]]
name = "Fund, million a year"
from = 10
to = 30
step = 10
otherwise = 10

[[party]]
name = "Upland"
no_agreement = 30        # what no agreement is worth to it, in its own points

[party.weights]          # 100 points over the issues
"Dam releases" = 50
"Monitoring" = 10
"Navigation" = 10
"Fund, million a year" = 30

[party.points]           # 0 .. 100 for every option of an issue
"Dam releases" = { "none" = 100, "dry months" = 70, "all year" = 0 }
"Monitoring" = { "none" = 100, "joint station" = 60, "neutral body" = 20 }
"Navigation" = { "closed" = 40, "open in summer" = 60, "open" = 100 }
"Fund, million a year" = { 10 = 0, 20 = 60, 30 = 100 }

[[party.condition]]      # if all of the first holds, then all of the second must hold
if = { "Dam releases" = ["dry months", "all year"] }
at_least = { "Fund, million a year" = 20 }
reason = "Releases cost us power in the months when we need it."

[[party]]
name = "Midland"
no_agreement = 35

[party.weights]
"Dam releases" = 30
"Monitoring" = 20
"Navigation" = 40
"Fund, million a year" = 10

[party.points]
"Dam releases" = { "none" = 0, "dry months" = 80, "all year" = 100 }
"Monitoring" = { "none" = 0, "joint station" = 100, "neutral body" = [40, 80] }   # not sure yet
"Fund, million a year" = { 10 = 100, 20 = 60, 30 = 0 }

[party.ranking]          # an order instead of points, best first; equals in their own brackets
"Navigation" = ["open", "open in summer", "closed"]

[[party]]
name = "Delta"
no_agreement = 25

[party.weights]
"Dam releases" = 60
"Monitoring" = 25
"Navigation" = 5
"Fund, million a year" = 10

[party.points]
"Dam releases" = { "none" = 0, "dry months" = 75, "all year" = 100 }
"Monitoring" = { "none" = 0, "joint station" = 70, "neutral body" = 100 }
"Navigation" = { "closed" = 100, "open in summer" = 70, "open" = 30 }
"Fund, million a year" = { 10 = 60, 20 = 100, 30 = 40 }

[[party.red_line]]       # options that it cannot accept, alone or together
options = { "Navigation" = "open", "Monitoring" = "none" }
reason = "Ships without monitoring would spoil our only drinking water."

[[party.together]]       # points for two issues that work together
issues = ["Dam releases", "Monitoring"]
points = [["all year", "neutral body", 5]]
"""

_TOP = {"title", "question", "shows", "decision", "issue", "party"}
_ISSUE = {"name", "options", "from", "to", "step", "otherwise", "settled_by"}
_PARTY = {
    "name",
    "no_agreement",
    "bargaining_weight",
    "weights",
    "points",
    "ranking",
    "red_line",
    "condition",
    "together",
}
_MOST_STEPS = 10_000


def negotiation_from_toml(content: bytes, file: str) -> Negotiation:
    """One TOML text -> a negotiation with every name checked; Refused with one sentence otherwise."""
    table = _toml(content, file)
    _only_keys(table, _TOP, "the file", file)
    shown = _text(table.get("shows", "nothing"), "shows", file)
    if shown not in {"nothing", "rankings", "all"}:
        raise Refused("negotiation-form", f"{file}: shows is {shown!r}; choose nothing, rankings or all")
    issues = tuple(_issue(one, file) for one in _tables(table, "issue", file))
    negotiation = Negotiation(
        title=_text(table.get("title", file.rpartition("/")[2].rpartition(".")[0]), "title", file),
        question=_text(table.get("question", ""), "question", file),
        issues=issues,
        parties=tuple(_party(one, issues, file) for one in _tables(table, "party", file)),
        shown=cast(Shown, shown),
        decision=_decision(table.get("decision", {}), file),
        files=(SourceFile(file, sha256(content).hexdigest(), len(content)),),
    )
    return checked(negotiation, file)


def draft_from(content: bytes, file: str, negotiation: Negotiation) -> Package:
    """A draft package: TOML lines `"issue" = "option"` (alone or under [package]), or the same as JSON."""
    table: Any
    if content.lstrip().startswith(b"{"):
        try:
            table = json.loads(content)
        except ValueError as error:
            raise Refused("draft", f"{file}: this is not well-formed JSON ({error})") from None
    else:
        table = _toml(content, file)
    table = table.get("package", table)
    if not isinstance(table, dict):
        raise Refused("draft", f"{file}: a draft names one option for every issue")
    for name in table:
        if name not in {issue.name for issue in negotiation.issues}:
            raise Refused(
                "draft",
                f"{file}: the draft speaks of issue {name!r}; the issues are "
                f"{listed(issue.name for issue in negotiation.issues)}",
            )
    return tuple(_drafted(table, issue, file) for issue in negotiation.issues)


def draft_text(negotiation: Negotiation, package: Package) -> str:
    """A package as `draft_from` reads it."""
    lines = (
        f"{json.dumps(issue.name, ensure_ascii=False)} = {json.dumps(option, ensure_ascii=False)}\n"
        for issue, option in zip(negotiation.issues, package, strict=True)
    )
    return "[package]\n" + "".join(lines)


def _drafted(table: Mapping[str, Any], issue: Issue, file: str) -> str:
    if issue.name not in table:
        raise Refused("draft", f"{file}: the draft leaves issue {issue.name!r} open; name one of its options")
    option = _option(table[issue.name])
    if option not in issue.options:
        raise Refused(
            "draft",
            f"{file}: the draft takes {option!r} for issue {issue.name!r}, whose options are {listed(issue.options)}",
        )
    return option


def _toml(content: bytes, file: str) -> dict[str, Any]:
    try:
        text = content.decode("utf-8-sig")
        return tomllib.loads(text, parse_float=Decimal)
    except UnicodeDecodeError:
        raise Refused("negotiation-form", f"{file}: this is not UTF-8 text; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise Refused("negotiation-form", f"{file}: this is not well-formed TOML ({error})") from None


def _only_keys(table: Mapping[str, Any], known: set[str], what: str, file: str) -> None:
    for key in table:
        if key not in known:
            raise Refused(
                "negotiation-form",
                f"{file}: {what} has {key!r}, which is not known; known are {listed(sorted(known), 12)}",
            )


def _tables(table: Mapping[str, Any], key: str, file: str, what: str = "") -> Sequence[Mapping[str, Any]]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Refused("negotiation-form", f"{file}: {what}{key!r} is written as [[{key}]] blocks")
    return value


def _table(value: Any, what: str, file: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Refused("negotiation-form", f"{file}: {what} is a table of names and values, not {value!r}")
    return value


def _text(value: Any, what: str, file: str) -> str:
    if not isinstance(value, str):
        raise Refused("negotiation-form", f"{file}: {what} is a text in quotation marks, not {value!r}")
    return value.strip()


def _number(value: Any, what: str, file: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Refused("not-a-number", f"{file}: {what} is {value!r}; a number is needed")
    return float(value)


def _between(value: Any, what: str, file: str) -> Between:
    """A number, or [low, high]."""
    if isinstance(value, list):
        if len(value) != 2:
            raise Refused(
                "not-a-number", f"{file}: {what} has {len(value)} numbers; a range has two, [low, high]"
            )
        return Between(_number(value[0], what, file), _number(value[1], what, file))
    number = _number(value, what, file)
    return Between(number, number)


def _option(value: Any) -> str:
    """An option as text; numbers as people write them."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | Decimal):
        return _plain(Decimal(str(value)))
    return str(value).strip()


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}" if number else "0"


def _issue(table: Mapping[str, Any], file: str) -> Issue:
    name = _text(table.get("name", ""), "the name of an issue", file)
    _only_keys(table, _ISSUE, f"issue {name!r}", file)
    options: tuple[str, ...]
    if "options" in table:
        if not isinstance(table["options"], list):
            raise Refused(
                "negotiation-form", f"{file}: options of issue {name!r} are a list in square brackets"
            )
        options = tuple(_option(value) for value in table["options"])
    else:
        options = _steps(table, name, file)
    otherwise = _option(table["otherwise"]) if "otherwise" in table else None
    settled_by = tuple(_names(table.get("settled_by", []), f"settled_by of issue {name!r}", file))
    return Issue(name, options, otherwise, settled_by)


def _names(value: Any, what: str, file: str) -> Sequence[str]:
    if not isinstance(value, list):
        raise Refused("negotiation-form", f"{file}: {what} is a list of names in square brackets")
    return [_text(one, what, file) for one in value]


def _steps(table: Mapping[str, Any], name: str, file: str) -> tuple[str, ...]:
    """Numbers with a step, written exactly."""
    missing = [key for key in ("from", "to") if key not in table]
    if missing:
        raise Refused(
            "no-options",
            f"{file}: issue {name!r} has no options; list them, or give from, to and step for numbers",
        )
    low, high, step = (
        Decimal(str(_number(table.get(key, 1), f"{key!r} of issue {name!r}", file)))
        for key in ("from", "to", "step")
    )
    if not (low.is_finite() and high.is_finite() and step.is_finite()) or step <= 0 or high < low:
        raise Refused(
            "not-a-number",
            f"{file}: issue {name!r} goes from {low} to {high} by {step}; the step is above 0 and the end not below "
            "the start",
        )
    count = int((high - low) / step) + 1
    if count > _MOST_STEPS:
        raise Refused(
            "no-options",
            f"{file}: issue {name!r} has {count} values; {_MOST_STEPS} at most, so widen the step",
        )
    return tuple(_plain(low + number * step) for number in range(count))


def _decision(value: Any, file: str) -> Decision:
    table = _table(value, "decision", file)
    _only_keys(table, {"quota", "veto"}, "decision", file)
    quota = table.get("quota")
    if quota is not None and (isinstance(quota, bool) or not isinstance(quota, int)):
        raise Refused("not-a-number", f"{file}: the quota is a whole number of parties, not {quota!r}")
    return Decision(quota, tuple(_names(table.get("veto", []), "veto", file)))


def _party(table: Mapping[str, Any], issues: Sequence[Issue], file: str) -> PartyPreferences:
    name = _text(table.get("name", ""), "the name of a party", file)
    _only_keys(table, _PARTY, f"party {name!r}", file)
    points = _table(table.get("points", {}), f"points of {name!r}", file)
    ranking = _table(table.get("ranking", {}), f"ranking of {name!r}", file)
    weights = table.get("weights")
    return PartyPreferences(
        name=name,
        points={issue: _points(values, name, issue, issues, file) for issue, values in points.items()},
        no_agreement=_number(table.get("no_agreement", 0), f"{name!r} no_agreement", file),
        weights=None
        if weights is None
        else {
            issue: _between(value, f"{name!r} weight of issue {issue!r}", file)
            for issue, value in _table(weights, f"weights of {name!r}", file).items()
        },
        rankings={issue: _ranking(values, name, issue, file) for issue, values in ranking.items()},
        red_lines=tuple(_red_line(one, name, file) for one in _tables(table, "red_line", file)),
        conditions=tuple(_condition(one, name, issues, file) for one in _tables(table, "condition", file)),
        together=tuple(_together(one, name, file) for one in _tables(table, "together", file)),
        bargaining_weight=_number(table.get("bargaining_weight", 1), f"{name!r} bargaining_weight", file),
        file=file,
    )


def _points(values: Any, party: str, issue: str, issues: Sequence[Issue], file: str) -> Mapping[str, Between]:
    """Option -> points; `{ lowest = 0, highest = 100 }` is a straight line over the options in their order."""
    table = _table(values, f"points of {party!r} for issue {issue!r}", file)
    known = next((one for one in issues if one.name == issue), None)
    what = f"{party!r} points for option {{}} of issue {issue!r}"
    given = {
        _option(_key(key)): _between(value, what.format(repr(key)), file) for key, value in table.items()
    }
    if (
        known is not None
        and set(given) == {"lowest", "highest"}
        and not {"lowest", "highest"} & set(known.options)
    ):
        first, last, n = given["lowest"], given["highest"], max(1, len(known.options) - 1)
        return {
            option: Between(
                first.low + (last.low - first.low) * step / n,
                first.high + (last.high - first.high) * step / n,
            )
            for step, option in enumerate(known.options)
        }
    return given


def _key(key: str) -> object:
    """TOML keys are texts: 10 and 10.0 are the same number."""
    try:
        number = Decimal(key)
    except ArithmeticError:
        return key
    return number if number.is_finite() and str(key).strip() == key else key


def _ranking(value: Any, party: str, issue: str, file: str) -> tuple[tuple[str, ...], ...]:
    if not isinstance(value, list):
        raise Refused(
            "negotiation-form", f"{file}: the ranking of {party!r} for issue {issue!r} is a list, best first"
        )
    return tuple(
        tuple(_option(one) for one in equals) if isinstance(equals, list) else (_option(equals),)
        for equals in value
    )


def _where(value: Any, what: str, file: str) -> Where:
    table = _table(value, what, file)
    return tuple(
        (
            issue,
            tuple(
                dict.fromkeys(_option(one) for one in (options if isinstance(options, list) else [options]))
            ),
        )
        for issue, options in table.items()
    )


def _red_line(table: Mapping[str, Any], party: str, file: str) -> RedLine:
    _only_keys(table, {"options", "reason", "published"}, f"a red line of {party!r}", file)
    what = f"the red line of {party!r}"
    return RedLine(
        _where(table.get("options", {}), what, file),
        _text(table.get("reason", ""), what, file),
        _published(table, what, file),
    )


def _condition(table: Mapping[str, Any], party: str, issues: Sequence[Issue], file: str) -> Condition:
    """`only` .. `with` ..: A only with B; `if` .. `then` ..; `if` .. `at_least` .. in the order of the options."""
    what = f"a condition of {party!r}"
    _only_keys(table, {"only", "with", "if", "then", "at_least", "reason", "published"}, what, file)
    given = _where(table.get("if", table.get("only", {})), what, file)
    needs = _where(table.get("then", table.get("with", {})), what, file)
    for issue, options in _where(table.get("at_least", {}), what, file):
        needs += ((issue, _from_on(issue, options, party, issues, file)),)
    return Condition(given, needs, _text(table.get("reason", ""), what, file), _published(table, what, file))


def _published(table: Mapping[str, Any], what: str, file: str) -> bool:
    value = table.get("published", False)
    if not isinstance(value, bool):
        raise Refused("negotiation-form", f"{file}: published in {what} is true or false, not {value!r}")
    return value


def _from_on(
    issue: str, options: Sequence[str], party: str, issues: Sequence[Issue], file: str
) -> tuple[str, ...]:
    known = next((one for one in issues if one.name == issue), None)
    if known is None or options[0] not in known.options:
        return tuple(options)
    return known.options[known.options.index(options[0]) :]


def _together(table: Mapping[str, Any], party: str, file: str) -> Together:
    what = f"points of {party!r} for two issues together"
    _only_keys(table, {"issues", "points"}, what, file)
    pair = _names(table.get("issues", []), what, file)
    rows = table.get("points", [])
    if (
        len(pair) != 2
        or not isinstance(rows, list)
        or not all(isinstance(r, list) and len(r) == 3 for r in rows)
    ):
        raise Refused("negotiation-form", f"{file}: {what} need two issues and rows [option, option, points]")
    return Together(
        pair[0], pair[1], tuple((_option(a), _option(b), _number(value, what, file)) for a, b, value in rows)
    )
