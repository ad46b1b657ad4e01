"""A table of members that takes the place of a rule's parties: who they are, and what each has.

Read are a plain table (`party, votes [, bloc] [, any capacity]`) and tables as bodies publish them, such as the
World Bank's "IBRD Subscriptions and Voting Power of Member Countries", whose columns are Member, Number of Votes,
Subscription Amount, percentages, and As of Date; in CSV or, as a list of objects, in JSON. Of several dates the
newest counts. Whatever is left out is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from types import MappingProxyType

from comity.errors import Refused
from comity.exchange.csv_lines import Table, complete_lines, missing_column, table
from comity.exchange.files import FileBytes, need_new, shown
from comity.exchange.json_items import items
from comity.exchange.table_dates import dates_in, in_full
from comity.record.consultation import Party
from comity.record.rule import HEADS, Part, Present, Veto, Yes, parts_of

NAMED: Mapping[str, tuple[str, ...]] = {
    "party": ("party", "member", "member country", "member state", "country", "name"),
    "votes": ("votes", "number of votes", "votes: number", "votes number"),
    "capital": ("capital", "subscription amount"),
    "bloc": ("bloc", "constituency", "group"),
    "as of": ("as of", "as of date", "date", "year"),
}
"""What a column is called here, and the names that bodies give it; the first that is there counts."""
DERIVED = ("percent", "share of", "total", "%")
"""Columns that begin so are computed from the others and are left out, unless the rule counts them."""
TOTALS = ("total", "totals", "grand total", "sum", "all members")
SPREADSHEET = b"PK\x03\x04"
"""How the files of spreadsheets begin that are archives."""
NOTHING = ("", "-", "–", "—", "..", "n/a", "na")
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
_GROUPED = re.compile(r"[-+]?\d{1,3}([, \u00a0\u2009\u202f]\d{3})+(\.\d+)?")
ROUNDED = 1e-3
"""A total may differ by so much from the members' sum: published amounts are rounded."""
LISTED = 12


@dataclass(frozen=True)
class Members:
    """The members of a table, in its order.

    capacities of a party: by the column's name here, or as the file writes it. line: where a party stands. columns:
    as written. unreadable: columns that hold numbers and something else, and what; they are no capacity. has_blocs:
    the table has a column for them. as_of: the date of the figures, if it says one. notes: what was left
    out, a sentence each.
    """

    name: str
    parties: tuple[Party, ...]
    line: Mapping[str, str]
    columns: tuple[str, ...]
    unreadable: Mapping[str, str]
    has_blocs: bool
    as_of: str
    notes: tuple[str, ...]


def members_from(data: FileBytes, name: str, counted: Sequence[str] = ()) -> Members:
    """The members of a table, in JSON if its name ends so. counted: capacities that a rule counts, so that their
    columns are found whatever their case.

    Refuses a table without a column of names, a name that is empty or there twice, and a number below 0.

    >>> found = members_from(b"Member,Number of Votes\\nMalta,\\"1,203\\"\\nTotal,1203\\n", "bank.csv")
    >>> found.parties[0].name, dict(found.parties[0].capacities), found.notes[0]
    ('Malta', {'votes': 1203.0}, "The line 'Total' is left out.")
    """
    below = _table(name, data)
    column = _columns(name, below.header, counted)
    if "party" not in column:
        raise missing_column(name, "party", below.header)
    word = "item" if _is_json(name) else "line"
    rows = [
        (f"{word} {number}", [field.strip() for field in fields]) for number, fields in complete_lines(below)
    ]
    rows = [(place, fields) for place, fields in rows if any(fields)]
    notes: list[str] = []
    rows, as_of = _newest(name, rows, column.get("as of"), notes)
    totals = [row for row in rows if row[1][column["party"]].casefold() in TOTALS]
    rows = [row for row in rows if row not in totals]
    if not rows:
        raise Refused("no-parties", f"{name} names no members below its header; add a line for each")
    capacities, unreadable = _capacities(below.header, rows, column, counted, notes)
    places = {key: place for place, key in enumerate(below.header)} | column
    notes += _check_totals(totals, capacities, places)
    seen: dict[str, str] = {}
    parties = []
    for place, (line, fields) in enumerate(rows):
        where = f"{name}, {line}"
        party = fields[column["party"]]
        need_new("party", party.casefold(), where, seen)
        has = {key: values[place] for key, values in capacities.items()}
        _refuse_negative(where, party, has)
        bloc = fields[column["bloc"]] if "bloc" in column else ""
        known = {key: value for key, value in has.items() if value is not None}
        parties.append(Party(party, party, bloc or None, MappingProxyType(known)))
    lines = {fields[column["party"]]: line for line, fields in rows}
    shown_columns = tuple(head for head in below.header if head)
    return Members(
        name, tuple(parties), lines, shown_columns, unreadable, "bloc" in column, as_of, tuple(notes)
    )


def _table(name: str, data: FileBytes) -> Table:
    """A CSV table, or a JSON list of flat objects as a table whose columns are the fields of all of them."""
    if data[:4] == SPREADSHEET:
        raise Refused(
            "not-unicode", f"{name} is a spreadsheet's own file; save it as 'CSV UTF-8' and give that"
        )
    if not _is_json(name):
        return table(name, data)
    found = items(name, data)
    if not found:
        raise Refused("no-parties", f"{name} names no members; add an object for each")
    heads = tuple(dict.fromkeys(head for item in found for head in item.names))
    lines = [(item.number, [_written(item.value(head)) for head in heads], False) for item in found]
    return Table(name, heads, lines)


def _is_json(name: str) -> bool:
    return name.lower().endswith(".json")


def _written(value: object) -> str:
    """A JSON value as a table would write it; an object or a list is none that a table has."""
    if value is None or isinstance(value, (dict, list)):
        return ""
    return repr(value) if isinstance(value, float) else str(value)


def _normal(head: str) -> str:
    """A column's name without its case, underscores and repeated blanks."""
    return " ".join(head.replace("_", " ").split()).casefold()


def _columns(name: str, header: Sequence[str], counted: Sequence[str]) -> dict[str, int]:
    """The place of every column that has a name here; those the rule counts come first. Refuses repeated names."""
    places: dict[str, int] = {}
    for place, head in enumerate(header):
        if head and _normal(head) in places:
            raise Refused(
                "repeated-column",
                f"{name}, line 1: the column {shown(head)} stands there twice; keep one of them",
            )
        places.setdefault(_normal(head), place)
    found = {capacity: places[_normal(capacity)] for capacity in counted if _normal(capacity) in places}
    for key, names in NAMED.items():
        free = [places[one] for one in names if one in places and places[one] not in found.values()]
        if key not in found and free:
            found[key] = free[0]
    return found


Rows = list[tuple[str, list[str]]]
"""Where a row stands ("line 3"), and what stands in it."""


def _newest(name: str, rows: Rows, place: int | None, notes: list[str]) -> tuple[Rows, str]:
    """The rows of the newest date, and that date in words."""
    if place is None or not rows:
        return rows, ""
    day = dates_in([(f"{name}, {line}", fields[place]) for line, fields in rows])
    newest = max(day.values())
    kept = [(line, fields) for line, fields in rows if day[fields[place]] == newest]
    written = kept[0][1][place]
    as_of = written if re.fullmatch(r"\d{4}", written) else in_full(newest)
    if len(kept) < len(rows):
        notes.append(
            f"Of its {len(set(day.values()))} dates the newest, {as_of}, was taken: {len(kept)} of {len(rows)} lines."
        )
    return kept, as_of


def _check_totals(
    totals: Rows, capacities: Mapping[str, list[float | None]], places: Mapping[str, int]
) -> list[str]:
    """A sentence on each line of totals: left out, and whether the members add up to it."""
    notes = []
    for _, fields in totals:
        said = f"The line {shown(fields[places['party']])} is left out"
        for key, values in capacities.items():
            stated, added = _number(fields[places[key]]), sum(value or 0 for value in values)
            if stated is not None and abs(stated - added) > ROUNDED * added:
                said += f"; it says {stated:,.10g} {key}, but the members have {added:,.10g} together"
        notes.append(f"{said}.")
    return notes


def _capacities(
    header: Sequence[str], rows: Rows, column: Mapping[str, int], counted: Sequence[str], notes: list[str]
) -> tuple[dict[str, list[float | None]], dict[str, str]]:
    """Every column of numbers, and what stands in those that hold numbers and something else."""
    named = {place: key for key, place in column.items()}
    found: dict[str, list[float | None]] = {}
    unreadable: dict[str, str] = {}
    left: list[str] = []
    for place, head in enumerate(header):
        key = named.get(place, head)
        if not head or key in ("party", "bloc", "as of"):
            continue
        texts = [fields[place] for _, fields in rows]
        numbers = [_number(text) for text in texts]
        bad = [i for i, text in enumerate(texts) if numbers[i] is None and text.casefold() not in NOTHING]
        if key not in counted and _normal(head).startswith(DERIVED):
            left.append(head)
        elif bad:
            line, fields = rows[bad[0]]
            unreadable[key] = f"{line}: {fields[column['party']]} has {shown(texts[bad[0]])} as {key}"
            left.append(head)
        elif any(value is not None for value in numbers):
            found[key] = numbers
    if left:
        more = f" and {len(left) - LISTED} more" if len(left) > LISTED else ""
        notes.append(f"Columns that are not used: {', '.join(left[:LISTED])}{more}.")
    return found, unreadable


def _number(text: str) -> float | None:
    """A number, with thousands apart or not; None where it is none.

    >>> _number("1,234.5"), _number("12"), _number("1,23"), _number("nan")
    (1234.5, 12.0, None, None)
    """
    if _GROUPED.fullmatch(text):
        return float(re.sub(r"[^-+.\d]", "", text))
    return float(text) if _NUMBER.fullmatch(text) else None


def _refuse_negative(where: str, party: str, has: Mapping[str, float | None]) -> None:
    for key, value in has.items():
        if value is not None and not 0 <= value < float("inf"):
            raise Refused(
                "weight-negative",
                f"{where}: {party} has {value:g} {key}; a weight is a number from 0, so correct it",
            )


# In the place of a rule's own parties -------------------------------------------------------------------------


def seated(members: Members, own: Sequence[Party], asked: Set[str], title: str) -> tuple[Party, ...]:
    """The members as a rule's parties. Where the table has no blocs, they keep those of the rule's own parties.

    asked: the blocs that the rule names. No own party of theirs may be missing from a table without blocs, for
    nobody could tell whether it left or is spelt otherwise.
    """
    if members.has_blocs:
        return members.parties
    bloc = {party.name: party.bloc for party in own if party.bloc}
    names = {party.name for party in members.parties}
    gone = [name for name in bloc if bloc[name] in asked and name not in names]
    if gone:
        raise Refused(
            "party-not-in-rule",
            f"{members.name} has no {shown(gone[0])}, which belongs to the bloc {shown(bloc[gone[0]] or '')} that "
            f"{title} asks; write the name as the rule does, or give the table a column 'bloc'",
        )
    return tuple(Party(p.party_id, p.name, bloc.get(p.name), p.capacities) for p in members.parties)


def check_counted(members: Members, part: Part, title: str) -> None:
    """Refuses a table that lacks what the rule counts, or a party that the rule names."""
    names = {party.name for party in members.parties}
    for one in parts_of(part):
        if isinstance(one, Yes | Present) and one.capacity != HEADS:
            _check_capacity(members, one.capacity, title)
        elif isinstance(one, Veto):
            for name in one.parties:
                if name not in names:
                    raise Refused(
                        "party-not-in-rule",
                        f"{members.name} has no {shown(name)}, whose consent {title} needs; write the name as the rule "
                        "does, or change the rule",
                    )


def _check_capacity(members: Members, capacity: str, title: str) -> None:
    if capacity in members.unreadable:
        raise Refused(
            "unreadable-value",
            f"{members.name}, {members.unreadable[capacity]}, which {title} counts; write a number from 0, "
            "with a decimal point",
        )
    lacking = [party for party in members.parties if capacity not in party.capacities]
    if len(lacking) == len(members.parties):
        found = ", ".join(members.columns[:LISTED]) + (", ..." if len(members.columns) > LISTED else "")
        raise Refused(
            "weight-missing",
            f"{members.name} has no {capacity}, which {title} counts; add a column {shown(capacity)} to its columns "
            f"({found})",
        )
    if lacking:
        raise Refused(
            "weight-missing",
            f"{members.name}, {members.line[lacking[0].name]}: {lacking[0].name} has no {capacity}, which {title} "
            "counts; give it a number, 0 if none",
        )
