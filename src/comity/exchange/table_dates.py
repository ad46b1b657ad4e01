"""Dates as tables write them in a column: 2025-03-31, 31-Mar-2025, Mar 31, 2025, 31/03/2025, 03/31/2025 or a year."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from comity.errors import Refused
from comity.exchange.files import shown

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:[T ].*)?")
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})[- ](?P<name>[A-Za-z]{3,9})\.?[- ,]+(?P<year>\d{4})")
_NAME_FIRST = re.compile(r"(?P<name>[A-Za-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>\d{4})")
_YEAR = re.compile(r"(?P<year>\d{4})")
_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?:[T ].*)?")


def dates_in(texts: Iterable[tuple[str, str]]) -> dict[str, date]:
    """Each text of one column as a date. texts: where it stands, and what stands there.

    Of 31/03/2025 and 03/31/2025 the column itself says which it means. Refuses what is no date, and a column that
    could mean either where the two do not agree on which day is the newest.

    >>> dates_in([("line 2", "30/06/2024"), ("line 3", "01/07/2024")])["01/07/2024"]
    datetime.date(2024, 7, 1)
    """
    places: dict[str, str] = {}
    for where, text in texts:
        places.setdefault(text, where)
    slashed = {text: match for text in places if (match := _SLASHED.fullmatch(text))}
    found = {text: _plain(text, where) for text, where in places.items() if text not in slashed}
    return found | _slashed({text: (m[1], m[2], m[3]) for text, m in slashed.items()}, places)


def in_full(day: date) -> str:
    """A date as a sentence says it.

    >>> in_full(date(2025, 3, 31))
    '31 March 2025'
    """
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _plain(text: str, where: str) -> date:
    for form in (_ISO, _DAY_FIRST, _NAME_FIRST, _YEAR):
        match = form.fullmatch(text)
        if not match:
            continue
        parts = match.groupdict()
        month = _month(parts["name"]) if "name" in parts else int(parts.get("month", 1))
        day = _day(int(parts["year"]), month, int(parts.get("day", 1)))
        if day is not None:
            return day
    raise Refused("unreadable-time", f"{where}: {shown(text)} is no date; write it as 2025-03-31")


def _slashed(texts: dict[str, tuple[str, str, str]], places: dict[str, str]) -> dict[str, date]:
    readings = []
    for day, month in ((0, 1), (1, 0)):
        read = {text: _day(int(p[2]), int(p[month]), int(p[day])) for text, p in texts.items()}
        whole = {text: one for text, one in read.items() if one is not None}
        if len(whole) == len(texts):
            readings.append(whole)
    if not readings:
        text = next(iter(texts))
        raise Refused(
            "unreadable-time",
            f"{places[text]}: {shown(text)} is no date that agrees with the others; write 2025-03-31",
        )
    if texts and len(readings) == 2 and _newest(readings[0]) != _newest(readings[1]):
        raise Refused(
            "unreadable-time",
            f"{places[_newest(readings[0])]}: {shown(_newest(readings[0]))} could be day and month or month and day; "
            "write the dates as 2025-03-31",
        )
    return readings[0]


def _newest(dates: dict[str, date]) -> str:
    return max(dates, key=lambda text: dates[text])


def _month(name: str) -> int:
    """The number of a month by its first three letters, 0 for none."""
    short = [month[:3].lower() for month in MONTHS]
    return short.index(name[:3].lower()) + 1 if name[:3].lower() in short else 0


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
