"""The votes cut into sessions: for each, who may be there, what was put to the vote, and the table of answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from comity.engine.votes import Floats, Integers, VoteMatrix

MISSING = 9
Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Session:
    """One session. here: parties between their first and their last vote; items: what was voted on.

    answer: int8, shape (n_items, n_here), MISSING where nobody voted. stays: which of `here` are in the next
    session too, as positions in `here`; arrives: the same parties as positions in the next session's `here`.
    """

    here: npt.NDArray[np.intp]
    items: npt.NDArray[np.intp]
    answer: npt.NDArray[np.int8]
    stays: npt.NDArray[np.intp]
    arrives: npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Layout:
    """All sessions in order. present: bool, shape (n_sessions, n_parties)."""

    sessions: tuple[Session, ...]
    present: Booleans
    n_items: int

    @cached_property
    def enters(self) -> Booleans:
        """In which session each party is first present."""
        before = np.zeros_like(self.present)
        before[1:] = np.logical_or.accumulate(self.present, axis=0)[:-1]
        return self.present & ~before

    @cached_property
    def both(self) -> Booleans:
        """Present in this session and in the next, shape (n_sessions - 1, n_parties)."""
        return self.present[1:] & self.present[:-1]


def layout_of(votes: VoteMatrix, session_of: Integers, n_sessions: int) -> Layout:
    """Votes as one dense table a session. Parties that never voted are present nowhere."""
    session = np.asarray(session_of)[votes.statement]
    first = np.full(votes.n_participants, n_sessions)
    last = np.full(votes.n_participants, -1)
    np.minimum.at(first, votes.participant, session)
    np.maximum.at(last, votes.participant, session)
    number = np.arange(n_sessions)[:, None]
    present = (first <= number) & (number <= last)
    order = np.argsort(session, kind="stable")
    bounds = np.searchsorted(session[order], np.arange(n_sessions + 1))
    sessions = []
    for t in range(n_sessions):
        here = np.flatnonzero(present[t])
        items = np.flatnonzero(np.asarray(session_of) == t)
        chosen = order[bounds[t] : bounds[t + 1]]
        answer = np.full((len(items), len(here)), MISSING, np.int8)
        row = np.searchsorted(items, votes.statement[chosen])
        answer[row, np.searchsorted(here, votes.participant[chosen])] = votes.answer[chosen]
        after = np.flatnonzero(present[t + 1]) if t + 1 < n_sessions else np.zeros(0, np.intp)
        staying = np.intersect1d(here, after)
        sessions.append(
            Session(here, items, answer, np.searchsorted(here, staying), np.searchsorted(after, staying))
        )
    return Layout(tuple(sessions), present, len(session_of))


def gathered(layout: Layout, values: list[Floats]) -> Floats:
    """One array a session -> shape (n_sessions, n_parties), 0 where a party is not present."""
    table = np.zeros(layout.present.shape)
    for t, session in enumerate(layout.sessions):
        table[t, session.here] = values[t]
    return table
