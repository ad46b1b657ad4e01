"""The interface in six languages: catalogs read from PO files at start, numbers and dates by CLDR.

A catalog is the text that translators edit; nothing is compiled. Texts in a catalog hold no markup: they are
escaped like any other, and so are the values put into them.
"""

from __future__ import annotations

import gettext as stdlib_gettext
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta, get_datetime_format
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup, escape

NAMES: Mapping[str, str] = {
    "en": "English",
    "fr": "Français",
    "es": "Español",
    "ru": "Русский",
    "zh": "中文",
    "ar": "العربية",
}
"""The languages of the interface, each in its own name."""

COOKIE = "language"


@dataclass(frozen=True)
class Language:
    """One language of the interface: how it says things, counts, and writes numbers and dates.

    messages: translations by English text; a plural's forms by its English singular.
    """

    code: str
    messages: Mapping[str, str | tuple[str, ...]]
    plural: Callable[[int], int]

    @property
    def locale(self) -> Locale:
        return Locale.parse(self.code)

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        return "rtl" if self.locale.text_direction == "rtl" else "ltr"

    def gettext(self, message: str, **values: Any) -> Markup:
        """The text in this language, with values put in (and escaped) where it has %(name)s."""
        found = self.messages.get(message, message)
        return _filled(found if isinstance(found, str) else found[0], values)

    def ngettext(self, one: str, many: str, n: int, **values: Any) -> Markup:
        """The form of the text that goes with the number n; %(n)s is written as this language writes it."""
        forms = self.messages.get(one)
        if not isinstance(forms, tuple):
            forms = (one, many)
        form = forms[min(self.plural(n), len(forms) - 1)]
        return _filled(form, {"n": self.number(n), **values})

    def number(self, value: float) -> str:
        return str(format_decimal(value, locale=self.locale))

    def percent(self, value: float, decimals: int = 0) -> str:
        """A share 0 .. 1 as a percentage."""
        return str(format_percent(round(value, 2 + decimals), locale=self.locale, decimal_quantization=False))

    def moment(self, at: int) -> str:
        """Milliseconds since 1970 as day and minute, in UTC."""
        when = datetime.fromtimestamp(at / 1000, UTC)
        minute = format_skeleton("Hm", when, locale=self._dates)
        both = str(get_datetime_format("medium", locale=self._dates))
        return f"{both.format(minute, self.day(at))} UTC"

    def day(self, at: int) -> str:
        """Milliseconds since 1970 as a day, in UTC."""
        return str(format_date(datetime.fromtimestamp(at / 1000, UTC), "long", locale=self._dates))

    @property
    def _dates(self) -> Locale:
        """English dates are the world's (2 March 2026), not those of one country."""
        return Locale.parse("en_001") if self.code == "en" else self.locale

    def duration(self, milliseconds: int) -> str:
        """A span of time in the unit that it is worth, at least a minute.

        >>> language("en").duration(90_000), language("ru").duration(8 * 3_600_000)
        ('2 minutes', '8 часов')
        """
        span = timedelta(milliseconds=milliseconds)
        return str(format_timedelta(span, granularity="minute", threshold=2.0, locale=self.locale))

    def listed(self, items: list[str]) -> str:
        return str(format_list(items, locale=self.locale))

    @property
    def comma(self) -> str:
        """What stands between the parts of a list: not every language writes a comma and a space."""
        return str(format_list(["|"] * 4, locale=self.locale)).split("|")[1]


def _filled(text: str, values: Mapping[str, Any]) -> Markup:
    escaped = escape(text)
    return escaped % values if values else Markup(escaped.replace("%%", "%"))


@lru_cache(maxsize=len(NAMES))
def language(code: str) -> Language:
    """The language with this code; English is what the texts are written in, and has no catalog.

    >>> language("en").ngettext("%(n)s vote", "%(n)s votes", 1200)
    Markup('1,200 votes')
    """
    if code == "en":
        return Language("en", {}, lambda n: 0 if n == 1 else 1)
    with files("comity.web").joinpath("languages", f"{code}.po").open("rb") as file:
        catalog = read_po(file, locale=code)
    messages: dict[str, str | tuple[str, ...]] = {}
    for message in catalog:
        if isinstance(message.id, tuple):
            messages[message.id[0]] = tuple(message.string or ())
        elif message.id and isinstance(message.string, str):
            messages[str(message.id)] = message.string
    return Language(code, messages, stdlib_gettext.c2py(_plural_rule(catalog.mime_headers)))


def _plural_rule(headers: Any) -> str:
    """The rule as the file's own header states it: Babel's built-in Arabic rule swaps its last two forms."""
    header = dict(headers)["Plural-Forms"]
    return str(header.split("plural=", 1)[1].strip().rstrip(";"))


def offered() -> tuple[str, ...]:
    """The languages that have a catalog here."""
    folder = files("comity.web").joinpath("languages")
    return tuple(code for code in NAMES if code == "en" or folder.joinpath(f"{code}.po").is_file())


def chosen(cookie: str | None, accepts: str) -> str:
    """The language for a visitor: the one chosen before, else the best that the browser asks for.

    >>> chosen(None, "pt-BR, en;q=0.5")
    'en'
    """
    here = offered()
    if cookie in here:
        return str(cookie)
    wanted = []
    for item in accepts.split(","):
        tag, _, quality = item.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), tag.partition("-")[0].lower()))
        except ValueError:
            continue
    return next((tag for _, tag in sorted(wanted, key=lambda pair: pair[0]) if tag in here), "en")
