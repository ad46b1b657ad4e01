"""Voting power under rules too long to be counted: computed in doubles, each number with a bound on its error."""

from __future__ import annotations

from dataclasses import replace

from comity.engine.power.large import (
    averaged_decisive,
    decisive,
    minimal_winning,
    passing_chance,
    relative_bound,
)
from comity.engine.power.rules import Thresholds
from comity.errors import Refused
from comity.findings.power_published import (
    NamedCoalitions,
    PartyPower,
    PowerFindings,
    capacity_shares,
    measure_of,
    measured,
    methods_of,
    voting_warning,
)
from comity.findings.rule_words import in_words
from comity.record.rule import DecisionRule


def computed(rule: DecisionRule, form: Thresholds) -> PowerFindings:
    """One weighted quota in doubles, with bounds on the error."""
    (leaf,) = form.leaves
    weights = [int(w) for w in form.weights[leaf.line]]
    try:
        raw = decisive(weights, leaf.need)
        averaged = averaged_decisive(weights, leaf.need)
        act = passing_chance(weights, leaf.need)
        n_minimal = minimal_winning(weights, leaf.need)
    except ValueError as error:
        raise Refused("rule-too-large", f"{rule.title} is too large to be computed: {error}") from None
    total = sum(weights)
    brought = capacity_shares(rule)
    parties = tuple(
        PartyPower(
            party.name,
            party.bloc,
            brought[i],
            measured(raw[i]),
            measured(raw[i] / raw.sum()),
            measured(averaged.power[i]),
            measured(min(raw[i] / (2 * act), 1.0)),
            measured(raw[i] / (2 * (1 - act))),
            bool(raw[i] == 0),
            total - weights[i] < leaf.need,
        )
        for i, party in enumerate(rule.parties)
    )
    warnings = list(voting_warning(rule))
    if rule.blocs:
        warnings.append("Power within blocs is not computed for rules of this size.")
    return PowerFindings(
        rule,
        in_words(rule),
        measure_of(rule),
        False,
        (relative_bound(len(weights)), averaged.error),
        parties,
        measured(act),
        _rounded(act * 2.0 ** len(weights)),
        replace(_greedy(rule, weights, leaf.need), n_minimal=_rounded(n_minimal)),
        (),
        methods_of(rule, False),
        tuple(warnings),
    )


SIGNIFICANT = 9
"""Digits of a count that was computed in doubles: all of them are sure, and zeros stand for the rest."""


def _rounded(number: float) -> str:
    """A large count as a decimal text, as far as its digits are sure.

    >>> _rounded(2.0**40 / 3), _rounded(12.0)
    ('366503876000', '12')
    """
    whole = round(number)
    return (
        str(int(round(whole, SIGNIFICANT - len(str(whole))))) if len(str(whole)) > SIGNIFICANT else str(whole)
    )


def _greedy(rule: DecisionRule, weights: list[int], need: int) -> NamedCoalitions:
    """The smallest coalitions of a single quota: the heaviest parties, as many as it takes."""
    order = sorted(range(len(weights)), key=lambda i: (-weights[i], i))

    def fewest(target: int) -> tuple[str, ...]:
        chosen: list[str] = []
        held = 0
        for i in order:
            if held >= target:
                break
            held += weights[i]
            chosen.append(rule.party_names[i])
        return tuple(chosen)

    winning, blocking = fewest(need), fewest(sum(weights) - need + 1)
    return NamedCoalitions(None, len(winning), None, (winning,), len(blocking), None, (blocking,))
