"""A big consultation: how soon the vote page comes, and how soon after a vote the findings are new.

`python benchmarks/site_big.py [--people 10000] [--statements 300] [--votes 500000] [--keep FILE]` fills a SQLite file
by the desk (one that is kept is filled once), starts `comity serve` on it, and asks for the vote page again and again
from this second process while somebody votes after every new finding, so that findings are computed all the while.
Beside it: the same request for an answer that holds nothing.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path

import numpy as np

from site_load import family, processor_seconds

MANY = {"COMITY_REQUESTS_PER_MINUTE": "10000000"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


def _filled(url: str, arguments: argparse.Namespace) -> None:
    from comity.assemble import site_of
    from comity.desk import beside_text, new_text, statement
    from comity.record.entries import Opening, ParticipantJoined, VoteCast
    from comity.settings import Settings

    site = site_of(Settings(url, "talks.example.org"))
    texts = [
        new_text(f"Statement {number}, on a matter of its own") for number in range(arguments.statements)
    ]
    opening = Opening(
        by="1",
        consultation="big",
        origin="talks.example.org/big",
        key=site.desk.signer.verifier,
        title="Big",
        question="How many?",
        opens_at=0,
        joining="open",
    )
    first = [statement(text, "1", "en", seed=True) for text in texts]
    site.desk.open(opening, first, [beside_text(text) for text in texts])
    rng = np.random.default_rng(1)
    people, votes = arguments.people, arguments.votes
    names = [str(100_000 + place) for place in range(people)]
    for start in range(0, people, 500):
        site.desk.submit_all("big", [ParticipantJoined(by=name) for name in names[start : start + 500]])
    cells = rng.choice(people * arguments.statements, votes, replace=False)
    who, what = cells % people, cells // people
    lean = rng.standard_normal((people, 2))
    draws = (lean[who] * rng.standard_normal((arguments.statements, 2))[what]).sum(axis=1)
    answer = np.sign(draws + 0.5 * rng.standard_normal(votes))
    for start in range(0, votes, 512):
        block = zip(
            who[start : start + 512], what[start : start + 512], answer[start : start + 512], strict=True
        )
        cast = [VoteCast(by=names[w], statement=str(int(s) + 1), answer=int(a)) for w, s, a in block]
        site.desk.submit_all("big", cast)
    site.close()


def _get(connection: HTTPConnection, path: str, cookie: str) -> float:
    start = time.perf_counter()
    try:
        connection.request("GET", path, headers={"cookie": cookie, "accept-encoding": "gzip"})
        answer = connection.getresponse()
    except RemoteDisconnected:  # the site ends connections that lie idle; a browser opens another one
        connection.close()
        return _get(connection, path, cookie)
    answer.read()
    assert answer.status == 200, (answer.status, path)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--statements", type=int, default=300)
    parser.add_argument("--votes", type=int, default=500_000)
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = arguments.keep or Path(folder) / "site.db"
        url = f"sqlite:///{file}"
        start = time.perf_counter()
        if not file.exists():
            _filled(url, arguments)
            print(f"filled with {arguments.votes} votes in {time.perf_counter() - start:.0f} s", flush=True)
        environment = {**os.environ, "COMITY_DATABASE_URL": url, "COMITY_SITE": "talks.example.org", **MANY}
        command = [sys.executable, "-m", "comity", "serve", "--port", "0"]
        start = time.perf_counter()
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as site:
            assert site.stdout is not None
            address = site.stdout.readline().strip()
            try:
                _measure(address, start, site.pid)
            finally:
                site.send_signal(signal.SIGINT)
                site.wait(20)


def _measure(address: str, start: float, site: int) -> None:
    with urllib.request.urlopen(f"{address}favicon.ico", timeout=120) as answer:
        answer.read()
    print(f"site answers after its start: {time.perf_counter() - start:.1f} s", flush=True)
    with urllib.request.urlopen(f"{address}c/big", timeout=120) as answer:
        answer.read()
    print(f"first page after the start (the record is read): {time.perf_counter() - start:.1f} s", flush=True)
    print(f"processor seconds until then: {processor_seconds(site):.1f}")
    connection = HTTPConnection(address.split("/")[2], timeout=120)
    connection.request("POST", "/c/big/join", "understood=yes", FORM)
    joined = connection.getresponse()
    joined.read()
    cookie = str(joined.getheader("set-cookie")).split(";")[0]
    start = time.perf_counter()
    while _size(_page(address)) is None:
        time.sleep(0.5)
    print(f"first findings: {time.perf_counter() - start:.1f} s", flush=True)
    pages = _page_seconds(connection, cookie, site)
    print(f"processor time of a vote page, nothing else going on: {1000 * pages:.1f} ms")
    connection.close()  # the site has ended it meanwhile, and a closed one is opened anew
    times, nothing, late = [], [], []
    for number in range(8):
        connection.request(
            "POST", "/c/big/vote", f"statement={number + 1}&answer=1", {"cookie": cookie, **FORM}
        )
        voted = connection.getresponse()
        voted.read()
        entry = int(str(voted.getheader("location")).rpartition("=")[2])
        start = time.perf_counter()
        looked = 0.0
        while True:
            times.append(_get(connection, "/c/big/vote", cookie))
            nothing.append(_empty(connection))
            if time.perf_counter() - looked > 1:
                looked = time.perf_counter()
                size = _size(_page(address))
                if size is not None and size > entry:
                    break
            if time.perf_counter() - start > 60:
                break
        late.append(time.perf_counter() - start)
    at = [1000 * float(np.quantile(times, part)) for part in (0.5, 0.95, 0.99)]
    print(
        f"vote page while findings are computed: median {at[0]:.0f} ms, p95 {at[1]:.0f} ms, p99 {at[2]:.0f} ms"
    )
    print(f"an empty answer meanwhile: median {1000 * float(np.median(nothing)):.1f} ms")
    print(f"findings new after a vote: {', '.join(f'{second:.1f} s' for second in late)}")
    print(f"memory: {', '.join(f'{peak} MB' for peak in map(_peak, family(site)))}")


def _page_seconds(connection: HTTPConnection, cookie: str, site: int) -> float:
    connection.close()  # the site has ended it meanwhile, and a closed one is opened anew
    before = processor_seconds(site)
    for _ in range(50):
        _get(connection, "/c/big/vote", cookie)
    return (processor_seconds(site) - before) / 50


def _peak(process: int) -> int:
    """Megabytes of memory that a process had at most."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def _empty(connection: HTTPConnection) -> float:
    start = time.perf_counter()
    connection.request("GET", "/favicon.ico")
    connection.getresponse().read()
    return time.perf_counter() - start


def _page(address: str) -> str:
    with urllib.request.urlopen(f"{address}c/big/findings", timeout=120) as answer:
        return str(answer.read().decode())


def _size(page: str) -> int | None:
    found = re.search(r'data-size="(\d+)"', page)
    return int(found[1]) if found else None


if __name__ == "__main__":
    main()
