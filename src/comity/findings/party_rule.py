"""The decision rules that a reader may try on the parties of a consultation: what is counted, and how much is needed.

Nobody decided on any of them; they show what a vote would be worth if somebody did.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import isfinite

from comity.errors import Refused
from comity.record.consultation import Party
from comity.record.rule import HEADS, AtLeast, DecisionRule, Part, Yes, capacity_of, checked

NEEDS = ("half", "two-thirds", "three-quarters", "all-but-one", "all")
"""More than half, at least two thirds, at least three quarters, all parties but one, all parties."""
SHARES = {"half": Fraction(1, 2), "two-thirds": Fraction(2, 3), "three-quarters": Fraction(3, 4)}
MAJORITY = Yes(share=SHARES["half"], strict=True)


@dataclass(frozen=True)
class Tried:
    """One rule to try. count: HEADS, or a capacity. need: one of NEEDS; the last two ask parties, whatever is
    counted. with_majority: more than half of the parties must say yes too; never where parties are counted.
    """

    count: str = HEADS
    need: str = "half"
    with_majority: bool = False


def countable(parties: Sequence[Party]) -> tuple[str, ...]:
    """What a vote can count: HEADS, then each capacity of which every party has a number from 0 and somebody has more.

    >>> ana, dov = Party("a", "Ana", capacities={"people": 3, "area": 2}), Party("d", "Dov", capacities={"people": 0})
    >>> countable([ana, dov])
    ('parties', 'people')
    """
    names = dict.fromkeys(name for party in parties for name in party.capacities if name != HEADS)

    def is_had(name: str) -> bool:
        amounts = [party.capacities.get(name, -1.0) for party in parties]
        return all(amount >= 0 and isfinite(amount) for amount in amounts) and any(amounts)

    return (HEADS, *(name for name in names if is_had(name)))


def tried(parties: Sequence[Party], count: str = "", need: str = "", *, with_majority: bool = False) -> Tried:
    """What a form or an address chose; "" is the default: one party one vote, more than half.

    Raises Refused 'unknown-choice' for what cannot be counted here, and for a need that is none.
    """
    count, need = count or HEADS, need or NEEDS[0]
    if count not in countable(parties):
        raise Refused(
            "unknown-choice",
            f"{count[:60]!r} cannot be counted here, for not every party has a number of it; choose from the form",
        )
    if need not in NEEDS:
        raise Refused(
            "unknown-choice", f"{need[:60]!r} is no need of votes; choose one of {', '.join(NEEDS)}"
        )
    return Tried(count, need, with_majority and count != HEADS)


def rule_of(parties: Sequence[Party], chosen: Tried) -> DecisionRule:
    """The rule over these parties. Of parties with one name, each gets its id beside it; blocs vote as they like.

    >>> rule_of([Party("a", "Ana"), Party("d", "Dov")], Tried(need="all")).part
    Yes(capacity='parties', share=Fraction(1, 1), number=Fraction(0, 1), strict=False, of='all')
    """
    often = Counter(party.name for party in parties)
    named = tuple(
        party if often[party.name] == 1 else replace(party, name=f"{party.name} ({party.party_id})")
        for party in parties
    )
    kept = tuple(
        replace(
            party,
            bloc=None,
            capacities={} if chosen.count == HEADS else {chosen.count: party.capacities[chosen.count]},
        )
        for party in named
    )
    part: Part = _part(chosen)
    if chosen.with_majority:
        part = AtLeast(None, (part, MAJORITY))
    return checked(DecisionRule("tried", "This rule", kept, part, measure=chosen.count))


def _part(chosen: Tried) -> Yes:
    if chosen.need in SHARES:
        return Yes(chosen.count, share=SHARES[chosen.need], strict=chosen.need == "half")
    return Yes(share=Fraction(1), number=Fraction(-1 if chosen.need == "all-but-one" else 0))


@dataclass(frozen=True)
class Needed:
    """What a rule asks in amounts: at least so much (more than that, if strict) of all there is."""

    amount: float
    total: float
    strict: bool


def needed(rule: DecisionRule, chosen: Tried) -> Needed | None:
    """The amounts behind a share; None where the rule speaks of parties one by one.

    >>> us = [Party("a", "Ana"), Party("d", "Dov"), Party("e", "Eve")]
    >>> needed(rule_of(us, Tried()), Tried())
    Needed(amount=2.0, total=3.0, strict=False)
    """
    if chosen.need not in SHARES:
        return None
    total = sum((capacity_of(party, chosen.count) for party in rule.parties), start=Fraction(0))
    amount = SHARES[chosen.need] * total
    strict = chosen.need == "half"
    if chosen.count == HEADS:
        whole = amount.__floor__() + 1 if strict else amount.__ceil__()
        return Needed(float(whole), float(total), strict=False)
    return Needed(float(amount), float(total), strict)
