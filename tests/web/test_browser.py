"""In a real browser: the whole way of a consultation, on a phone and at a desk, and what the vote page weighs."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, ViewportSize, expect

from comity.cli.verify import verify
from tests.web.browsing import DESK, PHONE, come_in, fits, set_up

KB = 1024


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_whole_way_of_a_consultation(
    browser: Browser, address: str, size: ViewportSize, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contexts = [browser.new_context(viewport=size, locale="en-GB") for _ in range(3)]
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
    before = watching.locator("svg.map").inner_html()
    ana.goto(f"{place}/write")
    ana.get_by_label("Statement", exact=True).fill("Plant trees on both banks")
    with ana.expect_navigation():
        ana.get_by_role("button", name="Send", exact=True).click()
    host.goto(f"{place}/moderate")
    fits(host)
    host.get_by_role("button", name="Accept").click()
    expect(host.get_by_text("Nothing waits.")).to_be_visible()
    bo.goto(f"{place}/vote")
    expect(bo.get_by_text("Plant trees on both banks")).to_be_visible()
    bo.get_by_role("button", name="Agree", exact=True).click()
    expect(watching.get_by_text("2 people have voted. 7 votes count.")).to_be_visible(timeout=20_000)
    bo.goto(f"{place}/vote?s=2")
    bo.get_by_role("button", name="Agree", exact=True).click()
    watching.wait_for_function(
        "before => document.querySelector('svg.map').innerHTML !== before", arg=before, timeout=20_000
    )
    host.goto(f"{place}/settings")
    host.get_by_role("checkbox", name="I am sure").check()
    with host.expect_navigation():
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


def test_a_page_that_is_behind_is_asked_for_again(browser: Browser, address: str) -> None:
    """Of two workers one tells of newer findings, while the other one, which answers, computes them still."""
    host = browser.new_page(locale="en-GB")
    place = set_up(host, address, "Behind", joining="open")
    host.request.post(f"{place}/join", form={"understood": "yes"})
    watching = browser.new_page(locale="en-GB")
    watching.goto(f"{place}/findings")
    expect(watching.get_by_text("0 people have voted.")).to_be_visible(timeout=20_000)
    older = watching.content()
    answers: list[str] = []

    def behind(route: Route) -> None:
        answers.append("older" if len(answers) < 2 else "newer")
        if answers[-1] == "older":
            route.fulfill(body=older, content_type="text/html")
        else:
            route.continue_()

    watching.route("**/findings", behind)
    host.request.post(f"{place}/vote", form={"statement": "1", "answer": "1"}, max_redirects=0)
    expect(watching.get_by_text("1 person has voted. 1 vote counts.")).to_be_visible(timeout=20_000)
    assert answers[:3] == ["older", "older", "newer"]
    host.close()
    watching.close()


def test_voting_works_without_scripts_and_weighs_little(browser: Browser, address: str) -> None:
    host = browser.new_page(locale="en-GB")
    place = set_up(host, address, "Open rivers", joining="open")
    context = browser.new_context(java_script_enabled=False, locale="en-GB", viewport=PHONE)
    page = come_in(context, f"{place}/join")
    page.get_by_label("This matters most to us").check()
    page.get_by_role("button", name="Agree", exact=True).click()
    expect(page.get_by_text("Your vote is stored")).to_be_visible()
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
