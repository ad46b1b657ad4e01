"""The report in a real browser: on a phone and on a screen, by day and by night, with scripts and without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from comity.report.page import report_html
from tests.report.examples import SHAPES, river

Open = Callable[..., Any]
PHONE, SCREEN = (360, 740), (1280, 800)
OUTSIDE = """() => [...document.querySelectorAll("body *")].filter((one) => {
  const box = one.getBoundingClientRect();
  const hidden = one.closest(".hide, .skip, .scroll, svg, [hidden], .sides thead");
  return !hidden && box.width > 0 && (box.right > innerWidth + 1 || box.left < -1);
}).map((one) => one.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The report of every shape as a file, written when it is first asked for."""
    folder = tmp_path_factory.mktemp("reports")

    def file(name: str) -> Path:
        path = folder / f"{name}.html"
        if not path.exists():
            path.write_text(report_html(SHAPES[name]()), encoding="utf-8")
        return path

    return file


@pytest.fixture
def opened(chromium: Browser, files: Callable[[str], Path]) -> Open:
    """Open a report: a page that notes every request and everything the console says."""

    @contextmanager
    def opened(
        name: str,
        size: tuple[int, int] = SCREEN,
        scheme: Literal["light", "dark"] = "light",
        *,
        scripts: bool = True,
    ) -> Iterator[Page]:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, java_script_enabled=scripts
        )
        page = context.new_page()
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        address = files(name).as_uri()
        page.goto(address)
        yield page
        assert {one.partition("#")[0] for one in asked} == {address}
        assert said == []
        context.close()

    return opened


LOOKS = [
    ("river", PHONE, "light"),
    ("river", SCREEN, "dark"),
    ("delta", PHONE, "light"),
    ("delta", SCREEN, "dark"),
    ("no_groups", PHONE, "dark"),
    ("no_votes", PHONE, "light"),
]


@pytest.mark.parametrize(("name", "size", "scheme"), LOOKS, ids=lambda value: str(value).replace(" ", ""))
def test_nothing_is_cut_off_and_axe_finds_nothing(
    opened: Open, name: str, size: tuple[int, int], scheme: str
) -> None:
    with opened(name, size, scheme) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert page.evaluate(OUTSIDE) == []
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("size", [PHONE, SCREEN], ids=["phone", "screen"])
@pytest.mark.parametrize("name", ["taxis", "many_parties", "assembly", "private"])
def test_large_pages_stay_inside_the_window(opened: Open, name: str, size: tuple[int, int]) -> None:
    with opened(name, size) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert page.evaluate(OUTSIDE) == []


@pytest.mark.parametrize("size", [PHONE, SCREEN], ids=["phone", "screen"])
def test_endless_words_and_names_stay_inside_the_window(opened: Open, size: tuple[int, int]) -> None:
    with opened("endless", size) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert page.evaluate(OUTSIDE) == []


@pytest.mark.parametrize(("size", "labels"), [(PHONE, 1), (SCREEN, 5)], ids=["phone", "screen"])
@pytest.mark.parametrize("name", ["river", "delta", "no_groups"])
def test_the_first_screen_tells_the_result(
    opened: Open, name: str, size: tuple[int, int], labels: int
) -> None:
    """On a phone the first sentence, on a screen all five, without scrolling."""
    with opened(name, size) as page:
        for place in range(labels):
            box = page.locator(".five dd").nth(place).bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= size[1]


def order(page: Page) -> list[str]:
    ids: list[str] = page.locator("table.all tbody tr:not([data-divider]):not([hidden])").evaluate_all(
        "rows => rows.map((row) => row.id)"
    )
    return ids


def numbers(page: Page, column: int) -> list[float]:
    cells = page.locator(f"table.all tbody tr:not([data-divider]) > :nth-child({column})")
    values: list[float] = cells.evaluate_all(
        "cells => cells.map((one) => parseFloat(one.dataset.v ?? one.textContent.replaceAll(',', '')))"
    )
    return values


def test_the_table_can_be_sorted_by_a_click_and_by_a_key(opened: Open) -> None:
    with opened("river") as page:
        printed = order(page)
        heads = page.locator("table.all thead th")
        heads.get_by_role("button", name="Votes").click()
        assert numbers(page, 4) == sorted(numbers(page, 4), reverse=True)
        expect(heads.nth(3)).to_have_attribute("aria-sort", "descending")
        heads.get_by_role("button", name="Votes").click()
        assert numbers(page, 4) == sorted(numbers(page, 4))
        heads.get_by_role("button", name="Share that agreed").focus()
        page.keyboard.press("Enter")
        assert numbers(page, 3) == sorted(numbers(page, 3), reverse=True)
        expect(heads.nth(3)).to_have_attribute("aria-sort", "none")
        heads.get_by_role("button", name="No.").click()
        assert numbers(page, 1) == sorted(numbers(page, 1))
        assert sorted(order(page)) == sorted(printed)
        page.get_by_label("Sort by").select_option("as printed")
        assert order(page) == printed
        expect(page.locator("table.all tr[data-divider]")).to_have_count(3)


def test_the_table_can_be_sorted_on_a_phone_where_it_has_no_heads(opened: Open) -> None:
    with opened("river", PHONE) as page:
        expect(page.locator("table.all thead")).to_be_hidden()
        page.get_by_label("Sort by").select_option("Divisive")
        assert numbers(page, 5) == sorted(numbers(page, 5), reverse=True)


def test_a_statement_can_be_found(opened: Open) -> None:
    with opened("river") as page:
        page.get_by_label("Find in the table").fill("SCHOOL")
        assert len(order(page)) == 1
        expect(page.get_by_text("1 of 24 rows")).to_have_count(1)
        page.get_by_label("Find in the table").fill("")
        assert len(order(page)) == 24


def test_without_scripts_the_page_is_whole(opened: Open) -> None:
    findings = river()
    with opened("river", PHONE, scripts=False) as page:
        expect(page.locator(".tools")).to_have_count(0)
        expect(page.locator("table.all tbody tr:not([data-divider])")).to_have_count(len(findings.statements))
        for heading in ("Common ground", "Reserved differences", "The opinion map", "All statements"):
            expect(page.get_by_role("heading", name=heading, level=2)).to_be_visible()
        page.get_by_role("link", name="All statements").click()
        expect(page.locator("#h-statements")).to_be_in_viewport()
        page.locator(".five a.to").first.click()
        expect(page.locator("tr:target")).to_be_in_viewport()


def test_a_voice_hears_the_sections_the_five_sentences_and_the_tables(opened: Open) -> None:
    with opened("river") as page:
        heard = page.locator("body").aria_snapshot()
        for word in ('heading "In five sentences"', 'navigation "On this page"', 'img "Opinion map"'):
            assert word in heard
        for side in river().sides[:3]:
            assert f'row "{side.name} ' in heard


def test_arabic_stands_on_the_right_and_the_page_on_the_left(opened: Open) -> None:
    with opened("delta", PHONE) as page:
        quote = page.locator(".card blockquote").first
        assert quote.evaluate("one => getComputedStyle(one).direction") == "rtl"
        assert page.evaluate("getComputedStyle(document.body).direction") == "ltr"


def test_paper_gets_no_contents_and_no_tools(opened: Open) -> None:
    with opened("river") as page:
        page.emulate_media(media="print", color_scheme="dark")
        expect(page.locator(".contents")).to_be_hidden()
        expect(page.locator(".tools").first).to_be_hidden()
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == "rgb(255, 255, 255)"
        assert len(page.pdf(format="A4")) > 10_000
