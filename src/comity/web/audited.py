"""Audits as the site shows them: computed when somebody asks, kept until the record has grown."""

from __future__ import annotations

from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from comity.findings.audit import Audit
    from comity.reader import Reader

PATIENCE = 2.0


class Audited:
    """The latest audit of every consultation, and the one that is being computed."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._done: dict[str, tuple[int, Audit]] = {}
        self._under_way: dict[str, tuple[int, Future[Audit]]] = {}
        self._lock = Lock()

    def latest(self, consultation: str, patience: float = PATIENCE) -> tuple[int, Audit] | None:
        """The record's size then, and its audit; an older one while a newer is computed; None while there is none."""
        size = self.reader.size(consultation)
        with self._lock:
            known = self._done.get(consultation)
            if known is not None and known[0] == size:
                return known
            if consultation not in self._under_way:
                self._under_way[consultation] = self._begin(consultation)
            at, future = self._under_way[consultation]
        try:
            found = future.result(0.0 if known is not None else patience)
        except NotYet:
            return known
        finally:
            if future.done():
                with self._lock:
                    self._under_way.pop(consultation, None)
        self._done[consultation] = (at, found)
        return at, found

    def _begin(self, consultation: str) -> tuple[int, Future[Audit]]:
        from comity.findings.auditing import audit_of

        told = self.reader.consultation(consultation)
        size = 0 if told.head is None else told.head.size
        return size, self.reader.aside(audit_of, told, self.reader.parameters(consultation))
