"""Acknowledged durable votes a second at the desk: `python benchmarks/desk.py [--seconds 20]`.

Forty threads (PostgreSQL: two processes of twenty) submit one vote after the other and wait for each
receipt. Beside it a bare loop that
inserts one row a transaction with the same durability: what this disk allows to whoever flushes once a vote.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sqlite3
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tests.postgres import postgres_server  # noqa: E402
from tests.sites import open_rivers, site_at  # noqa: E402

from comity.record.entries import VoteCast  # noqa: E402


def load(url: str, threads: int, seconds: float) -> list[float]:
    """The seconds that every acknowledged vote took."""
    took: list[float] = []
    with site_at(url) as site:
        people = [site.desk.join("rivers", None).pseudonym for _ in range(threads)]
        end = time.monotonic() + seconds

        def vote(person: str) -> None:
            step = 0
            while time.monotonic() < end:
                step += 1
                started = time.monotonic()
                site.desk.submit(
                    "rivers", VoteCast(by=person, statement=str(step % 2 + 1), answer=step % 3 - 1)
                )
                took.append(time.monotonic() - started)

        running = [threading.Thread(target=vote, args=(person,)) for person in people]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
    return took


def say(what: str, took: list[float], seconds: float) -> None:
    took = sorted(took)
    p50, p99 = (1000 * took[int(len(took) * share)] for share in (0.5, 0.99))
    print(f"{what}: {len(took) / seconds:,.0f} votes/s, p50 {p50:.1f} ms, p99 {p99:.1f} ms", flush=True)


def bare_sqlite(path: Path, seconds: float) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE entries (position INTEGER PRIMARY KEY, body BLOB)")
    took, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        started = time.monotonic()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO entries (body) VALUES (?)", (bytes(130),))
        connection.execute("COMMIT")
        took.append(time.monotonic() - started)
    say("SQLite, a bare insert a transaction", took, seconds)
    connection.close()


def bare_postgres(url: str, seconds: float) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE bare (position bigserial PRIMARY KEY, body bytea)")
        took, end = [], time.monotonic() + seconds
        while time.monotonic() < end:
            started = time.monotonic()
            connection.execute("INSERT INTO bare (body) VALUES (%s)", (bytes(130),))
            took.append(time.monotonic() - started)
    say("PostgreSQL, a bare insert a transaction", took, seconds)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=20)
    seconds = options.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="comity-desk-") as folder:
        bare_sqlite(Path(folder, "bare.db"), seconds)
        url = f"sqlite:///{folder}/record.db"
        with site_at(url) as site:
            open_rivers(site)
        say("SQLite, the desk, 40 threads", load(url, 40, seconds), seconds)
    with postgres_server(fsync=True) as server:
        url = server.create("desk")
        bare_postgres(url, seconds)
        with site_at(url) as site:
            open_rivers(site)
        with multiprocessing.get_context("spawn").Pool(2) as pool:
            parts = pool.starmap(load, [(url, 20, seconds)] * 2)
        say("PostgreSQL, two desks, 20 threads each", [item for part in parts for item in part], seconds)


if __name__ == "__main__":
    main()
