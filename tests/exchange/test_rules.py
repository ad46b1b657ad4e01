"""Rule files are read; what cannot be read is said in one sentence. Every ready-made rule is whole."""

from __future__ import annotations

from fractions import Fraction

import pytest

from comity.errors import Refused
from comity.exchange.rules import READY_MADE, ready_made, ready_made_text, rule_from_toml
from comity.record.rule import AtLeast, Blocs, InBloc, Part, Present, Veto, Yes

TWO = '[parties]\nAna = {votes = 2, bloc = "north"}\nDov = 1\n'


def part(text: str) -> Part:
    return rule_from_toml(f"{TWO}[rule]\n{text}", "two").part


def test_every_kind_of_part() -> None:
    assert part('yes = "votes"\nat_least = 2') == Yes("votes", number=Fraction(2))
    assert part('yes = "votes"\nmore_than = "2/3"\nof = "voting"') == Yes(
        "votes", Fraction(2, 3), strict=True, of="voting"
    )
    assert part('yes = "parties"\nat_least = "62.5 %"') == Yes("parties", Fraction(5, 8))
    assert part('yes = "parties"\nall_but = 1') == Yes("parties", Fraction(1), Fraction(-1))
    assert part('all = [{yes="parties", at_least=1}, {veto=["Ana"]}]') == AtLeast(
        None, (Yes(number=Fraction(1)), Veto(("Ana",)))
    )
    assert part('any = [{consent="north"}, {yes="parties", at_least=2}]') == AtLeast(
        1, (Veto(("Ana",), True), Yes(number=Fraction(2)))
    )
    three = ", ".join(['{yes="votes", at_least=1}'] * 3)
    assert part(f"at_least = 2\nparts = [{three}]") == AtLeast(2, (Yes("votes", number=Fraction(1)),) * 3)
    assert part('in_bloc = "north"\nrule = {yes="parties", at_least=1}') == InBloc(
        "north", Yes(number=Fraction(1))
    )
    assert part('each_bloc = {yes="parties", at_least=1}') == Blocs(None, Yes(number=Fraction(1)))
    assert part('blocs = 1\nrule = {yes="parties", at_least=1}') == Blocs(1, Yes(number=Fraction(1)))
    assert part('present = "parties"\nat_least = "50 %"') == Present("parties", Fraction(1, 2))


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("title = ", "rule-unreadable", "is not a rule file"),
        ("[parties]\nAna = 1\n", "rule-unreadable", "it has no [rule]"),
        (
            '[parties]\nAna = "one"\n[rule]\n',
            "rule-unreadable",
            "Ana is neither a number of votes nor a table",
        ),
        ("colour = 1\n[rule]\n", "rule-unreadable", "it has 'colour', which is not part of a rule file"),
        (
            '[parties]\n" " = 1\n[rule]\nyes = "votes"\nat_least = 1',
            "rule-unreadable",
            "it has a party without a name",
        ),
        (TWO + "[rule]\nmaybe = 1", "rule-unreadable", "a part says maybe, which is no kind of part"),
        (TWO + '[rule]\nyes = "votes"', "rule-unreadable", "needs one of at_least, more_than and all_but"),
        (TWO + '[rule]\nyes = "votes"\nat_least = "some"', "rule-unreadable", "'some' is not a number"),
        (
            TWO + '[rule]\nyes = "votes"\nat_least = "120 %"',
            "quota-above-total",
            "two needs 120 % of the total",
        ),
        (TWO + '[rule]\nyes = "votes"\nat_least = 1\nof = "some"', "rule-unreadable", "not 'some'"),
        (TWO + '[rule]\nyes = "votes"\nat_least = nan', "rule-unreadable", "nan is not a number"),
        (
            TWO + '[rule]\nyes = "votes"\nat_least = -3',
            "rule-unreadable",
            "at_least is -3; a need is a number from 0",
        ),
        (
            "[parties]\nAna = -1\n" + '[rule]\nyes = "parties"\nat_least = 1',
            "weight-negative",
            "Ana has -1 votes",
        ),
        (TWO + '[rule]\nveto = "south"', "bloc-unknown", "to which no party belongs"),
        (TWO + '[rule]\nveto = ["Eve"]', "party-not-in-rule", "Eve is not a party"),
        (TWO + '[rule]\nyes = "people"\nat_least = 1', "weight-missing", "Ana has no people"),
        ('[rule]\nyes = "votes"\nat_least = 1', "rule-without-parties", "names no parties"),
    ],
)
def test_each_fault_has_its_sentence(text: str, code: str, words: str) -> None:
    with pytest.raises(Refused) as caught:
        rule_from_toml(text, "two")
    assert caught.value.code == code
    assert words in caught.value.text
    assert "\n" not in caught.value.text


@pytest.mark.parametrize("name", READY_MADE)
def test_ready_made_rules_say_where_they_come_from(name: str) -> None:
    rule = ready_made(name)
    assert rule.source
    assert rule.as_of
    assert rule.summary
    assert rule_from_toml(ready_made_text(name).encode(), name) == rule


def test_figures_of_the_ready_made_rules_add_up() -> None:
    """The Fund's own table of early 2022 gives Brazil 111,879 votes and Afghanistan 4,697: so do the quotas of 2024."""

    def votes(name: str) -> dict[str, float]:
        return {party.name: party.capacities["votes"] for party in ready_made(name).parties}

    fund = votes("imf-85")
    assert len(fund) == 190
    assert (fund["Brazil"], fund["Afghanistan"], fund["Belgium"]) == (111_879, 4_697, 65_566)
    assert sum(fund.values()) == 4_762_720 + 190 * 1_459
    assert votes("imf-70") == votes("imf-amendment") == fund
    electors = votes("us-electoral-college")
    assert (len(electors), sum(electors.values())) == (51, 538)
    assert len(ready_made("un-general-assembly").parties) == 193
    union = ready_made("eu-council")
    assert len(union.parties) == 27
    assert sum(party.capacities["population"] for party in union.parties) == pytest.approx(100.01)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(Refused, match=r"there is no rule or file called league; ready-made are consensus"):
        ready_made("league")


@pytest.mark.parametrize("name", ["world-bank-1944", "world-bank-1944-amendment"])
def test_the_founders_of_the_bank_add_up_to_the_total_of_schedule_a(name: str) -> None:
    """44 governments, 9,100.0 million dollars; 250 votes each and one for every share of 100,000 dollars."""
    members = ready_made(name).parties
    assert len(members) == 44
    capital = {member.name: Fraction(str(member.capacities["capital"])) for member in members}
    assert sum(capital.values()) == 9_100
    assert [str(capital[name]) for name in ("United States", "Ecuador", "Panama")] == ["3175", "16/5", "1/5"]
    for member in members:
        assert member.capacities["votes"] == 250 + 10 * capital[member.name]
    assert "Denmark" not in capital
    assert ready_made(name).measure == "capital"
