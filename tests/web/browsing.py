"""What people do in a real browser before the thing that a test is about."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 900}


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


def fits(page: Page) -> None:
    """Nothing sticks out to the side."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
