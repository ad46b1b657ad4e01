"""What if the rule were another: changes of parties, weights and needs, by name.

A change gives a new rule and says in one sentence what it did. Fair weights are found in `findings.what_if`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from comity.errors import Refused
from comity.record.consultation import Party
from comity.record.rule import (
    HEADS,
    AtLeast,
    Blocs,
    DecisionRule,
    InBloc,
    Part,
    Veto,
    Yes,
    checked,
    parts_of,
    with_parties,
)


@dataclass(frozen=True)
class SetCapacities:
    """A party has other amounts; those not named stay."""

    party: str
    capacities: Mapping[str, float]


@dataclass(frozen=True)
class SetNeed:
    """A part that counts this capacity (None: the only part that counts yes votes) needs another amount."""

    capacity: str | None
    share: Fraction
    number: Fraction


@dataclass(frozen=True)
class AddParty:
    """A new party."""

    party: str
    capacities: Mapping[str, float]
    bloc: str | None = None


@dataclass(frozen=True)
class DropParty:
    """A party leaves."""

    party: str


@dataclass(frozen=True)
class MergeParties:
    """Parties become one: capacities are added, it counts as one head, and has a veto if one of them had."""

    parties: tuple[str, ...]
    name: str


@dataclass(frozen=True)
class FairWeights:
    """The rule becomes one weighted quota whose weights give power in proportion to a capacity.

    share: of the total weight that is needed; None takes the share of the rule's only part.
    """

    capacity: str
    share: Fraction | None = None


Change = SetCapacities | SetNeed | AddParty | DropParty | MergeParties | FairWeights


def changed(rule: DecisionRule, change: Change) -> DecisionRule:
    """The rule after one change (not FairWeights). Raises Refused for parties or parts that are not there."""
    if isinstance(change, SetCapacities | AddParty):
        _check_known(rule, change.capacities)
    if isinstance(change, SetCapacities):
        party = _party(rule, change.party)
        other = replace(party, capacities={**party.capacities, **change.capacities})
        return checked(replace(rule, parties=tuple(other if p == party else p for p in rule.parties)))
    if isinstance(change, AddParty):
        party = Party(change.party, change.party, change.bloc, dict(change.capacities))
        return checked(replace(rule, parties=(*rule.parties, party)))
    if isinstance(change, DropParty):
        gone = _party(rule, change.party)
        return checked(with_parties(rule, tuple(p for p in rule.parties if p != gone)))
    if isinstance(change, MergeParties):
        return _merged(rule, change)
    if isinstance(change, SetNeed):
        return _with_need(rule, change)
    raise ValueError("fair weights are found in findings.what_if")


def said(change: Change) -> str:
    """The change as one clause.

    >>> said(DropParty("Malta")), said(MergeParties(("A", "B"), "C"))
    ('Malta leaves', 'A and B become one party, C')
    """
    if isinstance(change, SetCapacities):
        return f"{change.party} has {_amounts(change.capacities)}"
    if isinstance(change, SetNeed):
        need = f"{float(change.share * 100):g} %" if change.share else f"{float(change.number):g}"
        return f"the quota{f' of {change.capacity}' if change.capacity else ''} is {need}"
    if isinstance(change, AddParty):
        return f"{change.party} joins with {_amounts(change.capacities) or 'one voice'}"
    if isinstance(change, DropParty):
        return f"{change.party} leaves"
    if isinstance(change, MergeParties):
        return f"{', '.join(change.parties[:-1])} and {change.parties[-1]} become one party, {change.name}"
    return f"weights are chosen so that power is in proportion to {change.capacity}"


def _amounts(capacities: Mapping[str, float]) -> str:
    return " and ".join(f"{value:,g} {name}" for name, value in capacities.items())


def _party(rule: DecisionRule, name: str) -> Party:
    for party in rule.parties:
        if party.name == name:
            return party
    raise Refused(
        "party-not-in-rule",
        f"{name} is not a party of {rule.title}; check the spelling or add it to the rule",
    )


def _check_known(rule: DecisionRule, capacities: Mapping[str, float]) -> None:
    for capacity in capacities:
        if capacity not in rule.capacities:
            known = ", ".join(rule.capacities) or "none, it counts heads only"
            raise Refused(
                "capacity-unknown", f"no party of {rule.title} has {capacity!r}; its capacities are: {known}"
            )


def _merged(rule: DecisionRule, change: MergeParties) -> DecisionRule:
    joined = [_party(rule, name) for name in change.parties]
    names = {party.name for party in joined}
    if len(names) < len(joined):
        twice = next(name for name in change.parties if change.parties.count(name) > 1)
        raise Refused("party-twice", f"{twice} is to be merged with itself; name every party once")
    sums = {
        capacity: float(sum(Fraction(str(party.capacities.get(capacity, 0))) for party in joined))
        for party in joined
        for capacity in party.capacities
    }
    blocs = {party.bloc for party in joined}
    new = Party(change.name, change.name, blocs.pop() if len(blocs) == 1 else None, sums)
    parties: list[Party] = []
    for party in rule.parties:
        if party.name == joined[0].name:
            parties.append(new)
        if party.name not in names:
            parties.append(party)
    renamed = replace(rule, part=_renamed(rule.part, names, change.name))
    return checked(with_parties(renamed, tuple(parties)))


def _renamed(part: Part, old: set[str], new: str) -> Part:
    if isinstance(part, Veto) and old & set(part.parties):
        return replace(part, parties=(*(name for name in part.parties if name not in old), new))
    if isinstance(part, AtLeast):
        return replace(part, parts=tuple(_renamed(inner, old, new) for inner in part.parts))
    if isinstance(part, InBloc | Blocs):
        return replace(part, part=_renamed(part.part, old, new))
    return part


def _with_need(rule: DecisionRule, change: SetNeed) -> DecisionRule:
    found = [
        part
        for part in parts_of(rule.part)
        if isinstance(part, Yes) and change.capacity in (None, part.capacity) and not _is_all_but(part)
    ]
    if len(found) != 1:
        known = (
            ", ".join(dict.fromkeys(p.capacity for p in parts_of(rule.part) if isinstance(p, Yes))) or HEADS
        )
        raise Refused(
            "what-if-unclear",
            f"{rule.title} has {len(found) or 'no'} part{'s' * (len(found) != 1)} whose quota this could be; name "
            f"what is counted, as in `quota CAPACITY=65%`, one of: {known}",
        )
    new = replace(found[0], share=change.share, number=change.number)
    return checked(replace(rule, part=_replaced(rule.part, found[0], new)))


def _is_all_but(part: Yes) -> bool:
    return part.share == 1 and part.number < 0


def _replaced(part: Part, old: Part, new: Part) -> Part:
    if part is old:
        return new
    if isinstance(part, AtLeast):
        return replace(part, parts=tuple(_replaced(inner, old, new) for inner in part.parts))
    if isinstance(part, InBloc | Blocs):
        return replace(part, part=_replaced(part.part, old, new))
    return part
