"""Several processes that serve one site over PostgreSQL: what one of them stores, the others show; and how they end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.web.serving import serving
from tests.web.visits import FORM


@pytest.mark.parametrize("workers", [1, 2])
def test_a_site_that_is_stopped_leaves_nothing_behind_and_complains_of_nothing(
    postgres_url: str, workers: int
) -> None:
    with serving(postgres_url, workers) as site:
        with httpx.Client(base_url=site.address, timeout=60, follow_redirects=True) as host:
            set_up(host)
            for _ in range(100):  # several times: both workers have computed then
                if "3 votes count" in host.get("/c/rivers/findings").text:
                    break
                time.sleep(0.1)
        site.stop()
    assert site.process.returncode in (0, -15)
    assert site.said.splitlines() == ["stop it with Ctrl-C"]


def set_up(host: httpx.Client) -> None:
    """A consultation open to all, in which this visitor has voted on three statements."""
    saved = host.post("/set-up", data={**FORM, "joining": "open"})
    host.post(f"{saved.url.path}/open").raise_for_status()
    host.post("/c/rivers/join", data={"understood": "yes"}).raise_for_status()
    for statement in "123":
        host.post("/c/rivers/vote", data={"statement": statement, "answer": "1"}).raise_for_status()


def test_a_vote_through_one_worker_moves_the_map_of_whoever_looks_through_another(
    browser: Browser, postgres_url: str
) -> None:
    """Two sites over one database are two workers, and a test can choose which one it speaks to."""
    with serving(postgres_url) as one, serving(postgres_url) as other:
        with httpx.Client(base_url=one.address, timeout=60, follow_redirects=True) as host:
            set_up(host)
        page = browser.new_page(locale="en-GB")
        page.goto(f"{other.address}/c/rivers/findings")
        expect(page.get_by_text("1 person has voted. 3 votes count.")).to_be_visible(timeout=30_000)
        expect(page.get_by_text("This page updates by itself.")).to_be_visible()
        with httpx.Client(base_url=one.address, timeout=60, follow_redirects=True) as bo:
            bo.post("/c/rivers/join", data={"understood": "yes"}).raise_for_status()
            for statement in "123":
                bo.post("/c/rivers/vote", data={"statement": statement, "answer": "-1"}).raise_for_status()
            expect(page.get_by_text("2 people have voted. 6 votes count.")).to_be_visible(timeout=30_000)
            page.locator("svg.map").wait_for(timeout=30_000)
            before = page.locator("svg.map").inner_html()
            bo.post("/c/rivers/vote", data={"statement": "2", "answer": "1"}).raise_for_status()
        page.wait_for_function(
            "before => document.querySelector('svg.map').innerHTML !== before", arg=before, timeout=30_000
        )
        page.close()


def test_both_of_two_workers_tell_of_a_vote(postgres_url: str) -> None:
    """Eight streams over one listening socket: whichever worker has them, all are told of a vote within 10 seconds."""
    with (
        serving(postgres_url, 2) as site,
        ExitStack() as streams,
        httpx.Client(base_url=site.address, timeout=60, follow_redirects=True) as host,
    ):
        set_up(host)
        place = f"{site.address}/c/rivers/live?since=0"
        every = [streams.enter_context(httpx.stream("GET", place, timeout=30)).iter_lines() for _ in range(8)]
        first = [_told(lines, 0) for lines in every]
        host.post("/c/rivers/vote", data={"statement": "1", "answer": "-1"}).raise_for_status()
        started = time.monotonic()
        assert {_told(lines, max(first)) for lines in every} == {max(first) + 1}
        assert time.monotonic() - started < 10


def test_findings_come_again_after_their_process_was_killed(postgres_url: str) -> None:
    with (
        serving(postgres_url) as site,
        httpx.Client(base_url=site.address, timeout=60, follow_redirects=True) as host,
    ):
        set_up(host)
        assert _shown(host, "3 votes count")
        for child in _computing(site.process.pid):
            os.kill(child, signal.SIGKILL)
        host.post("/c/rivers/vote", data={"statement": "1", "answer": "withdraw"}).raise_for_status()
        assert _shown(host, "2 votes count")


def _shown(host: httpx.Client, words: str) -> bool:
    """Whether the findings come to say so."""
    for _ in range(200):
        page = host.get("/c/rivers/findings")
        assert page.status_code == 200
        if words in page.text:
            return True
        time.sleep(0.1)
    return False


def _computing(pid: int) -> list[int]:
    """The processes that a site's process started to compute in."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def _told(lines: Iterator[str], more_than: int) -> int:
    """The next size that a stream tells, above this one."""
    return next(
        int(line.removeprefix("data: "))
        for line in lines
        if line.startswith("data: ") and int(line.removeprefix("data: ")) > more_than
    )
