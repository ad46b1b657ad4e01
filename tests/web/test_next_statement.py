"""What the vote page puts next: by counts until there are findings, then by them; never twice, nobody waits for it."""

from __future__ import annotations

import re
import time

from starlette.testclient import TestClient

from comity.record.entries import VoteCast
from tests.web.visits import House, text_of, vote

STATEMENTS = "\n".join(f"Do thing number {number}" for number in range(1, 13))


def put(client: TestClient) -> str | None:
    found = re.search(r'name="statement" value="(\d+)"', client.get("/c/rivers/vote").text)
    return None if found is None else found[1]


def ready(house: House) -> None:
    """Wait until the newest findings choose."""
    routings = house.framework.state.parts.routings
    for _ in range(400):
        routings.of("rivers")
        known = routings._known.get("rivers")
        if known is not None and known.size == house.site.reader.size("rivers"):
            return
        house.site.reader.findings("rivers")
        time.sleep(0.01)
    raise AssertionError("no routing came")


def test_before_there_are_findings_counts_choose_and_that_is_counted_and_said(house: House) -> None:
    ana = house.member(house.host())
    page = ana.get("/c/rivers/vote")
    assert "because few have answered it yet" in text_of(page)
    assert house.framework.state.parts.routings.without["rivers"] >= 1


def test_once_there_are_findings_they_choose(house: House) -> None:
    host = house.host(statements=STATEMENTS)
    for number in range(12):
        house.member(host, party=("aland", "bland")[number % 2])
    with house.site.reader.reading("rivers") as state:
        members = [item.pseudonym for item in state.members.values() if item.role == "delegate"]
    for number, member in enumerate(members):
        answers = [1 if statement <= 6 else (1, -1)[number % 2] for statement in range(1, 13)]
        votes = [
            VoteCast(by=member, statement=str(at), answer=answer) for at, answer in enumerate(answers, 1)
        ]
        house.site.desk.submit_all("rivers", votes)
    ready(house)
    new = house.member(host)
    page = new.get("/c/rivers/vote")
    assert "where your answer tells most about common ground" in text_of(page)
    seen: list[str] = []
    while (chosen := put(new)) is not None:
        seen.append(chosen)
        vote(new, chosen, 1)
    assert sorted(map(int, seen)) == list(range(1, 13))
    assert "You have answered everything" in new.get("/c/rivers/vote").text


def test_what_was_passed_over_comes_last_and_still_comes(house: House) -> None:
    host = house.host()
    ana = house.member(host)
    ready(house)
    late = ana.get("/c/rivers/vote?late=1,2").text
    assert 'name="statement" value="3"' in late
    assert 'name="statement"' in ana.get("/c/rivers/vote?late=1,2,3").text


def test_the_api_puts_the_same_statement_as_the_page(house: House) -> None:
    ana = house.member(house.host())
    ready(house)
    assert ana.get("/api/consultations/rivers/next").json()["statement"]["id"] == put(ana)
