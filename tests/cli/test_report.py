"""`comity report`: one page from a folder, or one sentence on what is wrong with it."""

from __future__ import annotations

import html
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.running import Runner

VOTES = "participant,statement,vote\n"
HEAD = "timestamp,datetime,comment-id,voter-id,vote\n"
COMMENTS = 'timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n1,x,0,1,0,0,1,"One, two"\n'


def test_a_page_is_written_and_talk_goes_to_stderr(
    comity: Runner, example_folder: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    ended = comity("report", example_folder, "--out", page)
    assert (ended.code, ended.out) == (0, "")
    assert ended.err.splitlines()[0] == "read a plain table: 240 participants, 42 statements, 6,901 votes"
    assert ended.err.splitlines()[1].startswith(f"wrote {page}, ")
    text = page.read_text(encoding="utf-8")
    assert text.lower().startswith("<!doctype html>")
    assert "River Orvane: the next ten-year plan" in text


def test_a_dash_writes_the_page_to_stdout_and_the_title_can_be_replaced(
    comity: Runner, example_folder: Path
) -> None:
    ended = comity("report", example_folder, "--out", "-", "--title", "Another river", "--method", "classic")
    assert ended.code == 0
    assert "<title>Another river" in ended.out
    assert "wrote" not in ended.err


def test_a_real_export_is_read_by_its_folder(
    comity: Runner, shared_data: Callable[[str], Path], tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    ended = comity("report", shared_data("polis/vtaiwan.uberx"), "--out", page)
    assert (
        ended.err.splitlines()[0] == "read a Polis export: 1,921 participants, 197 statements, 49,997 votes"
    )
    assert page.stat().st_size <= 400_000


def test_lines_left_out_and_files_not_used_are_said(comity: Runner, tmp_path: Path) -> None:
    votes = VOTES + "ana,s,1\n" + "ana\n" * 7
    (tmp_path / "votes.csv").write_text(votes)
    (tmp_path / "notes.txt").write_text("buy milk")
    ended = comity("report", tmp_path, "--out", tmp_path / "page.html")
    assert ended.err.splitlines()[:5] == [
        "read a plain table: 1 participant, 1 statement, 1 vote",
        "  not used: notes.txt",
        "  7 lines could not be used; every one is listed in the findings:",
        "    votes.csv, line 3: 1 field where the header names 3, beginning 'ana'",
        "    votes.csv, line 4: 1 field where the header names 3, beginning 'ana'",
    ]
    assert "    and 2 more" in ended.err


@pytest.mark.parametrize(
    "votes",
    [
        ["ana,s,1"],
        ["ana,s,0"],
        [f"ana,s{i},1" for i in range(9)],
        [f"p{i},s,{i % 3 - 1}" for i in range(20)],
        *([f"p{i},s{j},{vote}" for i in range(20) for j in range(8)] for vote in (-1, 0, 1)),
        [f"p{i},s{j},{0 if i == 0 else (i + j) % 2 * 2 - 1}" for i in range(20) for j in range(8)],
        [
            f"p{i},s{j},{(i + j + again) % 2 * 2 - 1}"
            for again in range(2)
            for i in range(20)
            for j in range(8)
        ],
        [f"p{i},s{i},1" for i in range(20)],
    ],
    ids=[
        "one vote",
        "one pass",
        "one participant",
        "one statement",
        "nobody agrees",
        "all pass",
        "all agree",
        "one only passes",
        "votes cast again",
        "nothing shared",
    ],
)
@pytest.mark.parametrize("method", ["spatial", "classic"])
def test_the_smallest_and_oddest_consultations_have_a_report(
    comity: Runner, tmp_path: Path, votes: list[str], method: str
) -> None:
    (tmp_path / "votes.csv").write_text(VOTES + "\n".join(votes))
    ended = comity("report", tmp_path, "--out", tmp_path / "page.html", "--method", method)
    assert ended.code == 0, ended.err
    assert (tmp_path / "page.html").stat().st_size > 5000


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"a.txt": b"hello"}, "nothing here is known (a.txt): Comity reads"),
        ({"votes.csv": b""}, "votes.csv is empty"),
        (
            {"comments.csv": COMMENTS.encode()},
            "votes.csv or participants-votes.csv is missing beside comments.csv",
        ),
        ({"votes.csv": (HEAD + "1,x,0,1,1\n").encode()}, "comments.csv is missing beside votes.csv"),
        (
            {"votes.csv": b"participant,statement\na,s\n"},
            "votes.csv, line 1: there is no column 'vote' among",
        ),
        (
            {"votes.csv": (VOTES + "a,s,1\na,s,2\n").encode()},
            "votes.csv, line 3: the vote is '2'; it must be 1, 0",
        ),
        (
            {"votes.csv": VOTES.encode() + b"a,s," + b"9" * 10_000_000},
            "votes.csv, line 2: a field is longer than",
        ),
        (
            {"votes.csv": VOTES.encode() + b'a,"s,1\n'},
            "votes.csv, line 2: a field that begins with a double quote",
        ),
        ({"votes.csv": VOTES.encode() + b"a,\xff,1\n"}, "votes.csv, line 2: the byte 0xff is not UTF-8"),
        ({"votes.csv": VOTES.encode() + b"a,s\0,1\n"}, "votes.csv, line 2: there is a NUL byte"),
        ({"votes.csv": VOTES.encode()}, "votes.csv holds no votes"),
        ({"votes.csv": VOTES.encode() + b"a,s"}, "votes.csv holds no vote that can be used"),
        ({"votes.json": b"[{", "comments.json": b"[]"}, "comments.json holds no statements"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(
    comity: Runner, tmp_path: Path, files: dict[str, bytes], says: str
) -> None:
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    ended = comity("report", tmp_path, "--out", tmp_path / "page.html")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"comity: {says}")
    assert ended.err.count("\n") == 1
    assert not (tmp_path / "page.html").exists()


def test_the_printed_command_gives_the_same_findings_of_a_session(
    comity: Runner, shared_data: Callable[[str], Path], tmp_path: Path
) -> None:
    blocs = tmp_path / "the blocs.csv"
    blocs.write_text("party,bloc\nUS,P5\nCN,P5\nFR,P5\nRU,P5\nGB,P5\nBR,South\nAR,South\nCL,South\n")
    unga, page, again = shared_data("unga"), tmp_path / "page.html", tmp_path / "again.html"
    chosen = ["--session", "20-21", "--issue", "Colonialism", "--parties", blocs, "--title", "It's so"]
    assert comity("report", unga, "--out", page, *chosen, "--certainty", "0.9").code == 0
    text = page.read_text(encoding="utf-8")
    printed = html.unescape(re.findall(r"<pre><code>(.*?)</code></pre>", text, re.S)[-1])
    words = [str(blocs) if word == blocs.name else word for word in shlex.split(printed)]
    assert words[:3] == ["comity", "report", "PATH"]
    assert comity("report", unga, "--out", again, *words[3:]).code == 0
    assert again.read_bytes() == page.read_bytes()
    assert "every bloc" in text


def test_roll_calls_are_only_chosen_from_roll_calls(comity: Runner, example_folder: Path) -> None:
    ended = comity("report", example_folder, "--session", "71")
    assert (ended.code, ended.err[:33]) == (2, "comity: votes.parquet is missing;")
