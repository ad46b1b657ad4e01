"""`comity findings`: every number on stdout, and nothing else there."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from tests.cli.running import Runner


def test_json_holds_everything_and_names_its_parameters(comity: Runner, example_folder: Path) -> None:
    ended = comity("findings", example_folder, "--threshold", 0.7, "--certainty", 0.9, "--minimum-votes", 10)
    found = json.loads(ended.out)
    assert ended.code == 0
    assert found["title"] == "River Orvane: the next ten-year plan"
    assert (found["parameters"]["threshold"], found["parameters"]["certainty"]) == (0.7, 0.9)
    assert found["parameters"]["minimum_votes"] == 10
    assert len(found["statements"]["findings"]) == 41


def test_rejected_statements_are_there_when_asked_for(comity: Runner, example_folder: Path) -> None:
    found = json.loads(comity("findings", example_folder, "--include-rejected", "--format", "json").out)
    assert len(found["statements"]["findings"]) == 42


def test_csv_is_one_table(comity: Runner, example_folder: Path, tmp_path: Path) -> None:
    ended = comity("findings", example_folder, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(ended.out)))
    assert {row["statement_id"] for row in rows} >= {"s01", "s40"}
    written = comity("findings", example_folder, "--format", "csv", "--out", tmp_path / "table.csv")
    assert written.out == ""
    assert (tmp_path / "table.csv").read_bytes().decode().splitlines() == ended.out.splitlines()


def test_an_unknown_form_is_refused(comity: Runner, example_folder: Path) -> None:
    ended = comity("findings", example_folder, "--format", "xml")
    assert ended.code == 2
    assert ended.err.startswith('comity: Invalid value "xml" for --format')
