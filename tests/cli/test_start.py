"""Every command starts quickly, says what it takes, and ends as a person expects, whatever goes wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from comity.cli import COMMANDS, app, main


def started(*words: str, **more: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "comity", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)  # type: ignore[call-overload,no-any-return]


def test_the_list_of_commands_loads_nothing_heavy() -> None:
    """A command's module is named in COMMANDS and imported when it is used: `comity --help` takes a quarter second."""
    heavy = {"numpy", "scipy", "jinja2", "rich.progress", "sqlalchemy", "pyarrow", "comity.cli.power"}
    code = f"import sys, comity.cli; print(sorted({heavy!r} & sys.modules.keys()))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert loaded.stdout.strip() == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_its_help_is_its_docstring(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["comity", name, "--help"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert (app[name].default_command.__doc__ or "?").split("\n")[0][:60] in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["reprot"], 'comity: Unknown command "reprot".'),
        (["example", "--colour", "red"], "comity: Unknown option: --colour"),
        (["example", "--seed", "many"], "comity: Invalid value for --seed"),
        (
            ["audit", "a", "b", "c"],
            "comity: comity audit takes no 'b c' here; comity audit --help shows what",
        ),
    ],
)
def test_a_wrong_command_line_is_one_sentence(
    words: list[str], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["comity", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert err.startswith(says)
    assert err.count("\n") == 1


def test_a_refusal_of_the_real_command_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"")
    with started("example", "--out", str(tmp_path)) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, b"")
    assert (
        err
        == f"comity: {tmp_path} holds files already, and none is written over; name another folder\n".encode()
    )


def test_ctrl_c_ends_without_a_stack_trace(tmp_path: Path) -> None:
    """While the command waits for the rest of a pipe."""
    pipe = tmp_path / "votes.csv"
    os.mkfifo(pipe)
    process = started(
        *("import", str(pipe)),
        env={**os.environ, "COMITY_DATABASE_URL": "memory:"},
        preexec_fn=lambda: signal.signal(
            signal.SIGINT, signal.SIG_DFL
        ),  # a shell's background jobs ignore it
    )
    with process:
        with pipe.open("wb") as writer:  # opens when the command reads
            writer.write(b"participant,")
            writer.flush()
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"comity: stopped\n")


def test_a_reader_that_goes_away_is_no_error(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def nobody_reads(words: list[str]) -> None:
        raise BrokenPipeError(words)

    monkeypatch.setattr("comity.cli.app", nobody_reads)
    monkeypatch.setattr(sys, "argv", ["comity"])
    before = os.dup(1)
    try:
        with pytest.raises(SystemExit) as ended:
            main()
    finally:
        os.dup2(before, 1)
        os.close(before)
    assert ended.value.code == 141
    assert capfd.readouterr().err == ""
