"""`comity.jsonl`: a copy of a record as lines of canonical JSON. Normative: docs/reference/record-format.md."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from comity.errors import Refused
from comity.record.canonical import canonical, parsed
from comity.record.copies import FORM, CopiedName, CopiedText, CopyKind, Header, Item, Line, Signed
from comity.record.sums import PublishedSums, Sum

NAME = "comity.jsonl"
_ENTRY_LINE = re.compile(rb'\{"entry":(\{.*\}),"index":(0|[1-9][0-9]*),"root":"([0-9a-f]{64})"\}')
_HASH = re.compile(r"[0-9a-f]{64}\Z")


class Unreadable(ValueError):
    """A line that is not of the form. line: its number, 1 is the first."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")
        self.line = line
        self.what = what


def written(items: Iterable[Item]) -> Iterator[bytes]:
    """The lines of a copy, each with its line end."""
    for item in items:
        yield _line(item) + b"\n"


def read(lines: Iterable[bytes]) -> Iterator[tuple[int, Item]]:
    """The items of a copy with the numbers of their lines. Raises Unreadable at the first line of another form.

    Raises Refused when the first line is not that of a copy: then this is some other file.
    """
    number = 0
    for number, line in enumerate(lines, 1):
        yield number, _item(number, line)
    if number == 0:
        raise Refused("not-a-record", "the file is empty; a record begins with a line that says what it is")


def _line(item: Item) -> bytes:
    if isinstance(item, Line) and item.entry is not None:
        return b'{"entry":%b,"index":%d,"root":"%b"}' % (item.entry, item.index, item.root.encode())
    return canonical(_object(item))


def _object(item: Item) -> dict[str, Any]:
    match item:
        case Header():
            return {"form": FORM, **vars(item)}
        case Line():
            return {"leaf": item.leaf, "index": item.index, "root": item.root}
        case Signed():
            return {"checkpoint": item.note}
        case CopiedText():
            return {"text": vars(item)}
        case CopiedName():
            return {"name": vars(item)}
        case PublishedSums():
            parties = [{"party": party, **vars(found)} for party, found in item.parties.items()]
            rest = None if item.rest is None else vars(item.rest)
            return {"sums": {"statement": item.statement, "parties": parties, "rest": rest}}


def _item(number: int, line: bytes) -> Item:
    if not line.endswith(b"\n"):
        raise Unreadable(number, "it has no line end: the file was cut off")
    bare = line[:-1]
    entry = _ENTRY_LINE.fullmatch(bare)
    if entry is not None and number > 1:
        return Line(int(entry[2]), entry[3].decode(), entry[1])
    try:
        value = parsed(bare)
    except ValueError as error:
        if number == 1:
            raise _not_a_record() from None
        raise Unreadable(number, f"it is not JSON ({error})") from None
    if number == 1 and (not isinstance(value, dict) or value.get("form") != FORM):
        raise _not_a_record()
    try:
        if canonical(value) != bare:
            raise ValueError("it is not in canonical form")
        return _header(value) if number == 1 else _other(value)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Unreadable(number, str(error) or "it is of no known kind") from None


def _not_a_record() -> Refused:
    return Refused(
        "not-a-record", f"the first line is not that of a record of the form {FORM}; give a file {NAME}"
    )


def _header(value: Mapping[str, Any]) -> Header:
    _names(value, "form", "copy", "consultation", "origin", "key", "size", "root")
    texts = [value[name] for name in ("copy", "consultation", "origin", "key", "root")]
    if value["copy"] not in get_args(CopyKind) or not all(isinstance(text, str) for text in texts):
        raise ValueError("its fields are not those of a first line")
    return Header(
        value["copy"],
        value["consultation"],
        value["origin"],
        value["key"],
        _count(value["size"]),
        value["root"],
    )


def _other(value: Any) -> Item:
    if not isinstance(value, dict):
        raise ValueError("it is no object")
    if "leaf" in value:
        _names(value, "leaf", "index", "root")
        return Line(_count(value["index"]), _hash(value["root"]), None, _hash(value["leaf"]))
    if len(value) != 1:
        raise ValueError(f"it is of no known kind: {', '.join(sorted(value))}")
    kind, inner = next(iter(value.items()))
    match kind:
        case "checkpoint":
            return Signed(_text(inner))
        case "text":
            _names(inner, "hash", "salt", "text")
            return CopiedText(_hash(inner["hash"]), _text(inner["salt"]), _text(inner["text"]))
        case "name":
            _names(inner, "by", "name")
            return CopiedName(_text(inner["by"]), _text(inner["name"]))
        case "sums":
            return _sums(inner)
    raise ValueError(f"it is of no known kind: {kind}")


def _sums(value: Any) -> PublishedSums:
    _names(value, "statement", "parties", "rest")
    parties: dict[str | None, Sum] = {}
    for item in value["parties"]:
        _names(item, "party", "agreed", "disagreed", "passed")
        parties[None if item["party"] is None else _text(item["party"])] = _sum(item)
    rest = value["rest"]
    if rest is not None:
        _names(rest, "agreed", "disagreed", "passed")
    return PublishedSums(_text(value["statement"]), parties, None if rest is None else _sum(rest))


def _sum(value: Mapping[str, Any]) -> Sum:
    return Sum(_count(value["agreed"]), _count(value["disagreed"]), _count(value["passed"]))


def _names(value: Any, *names: str) -> None:
    if not isinstance(value, dict) or set(value) != set(names):
        raise ValueError(f"it needs exactly {', '.join(names)}")


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} is no count")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value


def _hash(value: Any) -> str:
    if not isinstance(value, str) or not _HASH.match(value):
        raise ValueError(f"{value!r} is no hash")
    return value
