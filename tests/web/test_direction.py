"""What is written from left to right stays so inside Arabic: file names, hashes, keys, addresses, ranges."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page

from comity.record.consultation import Source, SourceFile
from comity.rehearsal.example import example_consultation
from tests.web.browsing import DESK, PHONE, turned_around
from tests.web.visits import House

HASH = "0123456789abcdef" * 4
BLOCKS = """[...document.querySelectorAll('code, pre')].map((item) => {
  const style = getComputedStyle(item);
  return [style.direction, style.unicodeBidi.startsWith('isolate') || style.display !== 'inline'];
})"""


def arabic(browser: Browser, size: object = PHONE) -> Page:
    return browser.new_context(locale="ar", viewport=size).new_page()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        ("المفتاح abc+/x= هنا", ["abc+/x="]),
        ("من 10–19 هنا", ["10–19"]),
        ("المفتاح <code style='direction: ltr; unicode-bidi: isolate'>abc+/x=</code> هنا", []),
        ("السجل (comity.jsonl).", []),
    ],
)
def test_the_eye_of_these_tests_sees(browser: Browser, inside: str, found: list[str]) -> None:
    page = arabic(browser)
    page.set_content(f"<!doctype html><html dir='rtl'><body><p>{inside}</p></body></html>")
    assert turned_around(page) == found
    page.context.close()


def test_a_record_that_came_from_files_names_each_with_its_hash(
    browser: Browser, served: tuple[House, str]
) -> None:
    house, address = served
    names = ("votes.csv", "the comments (final).csv", "a, b+.csv")
    files = tuple(SourceFile(name, HASH, 7) for name in names)
    house.site.desk.take_in(
        replace(example_consultation(), source=Source("table", "a plain table", files)), "told"
    )
    house.framework.state.parts.audits.latest("told", 60.0)
    for size in (PHONE, DESK):
        page = arabic(browser, size)
        page.goto(f"{address}/c/told/record")
        assert page.locator(".files dt bdi").all_inner_texts() == list(names)
        assert page.locator(".files dd code").all_inner_texts() == [HASH] * 3
        for place in ("record", "audit", "findings", "statements", "log", ""):
            page.goto(f"{address}/c/told/{place}")
            page.evaluate("document.querySelectorAll('details').forEach((item) => item.open = true)")
            assert turned_around(page) == [], place
            assert {tuple(one) for one in page.evaluate(BLOCKS)} <= {("ltr", True)}, place
        page.context.close()
