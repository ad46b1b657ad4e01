"""What-ifs as they are typed."""

from __future__ import annotations

from fractions import Fraction

import pytest

from comity.errors import Refused
from comity.exchange.what_if import change_from
from comity.record.rule_change import (
    AddParty,
    Change,
    DropParty,
    FairWeights,
    MergeParties,
    SetCapacities,
    SetNeed,
)


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("set United Kingdom votes=5", SetCapacities("United Kingdom", {"votes": 5.0})),
        (
            "add Ukraine population=8.5 votes=2 bloc=east",
            AddParty("Ukraine", {"population": 8.5, "votes": 2.0}, "east"),
        ),
        ("drop San Marino", DropParty("San Marino")),
        ("merge A + B C as D", MergeParties(("A", "B C"), "D")),
        ("quota 70%", SetNeed(None, Fraction(7, 10), Fraction(0))),
        ("quota population = 2/3", SetNeed("population", Fraction(2, 3), Fraction(0))),
        ("quota votes=13", SetNeed("votes", Fraction(0), Fraction(13))),
        ("fair population 62%", FairWeights("population", Fraction(62, 100))),
        ("fair votes", FairWeights("votes")),
    ],
)
def test_forms(text: str, change: Change) -> None:
    assert change_from(text) == change


@pytest.mark.parametrize(
    "text", ["", "drop", "merge A as B", "set A", "set A votes=many", "grow A", "fair votes 12"]
)
def test_what_cannot_be_understood_shows_the_forms(text: str) -> None:
    with pytest.raises(Refused) as caught:
        change_from(text)
    assert caught.value.code == "what-if-unclear"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("quota 0", "'quota 0' needs nothing; a quota is a number or a share above 0"),
        ("quota votes=-3", "'quota votes=-3' needs nothing; a quota is a number or a share above 0"),
        ("set A votes=5 votes=6", "'set A votes=5 votes=6' gives votes twice; keep one of the two"),
    ],
)
def test_what_is_understood_but_cannot_be_meant(text: str, sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        change_from(text)
    assert (caught.value.code, caught.value.text) == ("what-if-unclear", sentence)
