"""Export, delete, import, compare: the whole way, through the commands themselves."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from comity.assemble import Site, read_consultation, read_record, site_of
from comity.cli.export import export, exported
from comity.cli.import_ import import_, taken_in, taken_over
from comity.cli.verify import differences, verify
from comity.desk import beside_text, new_text, statement
from comity.errors import Refused
from comity.findings.compute import findings_of
from comity.findings.findings import Findings
from comity.record.consultation import Consultation, Source
from comity.record.entries import StatementModerated, VoteCast, VoteWithdrawn
from comity.record.receipt import receipt_bytes
from comity.settings import Settings
from tests.comparing import assert_same
from tests.sites import HOST, open_rivers
from tests.web.visits import house_at, text_of


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """An example with two camps, on the site that the commands see."""
    settings = Settings(f"sqlite:///{tmp_path / 'record.db'}", "talks.example.org")
    monkeypatch.setenv("COMITY_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("COMITY_SITE", settings.site)
    site = site_of(settings, findings_of)
    open_rivers(site)
    fill(site, "rivers", tmp_path)
    yield site
    site.close()


def fill(site: Site, name: str, folder: Path) -> None:
    dice = Random(7)
    texts = [new_text(f"Statement {number}") for number in range(10)]
    site.desk.submit_all(
        name,
        [statement(text, HOST, "en", seed=True) for text in texts],
        [beside_text(text) for text in texts],
    )
    token = site.desk.invite(name, HOST, "delegate", "bland", limit=100)
    for number in range(40):
        who = site.desk.join(name, token if number % 4 == 0 else None, {"name": f"Person {number}"}).pseudonym
        side = 1 if number % 2 else -1
        votes = [
            VoteCast(
                by=who,
                statement=str(n),
                answer=side * (1 if n % 2 else -1) if dice.random() < 0.8 else 0,
                matters=(n + number) % 5 == 0,
            )
            for n in range(1, 13)
            if dice.random() < 0.9
        ]
        receipts = site.desk.submit_all(name, votes)
        if number == 7:
            (folder / f"{name}.receipt").write_bytes(receipt_bytes(receipts[0]))
            site.desk.submit(name, VoteWithdrawn(by=who, statement=receipts[1].what().statement))  # type: ignore[attr-defined]
        if number == 9:
            site.desk.state_question(name, who, "Ask the people upstream", "en")
    site.desk.submit(name, StatementModerated(by=HOST, statement="13", decision="accepted"))
    site.desk.submit(name, StatementModerated(by=HOST, statement="2", decision="declined", reason="unclear"))


def without_source(findings: Findings) -> Findings:
    return replace(findings, source=Source("", ""), head=None)


def test_export_delete_import_gives_the_same_findings(site: Site, tmp_path: Path) -> None:
    before, known = site.reader.findings("rivers"), site.reader.consultation("rivers")
    assert before.n_votes > 300
    assert before.n_statements >= 12
    list(exported(site, "rivers", tmp_path / "out", "public"))
    site.desk.remove("rivers")
    assert site.reader.consultations() == ()
    assert taken_over(site, tmp_path / "out" / "comity.jsonl") == "rivers"
    assert_same(site.reader.consultation("rivers"), known)
    assert site.reader.consultation("rivers").head == known.head
    assert site.reader.findings("rivers") == before
    site.desk.join("rivers", None)  # it goes on where it stopped


def test_what_mattered_most_comes_back_from_the_record_alone(site: Site, tmp_path: Path) -> None:
    """No votes.csv beside it; from the public copy where votes are public, from the full one where they are not."""
    open_rivers(site, "secret", visibility="parties")
    fill(site, "secret", tmp_path)
    for name, copy in (("rivers", "public"), ("secret", "full")):
        out = tmp_path / name
        list(exported(site, name, out, copy))  # type: ignore[arg-type]
        alone = tmp_path / f"{name}.jsonl"
        (out / "comity.jsonl").rename(alone)
        known, before = site.reader.consultation(name), site.reader.findings(name)
        with site.reader.reading(name) as state:
            marks = {item.statement: item.matters for item in state.statements.values()}
        assert sum(marks.values()) > 50
        assert_same(read_consultation_of(alone), known)
        site.desk.remove(name)
        taken_over(site, alone)
        assert_same(site.reader.consultation(name), known)
        assert site.reader.findings(name) == before
        with site.reader.reading(name) as state:
            assert {item.statement: item.matters for item in state.statements.values()} == marks


def read_consultation_of(record: Path) -> Consultation:
    """As `comity report` and its like read a record."""
    found = read_record(record)
    assert found is not None
    return found


def test_the_polis_files_give_the_same_findings_too(site: Site, tmp_path: Path) -> None:
    before, known = site.reader.findings("rivers"), site.reader.consultation("rivers")
    list(exported(site, "rivers", tmp_path / "out", "public"))
    (tmp_path / "out" / "comity.jsonl").unlink()
    read = read_consultation(tmp_path / "out")
    assert read.published_group is not None
    assert set(read.published_group) >= {"0"}  # the groups go with it, for comparison
    assert_same(replace(read, published_group=None), known)
    site.desk.remove("rivers")
    taken_in(site, tmp_path / "out", "rivers")
    again = site.reader.consultation("rivers")
    assert_same(replace(again, published_group=None), known)
    assert without_source(site.reader.findings("rivers")) == without_source(before)


def test_the_commands_say_what_they_did(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    export("rivers", to=out)
    written = [Path(line).name for line in capsys.readouterr().out.splitlines()]
    assert written == [
        *["comity.jsonl", "findings.json", "votes.csv", "comments.csv", "participants-votes.csv"],
        *["summary.csv", "parties.csv"],
    ]
    older = tmp_path / "older"
    export("rivers", to=older, copy="full")
    site.desk.join("rivers", None)
    export("rivers", to=out)
    capsys.readouterr()
    verify(out, receipt=tmp_path / "rivers.receipt", extends=older, key=site.desk.signer.verifier)
    said = capsys.readouterr().out
    for words in (
        "entries are in their place",
        "admitted by the rules",
        "the receipt's vote is entry",
        "older copy",
    ):
        assert words in said
    assert "every number of findings.json was computed again from the record" in said
    assert "not proved" not in said
    verify(out, extends=tmp_path / "rivers.receipt")
    assert "not proved here: that the key is the site's" in capsys.readouterr().out
    note = tmp_path / "checkpoint.txt"
    note.write_text(site.reader.checkpoint("rivers") or "")
    verify(out, extends=note)
    site.desk.remove("rivers")
    import_(out)
    assert capsys.readouterr().out.endswith("rivers\n")
    with pytest.raises(Refused, match="here already"):
        import_(out)


def test_every_number_is_computed_again(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On another database than theirs: from the exported record alone, also after more was voted and texts erased."""
    export("rivers", to=tmp_path)
    older = (tmp_path / "findings.json").read_text(encoding="utf-8")
    with site.reader.reading("rivers") as state:
        text = state.statements["3"].text
    site.desk.erase_text("rivers", HOST, text, "personal-data")
    who = site.desk.join("rivers", None).pseudonym
    site.desk.submit("rivers", VoteCast(by=who, statement="3", answer=1))
    export("rivers", to=tmp_path)
    (tmp_path / "older.json").write_text(older, encoding="utf-8")
    verify(tmp_path, findings=tmp_path / "older.json")
    assert "every number of older.json was computed again from the record" in capsys.readouterr().out
    stated = json.loads(older)
    stated["statements"]["findings"][4]["agree"]["value"] += 0.0001
    (tmp_path / "forged.json").write_text(json.dumps(stated), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        verify(tmp_path, findings=tmp_path / "forged.json")
    assert ended.value.code == 1
    assert (
        "differs: findings, statements.findings[4].agree.value: the file says 0." in capsys.readouterr().out
    )
    stated["record"]["size"] = 10**6
    (tmp_path / "forged.json").write_text(json.dumps(stated), encoding="utf-8")
    with pytest.raises(SystemExit):
        verify(tmp_path, findings=tmp_path / "forged.json")
    assert "this record never had 1000000 entries" in capsys.readouterr().out


def test_a_difference_is_named_and_ends_with_1(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export("rivers", to=tmp_path)
    capsys.readouterr()
    path = tmp_path / "comity.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if b'"vote-cast"' in line)
    path.write_bytes(b"".join([*lines[:at], *lines[at + 1 :]]))
    with pytest.raises(SystemExit) as ended:
        verify(path)
    assert ended.value.code == 1
    assert capsys.readouterr().out.startswith(f"differs: entry {at - 1} (line {at + 1}): ")
    with pytest.raises(Refused, match=f"does not verify .entry {at - 1}") as refused:
        import_(path)
    assert refused.value.code == "damaged-record"


def test_votes_that_are_secret_stay_so(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_rivers(site, "secret", visibility="parties")
    fill(site, "secret", tmp_path)
    export("secret", to=tmp_path / "public")
    assert "publish no single votes" in capsys.readouterr().err
    assert {file.name for file in (tmp_path / "public").iterdir()} == {"comity.jsonl", "findings.json"}
    export("secret", to=tmp_path / "full", copy="full")
    capsys.readouterr()
    verify(tmp_path / "public", full=tmp_path / "full", receipt=tmp_path / "secret.receipt")
    said = capsys.readouterr().out
    assert "the published sums are those of the votes in the full copy" in said
    assert "the receipt's vote is entry" in said
    assert "every number of findings.json was computed again" in said
    verify(tmp_path / "public")
    assert "an auditor's full copy proves them" in capsys.readouterr().out
    with pytest.raises(Refused, match="import a full copy"):
        import_(tmp_path / "public")
    before = site.reader.findings("secret")
    site.desk.remove("secret")
    import_(tmp_path / "full")
    assert site.reader.findings("secret") == before


@pytest.mark.parametrize(
    ("files", "arguments", "code"),
    [
        ({}, {}, "no-such-file"),
        ({"comity.jsonl": b"hello\n"}, {}, "not-a-record"),
        ({"r": b"hello"}, {"receipt": "r"}, "not-a-receipt"),
        ({"f": b"hello"}, {"findings": "f"}, "not-findings"),
        ({"f": b"[1]"}, {"findings": "f"}, "not-findings"),
        ({}, {"extends": "nowhere"}, "no-such-file"),
    ],
)
def test_what_cannot_be_read_is_refused(
    site: Site, tmp_path: Path, files: dict[str, bytes], arguments: dict[str, str], code: str
) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    if arguments:
        export("rivers", to=folder)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    with pytest.raises(Refused) as refused:
        verify(folder, **{name: folder / value for name, value in arguments.items()})  # type: ignore[arg-type]
    assert refused.value.code == code


def test_a_consultation_that_is_not_there_and_a_folder_that_cannot_be(site: Site, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no such consultation"):
        export("lakes", to=tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused) as refused:
        export("rivers", to=tmp_path / "file")
    assert refused.value.code == "cannot-write"
    with pytest.raises(Refused) as refused:
        import_(tmp_path / "nowhere")
    assert refused.value.code == "no-such-file"


def test_differences_of_findings_are_named_by_their_place() -> None:
    stated = {"a": [1, {"b": 0.5}], "c": "x", "d": None}
    assert list(differences(stated, json.loads(json.dumps(stated)))) == []
    assert list(differences(stated, {"a": [1, {"b": 0.6}], "c": "x"})) == [("a[1].b", "0.5", "0.6")]
    assert list(differences({"a": [1]}, {"a": [1, 2]})) == [("a", "[1]", "[1, 2]")]


def test_the_command_itself_ends_with_its_code(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "comity", "verify", str(tmp_path / "nothing.jsonl")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("comity: ")
    assert done.stderr.count("\n") == 1


def test_lines_of_an_import_that_could_not_be_used_are_kept_and_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = "participant,statement,vote\nana,More trees,1\nana,Fewer cars\n,More trees,-1\nbo,More trees,-1\n"
    (tmp_path / "trees.csv").write_text(table)
    with house_at("memory:") as house:
        taken_in(house.site, tmp_path / "trees.csv", "trees")
        assert "2 lines could not be used; every one is kept" in capsys.readouterr().err
        assert [(item.file, item.line) for item in house.site.reader.skipped("trees")] == [
            ("trees.csv", 3),
            ("trees.csv", 4),
        ]
        page = text_of(house.visitor().get("/c/trees/record"))
        assert "2 lines of these files could not be used" in page
        assert "2 fields where the header names 3" in page
        with house.site.reader.reading("trees") as state:
            assert state.settings is not None
            assert str(state.settings.imported).endswith("; 2 lines could not be used")
        house.site.desk.remove("trees")
        assert house.site.reader.skipped("trees") == ()
