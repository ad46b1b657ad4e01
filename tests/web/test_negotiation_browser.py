"""A negotiation in a real browser: three delegates on phones, one without scripts and one without a mouse.

axe looks at its pages, as at all others, in `test_every_page`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from comity.cli.verify import verify
from tests.web.browsing import DESK, PHONE, come_in, fits, set_up
from tests.web.negotiations import ISSUES, SECRETS, STATED

PARTIES = ("Upland", "Midland", "Delta")


def opened(context: BrowserContext, address: str, title: str, shown: str) -> tuple[Page, str, list[str]]:
    """The host's page, the consultation's address, and a link for a delegate of each party."""
    host = context.new_page()
    place = set_up(host, address, title)
    host.goto(f"{place}/settings")
    host.locator("#f-parties").fill("\n".join(PARTIES))
    host.get_by_role("button", name="Add them").click()
    host.get_by_role("link", name="Negotiation").click()
    host.get_by_role("link", name="Open a negotiation").click()
    host.get_by_label("Issues and options").fill(ISSUES)
    host.locator(f"input[name=shown][value={shown}]").check()
    host.get_by_label("How many parties must consent").fill("3")
    host.get_by_role("button", name="Look at the issues").click()
    expect(host.get_by_text("81 packages are possible.")).to_be_visible()
    fits(host)
    host.get_by_label("Without an agreement: Dam releases").select_option("none")
    host.get_by_role("button", name="Open the negotiation").click()
    expect(host.get_by_role("heading", name="Terms")).to_be_visible()
    host.goto(f"{place}/invitations")
    host.get_by_role("button", name="Make links").click()
    links = [item.inner_text() for item in host.locator(".keep code").all()]
    return host, place, links[-3:]


def type_interests(page: Page, place: str, party: str, *, by_keyboard: bool = False) -> None:
    """Fill in the form as a person does; by keyboard: nothing but Tab, Space, digits and Enter."""
    page.goto(f"{place}/negotiation/interests")
    fits(page)
    floor, weights, points = STATED[party]
    if by_keyboard:
        page.locator('[name="w.0"]').focus()
        for weight, row in zip(weights, points, strict=True):
            page.keyboard.type(f"{weight:g}")
            page.keyboard.press("Tab")  # points, ranges or an order
            for value in row:
                page.keyboard.press("Tab")
                page.keyboard.type(f"{value:g}")
                page.keyboard.press("Tab")
                page.keyboard.press("Tab")
            page.keyboard.press("Tab")
        page.keyboard.type(f"{floor:g}")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        return
    for number, (weight, row) in enumerate(zip(weights, points, strict=True)):
        page.locator(f'[name="w.{number}"]').fill(f"{weight:g}")
        for other, value in enumerate(row):
            page.locator(f'[name="p.{number}.{other}"]').fill(f"{value:g}")
    page.locator("[name=d]").fill(f"{floor:g}")


def answer(page: Page, place: str, *, hurt: str | None, consents: bool) -> None:
    page.goto(f"{place}/negotiation")
    fits(page)
    if hurt is not None:
        page.get_by_role("radio", name=re.compile(hurt)).check()
    page.get_by_role("radio", name="Yes" if consents else "No", exact=True).check()
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile(r"our answer")).click()


def test_the_whole_way_of_a_negotiation(
    browser: Browser, address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = browser.new_context(viewport=DESK, locale="en-GB")
    host, place, links = opened(desk, address, "Lira", "nothing")
    pages: dict[str, Page] = {}
    for party, link in zip(STATED, links, strict=True):
        phone = browser.new_context(viewport=PHONE, locale="en-GB", java_script_enabled=party != "midland")
        pages[party] = come_in(phone, link)
    upland, midland, delta = pages.values()
    type_interests(upland, place, "upland")
    upland.locator('[name="w.0"]').fill("40.13")
    expect(upland.locator("#left")).to_have_text("10")
    expect(upland.get_by_role("textbox", name=re.compile("Points ?: none, Dam releases"))).to_have_value(
        "100"
    )
    upland.get_by_role("button", name="State our interests").click()
    expect(upland.get_by_role("alert")).to_contain_text("10 are left")
    upland.locator('[name="w.0"]').fill("50.13")
    expect(upland.locator("#left")).to_have_text("0")
    upland.get_by_role("button", name="State our interests").click()
    expect(upland.get_by_text("Waiting for:")).to_be_visible()
    type_interests(midland, place, "midland")  # without scripts
    midland.get_by_role("button", name="Only check the points").click()
    expect(midland.get_by_text("All 100 points are shared out.")).to_be_visible()
    with midland.expect_navigation():
        midland.get_by_role("button", name="State our interests").click()
    type_interests(delta, place, "delta", by_keyboard=True)
    for page in pages.values():
        page.goto(f"{place}/negotiation")
    host.goto(f"{place}/negotiation")
    host.get_by_role("button", name="Ask for the next draft now").click()  # two parties have no delegate
    expect(host.get_by_role("heading", name="Draft 1")).to_be_visible(timeout=20_000)
    answer(upland, place, hurt="Navigation", consents=False)
    answer(midland, place, hurt="Navigation", consents=False)
    answer(delta, place, hurt="Monitoring", consents=False)
    expect(delta.get_by_role("heading", name="Draft 2")).to_be_visible(timeout=20_000)
    expect(delta.get_by_text("Better than the draft before it for some, and worse for none.")).to_be_visible()
    for page in pages.values():
        answer(page, place, hurt=None, consents=True)
    host.goto(f"{place}/negotiation")
    expect(host.get_by_text("The negotiation ended in an agreement.")).to_be_visible(timeout=20_000)
    for party, page in (*pages.items(), ("host", host)):
        page.goto(f"{place}/negotiation")
        source = page.content()
        for other, secrets in SECRETS.items():
            assert party == other or not any(secret in source for secret in secrets), (party, other)
    host.goto(f"{place}/record")
    with host.expect_download() as download:
        host.locator('a[href$="/comity.jsonl"]').click()
    download.value.save_as(tmp_path / "comity.jsonl")
    public = (tmp_path / "comity.jsonl").read_text(encoding="utf-8")
    assert not any(secret in public for secrets in SECRETS.values() for secret in secrets)
    verify(tmp_path / "comity.jsonl")
    assert "not proved here: 2 drafts" in capsys.readouterr().out
    for page in (*pages.values(), host):
        page.context.close()


def test_orders_ranges_and_long_lines_on_a_phone_without_scripts(browser: Browser, address: str) -> None:
    """In Arabic, from right to left: what does not belong to a way of valuing is hidden, and nothing typed is lost."""
    desk = browser.new_context(viewport=DESK, locale="en-GB")
    host, place, (link, *_) = opened(desk, address, "Lines", "rankings")
    phone = browser.new_context(viewport=PHONE, locale="ar", java_script_enabled=False)
    page = phone.new_page()
    page.goto(link)
    page.get_by_role("checkbox").check()
    page.locator("main form button").click()
    type_interests(page, place, "upland")
    field = page.locator
    page.locator("[name='m.0'][value=order]").check()
    for option, rank in enumerate(("1", "2", "2")):
        field(f"[name='p.0.{option}']").fill(rank)
    expect(field("[name='q.0.0']")).to_be_hidden()
    page.locator("[name='m.1'][value=ranges]").check()
    expect(field("[name='q.1.1']")).to_be_visible()
    field("[name='q.1.1']").fill("75")
    fits(page)
    page.locator("#lines summary").click()
    field("[name='c.0.kind']").select_option("only")
    for side, chosen in (("a", ("0.1", "0.2")), ("b", ("3.1", "3.2"))):
        for number, at in enumerate(chosen):
            field(f"[name='c.0.{side}']").nth(number).select_option(at)
    field("[name='c.0.why']").fill("نحتاج إلى الماء")
    fits(page)
    page.locator("button[value=more-lines]").click()
    expect(field("[name='c.0.a']")).to_have_count(3)
    expect(field("[name='c.1.kind']")).to_be_visible()
    field("[name='c.1.kind']").select_option("together")
    field("[name='c.1.a']").first.select_option("2.2")
    page.locator("button[value=state]:visible").click()  # a line with one side only
    expect(page.get_by_role("alert")).to_be_visible()
    expect(field("[name='c.0.why']")).to_have_value("نحتاج إلى الماء")
    expect(field("[name='c.0.b']").nth(1)).to_have_value("3.2")
    expect(field("[name='p.0.2']")).to_have_value("2")
    fits(page)
    field("[name='c.1.b']").first.select_option("1.0")
    page.locator("button[value=state]:visible").click()
    expect(page).to_have_url(re.compile("stated=yes"))
    page.goto(f"{place}/negotiation/interests")
    expect(page.locator("[name='m.0'][value=order]")).to_be_checked()
    expect(field("[name='q.1.1']")).to_have_value("75")
    expect(field("[name='c.0.kind']")).to_have_value("together")
    expect(field("[name='c.1.kind']")).to_have_value("only")
    phone.close()
    host.context.close()
