"""Roll calls of the General Assembly: small files made here, and what is refused."""

from __future__ import annotations

import io
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from comity.errors import Refused
from comity.exchange.unga import roll_calls_of, unga_consultation

VOTES: dict[str, Any] = {
    "rcid": [9, 9, 9, 3, 3, 3],
    "country": ["Namibia", "Chad", "Peru"] * 2,
    "country_code": ["NA", "TD", "PE"] * 2,
    "vote": [1, 0, -1, 1, 1, -1],
}
CALLS: dict[str, Any] = {
    "rcid": [9, 3],
    "session": [2, 1],
    "date": [0, 0],
    "short": ["SEA", None],
    "descr": ["The sea", "The moon"],
}
ISSUES = {"rcid": [9], "short_name": ["hr"], "issue": ["Human rights"]}


def files(votes: dict[str, Any] = VOTES, calls: dict[str, Any] = CALLS) -> dict[str, bytes]:
    made = {}
    for name, columns in (("votes", votes), ("roll_calls", calls), ("issues", ISSUES)):
        table = pyarrow.table(columns)
        if "date" in columns:
            day = pyarrow.array(columns["date"], pyarrow.int32()).cast(pyarrow.date32())
            table = table.set_column(table.column_names.index("date"), "date", day)
        out = io.BytesIO()
        parquet.write_table(table, out)
        made[f"{name}.parquet"] = out.getvalue()
    return made


def test_namibia_is_a_country() -> None:
    calls = roll_calls_of(files())
    assert [party.party_id for party in calls.parties] == ["NA", "PE", "TD"]
    assert calls.roll_call_ids == ("3", "9")
    assert calls.texts == ("The moon", "SEA")
    assert calls.session_of.tolist() == [1, 2]


def test_one_session_is_a_consultation() -> None:
    found = unga_consultation(files(), session="2")
    assert [statement.text for statement in found.statements] == ["SEA"]
    assert found.votes.answer.tolist() == [1, 0, -1]
    assert found.source.options == (("session", "2"),)


def test_blocs_go_by_name_or_code_and_strangers_are_said() -> None:
    table = b"party,bloc,seats\ntd,Africa,3\nPeru,,\nAtlantis,Sea,1\n"
    found = unga_consultation(files(), session="2", parties=("blocs.csv", table))
    assert [(party.party_id, party.bloc, dict(party.capacities)) for party in found.parties] == [
        ("NA", None, {}),
        ("PE", None, {}),
        ("TD", "Africa", {"seats": 3.0}),
    ]
    assert found.source.options == (("session", "2"), ("parties", "blocs.csv"))
    assert found.source.notes == ("blocs.csv also names who never voted here: 'Atlantis'",)
    assert found.source.files[-1].size == len(table)


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (b"party,bloc\nAtlantis,Sea\n", "unknown-party"),
        (b"party,bloc\nTD,Sea\nChad,Land\n", "repeated-name"),
        (b"country,bloc\nTD,Sea\n", "missing-column"),
    ],
)
def test_tables_of_parties_that_are_refused(table: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        unga_consultation(files(), parties=("blocs.csv", table))
    assert refused.value.code == code


def test_a_country_without_a_code_goes_by_its_name_and_the_others_by_their_codes() -> None:
    codes = [None if code == "TD" else code for code in VOTES["country_code"]]
    assert [party.party_id for party in roll_calls_of(files({**VOTES, "country_code": codes})).parties] == [
        "Chad",
        "NA",
        "PE",
    ]


def test_one_issue_is_a_consultation() -> None:
    assert len(unga_consultation(files(), issue="human RIGHTS").statements) == 1


@pytest.mark.parametrize(
    ("session", "issue", "code"),
    [("7", None, "session-unknown"), ("x", None, "session-unknown"), (None, "fish", "issue-unknown")],
)
def test_what_is_not_there_is_refused(session: str | None, issue: str | None, code: str) -> None:
    with pytest.raises(Refused) as refused:
        unga_consultation(files(), session, issue)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("column", "value", "code"), [("vote", 8, "vote-out-of-range"), ("rcid", 77, "unknown-roll-call")]
)
def test_broken_votes_are_refused(column: str, value: int, code: str) -> None:
    with pytest.raises(Refused) as refused:
        roll_calls_of(files({**VOTES, column: [value, *VOTES[column][1:]]}))
    assert refused.value.code == code


def test_a_missing_file_and_a_missing_column_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        roll_calls_of({"votes.parquet": files()["votes.parquet"]})
    assert refused.value.code == "missing-file"
    with pytest.raises(Refused) as refused:
        roll_calls_of(files({key: value for key, value in VOTES.items() if key != "vote"}))
    assert refused.value.code == "missing-column"
