"""Whoever should not get in does not: every refusal has its code, is logged, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from comity.record.permissions import MAY
from comity.web.parts import MOST_FIELDS
from tests.web.visits import FORM, House, house_at, join, text_of, vote

ALERT = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'"
PAGES = ("", "/statements", "/statements/1", "/findings", "/record", "/log")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_post_from_another_site_does_nothing(
    house: House, site: str, caplog: pytest.LogCaptureFixture
) -> None:
    ana = house.member(house.host())
    size = house.site.reader.size("rivers")
    with caplog.at_level(logging.WARNING, "comity.web"):
        refused = ana.post(
            "/c/rivers/vote", data={"statement": "1", "answer": "1"}, headers={"sec-fetch-site": site}
        )
    assert refused.status_code == 403
    assert "sent from another site" in refused.text
    program = ana.post("/api/consultations/rivers/votes", json={}, headers={"sec-fetch-site": site})
    assert (program.status_code, program.json()["code"]) == (403, "sent-from-elsewhere")
    assert "403 POST" in caplog.text
    assert house.site.reader.size("rivers") == size


def test_an_old_browser_is_told_by_its_origin(house: House) -> None:
    ana = house.member(house.host())
    del ana.headers["sec-fetch-site"]
    for origin, status in (("http://evil.example", 403), ("null", 403), ("http://talks.example.org", 200)):
        sent = ana.post("/c/rivers/vote", data={"statement": "1", "answer": "1"}, headers={"origin": origin})
        assert sent.status_code == status, origin


def test_a_cookie_is_not_sent_across_sites_and_not_read_by_scripts(house: House) -> None:
    (link,) = house.links(house.host())
    cookie = join(house.visitor(), link).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert re.search(r"comity=[\w-]{32}", cookie)


def test_a_replayed_and_a_guessed_invitation_are_refused(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    (link,) = house.links(house.host())
    join(house.visitor(), link)
    size = house.site.reader.size("rivers")
    assert join(house.visitor(), link).status_code == 410
    assert join(house.visitor(), "/c/rivers/i/" + "a" * 33).status_code == 404
    assert house.visitor().get("/c/rivers/i/" + "b" * 33).status_code == 404
    assert house.site.reader.size("rivers") == size


def test_whoever_guesses_many_links_is_stopped() -> None:
    with house_at("memory:", requests_per_minute=100) as house:
        client = house.visitor()
        codes = [client.get(f"/me/{number}").status_code for number in range(15)]
        assert codes[0] == 404
        assert codes[-1] == 429


def test_nobody_votes_on_anothers_ballot(house: House) -> None:
    host = house.host()
    ana, bo = house.member(host), house.member(host, party="bland")
    vote(ana, "1", 1)
    with house.site.reader.reading("rivers") as state:
        (anas,) = [item.pseudonym for item in state.members.values() if item.party == "aland"]
    vote(bo, "1", -1, by=anas, pseudonym=anas)
    bo.post("/api/consultations/rivers/votes", json={"statement": "1", "answer": -1, "by": anas})
    with house.site.reader.reading("rivers") as state:
        assert state.own_votes(anas)["1"].answer == 1
    assert vote(house.visitor(), "1", 1).status_code == 401
    assert house.visitor().get("/c/rivers/mine").status_code == 401


def test_a_seat_in_one_consultation_is_none_in_another(house: House) -> None:
    ana = house.member(house.host())
    house.host(title="Lakes")
    assert vote(ana, "1", 1, "lakes").status_code == 401
    assert ana.get("/c/lakes/moderate").status_code == 401


HOSTS = ("/invitations", "/settings")
FORMS = {
    "/invitations": {"role": "participant"},
    "/invitations/revoke": {"invitation": "x"},
    "/settings": {"title": "Mine now"},
    "/parties": {"parties": "Cland"},
    "/members/end": {"member": "x"},
    "/close": {"sure": "yes"},
}


@pytest.mark.parametrize("role", ["moderator", "translator", "delegate", "participant", "reader"])
def test_every_role_may_do_what_the_matrix_says_and_nothing_else(house: House, role: str) -> None:
    """The one table of role and act is `record.admission.MAY`; the pages ask it and no other."""
    host = house.host()
    client = house.member(host, role=role, party="aland" if role == "delegate" else "")
    size = house.site.reader.size("rivers")
    for place in HOSTS:
        assert client.get(f"/c/rivers{place}").status_code == 403, place
    for place, form in FORMS.items():
        assert client.post(f"/c/rivers{place}", data=form).status_code == 403, place
    assert house.site.reader.size("rivers") == size
    tried = {
        "vote-cast": vote(client, "1", 1).status_code,
        "statement-submitted": client.post(
            "/c/rivers/write", data={"text": "Plant trees", "language": "en"}
        ).status_code,
        "translation-added": client.post(
            "/c/rivers/translate", data={"subject": "1", "to": "fr", "text": "x", "state": "draft"}
        ).status_code,
        "statement-moderated": client.post(
            "/c/rivers/moderate", data={"statement": "2", "decision": "accepted"}
        ).status_code,
    }
    assert tried == {kind: 200 if role in MAY[kind] else 403 for kind in tried}


def test_script_in_every_text_field_is_only_text(house: House) -> None:
    host = house.host(
        title=f"Rivers {ALERT}",
        question=ALERT,
        background=ALERT,
        sources=f"javascript:alert(1)\nhttps://x.example/{ALERT}",
        parties=f"Aland {ALERT};bloc {ALERT}",
        statements=f"One {ALERT}\nTwo",
        moderation="after",
        joining="open",
    )
    (name,) = house.site.reader.consultations()
    ana = house.visitor()
    join(ana, f"/c/{name}/i/", name=ALERT, mail=ALERT)
    ana.post(f"/c/{name}/write", data={"text": f"Three {ALERT}", "language": "en", "anyway": "yes"})
    vote(ana, "1", 1, name)
    house.site.reader.findings(name)
    places = [*(f"/c/{name}{place}" for place in PAGES), "/", f"/c/{name}/vote?s=1", f"/c/{name}/mine"]
    places += [
        f"/c/{name}{place}" for place in ("/settings", "/invitations", "/moderate", "/translate", "/write")
    ]
    for place in places:
        for client in (ana, host):
            page = client.get(place).text
            assert "<script>alert" not in page, place
            assert "<img" not in page, place
            assert 'href="javascript:' not in page, place


def test_ten_megabytes_are_refused_whole_and_in_pieces(house: House) -> None:
    ana = house.member(house.host())
    size = house.site.reader.size("rivers")
    form = {"content-type": "application/x-www-form-urlencoded"}
    whole = ana.post("/c/rivers/write", content=b"text=" + b"a" * 10_000_000, headers=form)
    pieces = ana.post("/c/rivers/write", content=iter([b"text="] + [b"a" * 100_000] * 100), headers=form)
    assert (whole.status_code, pieces.status_code) == (413, 413)
    api = ana.post("/api/consultations/rivers/statements", content=b" " * 10_000_000)
    assert (api.status_code, api.json()["code"]) == (413, "too-long")
    assert house.site.reader.size("rivers") == size


def test_a_form_of_many_fields_and_a_form_in_parts(house: House) -> None:
    ana = house.member(house.host())
    size = house.site.reader.size("rivers")
    many = ana.post("/c/rivers/vote", data={f"field{number}": "x" for number in range(MOST_FIELDS + 1)})
    assert many.status_code == 400
    assert "the form came damaged" in text_of(many).lower()
    assert house.site.reader.size("rivers") == size
    form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    for sent in ("text=Des+%C3%A9rables+ici&language=fr", "text=Des chênes là&language=fr"):
        page = ana.post("/c/rivers/write", content=(sent + "&x=%FF%00").encode(), headers=form)
        assert page.status_code == 200
    assert {"Des érables ici", "Des chênes là"} <= set(house.site.reader.texts("rivers").values())
    parts = ana.post("/c/rivers/vote", data={"statement": "1", "answer": "1"}, files={"x": b"y"})
    assert parts.status_code == 200


def test_ten_thousand_requests_from_one_address_are_mostly_not_answered(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """All ten thousand, by the site's own interface: votes, forms and looks, at what it allows where nobody says."""
    with house_at("memory:") as house:
        client = house.visitor()
        house.host(joining="open")
        before = house.site.reader.size("rivers"), len(house.site.store.all("", "draft"))
        places = (
            "/",
            "/c/rivers/vote",
            "/c/rivers/write",
            "/set-up",
            "/api/consultations/rivers/votes",
            "/me/x",
        )
        with caplog.at_level(logging.WARNING, "comity.web"):
            codes = asyncio.run(_flooded(house.app, places, 10_000))
        assert codes[429] >= 10_000 - 2 * house.site.settings.requests_per_minute
        assert not {code for code in codes if code < 400 or code >= 500} - {200}
        assert caplog.text.count("429 ") == codes[429]
        assert (house.site.reader.size("rivers"), len(house.site.store.all("", "draft"))) == before
        assert client.get("/favicon.ico").status_code == 204  # another address is answered


async def _flooded(app: Any, places: Sequence[str], n: int) -> Counter[int]:
    """How often which status was answered to one address; every other request is a post."""
    codes: Counter[int] = Counter()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"statement=1&answer=1&text=x&title=x", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            codes[message["status"]] += 1

    for number in range(n):
        place = places[number // 2 % len(places)]
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST" if number % 2 else "GET",
            "scheme": "http",
            "path": place,
            "raw_path": place.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [
                (b"host", b"talks.example.org"),
                (b"content-type", b"application/x-www-form-urlencoded"),
            ],
            "client": ("203.0.113.7", 1000 + number % 5000),
            "server": ("talks.example.org", 80),
        }
        await app(scope, receive, send)
    return codes


def test_security_headers_stand_on_every_page(house: House) -> None:
    host = house.host()
    answers = [host.get(f"/c/rivers{place}") for place in PAGES]
    answers += [
        house.visitor().get(place)
        for place in ("/", "/nothing", "/set-up", "/api/consultations", "/api/openapi.json")
    ]
    answers.append(house.visitor().post("/set-up", data=FORM, headers={"sec-fetch-site": "cross-site"}))
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "style=" not in answer.text


def test_a_secret_of_a_link_is_not_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    secret = "s" * 33
    with caplog.at_level(logging.DEBUG, "comity"):
        house.visitor().post(f"/me/{secret}", headers={"sec-fetch-site": "cross-site"})
    assert secret not in caplog.text
    assert "/me/..." in caplog.text


def test_what_is_wrong_with_the_database_is_said_and_nothing_typed_is_lost(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from comity.errors import Refused

    ana = house.member(house.host())

    def full(*_: object) -> None:
        raise Refused("disk-full", "the site's disk is full, so nothing was stored; keep what you typed")

    monkeypatch.setattr(house.site.desk, "_write_once", full)
    page = ana.post("/c/rivers/write", data={"text": "Plant many trees", "language": "en"})
    assert page.status_code == 507
    assert "disk is full" in text_of(page)
    assert "Plant many trees" in page.text
    assert vote(ana, "1", 1).status_code == 507
