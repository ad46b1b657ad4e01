"""Kill -9 under load, many times: `python benchmarks/crash.py [--sqlite 200] [--postgres 50] [--http]`.

A site without pages votes with eight threads (PostgreSQL: two sites at once); with `--http` it is `comity serve`, with
two workers on PostgreSQL, and eight people who vote by its form. At a random moment it is killed, with all its
processes. Every second PostgreSQL round kills the server itself instead, all its processes. Then the next start looks:
is every acknowledged vote there, does the record verify, is there half an entry? Flushing to the disk is on.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tests.crashes import Crash, HttpLoad, Load, aftermath, crash, prepare  # noqa: E402
from tests.postgres import Server, postgres_server  # noqa: E402

ROUNDS_A_RECORD = 10


def rounds(n: int, once: Callable[[int], Crash], what: str) -> bool:
    acknowledged = lost = bad = 0
    started = time.monotonic()
    for number in range(n):
        result = once(number)
        acknowledged += result.acknowledged
        lost += len(result.lost)
        bad += bool(result.problem)
        if result.lost or result.problem:
            print(f"  round {number}: lost {result.lost[:5]} {result.problem}", flush=True)
    print(
        f"{what}: killed {n} times, {acknowledged} votes acknowledged, {lost} lost, {bad} records damaged, "
        f"{time.monotonic() - started:.0f} s",
        flush=True,
    )
    return not lost and not bad


def sqlite(n: int, dice: random.Random, kind: type[Load | HttpLoad]) -> bool:
    with tempfile.TemporaryDirectory(prefix="comity-crash-") as folder:

        def once(number: int) -> Crash:
            url, name = f"sqlite:///{folder}/{number // ROUNDS_A_RECORD}.db", "rivers"
            if number % ROUNDS_A_RECORD == 0:
                prepare(url, name)
            return crash(url, name, dice, 1, kind)

        return rounds(n, once, f"SQLite, {kind.__name__}")


def kill_server(server: Server) -> None:
    """All processes of the server at once: what a power cut leaves, but for the operating system's own memory."""
    postmaster = server.pid
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    for pid in (postmaster, *map(int, children)):
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.3)
    for lock in (server.data / "postmaster.pid", *server.folder.glob(".s.PGSQL.*")):
        lock.unlink(missing_ok=True)  # where nobody collects the dead, their numbers look alive


def postgres(n: int, dice: random.Random, kind: type[Load | HttpLoad]) -> bool:
    with postgres_server(fsync=True) as server:

        def once(number: int) -> Crash:
            name = f"crash_{number // ROUNDS_A_RECORD}"
            url = server.create(name) if number % ROUNDS_A_RECORD == 0 else server.url(name)
            if number % ROUNDS_A_RECORD == 0:
                prepare(url, "rivers")
            if number % 2 == 0:
                return crash(url, "rivers", dice, 2, kind)
            load = kind(url, "rivers", 2)
            load.wait_for(20)
            time.sleep(dice.random() * 0.5)
            kill_server(server)
            load.kill()
            server.start()
            return aftermath(url, "rivers", load)

        return rounds(n, once, f"PostgreSQL, {kind.__name__}, two workers, every second time the server")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sqlite", type=int, default=200)
    options.add_argument("--postgres", type=int, default=50)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--http", action="store_true")
    chosen = options.parse_args()
    dice = random.Random(chosen.seed)
    kind = HttpLoad if chosen.http else Load
    good = [what(n, dice, kind) for what, n in ((sqlite, chosen.sqlite), (postgres, chosen.postgres)) if n]
    raise SystemExit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
