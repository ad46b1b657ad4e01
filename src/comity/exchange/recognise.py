"""Which kind of consultation a set of files is, told by what stands in them; their names help only where they fail.

A file is what the names of its columns (or, in JSON, of its fields) say, even where one of them is missing: the
reader then says which. A file that is nothing known is not used, and the consultation's notes say so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from comity.errors import Refused
from comity.exchange import parquet
from comity.exchange.csv_lines import OTHER_UNICODE
from comity.exchange.files import FileBytes, Files, shown

Kind = Literal["polis-export", "polis-api", "plain-table"]
What = tuple[Kind, str]
"""A kind, and the role of a file in it."""

BEGINNING = 1 << 20
"""Bytes at the beginning of a file in which its header must stand."""

LISTED = 6
"""Files that are named when none of them is known."""

BLANK = b"\xef\xbb\xbf \t\r\n"


@dataclass(frozen=True)
class Recognised:
    """roles: what each used file holds, by role; notes: what a reader should know of the others."""

    kind: Kind
    roles: dict[str, str]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Signature:
    """How a file of one role shows itself: enough of these columns, and none of those."""

    kind: Kind
    role: str
    columns: frozenset[str]
    enough: int
    never: frozenset[str] = frozenset()

    def fits(self, header: frozenset[str]) -> bool:
        return len(self.columns & header) >= self.enough and not self.never & header


def _signature(kind: Kind, role: str, columns: str, enough: int, never: str = "") -> Signature:
    return Signature(kind, role, frozenset(columns.split()), enough, frozenset(never.split()))


SIGNATURES = (
    _signature("polis-export", "votes", "timestamp comment-id voter-id vote", 2, "comment-body author-id"),
    _signature(
        "polis-export",
        "comments",
        "comment-id comment-body moderated author-id agrees disagrees",
        3,
        "voter-id",
    ),
    _signature(
        "polis-export",
        "participants_votes",
        "participant group-id n-comments n-votes n-agree n-disagree",
        3,
        "n-important",  # Polis' participant-importance.csv: the same shape, but no votes
    ),
    _signature("plain-table", "votes", "participant statement vote", 2, "group-id"),
    _signature("plain-table", "statements", "statement text language moderation", 2, "participant vote"),
    _signature("plain-table", "parties", "party", 1, "participant statement vote text"),
    _signature("plain-table", "consultation", "title question", 1, "participant statement vote text party"),
)
"""In this order: the first that fits is what a CSV or Parquet file is."""

KNOWN_COLUMNS = {
    "votes": {"participant", "statement", "vote", "at", "party"},
    "statements": {"statement", "text", "language", "moderation", "author"},
    "consultation": {"title", "question"},
}
"""Columns of a plain table that are read; every other column of a file of parties is a capacity."""

SUMMARY_KEYS = {"topic", "url", "views", "voters", "voters-in-conv", "conversation-description"}

BY_NAME: dict[str, tuple[Kind, str]] = {
    "votes.json": ("polis-api", "votes"),
    "comments.json": ("polis-api", "comments"),
    "comments.csv": ("polis-export", "comments"),
    "participants-votes.csv": ("polis-export", "participants_votes"),
    "participant-votes.csv": ("polis-export", "participants_votes"),
    "votes.csv": ("plain-table", "votes"),
    "statements.csv": ("plain-table", "statements"),
    "parties.csv": ("plain-table", "parties"),
    "votes.parquet": ("plain-table", "votes"),
    "statements.parquet": ("plain-table", "statements"),
    "parties.parquet": ("plain-table", "parties"),
}
"""What a file is taken for when nothing in it tells, so that its reader can say what is wrong with it."""

A_VOTES_FILE: What = ("plain-table", "votes")
"""By its name alone; beside a file of a Polis export it is taken for one of those."""

PARTIES: What = ("plain-table", "parties")

WHAT_IS_READ = (
    "Comity reads a Polis export (votes.csv or participants-votes.csv, and comments.csv), files of Polis' API "
    "(votes.json and comments.json) and plain tables (a CSV file with the columns participant, statement, vote)"
)


def recognise(files: Files) -> Recognised:
    """The kind of these files, and what each of them holds. Refuses what is nothing known, and two of one role."""
    found = {name: _by_content(data) for name, data in files.items()}
    named = {name: BY_NAME.get(name.casefold()) for name, what in found.items() if what is None}
    if any(what is not None and what[0] == "polis-export" for what in (*found.values(), *named.values())):
        named = {
            name: ("polis-export", "votes") if what == A_VOTES_FILE else what for name, what in named.items()
        }
    found |= named
    kind = _kind(found)
    roles: dict[str, str] = {}
    for name, what in found.items():
        if kind == "polis-export" and what == PARTIES:
            what = (kind, "parties")  # noqa: PLW2901  (Comity's own exports hold the parties too)
        if what is None or what[0] != kind:
            continue
        if what[1] in roles:
            raise _ambiguous([roles[what[1]], name])
        roles[what[1]] = name
    _need_all(kind, roles)
    unused = sorted(set(files) - set(roles.values()))
    notes = [f"not used: {', '.join(unused)}"] if unused else []
    return Recognised(kind, roles, (*notes, *_unused_columns(kind, roles, files)))


def _kind(found: Mapping[str, What | None]) -> Kind:
    """The kind of which there are votes; where there are none, the kind of what there is."""
    known = [what for what in found.values() if what is not None]
    voting = {what[0] for what in known if what[1] in ("votes", "participants_votes")}
    if len(voting) > 1:
        raise _ambiguous([name for name, what in found.items() if what is not None and what[1] == "votes"])
    kinds = voting or {what[0] for what in known}
    if not kinds:
        names = ", ".join(sorted(found)[:LISTED]) or "no file"
        names += f" and {len(found) - LISTED} more" if len(found) > LISTED else ""
        raise Refused("nothing-recognised", f"nothing here is known ({names}): {WHAT_IS_READ}")
    return min(kinds)


def _by_content(data: FileBytes) -> What | None:
    first = data[:BEGINNING].lstrip(BLANK)[:1]
    if first in (b"[", b"{"):
        return _json_role(data, is_list=first == b"[")
    header = _header(data)
    if header and header[0] in SUMMARY_KEYS:
        return "polis-export", "summary"
    names = frozenset(header)
    fits = (signature for signature in SIGNATURES if signature.fits(names))
    return next(((signature.kind, signature.role) for signature in fits), None)


def _json_role(data: FileBytes, is_list: bool) -> What | None:
    if is_list:
        fields = ((b'"txt"', "comments"), (b'"vote"', "votes"))
    else:
        fields = ((b'"group-clusters"', "math"), (b'"topic"', "conversation"))
    return next((("polis-api", role) for field, role in fields if data.find(field) >= 0), None)


def _header(data: FileBytes) -> list[str]:
    """The names in the first line, in lower case, whatever separates them."""
    if parquet.is_parquet(data):
        try:
            return [name.casefold() for name in parquet.column_names("", data)]
        except Refused:
            return []
    beginning = data[:BEGINNING]
    encoding = "utf-16" if beginning[:2] in OTHER_UNICODE else "utf-8"
    text = beginning[: len(beginning) // 2 * 2].decode(encoding, errors="replace").lstrip("\ufeff\r\n")
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    return [name.strip().strip('"').strip().casefold() for name in re.split(r"[,;\t]", first)]


def _need_all(kind: Kind, roles: Mapping[str, str]) -> None:
    """Refuses files of which an indispensable one is missing."""
    needed: dict[Kind, list[tuple[str, ...]]] = {
        "polis-export": [("comments",), ("votes", "participants_votes")],
        "polis-api": [("comments",), ("votes",)],
        "plain-table": [("votes",)],
    }
    suffix = ".json" if kind == "polis-api" else ".csv"
    words = {"polis-export": "a Polis export", "polis-api": "Polis' API", "plain-table": "a plain table"}
    for either in needed[kind]:
        if not any(role in roles for role in either):
            files = " or ".join(role.replace("_", "-") + suffix for role in either)
            there = " and ".join(sorted(roles.values()))
            raise Refused(
                "missing-file",
                f"{files} is missing beside {there}, which {'is' if len(roles) == 1 else 'are'} of {words[kind]}; "
                "put it into the same folder and name the folder",
            )


def _unused_columns(kind: Kind, roles: Mapping[str, str], files: Files) -> list[str]:
    if kind != "plain-table":
        return []
    unused = {
        roles[role]: [name for name in _header(files[roles[role]]) if name not in known]
        for role, known in KNOWN_COLUMNS.items()
        if role in roles
    }
    return [
        f"not used in {file}: column{'s' if len(names) > 1 else ''} {', '.join(map(shown, names))}"
        for file, names in unused.items()
        if names
    ]


def _ambiguous(names: list[str]) -> Refused:
    return Refused(
        "ambiguous-files",
        f"{' and '.join(names)} hold the same kind of thing, and only one can count; leave the right one in the "
        "folder, or name that file alone",
    )
