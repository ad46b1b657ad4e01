"""The docs say what the program does: every command, refusal code and method id has its place, and it is found."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from comity.cli import app
from comity.engine.methods import METHODS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
TEXT = {".py", ".md", ".txt", ".toml", ".in", ".sh", ".html", ".css", ".js", ".json", ".po"}
METHOD_HEADINGS = (
    "## In plain words",
    "## Formula",
    "## By hand",
    "## Source",
    "## What it cannot tell",
    "## How it could be gamed",
)


def refusal_codes() -> set[str]:
    """Every code given to Refused anywhere in the source."""
    texts = (
        path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py") if path.name != "errors.py"
    )
    return {code for text in texts for code in re.findall(r"Refused\(\s*\"([a-z-]+)\"", text)}


def command_names() -> list[str]:
    return sorted(name for name in app if not name.startswith("-"))


@pytest.mark.parametrize("method_id", METHODS)
def test_every_method_has_its_page_and_its_function(method_id: str) -> None:
    page = (DOCS / "methods" / f"{method_id.partition('/')[0]}.md").read_text(encoding="utf-8")
    assert f"`{method_id}`" in page
    for heading in METHOD_HEADINGS:
        assert heading in page, f"{method_id}: no '{heading}'"
    module, function = METHODS[method_id].split(":")
    assert callable(getattr(import_module(module), function))


def test_every_page_of_methods_belongs_to_a_method() -> None:
    pages = {path.stem for path in (DOCS / "methods").glob("*.md")} - {"README"}
    assert pages == {method_id.partition("/")[0] for method_id in METHODS}


@pytest.mark.parametrize("name", command_names())
def test_every_command_has_its_paragraph(name: str) -> None:
    assert f"## comity {name}" in (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")


def test_every_refusal_code_has_its_paragraph() -> None:
    page = (DOCS / "reference" / "refusals.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## `([a-z-]+)`", page, flags=re.M)) == refusal_codes()


def test_no_file_names_a_registry_or_a_place_of_one_machine() -> None:
    forbidden = re.compile("/" + r"work/|/" + r"root/|py" + r"pi\.org/|registry\." + r"npmjs", re.I)
    for path in ROOT.rglob("*"):
        ours = not {".venv", ".git", ".bench", "node_modules"} & set(path.relative_to(ROOT).parts)
        if ours and path.is_file() and path.suffix in TEXT:
            found = forbidden.search(path.read_text(encoding="utf-8"))
            assert not found, f"{path}: {found.group() if found else ''}"
