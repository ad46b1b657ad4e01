"""Votes counted by group: what everything about given groups starts from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.engine.votes import Vote, VoteMatrix

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class GroupVotes:
    """Counts by group and statement. members: (n_groups,); agreed, disagreed, voted: (n_groups, n_statements).

    voted counts every vote, passes too; Polis calls the three A, D and S.
    """

    members: Counts
    agreed: Counts
    disagreed: Counts
    voted: Counts

    @property
    def passed(self) -> Counts:
        return self.voted - self.agreed - self.disagreed


def group_votes(votes: VoteMatrix, group_of: npt.ArrayLike, n_groups: int | None = None) -> GroupVotes:
    """Count the votes of the members of given groups.

    group_of: integers, shape (n_participants,), 0 .. n_groups - 1; -1 for who is in no group and is left out of every
    count. n_groups: where not given, the largest number plus 1. Raises ValueError for a wrong shape or number.

    >>> from comity.engine.votes import vote_matrix
    >>> table = vote_matrix([0, 1, 2], [0, 0, 0], [1, 0, -1], 3, 1)
    >>> counts = group_votes(table, [0, 0, 1])
    >>> counts.agreed.tolist(), counts.voted.tolist()
    ([[1], [0]], [[2], [1]])
    """
    group = np.asarray(group_of, dtype=np.int64)
    if group.shape != (votes.n_participants,):
        raise ValueError(
            f"one group number a participant is needed: {votes.n_participants}, not {group.shape}"
        )
    largest = int(group.max(initial=-1))
    count = largest + 1 if n_groups is None else n_groups
    if largest >= count or int(group.min(initial=0)) < -1:
        raise ValueError(f"group numbers must lie in -1 .. {count - 1}")
    of_vote = group[votes.participant]
    shape = (count, votes.n_statements)

    def counted(chosen: npt.NDArray[np.bool_]) -> Counts:
        place = of_vote[chosen] * votes.n_statements + votes.statement[chosen]
        return np.bincount(place, minlength=shape[0] * shape[1]).reshape(shape)

    grouped = of_vote >= 0
    return GroupVotes(
        np.bincount(group[group >= 0], minlength=count),
        counted(grouped & (votes.answer == Vote.AGREE)),
        counted(grouped & (votes.answer == Vote.DISAGREE)),
        counted(grouped),
    )
