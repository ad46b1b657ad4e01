"""What a decision rule does to each party's influence: every published number, with the rule it rests on.

Small rules are counted exactly (fractions). One weighted quota with many parties and long weights is computed
in doubles with a stated bound on the error. Anything else is refused with a sentence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

import numpy as np

from comity.engine.power.banzhaf import banzhaf_power, shares
from comity.engine.power.coalitions import Coalitions, coalitions, dummies, vetoes
from comity.engine.power.coleman import power_to_act, powers_to_initiate, powers_to_prevent
from comity.engine.power.counting import Diagram, Tally, TooManyStates
from comity.engine.power.large import (
    averaged_decisive,
    decisive,
    minimal_winning,
    passing_chance,
    relative_bound,
)
from comity.engine.power.rules import (
    AtLeast,
    Part,
    Quorum,
    Quota,
    Rule,
    Thresholds,
    Veto,
    leaves_of,
    thresholds,
)
from comity.engine.power.shapley_shubik import shapley_shubik_power
from comity.engine.power.unions import union_power
from comity.errors import Refused
from comity.findings.findings import Method
from comity.record import rule as named
from comity.record.rule import DecisionRule

DECIMALS = 6
"""Of every published share, unless a number is so small that it needs more: six significant digits then."""
EXACT_TOTAL = 60_000
"""A single weighted quota of more than 40 parties and a longer total is computed in doubles."""


@dataclass(frozen=True)
class Measure:
    """One published number. exact: the fraction it is, where it was counted; None where it was computed."""

    value: float
    exact: str | None = None


@dataclass(frozen=True)
class CapacityShare:
    """What a party has of one capacity, and its share of everybody's, 0 .. 1."""

    capacity: str
    amount: float
    share: float


@dataclass(frozen=True)
class PartyPower:
    """One party's influence. capacities: what it brings. banzhaf: the chance to be decisive when all toss fair
    coins; banzhaf_share: divided by the sum over parties. shapley_shubik: the chance to be pivotal in a random
    order. prevent, initiate: Coleman's powers. owen, banzhaf_owen: within blocs, None where there are none.
    """

    name: str
    bloc: str | None
    capacities: tuple[CapacityShare, ...]
    banzhaf: Measure
    banzhaf_share: Measure
    shapley_shubik: Measure
    prevent: Measure
    initiate: Measure
    is_dummy: bool
    has_veto: bool
    owen: Measure | None = None
    banzhaf_owen: Measure | None = None


@dataclass(frozen=True)
class BlocPower:
    """A bloc acting as one: the sums of its members' shares, and its own power when it votes as one party.

    can_pass: its yes alone is enough; can_stop: its no alone is.
    """

    name: str
    members: tuple[str, ...]
    sum_of_shares: float
    united: Measure
    can_pass: bool
    can_stop: bool


@dataclass(frozen=True)
class NamedCoalitions:
    """Coalitions by name; counts as decimal texts because they can be very long; None where not counted.

    Where `PowerFindings.exact` is False, counts are right to their first nine digits.
    """

    n_minimal: str | None
    smallest_winning: int | None
    n_smallest_winning: str | None
    winning_examples: tuple[tuple[str, ...], ...]
    smallest_blocking: int | None
    n_smallest_blocking: str | None
    blocking_examples: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class PowerFindings:
    """Everything that is published about one rule.

    measure: the capacity that stands beside power. exact: counted as fractions. relative_error: bounds on the
    largest relative error of the Banzhaf and Shapley-Shubik numbers where they were computed, else None.
    to_act: Coleman's power of the body to act, the share of all yes-or-no divisions that pass.
    """

    rule: DecisionRule
    in_words: tuple[str, ...]
    measure: str
    exact: bool
    relative_error: tuple[float, float] | None
    parties: tuple[PartyPower, ...]
    to_act: Measure
    n_winning: str | None
    coalitions: NamedCoalitions
    blocs: tuple[BlocPower, ...]
    methods: Mapping[str, Method]
    warnings: tuple[str, ...]


def power_findings(rule: DecisionRule) -> PowerFindings:
    """Every number about one rule. Raises Refused for a rule that nobody can pass, that passes when nobody
    votes, whose quota is above the total, or that is too large to be counted.
    """
    compiled_rule = compiled(rule)
    form = thresholds(compiled_rule)
    if _is_long(form):
        return _computed(rule, form)
    try:
        diagram = Diagram(form)
        tally = diagram.tally()
    except TooManyStates:
        if len(form.leaves) == 1:
            return _computed(rule, form)
        raise Refused(
            "rule-too-large",
            f"{rule.title} combines {len(form.leaves)} conditions over {len(rule.parties)} parties, more than can "
            "be counted exactly; a single weighted quota can be of any size",
        ) from None
    return _counted(rule, form, diagram, tally)


def passes(rule: DecisionRule, votes: Mapping[str, str]) -> bool:
    """Whether a decision passes. votes: yes, no, abstain or absent by party name; not named is absent.

    Raises Refused for a party that is not in the rule and for an answer that is none.
    """
    codes = {"yes": 1, "no": -1, "abstain": 0, "absent": 2}
    answers = named.answers_of(rule, votes)
    return compiled(rule).passes([codes[answer] for answer in answers])


# Names -> numbers ---------------------------------------------------------------------------------------------


def compiled(rule: DecisionRule) -> Rule:
    """The rule over party numbers, whole weights; refused where it cannot be a rule at all."""
    scales = {name: _scale(rule, name) for name in (named.HEADS, *rule.capacities)}
    part = _compiled(rule, rule.part, frozenset(rule.party_names), scales)
    n_parties = len(rule.parties)
    for leaf in leaves_of(part):
        _check_reachable(rule, leaf)
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
        return Quota(weights, part.share, part.number * scales[part.capacity], part.strict, part.of)
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


def _check_reachable(rule: DecisionRule, leaf: Quota | Veto | Quorum) -> None:
    if isinstance(leaf, Quota) and leaf.need > sum(leaf.weights):
        raise Refused(
            "quota-above-total",
            f"{rule.title} needs {leaf.need:,} where all parties together have {sum(leaf.weights):,}; lower it",
        )


def _is_long(form: Thresholds) -> bool:
    total = int(form.weights.sum(axis=1).max())
    return len(form.leaves) == 1 and form.weights.shape[1] > 40 and total > EXACT_TOTAL


# Numbers -> findings ------------------------------------------------------------------------------------------


def measured(value: Fraction | float, *, exact: bool = True) -> Measure:
    """A number rounded to what is published: DECIMALS, or as many significant digits where it is smaller."""
    number = float(value)
    digits = DECIMALS
    if 0 < abs(number) < 0.1:
        digits = DECIMALS - 1 - math.floor(math.log10(abs(number)))
    return Measure(round(number, digits), str(value) if exact and isinstance(value, Fraction) else None)


def capacity_shares(rule: DecisionRule) -> tuple[tuple[CapacityShare, ...], ...]:
    """For each party, what it has of every capacity and which share of all that is."""
    totals = {
        name: sum((Fraction(str(party.capacities.get(name, 0))) for party in rule.parties), start=Fraction(0))
        for name in rule.capacities
    }
    return tuple(
        tuple(
            CapacityShare(
                name,
                float(party.capacities.get(name, 0)),
                round(float(Fraction(str(party.capacities.get(name, 0))) / totals[name]), DECIMALS)
                if totals[name]
                else 0.0,
            )
            for name in rule.capacities
        )
        for party in rule.parties
    )


def measure_of(rule: DecisionRule) -> str:
    """The capacity to show beside power: as the rule says, else the first that it counts, else heads."""
    if rule.measure:
        return rule.measure
    counted = [part.capacity for part in named.parts_of(rule.part) if isinstance(part, named.Yes)]
    return next((name for name in counted if name != named.HEADS), named.HEADS)


def _counted(rule: DecisionRule, form: Thresholds, diagram: Diagram, tally: Tally) -> PowerFindings:
    raw, pivotal = banzhaf_power(tally), shapley_shubik_power(tally)
    normal = shares(raw)
    prevent, initiate = powers_to_prevent(tally), powers_to_initiate(tally)
    found = coalitions(form, diagram, tally)
    nothing, everything = set(dummies(tally)), set(vetoes(tally))
    warnings: list[str] = []
    within = None
    if rule.blocs:
        try:
            within = union_power(form, union_numbers(rule))
        except TooManyStates:
            warnings.append("Power within blocs was not computed: too many different cases.")
    brought = capacity_shares(rule)
    parties = tuple(
        PartyPower(
            party.name,
            party.bloc,
            brought[i],
            measured(raw[i]),
            measured(normal[i]),
            measured(pivotal[i]),
            measured(prevent[i]),
            measured(initiate[i]),
            i in nothing,
            i in everything,
            measured(within.owen[i]) if within else None,
            measured(within.banzhaf_owen[i]) if within else None,
        )
        for i, party in enumerate(rule.parties)
    )
    if found.n_minimal is None:
        warnings.append(
            "Minimal winning coalitions were not counted: the parts of the rule put the parties in different orders."
        )
    return PowerFindings(
        rule,
        in_words(rule),
        measure_of(rule),
        True,
        None,
        parties,
        measured(power_to_act(tally)),
        str(sum(tally.winning)),
        _named(rule, found),
        _blocs(rule, form, normal),
        _methods(rule, bool(within)),
        (*warnings, *_voting_warning(rule)),
    )


def _voting_warning(rule: DecisionRule) -> tuple[str, ...]:
    parts = [part for part in named.parts_of(rule.part) if isinstance(part, named.Yes | named.Present)]
    if any(isinstance(part, named.Present) or part.of != "all" for part in parts):
        return ("The indices suppose that every party is present and says yes or no.",)
    return ()


def union_numbers(rule: DecisionRule) -> list[int]:
    """Each party's union: its bloc, or itself alone."""
    names = [f"bloc {party.bloc}" if party.bloc else f"party {party.name}" for party in rule.parties]
    order = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return [order[name] for name in names]


def _named(rule: DecisionRule, found: Coalitions) -> NamedCoalitions:
    names = rule.party_names

    def by_name(examples: tuple[tuple[int, ...], ...]) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(names[i] for i in one) for one in examples)

    return NamedCoalitions(
        None if found.n_minimal is None else str(found.n_minimal),
        found.smallest_winning,
        str(found.n_smallest_winning),
        by_name(found.winning_examples),
        found.smallest_blocking,
        str(found.n_smallest_blocking),
        by_name(found.blocking_examples),
    )


def _blocs(rule: DecisionRule, form: Thresholds, normal: tuple[Fraction, ...]) -> tuple[BlocPower, ...]:
    found = []
    for bloc in rule.blocs:
        inside = [i for i, party in enumerate(rule.parties) if party.bloc == bloc]
        outside = [i for i in range(len(rule.parties)) if i not in inside]
        columns = [form.weights[:, inside].sum(axis=1), *(form.weights[:, i] for i in outside)]
        tally = Diagram(Thresholds(np.stack(columns, axis=1), form.tree)).tally()
        sums = form.weights[:, inside].sum(axis=1)
        found.append(
            BlocPower(
                bloc,
                tuple(rule.party_names[i] for i in inside),
                measured(sum((normal[i] for i in inside), start=Fraction(0))).value,
                measured(shares(banzhaf_power(tally))[0]),
                bool(form.decided(sums)),
                not bool(form.decided(form.weights.sum(axis=1) - sums)),
            )
        )
    return tuple(found)


def _computed(rule: DecisionRule, form: Thresholds) -> PowerFindings:
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
    warnings = list(_voting_warning(rule))
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
        _methods(rule, False),
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


def _methods(rule: DecisionRule, within: bool) -> dict[str, Method]:
    ids = {
        "banzhaf": "banzhaf/1",
        "shapley_shubik": "shapley-shubik/1",
        "coleman": "coleman/1",
        "coalitions": "coalitions/1",
    }
    if within:
        ids |= {"owen": "owen/1", "banzhaf_owen": "banzhaf-owen/1"}
    return {what: Method(method_id, {}, DECIMALS) for what, method_id in ids.items()}


# Rules -> sentences -------------------------------------------------------------------------------------------


def in_words(rule: DecisionRule) -> tuple[str, ...]:
    """What the rule asks, one plain clause a line; inner parts are indented by two spaces a level."""
    return tuple(_words(rule.part, 0))


def _words(part: named.Part, depth: int) -> list[str]:
    margin = "  " * depth
    if isinstance(part, named.Yes):
        return [margin + _yes_words(part)]
    if isinstance(part, named.Veto):
        verb = "says yes" if part.needs_yes else "says no"
        who = ", ".join(part.parties)
        return [
            margin + (f"each of these {verb}: {who}" if part.needs_yes else f"none of these {verb}: {who}")
        ]
    if isinstance(part, named.Present):
        return [margin + f"at least {_amount(part.share, part.number, part.capacity)} are present"]
    if isinstance(part, named.InBloc):
        return [margin + f"within {part.bloc}:", *_words(part.part, depth + 1)]
    if isinstance(part, named.Blocs):
        how_many = "every bloc" if part.number is None else f"at least {part.number} blocs"
        return [margin + f"within {how_many}:", *_words(part.part, depth + 1)]
    number = len(part.parts) if part.number is None else part.number
    head = "all of:" if number == len(part.parts) else "one of:" if number == 1 else f"at least {number} of:"
    return [margin + head, *(line for inner in part.parts for line in _words(inner, depth + 1))]


def _yes_words(part: named.Yes) -> str:
    who = "that" if part.capacity == named.HEADS else "of those that"
    base = {"all": "", "present": f" {who} are present", "voting": f" {who} say yes or no"}[part.of]
    if part.share == 1 and part.number <= 0:
        left = -part.number
        what = "every one" if not left else f"all but {_number(left)}"
        return f"yes from {what} of the {part.capacity}{base}"
    more = "more than" if part.strict else "at least"
    return f"yes from {more} {_amount(part.share, part.number, part.capacity)}{base}"


def _amount(share: Fraction, number: Fraction, capacity: str) -> str:
    if share and not number:
        percent = share * 100
        text = f"{_number(percent)} %" if (percent * 100).denominator == 1 else f"{share}"
        return f"{text} of the {capacity}"
    if number and not share:
        return f"{_number(number)} {capacity}"
    return f"{share} of the {capacity} and {_number(number)}"


def _number(value: Fraction) -> str:
    return f"{int(value):,}" if value.denominator == 1 else f"{float(value):g}"
