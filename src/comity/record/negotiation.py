"""What parties state before packages are sought: issues, points, weights, red lines, conditions, all by name.

A party's value of a package is the sum over issues of weight / 100 times the points of the chosen option, and of
its points for pairs of options that it wants together. What is not said exactly is an interval.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from comity.errors import Refused
from comity.record.consultation import SourceFile

Shown = Literal["nothing", "rankings", "all"]
Where = tuple[tuple[str, tuple[str, ...]], ...]
"""Issue and options: it holds where every named issue takes one of its named options."""


@dataclass(frozen=True)
class Between:
    """A number that is known to lie between low and high, both included; exact where they are equal."""

    low: float
    high: float

    @property
    def middle(self) -> float:
        return self.low if self.low == self.high else (self.low + self.high) / 2

    @property
    def is_exact(self) -> bool:
        return self.low == self.high


FULL = Between(100.0, 100.0)


@dataclass(frozen=True)
class Issue:
    """A matter to settle. options: at least one, in the order of submission, which is also their order of size
    where "at least" is asked. otherwise: what holds without an agreement, None where nobody said. settled_by:
    parties who can settle this issue among themselves, empty where only an agreement of the decision rule can.
    """

    name: str
    options: tuple[str, ...]
    otherwise: str | None = None
    settled_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class RedLine:
    """Options that a party refuses: alone, or together where several issues are named.

    reason: its own words. published: the party itself opened this line to the others; nobody else can.
    """

    where: Where
    reason: str = ""
    published: bool = False


@dataclass(frozen=True)
class Condition:
    """If all of `given` holds, then all of `needs` must hold: "A only with B", "if X then at least Y"."""

    given: Where
    needs: Where
    reason: str = ""
    published: bool = False


@dataclass(frozen=True)
class Together:
    """Points that a party adds (or takes away) where two issues take these options: (option, option, points)."""

    first: str
    second: str
    points: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True)
class PartyPreferences:
    """What one party states, privately.

    points: issue -> option -> points. rankings: issue -> options best first, equals side by side, in place of
    points. weights: issue -> share of 100; an issue that is neither in points nor in rankings does not matter to
    the party. no_agreement: what it has without one, in the same points. bargaining_weight: 1 unless all agreed
    otherwise. file: where this was read.
    """

    name: str
    points: Mapping[str, Mapping[str, Between]]
    no_agreement: float = 0.0
    weights: Mapping[str, Between] | None = None
    rankings: Mapping[str, tuple[tuple[str, ...], ...]] | None = None
    red_lines: tuple[RedLine, ...] = ()
    conditions: tuple[Condition, ...] = ()
    together: tuple[Together, ...] = ()
    bargaining_weight: float = 1.0
    file: str = ""

    def weight_of(self, issue: str) -> Between:
        """The weight of an issue in percent; 100 where the party gave no weights at all, 0 where it left it out."""
        if self.weights is None:
            return FULL
        return self.weights.get(issue, Between(0.0, 0.0))


@dataclass(frozen=True)
class Decision:
    """Who must consent. quota: how many parties; None: all. veto: parties without whom nothing is decided."""

    quota: int | None = None
    veto: tuple[str, ...] = ()


@dataclass(frozen=True)
class Negotiation:
    """One question, its issues, and what every party stated about them. shown: what the host opened to the others."""

    title: str
    question: str
    issues: tuple[Issue, ...]
    parties: tuple[PartyPreferences, ...]
    shown: Shown = "nothing"
    decision: Decision = Decision()
    kind: str = "comity-toml"
    files: tuple[SourceFile, ...] = ()
    notes: tuple[str, ...] = ()

    def issue(self, name: str) -> Issue:
        return next(issue for issue in self.issues if issue.name == name)

    def only(self, names: Sequence[str]) -> Negotiation:
        """The same negotiation among some of its parties, in the order of submission."""
        unknown = [name for name in names if name not in {party.name for party in self.parties}]
        if unknown:
            raise Refused(
                "unknown-name",
                f"there is no party {unknown[0]!r}; the parties are {listed(party.name for party in self.parties)}",
            )
        return replace(self, parties=tuple(party for party in self.parties if party.name in set(names)))


Package = tuple[str, ...]
"""One option for every issue, in the order of the issues."""


def checked(negotiation: Negotiation, file: str) -> Negotiation:
    """The negotiation, if every name in it is known and every number is one; else Refused, in one sentence.

    file: named in sentences about the issues; a party's own file is named in sentences about the party.
    """
    _check_issues(negotiation, file)
    if not negotiation.parties:
        raise Refused("no-parties", f"{file}: no party states its interests; at least one is needed")
    _check_different([party.name for party in negotiation.parties], "parties", file)
    for party in negotiation.parties:
        _check_party(negotiation, party, party.file or file)
    _check_decision(negotiation, file)
    return negotiation


def listed(names: Iterable[str], limit: int = 8) -> str:
    """Names in quotation marks, the first few and how many more.

    >>> listed(["a", "b"])
    "'a', 'b'"
    """
    every = list(names)
    more = f" and {len(every) - limit} more" if len(every) > limit else ""
    return ", ".join(repr(name) for name in every[:limit]) + more


def _check_issues(negotiation: Negotiation, file: str) -> None:
    if not negotiation.issues:
        raise Refused("no-options", f"{file}: there is no issue to settle; at least one is needed")
    _check_different([issue.name for issue in negotiation.issues], "issues", file)
    names = {party.name for party in negotiation.parties}
    for issue in negotiation.issues:
        if not issue.options:
            raise Refused("no-options", f"{file}: issue {issue.name!r} has no options; give it at least one")
        _check_different(issue.options, f"options of issue {issue.name!r}", file)
        if issue.otherwise is not None and issue.otherwise not in issue.options:
            raise Refused(
                "unknown-name",
                f"{file}: issue {issue.name!r} would otherwise be {issue.otherwise!r}, which is not among its "
                f"options {listed(issue.options)}",
            )
        for name in issue.settled_by:
            if name not in names:
                raise Refused(
                    "unknown-name",
                    f"{file}: issue {issue.name!r} is said to be settled by {name!r}, who is not a party",
                )


def _check_different(names: Sequence[str], what: str, file: str) -> None:
    seen: set[str] = set()
    for name in names:
        if not name.strip():
            raise Refused("same-name", f"{file}: one of the {what} has no name")
        if name in seen:
            raise Refused("same-name", f"{file}: two {what} are called {name!r}; give each its own name")
        seen.add(name)


def _check_party(negotiation: Negotiation, party: PartyPreferences, file: str) -> None:
    weights, rankings = party.weights or {}, party.rankings or {}
    for issue in (*party.points, *rankings, *weights):
        _check_issue_known(negotiation, party, issue, file)
    for issue, values in party.points.items():
        _check_points(negotiation, party, issue, values, file)
        if issue in rankings:
            raise Refused(
                "contradiction",
                f"{file}: {party.name!r} gives both points and a ranking for issue {issue!r}; keep one of them",
            )
    for issue, ranking in rankings.items():
        _check_ranking(negotiation, party, issue, ranking, file)
    for issue, weight in weights.items():
        _check_number(weight, f"{file}: {party.name!r} weight of issue {issue!r}", least=0.0)
    _check_number(
        Between(party.no_agreement, party.no_agreement), f"{file}: {party.name!r} value of no agreement"
    )
    if not (math.isfinite(party.bargaining_weight) and party.bargaining_weight > 0):
        raise Refused(
            "not-a-number",
            f"{file}: {party.name!r} has bargaining weight {party.bargaining_weight}; it must be a number above 0",
        )
    for line in party.red_lines:
        _check_where(negotiation, party, line.where, "red line", file)
    for condition in party.conditions:
        _check_where(negotiation, party, condition.given, "condition", file)
        _check_where(negotiation, party, condition.needs, "condition", file)
    for pair in party.together:
        _check_together(negotiation, party, pair, file)


def _check_issue_known(negotiation: Negotiation, party: PartyPreferences, issue: str, file: str) -> None:
    names = [one.name for one in negotiation.issues]
    if issue not in names:
        raise Refused(
            "unknown-name",
            f"{file}: {party.name!r} speaks of issue {issue!r}, which is not among the issues {listed(names)}",
        )


def _check_points(
    negotiation: Negotiation, party: PartyPreferences, issue: str, values: Mapping[str, Between], file: str
) -> None:
    options = negotiation.issue(issue).options
    for option, value in values.items():
        _check_option(party, issue, option, options, what="points", file=file)
        _check_number(value, f"{file}: {party.name!r} points for option {option!r} of issue {issue!r}")
    missing = [option for option in options if option not in values]
    if missing:
        raise Refused(
            "missing-points",
            f"{file}: {party.name!r} gives no points for option {missing[0]!r} of issue {issue!r}; write 0, or a "
            "range such as [0, 100] where it is not known yet",
        )


def _check_ranking(
    negotiation: Negotiation,
    party: PartyPreferences,
    issue: str,
    ranking: tuple[tuple[str, ...], ...],
    file: str,
) -> None:
    options = negotiation.issue(issue).options
    named = [option for equals in ranking for option in equals]
    for option in named:
        _check_option(party, issue, option, options, what="a rank", file=file)
    if sorted(named) != sorted(options):
        wrong = next((option for option in options if named.count(option) != 1), named[0] if named else "")
        raise Refused(
            "missing-points",
            f"{file}: {party.name!r} ranking of issue {issue!r} must name every option once; look at {wrong!r}",
        )


def _check_option(
    party: PartyPreferences, issue: str, option: str, options: Sequence[str], *, what: str, file: str
) -> None:
    if option not in options:
        raise Refused(
            "unknown-name",
            f"{file}: {party.name!r} gives {what} for option {option!r} of issue {issue!r}, whose options are "
            f"{listed(options)}",
        )


def _check_number(value: Between, what: str, least: float = -math.inf) -> None:
    for number in (value.low, value.high):
        if not math.isfinite(number):
            raise Refused("not-a-number", f"{what} is {number}; a finite number is needed")
        if number < least:
            raise Refused("not-a-number", f"{what} is {number:g}; it cannot be below {least:g}")
    if value.low > value.high:
        raise Refused(
            "not-a-number",
            f"{what} lies between {value.low:g} and {value.high:g}; write the smaller number first",
        )


def _check_where(
    negotiation: Negotiation, party: PartyPreferences, where: Where, what: str, file: str
) -> None:
    if not where:
        raise Refused("no-options", f"{file}: a {what} of {party.name!r} names no issue")
    _check_different([issue for issue, _ in where], f"issues in a {what} of {party.name!r}", file)
    for issue, options in where:
        _check_issue_known(negotiation, party, issue, file)
        if not options:
            raise Refused(
                "no-options", f"{file}: a {what} of {party.name!r} names no option of issue {issue!r}"
            )
        for option in options:
            _check_option(party, issue, option, negotiation.issue(issue).options, what=f"a {what}", file=file)


def _check_together(negotiation: Negotiation, party: PartyPreferences, pair: Together, file: str) -> None:
    for issue in (pair.first, pair.second):
        _check_issue_known(negotiation, party, issue, file)
    if pair.first == pair.second:
        raise Refused(
            "contradiction",
            f"{file}: {party.name!r} gives points for issue {pair.first!r} together with itself",
        )
    for first, second, points in pair.points:
        _check_option(
            party, pair.first, first, negotiation.issue(pair.first).options, what="points", file=file
        )
        _check_option(
            party, pair.second, second, negotiation.issue(pair.second).options, what="points", file=file
        )
        _check_number(
            Between(points, points), f"{file}: {party.name!r} points for {first!r} together with {second!r}"
        )


def _check_decision(negotiation: Negotiation, file: str) -> None:
    names = [party.name for party in negotiation.parties]
    for name in negotiation.decision.veto:
        if name not in names:
            raise Refused(
                "unknown-name", f"{file}: the decision rule gives a veto to {name!r}, who is no party"
            )
    quota = negotiation.decision.quota
    if quota is not None and not 1 <= quota <= len(names):
        raise Refused(
            "not-a-number",
            f"{file}: the decision rule asks for {quota} parties, but there are {len(names)}; name 1 to {len(names)}",
        )
