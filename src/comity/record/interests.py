"""What a party states about its interests, as the text that is kept beside the record, and what it opens to others.

The text is canonical JSON of the form `FORM`: weights that share out 100 points over the issues, points from 0 to 100
for every option of an issue that weighs something (or an order, best first), red lines, conditions, and what no
agreement is worth. Issues are named by their ids. What the others see is a second text, made from the first by
`opened_part` alone. Normative: `docs/reference/record-format.md`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from comity.errors import Refused
from comity.record.bargain import Bargain, IssueAdded
from comity.record.canonical import canonical, parsed
from comity.record.consultation import Party
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

FORM = "comity-interests/1"
OPENED = "comity-opened/1"
SHARED_OUT = 100.0
SLACK = 1e-6
MOST_LINES = 100
MOST_CHARACTERS = 200_000
MOST_STEPS = 100_000
"""How far a party's own lines are searched for a package that meets them all; lines that need more are let pass."""
_KEYS = {"form", "no_agreement", "weights", "points", "rankings", "red_lines", "conditions", "together"}

Issues = Mapping[str, IssueAdded]


def interests_text(statement: Mapping[str, Any], issues: Issues, party: str) -> str:
    """The statement as the text to keep, every name and number checked. party: its name, for what is refused.

    Raises Refused where the weights do not add to 100, an option has no points, a name is unknown, or a number is
    none or out of range.
    """
    unknown = sorted(set(statement) - _KEYS)
    if unknown:
        raise Refused("malformed-entry", f"interests have no part {unknown[0]!r}; leave it out")
    try:
        text = canonical({"form": FORM, **statement}).decode()
    except ValueError as error:
        raise Refused(
            "not-a-number", f"the interests cannot be written down ({error}); correct them"
        ) from None
    if len(text) > MOST_CHARACTERS:
        raise Refused(
            "malformed-entry", f"the interests have {len(text)} characters; shorten them to {MOST_CHARACTERS}"
        )
    preferences = preferences_from(text, issues, party)
    _check_range(preferences)
    checked(Negotiation("", "", _issues(issues, {}), (preferences,)), "interests")
    _check_weights(preferences)
    _check_leaves_something(preferences, issues)
    return text


def preferences_from(text: str, issues: Issues, party: str) -> PartyPreferences:
    """What a kept text says, by the names of issues; what it leaves out counts as empty. Raises Refused.

    The names of options and issues are not checked here (`interests_text` did it when the text was stated).
    """
    try:
        found = parsed(text.encode())
        names = {issue: entry.name for issue, entry in issues.items()}
        return PartyPreferences(
            name=party,
            points={
                _named(issue, names): {option: _between(value) for option, value in points.items()}
                for issue, points in found.get("points", {}).items()
            },
            no_agreement=_number(found.get("no_agreement", 0.0)),
            weights={
                _named(issue, names): _between(value) for issue, value in found.get("weights", {}).items()
            },
            rankings={
                _named(issue, names): tuple(_texts(equals) for equals in order)
                for issue, order in found.get("rankings", {}).items()
            },
            red_lines=tuple(
                RedLine(_where(line["where"], names), _text(line.get("reason", "")), _flag(line))
                for line in _lines(found, "red_lines")
            ),
            conditions=tuple(
                Condition(
                    _where(line["if"], names),
                    _where(line["then"], names),
                    _text(line.get("reason", "")),
                    _flag(line),
                )
                for line in _lines(found, "conditions")
            ),
            together=tuple(
                Together(
                    _named(pair["issues"][0], names),
                    _named(pair["issues"][1], names),
                    tuple((_text(a), _text(b), _number(points)) for a, b, points in pair["points"]),
                )
                for pair in _lines(found, "together")
            ),
            file="interests",
        )
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError) as error:
        raise Refused(
            "malformed-entry", f"the interests of {party!r} are not of their form ({error}); correct them"
        ) from None


def opened_part(text: str, issues: Issues, shown: Shown) -> str | None:
    """What the others see of a statement: what the host chose, and the lines that the party published itself.

    None where that is nothing. A red line or condition that is not published is never in it, whatever `shown` says.
    """
    found = parsed(text.encode())
    part: dict[str, Any] = {}
    for name in ("red_lines", "conditions"):
        lines = [line for line in found.get(name, ()) if line.get("published") is True]
        if lines:
            part[name] = lines
    if shown == "rankings":
        part["order"] = _order(preferences_from(text, issues, ""), issues)
    elif shown == "all":
        part.update(
            {
                name: found[name]
                for name in ("no_agreement", "weights", "points", "rankings", "together")
                if name in found
            }
        )
    return canonical({"form": OPENED, **part}).decode() if part else None


def negotiation_of(
    bargain: Bargain,
    parties: Mapping[str, Party],
    texts: Mapping[str, str],
    interests: Mapping[str, str],
    title: str,
    question: str,
) -> Negotiation:
    """The negotiation as the engine's findings take it, with the parties that stated interests, in order of arrival.

    interests: party -> hash of the statement that counts (`DraftProposed.interests`). Raises Refused
    'interests-erased' where one of their texts is not there.
    """
    if bargain.terms is None:
        raise ValueError("there is no negotiation before it was opened")
    names = party_names(parties)
    missing = [party for party in parties if party in interests and interests[party] not in texts]
    if missing:
        raise Refused(
            "interests-erased",
            f"what {names[missing[0]]!r} stated is not here (it was erased, or this is a public copy), so nothing can "
            "be computed from it",
        )
    weights = bargain.terms.weights
    stated = tuple(
        _weighed(
            preferences_from(texts[interests[party]], bargain.issues, names[party]), weights.get(party, 1.0)
        )
        for party in parties
        if party in interests
    )
    present = {one.name for one in stated}
    quota = bargain.terms.quota
    return Negotiation(
        title=title,
        question=question,
        issues=_issues(bargain.issues, {party: names[party] for party in parties if names[party] in present}),
        parties=stated,
        shown=bargain.terms.shown,
        decision=Decision(
            None if quota is None else min(quota, len(stated)),
            tuple(names[party] for party in bargain.terms.veto if names[party] in present),
        ),
        kind="record",
    )


def package_of(bargain: Bargain, package: Mapping[str, str]) -> Package:
    """A draft's options in the order of the issues."""
    return tuple(package[issue] for issue in bargain.issues)


def party_names(parties: Mapping[str, Party]) -> dict[str, str]:
    """Ids -> names that differ: a name that two parties share gets its id beside it."""
    every = [party.name for party in parties.values()]
    return {
        id_: party.name if every.count(party.name) == 1 else f"{party.name} ({id_})"
        for id_, party in parties.items()
    }


def _weighed(party: PartyPreferences, weight: float) -> PartyPreferences:
    return PartyPreferences(**{**vars(party), "bargaining_weight": weight})


def _issues(issues: Issues, names: Mapping[str, str]) -> tuple[Issue, ...]:
    return tuple(
        Issue(
            entry.name,
            entry.options,
            entry.otherwise,
            tuple(names[party] for party in entry.settled_by)
            if all(party in names for party in entry.settled_by)
            else (),
        )
        for entry in issues.values()
    )


def _check_range(party: PartyPreferences) -> None:
    for issue, points in party.points.items():
        for option, value in points.items():
            _check_between(value, f"points for {option!r} of issue {issue!r}")
    for issue, weight in (party.weights or {}).items():
        _check_between(weight, f"the weight of issue {issue!r}")
    _check_between(Between(party.no_agreement, party.no_agreement), "what no agreement is worth")


def _check_between(value: Between, what: str) -> None:
    if not (math.isfinite(value.low) and math.isfinite(value.high) and 0 <= value.low <= value.high <= 100):
        shown = f"{value.low:g}" if value.is_exact else f"{value.low:g} to {value.high:g}"
        raise Refused("not-a-number", f"{what} is {shown}; write a number from 0 to 100")


def _check_weights(party: PartyPreferences) -> None:
    weights = party.weights or {}
    low, high = sum(one.low for one in weights.values()), sum(one.high for one in weights.values())
    if not low - SLACK <= SHARED_OUT <= high + SLACK:
        gap = SHARED_OUT - (low if low > SHARED_OUT else high)
        left = f"{gap:g} are left" if gap > 0 else f"{-gap:g} too many are given"
        raise Refused(
            "points-to-share", f"100 points are shared out over the issues, and {left}; correct the weights"
        )
    told = {*party.points, *(party.rankings or {})}
    missing = [issue for issue, weight in weights.items() if weight.high > 0 and issue not in told]
    if missing:
        raise Refused(
            "missing-points",
            f"issue {missing[0]!r} weighs something, but its options have no points; give each from 0 to 100",
        )


def _check_leaves_something(party: PartyPreferences, issues: Issues) -> None:
    """Refuse red lines and conditions that leave no package: a slip of the pen, and no draft could be computed."""
    options = {entry.name: entry.options for entry in issues.values()}
    for name, every in options.items():
        alone = {
            option
            for line in party.red_lines
            if len(line.where) == 1 and line.where[0][0] == name
            for option in line.where[0][1]
        }
        if alone >= set(every):
            raise Refused(
                "refuses-everything",
                f"{party.name!r} refuses every option of issue {name!r}; leave it at least one",
            )
    forbidden = [dict(line.where) for line in party.red_lines]
    for line in party.conditions:
        for issue, needed in line.needs:
            others = [
                option for option in dict(line.given).get(issue, options[issue]) if option not in needed
            ]
            if others:
                forbidden.append({**dict(line.given), issue: tuple(others)})
    if not _leaves_something(forbidden, options):
        raise Refused(
            "contradiction",
            f"the red lines and conditions of {party.name!r} together leave no package; take one of them back",
        )


def _leaves_something(
    forbidden: Sequence[Mapping[str, Sequence[str]]], options: Mapping[str, Sequence[str]]
) -> bool:
    """Whether some choice of options meets every line; True also where that is not settled in `MOST_STEPS`."""
    named = list(dict.fromkeys(issue for line in forbidden for issue in line))
    steps = 0
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        chosen = waiting.pop()
        steps += 1
        if len(chosen) == len(named) or steps > MOST_STEPS:
            return True
        issue = named[len(chosen)]
        for option in options[issue]:
            now = dict(zip(named, (*chosen, option), strict=False))
            if not any(
                all(now.get(place) in wanted for place, wanted in line.items())
                for line in forbidden
                if issue in line
            ):
                waiting.append((*chosen, option))
    return False


def _order(party: PartyPreferences, issues: Issues) -> dict[str, Any]:
    """Issues by what is at stake in them for the party, and the options of each, best first, equals together."""
    points = {entry.name: _steps(party, entry) for entry in issues.values()}
    stake = {
        entry.name: party.weight_of(entry.name).middle * (max(values) - min(values))
        for entry in issues.values()
        for values in [points[entry.name].values()]
    }
    return {
        "issues": _levels({issue: round(stake[entry.name], 9) for issue, entry in issues.items()}),
        "options": {issue: _levels(points[entry.name]) for issue, entry in issues.items()},
    }


def _steps(party: PartyPreferences, issue: IssueAdded) -> dict[str, float]:
    """Points of every option: the middle of a range; equal steps in an order; 0 where nothing was said."""
    if issue.name in party.points:
        return {option: party.points[issue.name][option].middle for option in issue.options}
    order = (party.rankings or {}).get(issue.name, (issue.options,))
    last = max(1, len(order) - 1)
    return {
        option: 100.0 * (len(order) - 1 - place) / last
        for place, equals in enumerate(order)
        for option in equals
    }


def _levels(values: Mapping[str, float]) -> list[list[str]]:
    return [
        [name for name in values if values[name] == level]
        for level in sorted(set(values.values()), reverse=True)
    ]


def _named(issue: Any, names: Mapping[str, str]) -> str:
    if issue not in names:
        raise Refused("unknown-name", f"there is no issue {issue!r} here; the issues are {listed(names)}")
    return names[issue]


def _between(value: Any) -> Between:
    if isinstance(value, (list, tuple)):
        low, high = value
        return Between(_number(low), _number(high))
    return Between(_number(value), _number(value))


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{value!r} is no number")
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    if isinstance(values, str):
        raise ValueError(f"{values!r} is no list")
    return tuple(_text(value) for value in values)


def _flag(line: Mapping[str, Any]) -> bool:
    value = line.get("published", False)
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is not true or false")
    return value


def _lines(found: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    lines: Sequence[Mapping[str, Any]] = found.get(name, ())
    if not isinstance(lines, (list, tuple)) or len(lines) > MOST_LINES:
        raise ValueError(f"{name} is a list of at most {MOST_LINES}")
    return lines


def _where(value: Mapping[str, Any], names: Mapping[str, str]) -> Where:
    return tuple((_named(issue, names), _texts(options)) for issue, options in value.items())
