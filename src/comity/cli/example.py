"""`comity example`: the example consultation as a plain table, to see what one looks like."""

from __future__ import annotations

from pathlib import Path

from comity.cli.talk import say
from comity.errors import Refused


def example(*, out: Path = Path("comity-example"), seed: int = 1) -> None:
    """Write the example consultation as a plain table: a folder of four CSV files.

    Parameters
    ----------
    out
        The folder; it is made, and must not hold anything yet.
    seed
        Another number makes other people and other votes of the same kind.
    """
    from comity.exchange.table import written
    from comity.rehearsal.example import example_consultation

    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise Refused(
                "folder-not-empty",
                f"{out} holds files already, and none is written over; name another folder",
            )
        for name, data in written(example_consultation(seed)).items():
            (out / name).write_bytes(data)
    except OSError as error:
        raise Refused(
            "cannot-write", f"{out} cannot be written ({error.strerror}); choose another folder with --out"
        ) from None
    say(f"wrote {out}: read it with `comity report {out}`")
