"""The JSON API does what the pages do, and whatever is sent to it, it never breaks."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from comity.record.receipt import check_receipt, receipt_from
from comity.web.app import PAGES
from tests.web.visits import House, house_at

NEW = {
    "title": "Rivers",
    "question": "What now?",
    "parties": "Aland\nBland",
    "statements": ["Clean it", "Dam it"],
}


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_a_whole_consultation_by_the_api(house: House) -> None:
    client = house.visitor()
    opened = client.post("/api/consultations", json=NEW)
    assert opened.status_code == 201
    host = bearer(opened.json()["token"])
    place = "/api/consultations/rivers"
    made = client.post(f"{place}/invitations", json={"role": "delegate", "party": "aland"}, headers=host)
    joined = client.post(f"{place}/members", json={"invitation": made.json()["token"], "name": "Ana"})
    ana = bearer(joined.json()["token"])
    put = client.get(f"{place}/next", headers=ana).json()
    assert put["of"] == 2
    voted = client.post(
        f"{place}/votes", json={"statement": put["statement"]["id"], "answer": 1}, headers=ana
    )
    assert voted.status_code == 201
    check_receipt(receipt_from(voted.content), house.site.desk.signer.verifier)
    alike = client.post(f"{place}/statements", json={"text": "Clean it!"}, headers=ana)
    assert (alike.status_code, alike.json()["alike"][0]["id"]) == (409, "1")
    client.post(f"{place}/statements", json={"text": "Plant trees"}, headers=ana)
    client.post(
        f"{place}/decisions",
        json={"statement": "3", "decision": "declined", "reason": "unclear"},
        headers=host,
    )
    assert client.get(f"{place}/decisions").json()[0]["reason"] == "unclear"
    assert client.get(f"{place}/votes", headers=ana).json() == [
        {"statement": put["statement"]["id"], "answer": 1, "matters": False}
    ]
    assert client.delete(f"{place}/votes/{put['statement']['id']}", headers=ana).status_code == 200
    assert client.patch(place, json={"joining": "open"}, headers=host).status_code == 200
    assert client.post(f"{place}/closing", headers=host).status_code == 201
    assert client.get(place).json()["stage"] == "closed"
    assert client.get(f"{place}/findings").json()["format"] == "comity-findings/1"


@pytest.mark.parametrize(
    ("method", "place", "status", "code"),
    [
        ("GET", "/api/consultations/none", 404, "no-such-consultation"),
        ("GET", "/api/nothing", 404, "no-such-page"),
        ("POST", "/api/consultations/rivers/votes", 401, "not-a-member"),
        ("POST", "/api/consultations/rivers/closing", 401, "not-a-member"),
    ],
)
def test_a_refusal_has_its_status_code_and_sentence(
    house: House, method: str, place: str, status: int, code: str
) -> None:
    house.host()
    sent: dict[str, Any] = {"statement": "1", "answer": 1} if place.endswith("votes") else {}
    found = house.visitor().request(method, place, json=sent)
    assert (found.status_code, found.json()["code"]) == (status, code)
    assert found.json()["text"]


def test_every_operation_is_described(house: House) -> None:
    document = house.visitor().get("/api/openapi.json").json()
    operations = [item for path in document["paths"].values() for item in path.values()]
    assert len(operations) >= 26
    assert all(item.get("description") for item in operations)


C, API = "/c/{consultation}", "/api/consultations/{consultation}"
BY_THE_API: dict[str, list[str]] = {
    "GET /": ["GET /api/consultations"],
    "GET /set-up": ["POST /api/consultations"],
    "POST /set-up": ["POST /api/consultations"],
    "GET /set-up/{draft}": ["POST /api/consultations"],
    "POST /set-up/{draft}/open": ["POST /api/consultations"],
    "GET /me/{token}": [],
    "POST /me": [],
    f"GET {C}": [f"GET {API}"],
    f"GET {C}/i/{{token}}": [f"GET {API}", f"POST {API}/members"],
    f"GET {C}/join": [f"GET {API}", f"POST {API}/members"],
    f"POST {C}/join": [f"POST {API}/members"],
    f"GET {C}/vote": [f"GET {API}/next", f"GET {API}/statements/{{statement}}"],
    f"POST {C}/vote": [f"POST {API}/votes", f"DELETE {API}/votes/{{statement}}"],
    f"GET {C}/mine": [f"GET {API}/votes", f"GET {API}/statements"],
    f"GET {C}/mine/receipt-{{statement}}.json": [f"GET {API}/votes/{{statement}}/receipt"],
    f"POST {C}/leave": [f"DELETE {API}/members/{{member}}", f"DELETE {API}/members/{{member}}/identity"],
    f"GET {C}/write": [f"POST {API}/statements"],
    f"POST {C}/write": [f"POST {API}/statements"],
    f"GET {C}/statements": [f"GET {API}/statements"],
    f"GET {C}/statements/{{statement}}": [f"GET {API}/statements/{{statement}}"],
    f"POST {C}/statements/{{statement}}/erase": [f"DELETE {API}/statements/{{statement}}/text"],
    f"GET {C}/findings": [f"GET {API}/findings"],
    f"GET {C}/findings.json": [f"GET {API}/findings"],
    f"GET {C}/findings.csv": [f"GET {API}/findings"],
    f"GET {C}/live": [f"GET {API}"],
    f"GET {C}/audit": [f"GET {API}/audit"],
    f"GET {C}/audit.json": [f"GET {API}/audit"],
    f"GET {C}/slate": [f"GET {API}/slate"],
    f"GET {C}/slate.json": [f"GET {API}/slate"],
    f"GET {C}/power": [f"GET {API}/power"],
    f"GET {C}/power.json": [f"GET {API}/power"],
    f"GET {C}/moderate": [f"GET {API}/statements"],
    f"POST {C}/moderate": [f"POST {API}/decisions"],
    f"GET {C}/log": [f"GET {API}/decisions"],
    f"GET {C}/translate": [f"GET {API}/translations/{{language}}"],
    f"POST {C}/translate": [f"POST {API}/translations"],
    f"POST {C}/translate/names": [f"POST {API}/translations"],
    f"POST {C}/translate/machine": [f"POST {API}/translations/machine"],
    f"GET {C}/invitations": [f"GET {API}/invitations"],
    f"POST {C}/invitations": [f"POST {API}/invitations"],
    f"POST {C}/invitations/forget": [f"DELETE {API}/addresses"],
    f"POST {C}/invitations/revoke": [f"DELETE {API}/invitations/{{invitation}}"],
    f"GET {C}/settings": [f"GET {API}", f"GET {API}/members"],
    f"POST {C}/settings": [f"PATCH {API}"],
    f"POST {C}/parties": [f"POST {API}/parties"],
    f"POST {C}/members/end": [f"DELETE {API}/members/{{member}}"],
    f"POST {C}/members/erase": [f"DELETE {API}/members/{{member}}/identity"],
    f"POST {C}/close": [f"POST {API}/closing"],
    f"GET {C}/record": [f"GET {API}/checkpoint"],
    f"GET {C}/record/checkpoint.txt": [f"GET {API}/checkpoint"],
    f"GET {C}/record/comity.jsonl": [f"GET {API}/record"],
    f"GET {C}/record/{{table}}": [f"GET {API}/tables/{{table}}"],
    f"GET {C}/negotiation": [f"GET {API}/negotiation", f"GET {API}/negotiation/findings"],
    f"GET {C}/negotiation/open": [f"GET {API}/negotiation"],
    f"POST {C}/negotiation/open": [f"POST {API}/negotiation"],
    f"GET {C}/negotiation/interests": [f"GET {API}/negotiation/interests"],
    f"POST {C}/negotiation/interests": [f"POST {API}/negotiation/interests"],
    f"POST {C}/negotiation/answer": [f"POST {API}/negotiation/answers"],
    f"POST {C}/negotiation/next": [f"POST {API}/negotiation/drafts", f"POST {API}/negotiation/ending"],
}
"""What a page does, by its route, and the operations that do the same. A personal link is the API's bearer; `size` of a
consultation tells that there is something new."""
FOR_BROWSERS = {"/language/{code}", "/{name}.css", "/{name}.js", "/favicon.ico"}


def test_whatever_a_page_does_the_api_does(house: House) -> None:
    routes = [route for module in PAGES for route in module.router.routes]
    pages = {
        f"{verb} {route.path}" for route in routes for verb in route.methods if route.path not in FOR_BROWSERS
    }
    assert pages | {f"POST {C}/vote"} == set(BY_THE_API)  # votes have a way of their own past the framework
    document = house.visitor().get("/api/openapi.json").json()
    offered = {f"{verb.upper()} {path}" for path, item in document["paths"].items() for verb in item}
    assert {name for names in BY_THE_API.values() for name in names} == offered


def test_what_host_and_translator_see_the_api_shows_them_alone(house: House) -> None:
    client = house.visitor()
    opened = client.post("/api/consultations", json={**NEW, "languages": ["en", "fr"], "joining": "open"})
    host, place = bearer(opened.json()["token"]), "/api/consultations/rivers"
    joined = client.post(f"{place}/members", json={"name": "Ana", "email": "ana@example.org"}).json()
    ana = bearer(joined["token"])
    for path in ("members", "translations/fr", "invitations"):
        assert client.get(f"{place}/{path}").status_code == 401
        assert client.get(f"{place}/{path}", headers=ana).status_code == 403
    people = client.get(f"{place}/members", headers=host).json()
    assert [(person["name"], person["address"]) for person in people] == [
        (None, None),
        ("Ana", "ana@example.org"),
    ]
    new = {"subject": "1", "language": "fr", "text": "Nettoyer", "state": "draft"}
    client.post(f"{place}/translations", json=new, headers=host)
    lines = client.get(f"{place}/translations/fr", headers=host).json()
    assert {line["subject"]: line["state"] for line in lines} == {
        **dict.fromkeys(("title", "question", "2"), "none"),
        "1": "draft",
    }
    assert client.get(f"{place}/translations/ru", headers=host).status_code == 422
    assert client.patch(place, json={"languages": ["en", "fr", "ru"]}, headers=host).status_code == 200
    assert client.get(f"{place}/translations/ru", headers=host).status_code == 200
    first = client.get(f"{place}/next", headers=ana).json()["statement"]["id"]
    other = client.get(f"{place}/next?late={first}", headers=ana).json()["statement"]["id"]
    assert {first, other} == {"1", "2"}
    client.post(f"{place}/votes", json={"statement": "1", "answer": 1}, headers=ana)
    assert client.get(f"{place}/record").content == client.get("/c/rivers/record/comity.jsonl").content
    assert client.get(f"{place}/tables/votes.csv").content == client.get("/c/rivers/record/votes.csv").content
    assert client.get(f"{place}/tables/none.csv").status_code == 404
    assert client.get(f"{place}/audit").json()
    assert client.get(f"{place}/slate").status_code == 200


def test_nothing_that_is_sent_breaks_the_api() -> None:
    """Schemathesis makes requests from the API's own description, sound ones and unsound ones; none may give a 500."""
    with house_at("memory:", requests_per_minute=1_000_000) as house:
        opened = house.visitor().post("/api/consultations", json={**NEW, "joining": "open"}).json()
        for role in (None, opened["token"]):
            _sweep(house, None if role is None else bearer(role))


def test_nothing_that_is_sent_breaks_a_negotiation() -> None:
    with house_at("memory:", requests_per_minute=1_000_000) as house:
        client = house.visitor()
        host = bearer(client.post("/api/consultations", json={**NEW, "joining": "open"}).json()["token"])
        place = "/api/consultations/rivers"
        made = client.post(f"{place}/invitations", json={"role": "delegate", "party": "aland"}, headers=host)
        joined = client.post(f"{place}/members", json={"invitation": made.json()["token"]}).json()
        ana = bearer(joined["token"])
        issues = [{"issue": "dam", "name": "Dam", "options": ["low", "high"]}]
        client.post(f"{place}/negotiation", json={"issues": issues}, headers=host)
        stated = {
            "terms": client.get(f"{place}/negotiation").json()["terms"]["entry"],
            "weights": {"dam": 100},
            "points": {"dam": {"low": 20, "high": 100}},
        }
        assert client.post(f"{place}/negotiation/interests", json=stated, headers=ana).status_code == 201
        _sweep(house, ana, "/negotiation")
        _sweep(house, host, "/negotiation")


def _sweep(house: House, headers: dict[str, str] | None, part: str = "") -> None:
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", house.app)
    failed: list[str] = []

    for found in schema.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]
        if part not in operation.path:
            continue

        @settings(
            max_examples=4,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def once(case: Any) -> None:
            if "{consultation}" in case.path:
                case.path_parameters = {**(case.path_parameters or {}), "consultation": "rivers"}
            answer = case.call(headers=headers)
            if answer.status_code >= 500:
                failed.append(f"{case.method} {case.formatted_path}: {answer.status_code}")

        once()
    assert not failed
