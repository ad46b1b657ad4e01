"""What still depends on what parties left unsaid: ranges instead of numbers, orders instead of points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from comity.engine.bargaining.agreements import Agreements
from comity.engine.bargaining.frontier import dominating
from comity.engine.bargaining.large import undominated
from comity.engine.bargaining.listing import Listing
from comity.engine.bargaining.programme import Solved
from comity.engine.bargaining.solutions import SOLUTIONS
from comity.engine.bargaining.space import Floats, Integers, Space, package_space, values_of
from comity.findings.package_space import contribution, space_of, step_of, unsaid_issues
from comity.findings.packages import SOLUTION_NAMES, CertainFinding, UnsaidFinding
from comity.record.negotiation import Between, Negotiation, PartyPreferences


def unsaid_findings(
    negotiation: Negotiation, solved: Mapping[str, Solved], seconds: float, most: int
) -> tuple[UnsaidFinding, ...]:
    """For the first few ranges and rankings: which of the solutions given change at its low or its high end.

    seconds: for one solution in a space too large to list.
    """
    items = [
        (number, issue) for number, party in enumerate(negotiation.parties) for issue in unsaid_issues(party)
    ]
    return tuple(_item(negotiation, solved, number, issue, seconds) for number, issue in items[:most])


def _item(
    negotiation: Negotiation, solved: Mapping[str, Solved], number: int, issue: str, seconds: float
) -> UnsaidFinding:
    party = negotiation.parties[number]
    ranked = issue in (party.rankings or {})
    says = "gave an order instead of points" if ranked else "gave a range instead of a number"
    if len(solved) < len(SOLUTIONS):
        says += f"; looked at for the {' and '.join(SOLUTION_NAMES[name] for name in solved)} package only"
    changed: set[str] = set()
    for end in ("low", "high"):
        moved = replace(
            negotiation,
            parties=tuple(
                _at_end(negotiation, one, issue, end) if place == number else one
                for place, one in enumerate(negotiation.parties)
            ),
        )
        other = Agreements(space_of(moved)[0], seconds)
        for name, before in solved.items():
            package = other.solution(name).package
            if (package is None) != (before.package is None) or (
                package is not None and before.package is not None and (package != before.package).any()
            ):
                changed.add(name)
    return UnsaidFinding(number, issue, says, tuple(name for name in SOLUTIONS if name in changed))


def _at_end(negotiation: Negotiation, party: PartyPreferences, issue: str, end: str) -> PartyPreferences:
    """The party with one issue's ranges at their low or high ends; a ranking with its middle at 0 or at 100."""

    def ended(value: Between) -> Between:
        number = value.low if end == "low" else value.high
        return Between(number, number)

    points = dict(party.points)
    rankings = dict(party.rankings or {})
    weights = None if party.weights is None else dict(party.weights)
    if issue in points:
        points[issue] = {option: ended(value) for option, value in points[issue].items()}
    if issue in rankings:
        options = negotiation.issue(issue).options
        first, last = rankings[issue][0], rankings[issue][-1]
        middle = 0.0 if end == "low" else 100.0
        points[issue] = {
            option: Between(fixed, fixed)
            for option in options
            for fixed in [
                step_of(party, negotiation.issue(issue), option)
                if option in first or option in last
                else middle
            ]
        }
        del rankings[issue]
    if weights is not None and issue in weights:
        weights[issue] = ended(weights[issue])
    return replace(party, points=points, rankings=rankings, weights=weights)


def certainty(
    negotiation: Negotiation, space: Space, listed: Listing | None, best: Integers, seconds: float
) -> CertainFinding:
    """Whether the package is acceptable, and undominated, for every reading of what is unsaid."""
    low, high = _least_and_most(negotiation)
    offset = values_of(space, best[None, :])[0] - sum(
        (table[:, int(option)] for table, option in zip(space.points, best, strict=True)),
        np.zeros(space.n_parties),
    )
    least = sum((table[:, int(o)] for table, o in zip(low, best, strict=True)), offset)
    most = sum((table[:, int(o)] for table, o in zip(high, best, strict=True)), offset)
    slack = 1e-9 * (1.0 + np.abs(space.floor))
    surely = bool((least >= space.floor - slack).all())
    possible = bool((most >= space.floor - slack).all())
    # the most that another package can be ahead: its highest minus this one's lowest, on issues that differ
    ahead = package_space(
        [_differences(h, low_table, int(o)) for h, low_table, o in zip(high, low, best, strict=True)],
        np.zeros(space.n_parties),
        interactions=space.interactions,
    )
    behind = package_space(
        [_differences(low_table, h, int(o)) for h, low_table, o in zip(high, low, best, strict=True)],
        np.zeros(space.n_parties),
        interactions=space.interactions,
    )
    could, must = (_is_beaten(one, space, listed, best, seconds) for one in (ahead, behind))
    return CertainFinding(
        "surely" if surely else "perhaps" if possible else "surely not",
        "surely" if must else "surely not" if could is False else "perhaps",
    )


def _is_beaten(
    differences: Space, space: Space, listed: Listing | None, best: Integers, seconds: float
) -> bool | None:
    """Whether some package nobody refuses dominates best in a space of differences; None where that was not settled."""
    if listed is not None:
        zero = values_of(differences, best[None, :])[0]
        return bool((listed.allowed & dominating(values_of(differences, listed.packages), zero)).any())
    better, proven = undominated(differences.with_refusals(space.refusals), best, seconds)
    return True if better is not None else False if proven else None


def _least_and_most(negotiation: Negotiation) -> tuple[list[Floats], list[Floats]]:
    ends = [
        np.array(
            [
                [contribution(party, issue, option) for option in issue.options]
                for party in negotiation.parties
            ]
        )
        for issue in negotiation.issues
    ]
    return [table[:, :, 0] for table in ends], [table[:, :, 1] for table in ends]


def _differences(others: Floats, own: Floats, option: int) -> Floats:
    """Other options against this one; the option against itself is never different."""
    table = others - own[:, [option]]
    table[:, option] = 0.0
    return table
