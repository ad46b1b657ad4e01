"""From what parties state by name to the engine's numbers, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from comity.engine.bargaining.listing import can_be_listed
from comity.engine.bargaining.space import Floats, Integers, Interaction, Refusal, Space, package_space
from comity.record.negotiation import Between, Issue, Negotiation, Package, PartyPreferences, Where

DECIMALS = 9
"""Of every published number about packages."""


@dataclass(frozen=True)
class Line:
    """One red line or condition in words, and the refusals that it means in the space. number: within its party."""

    party: int
    number: int
    kind: str
    says: str
    reason: str
    published: bool
    refusals: tuple[Refusal, ...]


def space_of(negotiation: Negotiation) -> tuple[Space, tuple[Line, ...]]:
    """The space of packages, with the middle of every range and equal steps in every ranking; and its lines."""
    lines = tuple(
        line
        for number, party in enumerate(negotiation.parties)
        for line in _lines(negotiation, number, party)
    )
    points = [
        np.array(
            [[_points(party, issue, option) for option in issue.options] for party in negotiation.parties]
        )
        for issue in negotiation.issues
    ]
    space = package_space(
        points,
        [party.no_agreement for party in negotiation.parties],
        [party.bargaining_weight for party in negotiation.parties],
        _interactions(negotiation),
        [refusal for line in lines for refusal in line.refusals],
    )
    return space, lines


def packages_beyond_listing(n_options: Sequence[int], n_parties: int) -> int | None:
    """How many packages there are, where they are too many to be listed; None where all are. n_options: by issue.

    >>> packages_beyond_listing([6] * 4, 3), packages_beyond_listing([6] * 20, 3) == 6**20
    (None, True)
    """
    space = package_space([np.zeros((n_parties, n)) for n in n_options], np.zeros(n_parties))
    return None if can_be_listed(space) else space.n_packages


def names_of(negotiation: Negotiation, package: Sequence[int] | Integers) -> Package:
    return tuple(
        issue.options[int(option)] for issue, option in zip(negotiation.issues, package, strict=True)
    )


def rounded(values: Floats) -> tuple[float | None, ...]:
    """One number a party, as it is published."""
    return tuple(round(float(value), DECIMALS) + 0.0 for value in values)


def numbers_of(negotiation: Negotiation, package: Package) -> Integers:
    return np.array(
        [issue.options.index(option) for issue, option in zip(negotiation.issues, package, strict=True)],
        np.int32,
    )


def contribution(party: PartyPreferences, issue: Issue, option: str) -> tuple[float, float]:
    """The smallest and largest value that an option may add for a party, given what it left unsaid."""
    weight, points = party.weight_of(issue.name), _stated(party, issue, option)
    products = [w * p / 100.0 for w in (weight.low, weight.high) for p in (points.low, points.high)]
    return min(products), max(products)


def unsaid_issues(party: PartyPreferences) -> tuple[str, ...]:
    """Issues on which a party gave a range or a ranking instead of points or an exact weight."""
    ranges = [issue for issue, values in party.points.items() if not all(v.is_exact for v in values.values())]
    weights = [issue for issue, weight in (party.weights or {}).items() if not weight.is_exact]
    return tuple(dict.fromkeys([*ranges, *(party.rankings or {}), *weights]))


def step_of(party: PartyPreferences, issue: Issue, option: str) -> float:
    """Points of a ranked option: best 100, worst 0, equal steps between; all equal: 0."""
    levels = (party.rankings or {})[issue.name]
    place = next(number for number, equals in enumerate(levels) if option in equals)
    return 100.0 * (len(levels) - 1 - place) / (len(levels) - 1) if len(levels) > 1 else 0.0


def _stated(party: PartyPreferences, issue: Issue, option: str) -> Between:
    if issue.name in party.points:
        return party.points[issue.name][option]
    if issue.name in (party.rankings or {}):
        levels = (party.rankings or {})[issue.name]
        if option in levels[0] or option in levels[-1]:
            step = step_of(party, issue, option)
            return Between(step, step)
        return Between(0.0, 100.0)
    return Between(0.0, 0.0)


def _points(party: PartyPreferences, issue: Issue, option: str) -> float:
    if issue.name in (party.rankings or {}):
        points = step_of(party, issue, option)
    else:
        points = _stated(party, issue, option).middle
    return party.weight_of(issue.name).middle * points / 100.0


def _interactions(negotiation: Negotiation) -> list[Interaction]:
    """One table for every pair of issues on which somebody gives points together."""
    place = {issue.name: number for number, issue in enumerate(negotiation.issues)}
    tables: dict[tuple[int, int], Floats] = {}
    for number, party in enumerate(negotiation.parties):
        for pair in party.together:
            first, second = place[pair.first], place[pair.second]
            key = (min(first, second), max(first, second))
            sizes = tuple(len(negotiation.issues[issue].options) for issue in key)
            table = tables.setdefault(key, np.zeros((len(negotiation.parties), *sizes)))
            for one, other, points in pair.points:
                options = (
                    negotiation.issues[first].options.index(one),
                    negotiation.issues[second].options.index(other),
                )
                table[(number, *(options if first < second else options[::-1]))] += points
    return [Interaction(first, second, table) for (first, second), table in tables.items()]


def _lines(negotiation: Negotiation, number: int, party: PartyPreferences) -> list[Line]:
    lines: list[Line] = []
    for red in party.red_lines:
        refusal = _refusal(negotiation, number, red.where)
        says = f"refuses {_said(red.where)}"
        lines.append(Line(number, len(lines), "red line", says, red.reason, red.published, (refusal,)))
    for condition in party.conditions:
        refusals = [
            refused
            for issue, options in condition.needs
            if (refused := _unless(negotiation, number, condition.given, issue, options)) is not None
        ]
        says = f"accepts {_said(condition.given)} only with {_said(condition.needs)}"
        lines.append(
            Line(
                number, len(lines), "condition", says, condition.reason, condition.published, tuple(refusals)
            )
        )
    return lines


def _refusal(negotiation: Negotiation, party: int, where: Where) -> Refusal:
    places = {issue.name: place for place, issue in enumerate(negotiation.issues)}
    return Refusal(
        party,
        tuple(
            (places[name], tuple(negotiation.issue(name).options.index(option) for option in options))
            for name, options in where
        ),
    )


def _unless(
    negotiation: Negotiation, party: int, given: Where, issue: str, options: tuple[str, ...]
) -> Refusal | None:
    """What "given only with one of these options" forbids; None where it forbids nothing."""
    where = dict(given)
    others = where.get(issue, negotiation.issue(issue).options)
    where[issue] = tuple(option for option in others if option not in options)
    return _refusal(negotiation, party, tuple(where.items())) if where[issue] else None


def _said(where: Where) -> str:
    return " together with ".join(f"{issue}: {' or '.join(options)}" for issue, options in where)
