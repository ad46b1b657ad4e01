"""The published vectors hold, by this implementation and by one written from the document alone."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from comity.errors import Refused
from comity.exchange.record_file import read
from comity.record.admission import admit
from comity.record.checkpoint import checkpoint_from
from comity.record.entries import KINDS
from comity.record.entry_bytes import entry_from, entry_from_object
from comity.record.fold import state_from
from comity.record.receipt import check_receipt, receipt_from
from comity.record.verification import verified
from tests.record.test_merkle import path, subproof, tree_hash
from tests.record.vectors import FOLDER, VECTORS, vector_text


def vector(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", VECTORS)
def test_the_files_are_what_this_implementation_writes(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == vector_text(name), (
        f"python -m tests.record.vectors; {name}"
    )


def test_no_other_file_stands_among_them() -> None:
    assert {file.name for file in FOLDER.iterdir()} == set(VECTORS)


def plain(value: Any) -> str:
    """RFC 8785 as far as the vectors go, from the document: sorted names, no blanks, shortest numbers."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def test_entries_have_these_bytes_hashes_and_roots() -> None:
    found = vector("entries.json")["entries"]
    assert {item["entry"]["kind"] for item in found} == set(KINDS)
    leaves = []
    for item in found:
        data = item["canonical"].encode()
        wrote = plain(item["entry"]).replace("1500000.0", "1500000")
        assert wrote == item["canonical"]
        leaves.append(hashlib.sha256(b"\x00" + data).digest())
        assert leaves[-1].hex() == item["leaf"]
        assert tree_hash(leaves).hex() == item["root"]
        assert entry_from(data) == entry_from_object(item["entry"])


def test_hashes_of_texts_and_secrets() -> None:
    found = vector("hashes.json")
    for item in found["texts"]:
        data = b"comity/text/1\n" + bytes.fromhex(item["salt"]) + item["text"].encode()
        assert hashlib.sha256(data).hexdigest() == item["hash"]
    for item in found["tokens"]:
        assert hashlib.sha256(b"comity/token/1\n" + item["token"].encode()).hexdigest() == item["hash"]


def test_the_tree_is_that_of_the_rfc() -> None:
    found = vector("tree.json")
    leaves = [hashlib.sha256(b"\x00" + text.encode()).digest() for text in found["leaves"]]
    for item in found["roots"]:
        assert tree_hash(leaves[: item["size"]]).hex() == item["root"]
    for item in found["inclusion"]:
        assert [node.hex() for node in path(item["index"], leaves[: item["size"]])] == item["proof"]
    for item in found["consistency"]:
        assert [node.hex() for node in subproof(item["old"], leaves[: item["size"]], True)] == item["proof"]


def test_checkpoints_verify_by_the_document_alone() -> None:
    found = vector("checkpoint.json")
    name, _, rest = found["verifier"].partition("+")
    number, _, encoded = rest.partition("+")
    key = base64.b64decode(encoded)
    assert hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() == number
    text, _, signature_line = found["good"].partition("\n\n")
    signature = base64.b64decode(signature_line.split(" ")[2])
    public = Ed25519PublicKey.from_public_bytes(key[1:])
    public.verify(signature[4:], (text + "\n").encode())
    with pytest.raises(InvalidSignature):
        public.verify(signature[4:], text.encode())
    checkpoint_from(found["good"], found["verifier"])
    for item in found["bad"]:
        with pytest.raises(ValueError, match=r"."):
            checkpoint_from(item["note"], found["verifier"])


def test_receipts() -> None:
    found = vector("receipt.json")
    check_receipt(receipt_from(plain(found["good"]).encode()))
    for item in found["bad"]:
        with pytest.raises(ValueError, match=r"proof"):
            check_receipt(receipt_from(plain(item["receipt"]).encode()))


def test_admission() -> None:
    bodies = [item["canonical"].encode() for item in vector("entries.json")["entries"]]
    found = vector("admission.json")
    assert len(found["refused"]) == 19
    for item in found["refused"]:
        with pytest.raises(Refused) as refused:
            admit(state_from(bodies[: found["after"]]), entry_from_object(item["entry"]))
        assert refused.value.code == item["code"]
    admit(state_from(bodies[: found["after"]]), entry_from(bodies[found["after"]]))


@pytest.mark.parametrize("name", vector("copies.json")["copies"])
def test_copies(name: str) -> None:
    lines = [line.encode() for line in vector("copies.json")["copies"][name]]
    found = verified(read(lines))
    assert bool(found.withheld) == (name == "parties, public")
    for line in lines:
        assert plain(json.loads(line)).replace("1500000.0", "1500000") + "\n" == line.decode()
