"""What each party put in, and what came of it: people, votes, statements, words, languages, when it came."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from comity.engine.opinion.audit.cells import Marks
from comity.engine.votes import Floats, Integers

_WORD = re.compile(
    "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\u0e00-\u0e7f\U00020000-\U0003ffff]|[^\\W_]+(?:['\u2019\u02bc-][^\\W_]+)*"
)


def n_words(text: str) -> int:
    """How many words a text has; in scripts that do not part words (Chinese, Japanese, Thai) every letter is one.

    >>> n_words("Nobody's water, everybody\u2019s duty: 40 litres."), n_words("\u6c34\u662f\u751f\u547d\u3002")
    (6, 4)
    """
    return len(_WORD.findall(text))


@dataclass(frozen=True, eq=False)
class Accounts:
    """By party, shape (n_parties,). participants: who belong; voted: who answered anything; votes: answers that count.

    statements: written; shared: of those, how many became common ground; words: in them. first, median: milliseconds
    from the first act of the consultation to the joining of the first participant, and of half of them; nan where no
    time is known. before: share of all votes that were cast before the first one joined; nan where not known.
    """

    participants: Integers
    voted: Integers
    votes: Integers
    statements: Integers
    shared: Integers
    words: Integers
    first: Floats
    median: Floats
    before: Floats


def accounts(
    members: Marks,
    votes_of: Integers,
    joined: Floats,
    cast_at: Floats,
    author: Integers,
    words: Integers,
    shared: Marks,
) -> Accounts:
    """Sum up by party.

    members: shape (n_parties, n_participants). votes_of: answers of each participant that count. joined:
    milliseconds, nan where not known. cast_at: of every vote ever cast, nan where not known. author: index of the
    participant who wrote each statement, -1 where nobody of those wrote it. words, shared: of each statement.

    >>> found = accounts(np.array([[True, False], [False, True]]), np.array([2, 1]), np.array([5.0, 9.0]),
    ...     np.array([5.0, 6.0, 9.0]), np.array([1, -1]), np.array([4, 7]), np.array([True, False]))
    >>> found.statements.tolist(), found.shared.tolist(), found.first.tolist(), found.before.round(2).tolist()
    ([0, 1], [0, 1], [0.0, 4.0], [0.0, 0.67])
    """
    n = len(members)
    known = np.concatenate([joined[np.isfinite(joined)], cast_at[np.isfinite(cast_at)]])
    start = known.min() if len(known) else np.nan
    cast = np.sort(cast_at[np.isfinite(cast_at)])
    first, median, before = (np.full(n, np.nan) for _ in range(3))
    for party in range(n):
        times = joined[members[party] & np.isfinite(joined)]
        if len(times):
            first[party], median[party] = times.min() - start, np.sort(times)[(len(times) - 1) // 2] - start
            if len(cast):
                before[party] = np.searchsorted(cast, times.min()) / len(cast)
    wrote = np.zeros((n, len(author)), bool)
    wrote[:, author >= 0] = members[:, author[author >= 0]]
    return Accounts(
        members.sum(axis=1),
        (members & (votes_of > 0)).sum(axis=1),
        members.astype(np.int64) @ votes_of,
        wrote.sum(axis=1),
        (wrote & shared).sum(axis=1),
        wrote.astype(np.int64) @ words,
        first,
        median,
        before,
    )
