"""A table of members in the place of a rule's parties: plain tables, tables as bodies publish them, and every fault."""

from __future__ import annotations

from fractions import Fraction

import pytest

from comity.errors import Refused
from comity.exchange.members import Members, members_from
from comity.exchange.rules import NEED_MEMBERS, ready_made, rule_from_toml
from comity.record.consultation import Party
from comity.record.rule import DecisionRule, Yes

BANK = """Member,Subscription Amount,Percentage of Total Subscriptions,Number of Votes,Percentage of Total Voting \
Power,As of Date
MALTA,240,5.0,"2,650",5.1,30-Jun-2024
FIJI,160,3.3,"1,850",3.4,30-Jun-2024
"KOREA, REPUBLIC OF",1000.5,91.7,"10,255",91.5,30-Jun-2024
MALTA,250,5.1,"2,750",5.2,31-Mar-2025
"KOREA, REPUBLIC OF",1000.5,94.9,"10,255",94.8,31-Mar-2025
Total,1250.5,100,"13,005",100,31-Mar-2025
"""
SNAKES = "member,number_of_votes,percentage_of_total_voting_power,subscription_amount,as_of_date\n"


def members(text: str, *counted: str) -> Members:
    return members_from(text.encode(), "m.csv", counted)


def ruled(rule: str, text: str) -> DecisionRule:
    return ready_made(rule, ("m.csv", text.encode()))


def test_a_table_as_the_bank_publishes_it() -> None:
    rule = ruled("world-bank", BANK)
    assert rule.parties == (
        Party("MALTA", "MALTA", None, {"capital": 250.0, "votes": 2750.0}),
        Party("KOREA, REPUBLIC OF", "KOREA, REPUBLIC OF", None, {"capital": 1000.5, "votes": 10_255.0}),
    )
    assert (rule.as_of, rule.measure) == ("31 March 2025", "capital")
    assert rule.figures == (
        "The members and their numbers are those of the table m.csv. Of its 2 dates the newest, 31 March 2025, was "
        "taken: 3 of 6 lines. Columns that are not used: Percentage of Total Subscriptions, Percentage of Total Voting "
        "Power. The line 'Total' is left out."
    )


def test_names_of_columns_with_underscores_and_one_date() -> None:
    found = members(
        SNAKES + "Malta,2650,5.1,240,2024-06-30T00:00:00.000\nFiji,1850,3.4,160,2024-06-30T00:00:00.000\n"
    )
    assert [dict(party.capacities) for party in found.parties] == [
        {"votes": 2650.0, "capital": 240.0},
        {"votes": 1850.0, "capital": 160.0},
    ]
    assert found.as_of == "30 June 2024"
    assert found.notes == ("Columns that are not used: percentage_of_total_voting_power.",)


def test_a_plain_table_with_blocs_and_any_capacity() -> None:
    found = members("party,votes,bloc,GDP\nMalta,3,south,12.5\nFiji,2,,\n,,,\n")
    assert found.parties == (
        Party("Malta", "Malta", "south", {"votes": 3.0, "GDP": 12.5}),
        Party("Fiji", "Fiji", None, {"votes": 2.0}),
    )
    assert (found.as_of, found.notes, found.has_blocs) == ("", (), True)


def test_the_same_table_in_json() -> None:
    records = """[
    {"member": "FIJI", "number_of_votes": 1850, "subscription_amount": "160.0", "as_of_date": "30/06/2024"},
    {"member": "MALTA", "number_of_votes": "2650", "subscription_amount": 240.5, "as_of_date": "30/06/2024"}]"""
    found = members_from(records.encode(), "bank.json")
    assert [(party.name, dict(party.capacities)) for party in found.parties] == [
        ("FIJI", {"votes": 1850.0, "capital": 160.0}),
        ("MALTA", {"votes": 2650.0, "capital": 240.5}),
    ]
    assert found.as_of == "30 June 2024"
    with pytest.raises(Refused, match=r"bank\.json, item 2: there is a party without a name"):
        members_from(b'[{"member": "FIJI"}, {"votes": 2}]', "bank.json")
    with pytest.raises(Refused, match=r"bank\.json, line 1: there is no list of objects"):
        members_from(b"{}", "bank.json")
    with pytest.raises(Refused, match=r"bank\.json names no members; add an object for each"):
        members_from(b"[]", "bank.json")


def test_a_spreadsheet_is_to_be_saved_as_csv() -> None:
    with pytest.raises(
        Refused, match=r"bank\.xlsx is a spreadsheet's own file; save it as 'CSV UTF-8' and give that"
    ):
        members_from(b"PK\x03\x04\x14\x00", "bank.xlsx")


def test_a_total_that_the_members_do_not_add_up_to_is_said() -> None:
    assert members("party,votes\nMalta,3\nFiji,2\nTotal,6\n").notes == (
        "The line 'Total' is left out; it says 6 votes, but the members have 5 together.",
    )


def test_what_the_rule_counts_is_found_by_any_case_and_may_be_a_share() -> None:
    text = '[rule]\nyes = "Share of GDP"\nmore_than = "50 %"'
    rule = rule_from_toml(text, "x", ("m.csv", b"member,share_of_gdp,votes\nMalta,3,1\nFiji,2,1\n"))
    assert [party.capacities["Share of GDP"] for party in rule.parties] == [3.0, 2.0]


def test_another_year_for_a_rule_with_parties() -> None:
    rule = ruled("eu-council", "party,population\nGermany,19.5\nFrance,15\nMalta,0.1\n")
    assert rule.party_names == ("Germany", "France", "Malta")
    assert "bulletin" not in rule.figures
    assert "another rule" in rule.note
    assert rule.as_of == ""
    fund = ruled("imf-85", 'Member,Quota,Votes: Number\nFiji,98.4,"2,443"\nMalta,168.3,"3,142"\n')
    assert [party.capacities["votes"] for party in fund.parties] == [2443.0, 3142.0]


def test_blocs_of_the_rule_are_kept_where_the_table_has_none() -> None:
    names = ["China", "France", "Russia", "United Kingdom", "United States", "Fiji", "Malta"]
    council = ruled("un-security-council", "party\n" + "".join(f"{name}\n" for name in names))
    assert [party.bloc for party in council.parties] == ["permanent"] * 5 + [None] * 2
    own = ruled("un-security-council", "party,bloc\nFiji,permanent\nMalta,elected\n")
    assert own.blocs == ("permanent", "elected")


def test_a_measure_that_the_table_lacks_is_not_shown() -> None:
    assert ruled("world-bank", "party,votes\nMalta,3\nFiji,2\n").measure is None


def test_a_rule_without_parties_needs_a_table() -> None:
    text = 'title = "Ours"\n[rule]\nyes = "votes"\nat_least = 3'
    rule = rule_from_toml(text, "ours", ("m.csv", b"party,votes\nMalta,3\nFiji,2\n"))
    assert (rule.party_names, rule.part) == (("Malta", "Fiji"), Yes("votes", number=Fraction(3)))
    with pytest.raises(
        Refused, match=r"Ours names no parties; list them under \[parties\], or give a table with"
    ):
        rule_from_toml(text, "ours")


@pytest.mark.parametrize("name", NEED_MEMBERS)
def test_the_present_rules_of_the_bank_say_what_to_do(name: str) -> None:
    with pytest.raises(Refused) as caught:
        ready_made(name)
    assert caught.value.code == "figures-missing"
    assert "--members FILE" in caught.value.text
    assert f"{name}-1944".replace("amendment-1944", "1944-amendment") in caught.value.text


@pytest.mark.parametrize(
    ("rule", "text", "code", "sentence"),
    [
        ("world-bank", "", "empty-file", "m.csv is empty: export it again"),
        (
            "world-bank",
            "Nation,votes\nMalta,3\n",
            "missing-column",
            "m.csv, line 1: there is no column 'party' among 'Nation', 'votes'; add it, or name it so in the "
            "header line",
        ),
        (
            "world-bank",
            "party;votes\nMalta;3\n",
            "missing-column",
            "m.csv, line 1: there is no column 'party' among 'party;votes'; the columns seem to be separated by "
            "semicolons: save the file with commas",
        ),
        (
            "world-bank",
            "party,votes\n",
            "no-parties",
            "m.csv names no members below its header; add a line for each",
        ),
        (
            "world-bank",
            "party,Party\nMalta,3\n",
            "repeated-column",
            "m.csv, line 1: the column 'Party' stands there twice; keep one of them",
        ),
        (
            "world-bank",
            "party,votes\nMalta,3\nMALTA,2\n",
            "repeated-name",
            "m.csv, line 3: the party 'malta' is there already (m.csv, line 2); keep one of the two",
        ),
        (
            "world-bank",
            "party,votes\n,3\n",
            "unreadable-value",
            "m.csv, line 2: there is a party without a name; give it one",
        ),
        (
            "world-bank",
            "party,votes\nMalta,-3\n",
            "weight-negative",
            "m.csv, line 2: Malta has -3 votes; a weight is a number from 0, so correct it",
        ),
        (
            "world-bank",
            'party,votes\nMalta,3\nFiji,"1,5"\n',
            "unreadable-value",
            "m.csv, line 3: Fiji has '1,5' as votes, which World Bank, most decisions counts; write a number from 0, "
            "with a decimal point",
        ),
        (
            "world-bank",
            "party,votes\nMalta,3\nFiji,n/a\n",
            "weight-missing",
            "m.csv, line 3: Fiji has no votes, which World Bank, most decisions counts; give it a number, 0 if none",
        ),
        (
            "world-bank",
            "party,percentage of votes\nMalta,60\nFiji,40\n",
            "weight-missing",
            "m.csv has no votes, which World Bank, most decisions counts; add a column 'votes' to its columns "
            "(party, percentage of votes)",
        ),
        (
            "eu-council",
            "party,votes\nMalta,3\n",
            "weight-missing",
            "m.csv has no population, which Council of the European Union, qualified majority counts; add a column "
            "'population' to its columns (party, votes)",
        ),
        (
            "un-security-council",
            "party\nChina\nFrance\nRussian Federation\n",
            "party-not-in-rule",
            "m.csv has no 'Russia', which belongs to the bloc 'permanent' that UN Security Council, decisions of "
            "substance asks; write the name as the rule does, or give the table a column 'bloc'",
        ),
    ],
)
def test_each_fault_has_its_sentence(rule: str, text: str, code: str, sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        ruled(rule, text)
    assert (caught.value.code, caught.value.text) == (code, sentence)


def test_a_party_that_the_rule_names_may_not_be_missing() -> None:
    text = 'title = "Ours"\n[parties]\nMalta = 1\nFiji = 1\n[rule]\nall = [{yes="votes", at_least=1}, {veto=["Malta"]}]'
    with pytest.raises(Refused) as caught:
        rule_from_toml(text, "ours", ("m.csv", b"party,votes\nFiji,2\nTonga,2\n"))
    assert caught.value.text == (
        "m.csv has no 'Malta', whose consent Ours needs; write the name as the rule does, or change the rule"
    )
