"""How long does it take, and how much memory? Ours beside red-dwarf 0.4.0, one sparse X'X and one copy of the votes.

Every job runs in a process of its own (`jobs.py`); time is that of the work alone, without start-up and reading;
memory is the largest of the whole process, libraries and the votes themselves included. The export with most votes is
timed on one thread, the best of several; the simulated tables once, ours with two threads.

    python benchmarks/speed.py [--quick]        quick: the export only
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from conversations import exports
from jobs import PEER, Measured, measure
from measures import show
from simulated import large
from votes_file import save

OURS = ("whole", "spatial", "classic")
LIMITS = ("gram", "copy")
NAMES = {
    "whole": "Comity, the whole analysis",
    "spatial": "Comity, spatial model alone",
    "classic": "Comity, classic method alone",
    "red-dwarf": "red-dwarf 0.4.0",
    "gram": "one sparse X'X",
    "copy": "one copy of the votes",
}


def row(job: str, took: Measured, peer: Measured | None) -> list[str]:
    ratios = ["-", "-", "-"]
    if peer is not None:
        ratios = [
            f"{took.seconds / peer.seconds:.3f}",
            f"{took.processor / peer.processor:.3f}",
            f"{took.peak / peer.peak:.2f}",
        ]
    return [NAMES[job], f"{took.seconds:.3f}", f"{took.processor:.3f}", f"{took.peak:.0f}", *ratios]


def compared(path: Path, *, peer: bool, repeat: int, threads: int) -> str:
    """All jobs on one file of votes, as a table."""
    theirs = measure("red-dwarf", path, repeat=repeat) if peer else None
    lines = [row(job, measure(job, path, repeat=repeat, threads=threads), theirs) for job in (*OURS, *LIMITS)]
    if theirs is not None:
        lines.insert(len(OURS), row("red-dwarf", theirs, theirs))
    ratios = [f"{what} / red-dwarf" for what in ("time", "processor", "memory")]
    return show(["job", "seconds", "processor s", "peak MiB", *ratios], lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="the largest export only")
    chosen = parser.parse_args()
    if not PEER.exists():
        raise SystemExit(f"red-dwarf is not installed at {PEER}: run `make bench` once")
    with TemporaryDirectory() as name:
        path = Path(name) / "votes.npz"
        export = max(exports(), key=lambda one: one.votes.n_votes)
        save(path, export.votes, export.rejected)
        print(f"{export.name}: {export.votes.n_votes:,} votes, one thread (bars: whole 0.5, classic 0.15)\n")
        print(compared(path, peer=True, repeat=7, threads=1), end="\n\n", flush=True)
        if chosen.quick:
            return
        save(path, large(np.random.default_rng(0), participants=50_000, statements=1_000, votes=2_500_000))
        print("50,000 x 1,000, 2.5 million votes, simulated (bars: whole 0.1, memory 0.25)\n")
        print(compared(path, peer=True, repeat=1, threads=2), end="\n\n", flush=True)
        save(path, large(np.random.default_rng(0), participants=200_000, statements=1_000, votes=10_000_000))
        print("200,000 x 1,000, 10 million votes, simulated (bars: whole 90 s, 2,048 MiB)\n")
        print(compared(path, peer=False, repeat=1, threads=2))


if __name__ == "__main__":
    main()
