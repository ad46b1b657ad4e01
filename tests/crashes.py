"""Kill -9 under load, and look at what is left: every acknowledged vote, a record that verifies, no half entry.

`Load` is the site without its pages, `HttpLoad` is `comity serve` as it is, killed with all its processes while people
vote over HTTP.

Run as a program (`python -m tests.crashes URL CONSULTATION`) it is the site that will be killed: eight threads vote as
fast as they can, and every vote is printed once it was acknowledged, never before.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path

from comity.exchange.record_file import read, written
from comity.record.entries import VoteCast
from comity.record.entry_bytes import entry_from
from comity.record.merkle import leaf_hash
from comity.record.verification import verified
from tests.sites import open_rivers, site_at

ROOT = Path(__file__).parents[1]
THREADS = 8


@dataclass(frozen=True)
class Crash:
    """What one crash left. acknowledged: votes that were; entries: in the record afterwards."""

    acknowledged: int
    entries: int
    lost: tuple[int, ...]
    problem: str = ""


class Load:
    """Sites under load in processes of their own, and what they acknowledged."""

    def __init__(self, url: str, consultation: str, workers: int) -> None:
        environment = {
            **os.environ,
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "PYTHONUNBUFFERED": "1",
        }
        self.processes = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.crashes", url, consultation],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                cwd=ROOT,
            )
            for _ in range(workers)
        ]
        self.lines: list[bytes] = []
        self.readers = [threading.Thread(target=self._read, args=(process,)) for process in self.processes]
        for reader in self.readers:
            reader.start()

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                if line.endswith(b"\n"):  # a line cut short by the kill was not read by anybody
                    self.lines.append(line)

    def wait_for(self, n: int, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while len(self.lines) < n and time.monotonic() < deadline:
            time.sleep(0.005)
        if len(self.lines) < n:
            self.kill()
            raise TimeoutError(f"only {len(self.lines)} votes in {seconds} s")

    def kill(self) -> None:
        for process in self.processes:
            process.send_signal(signal.SIGKILL)
        for process, reader in zip(self.processes, self.readers, strict=True):
            process.wait()
            reader.join()

    def acknowledged(self) -> dict[int, str]:
        pairs = (line.split() for line in self.lines)
        return {int(index): leaf.decode() for index, leaf in pairs}

    def lost(self, entries: Sequence[bytes]) -> tuple[int, ...]:
        """The numbers of acknowledged votes that are not there, or not as they were."""
        return tuple(
            index
            for index, leaf in self.acknowledged().items()
            if index >= len(entries) or leaf_hash(entries[index]).hex() != leaf
        )


class HttpLoad:
    """`comity serve` with people who vote by its form, each over one kept connection, until it is killed."""

    def __init__(self, url: str, consultation: str, workers: int) -> None:
        environment = {
            **os.environ,
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "COMITY_DATABASE_URL": url,
            "COMITY_SITE": "talks.example.org",
            "COMITY_REQUESTS_PER_MINUTE": "10000000",
        }
        self.consultation = consultation
        self.site = subprocess.Popen(
            [sys.executable, "-m", "comity", "serve", "--port", "0", "--workers", str(workers)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            text=True,
            start_new_session=True,
        )
        assert self.site.stdout is not None
        with self.site.stdout:
            self.port = int(self.site.stdout.readline().rsplit(":", 1)[1].strip(" /\n"))
        self.votes: dict[int, tuple[int, str, int]] = {}
        self.people = [threading.Thread(target=self._person, args=(number,)) for number in range(THREADS)]
        for person in self.people:
            person.start()

    def _person(self, number: int) -> None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            joined = self._post(connection, "join", "understood=yes")
            cookie = str(joined.getheader("set-cookie")).partition(";")[0]
            step = number
            while True:
                step += 1
                statement, answer = str(step % 2 + 1), step % 3 - 1
                voted = self._post(connection, "vote", f"statement={statement}&answer={answer}", cookie)
                index = int(str(voted.getheader("location")).rpartition("after=")[2])
                self.votes[index] = (number, statement, answer)
        except (OSError, HTTPException, ValueError):
            return  # the site was killed: what was not answered was not acknowledged
        finally:
            connection.close()

    def _post(self, connection: HTTPConnection, page: str, body: str, cookie: str = "") -> HTTPResponse:
        headers = {"content-type": "application/x-www-form-urlencoded", "cookie": cookie}
        connection.request("POST", f"/c/{self.consultation}/{page}", body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer

    def wait_for(self, n: int, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while len(self.votes) < n and time.monotonic() < deadline:
            time.sleep(0.005)
        if len(self.votes) < n:
            self.kill()
            raise TimeoutError(f"only {len(self.votes)} votes in {seconds} s")

    def kill(self) -> None:
        os.killpg(self.site.pid, signal.SIGKILL)
        self.site.wait()
        for person in self.people:
            person.join()

    def acknowledged(self) -> dict[int, tuple[int, str, int]]:
        return dict(self.votes)

    def lost(self, entries: Sequence[bytes]) -> tuple[int, ...]:
        """The numbers of acknowledged votes that are not there, or not as they were cast, or another person's."""
        pseudonyms: dict[int, str] = {}
        lost = []
        for index, (person, statement, answer) in self.acknowledged().items():
            entry = entry_from(entries[index]) if index < len(entries) else None
            if not isinstance(entry, VoteCast):
                lost.append(index)
                continue
            theirs = pseudonyms.setdefault(person, entry.by)
            if (entry.by, entry.statement, entry.answer) != (theirs, statement, answer):
                lost.append(index)
        if len(set(pseudonyms.values())) < len(pseudonyms):
            lost.append(-1)
        return tuple(lost)


def aftermath(url: str, consultation: str, load: Load | HttpLoad) -> Crash:
    """Open the store as the next start would, look for every acknowledged vote, and verify the record."""
    with site_at(url) as site:
        entries = site.store.entries(consultation)
        lost = load.lost(entries)
        problem = ""
        try:
            found = verified(read(written(site.reader.copy(consultation, "full"))), site.desk.signer.verifier)
            if found.state.size != len(entries):
                problem = f"{len(entries)} entries, {found.state.size} verified"
        except Exception as error:
            problem = repr(error)
        return Crash(len(load.acknowledged()), len(entries), lost, problem)


def crash(
    url: str, consultation: str, dice: random.Random, workers: int = 1, kind: type[Load | HttpLoad] = Load
) -> Crash:
    """Load, kill at a random moment, and look."""
    load = kind(url, consultation, workers)
    load.wait_for(20)
    time.sleep(dice.random() * 0.5)
    load.kill()
    return aftermath(url, consultation, load)


def prepare(url: str, consultation: str) -> None:
    with site_at(url) as site:
        open_rivers(site, consultation)


def main(url: str, consultation: str) -> None:
    with site_at(url) as site:
        people = [site.desk.join(consultation, None).pseudonym for _ in range(THREADS)]
        out = threading.Lock()

        def vote(person: str) -> None:
            step = 0
            while True:
                step += 1
                entry = VoteCast(by=person, statement=str(step % 2 + 1), answer=step % 3 - 1)
                receipt = site.desk.submit(consultation, entry)
                line = f"{receipt.index} {leaf_hash(receipt.entry).hex()}\n"
                with out:
                    sys.stdout.write(line)
                    sys.stdout.flush()

        threads = [threading.Thread(target=vote, args=(person,), daemon=True) for person in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
