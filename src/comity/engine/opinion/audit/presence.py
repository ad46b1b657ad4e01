"""Who was missing from a result: sides of which too few answered a statement.

Notation. t: threshold of support, c: certainty. If all n people of a side who answered agree, the certainty that more
than t of the side support it is 1 - t^(n + 1). The smallest n for which this reaches c is what is *needed*: a side of
which fewer answered could not have been certain, whatever they said. A delegation speaks for its party: one is enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.audit.cells import Marks
from comity.engine.opinion.tallies import Counts


@dataclass(frozen=True, eq=False)
class Presence:
    """Shapes (n_sides, n_statements). absent: nobody of the side answered. thin: some did, fewer than needed.

    needed: shape (n_sides,).
    """

    absent: Marks
    thin: Marks
    needed: npt.NDArray[np.int64]


def needed_answers(threshold: float, certainty: float) -> int:
    """How many of a side have to answer before it can be certain.

    >>> needed_answers(0.6, 0.95), needed_answers(0.75, 0.95), needed_answers(0.6, 0.5)
    (5, 10, 1)
    """
    return max(1, ceil(round(log(1.0 - certainty) / log(threshold), 9)) - 1)


def presence(voted: Counts, delegation: Marks, threshold: float, certainty: float) -> Presence:
    """Which sides were missing from which statement. voted: shape (n_sides, n_statements); delegation: (n_sides,).

    >>> found = presence(np.array([[0, 3, 5]]), np.array([False]), 0.6, 0.95)
    >>> found.absent.tolist(), found.thin.tolist()
    ([[True, False, False]], [[False, True, False]])
    """
    needed = np.where(delegation, 1, needed_answers(threshold, certainty))
    absent = voted == 0
    return Presence(absent, ~absent & (voted < needed[:, None]), needed)
