"""Voting power under rules too long to be counted: computed in doubles, each number with a bound on its error."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from comity.engine.power.large import (
    averaged_decisive,
    decisive,
    minimal_winning,
    passing_chance,
    relative_bound,
)
from comity.engine.power.large_unions import Floats, LongUnionPower, long_union_power
from comity.engine.power.quota_and_heads import quota_and_heads
from comity.engine.power.rules import Leaf, Thresholds
from comity.errors import Refused
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


@dataclass(frozen=True)
class _Long:
    """One weighted quota, and beside it, perhaps, a number of parties that is needed (1 where it is not)."""

    weights: list[int]
    quota: int
    heads: int


@dataclass(frozen=True, eq=False)
class _Numbers:
    """What was computed: chances to be decisive and pivotal, of a division to pass, and the minimal coalitions.
    errors: bounds on the relative errors of the first two."""

    decisive: Floats
    pivotal: Floats
    passing: float
    n_minimal: float
    errors: tuple[float, float]


def can_be_computed(form: Thresholds) -> bool:
    """Whether a rule is of a kind that need not be counted: a weighted quota, with a number of parties or without."""
    return _long(form) is not None


def computed(rule: DecisionRule, form: Thresholds) -> PowerFindings:
    """One weighted quota, with a number of parties or without, in doubles, with bounds on the error.

    Raises Refused where it is too large for that, ValueError for another kind of rule.
    """
    long = _long(form)
    if long is None:
        raise ValueError("this rule is neither a weighted quota nor one with a number of parties")
    try:
        numbers = _both(long) if long.heads > 1 else _quota(long)
    except ValueError as error:
        raise Refused("rule-too-large", f"{rule.title} is too large to be computed: {error}") from None
    raw, act, total = numbers.decisive, numbers.passing, sum(long.weights)
    within = _within_blocs(rule, long)
    parties = party_powers(
        rule,
        banzhaf=raw,
        banzhaf_share=raw / raw.sum(),
        shapley_shubik=numbers.pivotal,
        prevent=np.minimum(raw / (2 * act), 1.0),
        initiate=raw / (2 * (1 - act)),
        is_dummy=[bool(one == 0) for one in raw],
        has_veto=[total - one < long.quota or long.heads == len(long.weights) for one in long.weights],
        within=within,
    )
    warnings = list(voting_warning(rule))
    if rule.blocs and not within:
        warnings.append("Power within blocs is not computed for rules of this kind and size.")
    return PowerFindings(
        rule,
        in_words(rule),
        measure_of(rule),
        False,
        numbers.errors,
        parties,
        measured(act),
        _rounded(act * 2.0 ** len(long.weights)),
        replace(_greedy(rule, long), n_minimal=_rounded(numbers.n_minimal)),
        _blocs(rule, long, raw / raw.sum()) if within else (),
        methods_of(bool(within)),
        tuple(warnings),
        within.error if within else None,
    )


def _within_blocs(rule: DecisionRule, long: _Long) -> LongUnionPower | None:
    """Power within blocs; None where there are none, or where it would take too long or is not known how."""
    if not rule.blocs or long.heads > 1:
        return None
    try:
        return long_union_power(long.weights, long.quota, union_numbers(rule))
    except ValueError:
        return None


def _blocs(rule: DecisionRule, long: _Long, shares: Floats) -> tuple[BlocPower, ...]:
    """What each bloc has one by one and as one party, and whether it passes or stops alone."""
    total = sum(long.weights)
    found = []
    for bloc in rule.blocs:
        inside = [i for i, party in enumerate(rule.parties) if party.bloc == bloc]
        own = sum(long.weights[i] for i in inside)
        united = decisive([own, *(w for i, w in enumerate(long.weights) if i not in set(inside))], long.quota)
        found.append(
            BlocPower(
                bloc,
                tuple(rule.party_names[i] for i in inside),
                measured(float(shares[inside].sum())).value,
                measured(united[0] / united.sum()),
                own >= long.quota,
                total - own < long.quota,
            )
        )
    return tuple(found)


def _long(form: Thresholds) -> _Long | None:
    if isinstance(form.tree, Leaf):
        return _Long([int(w) for w in form.weights[form.tree.line]], form.tree.need, 1)
    leaves = [part for part in form.tree.parts if isinstance(part, Leaf)]
    if len(leaves) != 2 or len(form.tree.parts) != 2 or form.tree.number != 2:
        return None
    for heads, quota in (leaves, reversed(leaves)):
        if bool((form.weights[heads.line] == 1).all()):
            return _Long([int(w) for w in form.weights[quota.line]], quota.need, heads.need)
    return None


def _quota(long: _Long) -> _Numbers:
    raw = decisive(long.weights, long.quota)
    averaged = averaged_decisive(long.weights, long.quota)
    return _Numbers(
        raw,
        averaged.power,
        passing_chance(long.weights, long.quota),
        minimal_winning(long.weights, long.quota),
        (relative_bound(len(long.weights)), averaged.error),
    )


def _both(long: _Long) -> _Numbers:
    both = quota_and_heads(long.weights, long.quota, long.heads)
    errors = (both.decisive_error, both.pivotal_error)
    act = both.n_winning * 0.5 ** len(long.weights)
    return _Numbers(both.decisive, both.pivotal, act, both.n_minimal, errors)


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


def _greedy(rule: DecisionRule, long: _Long) -> NamedCoalitions:
    """The smallest coalitions of such a rule: the heaviest parties, as many as it takes."""
    order = sorted(range(len(long.weights)), key=lambda i: (-long.weights[i], i))

    def fewest(target: int, least: int) -> tuple[str, ...]:
        chosen: list[str] = []
        held = 0
        for i in order:
            if held >= target and len(chosen) >= least:
                break
            held += long.weights[i]
            chosen.append(rule.party_names[i])
        return tuple(chosen)

    winning = fewest(long.quota, long.heads)
    too_few = len(order) - long.heads + 1
    blocking = min(fewest(sum(long.weights) - long.quota + 1, 1), fewest(0, too_few), key=len)
    return NamedCoalitions(None, len(winning), None, (winning,), len(blocking), None, (blocking,))
