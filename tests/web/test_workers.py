"""Several processes that serve one site over PostgreSQL: what one of them stores, the others show; and how they end."""

from __future__ import annotations

import time

import httpx
import pytest

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
