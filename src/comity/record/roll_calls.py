"""Roll calls of an assembly: who voted how on what, session by session."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.record.consultation import Party, Source


@dataclass(frozen=True, eq=False)
class RollCalls:
    """Every recorded vote of an assembly. One vote a line; where a pair stands twice, the later line counts.

    parties: sorted by id. session_of: int32, shape (n_roll_calls,), the number of each roll call's session. texts:
    what each roll call was about. issues_of: the labels of each roll call. party, roll_call: int32, shape (n_votes,),
    indices; answer: int8, yes 1, abstain 0, no -1; whoever did not vote is not there.
    """

    title: str
    parties: tuple[Party, ...]
    roll_call_ids: tuple[str, ...]
    texts: tuple[str, ...]
    session_of: npt.NDArray[np.int32]
    at: npt.NDArray[np.int64]
    issues_of: tuple[tuple[str, ...], ...]
    party: npt.NDArray[np.int32]
    roll_call: npt.NDArray[np.int32]
    answer: npt.NDArray[np.int8]
    source: Source
