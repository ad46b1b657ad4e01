"""A small negotiation to test with: three parties, four issues, and numbers that stand nowhere else by chance."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.web.visits import House, text_of

if TYPE_CHECKING:
    from starlette.testclient import TestClient

ISSUES = (
    "Dam releases; none; dry months; all year\n"
    "Monitoring: none, joint station, neutral body\n"
    "Navigation; closed; open in summer; open\n"
    "Fund, million a year; 10..30/10"
)
NAMES = ("Dam releases", "Monitoring", "Navigation", "Fund, million a year")
OPTIONS = (
    ("none", "dry months", "all year"),
    ("none", "joint station", "neutral body"),
    ("closed", "open in summer", "open"),
    ("10", "20", "30"),
)
IDS = ("dam-releases", "monitoring", "navigation", "fund-million-a-year")
STATED: dict[str, tuple[float, tuple[float, ...], tuple[tuple[float, ...], ...]]] = {
    "upland": (
        30.37,
        (50.13, 9.87, 10, 30),
        ((100, 70.71, 0), (100, 60.61, 25), (40.41, 55.03, 100), (0, 60.67, 100)),
    ),
    "midland": (
        35.39,
        (30.17, 19.83, 40, 10),
        ((0, 80.81, 100), (0, 100, 61.63), (0, 51.57, 100), (100, 60, 0)),
    ),
    "delta": (
        25.29,
        (60.19, 19.81, 5, 15),
        ((0, 59.53, 100), (0, 80.83, 100), (100, 47.43, 0), (100, 52.59, 0)),
    ),
}
"""Party -> what no agreement is worth, weights, points."""
SECRETS = {
    party: {
        f"{value:g}" for value in (floor, *weights, *(value for row in points for value in row)) if value % 1
    }
    for party, (floor, weights, points) in STATED.items()
}
"""Numbers of one party that stand nowhere else by chance."""
LINES = {
    "upland": {
        "c.0.kind": "together",
        "c.0.a": "0.2",
        "c.0.b": "3.0",
        "c.0.why": "upland keeps this to itself",
    },
    "midland": {},
    "delta": {
        "r.0.0": "yes",
        "o.0.0": "yes",
        "r.1.0": "yes",
        "c.0.kind": "only",
        "c.0.a": "2.0",
        "c.0.b": "0.2",
        "c.0.open": "yes",
        "c.0.why": "Our boats need water.",
    },
}


def opened(house: House, shown: str = "nothing", **form: str) -> tuple[TestClient, dict[str, TestClient]]:
    """The host and a delegate of each party, with the negotiation open."""
    host = house.host(parties="Upland\nMidland\nDelta")
    made = host.post(
        "/c/rivers/negotiation/open", data={"issues": ISSUES, "shown": shown, "action": "open", **form}
    )
    assert made.url.path == "/c/rivers/negotiation", text_of(made)
    return host, {party: house.member(host, party=party) for party in STATED}


def form_of(party: str, **changes: str) -> dict[str, Any]:
    """Everything that a delegate of this party types."""
    floor, weights, points = STATED[party]
    form = {"action": "state", "d": f"{floor:g}", **LINES[party], **changes}
    for number, (weight, row) in enumerate(zip(weights, points, strict=True)):
        form.setdefault(f"w.{number}", f"{weight:g}")
        for other, value in enumerate(row):
            form.setdefault(f"p.{number}.{other}", f"{value:g}")
    return form


def state(client: TestClient, party: str, **changes: str) -> Any:
    """Fill in and send the form."""
    page = client.get("/c/rivers/negotiation/interests")
    found = re.search(r'name="terms" value="(\d+)"', page.text)
    assert found is not None, text_of(page)
    return client.post(
        "/c/rivers/negotiation/interests", data={"terms": found[1], **form_of(party, **changes)}
    )


def draft_number(client: TestClient) -> str:
    found = re.search(r'name="draft" value="(\d+)"', client.get("/c/rivers/negotiation").text)
    assert found is not None
    return found[1]


def answer(client: TestClient, hurt: str = "", consents: str = "no", draft: str | None = None) -> Any:
    number = draft_number(client) if draft is None else draft
    return client.post(
        "/c/rivers/negotiation/answer", data={"draft": number, "hurt": hurt, "consents": consents}
    )
