"""One value, one sequence of bytes: JSON in the canonical form of RFC 8785, and the hashes taken over it.

Every hash in a record is SHA-256. A text is never hashed alone: a short sentence could be guessed from its
hash, so a salt of 16 random bytes goes before it, and both live beside the record where they can be erased.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import rfc8785

TEXT_PREFIX = b"comity/text/1\n"
TOKEN_PREFIX = b"comity/token/1\n"


def canonical(value: Any) -> bytes:
    """The value's canonical JSON. Raises ValueError for what JSON cannot hold the same way everywhere.

    >>> canonical({"b": 1.0, "a": "é"}).decode()
    '{"a":"é","b":1}'
    >>> canonical(2**60)
    Traceback (most recent call last):
    ValueError: cannot be written as canonical JSON: 1152921504606846976 exceeds safe integer domain for JSON floats
    """
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as error:
        raise ValueError(f"cannot be written as canonical JSON: {error}") from None


def parsed(data: bytes) -> Any:
    """Read JSON strictly: a name given twice, NaN and infinities are refused, for they read differently elsewhere.

    >>> parsed(b'{"a":1,"a":2}')
    Traceback (most recent call last):
    ValueError: the name 'a' stands twice in one object
    """
    return json.loads(data, object_pairs_hook=_no_name_twice, parse_constant=_no_constant)


def text_hash(salt: bytes, text: str) -> str:
    """What the record holds of a text: hexadecimal SHA-256 over a prefix, 16 random bytes and the text.

    >>> text_hash(bytes(16), "Clean the river")[:16]
    '0269d3b75089a424'
    """
    if len(salt) != 16:
        raise ValueError(f"a salt has 16 bytes, not {len(salt)}")
    return hashlib.sha256(TEXT_PREFIX + salt + text.encode()).hexdigest()


def token_hash(token: str) -> str:
    """What the record holds of an invitation or another secret link: never the link itself."""
    return hashlib.sha256(TOKEN_PREFIX + token.encode()).hexdigest()


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice!r} stands twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
