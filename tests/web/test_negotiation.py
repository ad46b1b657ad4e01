"""Packages on the site: from issues to an agreement, and nobody's private numbers in anybody else's hands."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from comity.cli.verify import verify
from comity.exchange.record_file import written
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
PLACES = (
    *("/c/rivers", "/c/rivers/findings", "/c/rivers/findings.json", "/c/rivers/record", "/c/rivers/log"),
    *(PLACE, f"{PLACE}/interests", "/c/rivers/mine", "/c/rivers/settings", "/c/rivers/record/comity.jsonl"),
    *("/api/consultations/rivers", "/api/consultations/rivers/negotiation"),
    *("/api/consultations/rivers/negotiation/findings", "/api/consultations/rivers/negotiation/interests"),
)
"""Wherever something could be seen that should not."""


def test_from_issues_to_an_agreement_that_an_auditor_can_prove(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
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
    verify(tmp_path / "public.jsonl")
    said = capsys.readouterr().out
    assert "not proved here: 2 drafts: what they rest on is not in this copy" in said
    assert "private statements of interests and hurts" in said


@pytest.mark.parametrize("shown", ["nothing", "rankings", "all"])
def test_nobody_sees_anothers_private_numbers(house: House, shown: str) -> None:
    """Every page, the API, the public copy and the live stream, for every reader, through the whole procedure."""
    host, people = opened(house, shown)
    stranger = house.visitor()
    readers: dict[str, Any] = {**people, "host": host, "stranger": stranger}
    seen: dict[str, list[str]] = {name: [] for name in readers}

    def look() -> None:
        for name, client in readers.items():
            seen[name] += [client.get(place).text for place in PLACES]

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
    page = people["upland"].get(f"{PLACE}/interests").text
    assert 'value="40-80"' in page
    assert 'value="30-50"' in page


def test_what_the_form_does_not_show_is_kept(house: House) -> None:
    _, people = opened(house)
    upland = people["upland"]
    terms = int(re.search(r'name="terms" value="(\d+)"', upland.get(f"{PLACE}/interests").text)[1])  # type: ignore[index]
    with house.site.reader.reading("rivers") as found:
        (delegate,) = [item.pseudonym for item in found.members.values() if item.party == "upland"]
    where = {IDS[0]: ["none", "all year"]}
    stated = {
        "weights": {IDS[0]: 100},
        "rankings": {IDS[0]: [["dry months"], ["none", "all year"]]},
        "red_lines": [{"where": where, "reason": "More than the form can say"}],
    }
    house.site.desk.state_interests("rivers", delegate, terms, stated)
    assert "1 more line that this form does not show is kept." in upland.get(f"{PLACE}/interests").text
    sent = {"w.0": "100", "d": "5", "terms": str(terms), "action": "state"}
    assert upland.post(f"{PLACE}/interests", data=sent).url.path == PLACE
    with house.site.reader.reading("rivers") as found:
        hash_ = found.bargain.stated["upland"]
    now = json.loads(house.site.reader.private_texts("rivers", [hash_])[hash_])
    assert now["rankings"] == stated["rankings"]
    assert now["red_lines"] == stated["red_lines"]
    assert now["no_agreement"] == 5


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
    _, people = opened(house)
    for party, client in people.items():
        state(client, party)
    people["upland"].get(PLACE)
    before = house.site.reader.aside(len, "").result(PATIENCE)
    side = re.compile(r"Other ways to choose.*?</table>", re.DOTALL)
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
