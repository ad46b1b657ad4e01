"""The page says the result in plain words; programs get every number."""

from __future__ import annotations

import csv
import io
import json

import pytest

from comity.exchange.rules import READY_MADE, ready_made, rule_from_toml
from comity.exchange.what_if import change_from
from comity.findings.power import power_findings
from comity.findings.what_if import comparison
from comity.report.power import power_csv, power_json, power_page

SMALL = [name for name in READY_MADE if not name.startswith("imf")]


@pytest.mark.parametrize("name", SMALL)
def test_every_ready_made_rule_has_a_page(name: str) -> None:
    page = power_page(power_findings(ready_made(name)), command=f"comity power {name}")
    assert "<h2>Who decides how often</h2>" in page
    assert f"comity power {name}" in page
    for empty in (">None<", ">nan", "Undefined"):
        assert empty not in page


def test_the_first_screen_says_who_has_what() -> None:
    page = power_page(power_findings(ready_made("un-security-council")))
    assert "China, France, Russia, United Kingdom and United States can each stop any decision alone." in page
    assert "2.59 % pass: it is hard to decide anything." in page
    luxembourg = power_page(power_findings(ready_made("eec-council-1958")))
    assert "Luxembourg can never change a result, however the others vote." in luxembourg


def test_a_strict_rule_says_what_sets_parties_apart() -> None:
    page = power_page(power_findings(ready_made("world-bank-1944-amendment")))
    assert "So strict a rule needs nearly everybody, which brings the shares of power together" in page
    assert "Of what would pass, United States could stop 100 %, Panama 20.1 %." in page
    assert "So strict" not in power_page(power_findings(ready_made("un-security-council")))


def test_rare_chances_are_one_in_so_many() -> None:
    parties = "".join(f"P{i} = 1\n" for i in range(20))
    page = power_page(
        power_findings(rule_from_toml(f'[parties]\n{parties}[rule]\nyes = "parties"\nall_but = 0', "x"))
    )
    assert "Of all ways in which the parties could say yes or no, 1 in 1 million passes" in page


def test_a_comparison_comes_first() -> None:
    compared = comparison(
        ready_made("eec-council-1958"), [change_from("set Luxembourg votes=2"), change_from("quota 13")]
    )
    page = power_page(compared.after, compared)
    assert "If Luxembourg has 2 votes and the quota is 13: 1 party gains and 5 parties lose." in page
    assert page.index("What the change does</h2>") < page.index("The rule</h2>")


def test_names_of_people_are_escaped() -> None:
    text = '[parties]\n"<b>A</b>" = 1\n"=B" = 1\n[rule]\nyes = "votes"\nat_least = 2'
    found = power_findings(rule_from_toml(text, "x"))
    assert "<b>A</b>" not in power_page(found)
    assert "\n'=B," in power_csv(found)


def test_json_has_fractions_and_csv_a_line_each() -> None:
    found = power_findings(ready_made("un-security-council"))
    document = json.loads(power_json(found))
    assert document["parties"][0]["shapley_shubik"] == {"value": 0.196270, "exact": "421/2145"}
    assert document["methods"]["banzhaf"] == "banzhaf/1"
    rows = list(csv.DictReader(io.StringIO(power_csv(found))))
    assert len(rows) == 15
    assert rows[0]["party"] == "China"
    assert rows[0]["veto"] == "1"


def test_csv_of_a_comparison_has_the_gain() -> None:
    compared = comparison(ready_made("eec-council-1958"), [change_from("add Denmark votes=2")])
    rows = {row["party"]: row for row in csv.DictReader(io.StringIO(power_csv(compared.after, compared)))}
    assert rows["Denmark"]["banzhaf_share_before"] == ""
    assert float(rows["Denmark"]["gain"]) > 0
