"""Findings as pages show them: at once, however long the newest ones take to compute.

Computing happens elsewhere (the reader's executor); a page waits a moment for the first findings of a
consultation and then says that they are being computed.
"""

from __future__ import annotations

from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from threading import Lock

from comity.findings.findings import Findings
from comity.reader import Reader

PATIENCE = 2.0


class Published:
    """The latest findings of every consultation."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._first: dict[str, Future[tuple[int, Findings]]] = {}
        self._lock = Lock()
        self._waiters = ThreadPoolExecutor(max_workers=4, thread_name_prefix="comity-first-findings")

    def latest(self, consultation: str, patience: float = PATIENCE) -> tuple[int, Findings] | None:
        """The record's size then, and the findings; None while the first ones are still being computed."""
        with self._lock:
            future = self._first.get(consultation)
            if future is None or (future.done() and future.exception() is not None):
                future = self._waiters.submit(self.reader.latest_findings, consultation)
                self._first[consultation] = future
        try:
            found = future.result(patience)
        except (
            NotYet,
            BrokenExecutor,
        ):  # the process that computed it died: the next one who asks starts another
            return None
        return self.reader.latest_findings(consultation) if self._is_known(consultation) else found

    def forget(self, consultation: str) -> None:
        """After a consultation was removed."""
        with self._lock:
            self._first.pop(consultation, None)

    def stop(self) -> None:
        self._waiters.shutdown(wait=False, cancel_futures=True)

    def _is_known(self, consultation: str) -> bool:
        return bool(self.reader.room(consultation).findings)
