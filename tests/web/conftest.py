"""A site of its own for every test of the pages; and a real server and a real browser for some."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from comity.assemble import pages_of, site_of
from comity.findings.compute import findings_of
from comity.settings import Settings
from tests.web.visits import House, house_at


@pytest.fixture
def house() -> Iterator[House]:
    with house_at("memory:") as house:
        yield house


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str]]:
    """A real server on a real file, and its address."""
    folder = tmp_path_factory.mktemp("site")
    site = site_of(Settings(f"sqlite:///{folder / 'site.db'}", requests_per_minute=100_000), findings_of)
    listening = socket.create_server(("127.0.0.1", 0))
    house = House(site, pages_of(site))
    server = uvicorn.Server(uvicorn.Config(house.app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield house, f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(20)
    site.close()


@pytest.fixture(scope="module")
def address(served: tuple[House, str]) -> str:
    return served[1]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()
