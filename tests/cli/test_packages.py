"""`comity packages` on the command line."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from comity.cli import app
from comity.errors import Refused
from comity.exchange.negotiation import EXAMPLE


def run(*words: str) -> None:
    app(["packages", *words], result_action="return_value")


@pytest.fixture
def lira(tmp_path: Path) -> Path:
    path = tmp_path / "lira.toml"
    path.write_text(EXAMPLE, encoding="utf-8")
    return path


def test_the_example_is_what_it_reads(capsys: pytest.CaptureFixture[str]) -> None:
    run("--example")
    assert capsys.readouterr().out == EXAMPLE


@pytest.mark.parametrize("reader", ["mediator", "everybody", "Delta"])
def test_a_page_for_each_reader(lira: Path, reader: str) -> None:
    out = lira.with_suffix(".html")
    draft = lira.with_name("draft.toml")
    draft.write_text(
        '[package]\n"Dam releases" = "none"\nMonitoring = "none"\nNavigation = "open"\n"Fund, million a year" = 20\n',
        encoding="utf-8",
    )
    run(str(lira), "--for", reader, "--out", str(out), "--draft", str(draft))
    page = out.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert ("Confidential" in page) == (reader == "mediator")
    assert "http" not in page.replace("http-equiv", "")


def test_json_and_csv_agree(lira: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(str(lira), "--for", "mediator", "--format", "json")
    found = json.loads(capsys.readouterr().out)
    run(str(lira), "--for", "mediator", "--format", "csv")
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    nash = next(one for one in found["solutions"] if one["solution_id"] == "nash")
    assert [rows[0][issue] for issue in found["issues"]] == nash["worth"]["package"]
    assert float(rows[0]["value: Delta"]) == nash["worth"]["value"][2]
    assert sum(row["kind"] == "frontier" for row in rows) == found["frontier"]["n"]


@pytest.mark.parametrize("solution", ["nash", "ks", "leximin", "sum"])
def test_the_solution_that_is_asked_for_is_recommended(
    lira: Path, solution: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(str(lira), "--solution", solution, "--for", "mediator", "--format", "json")
    found = json.loads(capsys.readouterr().out)
    chosen = next(one for one in found["solutions"] if one["solution_id"] == solution)
    assert found["recommended_worth"] == chosen["worth"]
    assert chosen["pays"] == [0, 0, 0]


def test_some_parties_only(lira: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(str(lira), "--parties", "Upland, Delta", "--format", "json")
    assert json.loads(capsys.readouterr().out)["parties"] == ["Upland", "Delta"]
    with pytest.raises(Refused, match="no party 'Sealand'"):
        run(str(lira), "--parties", "Sealand")


def test_a_genius_folder(shared_data: Callable[[str], Path], capsys: pytest.CaptureFixture[str]) -> None:
    run(str(shared_data("negotiation/y2016-AgentSmith")), "--format", "json")
    found = json.loads(capsys.readouterr().out)
    assert (found["shown"], found["n_packages"], len(found["parties"])) == ("all", 320, 3)
    assert found["frontier"]["complete"]


def test_a_nonlinear_domain_is_refused(shared_data: Callable[[str], Path]) -> None:
    with pytest.raises(Refused, match="its utility is nonlinear"):
        run(str(shared_data("negotiation/y2014-10issues")))


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="there is no file"):
        run(str(tmp_path / "none.toml"))
    with pytest.raises(Refused, match="name a file or folder"):
        run()


def test_lotteries_only_where_they_are_asked_for(lira: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(str(lira), "--format", "json", "--for", "mediator")
    assert json.loads(capsys.readouterr().out)["lotteries"] == []
    run(str(lira), "--format", "json", "--for", "mediator", "--lotteries")
    nash, ks, leximin = json.loads(capsys.readouterr().out)["lotteries"]
    assert [one["solution_id"] for one in (nash, ks, leximin)] == ["nash", "ks", "leximin"]
    assert all(sum(chance for chance, _ in one["draws"]) == pytest.approx(1) for one in (nash, ks, leximin))
    run(str(lira), "--format", "json", "--lotteries", "--for", "Delta")
    (gain, *_) = [one["gain"] for one in json.loads(capsys.readouterr().out)["lotteries"]]
    assert [number is None for number in gain] == [True, True, False]
    run(str(lira), "--lotteries", "--out", "-")
    assert "Drawn by lot" in capsys.readouterr().out
