"""`comity serve` as people run it, in processes of its own, over a database of this test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"


@dataclass
class Served:
    """A running site. said: what it wrote on stderr, once it has ended."""

    process: subprocess.Popen[str]
    address: str
    said: str = ""

    def stop(self) -> None:
        """Ask it to end, as an administrator's service manager does: the first process only."""
        self.process.send_signal(signal.SIGTERM)
        _, self.said = self.process.communicate(timeout=30)


@contextmanager
def serving(url: str, workers: int = 1) -> Iterator[Served]:
    """The site over this database, stopped at the end unless it was before."""
    with subprocess.Popen(
        [sys.executable, "-m", "comity", "serve", "--port", "0", "--workers", str(workers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "COMITY_DATABASE_URL": url},
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        served = Served(process, process.stdout.readline().strip().rstrip("/"))
        try:
            yield served
        finally:
            if process.poll() is None:
                served.stop()
