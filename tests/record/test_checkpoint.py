"""Checkpoints are signed notes that say when they are not what they claim."""

from __future__ import annotations

import pytest

from comity.record.checkpoint import Checkpoint, Signer, checkpoint_from, unverified

SIGNER = Signer("talks.example.org", bytes(range(32)))
CHECKPOINT = Checkpoint("talks.example.org/rivers", 42, bytes(range(32)))
NOTE = SIGNER.sign(CHECKPOINT)


def test_a_note_reads_back() -> None:
    assert checkpoint_from(NOTE, SIGNER.verifier) == CHECKPOINT
    assert NOTE.startswith("talks.example.org/rivers\n42\nAAECAwQFBgcICQ")
    assert "\n\n— talks.example.org " in NOTE


def test_several_signatures_may_stand_below_one_note() -> None:
    other = Signer("witness.example.net", bytes(32))
    both = NOTE + other.sign(CHECKPOINT).rpartition("\n\n")[2]
    assert checkpoint_from(both, SIGNER.verifier) == checkpoint_from(both, other.verifier) == CHECKPOINT


@pytest.mark.parametrize(
    ("note", "says"),
    [
        (NOTE.replace("\n42\n", "\n43\n"), "does not fit"),
        (NOTE.replace("rivers", "lakes"), "does not fit"),
        (NOTE.replace("\n42\n", "\n042\n"), "size"),
        (NOTE.replace("\n42\n", "\n-42\n"), "size"),
        (NOTE.replace("\n\n", "\nmore\n\n"), "not known here"),
        (NOTE.replace("AAEC", "AA!C"), "not base64"),
        (NOTE.replace("AAEC", "AAECAAAA"), "32 bytes"),
        (NOTE.rstrip("\n"), "not a signed checkpoint"),
        ("", "not a signed checkpoint"),
        (Signer("talks.example.org", bytes(32)).sign(CHECKPOINT), "not signed by"),
    ],
)
def test_a_note_that_was_touched_is_refused(note: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        checkpoint_from(note, SIGNER.verifier)


def test_every_byte_of_a_note_counts() -> None:
    data = NOTE.encode()
    for place in range(len(data)):
        touched = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            note = touched.decode()
        except UnicodeDecodeError:
            continue
        with pytest.raises(ValueError, match=r"."):
            checkpoint_from(note, SIGNER.verifier)


@pytest.mark.parametrize(
    "verifier", ["", "a+b", SIGNER.verifier.replace("talks", "walks"), "a+00000000+AAAA"]
)
def test_a_key_that_is_none_is_refused(verifier: str) -> None:
    with pytest.raises(ValueError, match=r"key|bytes"):
        checkpoint_from(NOTE, verifier)


def test_a_name_with_spaces_or_plus_is_no_name() -> None:
    for name in ("", "a b", "a+b"):
        with pytest.raises(ValueError, match="name"):
            Signer(name, bytes(32))


def test_an_unverified_note_shows_its_signers() -> None:
    checkpoint, signatures = unverified(NOTE)
    assert checkpoint == CHECKPOINT
    assert [name for name, _ in signatures] == ["talks.example.org"]
