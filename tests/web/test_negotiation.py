"""Packages on the site: from issues to an agreement, and nobody's private numbers in anybody else's hands."""

from __future__ import annotations

import asyncio
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from comity.cli.verify import verify
from comity.engine.bargaining import agreements
from comity.exchange.record_file import written
from comity.web.app import APIS, PAGES
from comity.web.drafting import PATIENCE
from comity.web.live import Live
from comity.web.published import Published
from tests.web.negotiations import (
    IDS,
    ISSUES,
    NAMES,
    OPTIONS,
    SECRETS,
    STATED,
    answer,
    draft_number,
    form_of,
    opened,
    state,
)
from tests.web.visits import House, text_of

PLACE = "/c/rivers/negotiation"
TABLES = ("votes.csv", "comments.csv", "participants-votes.csv", "summary.csv", "parties.csv")


CHOSEN = ("none", "joint station", "open", "20")


def places() -> list[str]:
    """Wherever something could be seen that should not: everything that is got of a consultation, by its routes."""
    routers = [module.router for module in (*PAGES, *APIS)]
    paths = [route.path for router in routers for route in router.routes if "GET" in route.methods]
    found = [path.replace("{consultation}", "rivers") for path in paths if "{consultation}" in path]
    found += [f"/c/rivers/record/{table}" for table in TABLES]
    return [path for path in found if "{" not in path and not path.endswith("/live")]


def test_from_issues_to_an_agreement_that_an_auditor_can_prove(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    host, people = opened(house)
    for party, client in people.items():
        assert "Waiting for:" in client.get(PLACE).text
        assert state(client, party).url.path == PLACE
    page = text_of(people["upland"].get(PLACE))
    assert "Draft 1" in page
    assert "What it means for Upland" in page
    assert "Yes: other packages are better for some and worse for none" in page
    for party, client in people.items():
        hurt = {"upland": IDS[2], "midland": IDS[2], "delta": IDS[1]}[party]
        assert answer(client, hurt, "yes").status_code == 200
    page = text_of(people["midland"].get(PLACE))
    assert "Draft 2" in page
    assert "Better than the draft before it for some, and worse for none." in page
    assert "No: nothing is better for some and worse for none." in page
    for client in people.values():
        answer(client, "", "yes")
    assert "The negotiation ended in an agreement." in text_of(host.get(PLACE))
    (tmp_path / "public.jsonl").write_bytes(host.get("/c/rivers/record/comity.jsonl").content)
    (tmp_path / "full.jsonl").write_bytes(b"".join(written(house.site.reader.copy("rivers", "full"))))
    verify(tmp_path / "full.jsonl")
    assert "proved: 2 drafts were computed again from what the parties stated" in capsys.readouterr().out
    with monkeypatch.context() as large:
        large.setattr(agreements, "can_be_listed", lambda space: False)
        verify(tmp_path / "full.jsonl")
    said = capsys.readouterr().out
    assert "proved: 1 drafts were computed again from what the parties stated" in said
    assert "proved: what 1 drafts claim of themselves is so: acceptable to all, better for some" in said
    assert "not proved here: that these 1 drafts are the ones the method chooses" in said
    verify(tmp_path / "public.jsonl")
    said = capsys.readouterr().out
    assert "not proved here: 2 drafts: what they rest on is not in this copy" in said
    assert "private statements of interests and hurts" in said


@pytest.mark.parametrize("shown", ["nothing", "rankings", "all"])
def test_nobody_sees_anothers_private_numbers(house: House, shown: str) -> None:
    """Every page, the API, the public copy and the live stream, for every reader, through the whole procedure."""
    assert {PLACE, f"{PLACE}/interests", "/c/rivers/record/comity.jsonl"} <= set(places())
    assert {f"/api/consultations/rivers/negotiation{end}" for end in ("", "/findings", "/interests")} <= set(
        places()
    )
    host, people = opened(house, shown)
    stranger = house.visitor()
    readers: dict[str, Any] = {**people, "host": host, "stranger": stranger}
    seen: dict[str, list[str]] = {name: [] for name in readers}

    def look() -> None:
        for name, client in readers.items():
            seen[name] += [client.get(place).text for place in places()]

    for party, client in people.items():
        state(client, party)
    look()
    for client in people.values():
        answer(client, IDS[0])
    look()
    stated = {party: found for party, found in SECRETS.items() if shown != "all"}
    for name, texts in seen.items():
        text = "".join(texts)
        for party, secrets in stated.items():
            found = {secret for secret in secrets if re.search(rf"(?<![\d.]){re.escape(secret)}(?!\d)", text)}
            assert bool(found) == (name == party), (name, party, found)
        assert ("upland keeps this to itself" in text) == (name == "upland"), name
        assert "Our boats need water." in text, name
        assert ("comity-interests/1" in text) == (name in people), name
        assert ("Two or three issues changed together" in text) == (shown != "nothing"), name
        assert ("Other ways to choose a package" in text) == (shown != "nothing"), name
        assert ("Points may be off by" in text) == (shown == "all"), name
        assert ("Who pays for each choice" in text) == (shown == "all"), name
    told = asyncio.run(_streamed(house))
    assert re.fullmatch(rb"retry: 5000\n\ndata: \d+\n\n", told), told
    public = stranger.get("/c/rivers/record/comity.jsonl").text
    assert ('"text":"dam-releases"' in public) == (shown != "nothing")
    marks = re.search(r"Hurts most", text_of(stranger.get(PLACE)))
    assert (marks is not None) == (shown != "nothing")


async def _streamed(house: House) -> bytes:
    """What the live stream says first: it knows nothing but sizes."""
    published = Published(house.site.reader)
    live = Live(published)
    stream = live.events("rivers", 0)
    told: bytes = await anext(stream) + await asyncio.wait_for(anext(stream), 20)
    await live.stop()
    published.stop()
    return told


def test_the_server_says_what_does_not_add_up_and_keeps_what_was_typed(house: House) -> None:
    _, people = opened(house)
    refused = state(people["upland"], "upland", **{"w.0": "40.13", "c.0.why": "<i>ours</i>"})
    assert refused.status_code == 422
    page = text_of(refused)
    assert "100 points are shared out over the issues, and 10 are left" in page
    assert "Left to share out: 10" in page
    assert 'value="40.13"' in refused.text
    assert 'value="70.71"' in refused.text
    assert "&lt;i&gt;ours&lt;/i&gt;" in refused.text
    checked = people["upland"].post(f"{PLACE}/interests", data={**form_of("upland"), "action": "check"})
    assert "All 100 points are shared out." in checked.text
    with house.site.reader.reading("rivers") as found:
        assert found.bargain.statements == []


REFUSED = (
    ({"p.0.1": "many"}, "Dam releases, dry months is 'many'; write a number from 0 to 100"),
    ({"p.0.1": ""}, "no points for option 'dry months'"),
    ({"p.0.1": "120"}, "is 120; write a number from 0 to 100"),
    ({"d": "nan"}, "what no agreement is worth is 'nan'"),
    ({"c.0.b": "", "c.0.a": "0.0", "c.0.kind": "only"}, "names only one"),
    ({"c.0.b": "0.1", "c.0.a": "0.0", "c.0.kind": "only"}, "of one issue; choose two"),
    ({"c.0.b": "1.1", "c.0.a": "0.0", "c.0.kind": ""}, "say how the two options"),
    ({"c.0.b": "0.1", "c.0.a": "0.0", "c.0.kind": "together"}, "options of two issues at least"),
    ({"c.0.b": "1.1", "c.0.a": "0.0", "c.0.kind": "alone"}, "this line names 2 issues"),
    ({"c.0.b": "9.9", "c.0.a": "0.0", "c.0.kind": "only"}, "names an option that is not here"),
    ({"m.0": "order"}, "has the place '70.71'"),
    ({"t.0.a": "0.0", "t.0.b": "0.1", "t.0.n": "3"}, "two options of different issues"),
    (
        {"t.0.a": "0.0", "t.0.b": "1.1", "t.0.n": "much"},
        "points for none together with joint station is 'much'",
    ),
    ({"m.0": "ranges", "q.0.1": "60"}, "write the smaller number first"),
    ({"r.3.0": "yes", "r.3.1": "yes", "r.3.2": "yes"}, "refuses every option of issue 'Fund"),
    ({"terms": "3"}, "opened anew since"),
    ({"terms": "x"}, "the form came damaged"),
)


def test_interests_are_refused_in_a_sentence(house: House) -> None:
    _, people = opened(house)
    for changes, words in REFUSED:
        refused = state(people["upland"], "upland", **changes)
        assert refused.status_code in (409, 422), words
        assert words.lower() in text_of(refused).lower()


def test_a_range_stands_for_what_is_not_known_yet(house: House) -> None:
    _, people = opened(house)
    assert (
        state(people["upland"], "upland", **{"p.0.1": "40-80", "w.0": "40,13", "w.3": "30..50"}).url.path
        == PLACE
    )
    sent = fields(people["upland"].get(f"{PLACE}/interests").text)
    assert (sent["m.0"], sent["p.0.1"], sent["q.0.1"]) == ("ranges", "40", "80")
    assert (sent["w.3"], sent["v.3"], sent["w.0"], sent["v.0"]) == ("30", "50", "40.13", "")
    assert sent["m.1"] == "points"
    assert "Left to share out: 0" in text_of(people["upland"].get(f"{PLACE}/interests"))


def fields(page: str) -> dict[str, Any]:
    """What a browser would send of the form of interests on this page, left as it is."""
    form = FormFields()
    form.feed(page)
    return {name: values if len(values) > 1 else values[0] for name, values in form.sent.items()}


class FormFields(HTMLParser):
    """The fields of a page's forms with their values."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        ticks = has.get("type") in ("checkbox", "radio")
        if tag == "input" and "name" in has and (not ticks or "checked" in has):
            self.sent.setdefault(has["name"], []).append(has.get("value", "on" if ticks else ""))
        elif tag == "select":
            self.select = has["name"]
            self.sent.setdefault(self.select, []).append("")
        elif tag == "option" and "selected" in has:
            self.sent[self.select][-1] = has["value"]


EVERYTHING: dict[str, Any] = {
    "no_agreement": 12.5,
    "weights": {IDS[0]: [20, 40], IDS[1]: 30, IDS[2]: 40, IDS[3]: 0},
    "points": {
        IDS[0]: {"none": 0, "dry months": [40, 80.5], "all year": 100},
        IDS[3]: {"10": 0, "20": 50, "30": 100},
    },
    "rankings": {
        IDS[1]: [["neutral body"], ["joint station", "none"]],
        IDS[2]: [["open", "closed", "open in summer"]],
    },
    "red_lines": [
        {"where": {IDS[0]: ["none"]}, "published": True},
        {"where": {IDS[3]: ["10"]}, "reason": "Too <little> for us", "published": False},
        {
            "where": {IDS[0]: ["all year", "dry months"], IDS[2]: ["open"], IDS[3]: ["20"]},
            "reason": "",
            "published": True,
        },
    ],
    "conditions": [
        {
            "if": {IDS[0]: ["all year"], IDS[2]: ["open", "closed"]},
            "then": {IDS[1]: ["joint station", "neutral body"], IDS[3]: ["20", "30"]},
            "reason": "Both or neither",
            "published": False,
        },
        {
            "if": {IDS[1]: ["none"]},
            "then": {IDS[1]: ["none"], IDS[3]: ["30"]},
            "reason": "",
            "published": True,
        },
    ],
    "together": [
        {"issues": [IDS[0], IDS[2]], "points": [["all year", "open", -7.5], ["none", "closed", 3]]},
        {"issues": [IDS[1], IDS[3]], "points": [["none", "30", 2]]},
    ],
}
"""A statement with all that can be stated; its last condition is one that only the API can say."""


def statement_of(house: House, party: str) -> Any:
    with house.site.reader.reading("rivers") as found:
        hash_ = found.bargain.stated[party]
    return json.loads(house.site.reader.private_texts("rivers", [hash_])[hash_])


def test_whatever_was_stated_comes_back_when_the_form_is_sent_as_it_is(house: House) -> None:
    _, people = opened(house)
    upland, place = people["upland"], "/api/consultations/rivers/negotiation"
    terms = upland.get(place).json()["terms"]["entry"]
    made = upland.post(f"{place}/interests", json={"terms": terms, **EVERYTHING})
    assert made.status_code == 201, made.text
    before, page = statement_of(house, "upland"), upland.get(f"{PLACE}/interests").text
    assert "1 more line that this form does not show is kept." in page
    for action in ("check", "more-lines", "more-pairs", "state"):
        answered = upland.post(f"{PLACE}/interests", data={**fields(page), "action": action})
        assert answered.status_code == 200, text_of(answered)
        page = answered.text
    assert answered.url.path == PLACE
    assert plainly(statement_of(house, "upland")) == plainly(before)


def plainly(statement: Any) -> Any:
    """With the defaults of lines written out, weightless issues left out, and equals of an order sorted."""
    lines = {
        name: [{"reason": "", "published": False, **line} for line in statement.get(name, [])]
        for name in ("red_lines", "conditions")
    }
    weights = {issue: weight for issue, weight in statement["weights"].items() if weight != 0}
    orders = {
        issue: [sorted(equals) for equals in order] for issue, order in statement.get("rankings", {}).items()
    }
    return {**statement, **lines, "weights": weights, "rankings": orders}


def test_orders_ranges_and_long_lines_are_entered_by_the_form(house: House) -> None:
    _, people = opened(house)
    typed: dict[str, Any] = {
        **{"m.0": "order", "p.0.0": "3", "p.0.1": "1", "p.0.2": "1"},
        **{"m.1": "ranges", "w.1": "5", "v.1": "15", "p.1.0": "90", "q.1.0": "100", "q.1.1": ""},
        **{
            "c.0.kind": "only",
            "c.0.a": ["0.1", "0.2", "2.1", ""],
            "c.0.b": ["3.1", "3.2"],
            "c.0.why": "Fair",
        },
        **{"c.1.kind": "together", "c.1.a": ["0.2"], "c.1.b": ["1.0", "3.0"], "c.1.why": ""},
        **{"c.2.kind": "alone", "c.2.a": ["2.0"], "c.2.b": "", "c.2.why": "Our boats", "c.2.open": "yes"},
        **{"t.0.a": "0.0", "t.0.b": "1.2", "t.0.n": "−4,5", "t.1.a": "", "t.1.b": "", "t.1.n": ""},
    }
    assert state(people["upland"], "upland", **typed).url.path == PLACE
    said = statement_of(house, "upland")
    assert said["rankings"] == {IDS[0]: [["dry months", "all year"], ["none"]]}
    assert said["weights"][IDS[1]] == [5, 15]
    assert said["points"][IDS[1]] == {"none": [90, 100], "joint station": 60.61, "neutral body": 25}
    assert said["conditions"] == [
        {
            "if": {IDS[0]: ["dry months", "all year"], IDS[2]: ["open in summer"]},
            "then": {IDS[3]: ["20", "30"]},
            "reason": "Fair",
            "published": False,
        }
    ]
    assert said["red_lines"] == [
        {"where": {IDS[0]: ["all year"], IDS[1]: ["none"], IDS[3]: ["10"]}, "reason": "", "published": False},
        {"where": {IDS[2]: ["closed"]}, "reason": "Our boats", "published": True},
    ]
    assert said["together"] == [{"issues": [IDS[0], IDS[1]], "points": [["none", "neutral body", -4.5]]}]
    refused = state(people["upland"], "upland", **{**typed, "p.0.0": "third", "c.0.why": "Kept <here>"})
    assert refused.status_code == 422
    assert "Dam releases, none has the place 'third'" in text_of(refused)
    kept = fields(refused.text)
    for name, value in {**typed, "p.0.0": "third", "c.0.why": "Kept <here>"}.items():
        typed_now = value if isinstance(value, list) else [value]
        held = kept[name] if isinstance(kept[name], list) else [kept[name]]
        assert [item for item in typed_now if item] == [item for item in held if item], name


def test_the_hosts_form_takes_weights_and_who_settles_what(house: House) -> None:
    host = house.host(parties="Upland\nMidland\nDelta")
    sent: dict[str, Any] = {
        **{"issues": ISSUES, "action": "open", "shown": "all", "otherwise.0": "none"},
        **{"settled.dam-releases": ["upland", "delta"], "weight.upland": "2,5", "weight.midland": "heavy"},
    }
    refused = host.post(f"{PLACE}/open", data=sent)
    assert refused.status_code == 422
    assert "The bargaining weight of Midland is 'heavy'; write a number from 0.01 to 1000" in text_of(refused)
    kept = fields(refused.text)
    assert kept["settled.dam-releases"] == ["upland", "delta"]
    assert (kept["weight.upland"], kept["weight.midland"]) == ("2,5", "heavy")
    made = host.post(f"{PLACE}/open", data={**sent, "weight.midland": "1"})
    assert made.url.path == PLACE
    page = text_of(made)
    assert "Bargaining weights: Upland 2.5" in page
    assert "these can settle it among themselves: Upland and Delta" in page
    with house.site.reader.reading("rivers") as found:
        assert found.bargain.terms is not None
        assert dict(found.bargain.terms.weights) == {"upland": 2.5}
        assert found.bargain.issues["dam-releases"].settled_by == ("upland", "delta")


def test_issues_and_options_are_named_in_the_readers_language_with_the_hosts_names_beside(
    house: House,
) -> None:
    host, people = opened(house, "rankings")
    translator = house.member(host, role="translator", party="")
    form = {
        "to": "fr",
        "state": "checked",
        "t.issue:dam-releases": "Lâchers",
        "t.option:1:dam-releases": "Secs",
    }
    assert "Names of issues and options" in translator.get("/c/rivers/translate?to=fr").text
    assert translator.post("/c/rivers/translate/names", data=form).status_code == 200
    page = text_of(translator.get("/c/rivers/translate?to=fr"))
    assert "Dam releases checked translation" in page
    assert "Fund, million a year" in page
    assert "30 no translation" not in page
    listed = translator.get("/api/consultations/rivers/translations/fr").json()
    assert {"subject": "option:1:dam-releases", "original": "dry months", "text": "Secs"}.items() <= next(
        line for line in listed if line["subject"] == "option:1:dam-releases"
    ).items()
    for party, client in people.items():
        state(client, party)
    french = people["delta"]
    french.headers["accept-language"] = "fr"
    page = french.get(PLACE).text
    assert '<bdi lang="fr">Lâchers</bdi> <bdi class="beside" lang="en" dir="ltr">Dam releases</bdi>' in page
    assert '<bdi lang="fr">Secs</bdi>' in page
    typed = french.get(f"{PLACE}/interests").text
    assert "Lâchers: Secs</option>" in typed
    english = people["upland"].get(PLACE).text
    assert "Lâchers" not in english
    refused = translator.post(
        "/c/rivers/translate/names", data={"to": "de", "state": "draft", "t.issue:dam-releases": "Damm <x>"}
    )
    assert refused.status_code == 422
    lost = host.post("/c/rivers/translate/names", data={"to": "fr", "state": "draft", "t.issue:no-such": "X"})
    assert lost.status_code == 404
    host.post(f"{PLACE}/next", data={"action": "withdrawn", "sure": "yes"})
    host.post(f"{PLACE}/open", data={"issues": "Dam releases; some; more", "action": "open"})
    assert "Lâchers" not in french.get(PLACE).text


def test_issues_are_looked_at_before_they_are_opened(house: House) -> None:
    host = house.host(parties="Upland\nMidland")
    looked = host.post(f"{PLACE}/open", data={"issues": ISSUES, "action": "look"})
    assert "81 packages are possible." in looked.text
    assert all(name in looked.text for name in NAMES)
    assert "No packages are negotiated here yet." in host.get(PLACE).text
    for issues, words in (
        ("Dam", "has 0 options"),
        ("Dam; a; a", "too many options or one twice"),
        ("; a; b", "line 1 of the issues has no name"),
        ("Dam; a; b\nDam; c; d", "the issue 'Dam' stands there twice"),
        ("Dam; 1..900", "does not stand for 1 to 100 numbers"),
        ("", "there are 0 issues"),
    ):
        refused = host.post(f"{PLACE}/open", data={"issues": issues, "action": "open"})
        assert refused.status_code == 422
        assert words.lower() in text_of(refused).lower()
    assert (
        host.post(f"{PLACE}/open", data={"issues": "A; 1; 2", "action": "open", "quota": "9"}).status_code
        == 422
    )


def test_the_host_may_go_ahead_put_a_draft_on_the_table_and_end(house: House) -> None:
    host, people = opened(house, quota="2", veto="upland")
    refused = host.post(f"{PLACE}/next", data={"action": "draft"})
    assert "No party has stated its interests yet" in text_of(refused)
    for party in ("upland", "midland"):
        state(people[party], party)
    host.post(f"{PLACE}/next", data={"action": "draft"})
    assert "Draft 1" in host.get(PLACE).text
    unsure = host.post(f"{PLACE}/next", data={"action": "withdrawn"})
    assert "Tick the box" in text_of(unsure)
    early = host.post(f"{PLACE}/next", data={"action": "agreement", "draft": "1", "sure": "yes"})
    assert "An agreement needs the parties that the terms name" in text_of(early)
    host.post(f"{PLACE}/next", data={"action": "withdrawn", "sure": "yes"})
    assert "The host withdrew the negotiation." in host.get(PLACE).text
    again = host.post(f"{PLACE}/open", data={"issues": "Toll; low; high", "action": "open"})
    assert "Toll" in again.text
    own = host.post(f"{PLACE}/next", data={"action": "own", "x.0": "high", "sure": "yes"})
    assert "The host’s own first draft." in own.text
    late = people["upland"].post(
        f"{PLACE}/answer", data={"draft": "1", "consents": "yes"}
    )  # read before the new negotiation
    assert late.status_code == 409
    assert draft_number(people["upland"]) != "1"


def test_the_record_page_says_what_an_audit_proves_of_drafts(house: House) -> None:
    host = house.host(parties="Upland\nMidland\nDelta")
    assert "Of a negotiation" not in text_of(host.get("/c/rivers/record"))
    for issues, more in ((ISSUES, False), ("\n".join(f"Issue {n}; 1..6" for n in range(12)), True)):
        host.post(f"{PLACE}/open", data={"issues": issues, "action": "open"})
        first = (
            {f"x.{n}": "1" for n in range(12)}
            if more
            else dict(zip(("x.0", "x.1", "x.2", "x.3"), CHOSEN, strict=True))
        )
        host.post(f"{PLACE}/next", data={"action": "own", "sure": "yes", **first})
        page = text_of(host.get("/c/rivers/record"))
        assert "From an auditor’s full copy every draft is computed again" in page
        assert ("Here there are more packages than can be listed." in page) == more
        host.post(f"{PLACE}/next", data={"action": "withdrawn", "sure": "yes"})


def test_an_impasse_says_what_clashes_and_keeps_what_is_not_published(house: House) -> None:
    host, people = opened(house)
    state(people["upland"], "upland", **{"d": "97"})
    state(people["midland"], "midland", **{"d": "97"})
    state(people["delta"], "delta")
    page = text_of(people["upland"].get(PLACE))
    assert "No package is acceptable to all" in page
    assert "What clashes" in page
    assert "Upland asks for at least what it has without an agreement." in page
    assert "Midland : something that it keeps to itself." in page
    host.post(f"{PLACE}/next", data={"action": "impasse", "draft": "1", "sure": "yes"})
    assert "The negotiation ended in an impasse." in host.get(PLACE).text


def test_the_same_by_the_api(house: House) -> None:
    host, people = opened(house, "rankings")
    place = "/api/consultations/rivers/negotiation"
    table = people["upland"].get(place).json()
    assert (table["stage"], len(table["issues"]), table["terms"]["shown"]) == ("interests", 4, "rankings")
    for party, client in people.items():
        floor, weights, points = STATED[party]
        stated = {
            "terms": table["terms"]["entry"],
            "no_agreement": floor,
            "weights": dict(zip(IDS, weights, strict=True)),
            "points": {
                issue: dict(zip(options, row, strict=True))
                for issue, options, row in zip(IDS, OPTIONS, points, strict=True)
            },
            "conditions": [{"if": {IDS[0]: ["all year"]}, "then": {IDS[3]: ["20", "30"]}, "published": True}],
        }
        sent = client.post(f"{place}/interests", json=stated)
        assert sent.status_code == 201, sent.text
        assert client.get(f"{place}/interests").json()["statement"]["no_agreement"] == floor
    assert host.get(f"{place}/interests").status_code == 403
    table = people["upland"].get(place).json()
    assert table["drafts"][0]["why"] == "first draft"
    assert table["drafts"][0]["worth_to_you"] > 30
    assert host.get(place).json()["drafts"][0]["worth_to_you"] is None
    assert table["parties"][1]["rank"][IDS[2]] == 1
    assert table["parties"][1]["published"][0]["then"] == {NAMES[3]: ["20", "30"]}
    found = people["delta"].get(f"{place}/findings").json()
    assert (found["reader"], found["own"]) == ("Delta", 2)
    assert host.get(f"{place}/findings").json()["reader"] == "everybody"
    for number in (1, 2, 3):
        for client in people.values():
            client.post(f"{place}/answers", json={"draft": number, "consents": True, "hurt": IDS[1]})
        table = host.get(place).json()
        if table["outcome"]:
            break
    assert table["outcome"] == "agreement"
    again = {"issues": [{"issue": "toll", "name": "Toll", "options": ["low", "high"]}]}
    assert host.post(place, json=again).status_code == 201
    assert host.post(f"{place}/drafts", json={}).json()["code"] == "draft"
    assert host.post(f"{place}/drafts", json={"package": {"toll": "low"}}).status_code == 202
    assert host.post(f"{place}/ending", json={"outcome": "withdrawn"}).status_code == 201


def test_every_role_may_do_its_own(house: House) -> None:
    host, people = opened(house)
    for role in ("moderator", "translator", "participant", "reader"):
        other = house.member(host, role=role, party="")
        assert other.get(PLACE).status_code == 200
        assert other.get(f"{PLACE}/interests").status_code == 403
        for place, form in (("interests", form_of("upland")), ("answer", {"draft": "1", "consents": "yes"})):
            assert other.post(f"{PLACE}/{place}", data=form).status_code == 403
        for place in ("open", "next"):
            assert (
                other.post(f"{PLACE}/{place}", data={"issues": ISSUES, "action": "open"}).status_code == 403
            )
    assert people["upland"].post(f"{PLACE}/next", data={"action": "draft"}).status_code == 403
    assert people["upland"].get(f"{PLACE}/open").status_code == 403
    assert host.get(f"{PLACE}/interests").status_code == 403
    assert house.visitor().post(f"{PLACE}/answer", data={"draft": "1", "consents": "yes"}).status_code == 401


def test_changing_ones_interests_shows_nothing_new_of_the_others(house: House) -> None:
    """What is computed rests on the statements of the latest draft: nobody probes the others by trying numbers."""
    _, people = opened(house, "rankings")
    for party, client in people.items():
        state(client, party)
    people["upland"].get(PLACE)
    before = house.site.reader.aside(len, "").result(PATIENCE)
    side = re.compile(r"Is there something better.*?</table>", re.DOTALL)
    first = side.search(people["midland"].get(PLACE).text)
    state(people["upland"], "upland", **{"w.0": "0.13", "w.3": "80"})
    second = side.search(people["midland"].get(PLACE).text)
    assert before == 0
    assert first is not None
    assert second is not None
    assert first[0] == second[0]


def test_interests_that_were_erased_are_gone_from_every_page(house: House) -> None:
    _, people = opened(house)
    for party, client in people.items():
        state(client, party)
    with house.site.reader.reading("rivers") as found:
        stated = found.bargain.interests["upland"]
    house.site.desk.erase_text("rivers", stated.by, stated.interests, "author-asked")
    page = people["upland"].get(PLACE)
    assert page.status_code == 200
    assert not any(secret in page.text for secret in SECRETS["upland"])
    full = b"".join(written(house.site.reader.copy("rivers", "full"))).decode()
    assert "70.71" not in full


@pytest.mark.parametrize("code", ["fr", "ar"])
def test_pages_and_refusals_in_another_language(house: House, code: str) -> None:
    _, people = opened(house, "rankings")
    for party, client in people.items():
        client.headers["accept-language"] = code
        assert state(client, party).status_code == 200
    page = people["upland"].get(PLACE)
    assert f'lang="{code}"' in page.text
    assert "What it means" not in page.text
    refused = state(people["upland"], "upland", **{"w.0": "1"})
    assert refused.status_code == 422
    assert "shared out" not in refused.text


def test_all_numbers_are_there_to_be_found() -> None:
    """The test of leaks looks for numbers that stand nowhere else."""
    assert all(len(secrets) >= 6 for secrets in SECRETS.values())
    assert not SECRETS["upland"] & SECRETS["midland"]
    assert all(sum(weights) == pytest.approx(100) for _, weights, _ in STATED.values())
