"""`comity demo`: the whole way without a file of one's own."""

from __future__ import annotations

from pathlib import Path

from tests.cli.running import Runner


def test_the_demo_writes_a_report_and_says_where_it_is(comity: Runner, tmp_path: Path) -> None:
    ended = comity("demo", "--out", tmp_path / "demo.html")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err.splitlines() == [
        "made the example consultation, whose people and parties are invented: 240 participants, 42 statements, "
        "6,901 votes",
        f"the report is at {tmp_path / 'demo.html'}: open it in a browser",
    ]
    page = (tmp_path / "demo.html").read_text(encoding="utf-8")
    for said in ("River Orvane", "Ghillon", "上游放水之前", "يجب أن تبقى مياه الشرب"):
        assert said in page


def test_the_demo_is_the_same_every_time(comity: Runner) -> None:
    assert comity("demo", "--out", "-").out == comity("demo", "--out", "-").out
