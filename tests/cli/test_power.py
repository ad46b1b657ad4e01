"""`comity power` on the command line."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from comity.cli import app
from comity.errors import Refused

RULE = 'title = "Ours"\n[parties]\nAna = 2\nDov = 1\nEve = 1\n[rule]\nyes = "votes"\nat_least = 3\n'


def run(*words: str) -> None:
    app(list(words), result_action="return_value")


def test_json_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ours.toml").write_text(RULE, encoding="utf-8")
    run("power", str(tmp_path / "ours.toml"), "--format", "json")
    document = json.loads(capsys.readouterr().out)
    assert [party["banzhaf_share"]["exact"] for party in document["parties"]] == ["3/5", "1/5", "1/5"]


def test_a_page_with_what_ifs_goes_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "page.html"
    run(
        "power",
        "eec-council-1958",
        "--what-if",
        "quota 13",
        "--what-if",
        "drop Luxembourg",
        "--out",
        str(out),
    )
    assert "--what-if &#39;drop Luxembourg&#39;" in out.read_text(encoding="utf-8")
    assert capsys.readouterr().out == ""


def test_a_page_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        Refused, match=r"cannot be written \(Is a directory\); choose another place"
    ) as caught:
        run("power", "unanimity", "--out", str(tmp_path))
    assert caught.value.code == "cannot-write"


def test_list_and_show(capsys: pytest.CaptureFixture[str]) -> None:
    run("power", "--list")
    listed = capsys.readouterr().out
    assert "un-security-council" in listed
    assert "world-bank                       needs --members World Bank, most decisions" in listed
    run("power", "world-bank", "--show")
    assert 'more_than = "50 %"' in capsys.readouterr().out
    run("power", "eec-council-1958", "--show")
    assert "Luxembourg = { votes = 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["power", "no/such.toml"], "comity: no/such.toml cannot be read (No such file or directory)"),
        (["power", "league"], "comity: there is no rule or file called league"),
        (["power"], "comity: name a rule file or a ready-made rule"),
        (["power", "world-bank"], "comity: world-bank comes without its members' votes"),
        (["power", "unanimity", "--what-if", "grow"], "comity: 'grow' is no what-if"),
    ],
)
def test_refusals_are_one_sentence(words: list[str], sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        run(*words)
    assert caught.value.text.startswith(sentence.removeprefix("comity: "))
    assert "\n" not in caught.value.text


def test_a_refusal_is_exit_code_2_and_one_line_on_stderr() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "comity", "power", "league"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("comity: there is no rule or file called league")
    assert done.stderr.count("\n") == 1


def test_votes_of_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parties = ["France", "Germany", "Italy", "Belgium", "Netherlands", "Luxembourg"]
    lines = [
        f"{party},{decision},{'yes' if (place + decision) % 3 else 'no'}"
        for decision in range(12)
        for place, party in enumerate(parties)
    ]
    (tmp_path / "votes.csv").write_text("party,decision,vote\n" + "\n".join(lines), encoding="utf-8")
    run("power", "eec-council-1958", "--votes", str(tmp_path / "votes.csv"), "--format", "csv")
    assert capsys.readouterr().out.splitlines()[0].endswith("pivotal_decisions")
    with pytest.raises(Refused, match=r"cannot be read as a CSV table of votes"):
        run("power", "eec-council-1958", "--votes", str(tmp_path / "none.csv"))


def test_votes_of_a_folder_are_those_of_its_parties(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run("example", "--out", str(tmp_path / "example"))
    with (tmp_path / "example" / "parties.csv").open(encoding="utf-8") as lines:
        names = [line["name"] for line in csv.DictReader(lines)]
    rule = "".join(f"{json.dumps(name.upper(), ensure_ascii=False)} = 1\n" for name in names)
    (tmp_path / "ours.toml").write_text(
        f'title = "Ours"\n[parties]\n{rule}Zoe = 1\n[rule]\nyes = "votes"\nmore_than = "50 %"\n',
        encoding="utf-8",
    )
    capsys.readouterr()
    run("power", str(tmp_path / "ours.toml"), "--votes", str(tmp_path / "example"), "--format", "json")
    said = capsys.readouterr()
    fact = json.loads(said.out)["in_fact"]
    assert [party["n_votes"] > 0 for party in fact["parties"]] == [True] * len(names) + [False]
    assert "1 party without votes, taken as absent: Zoe" in said.err
    with pytest.raises(Refused, match="no party of this rule votes in"):
        run("power", "unanimity", "--votes", str(tmp_path / "example"))
    monkeypatch.chdir(tmp_path)
    run("power", "unanimity")
    assert (tmp_path / "comity-power.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_members_of_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, page = tmp_path / "bank.csv", tmp_path / "page.html"
    table.write_text(
        "Member,Number of Votes,As of Date\nFiji,3,2024\nFiji,2,2025\nMalta,1,2025\n", encoding="utf-8"
    )
    run("power", "world-bank", "--members", str(table), "--format", "json")
    said = capsys.readouterr()
    document = json.loads(said.out)
    assert [party["banzhaf_share"]["value"] for party in document["parties"]] == [1.0, 0.0]
    assert document["rule"]["as_of"] == "2025"
    assert document["rule"]["figures"].startswith(
        "The members and their numbers are those of the table bank.csv."
    )
    assert "Of its 2 dates the newest, 2025, was taken: 2 of 3 lines." in said.err
    run("power", "world-bank", "--members", str(table), "--out", str(page))
    text = page.read_text(encoding="utf-8")
    assert f"comity power world-bank --members {table}" in text
    assert "are those of the table bank.csv" in text
    with pytest.raises(
        Refused, match=r"none\.csv cannot be read \(No such file or directory\); check its name"
    ):
        run("power", "world-bank", "--members", str(tmp_path / "none.csv"))
