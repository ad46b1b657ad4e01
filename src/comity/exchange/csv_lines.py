"""Comma-separated files read strictly: every line with its number, and one sentence for whatever is wrong.

The rules are those of RFC 4180, with any of the three line ends, mixed too, and with or without a byte order
mark. A field in quotes may hold commas, doubled quotes and line breaks; the number of a line is the one that an
editor shows where it begins.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from comity.errors import Refused
from comity.exchange.files import FileBytes, shown

Line = tuple[int, list[str], bool]
"""Number of the line, its fields, and whether the file ends in it without a line end."""

OTHER_UNICODE = (b"\xff\xfe", b"\xfe\xff")
_PHYSICAL_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True)
class Table:
    """A file with a header: names as they were written, without the blanks round them, and the lines below."""

    name: str
    header: tuple[str, ...]
    lines: Iterable[Line]

    def column(self, wanted: str) -> int | None:
        """The place of a column, whatever its capitals; None where there is none. Refuses a repeated name."""
        places = [place for place, name in enumerate(self.header) if name.casefold() == wanted]
        if len(places) > 1:
            raise Refused(
                "repeated-column",
                f"{self.name}, line 1: the column '{wanted}' stands there {len(places)} times; keep one of them",
            )
        return places[0] if places else None

    def needed(self, wanted: str) -> int:
        """The place of a column without which the file cannot be read."""
        place = self.column(wanted)
        if place is None:
            raise missing_column(self.name, wanted, self.header)
        return place


def table(name: str, data: FileBytes) -> Table:
    """A file with a header line, whole. Refuses what is empty, not UTF-8, or has no header."""
    lines = lines_of(name, text_of(name, data))
    header = next(lines, None)
    if header is None:
        raise empty(name)
    return Table(name, tuple(field.strip() for field in header[1]), lines)


def complete_lines(lines_below: Table) -> Iterator[tuple[int, list[str]]]:
    """Lines of a file in which no line can be spared: one with too few or too many fields is refused."""
    width = len(lines_below.header)
    for number, fields, is_cut in lines_below.lines:
        if len(fields) != width:
            raise Refused(
                "wrong-field-count",
                f"{lines_below.name}, line {number}: {field_count(fields, width, is_cut)}; "
                "a text with a comma or a line break must stand in double quotes",
            )
        yield number, fields


def field_count(fields: list[str], width: int, is_cut: bool) -> str:
    """Half a sentence on a line of the wrong length, with its beginning."""
    count = f"{len(fields)} field{'' if len(fields) == 1 else 's'} where the header names {width}"
    cut = " (the file ends in this line and seems to be cut off)" if is_cut and len(fields) < width else ""
    return f"{count}{cut}, beginning {shown(fields[0])}"


def text_of(name: str, data: FileBytes, first: int = 1) -> str:
    """The text of a file without its byte order mark, or of a part that begins with the line `first`.

    >>> text_of("a.csv", b"\\xef\\xbb\\xbfparty")
    'party'
    """
    if len(data) == 0:
        raise empty(name)
    if first == 1 and data[:2] in OTHER_UNICODE:
        raise Refused(
            "not-unicode", f"{name}, line 1: the file is UTF-16, not UTF-8; save it again as 'CSV UTF-8'"
        )
    nul = data.find(b"\0")
    if nul >= 0:
        raise Refused(
            "nul-byte",
            f"{name}, line {_line_at(data, nul, first)}: there is a NUL byte (0x00), which no text has; "
            "the file is damaged or is not UTF-8: export it again",
        )
    try:
        text = bytes(data).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(
            "not-unicode",
            f"{name}, line {_line_at(data, error.start, first)}: the byte 0x{data[error.start]:02x} is not UTF-8; "
            "save the file again as UTF-8",
        ) from None
    return text.removeprefix("\ufeff") if first == 1 else text


def lines_of(name: str, text: str, first: int = 1) -> Iterator[Line]:
    """Every line that is not blank; `first` is the number of the text's first line.

    >>> list(lines_of("a.csv", 'party,text\\r\\n"a,\\nb",c'))
    [(1, ['party', 'text'], False), (2, ['a,\\nb', 'c'], True)]
    """
    ends_open = not text.endswith(("\n", "\r"))
    n_lines = 0
    is_last = False

    def physical() -> Iterator[str]:
        nonlocal n_lines, is_last
        for match in _PHYSICAL_LINE.finditer(text):
            n_lines += 1
            is_last = match.end() == len(text)
            yield match.group()

    reader = csv.reader(physical(), strict=True)
    while True:
        number = first + n_lines
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _broken(name, number, first + n_lines - 1, str(error)) from None
        if fields:
            yield number, fields, ends_open and is_last


def empty(name: str) -> Refused:
    return Refused("empty-file", f"{name} is empty: export it again")


def missing_column(name: str, wanted: str, header: tuple[str, ...]) -> Refused:
    """What to say of a header without a column that is needed; guesses another separator."""
    found = ", ".join(shown(column) for column in header[:12]) + (", ..." if len(header) > 12 else "")
    advice = "add it, or name it so in the header line"
    for mark, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and mark in header[0]:
            advice = f"the columns seem to be separated by {word}: save the file with commas"
    return Refused("missing-column", f"{name}, line 1: there is no column '{wanted}' among {found}; {advice}")


def _broken(name: str, begins: int, ends: int, what: str) -> Refused:
    if "field larger" in what:
        return Refused(
            "field-too-long",
            f"{name}, line {begins}: a field is longer than {csv.field_size_limit():,} characters, which no "
            "statement or name needs; a closing quote may be missing, or the file is not what it seems",
        )
    where = f"line {begins}" if begins >= ends else f"lines {begins} to {ends}"
    return Refused(
        "broken-quotes",
        f"{name}, {where}: a field that begins with a double quote does not end as one ({what}); the file is cut "
        "off, or a quote inside a text is not doubled",
    )


def _line_at(data: FileBytes, place: int, first: int) -> int:
    """The number of the line that holds a byte."""
    before = bytes(data[:place])
    return first + before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n")
