"""How many votes a site acknowledges a second over HTTP, each of them durable; a bare insert loop beside it.

`python benchmarks/site_load.py [--seconds 60] [--people 64] [--rate 0] [--postgres] [--workers N] [--watch]` starts
`comity serve` as it is, joins people, and lets each vote over a kept connection from this second process: without
pause, or so many votes a second in all (`--rate`), each at its appointed time, late or not. `--watch` keeps findings
being computed meanwhile. `--postgres` starts a PostgreSQL server of its own, with flushing on. Beside it: rows in the
same kind of database, one INSERT and one flushed commit each.
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
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tests.postgres import postgres_server  # noqa: E402

STATEMENTS = 40
FORM = "application/x-www-form-urlencoded"
START = 60.0
"""Seconds that a site may take until it answers."""


class Visit(asyncio.Protocol):
    """One kept connection: a request, then its answer. As lean as can be, for it shares the machine with the site."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[bytes] | None = None
        self._come = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._come += data
        head, end, body = self._come.partition(b"\r\n\r\n")
        if not end or self.answer is None:
            return
        length = head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
        if len(body) >= int(length or 0):
            self.answer.set_result(self._come)
            self._come, self.answer = b"", None

    def connection_lost(self, error: Exception | None) -> None:
        if self.answer is not None:
            self.answer.set_exception(ConnectionError("the site closed the connection"))

    def ask(self, request: bytes) -> asyncio.Future[bytes]:
        if self.transport.is_closing():
            raise ConnectionError("the site has closed this connection")
        self.answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self.answer


async def visit(port: int) -> Visit:
    _, made = await asyncio.get_running_loop().create_connection(Visit, "127.0.0.1", port)
    return made


def post(path: str, body: str, kind: str = FORM, cookie: str = "") -> bytes:
    """A request as a browser sends it, without what nobody reads."""
    kept = f"cookie: {cookie}\r\n" if cookie else ""
    return (
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\n{kept}content-type: {kind}\r\n"
        f"content-length: {len(body.encode())}\r\n\r\n{body}"
    ).encode()


async def opened(port: int, name: str = "load") -> None:
    """A consultation that anybody may join."""
    statements = ", ".join(f'"Statement {number} of the load"' for number in range(STATEMENTS))
    new = f'{{"title": "{name}", "question": "How many?", "joining": "open", "statements": [{statements}]}}'
    answer = await (await visit(port)).ask(post("/api/consultations", new, "application/json"))
    assert answer.startswith(b"HTTP/1.1 201"), answer


async def joined(port: int, name: str = "load") -> str:
    """The cookie of somebody who joined."""
    made = await visit(port)
    answer = await made.ask(post(f"/c/{name}/join", "understood=yes"))
    cookie = answer.partition(b"\r\nset-cookie: ")[2].partition(b";")[0].decode()
    assert cookie.startswith("comity="), answer
    made.transport.close()
    return cookie


async def _person(
    port: int, cookie: str, number: int, start: float, until: float, pause: float, times: list[float]
) -> int:
    """Vote until the time is over; how many votes were refused. With a pause, late votes are timed from when due."""
    wrong = turn = 0
    made = await visit(port)
    requests = [
        post("/c/load/vote", f"statement={one % STATEMENTS + 1}&answer={one % 3 - 1}", FORM, cookie)
        for one in range(3 * STATEMENTS)
    ]
    clock = time.perf_counter
    due = start + (number % 97) / 97 * pause
    while True:
        if pause:
            await asyncio.sleep(max(0.0, due - clock()))
        else:
            due = clock()
        if due >= until:
            return wrong
        answer = await made.ask(requests[(number + turn) % len(requests)])
        times.append(clock() - due)
        wrong += not answer.startswith(b"HTTP/1.1 303")
        turn, due = turn + 1, due + pause


async def _watched(port: int, until: float, seen: list[int]) -> None:
    """Ask for the findings page every second, so that findings are computed all the while."""
    reader = await visit(port)
    while time.perf_counter() < until:
        page = await reader.ask(b"GET /c/load/findings HTTP/1.1\r\nhost: localhost\r\n\r\n")
        size = page.partition(b'data-size="')[2].partition(b'"')[0]
        if size and int(size) not in seen:
            seen.append(int(size))
        await asyncio.sleep(1)


async def _load(
    port: int, arguments: argparse.Namespace, processes: list[int]
) -> tuple[list[float], int, float, float]:
    await opened(port)
    people = [await joined(port) for _ in range(arguments.people)]
    pause = arguments.people / arguments.rate if arguments.rate else 0.0
    times: list[float] = []
    seen: list[int] = []
    before = sum(map(processor_seconds, processes))
    start = time.perf_counter()
    until = start + arguments.seconds
    watching = [_watched(port, until, seen)] if arguments.watch else []
    wrong = await asyncio.gather(
        *(_person(port, cookie, number, start, until, pause, times) for number, cookie in enumerate(people)),
        *watching,
    )
    took = time.perf_counter() - start
    if arguments.watch:
        print(f"findings were new {len(seen)} times meanwhile")
    return times, sum(filter(None, wrong)), took, sum(map(processor_seconds, processes)) - before


def processor_seconds(process: int) -> float:
    """User and system time of one process so far."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def family(process: int) -> list[int]:
    """A process and all that it started."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    return [process, *(one for child in children for one in family(int(child)))]


@contextmanager
def served(url: str, workers: int = 1) -> Iterator[tuple[int, int]]:
    """`comity serve` on this database, from a process of its own: its port and its process."""
    environment = {**os.environ, "COMITY_DATABASE_URL": url, "COMITY_REQUESTS_PER_MINUTE": "10000000"}
    command = [sys.executable, "-m", "comity", "serve", "--port", "0", "--workers", str(workers)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as site:
        assert site.stdout is not None
        port = int(site.stdout.readline().rsplit(":", 1)[1].strip(" /\n"))
        try:
            yield port, site.pid
        finally:
            site.send_signal(signal.SIGINT)
            site.wait(20)


async def _answers(port: int) -> None:
    """Until every worker that is there has begun to answer: several visits fall to several workers."""
    for _ in range(32):
        await (await visit(port)).ask(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")


def _bare_sqlite(folder: Path, seconds: float) -> float:
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


def _bare_postgres(url: str, seconds: float) -> float:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE bare (number BIGSERIAL PRIMARY KEY, data BYTEA)")
        data, start, done = b"x" * 130, time.perf_counter(), 0
        while time.perf_counter() - start < seconds:
            connection.execute("INSERT INTO bare (data) VALUES (%s)", (data,))
            done += 1
        return done / (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--people", type=int, default=64)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--watch", action="store_true")
    arguments = parser.parse_args()
    beside = postgres_server(fsync=True) if arguments.postgres else nullcontext()
    with tempfile.TemporaryDirectory() as name, beside as server:
        folder = Path(name)
        url = f"sqlite:///{folder / 'site.db'}" if server is None else server.create("load")
        with served(url, arguments.workers) as (port, process):
            asyncio.run(_answers(port))
            mine = time.process_time()
            times, wrong, took, busy = asyncio.run(_load(port, arguments, family(process)))
            mine = time.process_time() - mine
        bare = _bare_sqlite(folder, 3) if server is None else _bare_postgres(url, 3)
    times.sort()
    at = [1000 * times[min(int(len(times) * part), len(times) - 1)] for part in (0.5, 0.95, 0.99)]
    done = len(times) - wrong
    print(
        f"{done / took:.0f} acknowledged votes/s over {took:.0f} s by {arguments.people} people, "
        f"{wrong} refused; median {at[0]:.0f} ms, p95 {at[1]:.0f} ms, p99 {at[2]:.0f} ms"
    )
    print(f"processor time a vote: site {1000 * busy / done:.2f} ms, this load {1000 * mine / done:.2f} ms")
    print(f"bare loop of one insert and one commit: {bare:.0f} rows/s; ratio {done / took / bare:.2f}")


if __name__ == "__main__":
    main()
