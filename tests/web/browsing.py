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


TURNED_AROUND = r"""() => {
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const code = /[A-Za-z0-9][^\u0600-\u06ff]*[A-Za-z0-9]|[^\s\u0600-\u06ff]*[A-Za-z][^\s\u0600-\u06ff]*/g;
  const joined = /[^\s\u0600-\u06ff]/;
  const around = /[«»“”"'‘’().,:;!?…\s]/;
  for (let node; (node = texts.nextNode());) {
    if (!node.nodeValue.trim() || node.parentElement.closest("svg, script, style, .hide")) continue;
    const text = node.nodeValue, range = document.createRange();
    for (const run of text.matchAll(code)) {
      if (!/[A-Za-z]/.test(run[0]) && !/\d\s*[-–+/]\s*\d/.test(run[0])) continue;
      let start = run.index, end = start + run[0].length, before = null;
      while (start > 0 && joined.test(text[start - 1])) start--;
      while (end < text.length && joined.test(text[end])) end++;
      while (start < end && around.test(text[start])) start++;
      while (end > start && around.test(text[end - 1])) end--;
      if (/^[\d:]+ UTC$/.test(text.slice(start, end))) continue;
      for (let i = start; i < end; i++) {
        range.setStart(node, i); range.setEnd(node, i + 1);
        const here = range.getClientRects()[0];
        if (!here || !here.width) continue;
        if (before && Math.abs(before.top - here.top) < 3 && here.left < before.left - 0.5) {
          found.push(text.slice(start, end).slice(0, 120)); break;
        }
        before = here;
      }
    }
  }
  return found;
}"""
"""Latin letters and digits that belong together, with the marks between and at their ends: where one stands left of
the one before it, on the same line. Marks of the sentence around them are not looked at, nor the time of day in UTC,
whose two parts may stand in the sentence's own direction, nor what is only said aloud.
"""


def turned_around(page: Page) -> list[str]:
    """Codes, file names, addresses and the like that the direction of the text around them pulls apart."""
    found: list[str] = page.evaluate(TURNED_AROUND)
    return found
