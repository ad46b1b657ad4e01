"""What is published about one rule: the numbers, as they are rounded, and what a party brings.

How they are found stands in `findings.power`, and for long rules in `findings.power_in_doubles`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

from comity.findings.findings import Method
from comity.record import rule as named
from comity.record.rule import DecisionRule

if TYPE_CHECKING:  # the process that serves pages reads these classes and does not load what computes
    import numpy as np
    import numpy.typing as npt

    Numbers = Sequence[Fraction] | Sequence[float] | npt.NDArray[np.float64]

DECIMALS = 6
"""Of every published share, unless a number is so small that it needs more: six significant digits then."""


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
    error_in_blocs: the same bound for Owen and Banzhaf-Owen.
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
    error_in_blocs: float | None = None


def measured(value: Fraction | float, *, exact: bool = True) -> Measure:
    """A number rounded to what is published: DECIMALS, or as many significant digits where it is smaller."""
    number = float(value)
    digits = DECIMALS
    if 0 < abs(number) < 0.1:
        digits = DECIMALS - 1 - math.floor(math.log10(abs(number)))
    return Measure(round(number, digits), str(value) if exact and isinstance(value, Fraction) else None)


class WithinBlocs(Protocol):
    """Owen and Banzhaf-Owen values, one a party, as fractions or in doubles."""

    @property
    def owen(self) -> Numbers: ...

    @property
    def banzhaf_owen(self) -> Numbers: ...


def party_powers(
    rule: DecisionRule,
    *,
    banzhaf: Numbers,
    banzhaf_share: Numbers,
    shapley_shubik: Numbers,
    prevent: Numbers,
    initiate: Numbers,
    is_dummy: Sequence[bool],
    has_veto: Sequence[bool],
    within: WithinBlocs | None,
) -> tuple[PartyPower, ...]:
    """What is published about every party; all sequences are in the order of the rule's parties."""
    brought = capacity_shares(rule)
    return tuple(
        PartyPower(
            name=party.name,
            bloc=party.bloc,
            capacities=brought[i],
            banzhaf=measured(banzhaf[i]),
            banzhaf_share=measured(banzhaf_share[i]),
            shapley_shubik=measured(shapley_shubik[i]),
            prevent=measured(prevent[i]),
            initiate=measured(initiate[i]),
            is_dummy=is_dummy[i],
            has_veto=has_veto[i],
            owen=measured(within.owen[i]) if within else None,
            banzhaf_owen=measured(within.banzhaf_owen[i]) if within else None,
        )
        for i, party in enumerate(rule.parties)
    )


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


def union_numbers(rule: DecisionRule) -> list[int]:
    """Each party's union: its bloc, or itself alone."""
    names = [f"bloc {party.bloc}" if party.bloc else f"party {party.name}" for party in rule.parties]
    order = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return [order[name] for name in names]


def voting_warning(rule: DecisionRule) -> tuple[str, ...]:
    parts = [part for part in named.parts_of(rule.part) if isinstance(part, named.Yes | named.Present)]
    if any(isinstance(part, named.Present) or part.of != "all" for part in parts):
        return ("The numbers suppose that every party is present and says yes or no.",)
    return ()


def methods_of(within: bool) -> dict[str, Method]:
    ids = {
        "banzhaf": "banzhaf/1",
        "shapley_shubik": "shapley-shubik/1",
        "coleman": "coleman/1",
        "coalitions": "coalitions/1",
    }
    if within:
        ids |= {"owen": "owen/1", "banzhaf_owen": "banzhaf-owen/1"}
    return {what: Method(method_id, {}, DECIMALS) for what, method_id in ids.items()}
