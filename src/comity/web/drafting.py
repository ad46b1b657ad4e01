"""What the site does in a negotiation by itself: it proposes when everybody was heard, and computes what drafts mean.

Computing happens where findings are computed; a page waits a moment and then says that it is under way. What is
computed rests on the latest draft's statements, so that nobody learns another's interests by changing his or her own
and looking what moves.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from comity import __version__
from comity.errors import Refused
from comity.record.bargain import Bargain, DraftProposed, NegotiationEnded
from comity.record.consultation import Party
from comity.record.entries import SITE, Entry
from comity.record.interests import negotiation_of, package_of
from comity.record.negotiation import Condition, Negotiation, Package, RedLine

if TYPE_CHECKING:
    from comity.desk import Desk
    from comity.findings.drafting import Drafted
    from comity.findings.packages import PackageFindings
    from comity.reader import Reader

PATIENCE = 0.8
"""How long a page waits for what is nearly there."""
SECONDS = 20.0
"""The most that one solution of a large space may take: a page says meanwhile that it is computed."""
REMEMBERED = 200
log = logging.getLogger("comity.web")


@dataclass(frozen=True)
class Computed:
    """The findings on a draft, private numbers included: `findings.package_view.seen_by` cuts out what a reader sees.

    lines: (party's number, what its demand says) -> the red line or condition, for saying it in other languages.
    """

    findings: PackageFindings
    lines: Mapping[tuple[int, str], RedLine | Condition]


class Drafting:
    """Proposes drafts and keeps their findings. One draft at a time is computed of a negotiation."""

    def __init__(self, reader: Reader, desk: Desk) -> None:
        self.reader, self.desk = reader, desk
        self.failed: dict[str, Refused] = {}
        self._busy: dict[str, Future[None]] = {}
        self._known: dict[tuple[str, int, str], Future[Computed]] = {}
        self._lock = Lock()
        self._worker = ThreadPoolExecutor(max_workers=2, thread_name_prefix="comity-drafting")

    def go_on(self, consultation: str, patience: float = PATIENCE) -> bool:
        """Propose or end where everybody was heard; whether a draft is still being computed after this time."""
        with self.reader.reading(consultation) as state:
            due = _is_due(state.bargain, state.parties)
        if due:
            self._begin(consultation, SITE)
        return self.is_busy(consultation, patience)

    def propose(self, consultation: str, by: str, patience: float = PATIENCE) -> bool:
        """The host asks for the next draft now; whether it is still being computed after this time. Raises Refused."""
        self._begin(consultation, by)
        busy = self.is_busy(consultation, patience)
        refused = self.failed.pop(consultation, None)
        if refused is not None:
            raise refused
        return busy

    def is_busy(self, consultation: str, patience: float = 0.0) -> bool:
        """Whether a draft is being computed, after waiting so long for it."""
        future = self._busy.get(consultation)
        if future is None:
            return False
        try:
            future.result(patience)
        except NotYet:
            return True
        return False

    def computed(self, consultation: str, patience: float = PATIENCE) -> Computed | None:
        """The findings on the latest draft; None while they are being computed. Raises Refused where they cannot be."""
        with self.reader.reading(consultation) as state:
            bargain, parties, settings = _frozen(state.bargain), dict(state.parties), state.settings
            if not bargain.drafts or settings is None:
                return None
            draft, number = bargain.drafts[-1], bargain.numbers[-1]
            key = (consultation, number, state.tree.leaf(number).hex())
            erased = not state.erased.isdisjoint(draft.interests.values())
        if not draft.interests:
            raise Refused(
                "draft", "this draft rests on nobody's interests, so nothing can be computed; wait for them"
            )
        if erased:
            raise Refused(
                "interests-erased", "what this draft rests on was erased, so nothing is computed from it"
            )
        with self._lock:
            future = self._known.get(key)
            if future is None or (future.done() and future.exception() is not None):
                texts = self.reader.private_texts(consultation, draft.interests.values())
                negotiation = negotiation_of(
                    bargain, parties, texts, draft.interests, settings.title, settings.question
                )
                future = self.reader.aside(_found, negotiation, package_of(bargain, draft.package))
                self._known[key] = future
                while len(self._known) > REMEMBERED:
                    self._known.pop(next(iter(self._known)))
        try:
            return future.result(patience)
        except NotYet:
            return None
        except Refused:
            raise
        except Exception:  # the draft stands, whatever could not be said about it
            log.exception("no findings on the draft of %s", consultation)
            raise Refused(
                "unexpected", "what this draft means could not be computed, and it was noted"
            ) from None

    def stop(self) -> None:
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _begin(self, consultation: str, by: str) -> None:
        with self._lock:
            running = self._busy.get(consultation)
            if running is None or running.done():
                self._busy[consultation] = self._worker.submit(self._make, consultation, by)

    def _make(self, consultation: str, by: str) -> None:
        self.failed.pop(consultation, None)
        try:
            entry = self._next(consultation, by)
            if entry is not None:
                self.desk.submit(consultation, entry)
        except Refused as refused:  # what it rests on changed meanwhile, or nothing could be found in time
            log.info("no draft of %s: %s", consultation, refused.text)
            self.failed[consultation] = refused
        except Exception:
            log.exception("no draft of %s", consultation)
            self.failed[consultation] = Refused(
                "unexpected",
                "the draft could not be computed, and it was noted; nothing was stored, try again",
            )

    def _next(self, consultation: str, by: str) -> Entry | None:
        with self.reader.reading(consultation) as state:
            bargain, parties = _frozen(state.bargain), dict(state.parties)
        if by == SITE and not _is_due(bargain, parties):
            return None
        if not bargain.stated:
            raise Refused(
                "draft",
                "no party has stated its interests yet, so there is nothing to propose from; wait for them",
            )
        if by == SITE and bargain.is_over:
            return NegotiationEnded(by=SITE, outcome="agreement", draft=bargain.latest)
        hurts = bargain.hurts[-1].values() if bargain.hurts else ()
        texts = self.reader.private_texts(consultation, [*bargain.stated.values(), *hurts])
        from comity.findings.drafting import METHOD

        drafted = self.reader.aside(_drafted, bargain, parties, dict(texts)).result()
        if drafted.why == "no improvement left" and bargain.is_decided(parties):
            return NegotiationEnded(by=by, outcome="agreement", draft=bargain.latest)
        return DraftProposed(
            by=by,
            draft=bargain.latest + 1,
            package=dict(zip(bargain.issues, drafted.package, strict=True)),
            why=drafted.why,
            interests=bargain.stated,
            comity_version=__version__,
            method=METHOD,
        )


def _is_due(bargain: Bargain, parties: Mapping[str, Party]) -> bool:
    """Whether the site goes on by itself: a draft once everybody was heard; an agreement on the last one."""
    if not bargain.is_under_way or not bargain.issues or not parties or bargain.awaited(parties):
        return False
    return not bargain.is_over or bargain.is_decided(parties)


def _frozen(bargain: Bargain) -> Bargain:
    """A copy that no later entry changes."""
    return Bargain(
        terms=bargain.terms,
        number=bargain.number,
        before=bargain.before,
        issues=dict(bargain.issues),
        interests=dict(bargain.interests),
        drafts=list(bargain.drafts),
        numbers=list(bargain.numbers),
        hurts=[dict(one) for one in bargain.hurts],
        answers=[dict(one) for one in bargain.answers],
        end=bargain.end,
    )


def _drafted(bargain: Bargain, parties: Mapping[str, Party], texts: Mapping[str, str]) -> Drafted:
    """The next draft, in the process that computes."""
    from comity.findings.drafting import next_of

    return next_of(bargain, parties, texts, bargain.stated)


def _found(negotiation: Negotiation, package: Package) -> Computed:
    """The findings on a draft, in the process that computes."""
    from comity.findings.package_findings import package_findings
    from comity.findings.package_space import space_of

    _, said = space_of(negotiation)
    lines: dict[tuple[int, str], RedLine | Condition] = {}
    for line in said:
        party = negotiation.parties[line.party]
        own: tuple[RedLine | Condition, ...] = (*party.red_lines, *party.conditions)
        lines[line.party, line.says] = own[line.number]
    return Computed(package_findings(negotiation, draft=package, seconds=SECONDS), lines)
