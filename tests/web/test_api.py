"""The JSON API does what the pages do, and whatever is sent to it, it never breaks."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from comity.record.receipt import check_receipt, receipt_from
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
