"""Statements of interests: what is taken, what the others see of it, and every refusal with its words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from comity.errors import Refused
from comity.record.bargain import Bargain, IssueAdded, NegotiationOpened
from comity.record.consultation import Party
from comity.record.interests import (
    interests_text,
    negotiation_of,
    opened_part,
    package_of,
    party_names,
    preferences_from,
)
from tests.record.example import HOST

ISSUES = {
    "dam": IssueAdded(by=HOST, issue="dam", name="Dam", options=("none", "dry months", "all year")),
    "fund": IssueAdded(
        by=HOST, issue="fund", name="Fund", options=("10", "20"), otherwise="10", settled_by=("b",)
    ),
}
SOUND: dict[str, Any] = {
    "no_agreement": 25,
    "weights": {"dam": 70, "fund": 30},
    "points": {"fund": {"10": 0, "20": 100}},
    "rankings": {"dam": [["dry months"], ["none", "all year"]]},
    "red_lines": [
        {"where": {"dam": ["all year"]}, "reason": "Our turbines.", "published": True},
        {"where": {"dam": ["none"], "fund": ["10"]}},
    ],
    "conditions": [{"if": {"dam": ["dry months"]}, "then": {"fund": ["20"]}, "reason": "It costs."}],
    "together": [{"issues": ["dam", "fund"], "points": [["none", "20", 5]]}],
}


def test_a_statement_is_read_back_by_the_names_of_issues() -> None:
    text = interests_text(SOUND, ISSUES, "Aland")
    assert json.loads(text) == {"form": "comity-interests/1", **SOUND}
    found = preferences_from(text, ISSUES, "Aland")
    assert found.weight_of("Dam").middle == 70
    assert found.points["Fund"]["20"].middle == 100
    assert found.rankings == {"Dam": (("dry months",), ("none", "all year"))}
    assert found.red_lines[1].where == (("Dam", ("none",)), ("Fund", ("10",)))
    assert not found.red_lines[1].published
    assert found.conditions[0].needs == (("Fund", ("20",)),)
    assert found.no_agreement == 25


def test_the_others_see_what_the_host_chose_and_what_the_party_published() -> None:
    text = interests_text(SOUND, ISSUES, "Aland")
    published = {"red_lines": [SOUND["red_lines"][0]]}
    seen = {
        shown: json.loads(opened_part(text, ISSUES, shown) or "{}")
        for shown in ("nothing", "rankings", "all")
    }
    assert seen["nothing"] == {"form": "comity-opened/1", **published}
    order = {
        "issues": [["dam"], ["fund"]],
        "options": {"dam": [["dry months"], ["none", "all year"]], "fund": [["20"], ["10"]]},
    }
    assert seen["rankings"] == {"form": "comity-opened/1", "order": order, **published}
    numbers = {name: SOUND[name] for name in ("no_agreement", "weights", "points", "rankings", "together")}
    assert seen["all"] == {"form": "comity-opened/1", **numbers, **published}


def test_nothing_is_opened_where_nothing_is_to_be_seen() -> None:
    secret = {**SOUND, "red_lines": [{"where": {"dam": ["none"]}}]}
    assert opened_part(interests_text(secret, ISSUES, "Aland"), ISSUES, "nothing") is None


REFUSALS: dict[str, tuple[dict[str, Any], str, str]] = {
    "left": ({"weights": {"dam": 70, "fund": 20}}, "points-to-share", "and 10 are left"),
    "too many": ({"weights": {"dam": 70, "fund": 40}}, "points-to-share", "and 10 too many are given"),
    "none": ({"weights": {}}, "points-to-share", "and 100 are left"),
    "negative": ({"weights": {"dam": 110, "fund": -10}}, "not-a-number", "issue 'Dam' is 110"),
    "far": (
        {"points": {"fund": {"10": 0, "20": 101}}},
        "not-a-number",
        "option '20' of issue 'Fund'|'20'.* is 101",
    ),
    "nan": ({"no_agreement": float("nan")}, "not-a-number", "cannot be written down"),
    "words": ({"no_agreement": "much"}, "malformed-entry", "'much' is no number"),
    "backwards": ({"points": {"fund": {"10": [5, 1], "20": 9}}}, "not-a-number", "is 5 to 1; write"),
    "no points": ({"points": {}}, "missing-points", "issue 'Fund' weighs something, but its options"),
    "an option": ({"points": {"fund": {"10": 0}}}, "missing-points", "no points for option '20'"),
    "issue": ({"weights": {"dam": 70, "x": 30}}, "unknown-name", "there is no issue 'x' here"),
    "option": ({"red_lines": [{"where": {"fund": ["30"]}}]}, "unknown-name", "a red line for option '30'"),
    "everything": (
        {"red_lines": [{"where": {"fund": ["10"]}}, {"where": {"fund": ["20"]}}]},
        "refuses-everything",
        "refuses every option of issue 'Fund'",
    ),
    "nothing left": (
        {
            "red_lines": [{"where": {"dam": ["none", "all year"]}}, {"where": {"fund": ["20"]}}],
            "conditions": SOUND["conditions"],
        },
        "contradiction",
        "together leave no package",
    ),
    "part": ({"wishes": 1}, "malformed-entry", "no part 'wishes'"),
    "form": ({"red_lines": 5}, "malformed-entry", "not of their form"),
    "long": (
        {"red_lines": [{"where": {"dam": ["none"]}, "reason": "x" * 200_000}]},
        "malformed-entry",
        "shorten",
    ),
    "flag": (
        {"red_lines": [{"where": {"dam": ["none"]}, "published": 1}]},
        "malformed-entry",
        "true or false",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals(name: str) -> None:
    changes, code, words = REFUSALS[name]
    with pytest.raises(Refused, match=words) as refused:
        interests_text({**SOUND, **changes}, ISSUES, "Aland")
    assert refused.value.code == code


def test_the_negotiation_of_those_who_stated() -> None:
    parties = {
        "a": Party("a", "Aland", None, {}),
        "b": Party("b", "Bland", None, {}),
        "c": Party("c", "Aland", None, {}),
    }
    assert party_names(parties) == {"a": "Aland (a)", "b": "Bland", "c": "Aland (c)"}
    terms = NegotiationOpened(by=HOST, quota=3, veto=("b", "c"), weights={"a": 2.0})
    bargain = Bargain(terms=terms, issues=dict(ISSUES))
    text = interests_text(SOUND, ISSUES, "x")
    found = negotiation_of(bargain, parties, {"h": text}, {"b": "h", "a": "h"}, "Rivers", "What?")
    assert [party.name for party in found.parties] == ["Aland (a)", "Bland"]
    assert [party.bargaining_weight for party in found.parties] == [2.0, 1.0]
    assert (found.decision.quota, found.decision.veto) == (2, ("Bland",))
    assert found.issue("Fund").settled_by == ("Bland",)
    assert package_of(bargain, {"fund": "20", "dam": "none"}) == ("none", "20")
    with pytest.raises(Refused, match=r"what 'Bland' stated is not here") as refused:
        negotiation_of(bargain, parties, {}, {"b": "h"}, "Rivers", "What?")
    assert refused.value.code == "interests-erased"
