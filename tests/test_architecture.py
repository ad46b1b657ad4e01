"""The house has rooms and doors: who may import whom stands here, and a wrong door fails the build."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "comity"

DOORS: dict[str, set[str]] = {
    "errors": set(),
    "engine": {"errors"},
    "record": {"errors"},
    "findings": {"engine", "record", "errors"},
    "report": {"findings", "record", "errors"},
    "exchange": {"record", "errors"},
    "store": {"record", "errors"},
    "reader": {"findings", "store", "record", "errors"},
    "desk": {"reader", "findings", "store", "record", "errors"},
    "rehearsal": {"record", "errors"},
    "settings": {"errors"},
    "outside": {"settings", "errors"},
    "web": {"reader", "desk", "report", "exchange", "findings", "outside", "record", "settings", "errors"},
    "cli": {
        "reader",
        "desk",
        "report",
        "exchange",
        "findings",
        "record",
        "rehearsal",
        "settings",
        "assemble",
        "errors",
    },
    "assemble": {
        "store",
        "reader",
        "desk",
        "report",
        "exchange",
        "findings",
        "record",
        "rehearsal",
        "outside",
        "web",
        "settings",
        "errors",
    },
    "__main__": {"cli"},
    "__init__": set(),
}
"""Room -> the rooms it may import besides itself and `comity` (the version)."""

ENGINE_FIELDS = {"opinion", "power", "bargaining", "sharing", "treaty"}
"""The engine's fields know each other only through `engine.votes`."""

IMPURE = {
    "os",
    "time",
    "random",
    "logging",
    "uuid",
    "secrets",
    "socket",
    "pathlib",
    "subprocess",
    "tempfile",
    "io",
    "sys",
}
PURE_ROOMS = {"engine", "record", "findings", "report"}


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively; ours are absolute"
            yield node.module or "", node.lineno


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_go_through_the_doors(path: Path) -> None:
    room = room_of(path)
    for name, line in imports_of(path):
        if not name.startswith("comity."):
            continue
        other = name.split(".")[1]
        assert other == room or other in DOORS[room], f"{path}:{line}: {room} may not import {other}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_engine_fields_meet_only_in_votes(path: Path) -> None:
    parts = path.relative_to(SOURCE).parts
    if parts[0] != "engine" or len(parts) < 3:
        return
    for name, line in imports_of(path):
        words = name.split(".")
        if words[:2] == ["comity", "engine"] and len(words) > 2 and words[2] in ENGINE_FIELDS:
            assert words[2] == parts[1], f"{path}:{line}: {parts[1]} may not import {words[2]}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_pure_rooms_touch_no_clock_file_or_dice(path: Path) -> None:
    if room_of(path) not in PURE_ROOMS:
        return
    for name, line in imports_of(path):
        assert name.split(".")[0] not in IMPURE, f"{path}:{line}: a pure room imports {name}"


def test_every_room_has_its_doors() -> None:
    assert {room_of(path) for path in modules()} <= set(DOORS)


def test_no_file_is_called_by_a_name_that_says_nothing() -> None:
    nothing = {"utils", "util", "helpers", "common", "base", "manager", "misc", "old", "new"}
    assert not [path for path in modules() if path.stem in nothing]
