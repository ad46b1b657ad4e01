"""The drafts that a record keeps: from what is stated and marked, always the same, never worse for anybody."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from comity.engine.bargaining.space import acceptable, refused, values_of
from comity.errors import Refused
from comity.exchange.negotiation import EXAMPLE, negotiation_from_toml
from comity.findings import drafting
from comity.findings.drafting import Drafted, first_draft, next_draft, next_of, replayed
from comity.findings.package_space import numbers_of, space_of
from comity.record.bargain import (
    Bargain,
    DraftProposed,
    HurtMarked,
    InterestsStated,
    IssueAdded,
    NegotiationOpened,
    follow,
)
from comity.record.canonical import text_hash
from comity.record.consultation import Party
from comity.record.interests import interests_text
from comity.record.negotiation import Between, Issue, Negotiation, Package, PartyPreferences, RedLine

LIRA = negotiation_from_toml(EXAMPLE.encode(), "lira.toml")


def values(negotiation: Negotiation, package: Package) -> np.ndarray[Any, Any]:
    space, _ = space_of(negotiation)
    return np.asarray(values_of(space, numbers_of(negotiation, package)[None, :])[0])


def stands(negotiation: Negotiation, package: Package) -> bool:
    space, _ = space_of(negotiation)
    row = numbers_of(negotiation, package)[None, :]
    return bool(acceptable(space, values_of(space, row))[0] and not refused(space, row)[0])


def every_package(negotiation: Negotiation) -> list[Package]:
    return list(product(*(issue.options for issue in negotiation.issues)))


@pytest.mark.parametrize("start", ["issue by issue", "nash", "ks", "leximin", "sum"])
def test_from_the_first_draft_to_the_last_nobody_loses_and_nothing_better_is_left(start: Any) -> None:
    """By brute force over all 81 packages of the example."""
    drafted = first_draft(LIRA, start)
    assert drafted.why == "first draft"
    assert stands(LIRA, drafted.package)
    for _ in range(20):
        marks = [(party.name, LIRA.issues[0].name) for party in LIRA.parties]
        after = next_draft(LIRA, drafted.package, marks)
        before, now = values(LIRA, drafted.package), values(LIRA, after.package)
        if after.why == "no improvement left":
            assert after.package == drafted.package
            break
        assert (now >= before).all()
        assert (now > before).any()
        drafted = after
    else:
        raise AssertionError("it does not end")
    best = values(LIRA, drafted.package)
    for other in every_package(LIRA):
        if stands(LIRA, other):
            assert not ((values(LIRA, other) >= best).all() and (values(LIRA, other) > best).any())


def party(
    name: str, dam: dict[str, float], fund: dict[str, float], no_agreement: float = 0, **more: Any
) -> PartyPreferences:
    points = {
        issue: {option: Between(value, value) for option, value in options.items()}
        for issue, options in (("Dam", dam), ("Fund", fund))
    }
    return PartyPreferences(
        name, points, no_agreement, {"Dam": Between(50, 50), "Fund": Between(50, 50)}, **more
    )


DAM, FUND = Issue("Dam", ("no", "small", "large")), Issue("Fund", ("0", "5", "9"))
ANA = party("Ana", {"no": 0, "small": 60, "large": 100}, {"0": 100, "5": 45, "9": 0})
BO = party("Bo", {"no": 100, "small": 60, "large": 0}, {"0": 0, "5": 45, "9": 100})


def test_a_compromise_on_every_issue_alone_takes_the_option_that_leaves_nobody_with_little() -> None:
    """Small (60, 60) before none (0, 100) and large (100, 0); 5 (45, 45) likewise."""
    assert first_draft(Negotiation("", "", (DAM, FUND), (ANA, BO)), "issue by issue").package == (
        "small",
        "5",
    )


def test_a_red_line_on_an_issue_rules_an_option_out_of_the_compromise() -> None:
    refusing = replace(ANA, red_lines=(RedLine((("Dam", ("small",)),)),))
    assert (
        first_draft(Negotiation("", "", (DAM, FUND), (refusing, BO)), "issue by issue").package[0] != "small"
    )


def test_marks_decide_between_improvements() -> None:
    """Either issue can be improved for both, and a red line forbids both at once: what is marked is improved."""
    fund = Issue("Fund", ("0", "5", "9", "6"))
    points = {"0": 100.0, "5": 45.0, "9": 0.0, "6": 47.0}
    never = (RedLine((("Dam", ("large",)), ("Fund", ("6",)))),)
    ana = party("Ana", {"no": 0, "small": 60, "large": 62}, points, red_lines=never)
    bo = party("Bo", {"no": 0, "small": 60, "large": 62}, points | {"0": 0.0, "9": 100.0})
    table = Negotiation("", "", (DAM, fund), (ana, bo))
    start: Package = ("small", "5")
    marked = {
        issue: next_draft(table, start, [("Ana", issue), ("Bo", issue)]).package for issue in ("Dam", "Fund")
    }
    assert marked == {"Dam": ("large", "5"), "Fund": ("small", "6")}
    assert next_draft(table, ("large", "5"), [("Ana", "Dam")]).why == "no improvement left"


def test_where_nothing_is_acceptable_the_first_draft_is_an_impasse() -> None:
    table = Negotiation("", "", (DAM, FUND), (replace(ANA, no_agreement=90), replace(BO, no_agreement=90)))
    assert first_draft(table, "issue by issue").why == "impasse"
    assert next_draft(table, ("no", "0"), []).why == "impasse"


def test_packages_that_cannot_be_listed_are_improved_by_a_programme(monkeypatch: pytest.MonkeyPatch) -> None:
    from comity.engine.bargaining import agreements

    monkeypatch.setattr(agreements, "can_be_listed", lambda space: False)
    monkeypatch.setattr(agreements.Agreements, "exact_frontier", None)
    table = Negotiation("", "", (DAM, FUND), (ANA, replace(BO, points=ANA.points)))
    drafted = first_draft(table, "issue by issue")
    while (after := next_draft(table, drafted.package, [])).why != "no improvement left":
        assert after.why in ("improved", "made acceptable")
        drafted = after
    assert drafted.package == ("large", "0")


PARTIES = {"a": Party("a", "Aland", None, {}), "b": Party("b", "Bland", None, {})}


def kept(words: str) -> str:
    return text_hash(bytes(16), words)


def told(start: Any = "issue by issue") -> tuple[Bargain, dict[str, str]]:
    """A negotiation to its end as a record tells it: every draft computed from the statements and marks before it."""
    bargain, texts = Bargain(), {}
    follow(bargain, NegotiationOpened(by="h", start=start), None, 0)
    for id_, issue in (("dam", DAM), ("fund", FUND)):
        follow(bargain, IssueAdded(by="h", issue=id_, name=issue.name, options=issue.options), None, 0)
    points = {
        "a": ({"no": 0, "small": 60, "large": 100}, {"0": 100, "5": 60, "9": 0}, 80),
        "b": ({"no": 100, "small": 60, "large": 0}, {"0": 0, "5": 60, "9": 100}, 20),
    }
    for id_, (dam, fund, weight) in points.items():
        statement = {"weights": {"dam": weight, "fund": 100 - weight}, "points": {"dam": dam, "fund": fund}}
        text = interests_text(statement, bargain.issues, id_)
        texts[kept(text)] = text
        follow(bargain, InterestsStated(by=id_, terms=0, interests=kept(text)), id_, 0)
    while not bargain.is_over:
        found = next_of(bargain, PARTIES, texts, bargain.stated)
        package = dict(zip(bargain.issues, found.package, strict=True))
        draft = DraftProposed(
            by="site",
            draft=bargain.latest + 1,
            package=package,
            why=found.why,
            interests=bargain.stated,
            comity_version="0",
        )
        follow(bargain, draft, None, 0)
        for id_, hurts in (("a", "dam"), ("b", "fund")):
            texts[kept(hurts)] = hurts
            follow(bargain, HurtMarked(by=id_, draft=bargain.latest, hurt=kept(hurts)), id_, 0)
    return bargain, texts


def test_each_gets_what_matters_to_it_and_every_draft_comes_out_the_same_again() -> None:
    bargain, texts = told()
    drafts = [(tuple(draft.package.values()), draft.why) for draft in bargain.drafts]
    assert drafts == [
        (("small", "5"), "first draft"),
        (("large", "9"), "improved"),
        (("large", "9"), "no improvement left"),
    ]
    assert replayed(bargain, PARTIES, texts) == drafting.Replayed(n_same=3)


def test_a_draft_that_does_not_follow_is_found() -> None:
    bargain, texts = told()
    bargain.drafts[1] = replace(bargain.drafts[1], package={"dam": "large", "fund": "5"})
    found = replayed(bargain, PARTIES, texts)
    assert found.wrong is not None
    assert found.wrong[0] == 2
    assert "the statements give large, 9 (improved)" in found.wrong[1]


def test_without_the_texts_nothing_is_proved_and_nothing_is_wrong() -> None:
    bargain, texts = told()
    assert replayed(bargain, PARTIES, {}) == drafting.Replayed(n_unknown=3)
    with pytest.raises(Refused, match="is not here"):
        next_of(bargain, PARTIES, {}, bargain.stated)
    own = replace(bargain.drafts[0], computed=False, package={"dam": "no", "fund": "0"})
    bargain.drafts[0] = own
    assert replayed(bargain, PARTIES, texts).n_same <= 2


def test_of_packages_that_cannot_be_listed_the_claims_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    from comity.engine.bargaining import agreements

    bargain, texts = told()
    monkeypatch.setattr(agreements, "can_be_listed", lambda space: False)
    assert replayed(bargain, PARTIES, texts) == drafting.Replayed(n_same=1, n_claims=2)
    for place, package, says in (
        (1, {"dam": "no", "fund": "0"}, "better for some and worse for none, and is not"),
        (2, {"dam": "large", "fund": "5"}, "said to leave the draft before it as it was"),
    ):
        drafts = list(bargain.drafts)
        bargain.drafts[place] = replace(bargain.drafts[place], package=package)
        found = replayed(bargain, PARTIES, texts)
        assert found.wrong is not None
        assert says in found.wrong[1]
        bargain.drafts[:] = drafts
    bargain.drafts[2] = replace(bargain.drafts[2], package=dict(bargain.drafts[0].package))
    bargain.drafts[1] = replace(bargain.drafts[1], package=dict(bargain.drafts[0].package))
    found = replayed(bargain, PARTIES, texts)
    assert found.wrong is not None


def test_a_draft_that_ends_too_early_is_found_among_packages_that_cannot_be_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from comity.engine.bargaining import agreements

    bargain, texts = told()
    monkeypatch.setattr(agreements, "can_be_listed", lambda space: False)
    bargain.drafts[1] = replace(
        bargain.drafts[1], package=dict(bargain.drafts[0].package), why="no improvement left"
    )
    found = replayed(bargain, PARTIES, texts)
    assert found.wrong == (
        2,
        "it is said to be the end (no improvement left), and another package goes on from it",
    )


def test_a_draft_by_a_method_of_another_version_is_not_judged() -> None:
    bargain, texts = told()
    bargain.drafts[1] = replace(bargain.drafts[1], method="single-text/9")
    assert replayed(bargain, PARTIES, texts) == drafting.Replayed(n_same=2, n_other=1)


def test_a_solution_begins_and_nothing_better_is_left() -> None:
    bargain, _ = told("nash")
    assert [draft.why for draft in bargain.drafts] == ["first draft", "no improvement left"]
    assert isinstance(first_draft(LIRA, "nash"), Drafted)
