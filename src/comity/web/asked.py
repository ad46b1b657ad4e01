"""What the site computes when somebody asks for it: audits and slates, kept until the record has grown."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from comity.findings.audit import Audit
    from comity.findings.parameters import Parameters
    from comity.findings.slate import SlateFindings
    from comity.reader import Reader
    from comity.record.consultation import Consultation

PATIENCE = 2.0
SLATE_SIZE = 8
Found = TypeVar("Found")


class Asked(Generic[Found]):
    """The latest answer of one kind for every consultation, and the one that is being computed.

    compute: runs where findings are computed.
    """

    def __init__(self, reader: Reader, compute: Callable[[Consultation, Parameters], Found]) -> None:
        self.reader = reader
        self._compute = compute
        self._done: dict[str, tuple[int, Found]] = {}
        self._under_way: dict[str, tuple[int, Future[Found]]] = {}
        self._lock = Lock()

    def latest(self, consultation: str, patience: float = PATIENCE) -> tuple[int, Found] | None:
        """The record's size then, and the answer; an older one while a newer is computed; None while there is none."""
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

    def _begin(self, consultation: str) -> tuple[int, Future[Found]]:
        told = self.reader.consultation(consultation)
        size = 0 if told.head is None else told.head.size
        return size, self.reader.aside(self._compute, told, self.reader.parameters(consultation))


def audit(consultation: Consultation, parameters: Parameters) -> Audit:
    """The audit, in the process that computes; the one that serves loads no more than what is published."""
    from comity.findings.auditing import audit_of

    return audit_of(consultation, parameters)


def slate(consultation: Consultation, parameters: Parameters) -> SlateFindings | None:
    """Eight statements that represent everybody, in the process that computes; None where too few voted for any.

    Where single votes are not published there are fewer, so that every group that deserves a place is at least as
    large as the smallest that may be shown.
    """
    import numpy as np

    from comity.findings.slating import slate_findings

    n_voted = len(np.unique(consultation.votes.participant))
    n_open = sum(one.moderation != "rejected" for one in consultation.statements)
    promise = consultation.promise
    floor = 1 if promise is None or promise.shows_single_votes else promise.floor
    size = min(SLATE_SIZE, n_open, n_voted // floor)
    return slate_findings(consultation, size, parameters=parameters) if size else None
