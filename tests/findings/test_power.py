"""The numbers of a rule by name, and the refusals that only the numbers can tell."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest

from comity.errors import Refused
from comity.exchange.rules import READY_MADE, ready_made, rule_from_toml
from comity.findings.compiled_rule import passes
from comity.findings.power import power_findings
from comity.findings.power_published import Measure
from comity.findings.rule_words import in_words
from comity.record.rule import DecisionRule

HEAD = """
title = "Us"
[parties]
Ana = { votes = 3, bloc = "one" }
Dov = { votes = 2, bloc = "one" }
Eve = { votes = 1 }
[rule]
"""


def us(text: str) -> DecisionRule:
    return rule_from_toml(HEAD + text, "us")


@pytest.mark.parametrize(
    ("text", "code", "sentence"),
    [
        (
            'yes = "votes"\nat_least = 7',
            "quota-above-total",
            "Us needs 7 votes where all that it asks together have 6; lower it",
        ),
        (
            'in_bloc = "one"\nrule = {yes = "parties", at_least = 3}',
            "quota-above-total",
            "Us needs 3 parties where all that it asks together have 2; lower it",
        ),
        (
            'all = [{present = "parties", at_least = 9}, {yes = "parties", at_least = 1}]',
            "rule-never-passes",
            "nobody can pass Us: it fails even when every party says yes; lower what it needs",
        ),
        (
            'veto = ["Ana"]',
            "rule-passes-without-votes",
            "Us passes when nobody says yes; add a part that needs yes votes, such as "
            '{ yes = "parties", at_least = 1 }',
        ),
        (
            'any = [{present = "parties", at_least = 2}, {yes = "parties", at_least = 2}]',
            "rule-passes-without-votes",
            "Us passes when nobody says yes; add a part that needs yes votes, such as "
            '{ yes = "parties", at_least = 1 }',
        ),
    ],
)
def test_impossible_rules_have_their_sentence(text: str, code: str, sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        power_findings(us(text))
    assert (caught.value.code, caught.value.text) == (code, sentence)


def test_weights_too_long_to_be_whole_are_refused() -> None:
    with pytest.raises(Refused, match=r"long cannot be computed in whole weights: .*; use fewer decimals"):
        power_findings(rule_from_toml('[parties]\nA = 1e300\nB = 1\n[rule]\nyes="votes"\nat_least=2', "long"))


def test_votes_by_name() -> None:
    council = ready_made("un-security-council")
    nine = {f"Elected member {i}": "yes" for i in range(1, 6)}
    nine |= {
        "China": "abstain",
        "France": "yes",
        "Russia": "yes",
        "United Kingdom": "yes",
        "United States": "yes",
    }
    assert passes(council, nine)
    assert not passes(council, nine | {"China": "no"})
    assert not passes(council, nine | {"Elected member 1": "absent"})
    with pytest.raises(Refused, match=r"Atlantis is not a party of UN Security Council"):
        passes(council, {"Atlantis": "yes"})


def test_majorities_of_those_voting_and_of_all() -> None:
    of_voting, of_all = (
        us('yes = "parties"\nmore_than = "50 %"\nof = "voting"'),
        us('yes = "parties"\nmore_than = "50 %"'),
    )
    votes = {"Ana": "yes", "Dov": "abstain"}
    assert passes(of_voting, votes)
    assert not passes(of_all, votes)


def test_within_blocs() -> None:
    rule = us('all = [{yes = "votes", at_least = 4}, {each_bloc = {yes = "parties", more_than = "50 %"}}]')
    assert passes(rule, {"Ana": "yes", "Dov": "yes"})
    assert not passes(rule, {"Ana": "yes", "Eve": "yes"})
    assert in_words(rule) == (
        "all of these:",
        "  yes from at least 4 votes",
        "  within every bloc:",
        "    yes from more than 50 % of the parties",
    )


def test_decimal_weights_are_exact() -> None:
    """0.1 + 0.2 reaches 0.3, as it does on paper."""
    rule = rule_from_toml(
        '[parties]\nA = 0.1\nB = 0.2\nC = 0.3\n[rule]\nyes = "votes"\nat_least = 0.3', "tenths"
    )
    assert passes(rule, {"A": "yes", "B": "yes"})
    assert [party.banzhaf.exact for party in power_findings(rule).parties] == ["1/4", "1/4", "3/4"]


def test_the_council_of_1958() -> None:
    found = power_findings(ready_made("eec-council-1958"))
    luxembourg = found.parties[-1]
    assert luxembourg.is_dummy
    assert luxembourg.banzhaf == Measure(0.0, "0")
    assert found.parties[0].banzhaf_share == Measure(0.238095, "5/21")
    assert found.parties[0].shapley_shubik == Measure(0.233333, "7/30")
    assert found.coalitions.n_minimal == "4"
    (benelux,) = found.blocs
    assert (benelux.can_pass, benelux.can_stop) == (False, False)
    assert sum(party.owen.value for party in found.parties if party.owen) == pytest.approx(1)


def test_long_rules_are_computed_and_agree_with_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    college = ready_made("us-electoral-college")
    counted = power_findings(college)
    monkeypatch.setattr("comity.engine.power.counting.MOST_STATES", 2)
    computed = power_findings(college)
    assert (counted.exact, computed.exact) == (True, False)
    for one, other in zip(counted.parties, computed.parties, strict=True):
        for index in ("banzhaf", "banzhaf_share", "shapley_shubik", "prevent", "initiate"):
            assert getattr(other, index).value == pytest.approx(getattr(one, index).value, rel=2e-5)
    assert computed.to_act.value == counted.to_act.value
    assert computed.coalitions.smallest_winning == counted.coalitions.smallest_winning
    assert computed.coalitions.smallest_blocking == counted.coalitions.smallest_blocking
    assert counted.n_winning is not None
    assert counted.coalitions.n_minimal is not None
    for rounded, exact in (
        (computed.n_winning, counted.n_winning),
        (computed.coalitions.n_minimal, counted.coalitions.n_minimal),
    ):
        assert rounded is not None
        assert len(rounded) == len(exact)
        assert rounded[:8] == exact[:8]


def test_a_quota_with_a_number_of_parties_is_computed_and_agrees_with_counting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    amendment = ready_made("world-bank-1944-amendment")
    counted = power_findings(amendment)
    monkeypatch.setattr("comity.engine.power.counting.MOST_STATES", 2)
    computed = power_findings(amendment)
    assert (counted.exact, computed.exact) == (True, False)
    assert computed.relative_error is not None
    for one, other in zip(counted.parties, computed.parties, strict=True):
        assert (one.has_veto, one.is_dummy) == (other.has_veto, other.is_dummy)
        for index in ("banzhaf", "banzhaf_share", "shapley_shubik", "prevent", "initiate"):
            assert getattr(other, index).value == getattr(one, index).value
    assert computed.to_act.value == counted.to_act.value
    assert computed.coalitions.smallest_winning == counted.coalitions.smallest_winning == 27
    assert computed.coalitions.smallest_blocking == counted.coalitions.smallest_blocking == 1
    assert computed.coalitions.n_minimal == "107439271000"
    assert counted.coalitions.n_minimal == "107439270929"


def test_nested_rules_beyond_counting_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comity.engine.power.counting.MOST_STATES", 2)
    with pytest.raises(
        Refused, match=r"combines 3 conditions over 27 parties, more than can be counted exactly"
    ):
        power_findings(ready_made("eu-council"))


@pytest.mark.parametrize("name", [name for name in READY_MADE if not name.startswith("imf")])
def test_ready_made_rules_have_all_their_numbers(name: str) -> None:
    found = power_findings(ready_made(name))
    assert sum(party.banzhaf_share.value for party in found.parties) == pytest.approx(1, abs=1e-4)
    assert sum(party.shapley_shubik.value for party in found.parties) == pytest.approx(1, abs=1e-4)
    assert found.coalitions.n_minimal is not None
    assert found.exact


def test_the_council_of_the_union_as_another_program_counts_it() -> None:
    """Germany, Romania and Malta under the rule as shipped: the figures of power-bdd 1.0.0, to the last digit."""
    parties = power_findings(ready_made("eu-council")).parties
    published = {
        0: (0.2095533311367035, 0.17556025615152013),
        5: (0.06804904341697693, 0.038087092733074694),
        26: (0.030138224363327026, 0.008622914391860415),
    }
    for place, (banzhaf, pivotal) in published.items():
        assert float(Fraction(parties[place].banzhaf.exact or "")) == banzhaf
        assert float(Fraction(parties[place].shapley_shubik.exact or "")) == pytest.approx(pivotal, rel=1e-15)


def test_the_founders_of_the_bank_against_a_table_of_all_their_divisions() -> None:
    """Banzhaf and Shapley-Shubik by their definition, from a table of coalitions by votes and by number of members."""
    members = ready_made("world-bank-1944").parties
    votes = [int(member.capacities["votes"]) for member in members]
    total, n = sum(votes), len(votes)
    found = {
        name: power_findings(ready_made(name)) for name in ("world-bank-1944", "world-bank-1944-amendment")
    }
    for place in (0, 5, 40):  # Australia, Chile and the United States
        others = votes[:place] + votes[place + 1 :]
        table = np.zeros((n, total + 1), dtype=np.int64)
        table[0, 0] = 1
        for weight in others:
            table[1:, weight:] += table[:-1, : total + 1 - weight]
        needs = {
            "world-bank-1944": (0, total // 2 + 1),
            "world-bank-1944-amendment": (27, -(-total * 4 // 5)),
        }
        for name, (heads, quota) in needs.items():
            swings = [
                int(table[size, max(quota - votes[place], 0) :].sum()) * (size + 1 >= heads)
                - int(table[size, quota:].sum()) * (size >= heads)
                for size in range(n)
            ]
            party = found[name].parties[place]
            assert Fraction(party.banzhaf.exact or "") == Fraction(sum(swings), 2 ** (n - 1))
            pivotal = sum(Fraction(count, n * comb(n - 1, size)) for size, count in enumerate(swings))
            assert Fraction(party.shapley_shubik.exact or "") == pivotal


def test_a_need_above_the_total_is_said_in_the_amounts_of_the_rule() -> None:
    with pytest.raises(
        Refused, match=r"Ours needs 4 votes where all that it asks together have 3\.75; lower it"
    ):
        power_findings(
            rule_from_toml('title="Ours"\n[parties]\nA=2.5\nB=1.25\n[rule]\nyes="votes"\nat_least=4', "x")
        )


def test_weights_beyond_whole_numbers_are_refused_in_a_short_sentence() -> None:
    text = 'title="Ours"\n[parties]\nA=1e300\nB=1e-9\n[rule]\nyes="votes"\nat_least=1'
    with pytest.raises(
        Refused, match=r"the weights add up to a number of 310 digits, more than 9007199254740992"
    ):
        power_findings(rule_from_toml(text, "x"))


def test_blocs_of_a_long_rule_are_computed_and_agree_with_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = ready_made("world-bank-1944")
    lines = [
        f'"{party.name}",{party.capacities["votes"]:.0f},{["", "north", "south"][place % 3]}\n'
        for place, party in enumerate(rule.parties)
    ]
    table = ("m.csv", ("party,votes,bloc\n" + "".join(lines)).encode())
    counted = power_findings(ready_made("world-bank", table))
    monkeypatch.setattr("comity.engine.power.counting.MOST_STATES", 2)
    computed = power_findings(ready_made("world-bank", table))
    assert (counted.exact, computed.exact) == (True, False)
    assert computed.error_in_blocs is not None
    assert computed.error_in_blocs < 1e-6
    assert computed.methods["owen"].method_id == "owen/1"
    for one, other in zip(counted.parties, computed.parties, strict=True):
        assert one.owen is not None
        assert one.banzhaf_owen is not None
        assert other.owen is not None
        assert other.banzhaf_owen is not None
        assert (other.owen.value, other.banzhaf_owen.value) == (one.owen.value, one.banzhaf_owen.value)
    for bloc, other_bloc in zip(counted.blocs, computed.blocs, strict=True):
        assert (bloc.name, bloc.members, bloc.can_pass, bloc.can_stop) == (
            other_bloc.name,
            other_bloc.members,
            other_bloc.can_pass,
            other_bloc.can_stop,
        )
        assert other_bloc.united.value == pytest.approx(bloc.united.value, abs=2e-6)
        assert other_bloc.sum_of_shares == pytest.approx(bloc.sum_of_shares, abs=2e-6)
