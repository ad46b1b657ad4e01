"""Power with opinions: who stands in the middle of an even split decides, whatever the coins say."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from comity.errors import Refused
from comity.exchange.rules import ready_made, rule_from_toml
from comity.findings.power import power_findings
from comity.findings.power_in_fact import power_in_fact
from comity.record.party_votes import PartyVote, PartyVotes
from comity.record.rule import AtLeast, DecisionRule, Yes
from comity.report.power import power_csv, power_json, power_page

NAMES = [f"left {i}" for i in range(4)] + ["middle"] + [f"right {i}" for i in range(4)]


def chamber() -> DecisionRule:
    lines = "\n".join(f'"{name}" = {{ votes = 1, bloc = "{name.split()[0]}" }}' for name in NAMES)
    return rule_from_toml(
        f'title="Chamber"\n[parties]\n{lines}\n[rule]\nyes="votes"\nmore_than="50 %"\n', "chamber"
    )


def divided(n_decisions: int) -> PartyVotes:
    """Left and right vote against each other; the middle sides with each in turn."""
    votes = []
    for number in range(n_decisions):
        left_proposes, middle_agrees = number % 2 == 0, number % 4 in (0, 1)
        for name in NAMES:
            yes = middle_agrees if name == "middle" else name.startswith("left") == left_proposes
            votes.append(PartyVote(name, str(number), "yes" if yes else "no"))
    return PartyVotes("table", tuple(votes))


def test_the_middle_decides() -> None:
    found = power_in_fact(chamber(), divided(60))
    middle, others = found.parties[4], [party for party in found.parties if party.name != "middle"]
    assert middle.share.value > 1.5 * max(party.share.value for party in others)
    assert middle.pivotal == 60
    assert found.passed == 30
    assert {bloc.name: bloc.can_pass.value for bloc in found.blocs}["left"] < 1
    assert sum(party.share.value for party in found.parties) == pytest.approx(1, abs=1e-4)


def test_pages_and_programs_show_it() -> None:
    rule = chamber()
    findings, found = power_findings(rule), power_in_fact(rule, divided(20))
    assert "With votes as they were cast" in power_page(findings, in_fact=found)
    assert json.loads(power_json(findings, in_fact=found))["in_fact"]["parties"][4]["pivotal"] == 20
    assert power_csv(findings, in_fact=found).splitlines()[0].endswith("decisive_in_fact,pivotal_decisions")


def test_strangers_and_small_tables_are_refused() -> None:
    with pytest.raises(Refused, match=r"left 0 votes in table but is not a party of Unanimity"):
        power_in_fact(ready_made("unanimity"), divided(20))
    with pytest.raises(Refused, match=r"table has 9 decisions; at least 10 are needed"):
        power_in_fact(chamber(), divided(9))


def test_a_long_quota_gives_what_walking_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    walked = power_in_fact(chamber(), divided(20))
    monkeypatch.setattr("comity.engine.power.counting.MOST_STATES", 1)
    assert power_in_fact(chamber(), divided(20)) == walked
    monkeypatch.setattr("comity.engine.power.large_chances.MOST_WORK", 1)
    with pytest.raises(
        Refused, match=r"Chamber is too large for so many votes: 20 decisions and a window of 5 would"
    ):
        power_in_fact(chamber(), divided(20))


def test_nested_rules_too_large_to_walk_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = chamber()
    nested = replace(rule, part=AtLeast(None, (rule.part, Yes("parties", number=Fraction(2)))))
    nested = replace(nested, parties=(replace(rule.parties[0], capacities={"votes": 3}), *rule.parties[1:]))
    monkeypatch.setattr("comity.engine.power.counting.MOST_STATES", 1)
    with pytest.raises(
        Refused, match=r"too large to be walked party by party with votes from a table; leave the"
    ):
        power_in_fact(nested, divided(20))
