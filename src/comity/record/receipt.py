"""A receipt: what a voter keeps to prove, without asking anybody, that his or her entry is in the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comity.record.canonical import canonical, parsed
from comity.record.checkpoint import Checkpoint, checkpoint_from, unverified
from comity.record.entries import Entry
from comity.record.entry_bytes import entry_from
from comity.record.merkle import leaf_hash, verify_inclusion

FORM = "comity-receipt/1"


@dataclass(frozen=True)
class Receipt:
    """Entry number `index`, its bytes, the signed checkpoint that covers it, and the proof that it does.

    entry: canonical bytes. proof: hashes as `merkle.MerkleTree.inclusion` gives them. key: the signer's verifier
    string; a reader trusts it only as far as he or she knows it from elsewhere.
    """

    index: int
    entry: bytes
    proof: tuple[bytes, ...]
    checkpoint: str
    key: str

    @property
    def head(self) -> Checkpoint:
        """What the checkpoint says, its signature unchecked."""
        return unverified(self.checkpoint)[0]

    def what(self) -> Entry:
        return entry_from(self.entry)


def receipt_bytes(receipt: Receipt) -> bytes:
    """The receipt as a small JSON file."""
    return canonical(
        {
            "form": FORM,
            "index": receipt.index,
            "entry": receipt.entry.decode(),
            "proof": [item.hex() for item in receipt.proof],
            "checkpoint": receipt.checkpoint,
            "key": receipt.key,
        }
    )


def receipt_from(data: bytes) -> Receipt:
    """Read a receipt. Raises ValueError for another form; says nothing yet about its truth."""
    value = parsed(data)
    if not isinstance(value, Mapping) or value.get("form") != FORM:
        raise ValueError(f"this is not a receipt of the form {FORM}")
    return Receipt(
        index=_field(value, "index", int),
        entry=_field(value, "entry", str).encode(),
        proof=tuple(bytes.fromhex(item) for item in _field(value, "proof", list)),
        checkpoint=_field(value, "checkpoint", str),
        key=_field(value, "key", str),
    )


def check_receipt(receipt: Receipt, key: str | None = None) -> Checkpoint:
    """The checkpoint that the receipt proves its entry to be under. key: the verifier to trust, else its own.

    Raises ValueError saying what does not fit: the signature, or the proof.
    """
    checkpoint = checkpoint_from(receipt.checkpoint, key or receipt.key)
    leaf = leaf_hash(receipt.entry)
    if not verify_inclusion(leaf, receipt.index, checkpoint.size, receipt.proof, checkpoint.root):
        raise ValueError(
            f"the proof does not lead from entry {receipt.index} to the root of the first {checkpoint.size} entries"
        )
    return checkpoint


def _field(value: Mapping[str, Any], name: str, kind: type) -> Any:
    found = value.get(name)
    if type(found) is not kind:
        raise ValueError(f"a receipt's {name} is missing or not of its kind")
    return found
