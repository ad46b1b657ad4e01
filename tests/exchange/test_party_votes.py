"""Tables of parties' votes."""

from __future__ import annotations

import pytest

from comity.errors import Refused
from comity.exchange.party_votes import party_votes_from_csv
from comity.record.party_votes import PartyVote


def test_columns_in_any_order_and_case() -> None:
    found = party_votes_from_csv(
        '\ufeffVote,Party,decision\nYES,"Malta, Republic",a\n\nabsent,Italy,b\n', "v.csv"
    )
    assert found.votes == (PartyVote("Malta, Republic", "a", "yes"), PartyVote("Italy", "b", "absent"))
    assert found.decisions == ("a", "b")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "v.csv has no column 'party'; a table of votes has party, decision, vote, separated by commas"),
        (
            "party,vote\n",
            "v.csv has no column 'decision'; a table of votes has party, decision, vote, separated by commas",
        ),
        (
            "party,decision,vote\nMalta,a,yes\nMalta,a,no\n",
            "line 3 of v.csv: Malta has voted on a already (line 2); keep one of the two",
        ),
        ("party,decision,vote\n", "v.csv has no votes below its header; add a line a party and decision"),
        ("party,decision,vote\nMalta,a\n", "line 2 of v.csv has 2 cells; complete or remove it"),
        (
            "party,decision,vote\nMalta,a,maybe\n",
            "line 2 of v.csv: Malta voted 'maybe'; a vote here is yes, no, abstain or absent",
        ),
    ],
)
def test_each_fault_has_its_sentence(text: str, sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        party_votes_from_csv(text, "v.csv")
    assert (caught.value.code, caught.value.text) == ("vote-unreadable", sentence)
