"""Rules by name: what is missing or impossible is said in one sentence."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from comity.errors import Refused
from comity.record.consultation import Party
from comity.record.rule import AtLeast, DecisionRule, InBloc, Veto, Yes, answers_of, checked, with_parties

PARTIES = (Party("a", "Ana", "north", {"votes": 2}), Party("b", "Dov", None, {"votes": 1}))
RULE = DecisionRule("two", "Two", PARTIES, Yes("votes", number=Fraction(2)))


def refused(rule: DecisionRule) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        checked(rule)
    return caught.value.code, caught.value.text


def test_votes_come_in_the_order_of_the_parties_and_who_is_not_named_was_absent() -> None:
    assert answers_of(RULE, {"Dov": "no"}) == ("absent", "no")


@pytest.mark.parametrize(
    ("rule", "code", "text"),
    [
        (
            replace(RULE, parties=()),
            "rule-without-parties",
            "Two names no parties; list them under [parties], or give a table with --members",
        ),
        (
            replace(RULE, parties=(PARTIES[0], PARTIES[0])),
            "party-twice",
            "Ana is listed twice in Two; give every party one line",
        ),
        (
            replace(RULE, parties=(PARTIES[0], Party("c", "Eve"))),
            "weight-missing",
            "Eve has no votes, which the rule counts; give it a number, 0 if none",
        ),
        (
            replace(RULE, parties=(PARTIES[0], Party("c", "Eve", None, {"votes": -3}))),
            "weight-negative",
            "Eve has -3 votes; a weight is a number from 0, so correct it",
        ),
        (
            replace(RULE, parties=(Party("c", "Eve", None, {"votes": 0}),)),
            "weight-missing",
            "nobody has any votes, which the rule counts; give the parties numbers",
        ),
        (
            replace(RULE, part=AtLeast(None, (RULE.part, Veto(("Eve",))))),
            "party-not-in-rule",
            "Eve is not a party of Two; check the spelling or add it to the rule",
        ),
        (
            replace(RULE, part=InBloc("south", RULE.part)),
            "bloc-unknown",
            "Two asks the bloc 'south', to which no party belongs; its blocs are: north",
        ),
    ],
)
def test_each_fault_has_its_sentence(rule: DecisionRule, code: str, text: str) -> None:
    assert refused(rule) == (code, text)


def test_not_a_number_is_no_weight() -> None:
    assert (
        refused(replace(RULE, parties=(Party("c", "Eve", None, {"votes": float("nan")}),)))[0]
        == "weight-negative"
    )


def test_votes_of_strangers_and_strange_votes_are_refused() -> None:
    with pytest.raises(
        Refused, match=r"^Eve is not a party of Two; check the spelling or add it to the rule$"
    ):
        answers_of(RULE, {"Eve": "yes"})
    with pytest.raises(Refused, match=r"^Ana voted 'maybe'; a vote here is yes, no, abstain or absent$"):
        answers_of(RULE, {"Ana": "maybe"})


def test_a_veto_goes_with_its_party() -> None:
    rule = replace(RULE, part=AtLeast(None, (RULE.part, Veto(("Ana", "Dov")))))
    left = with_parties(rule, (PARTIES[0],))
    assert left.part == AtLeast(None, (RULE.part, Veto(("Ana",))))
