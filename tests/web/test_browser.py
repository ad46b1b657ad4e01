"""In a real browser: the whole way of a consultation, on a phone and at a desk, without scripts, and with axe."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from comity.assemble import pages_of, site_of
from comity.cli.verify import verify
from comity.findings.compute import findings_of
from comity.settings import Settings

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
KB = 1024


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server on a real file."""
    folder = tmp_path_factory.mktemp("site")
    site = site_of(Settings(f"sqlite:///{folder / 'site.db'}", requests_per_minute=100_000), findings_of)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(pages_of(site), log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(20)
    site.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


def set_up(page: Page, address: str, title: str, *, joining: str = "invitation") -> str:
    """From nothing to invitations, as a host does it; the consultation's address."""
    page.goto(f"{address}/")
    page.get_by_role("link", name="Set up a consultation").click()
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_label("Question", exact=True).fill("What should we do about the river?")
    page.get_by_label("Parties", exact=True).fill("Aland; north\nBland; south")
    page.get_by_label("First statements", exact=True).fill("Clean the river\nBuild a dam\nLower the tolls")
    page.locator(f"input[name=joining][value={joining}]").check()
    page.get_by_role("button", name="Save and see the preview").click()
    expect(page.get_by_role("heading", name="Preview")).to_be_visible()
    page.get_by_role("button", name="Open the consultation").click()
    expect(page).to_have_url(re.compile(r"/invitations$"))
    return page.url.removesuffix("/invitations")


def come_in(context: BrowserContext, link: str) -> Page:
    page = context.new_page()
    page.goto(link)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Join").click()
    page.get_by_role("link", name="Begin").click()
    return page


STICKS_OUT = """[...document.querySelectorAll("body *")].filter((item) =>
  item.getBoundingClientRect().right > innerWidth + 1 && !item.closest(".scroll table"))
  .map((item) => item.outerHTML.slice(0, 90))"""


def fits(page: Page) -> None:
    """Nothing sticks out to the side."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_whole_way_of_a_consultation(
    browser: Browser, address: str, size: dict[str, int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contexts = [browser.new_context(viewport=size, locale="en-GB") for _ in range(3)]  # type: ignore[arg-type]
    host = contexts[0].new_page()
    place = set_up(host, address, f"Rivers {size['width']}")
    host.get_by_role("button", name="Make links").click()
    links = [item.inner_text() for item in host.locator(".keep code").all()]
    assert len(links) == 2
    fits(host)
    ana, bo = (come_in(context, link) for context, link in zip(contexts[1:], links, strict=True))
    watching = contexts[2].new_page()
    watching.goto(f"{place}/findings")
    expect(
        watching.get_by_text("Nobody has voted yet").or_(watching.get_by_text("0 people have voted."))
    ).to_be_visible()
    expect(watching.get_by_text("This page updates by itself.")).to_be_visible()
    for page, answer in ((ana, "Agree"), (bo, "Disagree")):
        for _ in range(3):
            fits(page)
            page.get_by_role("button", name=answer, exact=True).click()
            expect(page.get_by_role("status")).to_contain_text("Your vote is stored")
    expect(watching.get_by_text("2 people have voted. 6 votes count.")).to_be_visible(timeout=20_000)
    expect(watching.locator("svg.map")).to_be_visible(timeout=20_000)
    fits(watching)
    ana.goto(f"{place}/write")
    ana.get_by_label("Statement", exact=True).fill("Plant trees on both banks")
    ana.get_by_role("button", name="Send", exact=True).click()
    host.goto(f"{place}/moderate")
    fits(host)
    host.get_by_role("button", name="Accept").click()
    expect(host.get_by_text("Nothing waits.")).to_be_visible()
    bo.goto(f"{place}/vote")
    expect(bo.get_by_text("Plant trees on both banks")).to_be_visible()
    bo.get_by_role("button", name="Agree", exact=True).click()
    host.goto(f"{place}/settings")
    host.get_by_role("checkbox", name="I am sure").check()
    host.get_by_role("button", name="Close it now").click()
    bo.goto(f"{place}/mine")
    fits(bo)
    files = {
        "receipt.json": bo.get_by_role("link", name="Receipt 4"),
        "comity.jsonl": None,
        "findings.json": None,
    }
    reader = contexts[0].new_page()
    for name, receipt in files.items():
        if receipt is None:
            reader.goto(f"{place}/record")
        link = receipt or reader.locator(f'a[href$="/{name}"]')
        with (bo if receipt else reader).expect_download() as download:
            link.click()
        download.value.save_as(tmp_path / name)
    verify(tmp_path / "comity.jsonl", receipt=tmp_path / "receipt.json", findings=tmp_path / "findings.json")
    assert "every number of findings.json was computed again" in capsys.readouterr().out
    for context in contexts:
        context.close()


def test_voting_works_without_scripts_and_weighs_little(browser: Browser, address: str) -> None:
    host = browser.new_page(locale="en-GB")
    place = set_up(host, address, "Open rivers", joining="open")
    context = browser.new_context(java_script_enabled=False, locale="en-GB", viewport=PHONE)  # type: ignore[arg-type]
    page = come_in(context, f"{place}/join")
    page.get_by_label("This matters most to us").check()
    page.get_by_role("button", name="Agree", exact=True).click()
    assert "Your vote is stored" in page.content()
    page.goto(f"{place}/mine")
    assert "matters most to us" in page.content()
    fresh = browser.new_context(locale="en-GB")
    fresh.add_cookies(context.cookies())  # type: ignore[arg-type]
    seen = fresh.new_page()
    weight: list[int] = []
    seen.on("response", lambda answer: weight.append(_size(answer)))
    hosts: set[str] = set()
    seen.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    seen.goto(f"{place}/vote", wait_until="networkidle")
    assert sum(weight) <= 40 * KB
    assert hosts == {address.split("/")[2]}
    context.close()
    fresh.close()


def _size(answer: object) -> int:
    """What an answer weighs over the wire, its headers included."""
    sizes = answer.request.sizes()  # type: ignore[attr-defined]
    return int(sizes["responseBodySize"] + sizes["responseHeadersSize"])


PLACES = (
    *(
        "",
        "/vote",
        "/write",
        "/statements",
        "/statements/1",
        "/statements/4",
        "/findings",
        "/mine",
        "/moderate",
    ),
    *("/translate?to=ar", "/invitations", "/settings", "/record", "/log"),
)


@pytest.fixture(scope="module")
def lived_in(browser: Browser, address: str) -> tuple[str, list[dict[str, object]]]:
    """A consultation with something on every page, and the cookies of its host, who votes too."""
    context = browser.new_context(locale="en-GB")
    host = context.new_page()
    place = set_up(host, address, "Lived in", joining="open")
    for number in range(12):
        other = browser.new_context(locale="en-GB")
        page = come_in(other, f"{place}/join")
        for statement in (1, 2, 3):
            answer = 1 if statement == 1 or (number < 6) == (statement == 2) else -1
            page.request.post(
                f"{place}/vote", form={"statement": str(statement), "answer": str(answer)}, max_redirects=0
            )
        other.close()
    come_in(context, f"{place}/join").close()
    for text in ("Plant trees on the banks", "Ask the fishers first"):
        host.request.post(f"{place}/write", form={"text": text, "language": "en", "anyway": "yes"})
    host.request.post(
        f"{place}/moderate", form={"statement": "4", "decision": "declined", "reason": "unclear"}
    )
    host.request.post(f"{place}/vote", form={"statement": "1", "answer": "1"}, max_redirects=0)
    for _ in range(100):
        if "13 people have voted" in host.request.get(f"{place}/findings").text():
            break
        time.sleep(0.3)
    cookies = [dict(cookie) for cookie in context.cookies()]
    context.close()
    return place, cookies


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "dark")])
def test_axe_finds_nothing_on_any_page(
    browser: Browser,
    address: str,
    lived_in: tuple[str, list[dict[str, object]]],
    language: str,
    scheme: Literal["light", "dark"],
) -> None:
    place, cookies = lived_in
    found = {}
    wide = []
    context = browser.new_context(locale=language, viewport=PHONE, color_scheme=scheme)  # type: ignore[arg-type]
    context.add_cookies(cookies)  # type: ignore[arg-type]
    outside = browser.new_context(locale=language, viewport=PHONE, color_scheme=scheme)  # type: ignore[arg-type]
    member, stranger = context.new_page(), outside.new_page()
    places = [(member, f"{place}{item}") for item in PLACES]
    places += [(member, f"{address}/"), (member, f"{address}/set-up")]
    places += [(stranger, f"{place}/join"), (stranger, f"{address}/no")]
    for page, item in places:
        page.goto(item)
        page.evaluate("document.querySelectorAll('details').forEach((item) => item.open = true)")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append((item, page.evaluate(STICKS_OUT)))
        report = Axe().run(page).response
        if report["violations"]:
            found[item] = [
                (rule["id"], rule["nodes"][0]["html"][:160], rule["nodes"][0].get("failureSummary", "")[:200])
                for rule in report["violations"]
            ]
    context.close()
    outside.close()
    assert not found, json.dumps(found, indent=1)
    assert not wide


def test_the_keyboard_alone_votes(browser: Browser, lived_in: tuple[str, list[dict[str, object]]]) -> None:
    place, cookies = lived_in
    context = browser.new_context(locale="en-GB")
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{place}/vote")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "-1":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Your vote is stored")
    context.close()
