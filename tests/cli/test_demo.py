"""`comity demo`: the whole way without a file of one's own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.cli.running import Runner

SOURCE = Path(__file__).parents[2] / "src"


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


def test_the_demo_starts_a_site_that_answers(tmp_path: Path) -> None:
    """As a person does it: the command, the address it prints, a page, Ctrl-C; and again, on the same data."""
    for _ in range(2):
        with subprocess.Popen(
            [sys.executable, "-m", "comity", "demo", "--port", "0"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
            start_new_session=True,
        ) as running:
            assert running.stdout is not None
            address = running.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:")
            page = _page(f"{address}c/example")
            for _ in range(150):
                if "statements are common ground" in _page(f"{address}c/example/findings"):
                    break
                time.sleep(0.2)
            os.killpg(running.pid, signal.SIGINT)  # Ctrl-C reaches every process of the terminal
            _, said = running.communicate(timeout=20)
        assert "Traceback" not in said
        assert "River Orvane" in page
        assert "6,754 votes count" in page
    assert (tmp_path / "comity-demo.html").exists()


def _page(address: str) -> str:
    """The page, as soon as the server answers."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(address, timeout=20) as answer:
                return str(answer.read().decode())
        except urllib.error.URLError:
            time.sleep(0.2)
    raise AssertionError(f"nothing answers at {address}")
