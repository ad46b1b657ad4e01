"""A decision rule as the engine counts it: parties by number, weights as whole numbers, and whether votes pass.

A rule that can be no rule is refused here: one that nobody can pass, that passes when nobody says yes, or that needs
more than there is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from math import lcm

from comity.engine.power.rules import AtLeast, Part, Quorum, Quota, Rule, Veto
from comity.errors import Refused
from comity.record import rule as named
from comity.record.rule import DecisionRule


def passes(rule: DecisionRule, votes: Mapping[str, str]) -> bool:
    """Whether a decision passes. votes: yes, no, abstain or absent by party name; not named is absent.

    Raises Refused for a party that is not in the rule and for an answer that is none.
    """
    codes = {"yes": 1, "no": -1, "abstain": 0, "absent": 2}
    answers = named.answers_of(rule, votes)
    return compiled(rule).passes([codes[answer] for answer in answers])


def compiled(rule: DecisionRule) -> Rule:
    """The rule over party numbers, whole weights; refused where it cannot be a rule at all."""
    scales = {name: _scale(rule, name) for name in (named.HEADS, *rule.capacities)}
    part = _compiled(rule, rule.part, frozenset(rule.party_names), scales)
    n_parties = len(rule.parties)
    try:
        built = Rule(n_parties, part)
    except ValueError as error:
        raise Refused(
            "rule-too-large", f"{rule.title} cannot be computed in whole weights: {error}; use fewer decimals"
        ) from None
    if built.passes([2] * n_parties) or built.passes([0] * n_parties) or built.passes([-1] * n_parties):
        raise Refused(
            "rule-passes-without-votes",
            f"{rule.title} passes when nobody says yes; add a part that needs yes votes, such as "
            '{ yes = "parties", at_least = 1 }',
        )
    if not built.passes([1] * n_parties):
        raise Refused(
            "rule-never-passes",
            f"nobody can pass {rule.title}: it fails even when every party says yes; lower what it needs",
        )
    return built


def _scale(rule: DecisionRule, capacity: str) -> int:
    """What makes every amount of a capacity whole."""
    if capacity == named.HEADS:
        return 1
    return lcm(
        *(
            named.capacity_of(party, capacity).denominator
            for party in rule.parties
            if capacity in party.capacities
        )
    )


def _compiled(rule: DecisionRule, part: named.Part, among: frozenset[str], scales: Mapping[str, int]) -> Part:
    if isinstance(part, named.Yes):
        weights = _weights(rule, part.capacity, among, scales)
        quota = Quota(weights, part.share, part.number * scales[part.capacity], part.strict, part.of)
        _check_reachable(rule, part.capacity, quota, scales[part.capacity])
        return quota
    if isinstance(part, named.Present):
        weights = _weights(rule, part.capacity, among, scales)
        need = part.share * sum(weights) + part.number * scales[part.capacity]
        return Quorum(weights, math.ceil(need))
    if isinstance(part, named.Veto):
        numbers = tuple(i for i, party in enumerate(rule.parties) if party.name in part.parties)
        return Veto(numbers, part.needs_yes)
    if isinstance(part, named.InBloc):
        members = frozenset(party.name for party in rule.members(part.bloc))
        return _compiled(rule, part.part, among & members, scales)
    if isinstance(part, named.Blocs):
        inner = tuple(
            _compiled(rule, part.part, frozenset(party.name for party in rule.members(bloc)), scales)
            for bloc in rule.blocs
        )
        return AtLeast(len(inner) if part.number is None else part.number, inner)
    inner = tuple(_compiled(rule, one, among, scales) for one in part.parts)
    return AtLeast(len(inner) if part.number is None else part.number, inner)


def _weights(
    rule: DecisionRule, capacity: str, among: frozenset[str], scales: Mapping[str, int]
) -> tuple[int, ...]:
    return tuple(
        int(named.capacity_of(party, capacity) * scales[capacity]) if party.name in among else 0
        for party in rule.parties
    )


def _check_reachable(rule: DecisionRule, capacity: str, quota: Quota, scale: int) -> None:
    """Refuses a need above what there is, in the amounts that the rule writes."""
    total = sum(quota.weights)
    if quota.need > total:
        raise Refused(
            "quota-above-total",
            f"{rule.title} needs {_amount(quota.need, scale)} {capacity} where all that it asks together have "
            f"{_amount(total, scale)}; lower it",
        )


def _amount(weight: int, scale: int) -> str:
    """A whole weight as it was written, with its decimals."""
    whole, rest = divmod(weight, scale)
    return f"{whole:,}" if not rest else f"{weight / scale:,.10g}"
