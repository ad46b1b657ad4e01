"""A checkpoint: the size and root of a record, signed, as a note that anybody can keep and compare.

The note is the text of C2SP tlog-checkpoint inside a C2SP signed note: origin, size, root, an empty line, then a
line a signature. Two checkpoints of one origin, size and key with different roots prove that the site lied.

Source: c2sp.org/tlog-checkpoint and c2sp.org/signed-note; RFC 8032 for Ed25519.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
SIGNATURE_MARK = "— "


@dataclass(frozen=True)
class Checkpoint:
    """The first `size` entries of the record called `origin` have the tree hash `root` (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The signed part of the note, its last line end included."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


class Signer:
    """A site's key with its name. seed: the 32 secret bytes of an Ed25519 key.

    >>> signer = Signer("example.org", bytes(32))
    >>> note = signer.sign(Checkpoint("example.org/rivers", 0, bytes(32)))
    >>> checkpoint_from(note, signer.verifier).size
    0
    """

    def __init__(self, name: str, seed: bytes) -> None:
        if not name or any(character.isspace() or character == "+" for character in name):
            raise ValueError(f"a key's name has no spaces and no plus sign: {name!r}")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.name = name
        public = self._key.public_key().public_bytes_raw()
        self.verifier = verifier_string(name, public)
        self._id = _key_id(name, public)

    def sign(self, checkpoint: Checkpoint) -> str:
        text = checkpoint.text()
        signature = base64.b64encode(self._id + self._key.sign(text.encode())).decode()
        return f"{text}\n{SIGNATURE_MARK}{self.name} {signature}\n"


def verifier_string(name: str, public: bytes) -> str:
    """What a reader keeps to check signatures: name, key number and key in one word (a C2SP "vkey")."""
    return f"{name}+{_key_id(name, public).hex()}+{base64.b64encode(ED25519 + public).decode()}"


def checkpoint_from(note: str, verifier: str) -> Checkpoint:
    """Read a note and check its signature against `verifier`. Raises ValueError saying what is wrong."""
    checkpoint, signatures = unverified(note)
    name, key_id, public = _verifier(verifier)
    for signer, signature in signatures:
        if signer == name and signature[:4] == key_id:
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(signature[4:], checkpoint.text().encode())
            except InvalidSignature:
                raise ValueError(f"the signature of {name} does not fit this checkpoint") from None
            return checkpoint
    raise ValueError(f"the checkpoint is not signed by {name} (key {key_id.hex()})")


def unverified(note: str) -> tuple[Checkpoint, list[tuple[str, bytes]]]:
    """The checkpoint that a note claims, and its signatures, unchecked. Raises ValueError for another form."""
    text, mark, signatures = note.partition(f"\n\n{SIGNATURE_MARK}")
    lines = text.split("\n")
    if not mark or len(lines) < 3 or not lines[0] or not signatures.endswith("\n"):
        raise ValueError("this is not a signed checkpoint: origin, size, root, an empty line, signatures")
    origin, size, root = lines[:3]
    if len(lines) > 3:
        raise ValueError("this checkpoint has lines that are not known here")
    if not size.isascii() or not size.isdigit() or (size != "0" and size.startswith("0")):
        raise ValueError(f"a checkpoint's second line is the record's size, not {size!r}")
    return Checkpoint(origin, int(size), _decoded(root, 32)), [
        _signature(line) for line in (SIGNATURE_MARK + signatures).rstrip("\n").split("\n")
    ]


def _signature(line: str) -> tuple[str, bytes]:
    name, _, encoded = line.removeprefix(SIGNATURE_MARK).partition(" ")
    if not line.startswith(SIGNATURE_MARK) or not name:
        raise ValueError("a signature line is a dash, the key's name and the signature")
    return name, _decoded(encoded, 68)


def _verifier(verifier: str) -> tuple[str, bytes, bytes]:
    name, _, rest = verifier.partition("+")
    key_id, _, encoded = rest.partition("+")
    key = _decoded(encoded, 33)
    if key[:1] != ED25519 or _key_id(name, key[1:]).hex() != key_id:
        raise ValueError(f"this is not the public key of an Ed25519 signer: {verifier!r}")
    return name, _key_id(name, key[1:]), key[1:]


def _decoded(encoded: str, length: int) -> bytes:
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise ValueError(f"not base64: {encoded!r}") from None
    if len(decoded) != length or base64.b64encode(decoded).decode() != encoded:
        raise ValueError(f"{length} bytes in base64 are needed, not {encoded!r}")
    return decoded


def _key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]
