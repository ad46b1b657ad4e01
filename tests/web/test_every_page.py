"""Every page of the site, by its routes so that none is forgotten: axe finds nothing, nothing sticks out to the side,
no code is pulled apart by Arabic around it, the keyboard reaches everything, and all of it works without scripts.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from comity.rehearsal.example import example_consultation
from comity.web.app import PAGES
from tests.web.browsing import DESK, PHONE, come_in, set_up, turned_around
from tests.web.negotiations import ISSUES, STATED, form_of
from tests.web.visits import House

NO_PAGES = {
    "/language/{code}",
    "/{name}.js",
    "/{name}.css",
    "/favicon.ico",
    "/c/{consultation}/live",
    "/c/{consultation}/mine/receipt-{statement}.json",
    "/c/{consultation}/audit.json",
    "/c/{consultation}/slate.json",
    "/c/{consultation}/power.json",
    "/c/{consultation}/findings.json",
    "/c/{consultation}/findings.csv",
    "/c/{consultation}/record/checkpoint.txt",
    "/c/{consultation}/record/comity.jsonl",
    "/c/{consultation}/record/{table}",
}
"""What is read by programs: files, a stream of events, and a way back to a page."""

STICKS_OUT = """[...document.querySelectorAll("body *")].filter((item) =>
  item.getBoundingClientRect().right > innerWidth + 1 && !item.closest(".scroll table"))
  .map((item) => item.outerHTML.slice(0, 90))"""


@dataclass(frozen=True)
class Lived:
    """A consultation with something on every page, and the cookies of its host, who votes too.

    bargain: a consultation with a negotiation in which the host speaks for a party; open_bargain: one in which all
    numbers are shown and two of three decide. closed: one that is over.
    """

    house: House
    address: str
    place: str
    cookies: Any
    draft: str
    link: str
    personal: str
    closed: str
    bargain: str
    open_bargain: str


@pytest.fixture(scope="module")
def lived(browser: Browser, served: tuple[House, str]) -> Lived:
    house, address = served
    context = browser.new_context(locale="en-GB")
    host = context.new_page()
    place = set_up(host, address, "Lived in", joining="open")
    host.request.post(f"{place}/settings", form={"languages": "ar"})
    for number in range(12):
        other = browser.new_context(locale="en-GB")
        voter = other.new_page()
        voter.request.post(f"{place}/join", form={"understood": "yes"})
        for statement in (1, 2, 3):
            answer = 1 if statement == 1 or (number < 6) == (statement == 2) else -1
            voter.request.post(
                f"{place}/vote", form={"statement": str(statement), "answer": str(answer)}, max_redirects=0
            )
        other.close()
    joined = host.request.post(f"{place}/join", form={"understood": "yes", "name": "Ana"}).text()
    personal = joined.partition("/me/")[2].partition("<")[0]
    for text in ("Plant trees on the banks", "Ask the fishers first", "Build a much longer dam"):
        host.request.post(f"{place}/write", form={"text": text, "language": "en", "anyway": "yes"})
    host.request.post(
        f"{place}/moderate", form={"statement": "4", "decision": "declined", "reason": "unclear"}
    )
    host.request.post(f"{place}/moderate", form={"statement": "6", "decision": "merged", "into": "2"})
    host.request.post(
        f"{place}/vote", form={"statement": "1", "answer": "1", "matters": "yes"}, max_redirects=0
    )
    links = host.request.post(f"{place}/invitations", form={"role": "delegate", "party": "aland"}).text()
    link = place + "/i/" + links.partition("/i/")[2].partition("<")[0]
    form: dict[str, str | float | bool] = {
        "title": "A draft",
        "question": "What now?",
        "parties": "Aland; north",
    }
    draft = host.request.post(f"{address}/set-up", form=form).url
    for _ in range(100):
        if "13 people have voted" in host.request.get(f"{place}/findings").text():
            break
        time.sleep(0.3)
    closed = set_up(host, address, "Closed", joining="open")
    host.request.post(f"{closed}/join", form={"understood": "yes"})
    host.request.post(f"{closed}/close", form={"sure": "yes"})
    bargain = negotiation(browser, context, address, shown="rankings")
    open_bargain = negotiation(browser, context, address, shown="all", quota="2")
    cookies = context.cookies()
    context.close()
    return Lived(house, address, place, cookies, draft, link, personal, closed, bargain, open_bargain)


def negotiation(browser: Browser, host: BrowserContext, address: str, **chosen: str) -> str:
    """A negotiation with a first draft; the host is a delegate of the first party too."""
    form: dict[str, str | float | bool] = {
        "title": "Bargain",
        "question": "What now?",
        "parties": "\n".join(
            ["party; bloc; people", *(f"{party}; north; {n + 1}" for n, party in enumerate(STATED))]
        ),
        "languages": "ar",
    }
    draft = host.request.post(f"{address}/set-up", form=form).url
    place = host.request.post(f"{draft}/open").url.removesuffix("/invitations")
    opening: dict[str, str | float | bool] = {"issues": ISSUES, "action": "open", **chosen}
    opening.update({"weight.delta": "2", "settled.navigation": "midland"})
    host.request.post(f"{place}/negotiation/open", form=opening)
    names: dict[str, str | float | bool] = {
        "to": "ar",
        "state": "checked",
        "t.issue:dam-releases": "السد",
        "t.option:0:dam-releases": "لا شيء",
    }
    host.request.post(f"{place}/translate/names", form=names)
    for number, party in enumerate(STATED):
        links = host.request.post(f"{place}/invitations", form={"role": "delegate", "party": party}).text()
        token = links.partition("/i/")[2].partition("<")[0]
        delegate = host if number == 0 else browser.new_context()
        delegate.request.post(f"{place}/join", form={"token": token, "understood": "yes"})
        page = delegate.request.get(f"{place}/negotiation/interests").text()
        terms = page.partition('name="terms" value="')[2].partition('"')[0]
        delegate.request.post(f"{place}/negotiation/interests", form={"terms": terms, **form_of(party)})
    for _ in range(100):
        if "What it means for" in host.request.get(f"{place}/negotiation").text():
            return place
        time.sleep(0.3)
    raise AssertionError("no draft came")


def places(lived: Lived) -> dict[str, list[str]]:
    """Where every route is looked at, by its pattern: as the host, who votes too."""
    c, here = "/c/{consultation}", lived.place
    return {
        "/": [f"{lived.address}/"],
        "/set-up": [f"{lived.address}/set-up"],
        "/set-up/{draft}": [lived.draft],
        "/me/{token}": [f"{lived.address}/me/{lived.personal}"],
        c: [here, lived.closed],
        f"{c}/join": [f"{here}/join"],
        f"{c}/i/{{token}}": [lived.link],
        f"{c}/vote": [f"{here}/vote?after=9&of=1", f"{here}/vote?s=1", f"{lived.closed}/vote?s=1"],
        f"{c}/mine": [f"{here}/mine"],
        f"{c}/write": [f"{here}/write"],
        f"{c}/statements": [f"{here}/statements"],
        f"{c}/statements/{{statement}}": [f"{here}/statements/{number}" for number in (1, 2, 4, 5, 6)],
        f"{c}/findings": [f"{here}/findings", f"{lived.closed}/findings"],
        f"{c}/audit": [f"{here}/audit", f"{lived.closed}/audit"],
        f"{c}/slate": [f"{here}/slate", f"{lived.closed}/slate"],
        f"{c}/power": [
            f"{lived.bargain}/power?count=people&also=majority",
            f"{here}/power?need=all",
            f"{here}/power?need=none",
        ],
        f"{c}/moderate": [f"{here}/moderate"],
        f"{c}/log": [f"{here}/log"],
        f"{c}/translate": [f"{here}/translate?to=ar", f"{lived.bargain}/translate?to=ar"],
        f"{c}/invitations": [f"{here}/invitations"],
        f"{c}/settings": [f"{here}/settings"],
        f"{c}/record": [f"{here}/record"],
        f"{c}/negotiation": [
            f"{lived.bargain}/negotiation",
            f"{lived.open_bargain}/negotiation",
            f"{here}/negotiation",
        ],
        f"{c}/negotiation/open": [f"{here}/negotiation/open"],
        f"{c}/negotiation/interests": [f"{lived.bargain}/negotiation/interests"],
    }


def patterns() -> set[str]:
    """The pages of the site, by the routes of its routers."""
    routes = [route for module in PAGES for route in module.router.routes]
    return {route.path for route in routes if "GET" in route.methods} - NO_PAGES


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "dark")])
def test_axe_finds_nothing_where_much_is_known(
    browser: Browser, served: tuple[House, str], language: str, scheme: Literal["light", "dark"]
) -> None:
    """The example, whose audit and slate have every table that such pages can have."""
    house, address = served
    name = f"much-{language}"
    house.site.desk.take_in(example_consultation(), name)
    house.framework.state.parts.audits.latest(name, 60.0)
    page = browser.new_context(locale=language, viewport=PHONE, color_scheme=scheme).new_page()
    looked = Looked()
    for place, tables in (("audit", 2), ("slate", 1), ("power", 1), ("findings", 1), ("record", 0)):
        for _ in range(100):
            page.goto(f"{address}/c/{name}/{place}")
            if page.locator("main table").count() >= tables:
                break
            time.sleep(0.3)
        assert page.locator("main table").count() >= tables, place
        looked.at(page, place)
    page.context.close()
    assert not looked.wrong


def test_no_page_is_forgotten(lived: Lived) -> None:
    assert set(places(lived)) == patterns()


class Looked:
    """Pages looked at, one after the other, and what was wrong with them."""

    def __init__(self) -> None:
        self.wrong: dict[str, Any] = {}

    def at(self, page: Page, name: str) -> None:
        page.evaluate("document.querySelectorAll('details').forEach((item) => item.open = true)")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.wrong[f"{name}: too wide"] = page.evaluate(STICKS_OUT)
        if page.evaluate("document.documentElement.dir === 'rtl'") and (codes := turned_around(page)):
            self.wrong[f"{name}: the wrong way round"] = codes
        found = Axe().run(page).response["violations"]
        if found:
            self.wrong[name] = [(rule["id"], rule["nodes"][0]["html"][:160]) for rule in found]


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "dark")])
def test_axe_finds_nothing_on_any_page(
    browser: Browser,
    lived: Lived,
    language: str,
    scheme: Literal["light", "dark"],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked = Looked()

    def visitor(cookies: Any = ()) -> Page:
        context = browser.new_context(locale=language, viewport=PHONE, color_scheme=scheme)
        context.add_cookies(list(cookies))
        return context.new_page()

    member, stranger = visitor(lived.cookies), visitor()
    for pattern, addresses in places(lived).items():
        for place in addresses:
            page = stranger if pattern.endswith(("/join", "/i/{token}")) else member
            page.goto(place)
            looked.at(page, f"{pattern} at {place}")
    for place in (f"{lived.address}/no", f"{lived.place}/vote", f"{lived.place}/i/nonsense", lived.place):
        stranger.goto(place)
        looked.at(stranger, f"a stranger at {place}")
    send(member, f"{lived.address}/set-up", "form[action='/set-up']", title="", question="")
    looked.at(member, "a form with a mistake")
    send(member, f"{lived.place}/negotiation/open", "form[action$='/open']", issues=ISSUES)
    looked.at(member, "issues looked at")
    interests = f"{lived.bargain}/negotiation/interests"
    member.goto(interests)
    for number, mode in enumerate(("order", "ranges")):
        member.locator(f"[name='m.{number}'][value={mode}]").check()
    looked.at(member, "an order and ranges")
    member.locator("button[value=state]:visible").click()
    expect(member.get_by_role("alert")).to_be_visible()
    looked.at(member, "interests with a mistake")
    send(member, f"{lived.place}/write", "form[action$='/write']", text="Build a dam and a park")
    looked.at(member, "something much like it")
    send(member, f"{lived.place}/invitations", "form[action$='/invitations']")
    looked.at(member, "new links")
    send(stranger, f"{lived.place}/join", "form[action$='/join']", understood=True)
    looked.at(stranger, "joined")
    published = lived.house.framework.state.parts.published
    monkeypatch.setattr(type(published), "latest", lambda *_: None)
    member.goto(f"{lived.place}/findings")
    looked.at(member, "still computing")
    member.goto(f"{lived.place}/translate?to=ar")
    member.locator("form[action$='/translate'] textarea").first.fill("Un texte")
    member.context.clear_cookies()
    with member.expect_navigation():
        member.locator("form[action$='/translate'] button").first.click()
    expect(member.locator("textarea")).to_have_value("Un texte")
    looked.at(member, "given back")
    member.context.close()
    stranger.context.close()
    assert not looked.wrong, json.dumps(looked.wrong, indent=1, ensure_ascii=False)


def send(page: Page, place: str, form: str, **fields: str | bool) -> None:
    """Fill in a form and send it, whatever the browser's own checks say."""
    page.goto(place)
    chosen = page.locator(form).first
    chosen.evaluate("form => { form.noValidate = true }")
    for name, value in fields.items():
        field = chosen.locator(f"[name={name}]")
        if value is True:
            field.check()
        else:
            field.fill(str(value))
    with page.expect_navigation():
        chosen.locator("button").first.click()


REACHABLE = """() => {
  const here = (item) => item.getClientRects().length > 0 && !item.disabled;
  const items = [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')].filter(here);
  const groups = new Set();
  return items.filter((item) => {
    if (item.type !== 'radio') return true;
    const first = !groups.has(item.name);
    groups.add(item.name);
    return first;
  }).map((item, number) => { item.dataset.reach = item.type === 'radio' ? 'radio-' + item.name : 'n' + number;
    if (item.type === 'radio') document.getElementsByName(item.name).forEach((one) => {
      one.dataset.reach = item.dataset.reach; });
    return item.dataset.reach; });
}"""
FOCUS = """() => {
  const item = document.activeElement, style = getComputedStyle(item);
  return [item.dataset.reach ?? '', style.outlineStyle !== 'none' || style.boxShadow !== 'none'];
}"""


def test_the_keyboard_alone_reaches_everything_and_one_sees_where_it_is(
    browser: Browser, lived: Lived
) -> None:
    context = browser.new_context(locale="en-GB", viewport=DESK)
    context.add_cookies(lived.cookies)
    page = context.new_page()
    unreached: dict[str, list[str]] = {}
    for addresses in places(lived).values():
        page.goto(addresses[0])
        page.evaluate("document.querySelectorAll('details').forEach((item) => item.open = true)")
        wanted = list(dict.fromkeys(page.evaluate(REACHABLE)))
        seen: set[str] = set()
        for _ in range(3 * len(wanted) + 10):
            page.keyboard.press("Tab")
            name, visible = page.evaluate(FOCUS)
            seen.add(name)
            assert visible or not name, f"{addresses[0]}: focus cannot be seen on {name}"
            if seen >= set(wanted):
                break
        missing = [name for name in wanted if name not in seen]
        if missing:
            unreached[addresses[0]] = [
                page.locator(f"[data-reach='{name}']").first.evaluate("item => item.outerHTML.slice(0, 90)")
                for name in missing
            ]
    context.close()
    assert not unreached, json.dumps(unreached, indent=1)


def test_the_keyboard_alone_votes(browser: Browser, lived: Lived) -> None:
    context = browser.new_context(locale="en-GB")
    context.add_cookies(lived.cookies)
    page = context.new_page()
    page.goto(f"{lived.place}/vote")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "-1":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Your vote is stored")
    context.close()


@pytest.fixture
def without_scripts(browser: Browser) -> Iterator[list[BrowserContext]]:
    contexts = [
        browser.new_context(java_script_enabled=False, locale="en-GB", viewport=PHONE) for _ in range(2)
    ]
    yield contexts
    for context in contexts:
        context.close()


def test_the_whole_way_without_scripts(without_scripts: list[BrowserContext], address: str) -> None:
    """Set up, invite, join, vote, write, moderate, statement, findings, record: pages and forms alone."""
    host = without_scripts[0].new_page()
    place = set_up(host, address, "Without scripts")
    host.get_by_role("button", name="Make links").click()
    link = host.locator(".keep code").first.inner_text()
    ana = come_in(without_scripts[1], link)
    ana.get_by_label("This matters most to us").check()
    ana.get_by_role("button", name="Agree", exact=True).click()
    expect(ana.get_by_role("status")).to_contain_text("Your vote is stored")
    with ana.expect_download() as receipt:
        ana.get_by_role("link", name="Receipt").click()
    assert receipt.value.suggested_filename.startswith("receipt-")
    ana.goto(f"{place}/write")
    ana.get_by_label("Statement", exact=True).fill("Plant trees on both banks")
    ana.get_by_role("button", name="Send", exact=True).click()
    expect(ana.get_by_role("status")).to_contain_text("Your statement is stored")
    host.goto(f"{place}/moderate")
    host.get_by_label("Reason").select_option("off-topic")
    host.get_by_role("button", name="Decline").click()
    expect(host.get_by_text("Nothing waits.")).to_be_visible()
    ana.get_by_role("link", name="See what becomes of it").click()
    expect(ana.get_by_text("declined: not about the question")).to_be_visible()
    for _ in range(40):
        ana.goto(f"{place}/findings")
        if "1 person has voted. 1 vote counts." in ana.inner_text("main"):
            break
        time.sleep(0.25)
    expect(ana.get_by_text("Load the page again for newer votes.")).to_be_visible()
    ana.goto(f"{place}/record")
    expect(ana.get_by_role("heading", name="Verify this page yourself")).to_be_visible()
    with ana.expect_download() as copy:
        ana.locator('a[href$="/comity.jsonl"]').click()
    assert copy.value.suggested_filename == "comity.jsonl"
