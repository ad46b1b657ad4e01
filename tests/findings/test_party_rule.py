"""The rules that a reader may try: what is offered, what is refused, and the numbers of a game by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from comity.errors import Refused
from comity.findings.compiled_rule import passes
from comity.findings.party_rule import NEEDS, Needed, Tried, countable, needed, rule_of, tried
from comity.findings.power import power_findings
from comity.findings.power_in_time import power_in_time
from comity.record.consultation import Party


def parties(*amounts: float, capacity: str = "votes") -> list[Party]:
    return [
        Party(name.lower(), name, capacities={capacity: amount})
        for name, amount in zip(("Ana", "Dov", "Eve", "Fay", "Gil"), amounts, strict=False)
    ]


def test_three_two_one_with_a_need_of_four_decide_as_three_to_one_to_one() -> None:
    """By hand: of eight ways to vote Ana's vote settles six, and each of the other two settles two."""
    found = power_findings(rule_of(parties(3, 2, 1), Tried("votes")))
    assert [one.banzhaf_share.exact for one in found.parties] == ["3/5", "1/5", "1/5"]
    assert [one.shapley_shubik.exact for one in found.parties] == ["2/3", "1/6", "1/6"]
    assert [one.has_veto for one in found.parties] == [True, False, False]
    assert found.n_winning == "3"
    assert found.measure == "votes"


@pytest.mark.parametrize(("need", "fewest"), list(zip(NEEDS, (3, 4, 4, 4, 5), strict=True)))
def test_each_need_of_five_parties(need: str, fewest: int) -> None:
    rule = rule_of(parties(1, 1, 1, 1, 1), Tried(need=need))
    names = rule.party_names
    yes = [dict.fromkeys(names[:n], "yes") | dict.fromkeys(names[n:], "no") for n in range(6)]
    assert [passes(rule, votes) for votes in yes] == [n >= fewest for n in range(6)]


def test_a_majority_of_the_parties_beside_a_capacity() -> None:
    rule = rule_of(parties(8, 1, 1), Tried("votes", "half", with_majority=True))
    assert not passes(rule, {"Ana": "yes", "Dov": "no", "Eve": "no"})
    assert passes(rule, {"Ana": "yes", "Dov": "yes", "Eve": "no"})
    assert tried(parties(8, 1, 1), "parties", with_majority=True) == Tried()


def test_only_what_every_party_has_is_offered() -> None:
    lacking = [*parties(3, 2), Party("eve", "Eve")]
    assert countable(lacking) == ("parties",)
    assert countable(parties(0, 0)) == ("parties",)
    assert countable(parties(3, -1)) == ("parties",)
    assert countable(parties(3, 0)) == ("parties", "votes")
    assert countable(parties(3, 2, capacity="parties")) == ("parties",)


@pytest.mark.parametrize(
    ("count", "need", "sentence"),
    [
        (
            "gold",
            "",
            "'gold' cannot be counted here, for not every party has a number of it; choose from the form",
        ),
        (
            "",
            "most",
            "'most' is no need of votes; choose one of half, two-thirds, three-quarters, all-but-one, all",
        ),
    ],
)
def test_a_choice_that_is_none_is_refused(count: str, need: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        tried(parties(3, 2, 1), count, need)
    assert (refused.value.code, refused.value.text) == ("unknown-choice", sentence)


def test_what_would_take_longer_than_a_reader_waits_is_refused_at_once() -> None:
    """Sixty parties with a long quota: computed where there is time, refused where there is none."""
    long = [Party(str(n), f"P{n}", capacities={"people": 401.0 + n * n}) for n in range(60)]
    rule = rule_of(long, Tried("people"))
    assert not power_in_time(rule).exact
    with pytest.raises(Refused) as refused:
        power_in_time(rule, most_work=1_000_000)
    assert (refused.value.code, refused.value.text) == (
        "rule-too-large",
        "This rule has 60 parties with weights too long to be computed while a reader waits; "
        "use shorter weights, or `comity power`",
    )


def test_what_can_be_counted_is_never_refused_for_its_long_weights() -> None:
    rule = rule_of(parties(900_000_001, 500_000_003, 300_000_007), Tried("votes"))
    assert power_in_time(rule, most_work=1) == power_findings(rule)


def test_parties_of_one_name_are_told_apart() -> None:
    rule = rule_of([Party("a", "Ana"), Party("a2", "Ana"), Party("d", "Dov")], Tried())
    assert rule.party_names == ("Ana (a)", "Ana (a2)", "Dov")


def test_amounts_are_those_of_the_rule() -> None:
    five, weights = parties(1, 1, 1, 1, 1), parties(3, 2, 1)
    assert needed(rule_of(five, Tried(need="two-thirds")), Tried(need="two-thirds")) == Needed(4, 5, False)
    assert needed(rule_of(weights, Tried("votes")), Tried("votes")) == Needed(3, 6, True)
    assert needed(rule_of(weights, Tried("votes", "all")), Tried("votes", "all")) is None
    third = needed(rule_of(weights, Tried("votes", "two-thirds")), Tried("votes", "two-thirds"))
    assert third == Needed(float(Fraction(4)), 6, False)
