"""Which statement to show next, as Polis weighs it: agreed with, seldom passed, far out on the map, or new.

Notation, a statement, summed over groups: S votes, A agree, P pass; E its extremity on the map.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.classic.group_votes import GroupVotes
from comity.engine.votes import Floats

META = 7


def statement_priorities(
    counts: GroupVotes, extremity: Floats, meta: npt.NDArray[np.bool_] | None = None
) -> Floats:
    """Polis' comment priorities, shape (n_statements,): the larger, the likelier to be shown next.

    ((1 - (P + 1) / (S + 2)) * (E + 1) * (A + 1) / (S + 2) * (1 + 8 * 2 ** (-S / 5))) ** 2, and 7 ** 2 for statements
    about the participants themselves (meta). counts: votes by group; who is in no group does not count.
    extremity: `ClassicMap.extremity`.

    >>> counts = GroupVotes(*(np.array(part) for part in ([0], [[0]], [[0]], [[0]])))
    >>> statement_priorities(counts, np.array([0.0])).tolist()
    [5.0625]
    """
    agreed, passed, voted = (part.sum(axis=0) for part in (counts.agreed, counts.passed, counts.voted))
    importance = (1 - (passed + 1) / (voted + 2)) * (extremity + 1) * (agreed + 1) / (voted + 2)
    newness = 1 + 8 * 2.0 ** (-voted / 5)
    about_participants = np.zeros(len(extremity), bool) if meta is None else np.asarray(meta, bool)
    return np.asarray(np.where(about_participants, float(META), importance * newness) ** 2)
