"""What a decision rule does to each party's influence: every published number, with the rule it rests on.

Rules are counted exactly (fractions) as far as that goes. One weighted quota with too many parties and too long
weights for it, alone or beside a number of parties, is computed in doubles with a stated bound on the error.
Anything else is refused with a sentence.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from comity.engine.power.banzhaf import banzhaf_power, shares
from comity.engine.power.coalitions import Coalitions, coalitions, dummies, vetoes
from comity.engine.power.coleman import power_to_act, powers_to_initiate, powers_to_prevent
from comity.engine.power.counting import Diagram, Tally, TooManyStates
from comity.engine.power.rules import Thresholds, thresholds
from comity.engine.power.shapley_shubik import shapley_shubik_power
from comity.engine.power.unions import union_power
from comity.errors import Refused
from comity.findings.compiled_rule import compiled
from comity.findings.power_in_doubles import can_be_computed, computed
from comity.findings.power_published import (
    BlocPower,
    NamedCoalitions,
    PowerFindings,
    measure_of,
    measured,
    methods_of,
    party_powers,
    union_numbers,
    voting_warning,
)
from comity.findings.rule_words import in_words
from comity.record.rule import DecisionRule


def power_findings(rule: DecisionRule) -> PowerFindings:
    """Every number about one rule. Raises Refused for a rule that nobody can pass, that passes when nobody
    votes, whose quota is above the total, or that is too large to be counted.
    """
    compiled_rule = compiled(rule)
    form = thresholds(compiled_rule)
    try:
        diagram = Diagram(form)
        tally = diagram.tally()
    except TooManyStates:
        if can_be_computed(form):
            return computed(rule, form)
        raise Refused(
            "rule-too-large",
            f"{rule.title} combines {len(form.leaves)} conditions over {len(rule.parties)} parties, more than can "
            "be counted exactly; a weighted quota, also with a number of parties beside it, can be of any size",
        ) from None
    return _counted(rule, form, diagram, tally)


def _counted(rule: DecisionRule, form: Thresholds, diagram: Diagram, tally: Tally) -> PowerFindings:
    raw, pivotal = banzhaf_power(tally), shapley_shubik_power(tally)
    normal = shares(raw)
    found = coalitions(form, diagram, tally)
    nothing, everything = set(dummies(tally)), set(vetoes(tally))
    warnings: list[str] = []
    within = None
    if rule.blocs:
        try:
            within = union_power(form, union_numbers(rule))
        except TooManyStates:
            warnings.append("Power within blocs was not computed: too many different cases.")
    try:
        blocs = _blocs(rule, form, normal)
    except TooManyStates:
        blocs = ()
        warnings.append("What each bloc has as one was not computed: too many different cases.")
    everybody = range(len(rule.parties))
    parties = party_powers(
        rule,
        banzhaf=raw,
        banzhaf_share=normal,
        shapley_shubik=pivotal,
        prevent=powers_to_prevent(tally),
        initiate=powers_to_initiate(tally),
        is_dummy=[i in nothing for i in everybody],
        has_veto=[i in everything for i in everybody],
        within=within,
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
        blocs,
        methods_of(bool(within)),
        (*warnings, *voting_warning(rule)),
    )


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
