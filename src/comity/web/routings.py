"""What the choice of the next statement rests on, for every consultation: kept ready, so that no page waits for it."""

from __future__ import annotations

import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from comity.errors import Refused
from comity.findings.routing import Routing, outlook_of, routing_of, standings_of
from comity.reader import Reader

GROWTH = 0.1
LEAST = 10
log = logging.getLogger("comity.web")


class Routings:
    """The routing of every consultation that somebody votes in.

    It follows the findings that others ask for, and asks for newer ones itself once the record has grown by a tenth
    (and ten entries). without: how many pages chose by counts alone, for want of findings, by consultation.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.without: Counter[str] = Counter()
        self._known: dict[str, Routing] = {}
        self._busy: set[str] = set()
        self._lock = Lock()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="comity-routing")

    def of(self, consultation: str) -> Routing | None:
        """The newest one that is ready, None where none is; makes a newer one in the background where it is due."""
        known = self._known.get(consultation)
        try:
            size = self.reader.size(consultation)
        except Refused:
            return known  # the database is away: pages go on with what they have
        newest = self.reader.known_findings(consultation)
        if known is None:
            self.without[consultation] += 1
            due = True
        else:
            grown = size - known.size
            due = grown > max(LEAST, GROWTH * known.size) or grown < 0
            due = due or (newest is not None and newest[0] > known.size)
        if due:
            self._begin(consultation)
        return known

    def stop(self) -> None:
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _begin(self, consultation: str) -> None:
        with self._lock:
            if consultation in self._busy:
                return
            self._busy.add(consultation)
        try:
            self._worker.submit(self._make, consultation)
        except RuntimeError:  # the site is stopping
            self._busy.discard(consultation)

    def _make(self, consultation: str) -> None:
        try:
            size, findings = self.reader.latest_findings(consultation)
            known = self._known.get(consultation)
            if known is None or known.size != size:
                counts, threshold = standings_of(findings), findings.parameters.threshold
                outlook = self.reader.aside(outlook_of, counts, threshold).result()
                self._known[consultation] = routing_of(findings, outlook)
        except Refused as refused:
            log.info("no routing of %s: %s", consultation, refused.text)
        except Exception:  # a page must not fail for want of it: the counts are there
            log.exception("no routing of %s", consultation)
        finally:
            self._busy.discard(consultation)
