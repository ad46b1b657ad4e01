"""What a host pastes: a table of parties, a list of first statements, moments and shares typed into a form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from comity.errors import Refused

HEADS = {
    "party",
    "name",
    "parti",
    "partie",
    "parte",
    "nombre",
    "nom",
    "сторона",
    "название",
    "当事方",
    "名称",
    "الطرف",
    "الاسم",
}
SEPARATORS = "\t", ";", "；", "؛", "|", ",", "，", "،"


@dataclass(frozen=True)
class PastedParty:
    """One line of the table."""

    party: str
    name: str
    bloc: str | None = None
    capacities: Mapping[str, float] = field(default_factory=dict)


def parties(text: str) -> tuple[PastedParty, ...]:
    """One party a line: its name, then its bloc if it has one; a first line of heads may name more columns.

    Cells are parted by tabs (as a spreadsheet copies them), semicolons, bars or commas, of any script. Columns
    beyond the second need a head, hold numbers, and become capacities. Raises Refused.

    >>> [(item.party, item.name, item.bloc) for item in parties("Åland; north\\nBland")]
    [('aland', 'Åland', 'north'), ('bland', 'Bland', None)]
    >>> parties("奥兰；北方")[0].bloc, parties("ألاند؛ الشمال")[0].name
    ('北方', 'ألاند')
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    separator = next((item for item in SEPARATORS if any(item in line for line in lines)), "\t")
    rows = [[cell.strip() for cell in line.split(separator)] for line in lines]
    heads: list[str] = []
    if rows and rows[0][0].casefold() in HEADS:
        heads = rows.pop(0)
    found: list[PastedParty] = []
    for number, row in enumerate(rows, 1):
        found.append(_party(number, row, heads, {item.party for item in found}))
        if sum(item.name == found[-1].name for item in found) > 1:
            raise Refused(
                "repeated-name", f"the party {row[0]!r} stands in the table twice; keep one of the two"
            )
    return tuple(found)


def _party(number: int, row: list[str], heads: list[str], taken: set[str]) -> PastedParty:
    if not row[0]:
        raise Refused("bad-table", f"line {number} of the parties has no name; write the name first")
    capacities = {}
    for place, cell in enumerate(row[2:], 2):
        if not cell:
            continue
        if place >= len(heads):
            raise Refused(
                "bad-table",
                f"line {number} of the parties has {len(row)} cells; give the name and the bloc, "
                "or a first line that names every column",
            )
        try:
            capacities[heads[place]] = float(cell.replace(" ", "").replace("\u202f", ""))
        except ValueError:
            raise Refused(
                "bad-table",
                f"line {number} of the parties: {heads[place]} is {cell!r}, which is no number; write digits only",
            ) from None
    name = _free(slug(row[0]) or f"party-{number}", taken)
    return PastedParty(name, row[0], (row[1] or None) if len(row) > 1 else None, capacities)


def slug(text: str) -> str:
    """The Latin letters and digits of a text, for an address.

    >>> slug("The river Élan, 2026")
    'the-river-elan-2026'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")


def _free(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free


def one_line(text: str) -> str:
    """A text without line breaks and doubled blanks, and without signs that no reader sees."""
    kept = "".join(" " if letter in "\r\n\t" else letter for letter in text)
    kept = "".join(letter for letter in kept if unicodedata.category(letter) not in ("Cc", "Cs"))
    return re.sub(r" {2,}", " ", kept).strip()


def lines(text: str) -> tuple[str, ...]:
    """The lines that are not empty."""
    return tuple(found for found in map(one_line, text.splitlines()) if found)


def moment(text: str) -> int | None:
    """What a date field sends, as milliseconds since 1970, read as UTC; None for an empty one. Raises Refused.

    >>> moment("1970-01-02T00:00")
    86400000
    """
    if not text.strip():
        return None
    try:
        return int(datetime.fromisoformat(text.strip()).replace(tzinfo=UTC).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Refused("bad-moment", f"{text!r} is no date and time; write it as 2026-05-03T14:00") from None


def moment_text(at: int | None) -> str:
    """The same the other way round."""
    return "" if at is None else f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%dT%H:%M}"


def whole(text: str, what: str, least: int, most: int) -> int | None:
    """A whole number within bounds; None for an empty field. Raises Refused."""
    if not text.strip():
        return None
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise Refused("bad-number", f"{what} is {text[:40]!r}; write a whole number from {least} to {most}")
    return number
