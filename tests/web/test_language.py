"""The interface is complete in six languages, counts, and writes numbers and dates, as CLDR does."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from comity.web.language import NAMES, chosen, language, offered
from tests.web.visits import House

WEB = Path(__file__).parents[2] / "src" / "comity" / "web"
TRANSLATED = tuple(code for code in NAMES if code != "en")


@lru_cache(maxsize=1)
def messages() -> frozenset[str | tuple[str, str]]:
    """Everything that pages and code mark for translation; plurals as pairs."""
    words = {"_": None, "gettext": None, "ngettext": (1, 2)}
    found: set[str | tuple[str, str]] = set()
    for path in WEB.rglob("*"):
        method = {".html": "jinja2.ext:babel_extract", ".py": "python"}.get(path.suffix)
        if method:
            for _, message, *_ in extract_from_file(method, path, keywords=words):
                found.add(message if isinstance(message, str) else (message[0], message[1]))
    return frozenset(found)


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))


def test_all_six_languages_are_offered() -> None:
    assert offered() == ("en", "fr", "es", "ru", "zh", "ar")


@pytest.mark.parametrize("code", TRANSLATED)
def test_no_string_is_missing(code: str) -> None:
    with (WEB / "languages" / f"{code}.po").open("rb") as file:
        catalog = read_po(file)
    told = {message.id: message for message in catalog if message.id}
    wanted = messages()
    assert len(wanted) > 350
    assert not {message for message in wanted if message not in told}
    assert not {name for name in told if name not in wanted}, "translations of what nobody says any more"
    for message in told.values():
        forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        assert all(forms), message.id
        assert not message.fuzzy


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_translation_keeps_its_placeholders(code: str) -> None:
    told = language(code).messages
    for message in messages():
        if isinstance(message, tuple):
            forms = told[message[0]]
            assert isinstance(forms, tuple)
            assert placeholders(forms[-1]) == placeholders(message[1]), message
            assert all(placeholders(form) <= placeholders(message[1]) for form in forms), message
        else:
            found = told[message]
            assert isinstance(found, str)
            assert placeholders(found) == placeholders(message), message


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_plural_has_as_many_forms_as_the_language(code: str) -> None:
    n_forms = {"fr": 2, "es": 2, "ru": 3, "zh": 1, "ar": 6}[code]
    spoken = language(code)
    assert {spoken.plural(n) for n in range(200)} == set(range(n_forms))
    for message in messages():
        if isinstance(message, tuple):
            assert len(spoken.messages[message[0]]) == n_forms


ORDER = ("zero", "one", "two", "few", "many", "other")


@given(st.integers(0, 10_000))
def test_arabic_counts_as_cldr_does(n: int) -> None:
    """Babel's own header for Arabic swaps the last two of six."""
    assert ORDER[language("ar").plural(n)] == Locale("ar").plural_form(n)


@given(st.integers(0, 10_000))
def test_russian_french_and_spanish_count_as_cldr_does(n: int) -> None:
    assert ("one", "few", "many")[language("ru").plural(n)] == Locale("ru").plural_form(n)
    assert (language("fr").plural(n) == 0) == (Locale("fr").plural_form(n) == "one")
    assert (language("es").plural(n) == 0) == (Locale("es").plural_form(n) == "one")


def test_numbers_dates_and_shares_are_written_as_each_language_writes_them() -> None:
    at = 1_772_438_400_000
    assert language("fr").number(12345) == "12\u202f345"
    assert language("es").percent(0.62) == "62\xa0%"
    assert {code: language(code).moment(at) for code in NAMES} == {
        "en": "2 March 2026, 08:00 UTC",
        "fr": "2 mars 2026, 08:00 UTC",
        "es": "2 de marzo de 2026, 8:00 UTC",
        "ru": "2 марта 2026\u202fг., 08:00 UTC",
        "zh": "2026年3月2日 08:00 UTC",
        "ar": "2 مارس 2026، 08:00 UTC",
    }
    assert language("ar").number(12345) == "12,345"
    assert language("zh").day(at) == "2026年3月2日"


def test_what_stands_in_a_text_is_escaped() -> None:
    assert language("fr").gettext("You speak for %(party)s.", party="<b>") == "Vous parlez pour &lt;b&gt;."


@pytest.mark.parametrize(
    ("cookie", "accepts", "found"),
    [
        (None, "ar-EG,ar;q=0.9,en;q=0.8", "ar"),
        ("ru", "fr", "ru"),
        ("xx", "de, fr;q=0.3, es;q=0.7", "es"),
        (None, "zh-Hant-TW", "zh"),
        (None, ";;;q=x", "en"),
    ],
)
def test_the_language_is_the_one_chosen_or_the_best_that_is_asked_for(
    cookie: str | None, accepts: str, found: str
) -> None:
    assert chosen(cookie, accepts) == found


@pytest.mark.parametrize("code", NAMES)
def test_pages_say_their_language_and_its_direction(house: House, code: str) -> None:
    house.host()
    page = house.visitor(code).get("/c/rivers")
    assert f'<html lang="{code}" dir="{"rtl" if code == "ar" else "ltr"}">' in page.text


def test_the_choice_of_a_language_stays_and_leads_back_here_only(house: House) -> None:
    client = house.visitor("en")
    assert client.get("/language/ru?back=/set-up").url.path == "/set-up"
    assert 'lang="ru"' in client.get("/").text
    assert client.get("/language/ru?back=//evil.example/").url.path == "/"


def test_another_language_leads_back_to_the_very_same_page(house: House) -> None:
    host = house.host()
    page = host.get("/c/rivers/translate?to=fr")
    found = re.search(r'href="(/language/es\?back=[^"]+)"', page.text)
    assert found is not None
    back = host.get(unescape(found[1]))
    assert (back.url.path, back.url.query) == ("/c/rivers/translate", b"to=fr")


def test_a_refusal_is_said_in_the_readers_language(house: House) -> None:
    house.host()
    page = house.visitor("fr").get("/c/rivers/vote")
    assert "Vous n&#39;avez pas rejoint cette consultation" in page.text


def test_the_parts_of_a_list_are_set_apart_as_each_language_does() -> None:
    assert {code: language(code).comma for code in NAMES} == {
        "en": ", ",
        "fr": ", ",
        "es": ", ",
        "ru": ", ",
        "zh": "、",
        "ar": " و",
    }
