"""JSON files read strictly: what each item holds, and one sentence for whatever is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from comity.errors import Refused
from comity.exchange.csv_lines import text_of
from comity.exchange.files import FileBytes, shown
from comity.exchange.vote_lines import time_of
from comity.record.consultation import NO_TIME


class Item:
    """One object of a JSON file, asked for its fields by any of the names that they go by."""

    def __init__(self, file: str, number: int, fields: Mapping[str, Any]) -> None:
        self.where = f"{file}, item {number}"
        self.file = file
        self.number = number
        self._fields = fields

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that it has, in its order."""
        return tuple(self._fields)

    def value(self, *names: str) -> Any:
        """The first of these fields that is there and not null; None where none is."""
        return next((self._fields[name] for name in names if self._fields.get(name) is not None), None)

    def needed(self, *names: str) -> Any:
        value = self.value(*names)
        if value is None:
            raise Refused("missing-field", f"{self.where}: there is no field '{names[0]}'; it cannot be read")
        return value

    def identity(self, *names: str) -> str:
        """A name or a number that names something, as text."""
        value = self.needed(*names)
        if isinstance(value, bool) or not isinstance(value, (int, str)) or str(value).strip() == "":
            raise self.wrong(names[0], value, "a number or a name")
        return str(value).strip()

    def whole(self, *names: str) -> int | None:
        """A whole number, written as a number or as text; None where it is not there."""
        value = self.value(*names)
        if value is None:
            return None
        try:
            if isinstance(value, bool) or int(float(value)) != float(value):
                raise ValueError
            return int(value) if isinstance(value, str) else int(float(value))
        except (TypeError, ValueError, OverflowError):
            raise self.wrong(names[0], value, "a whole number") from None

    def text(self, *names: str) -> str | None:
        value = self.value(*names)
        if value is not None and not isinstance(value, str):
            raise self.wrong(names[0], value, "a text")
        return value

    def mark(self, name: str) -> bool:
        """Whether a mark is set; one that is not there is not."""
        value = self.value(name)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(name, value, "true or false")
        return bool(value)

    def time(self, *names: str) -> int:
        """Milliseconds since 1970, written as a number or as a date; NO_TIME where it is not there."""
        value = self.value(*names)
        try:
            if isinstance(value, bool):
                raise ValueError
            return (
                NO_TIME if value is None else time_of(str(int(value) if isinstance(value, float) else value))
            )
        except (ValueError, OverflowError):
            raise self.wrong(
                names[0], value, "a time: milliseconds since 1970, or an ISO 8601 date"
            ) from None

    def wrong(self, name: str, value: object, wanted: str) -> Refused:
        found = shown(json.dumps(value, ensure_ascii=False))
        return Refused(
            "unreadable-value", f"{self.where}: the field '{name}' is {found}; it must be {wanted}"
        )


def items(file: str, data: FileBytes) -> list[Item]:
    """Every object of a file that is a list of objects."""
    content = value(file, data)
    if not isinstance(content, list):
        raise Refused("not-json", f"{file}, line 1: there is no list of objects ('[{{...}}, ...]')")
    for number, fields in enumerate(content, start=1):
        if not isinstance(fields, dict):
            raise Refused(
                "not-json", f"{file}, item {number}: {shown(json.dumps(fields))} is not an object ('{{...}}')"
            )
    return [Item(file, number, fields) for number, fields in enumerate(content, start=1)]


def value(file: str, data: FileBytes) -> Any:
    """What a JSON file holds."""
    text = text_of(file, data)
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise Refused(
            "not-json",
            f"{file}, line {error.lineno}, column {error.colno}: this is not JSON ({error.msg}); the file is "
            "damaged or cut off: fetch it again",
        ) from None
    except (ValueError, RecursionError) as error:
        raise Refused("not-json", f"{file}: this JSON cannot be read ({error}); fetch it again") from None


def _refuse_constant(constant: str) -> Any:
    raise ValueError(f"{constant} is not a number")
