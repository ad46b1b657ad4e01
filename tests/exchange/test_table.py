"""Plain tables: one file is enough, four say everything, and what is written is read again."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import Refused
from comity.exchange.reading import consultation_in
from comity.exchange.table import written
from comity.record.consultation import NO_TIME, Consultation, Party, Source, Statement, VoteColumns

VOTES = "participant,statement,vote,at,party\nana,s1,agree,2026-03-02T09:30:00Z,north\ndov,s2,-1,,south\neve,s1,0,,\n"
STATEMENTS = (
    'statement,text,language,moderation\ns2,"Un péage, oui",fr,\ns1,公园,zh,rejected\ns3,Unseen,,pending\n'
)
PARTIES = "party,name,bloc,Population,GDP\nsouth,The South,coast,1200.5,\nwest,,,3,-1e3\nnorth,,,,4\n"
ABOUT = 'title,question\nParks,"What, and why?"\n'


def read(votes: str = VOTES, **more: str) -> Consultation:
    return consultation_in(
        {f"{name}.csv": text.encode() for name, text in {"votes": votes, **more}.items()}, "x"
    )


def test_four_files_say_everything() -> None:
    found = read(statements=STATEMENTS, parties=PARTIES, consultation=ABOUT)
    assert (found.title, found.question) == ("Parks", "What, and why?")
    assert found.statements == (
        Statement("s2", "Un péage, oui", "fr"),
        Statement("s1", "公园", "zh", "rejected"),
        Statement("s3", "Unseen", None, "pending"),
    )
    assert found.parties == (
        Party("south", "The South", "coast", {"Population": 1200.5}),
        Party("west", "west", None, {"Population": 3, "GDP": -1000}),
        Party("north", "north", None, {"GDP": 4}),
    )
    assert found.participant_ids == ("dov", "eve", "ana")
    assert found.party_of.tolist() == [0, -1, 2]
    assert found.votes.statement.tolist() == [0, 1, 1]
    assert found.votes.answer.tolist() == [-1, 0, 1]
    assert (found.source.kind, found.source.notes, found.skipped) == ("plain-table", (), ())


def test_a_statement_may_name_its_author() -> None:
    found = read(statements="statement,text,author\ns1,Parks,ana\ns2,Tolls,\n")
    assert [s.author_id for s in found.statements] == ["ana", None]


def test_one_file_is_enough() -> None:
    found = read()
    assert [(s.statement_id, s.text, s.moderation) for s in found.statements] == [
        ("s1", "s1", "accepted"),
        ("s2", "s2", "accepted"),
    ]
    assert [party.party_id for party in found.parties] == ["north", "south"]
    assert (found.title, found.question) == ("x", "")


@pytest.mark.parametrize(
    ("files", "code", "says"),
    [
        (
            {"statements": STATEMENTS.replace("s2,", "s1,")},
            "repeated-name",
            "line 3: the statement 's1' is there",
        ),
        (
            {"statements": STATEMENTS.replace("s2,", " ,")},
            "unreadable-value",
            "line 2: there is a statement without",
        ),
        (
            {"statements": STATEMENTS.replace("公园", " ")},
            "unreadable-value",
            "line 3: the statement 's1' has no text",
        ),
        ({"statements": STATEMENTS.replace("rejected", "no")}, "unreadable-value", "'moderation' holds 'no'"),
        (
            {"statements": STATEMENTS.replace("公园", "公,园")},
            "wrong-field-count",
            "statements.csv, line 3: 5 fields",
        ),
        ({"statements": STATEMENTS.splitlines()[0]}, "no-statements", "statements.csv holds no statements"),
        ({"statements": "statement,language\ns1,fr\n"}, "missing-column", "no column 'text'"),
        (
            {"parties": PARTIES.replace("west", "south")},
            "repeated-name",
            "line 3: the party 'south' is there already",
        ),
        (
            {"parties": PARTIES.replace("1200.5", "1.200,5")},
            "wrong-field-count",
            "parties.csv, line 2: 6 fields",
        ),
        (
            {"parties": PARTIES.replace("1200.5", "many")},
            "unreadable-value",
            "the capacity 'Population' is 'many'",
        ),
        (
            {"parties": PARTIES.replace("1200.5", "nan")},
            "unreadable-value",
            "the capacity 'Population' is 'nan'",
        ),
        (
            {"parties": PARTIES.replace("north", "nord")},
            "unknown-party",
            "votes.csv, line 2: the party 'north' is not",
        ),
        (
            {"votes": VOTES + "ana,s2,1,,south\n"},
            "two-parties",
            "votes.csv, line 5: participant 'ana' votes for",
        ),
        ({"votes": VOTES + "ana,s2,2,,\n"}, "vote-out-of-range", "votes.csv, line 5: the vote is '2'"),
    ],
)
def test_what_cannot_be_read_is_refused(files: dict[str, str], code: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        read(**files)
    assert refused.value.code == code
    assert says in refused.value.text


def test_columns_and_files_that_are_not_used_are_named() -> None:
    found = read(
        VOTES.replace(",at,", ",at ,").replace("vote,", "vote,mood,").replace(",agree,", ",agree,,"),
        notes="a,b\n1,2\n",
    )
    assert found.source.notes == ("not used: notes.csv", "not used in votes.csv: column 'mood'")


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(str.strip)
NAME = TEXT.map(str.strip)
TIMES = st.integers(-(10**12), 4 * 10**12) | st.just(NO_TIME)


@st.composite
def consultations(draw: st.DrawFn) -> Consultation:
    """Any consultation that a plain table can hold."""
    parties = tuple(
        Party(
            party_id,
            party_id,
            draw(st.none() | NAME),
            MappingProxyType(
                draw(
                    st.dictionaries(
                        st.sampled_from(["population", "GDP per head", "area, km²"]), st.floats(-1e9, 1e9)
                    )
                )
            ),
        )
        for party_id in draw(st.lists(NAME, max_size=3, unique=True))
    )
    statements = tuple(
        Statement(
            name,
            draw(TEXT),
            draw(st.sampled_from([None, "ar", "zh-Hant"])),
            draw(st.sampled_from(["accepted", "pending", "rejected"])),
            draw(st.none() | NAME),
        )
        for name in draw(st.lists(NAME, min_size=1, max_size=4, unique=True))
    )
    people = draw(st.lists(NAME, min_size=1, max_size=4, unique=True))
    first = [(who, draw(st.integers(0, len(statements) - 1))) for who in range(len(people))]
    more = draw(
        st.lists(st.tuples(st.integers(0, len(people) - 1), st.integers(0, len(statements) - 1)), max_size=5)
    )
    cast = first + more
    at = sorted(draw(st.lists(TIMES, min_size=len(cast), max_size=len(cast))))
    party_of = draw(st.lists(st.integers(-1, len(parties) - 1), min_size=len(people), max_size=len(people)))
    votes = VoteColumns(
        np.array([who for who, _ in cast], np.int32),
        np.array([what for _, what in cast], np.int32),
        np.array([draw(st.sampled_from([-1, 0, 1])) for _ in cast], np.int8),
        np.array(at, np.int64),
    )
    return Consultation(
        draw(NAME),
        draw(st.just("") | NAME),
        statements,
        tuple(people),
        votes,
        Source("example", "an example"),
        parties,
        np.array(party_of, np.int32),
    )


@settings(max_examples=100)
@given(consultations())
def test_what_is_written_is_read_again(told: Consultation) -> None:
    read_again = consultation_in(written(told), "another title")
    for name in ("title", "question", "statements", "participant_ids", "parties", "skipped"):
        assert getattr(read_again, name) == getattr(told, name)
    assert read_again.party_of.tolist() == told.party_of.tolist()
    for name in ("participant", "statement", "answer", "at"):
        assert getattr(read_again.votes, name).tolist() == getattr(told.votes, name).tolist()
