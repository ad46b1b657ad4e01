"""Where commands put what they made: stdout, or a file that is whole or not there."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from comity.errors import Refused

Out = Annotated[str, Parameter(allow_leading_hyphen=True)]
"""A file to write; '-' is stdout."""


def put(out: str, data: bytes) -> None:
    """Write to a file, or to stdout where out is '-'. Refuses what cannot be written.

    A file appears under its name only when it is whole; a device or a pipe is written to as it is.
    """
    if out == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    path = Path(out).resolve()
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
        else:
            _put_whole(path, data)
    except OSError as error:
        raise Refused(
            "cannot-write", f"{out} cannot be written ({error.strerror}); choose another place with --out"
        ) from None


def _put_whole(path: Path, data: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
