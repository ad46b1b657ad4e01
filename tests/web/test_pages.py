"""What people do on the pages, in the order in which they do it."""

from __future__ import annotations

import json
import re
import shlex
import sys
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from comity.cli import main
from comity.cli.verify import verify
from comity.record.receipt import check_receipt, receipt_from
from comity.web.shown import assets
from tests.web.visits import FORM, House, house_at, join, text_of, vote


def test_an_empty_site_invites_to_set_up(house: House) -> None:
    page = house.visitor().get("/")
    assert page.status_code == 200
    assert "There is no consultation here yet" in page.text
    assert 'href="/set-up"' in page.text


def test_a_host_sets_up_previews_and_opens(house: House) -> None:
    client = house.visitor()
    preview = client.post("/set-up", data=FORM)
    for words in ("Rivers", "What should we do about the river?", "Clean the river", "Aland", "north", "60%"):
        assert words in text_of(preview)
    assert house.site.reader.consultations() == ()
    opened = client.post(f"{preview.url.path}/open")
    assert opened.url.path == "/c/rivers/invitations"
    with house.site.reader.reading("rivers") as state:
        assert [party.name for party in state.parties.values()] == ["Aland", "Bland"]
        assert state.settings is not None
        assert (state.settings.visibility, state.settings.languages) == ("pseudonyms", ("en", "fr"))
        assert [item.moderation for item in state.statements.values()] == ["accepted"] * 3


def test_a_form_with_a_mistake_comes_back_with_everything_in_it(house: House) -> None:
    page = house.visitor().post("/set-up", data={**FORM, "threshold": "400", "background": "Long and dear"})
    assert page.status_code == 422
    assert "write a whole number from 50 to 95" in text_of(page)
    assert "Long and dear" in page.text
    assert "Aland; north" in page.text


def test_an_invitation_lets_one_person_in(house: House) -> None:
    (link,) = house.links(house.host())
    ana, bo = house.visitor(), house.visitor()
    page = ana.get(link)
    assert "You are invited as a delegate of Aland" in text_of(page)
    assert "Every vote is published under a random number" in text_of(page)
    joined = join(ana, link, name="Ana")
    assert "You have joined" in joined.text
    assert ana.get("/c/rivers/vote").status_code == 200
    refused = join(bo, link)
    assert refused.status_code == 410
    assert "used already by as many persons" in text_of(refused)
    assert bo.get("/c/rivers/vote").status_code == 401


def test_a_link_for_a_party_lets_in_as_many_as_it_says(house: House) -> None:
    (link,) = house.links(house.host(), limit="2")
    assert [join(house.visitor(), link).status_code for _ in range(3)] == [200, 200, 410]


def test_one_link_for_every_party(house: House) -> None:
    assert len(house.links(house.host(), party="every", number="3")) == 6


def test_joining_wants_the_promise_read_and_loses_nothing(house: House) -> None:
    (link,) = house.links(house.host())
    page = house.visitor().post(
        "/c/rivers/join", data={"token": link.rpartition("/")[2], "name": "Ana", "mail": "ana@example.org"}
    )
    assert page.status_code == 409
    assert "Tick the box" in text_of(page)
    assert 'value="Ana"' in page.text
    assert "delegate of Aland" in text_of(page)


def test_a_personal_link_brings_back_from_another_browser(house: House) -> None:
    (link,) = house.links(house.host())
    joined = join(house.visitor(), link)
    found = re.search(r"http://talks.example.org(/me/\w+)", joined.text)
    assert found is not None
    other = house.visitor()
    assert "Welcome back" in other.get(found[1]).text
    back = other.post("/me", data={"token": found[1].removeprefix("/me/")})
    assert back.url.path == "/c/rivers/vote"
    assert house.visitor().get("/me/nonsense").status_code == 404


def test_votes_are_cast_one_at_a_time_until_all_are_answered(house: House) -> None:
    ana = house.member(house.host())
    page = ana.get("/c/rivers/vote")
    for _ in range(3):
        found = re.search(r'name="statement" value="(\d+)"', page.text)
        assert found is not None
        page = vote(ana, found[1], 1, matters="yes")
        assert "Your vote is stored as entry" in text_of(page)
    assert "You have answered everything" in page.text
    mine = ana.get("/c/rivers/mine")
    assert mine.text.count('<span class="mark">matters most to us') == 3


def test_votes_are_seen_and_changed(house: House) -> None:
    ana = house.member(house.host())
    vote(ana, "1", 1)
    assert vote(ana, "1", -1, back="mine").url.path == "/c/rivers/mine"
    with house.site.reader.reading("rivers") as state:
        assert (state.statements["1"].agreed, state.statements["1"].disagreed) == (0, 1)
    ana.post("/c/rivers/vote", data={"statement": "1", "answer": "withdraw", "back": "mine"})
    with house.site.reader.reading("rivers") as state:
        assert state.statements["1"].disagreed == 0


def test_a_receipt_proves_the_vote(house: House) -> None:
    ana = house.member(house.host())
    vote(ana, "2", -1)
    vote(ana, "1", 1)
    given = ana.get("/c/rivers/mine/receipt-2.json")
    receipt = receipt_from(given.content)
    assert check_receipt(receipt, house.site.desk.signer.verifier).size == house.site.reader.size("rivers")
    assert getattr(receipt.what(), "statement", None) == "2"
    assert ana.get("/c/rivers/mine/receipt-3.json").status_code == 409


def test_a_statement_is_written_moderated_and_voted_on(house: House) -> None:
    host = house.host()
    ana, bo = house.member(host), house.member(host, party="bland")
    sent = ana.post("/c/rivers/write", data={"text": "Plant trees on the banks", "language": "en"})
    assert "Your statement is stored" in sent.text
    assert "waiting for a moderator" in ana.get("/c/rivers/mine").text
    assert bo.get("/c/rivers/statements/4").status_code == 404
    assert "Plant trees" in host.get("/c/rivers/moderate").text
    host.post("/c/rivers/moderate", data={"statement": "4", "decision": "accepted"})
    assert bo.get("/c/rivers/statements/4").status_code == 200
    assert vote(bo, "4", 1).status_code == 200
    assert "Plant trees" in house.visitor().get("/c/rivers/log").text


def test_declining_needs_a_reason_and_is_public(house: House) -> None:
    host = house.host()
    house.member(host).post("/c/rivers/write", data={"text": "Buy my boats", "language": "en"})
    refused = host.post("/c/rivers/moderate", data={"statement": "4", "decision": "declined"})
    assert refused.status_code == 422
    assert "needs a reason" in text_of(refused)
    host.post("/c/rivers/moderate", data={"statement": "4", "decision": "declined", "reason": "advertising"})
    assert "declined: advertising" in text_of(house.visitor().get("/c/rivers/log"))
    assert "declined: advertising" in text_of(house.visitor().get("/c/rivers/statements/4"))


def test_merging_names_the_other_statement(house: House) -> None:
    host = house.host()
    house.member(host).post("/c/rivers/write", data={"text": "Make it clean", "language": "en"})
    host.post("/c/rivers/moderate", data={"statement": "4", "decision": "merged", "into": "1"})
    assert "merged into statement 1" in text_of(house.visitor().get("/c/rivers/statements/4"))


def test_what_is_nearly_said_already_is_shown_before_it_is_sent(house: House) -> None:
    ana = house.member(house.host())
    asked = ana.post("/c/rivers/write", data={"text": "Clean the river now", "language": "en"})
    assert "Something much like it was said already" in asked.text
    assert "Clean the river now</textarea>" in asked.text
    with house.site.reader.reading("rivers") as state:
        assert len(state.statements) == 3
    sent = ana.post(
        "/c/rivers/write", data={"text": "Clean the river now", "language": "en", "anyway": "yes"}
    )
    assert "Your statement is stored" in sent.text


def test_two_ideas_are_pointed_out(house: House) -> None:
    ana = house.member(house.host())
    asked = ana.post("/c/rivers/write", data={"text": "Stop fishing and open a park", "language": "en"})
    assert "This may hold two ideas" in asked.text


def test_a_statement_that_is_too_long_is_kept_in_the_form(house: House) -> None:
    long = "word " * 80
    page = house.member(house.host()).post("/c/rivers/write", data={"text": long, "language": "en"})
    assert page.status_code == 422
    assert "1 to 280 characters" in text_of(page)
    assert long.strip() in page.text


def test_findings_show_numbers_that_can_be_computed_again(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    host = house.host()
    members = [house.member(host, party=party) for party in ("aland", "bland") for _ in range(9)]
    for number, member in enumerate(members):
        vote(member, "1", 1)
        vote(member, "2", 1 if number < 9 else -1)
        vote(member, "3", (1, 0, -1)[number % 3])
    reader = house.site.reader
    reader.findings("rivers")
    page = house.visitor().get("/c/rivers/findings")
    words = text_of(page)
    assert "18 people have voted. 54 votes count." in words
    assert "1 statement is common ground." in words
    assert "1 statement is a reserved difference." in words
    statement = text_of(house.visitor().get("/c/rivers/statements/2"))
    assert "A reserved difference" in statement
    for name in ("comity.jsonl", "findings.json", "receipt.json"):
        place = {"comity.jsonl": "record/comity.jsonl", "receipt.json": "mine/receipt-1.json"}.get(name, name)
        (tmp_path / name).write_bytes(members[0].get(f"/c/rivers/{place}").content)
    verify(tmp_path / "comity.jsonl", findings=tmp_path / "findings.json", receipt=tmp_path / "receipt.json")
    said = capsys.readouterr().out
    assert "every number of findings.json was computed again" in said
    stated = json.loads((tmp_path / "findings.json").read_text())
    assert stated["counts"]["votes"] == 54


def test_the_record_page_names_root_key_and_files(house: House) -> None:
    house.host()
    page = house.visitor().get("/c/rivers/record")
    with house.site.reader.reading("rivers") as state:
        assert state.root().hex() in page.text
    for name in ("record/comity.jsonl", "record/votes.csv", "record/parties.csv", "record/checkpoint.txt"):
        assert f'href="/c/rivers/{name}"' in page.text
        assert house.visitor().get(f"/c/rivers/{name}").status_code == 200


def test_where_single_votes_are_not_published_no_page_shows_one(house: House) -> None:
    host = house.host(visibility="parties")
    member = house.member(host)
    vote(member, "1", 1)
    page = house.visitor().get("/c/rivers/record")
    assert "votes.csv" not in page.text
    assert house.visitor().get("/c/rivers/record/votes.csv").status_code == 404
    assert b'"answer"' not in house.visitor().get("/c/rivers/record/comity.jsonl").content
    house.site.reader.findings("rivers")
    assert '"points":[]' in house.visitor().get("/c/rivers/findings.json").text


def test_what_is_for_the_invited_is_hidden_from_everybody_else(house: House) -> None:
    host = house.host(readers="invited")
    member, stranger = house.member(host), house.visitor()
    for place in (
        "",
        "/findings",
        "/record",
        "/statements",
        "/record/comity.jsonl",
        "/findings.json",
        "/log",
        "/live",
    ):
        assert stranger.get(f"/c/rivers{place}").status_code == 401, place
    assert member.get("/c/rivers/findings").status_code == 200
    assert "Rivers" not in stranger.get("/").text
    (link,) = house.links(host)
    assert stranger.get(link).status_code == 200


def test_a_closed_consultation_takes_nothing_and_shows_everything(house: House) -> None:
    host = house.host()
    member = house.member(host)
    assert "Tick the box" in text_of(host.post("/c/rivers/close", data={}))
    host.post("/c/rivers/close", data={"sure": "yes"})
    refused = vote(member, "1", 1)
    assert refused.status_code == 409
    assert "closed on" in text_of(refused)
    assert member.get("/c/rivers/findings").status_code == 200


def test_translations_stand_beside_the_original(house: House) -> None:
    host = house.host()
    (link,) = house.links(host, role="translator", party="")
    translator = house.visitor()
    assert join(translator, link).status_code == 200
    assert "no translation" in translator.get("/c/rivers/translate?to=fr").text
    for state in ("draft", "checked"):
        translator.post(
            "/c/rivers/translate",
            data={"subject": "1", "to": "fr", "text": "Nettoyer la rivière", "state": state},
        )
        assert f"{state} translation" in translator.get("/c/rivers/translate?to=fr").text
    page = house.visitor("fr").get("/c/rivers/statements/1")
    assert "Nettoyer la rivière" in page.text
    assert "Clean the river" in page.text
    assert "traduction vérifiée" in page.text


def test_the_host_changes_settings_that_may_change(house: House) -> None:
    host = house.host()
    host.post(
        "/c/rivers/settings", data={"title": "Waters", "closes_at": "2099-01-01T10:00", "joining": "open"}
    )
    with house.site.reader.reading("rivers") as state:
        assert state.settings is not None
        assert (state.settings.title, state.settings.joining) == ("Waters", "open")
    vote(house.member(host), "1", 1)
    refused = host.post("/c/rivers/settings", data={"title": "Lakes", "background": "typed"})
    assert refused.status_code == 409
    assert 'value="Lakes"' in refused.text
    host.post("/c/rivers/parties", data={"parties": "Cland"})
    with house.site.reader.reading("rivers") as state:
        assert "cland" in state.parties


def test_anybody_joins_an_open_consultation(house: House) -> None:
    house.host(joining="open", parties="")
    client = house.visitor()
    assert 'href="/c/rivers/join"' in client.get("/c/rivers").text
    assert join(client, "/c/rivers/i/").status_code == 200
    assert vote(client, "1", 1).status_code == 200


def test_a_person_may_leave_and_may_have_his_or_her_name_erased(house: House) -> None:
    host = house.host()
    (link,) = house.links(host)
    client = house.visitor()
    join(client, link, name="Ana")
    assert "Ana" in host.get("/c/rivers/settings").text
    vote(client, "1", 1)
    client.post("/c/rivers/leave", data={"sure": "yes", "erase": "yes"})
    assert "Ana" not in host.get("/c/rivers/settings").text
    assert vote(client, "1", -1).status_code == 401
    with house.site.reader.reading("rivers") as state:
        assert state.statements["1"].agreed == 1


def test_a_text_is_erased_by_its_author_and_the_count_stays(house: House) -> None:
    host = house.host(moderation="after")
    ana = house.member(host)
    ana.post("/c/rivers/write", data={"text": "My neighbour is lazy", "language": "en"})
    vote(ana, "4", 1)
    ana.post("/c/rivers/statements/4/erase", data={"reason": "author-asked"})
    page = house.visitor().get("/c/rivers/statements/4")
    assert "lazy" not in page.text
    assert "this text was erased" in page.text
    assert house.visitor().post("/c/rivers/statements/1/erase", data={}).status_code == 401


def test_setting_up_may_be_for_whoever_has_the_link() -> None:
    with house_at("memory:", set_up="link") as house:
        client = house.visitor()
        assert client.get("/set-up").status_code == 403
        assert 'href="/set-up"' not in client.get("/").text
        assert client.get("/set-up?key=wrong").status_code == 403
        assert client.get("/set-up?key=set-up-secret").status_code == 200
        assert client.post("/set-up", data=FORM).url.path.startswith("/set-up/")


def test_a_host_may_vote_too_by_joining(house: House) -> None:
    host = house.host()
    (link,) = house.links(host)
    assert join(host, link).status_code == 200
    assert vote(host, "1", 1).status_code == 200
    assert host.get("/c/rivers/invitations").status_code == 200


@pytest.mark.parametrize(
    "place", ["/nothing", "/c/nothing", "/c/nothing/vote", "/site-000.css", "/language/xx"]
)
def test_what_is_not_there_is_said_in_a_sentence(house: House, place: str) -> None:
    page = house.visitor().get(place)
    assert page.status_code == 404
    assert "This was not done" in page.text


def test_a_party_below_the_floor_is_not_broken_out_on_any_page(house: House) -> None:
    """Where single votes are not published: two of Aland under a floor of three, four of Bland above it."""
    host = house.host(visibility="parties", floor="3")
    members = [house.member(host, party=party) for party in ("aland", "aland", *["bland"] * 4)]
    for number, member in enumerate(members):
        for statement in ("1", "2", "3"):
            vote(member, statement, 1 if number < 3 else -1)
    house.site.reader.findings("rivers")
    stranger = house.visitor()
    sides = stranger.get("/api/consultations/rivers/statements/1").json()["sides"]
    named = {side["name"]: side["agreed"] for side in sides if side["side"] == "party"}
    assert named == {"Bland": 1}
    for place in ("findings", "statements/1", "findings.json", "findings.csv"):
        page = stranger.get(f"/c/rivers/{place}")
        assert page.status_code == 200, place
        assert "party:aland" not in page.text, place
    table = stranger.get("/c/rivers/statements/1").text.partition("<tbody>")[2].partition("</tbody>")[0]
    assert "Bland" in table
    assert "Aland" not in table
    assert '"points":[]' in stranger.get("/c/rivers/findings.json").text


def test_a_decision_can_be_taken_again_and_the_log_keeps_both(house: House) -> None:
    host = house.host()
    ana, moderator = house.member(host), house.member(host, role="moderator")
    vote(ana, "1", 1)
    for decision, form in (("declined", {"reason": "unclear"}), ("merged", {"into": "2"}), ("accepted", {})):
        page = moderator.get("/c/rivers/statements/1").text
        assert "Decide again" in page
        sent = {"statement": "1", "decision": decision, "back": "statement", **form}
        decided = moderator.post("/c/rivers/moderate", data=sent)
        assert decided.url.path == "/c/rivers/statements/1"
        assert vote(ana, "1", 1).status_code == (200 if decision == "accepted" else 409)
    log = text_of(house.visitor().get("/c/rivers/log"))
    assert log.index("accepted") < log.index("merged into statement 2") < log.index("declined: not clear")
    assert "Decide again" not in ana.get("/c/rivers/statements/1").text
    host.post("/c/rivers/close", data={"sure": "yes"})
    assert "Decide again" not in moderator.get("/c/rivers/statements/1").text


def test_a_statement_is_merged_only_into_one_that_was_accepted(house: House) -> None:
    """Published at once, two statements wait for a decision: neither is offered as what the other is merged into."""
    host = house.host(moderation="after", statements="Clean the river")
    ana = house.member(host)
    for text in ("Plant many trees", "Ask the fishers first"):
        ana.post("/c/rivers/write", data={"text": text, "language": "en", "anyway": "yes"})
    offered = re.findall(r'<option value="(\d)"', host.get("/c/rivers/moderate").text)
    assert offered == ["1", "1"]


def test_the_host_may_add_languages_later_and_takes_none_of_its_own_away(house: House) -> None:
    host = house.host()
    change = {"languages": ["en", "ar", "fr"]}
    assert host.post("/c/rivers/settings", data=change).status_code == 200
    member = house.member(host)
    assert 'value="ar"' in member.get("/c/rivers/write").text
    host.post("/c/rivers/settings", data={"languages": ["fr", "ru"]})
    with house.site.reader.reading("rivers") as state:
        assert state.settings is not None
        assert state.settings.languages == ("en", "fr", "ru")


def test_setting_up_begins_in_the_language_of_whoever_does_it(house: House) -> None:
    page = house.visitor("ar").get("/set-up").text
    assert '<input type="checkbox" name="languages" value="ar" checked>' in page
    assert '<option value="ar" lang="ar" selected>' in page
    assert 'value="en" checked' not in page


def test_how_many_say_that_it_matters_most_is_not_told_of_fewer_than_the_floor(house: House) -> None:
    host = house.host(visibility="parties", floor="3")
    members = [house.member(host) for _ in range(3)]
    for number, member in enumerate(members):
        vote(member, "1", 1, matters="yes")
        seen = house.visitor().get("/api/consultations/rivers/statements/1").json()
        assert seen["matters"] == (3 if number == 2 else None)
    assert "to 3 of those who voted on it" in text_of(house.visitor().get("/c/rivers/statements/1"))


def test_an_invitation_that_expired_says_until_when_it_was_valid_and_keeps_what_was_typed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    (link,) = house.links(house.host(), expires_at="2099-01-01T10:00")
    ana = house.visitor()
    assert ana.get(link).status_code == 200
    monkeypatch.setattr(house.site.desk, "now", lambda: 4_100_000_000_000)
    for page in (ana.get(link), join(ana, link, name="Ana of Aland")):
        assert page.status_code == 410
        assert "was valid until 1 January 2099, 10:00 UTC; ask the host for a new one" in text_of(page)
    assert 'value="Ana of Aland"' in page.text
    assert "попросите у ведущего новое" in text_of(house.visitor("ru").get(link))


def test_one_stylesheet_and_one_script_of_eight_kilobytes_at_most() -> None:
    kinds = sorted(asset.kind.partition(";")[0] for asset in assets().values())
    assert kinds == ["text/css", "text/javascript"]
    (script,) = (asset for asset in assets().values() if "javascript" in asset.kind)
    assert len(script.content) <= 8 * 1024


def test_the_commands_of_the_record_page_run_as_they_stand(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the files under the names that a browser gives them; the vote's receipt is the one that the page names."""
    ana = house.member(house.host())
    vote(ana, "2", -1)
    places = ["record/checkpoint.txt"]
    take(ana, places, tmp_path)
    vote(ana, "1", 1)
    house.site.reader.findings("rivers")
    take(ana, ["findings.json", "record/comity.jsonl", "mine/receipt-1.json"], tmp_path)
    page = house.visitor().get("/c/rivers/record")
    commands = [
        text_of_part(part) for part in re.findall(r'<pre dir="ltr" class="command">(.*?)</pre>', page.text)
    ]
    assert len(commands) == 2
    monkeypatch.chdir(tmp_path)
    said = ""
    for command in commands:
        monkeypatch.setattr(sys, "argv", shlex.split(command))
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert not ended.value.code, out + err
        said += out
    assert "every number of findings.json was computed again" in said
    assert "the receipt's vote is entry" in said
    assert "older" in said


def take(client: Any, places: list[str], folder: Path) -> None:
    """Download these under the names that the site gives them."""
    for place in places:
        found = client.get(f"/c/rivers/{place}")
        name = re.search(r'filename="([^"]+)"', found.headers["content-disposition"])
        assert name is not None
        (folder / name[1]).write_bytes(found.content)


def text_of_part(markup: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", markup))
