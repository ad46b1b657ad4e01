"""Which statement to put next to a person: the one where one more answer tells most.

Once there are findings, `findings.routing` chooses from them. Before that only counts are there: agreement of a
statement with a agreeing and b other answers is Beta(a + 1, b + 1), and one more vote is expected to lower its variance
by variance / (a + b + 3). That is greatest where votes are few, and among those with equally many where people are most
divided; ties fall by a hash of the person and the statement, so that not everybody begins with the same one. Neither
way looks at what a statement says, who wrote it, or how somebody would be moved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from comity.findings.routing import Routing, Waiting
from comity.record.state import Standing, State


def next_statement(
    state: State, pseudonym: str, skipped: Iterable[str] = (), routing: Routing | None = None
) -> Standing | None:
    """The next one for this person to vote on; None when everything is answered.

    skipped: statements to put last, for they were passed over just now. routing: from the last findings, if any.
    """
    member = state.members.get(pseudonym)
    answered = member.answers if member is not None else {}
    votable = state.votable()
    waiting = [item for item in votable if item.number not in answered]
    late = set(skipped)
    waiting = [item for item in waiting if item.statement not in late] or waiting
    if routing is None:
        return max(
            waiting,
            key=lambda item: (
                expected_gain(item.agreed, item.disagreed + item.passed),
                _lot(pseudonym, item.statement),
            ),
            default=None,
        )
    shown = [Waiting(item.statement, item.agreed + item.disagreed + item.passed) for item in waiting]
    party = None if member is None else member.party
    given = [item.statement for item in votable if item.number in answered]
    chosen = routing.next(pseudonym, party, shown, len(answered), given)
    return None if chosen is None else waiting[chosen]


def expected_gain(agreed: int, others: int) -> float:
    """By how much one more vote is expected to lower the variance of the share of agreement.

    >>> expected_gain(0, 0) > expected_gain(1, 1) > expected_gain(2, 0)
    True
    """
    a, b = agreed + 1, others + 1
    return a * b / ((a + b) ** 2 * (a + b + 1) ** 2)


def _lot(pseudonym: str, statement: str) -> bytes:
    return hashlib.sha256(f"{pseudonym}\n{statement}".encode()).digest()
