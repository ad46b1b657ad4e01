"""Files read strictly: every line with its number, and one sentence for whatever is wrong."""

from __future__ import annotations

import pytest

from comity.errors import Refused
from comity.exchange.csv_lines import complete_lines, table


def read(data: bytes) -> list[tuple[int, list[str]]]:
    return list(complete_lines(table("a.csv", data)))


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_any_line_end_is_one(line_end: bytes) -> None:
    assert read(line_end.join([b"party,bloc", b"north,hills", b"south,"])) == [
        (2, ["north", "hills"]),
        (3, ["south", ""]),
    ]


def test_line_ends_may_be_mixed_and_blank_lines_are_nothing() -> None:
    data = b"party,bloc\r\nnorth,hills\n\nsouth,\reast,x\r\n\r\n"
    assert read(data) == [(2, ["north", "hills"]), (4, ["south", ""]), (5, ["east", "x"])]


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert table("a.csv", b"\xef\xbb\xbfparty,bloc\nx,y\n").header == ("party", "bloc")


def test_a_quoted_field_holds_commas_quotes_and_line_breaks_and_lines_keep_their_numbers() -> None:
    data = 'party,text\n1,"one, two\r\nthree ""four"""\n2,五\n'.encode()
    assert read(data) == [(2, ["1", 'one, two\r\nthree "four"']), (4, ["2", "五"])]


def test_line_separators_of_unicode_are_text_and_no_line_ends() -> None:
    assert read("party,text\n1,a\u2028b\x0bc\x85d\n".encode()) == [(2, ["1", "a\u2028b\x0bc\x85d"])]


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (b"", "empty-file", "a.csv is empty"),
        (b"\n\r\n", "empty-file", "a.csv is empty"),
        (b"\xef\xbb\xbf", "empty-file", "a.csv is empty"),
        ("party\n1".encode("utf-16"), "not-unicode", "a.csv, line 1: the file is UTF-16"),
        (b"party\nx\n\xe9t\xe9\n", "not-unicode", "a.csv, line 3: the byte 0xe9 is not UTF-8"),
        (b"party\r\nx\r\nnul\0\r\n", "nul-byte", "a.csv, line 3: there is a NUL byte"),
        (b'party,text\n1,"open\nnever closed\n', "broken-quotes", "a.csv, lines 2 to 3: a field that begins"),
        (b'party,text\n1,"a"b\n', "broken-quotes", "a.csv, line 2: a field that begins"),
        (b"party,text\n1," + b"x" * 10_000_000, "field-too-long", "a.csv, line 2: a field is longer than"),
        (
            b'party,text\n1,"' + b"x" * 10_000_000 + b'"\n',
            "field-too-long",
            "a.csv, line 2: a field is longer",
        ),
        (b"party,text\n1,a,b\n", "wrong-field-count", "a.csv, line 2: 3 fields where the header names 2"),
        (
            b"party,text\n1,a\n2",
            "wrong-field-count",
            "line 3: 1 field where the header names 2 (the file ends",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_file_and_line(data: bytes, code: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        read(data)
    assert refused.value.code == code
    assert says in refused.value.text
    assert "\n" not in refused.value.text


def test_a_missing_column_is_named_beside_those_that_are_there() -> None:
    with pytest.raises(Refused) as refused:
        table("a.csv", b"party;bloc\n").needed("party")
    assert refused.value.code == "missing-column"
    assert refused.value.text == (
        "a.csv, line 1: there is no column 'party' among 'party;bloc'; the columns seem to be separated by "
        "semicolons: save the file with commas"
    )


def test_a_column_is_found_whatever_its_capitals_and_blanks_and_never_twice() -> None:
    assert table("a.csv", b" Party ,BLOC\n").needed("bloc") == 1
    with pytest.raises(Refused) as refused:
        table("a.csv", b"party,Party\n").column("party")
    assert refused.value.code == "repeated-column"
