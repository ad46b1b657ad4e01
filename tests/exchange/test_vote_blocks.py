"""The fast way reads what the careful way reads: every file, every refusal, every listed line."""

from __future__ import annotations

import dataclasses
from mmap import mmap

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import Refused
from comity.exchange.polis import ANSWERS as POLIS_ANSWERS
from comity.exchange.polis import VOTES as POLIS_VOTES
from comity.exchange.table import ANSWERS, VOTES
from comity.exchange.vote_blocks import BlockReader, vote_lines
from comity.exchange.vote_lines import VoteLineBuilder, VoteLines, line_by_line

USUAL = st.sampled_from(["p1", "p2", "7", "12345678", "a-longer-name-than-one-word", "名", " p1", "x" * 70])
UNUSUAL = st.sampled_from(["", '"', '"q"', "a\rb", "\0", "\ufeff", "\u2028", ",", "\xa0", " "])
TIMES = st.sampled_from(
    [
        *["x" * 100, "2026-03-02T09:30:00Z" + " " * 100],
        *["", "5", "1435654192085", "1435654192", "2026-03-02T09:30:00Z", "2026-03-02T09:30:01Z"],
        *["2026-02-29T09:30:00Z", "2024-02-29T09:30:00Z", "2026-03-02 09:30:00.123", "2026-03-02T24:00:00Z"],
        *["2026-03-02T09:30:00+00:00", "2026-03-02T09:30:00+02:00", "9" * 19, "1.0", "２"],
    ]
)
VOTE_WORDS = st.sampled_from(["1", "0", "-1", "1.0", "agree", "Pass", " -1", "2", "", "-", "disagree"])
GOOD_WORDS = st.sampled_from(["1", "0", "-1", "1.0", "agree", "Pass", " -1", "disagree"])
LINE_ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", "\n\n", "\r\r\n", ""])


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Votes files from wholly plain to wholly broken."""
    more = draw(st.sampled_from([["at"], ["party"], ["at", "party"], ["at", "note"], []]))
    columns = draw(st.permutations(["participant", "statement", "vote", *more]))
    names = draw(st.sampled_from([USUAL, USUAL, USUAL | UNUSUAL]))
    kinds = {
        "vote": draw(st.sampled_from([GOOD_WORDS, GOOD_WORDS, VOTE_WORDS])),
        "at": draw(
            st.sampled_from([st.just("2026-03-02T09:30:00Z"), st.integers(0, 10**13).map(str), TIMES])
        ),
        "party": st.just("") | USUAL,
    }
    ends = draw(st.sampled_from([st.just("\n"), st.just("\r\n"), LINE_ENDS]))
    text = ",".join(columns) + draw(ends)
    for _ in range(draw(st.integers(0, 12))):
        cells = [draw(kinds.get(column, names)) for column in columns]
        text += ",".join(cells[: draw(st.sampled_from([9, 9, 9, 9, 9, 9, 2]))]) + draw(ends)
    data = text.encode("utf-8")
    if draw(st.booleans()):
        return data
    place, byte = draw(st.integers(0, max(len(data) - 1, 0))), draw(st.integers(0, 255))
    return data[:place] + bytes([byte]) + data[place + 1 :]


def outcome(read: object, *arguments: object) -> object:
    """What reading gives, as something that can be compared."""
    try:
        lines = read(*arguments)  # type: ignore[operator]
    except Refused as refused:
        return refused.code, refused.text
    assert isinstance(lines, VoteLines)
    values = {field.name: getattr(lines, field.name) for field in dataclasses.fields(lines)}
    return {
        name: (str(value.dtype), value.tolist()) if isinstance(value, np.ndarray) else value
        for name, value in values.items()
    }


@settings(max_examples=300)
@given(data=files(), block=st.sampled_from([1, 20, 64, 1 << 20]))
def test_blocks_and_lines_read_the_same(data: bytes, block: int) -> None:
    carefully = outcome(line_by_line, "v.csv", data, VOTES, ANSWERS)
    assert outcome(vote_lines, "v.csv", data, VOTES, ANSWERS, block) == carefully


def never(*_: object) -> None:
    raise AssertionError("this file was read line by line")


def test_a_plain_file_never_goes_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [
        (f"p{i % 977}", f"s{i % 31}", i % 3 - 1, 1_600_000_000_000 + i, f"side {i % 977 % 5}")
        for i in range(9000)
    ]
    text = "".join(f"{','.join(map(str, row))}\r\n" for row in names)
    data = ("participant,statement,vote,at,party\r\n" + text).encode()
    carefully = outcome(line_by_line, "v.csv", data, VOTES, ANSWERS)
    monkeypatch.setattr(VoteLineBuilder, "read", never)
    assert outcome(vote_lines, "v.csv", data, VOTES, ANSWERS, 1 << 14) == carefully


def test_dates_of_one_shape_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for shape in ("{}T09:30:05Z", "{} 23:59:59.123", "{}T00:00:00+00:00", "{}T00:00:00"):
        days = [shape.format(day) for day in ("1969-12-31", "2024-02-29", "2026-03-02", "0001-01-01")]
        data = ("participant,statement,vote,at\n" + "".join(f"a,b,1,{day}\n" for day in days)).encode()
        carefully = outcome(line_by_line, "v.csv", data, VOTES, ANSWERS)
        with monkeypatch.context() as patch:
            patch.setattr(VoteLineBuilder, "read", never)
            assert outcome(vote_lines, "v.csv", data, VOTES, ANSWERS) == carefully


def test_only_the_unusual_block_goes_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks: list[bool] = []
    columns = BlockReader._read_columns

    def noted(self: BlockReader, raw: bytes, number: int) -> int:
        blocks.append(False)
        n = columns(self, raw, number)
        blocks[-1] = True
        return n

    monkeypatch.setattr(BlockReader, "_read_columns", noted)
    text = "participant,statement,vote\n" + "ana,parks,1\n" * 100 + "dov,tolls\n" + "ana,parks,1\n" * 100
    lines = vote_lines("v.csv", text.encode(), VOTES, ANSWERS, 240)
    assert len(lines.answer) == 200
    assert [skipped.line for skipped in lines.skipped] == [102]
    assert blocks.count(False) == 1
    assert blocks.count(True) > 5


def test_a_mapped_file_reads_as_its_bytes(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("mapped") / "votes.csv"
    data = b"timestamp,datetime,comment-id,voter-id,vote\n" + b"1435654192085,x,0,7,-1\n" * 50
    path.write_bytes(data)
    with path.open("rb") as file:
        mapped = mmap(file.fileno(), 0, access=1)
    assert outcome(vote_lines, "v", mapped, POLIS_VOTES, POLIS_ANSWERS) == outcome(
        line_by_line, "v", data, POLIS_VOTES, POLIS_ANSWERS
    )


def test_two_names_of_one_key_are_still_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comity.exchange.vote_blocks._MIX", np.uint64(0))
    data = b"participant,statement,vote\nlong-name-a-tail,s,1\nlong-name-b-tail,s,1\nlong-name-c,s,1\n"
    assert vote_lines("v.csv", data, VOTES, ANSWERS).participants == (
        "long-name-a-tail",
        "long-name-b-tail",
        "long-name-c",
    )
