"""The docs say what the program does: every command, refusal code and method id has its place, and it is found."""

from __future__ import annotations

import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest

from comity.cli import app
from comity.engine.methods import METHODS
from tests.cli.running import Runner

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


def commands_in(page: Path) -> list[list[str]]:
    """Every `comity ...` line of a page's shell blocks, as words."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("comity ")]
    return [shlex.split(line, comments=True)[1:] for line in lines]


@pytest.mark.parametrize("page", ["README.md", "docs/tutorial.md"])
def test_the_commands_of_the_first_pages_run_one_after_the_other(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    comity = Runner(monkeypatch, capsys)
    commands = commands_in(ROOT / page)
    assert ["example"] in commands
    for words in commands:
        ended = comity(*words)
        assert ended.code == 0, f"comity {' '.join(words)}: {ended.err}"
    assert (tmp_path / "comity-report.html").stat().st_size > 50_000


def test_the_tutorial_quotes_what_the_program_writes_and_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    comity = Runner(monkeypatch, capsys)
    said = comity("example").err + comity("report", "comity-example").err
    said += "".join(
        path.read_text(encoding="utf-8") for path in sorted((tmp_path / "comity-example").iterdir())
    )
    votes = (tmp_path / "comity-example" / "votes.csv").read_text(encoding="utf-8").splitlines()
    votes[16] = "p001,s39,2,,estova"
    (tmp_path / "votes.csv").write_text("\n".join(votes), encoding="utf-8")
    said += comity("report", "votes.csv").err
    quoted = re.findall(r"^    (.*)$", (DOCS / "tutorial.md").read_text(encoding="utf-8"), flags=re.M)
    quoted = [line for line in quoted if not line.startswith(("make ", ". "))]
    assert len(quoted) == 12
    for line in quoted:
        words = re.escape(line).replace(r"\.\.\.", ".*")
        words = re.sub(r",\\ \d+\\ kB", r",\\ \\d+\\ kB", words)
        assert re.search(f"^{words}$", said, flags=re.M), f"the tutorial quotes what is not said: {line}"


def test_no_file_names_a_registry_or_a_place_of_one_machine() -> None:
    forbidden = re.compile("/" + r"work/|/" + r"root/|py" + r"pi\.org/|registry\." + r"npmjs", re.I)
    for path in ROOT.rglob("*"):
        ours = not {".venv", ".git", ".bench", "node_modules"} & set(path.relative_to(ROOT).parts)
        if ours and path.is_file() and path.suffix in TEXT:
            found = forbidden.search(path.read_text(encoding="utf-8"))
            assert not found, f"{path}: {found.group() if found else ''}"
