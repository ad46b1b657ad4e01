"""What-ifs as they are typed: one short line each.

set PARTY CAPACITY=NUMBER ...      set France votes=5
add PARTY CAPACITY=NUMBER ...      add Ukraine population=8.5 bloc=east
drop PARTY
merge PARTY + PARTY as NAME
quota 70%                          quota population=60%
fair CAPACITY [SHARE]              fair population 62%
"""

from __future__ import annotations

from comity.errors import Refused
from comity.exchange.rules import amount
from comity.record.rule_change import (
    AddParty,
    Change,
    DropParty,
    FairWeights,
    MergeParties,
    SetCapacities,
    SetNeed,
)

FORMS = (
    "`set PARTY votes=5`, `add PARTY votes=5`, `drop PARTY`, `merge PARTY + PARTY as NAME`, `quota 70%` "
    "and `fair CAPACITY 62%`"
)


def change_from(text: str) -> Change:
    """One what-if. Raises Refused where it cannot be understood.

    >>> change_from("merge Belgium + Luxembourg as Belux").name
    'Belux'
    """
    verb, _, rest = text.strip().partition(" ")
    words = rest.split()
    if verb == "drop" and words:
        return DropParty(rest.strip())
    if verb == "merge":
        names, _, name = rest.partition(" as ")
        parties = tuple(one.strip() for one in names.split("+") if one.strip())
        if len(parties) > 1:
            return MergeParties(parties, name.strip() or " and ".join(parties))
    if verb == "quota" and words:
        capacity, equals, need = rest.rpartition("=")
        share, number = amount(need.strip(), "the quota")
        if number <= 0 and not share:
            raise Refused(
                "what-if-unclear", f"{text!r} needs nothing; a quota is a number or a share above 0"
            )
        return SetNeed(capacity.strip() if equals else None, share, number)
    if verb == "fair" and words:
        return _fair(words)
    if verb in ("set", "add"):
        return _with_amounts(verb, text, words)
    raise _unclear(text)


def _unclear(text: str) -> Refused:
    return Refused("what-if-unclear", f"{text!r} is no what-if; write one of {FORMS}")


def _fair(words: list[str]) -> FairWeights:
    if len(words) > 1 and words[-1][0].isdigit():
        share, number = amount(words[-1], "the quota")
        if number or not share:
            raise Refused("what-if-unclear", f"fair weights need a share such as 62%, not {words[-1]}")
        return FairWeights(" ".join(words[:-1]), share)
    return FairWeights(" ".join(words))


def _with_amounts(verb: str, text: str, words: list[str]) -> Change:
    first = next((i for i, word in enumerate(words) if "=" in word), len(words))
    name = " ".join(words[:first])
    capacities: dict[str, float] = {}
    bloc: str | None = None
    for word in words[first:]:
        key, _, value = word.partition("=")
        if key == "bloc":
            bloc = value
            continue
        if key in capacities:
            raise Refused("what-if-unclear", f"{text!r} gives {key} twice; keep one of the two")
        try:
            capacities[key] = float(value)
        except ValueError:
            raise _unclear(text) from None
    if not name or (verb == "set" and not capacities):
        raise _unclear(text)
    return AddParty(name, capacities, bloc) if verb == "add" else SetCapacities(name, capacities)
