"""How many votes a site acknowledges a second over HTTP, each of them durable; a bare insert loop beside it.

`python benchmarks/site_load.py [--seconds 60] [--people 64] [--rate 0] [--database URL] [--workers N]` starts
`comity serve` as it is, joins people, and lets each vote without pause over a kept connection from this second process
(or at a given rate in all). Beside it: rows in the same kind of file, one INSERT and one flushed commit each.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STATEMENTS = 40


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> tuple[int, bytes, bytes]:
    """One request on a connection that stays open: status, head, body."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return int(head.split(b" ", 2)[1]), head, await reader.readexactly(length)


def _post(path: str, body: bytes, token: str = "", kind: str = "application/json") -> bytes:
    access = f"authorization: Bearer {token}\r\n" if token else ""
    head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\n{access}content-type: {kind}\r\n"
    head += f"content-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _post_form(path: str, body: bytes, cookie: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\n"
        f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _person(
    port: int, number: int, until: float, pause: float, times: list[float], wrong: list[int]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    joined = await _ask(reader, writer, _post_form("/c/load/join", b"understood=yes", "language=en"))
    cookie = next(
        line.split(b":", 1)[1].split(b";")[0].strip().decode()
        for line in joined[1].split(b"\r\n")
        if line.lower().startswith(b"set-cookie: comity=")
    )
    turn = number
    while time.perf_counter() < until:
        turn += 1
        answer = (1, 0, -1)[turn % 3]
        body = f"statement={turn % STATEMENTS + 1}&answer={answer}".encode()
        start = time.perf_counter()
        status, *_ = await _ask(reader, writer, _post_form("/c/load/vote", body, cookie))
        times.append(time.perf_counter() - start)
        if status != 303:
            wrong.append(status)
        if pause:
            await asyncio.sleep(max(0.0, pause - (time.perf_counter() - start)))
    writer.close()


async def _load(port: int, arguments: argparse.Namespace) -> tuple[list[float], list[int], float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    statements = ", ".join(f'"Statement {number} of the load"' for number in range(STATEMENTS))
    new = f'{{"title": "Load", "question": "How many?", "joining": "open", "statements": [{statements}]}}'
    status, _, body = await _ask(reader, writer, _post("/api/consultations", new.encode()))
    assert status == 201, body
    times: list[float] = []
    wrong: list[int] = []
    start = time.perf_counter()
    pause = arguments.people / arguments.rate if arguments.rate else 0.0
    until = start + arguments.seconds
    await asyncio.gather(
        *(_person(port, number, until, pause, times, wrong) for number in range(arguments.people))
    )
    return times, wrong, time.perf_counter() - start


def _processor_seconds(process: int) -> float:
    """User and system time of one process so far (with more workers: of the first one only)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _bare_inserts(folder: Path, seconds: float) -> float:
    """Rows a second, one INSERT and one flushed commit each, in the same kind of file."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE vote (number INTEGER PRIMARY KEY, data BLOB)")
    data, start, done = b"x" * 130, time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        connection.execute("INSERT INTO vote (data) VALUES (?)", (data,))
        done += 1
    return done / (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--people", type=int, default=64)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--database", default="")
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = arguments.database or f"sqlite:///{folder / 'site.db'}"
        environment = {**os.environ, "COMITY_DATABASE_URL": url, "COMITY_REQUESTS_PER_MINUTE": "10000000"}
        command = [
            sys.executable,
            "-m",
            "comity",
            "serve",
            "--port",
            "0",
            "--workers",
            str(arguments.workers),
        ]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as site:
            assert site.stdout is not None
            port = int(site.stdout.readline().rsplit(":", 1)[1].strip(" /\n"))
            time.sleep(6)
            try:
                before = _processor_seconds(site.pid)
                times, wrong, took = asyncio.run(_load(port, arguments))
                busy = _processor_seconds(site.pid) - before
            finally:
                site.send_signal(signal.SIGINT)
                site.wait(20)
        bare = _bare_inserts(folder, 3)
    times.sort()
    at = [1000 * times[min(int(len(times) * part), len(times) - 1)] for part in (0.5, 0.95, 0.99)]
    print(
        f"{len(times) / took:.0f} acknowledged votes/s over {took:.0f} s by {arguments.people} people, "
        f"{len(wrong)} refused; median {at[0]:.0f} ms, p95 {at[1]:.0f} ms, p99 {at[2]:.0f} ms"
    )
    print(f"the site's own processor time: {1000 * busy / len(times):.2f} ms a vote")
    print(f"bare loop of one insert and one commit: {bare:.0f} rows/s; ratio {len(times) / took / bare:.2f}")


if __name__ == "__main__":
    main()
