"""Dates of a column, in the forms that tables use."""

from __future__ import annotations

from datetime import date

import pytest

from comity.errors import Refused
from comity.exchange.table_dates import dates_in


def read(*texts: str) -> list[date]:
    found = dates_in([(f"a.csv, line {place}", text) for place, text in enumerate(texts, start=2)])
    return [found[text] for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        "2025-03-31",
        "2025-03-31T00:00:00.000",
        "2025-03-31 00:00",
        "31-Mar-2025",
        "31 March 2025",
        "Mar 31, 2025",
        "march 31 2025",
        "31/03/2025",
        "03/31/2025",
        "31.03.2025",
    ],
)
def test_every_form_is_the_same_day(text: str) -> None:
    assert read(text) == [date(2025, 3, 31)]


def test_a_year_is_its_first_day() -> None:
    assert read("2026", "2025-12-31") == [date(2026, 1, 1), date(2025, 12, 31)]


def test_the_column_says_what_comes_first() -> None:
    assert read("01/06/2024", "30/06/2024") == [date(2024, 6, 1), date(2024, 6, 30)]
    assert read("01/06/2024", "06/30/2024") == [date(2024, 1, 6), date(2024, 6, 30)]


def test_one_date_or_one_newest_is_enough() -> None:
    assert read("05/06/2024", "05/06/2024") == [date(2024, 6, 5)] * 2
    assert read("05/06/2024", "05/06/2023") == [date(2024, 6, 5), date(2023, 6, 5)]


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        (("2025-03-31", "soon"), "a.csv, line 3: 'soon' is no date; write it as 2025-03-31"),
        (("2025-02-30",), "a.csv, line 2: '2025-02-30' is no date; write it as 2025-03-31"),
        (("31 Smarch 2025",), "a.csv, line 2: '31 Smarch 2025' is no date; write it as 2025-03-31"),
        (
            ("31/03/2025", "03/31/2025"),
            "a.csv, line 2: '31/03/2025' is no date that agrees with the others; write 2025-03-31",
        ),
        (
            ("05/06/2024", "04/07/2024"),
            "a.csv, line 3: '04/07/2024' could be day and month or month and day; write the dates as 2025-03-31",
        ),
    ],
)
def test_what_cannot_be_told_is_refused(texts: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        read(*texts)
    assert (caught.value.code, caught.value.text) == ("unreadable-time", sentence)
