"""The page on a slate: its statements, whom they represent and leave out, and no group too small to show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from comity.findings.parameters import Parameters
from comity.record.consultation import Promise, Visibility
from comity.rehearsal.example import example_consultation
from comity.web.asked import SLATE_SIZE, slate
from tests.web.visits import House, text_of


def test_eight_statements_and_whom_they_leave_out(house: House) -> None:
    house.site.desk.take_in(example_consultation(), "river")
    house.framework.state.parts.slates.latest("river", 60.0)
    client = house.visitor()
    assert 'href="/c/river/slate"' in client.get("/c/river/findings").text
    page = client.get("/c/river/slate").text
    assert page.count('<article class="item">') == SLATE_SIZE
    for words in ("A slate that represents everybody", "8 of 41", "Ardosa", "As people voted"):
        assert words in text_of(client.get("/c/river/slate"))
    document = client.get("/c/river/slate.json").json()
    assert [len(document["places"]), document["n_voted"]] == [SLATE_SIZE, 240]
    assert "author_id" not in document["places"][0]["statement"]
    assert "مختارات تمثل الجميع" in house.visitor("ar").get("/c/river/slate").text


def test_there_is_none_before_anybody_voted_nor_where_there_is_no_consultation(house: House) -> None:
    house.host()
    assert "None yet." in text_of(house.visitor().get("/c/rivers/slate"))
    assert house.visitor().get("/c/rivers/slate.json").json() is None
    assert house.visitor().get("/c/nowhere/slate").status_code == 404


def test_no_group_too_small_to_show_deserves_a_place() -> None:
    told = example_consultation()
    few = np.flatnonzero(told.votes.participant < 12)
    votes = told.votes
    votes = replace(
        votes,
        participant=votes.participant[few],
        statement=votes.statement[few],
        answer=votes.answer[few],
        at=votes.at[few],
        matters=None,
    )

    def quotas(visibility: Visibility, floor: int) -> list[float]:
        found = slate(replace(told, votes=votes, promise=Promise(visibility, floor)), Parameters())
        return [] if found is None else [check.quota for check in found.checks]

    assert min(quotas("pseudonyms", 5)) < 5
    assert min(quotas("parties", 5)) >= 5
    assert quotas("parties", 13) == []
