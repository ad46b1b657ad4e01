"""Changes of a rule, by name."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from comity.errors import Refused
from comity.record.consultation import Party
from comity.record.rule import AtLeast, DecisionRule, Veto, Yes
from comity.record.rule_change import (
    AddParty,
    DropParty,
    FairWeights,
    MergeParties,
    SetCapacities,
    SetNeed,
    changed,
    said,
)

PARTIES = tuple(Party(name, name, None, {"votes": votes}) for name, votes in (("A", 3), ("B", 2), ("C", 1)))
RULE = DecisionRule("abc", "ABC", PARTIES, AtLeast(None, (Yes("votes", number=Fraction(4)), Veto(("B",)))))


def votes(rule: DecisionRule) -> dict[str, float]:
    return {party.name: party.capacities["votes"] for party in rule.parties}


def test_weights_parties_and_quota_change() -> None:
    assert votes(changed(RULE, SetCapacities("C", {"votes": 5}))) == {"A": 3, "B": 2, "C": 5}
    assert votes(changed(RULE, AddParty("D", {"votes": 1}))) == {"A": 3, "B": 2, "C": 1, "D": 1}
    assert votes(changed(RULE, DropParty("B"))) == {"A": 3, "C": 1}
    assert changed(RULE, DropParty("B")).part == AtLeast(None, (Yes("votes", number=Fraction(4)), Veto(())))
    need = changed(RULE, SetNeed(None, Fraction(7, 10), Fraction(0)))
    assert need.part == AtLeast(None, (Yes("votes", Fraction(7, 10)), Veto(("B",))))


def test_merged_parties_add_up_and_keep_a_veto() -> None:
    merged = changed(RULE, MergeParties(("B", "C"), "BC"))
    assert votes(merged) == {"A": 3, "BC": 3}
    assert merged.part == AtLeast(None, (Yes("votes", number=Fraction(4)), Veto(("BC",))))


def test_nobody_is_merged_with_itself() -> None:
    with pytest.raises(Refused, match=r"B is to be merged with itself; name every party once"):
        changed(RULE, MergeParties(("B", "C", "B"), "BC"))


def test_which_quota_has_to_be_clear() -> None:
    two = replace(RULE, part=AtLeast(None, (Yes("votes", Fraction(1, 2)), Yes("parties", Fraction(1, 2)))))
    with pytest.raises(
        Refused, match=r"has 2 parts whose quota this could be; name what is counted"
    ) as caught:
        changed(two, SetNeed(None, Fraction(2, 3), Fraction(0)))
    assert caught.value.code == "what-if-unclear"
    new = changed(two, SetNeed("parties", Fraction(2, 3), Fraction(0)))
    assert new.part == AtLeast(None, (Yes("votes", Fraction(1, 2)), Yes("parties", Fraction(2, 3))))


def test_a_stranger_cannot_leave() -> None:
    with pytest.raises(Refused, match=r"^Z is not a party of ABC; check the spelling or add it to the rule$"):
        changed(RULE, DropParty("Z"))


def test_a_capacity_that_nobody_has_is_refused() -> None:
    for change in (SetCapacities("A", {"vote": 5}), AddParty("D", {"vote": 5})):
        with pytest.raises(Refused, match=r"^no party of ABC has 'vote'; its capacities are: votes$"):
            changed(RULE, change)


def test_changes_are_said_in_words() -> None:
    assert said(SetCapacities("C", {"votes": 5})) == "C has 5 votes"
    assert said(SetNeed("votes", Fraction(7, 10), Fraction(0))) == "the quota of votes is 70 %"
    assert said(AddParty("D", {})) == "D joins with one voice"
    assert said(FairWeights("votes")) == "weights are chosen so that power is in proportion to votes"
    with pytest.raises(ValueError, match=r"fair weights"):
        changed(RULE, FairWeights("votes"))
