"""Votes counted by membership: everybody who belongs to the same sides is in one cell, counted once.

Sides may overlap (a party and an opinion group). What any of the audit's questions changes, absence, a change of
mind, somebody new, changes cells, and the sides' counts follow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.tallies import Counts, Tallies, tallies
from comity.engine.votes import VoteMatrix

Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Cells:
    """member: shape (n_cells, n_sides), who belongs where; nobody belongs to two cells. counted: tallies by cell."""

    member: Marks
    counted: Tallies

    @property
    def n_sides(self) -> int:
        return int(self.member.shape[1])

    def of_sides(self, present: Marks | None = None) -> Tallies:
        """Tallies of the sides, shape (n_sides, n_statements). present: shape (n_cells,), None for all cells."""
        weight = self.member.T if present is None else (self.member & present[:, None]).T
        weight = weight.astype(np.int64)
        counted = self.counted
        return Tallies(weight @ counted.agreed, weight @ counted.disagreed, weight @ counted.passed)

    def column(self, statement: int) -> Counts:
        """Answers to one statement, shape (n_cells, 3): who agreed, who disagreed, who passed."""
        counted = self.counted
        return np.stack(
            [part[:, statement] for part in (counted.agreed, counted.disagreed, counted.passed)], axis=1
        )


def cells(votes: VoteMatrix, members: Marks) -> Cells:
    """Count votes by membership. members: shape (n_sides, n_participants); who belongs to no side is left out.

    >>> from comity.engine.votes import vote_matrix
    >>> votes = vote_matrix([0, 1, 2], [0, 0, 0], [1, 1, -1], 3, 1)
    >>> found = cells(votes, np.array([[True, True, False], [False, True, True]]))
    >>> found.member.astype(int).tolist(), found.counted.agreed.tolist()
    ([[0, 1], [1, 0], [1, 1]], [[0], [1], [1]])
    >>> found.of_sides().agreed.tolist()
    [[2], [1]]
    """
    member, cell_of = np.unique(members.T, axis=0, return_inverse=True)
    cell_of = np.asarray(cell_of).reshape(-1)
    nobody = ~member.any(axis=1)
    number = np.where(nobody, -1, np.cumsum(~nobody) - 1)
    side_of = number[cell_of] if len(cell_of) else np.zeros(0, np.int64)
    return Cells(member[~nobody], tallies(votes, side_of, int((~nobody).sum())))
