"""The negotiation in the record: what follows what, every refusal with its words, and what no copy holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from comity.errors import Refused
from comity.record.bargain import (
    DraftAnswered,
    DraftProposed,
    HurtMarked,
    InterestsStated,
    IssueAdded,
    NegotiationEnded,
    NegotiationOpened,
    TranslatedName,
)
from comity.record.canonical import token_hash
from comity.record.entries import (
    Closed,
    Entry,
    InvitationIssued,
    ParticipantJoined,
    StatementSubmitted,
    TextErased,
    TranslationAdded,
)
from comity.record.state import State
from tests.record.example import ANA, HOST, admitted, beginning, text

OPENED = NegotiationOpened(by=HOST, shown="rankings", quota=2, veto=("aland",))
WEIR = IssueAdded(by=HOST, issue="weir", name="Weir", options=("none", "low", "high"), otherwise="none")
FUND = IssueAdded(by=HOST, issue="fund", name="Fund", options=("10", "20"))
STATED = InterestsStated(by=ANA, terms=11, interests=text("first"))


def draft(number: int, why: Any, interests: str | None = "first", **package: str) -> DraftProposed:
    stated = {} if interests is None else {"aland": text(interests)}
    chosen = {"weir": "low", "fund": "10"} | package
    return DraftProposed(
        by=HOST, draft=number, package=chosen, why=why, interests=stated, comity_version="0.1.0"
    )


FIRST = draft(1, "first draft")


def after(*entries: Entry) -> State:
    return admitted([*beginning(), *entries])


def test_a_whole_procedure() -> None:
    state = after(
        OPENED,
        WEIR,
        FUND,
        STATED,
        FIRST,
        HurtMarked(by=ANA, draft=1, hurt=text("weir")),
        HurtMarked(by=ANA, draft=1, hurt=text("fund")),
    )
    assert list(state.bargain.issues) == ["weir", "fund"]
    assert state.bargain.stated == {"aland": text("first")}
    assert state.bargain.hurts[-1] == {"aland": text("fund")}
    admitted([draft(2, "improved", fund="20")], state)
    assert state.bargain.hurts[-1] == {}
    assert not state.bargain.is_over
    admitted([draft(3, "no improvement left", fund="20"), replace(STATED, interests=text("second"))], state)
    assert state.bargain.is_over
    admitted([draft(4, "first draft", "second")], state)
    assert [one.draft for one in state.bargain.drafts] == [1, 2, 3, 4]


def test_another_negotiation_counts_its_drafts_on() -> None:
    """Nobody answers draft 1 of the second who has read draft 1 of the first."""
    state = after(
        replace(OPENED, quota=1),
        WEIR,
        FUND,
        STATED,
        FIRST,
        DraftAnswered(by=ANA, draft=1, consents=False),
        DraftAnswered(by=ANA, draft=1, consents=True),
        NegotiationEnded(by=HOST, outcome="agreement", draft=1),
        Closed(by=HOST),
        OPENED,
        WEIR,
        FUND,
        replace(STATED, terms=20),
    )
    assert [one.end.outcome for one in state.past_bargains if one.end] == ["agreement"]
    assert state.bargain.latest == 1
    admitted([draft(2, "first draft")], state)
    assert state.bargain.latest == 2
    assert not state.bargain.is_decided(state.parties)


def test_an_impasse_is_stated_where_nothing_better_is_left() -> None:
    state = after(OPENED, WEIR, FUND, STATED, FIRST, draft(2, "impasse"))
    admitted([NegotiationEnded(by="site", outcome="impasse", draft=2)], state)
    assert not state.bargain.is_under_way


def test_erased_interests_carry_no_further_draft() -> None:
    state = after(OPENED, WEIR, FUND, STATED)
    admitted([TextErased(by=HOST, text=text("first"), reason="author-asked")], state)
    assert state.bargain.stated == {}
    with pytest.raises(Refused, match="does not rest on what the parties state now"):
        admitted([FIRST], state)


REFUSALS: dict[str, tuple[tuple[Entry, ...], Entry, str, str]] = {
    "issue first": ((), WEIR, "no-negotiation", "no packages to negotiate here yet"),
    "opened twice": ((OPENED,), OPENED, "negotiation-opened", "parties rely on its terms"),
    "veto of nobody": ((), replace(OPENED, veto=("x",)), "unknown-party", "'x' would have a veto, but"),
    "too many": ((), replace(OPENED, quota=3), "not-a-number", "3 parties would decide, but there are 2"),
    "same name": ((OPENED, WEIR), replace(WEIR, issue="w2"), "same-name", "an issue 'Weir' already"),
    "no option": ((OPENED,), replace(WEIR, options=()), "no-options", "issue 'Weir' needs options"),
    "same option": ((OPENED,), replace(WEIR, options=("a", "a")), "no-options", "each with its own name"),
    "otherwise": ((OPENED,), replace(WEIR, otherwise="dry"), "unknown-name", "would otherwise be 'dry'"),
    "settled by nobody": (
        (OPENED,),
        replace(WEIR, settled_by=("x",)),
        "unknown-party",
        "settle issue 'Weir'",
    ),
    "interests in nothing": ((OPENED,), STATED, "no-options", "no issue to settle yet"),
    "late issue": (
        (OPENED, WEIR, draft(1, "first draft", None, fund="10")),
        FUND,
        "draft",
        "speaks of issue 'fund'",
    ),
    "after a draft": (
        (OPENED, WEIR, FUND, STATED, FIRST),
        replace(FUND, issue="x", name="X"),
        "draft-exists",
        "add issues",
    ),
    "wrong number": ((OPENED, WEIR, FUND, STATED), draft(2, "first draft"), "draft", "is number 1, not 2"),
    "no beginning": (
        (OPENED, WEIR, FUND, STATED),
        draft(1, "improved"),
        "draft",
        "begins with a first draft",
    ),
    "begins again": ((OPENED, WEIR, FUND, STATED, FIRST), draft(2, "first draft"), "draft", "already"),
    "no such option": (
        (OPENED, WEIR, FUND, STATED),
        draft(1, "first draft", fund="30"),
        "draft",
        "for issue 'Fund' this one has '30', and its options are '10', '20'",
    ),
    "old interests": ((OPENED, WEIR, FUND, STATED), draft(1, "first draft", "x"), "draft", "state now"),
    "nothing hurts yet": (
        (OPENED, WEIR),
        HurtMarked(by=ANA, draft=1, hurt=text("w")),
        "draft",
        "no draft yet",
    ),
    "stated already": ((OPENED, WEIR, STATED), FUND, "draft-exists", "open it anew"),
    "site too early": (
        (OPENED, WEIR, FUND, STATED),
        replace(FIRST, by="site"),
        "draft",
        "proposes once everybody was heard; 'bland' were not",
    ),
    "site's own text": (
        (OPENED, WEIR, FUND, STATED),
        replace(FIRST, by="site", computed=False),
        "draft",
        "a first draft of the host's own",
    ),
    "host's own improvement": (
        (OPENED, WEIR, FUND, STATED, FIRST),
        replace(draft(2, "improved", fund="20"), computed=False),
        "draft",
        "leave the rest to the program",
    ),
    "answer to nothing": ((OPENED, WEIR), DraftAnswered(by=ANA, draft=1, consents=True), "draft", "no draft"),
    "no agreement": (
        (OPENED, WEIR, FUND, STATED, FIRST, DraftAnswered(by=ANA, draft=1, consents=True)),
        NegotiationEnded(by=HOST, outcome="agreement", draft=1),
        "not-ended",
        "1 consent to this draft",
    ),
    "no impasse": (
        (OPENED, WEIR, FUND, STATED, FIRST),
        NegotiationEnded(by=HOST, outcome="impasse", draft=1),
        "not-ended",
        "no impasse while the draft can be improved",
    ),
    "agreement on an old draft": (
        (OPENED, WEIR, FUND, STATED, FIRST, draft(2, "improved", fund="20")),
        NegotiationEnded(by=HOST, outcome="agreement", draft=1),
        "not-ended",
        "its latest draft, number 2",
    ),
    "withdrawn by the site": (
        (OPENED,),
        NegotiationEnded(by="site", outcome="withdrawn"),
        "not-ended",
        "by its host",
    ),
    "ended": (
        (OPENED, WEIR, NegotiationEnded(by=HOST, outcome="withdrawn")),
        STATED,
        "negotiation-ended",
        "the host may open another one",
    ),
    "other terms": ((OPENED, WEIR), replace(STATED, terms=10), "negotiation-opened", "opened anew since"),
    "old draft": (
        (OPENED, WEIR, FUND, STATED, FIRST, draft(2, "improved", fund="20")),
        HurtMarked(by=ANA, draft=1, hurt=text("w")),
        "draft",
        "answer draft 2 instead",
    ),
    "over": (
        (OPENED, WEIR, FUND, STATED, FIRST, draft(2, "impasse")),
        HurtMarked(by=ANA, draft=2, hurt=text("w")),
        "draft",
        "this procedure has ended",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals(name: str) -> None:
    before, entry, code, words = REFUSALS[name]
    with pytest.raises(Refused) as refused:
        after(*before, entry)
    assert refused.value.code == code
    assert words in str(refused.value)


def named(subject: str, words: str, state: str = "draft") -> TranslationAdded:
    return TranslationAdded(by=HOST, subject=subject, language="fr", text=text(words), state=state)  # type: ignore[arg-type]


def test_issues_and_options_are_named_in_other_languages() -> None:
    state = after(
        OPENED, WEIR, FUND, named("issue:weir", "Barrage"), named("option:1:weir", "bas", "checked")
    )
    found = state.bargain.translations
    assert found["issue:weir", "fr"] == TranslatedName(text("Barrage"), HOST, "draft")
    assert found["option:1:weir", "fr"].state == "checked"
    assert not state.translations
    assert state.texts.keys() >= {text("Barrage"), text("bas")}
    admitted([named("issue:weir", "Seuil")], state)
    assert found["issue:weir", "fr"].text == text("Seuil")
    admitted([TextErased(by=HOST, text=text("bas"), reason="author-asked")], state)
    admitted([NegotiationEnded(by=HOST, outcome="withdrawn"), OPENED, WEIR], state)
    assert not state.bargain.translations, "another negotiation names its issues anew"
    assert state.past_bargains[0].translations is found


@pytest.mark.parametrize(
    "subject",
    [
        "issue:dam",
        "option:3:weir",
        "option:01:weir",
        "option:-1:weir",
        "option:1:dam",
        "option:1",
        "weir",
        "issue:",
    ],
)
def test_what_is_no_issue_or_option_has_no_name_to_translate(subject: str) -> None:
    with pytest.raises(Refused) as refused:
        after(OPENED, WEIR, named(subject, "x"))
    assert refused.value.code == "unknown-statement"


def test_a_name_like_that_of_an_issue_is_a_statements_where_there_is_one() -> None:
    said = StatementSubmitted(by=HOST, statement="issue:weir", text=text("s"), length=1, seed=True)
    state = after(said, OPENED, WEIR, named("issue:weir", "x"))
    assert state.translations["issue:weir", "fr"].text == text("x")
    assert not state.bargain.translations


def test_whoever_translated_a_name_may_erase_it() -> None:
    by_titus = replace(named("issue:weir", "Barrage"), by="p-titus")
    state = after(
        InvitationIssued(by=HOST, invitation=token_hash("t"), role="translator"),
        ParticipantJoined(by="p-titus", role="translator", invitation=token_hash("t")),
        OPENED,
        WEIR,
        by_titus,
        NegotiationEnded(by=HOST, outcome="withdrawn"),
    )
    admitted([TextErased(by="p-titus", text=text("Barrage"), reason="author-asked")], state)
    assert text("Barrage") in state.erased


def test_a_draft_of_the_hosts_own_names_no_method() -> None:
    own = replace(FIRST, computed=False, method="single-text/1")
    with pytest.raises(Refused, match="was not computed by any method"):
        after(OPENED, WEIR, FUND, STATED, own)
    state = after(OPENED, WEIR, FUND, STATED, replace(FIRST, method="single-text/1"))
    assert state.bargain.drafts[-1].method == "single-text/1"
