"""Our TOML form: the example, the ways to write things, and one clear sentence for everything that is wrong."""

from __future__ import annotations

import pytest

from comity.errors import Refused
from comity.exchange.negotiation import EXAMPLE, draft_from, draft_text, negotiation_from_toml
from comity.findings.package_findings import package_findings
from comity.record.negotiation import Between

SMALL = """
[[issue]]
name = "Bread"
options = ["rye", "wheat"]
[[issue]]
name = "Days"
from = 1
to = 3
[[party]]
name = "Ana"
points = { Bread = { rye = 1, wheat = 5 }, Days = { lowest = 0, highest = 10 } }
"""


def refusal(text: str) -> str:
    with pytest.raises(Refused) as caught:
        package_findings(negotiation_from_toml(text.encode(), "bread.toml"))
    return f"{caught.value.code}: {caught.value.text}"


def test_the_example_can_be_read_and_answered() -> None:
    found = package_findings(negotiation_from_toml(EXAMPLE.encode(), "lira.toml"))
    assert found.parties == ("Upland", "Midland", "Delta")
    assert found.recommended_worth is not None
    assert all(one.proof.proven for one in found.solutions)


def test_numbers_with_a_step_and_a_straight_line() -> None:
    found = negotiation_from_toml(SMALL.encode(), "bread.toml")
    assert found.issues[1].options == ("1", "2", "3")
    assert found.parties[0].points["Days"] == {"1": Between(0, 0), "2": Between(5, 5), "3": Between(10, 10)}


def test_steps_are_exact() -> None:
    text = SMALL.replace("from = 1\nto = 3", "from = 0.1\nto = 0.7\nstep = 0.1")
    found = negotiation_from_toml(text.encode(), "bread.toml")
    assert found.issues[1].options == ("0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7")


def test_a_draft_there_and_back() -> None:
    found = negotiation_from_toml(EXAMPLE.encode(), "lira.toml")
    package = ("none", "neutral body", "open", "20")
    assert draft_from(draft_text(found, package).encode(), "draft.toml", found) == package
    with pytest.raises(Refused, match="leaves issue 'Monitoring' open"):
        draft_from(b'"Dam releases" = "none"', "draft.toml", found)
    with pytest.raises(Refused, match="takes 'never' for issue 'Dam releases'"):
        draft_from(b'"Dam releases" = "never"', "draft.toml", found)


ADDED = [
    ('[[issue]]\nname = "Salt"\noptions = []', "no-options: bread.toml: issue 'Salt' has no options"),
    ('[[issue]]\nname = "Salt"', "no-options: bread.toml: issue 'Salt' has no options"),
    ('[[issue]]\nname = "Bread"\noptions = ["a"]', "same-name: bread.toml: two issues are called 'Bread'"),
    ('[[party]]\nname = "Ana"', "same-name: bread.toml: two parties are called 'Ana'"),
    (
        '[[party]]\nname = "Bo"\npoints = { Bread = { rye = 1, oat = 2 } }',
        "unknown-name: bread.toml: 'Bo' gives points for option 'oat' of issue 'Bread'",
    ),
    (
        '[[party]]\nname = "Bo"\npoints = { Salt = { a = 1 } }',
        "unknown-name: bread.toml: 'Bo' speaks of issue 'Salt'",
    ),
    (
        '[[party]]\nname = "Bo"\npoints = { Bread = { rye = 1 } }',
        "missing-points: bread.toml: 'Bo' gives no points for option 'wheat' of issue 'Bread'",
    ),
    (
        '[[party]]\nname = "Bo"\npoints = { Bread = { rye = nan, wheat = 1 } }',
        "not-a-number: bread.toml: 'Bo' points for option 'rye' of issue 'Bread' is nan",
    ),
    (
        '[[party]]\nname = "Bo"\npoints = { Bread = { rye = "x", wheat = 1 } }',
        "not-a-number: bread.toml: 'Bo' points for option 'rye' of issue 'Bread' is 'x'",
    ),
    (
        '[[party]]\nname = "Bo"\nweights = { Bread = -1 }',
        "'Bo' weight of issue 'Bread' is -1; it cannot be below 0",
    ),
    ('[[party]]\nname = "Bo"\nweights = { Bread = [5, 1] }', "write the smaller number first"),
    (
        '[[party]]\nname = "Bo"\nno_agreement = inf',
        "not-a-number: bread.toml: 'Bo' value of no agreement is inf",
    ),
    ('[[party]]\nname = "Bo"\nbargaining_weight = 0', "it must be a number above 0"),
    (
        '[[party]]\nname = "Bo"\n[[party.red_line]]\noptions = { Bread = ["rye", "wheat"] }',
        "refuses-everything: bread.toml: 'Bo' refuses every option of issue 'Bread'",
    ),
    (
        '[[party]]\nname = "Bo"\n[[party.red_line]]\noptions = { Bread = "rye" }\n[[party.red_line]]\noptions = '
        '{ Bread = "wheat" }',
        "refuses-everything: bread.toml: 'Bo' refuses every option of issue 'Bread'",
    ),
    (
        '[[party]]\nname = "Bo"\n[[party.condition]]\nif = { Bread = "rye" }\nthen = { Days = 1 }\n'
        '[[party.condition]]\nif = { Bread = "rye" }\nthen = { Days = 2 }\n'
        '[[party.red_line]]\noptions = { Bread = "wheat" }',
        "contradiction: bread.toml: what 'Bo' demands contradicts itself",
    ),
    (
        '[[party]]\nname = "Bo"\nranking = { Bread = ["rye"] }',
        "missing-points: bread.toml: 'Bo' ranking of issue 'Bread' must name every option once",
    ),
    (
        '[[party]]\nname = "Bo"\nlikes = 3',
        "negotiation-form: bread.toml: party 'Bo' has 'likes', which is not known",
    ),
    ("[decision]\nquota = 7", "not-a-number: bread.toml: the decision rule asks for 7 parties"),
    ('shows = "some"', "'shows'"),
    ("= 3", "negotiation-form: bread.toml: this is not well-formed TOML"),
]


@pytest.mark.parametrize(("more", "says"), ADDED)
def test_refusals_name_file_party_and_issue(more: str, says: str) -> None:
    assert says in refusal(SMALL + more + "\n")


def test_conditions_in_all_their_forms() -> None:
    text = SMALL + (
        '[[party.condition]]\nonly = { Bread = "rye" }\nwith = { Days = 3 }\n'
        '[[party.condition]]\nif = { Bread = "wheat" }\nat_least = { Days = 2 }\n'
    )
    found = package_findings(negotiation_from_toml(text.encode(), "bread.toml"))
    assert found.n_allowed == 3
