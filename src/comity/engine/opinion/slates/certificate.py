"""Certificate: whether a slate represents every large enough group that agrees on something, and whom it leaves out.

Notation. n participants, k statements on the slate W, A_i: what i approves of. A group of at least l n / k
participants deserves l statements. EJR+: there is no statement outside W and no group that deserves l, all of whom
approve of that statement and have fewer than l approved statements on W each. PJR+: no such group has fewer
than l statements on W that any of them approves of. EJR+ implies PJR+, and both imply those without the plus.

For a statement c outside W, EJR+ is counted off: the group is everybody who approves of c and of fewer than l on W.
PJR+ asks for a group N and the statements T on W that it approves of with k |N| - n |T| >= n. The greatest such
difference is a closure problem, solved as a minimum cut (Picard 1976), and only where EJR+ fails.

Source: Brill and Peters (2023), Robust and Verifiable Proportionality Axioms for Multiwinner Voting, EC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from comity.engine.opinion.slates.approvals import Ballots, Numbers, check_size


@dataclass(frozen=True, eq=False)
class LeftOut:
    """A group that deserves more statements than it has.

    statement: one outside the slate that all of the group approve of. deserves: statements that the group's size
    entitles it to. has: for EJR+ the most that any one of them approves of on the slate; for PJR+ how many on the
    slate any of them approves of. members: indices of participants, rising.
    """

    statement: int
    deserves: int
    has: int
    members: Numbers

    @property
    def size(self) -> int:
        return len(self.members)


@dataclass(frozen=True, eq=False)
class Certificate:
    """What was checked. ejr_plus, pjr_plus: None where the property holds, else the largest group left out
    (of equal ones, that of the statement submitted first, and the one that deserves more).

    n_represented: participants who approve of at least one statement on the slate. quota: participants for each
    statement, n / k.
    """

    ejr_plus: LeftOut | None
    pjr_plus: LeftOut | None
    n_represented: int
    n_participants: int
    quota: float


def certificate(approvals: Ballots, slate: Sequence[int]) -> Certificate:
    """Check EJR+ and PJR+ for any slate.

    approvals: yes or no (`Expected.likely` for expected ones). slate: numbers of different statements. Raises
    ValueError for a number twice, Refused for a slate of a size that cannot be.

    >>> from comity.engine.opinion.slates.approvals import ballots
    >>> votes = ballots([0, 1, 2, 3], [0, 0, 1, 1], 4, 3)
    >>> certificate(votes, [0, 2]).ejr_plus.members.tolist(), certificate(votes, [0, 1]).ejr_plus
    ([2, 3], None)
    """
    check_size(approvals, len(slate))
    if len(set(slate)) < len(slate):
        raise ValueError(f"a statement is twice on the slate {list(slate)}")
    has = approvals.satisfaction(slate)
    failing = _ejr_plus_failures(approvals, slate, has)
    worst = max(failing, key=_severity, default=None)
    apart = [
        found for one in failing if (found := _pjr_plus_failure(approvals, slate, one.statement)) is not None
    ]
    return Certificate(
        worst,
        max(apart, key=_severity, default=None),
        int((has > 0).sum()),
        approvals.n_participants,
        approvals.n_participants / len(slate),
    )


def _severity(one: LeftOut) -> tuple[int, int, int]:
    return one.size, one.deserves, -one.statement


def _ejr_plus_failures(approvals: Ballots, slate: Sequence[int], has: Numbers) -> list[LeftOut]:
    """For every statement outside the slate where there is one, the largest group left out."""
    size, n = len(slate), approvals.n_participants
    fewer = approvals.counts(np.minimum(has, size), size + 1)[:size].cumsum(axis=0)
    deserved = np.arange(1, size + 1)
    fails = fewer * size >= deserved[:, None] * n
    fails[:, list(slate)] = False
    found = []
    for j in np.flatnonzero(fails.any(axis=0)).tolist():
        # A group that deserves more may have more each: the last failure holds the largest group.
        deserves = int(deserved[fails[:, j]].max())
        approvers = approvals.approvers(j)
        members = np.sort(approvers[has[approvers] < deserves])
        found.append(LeftOut(j, deserves, int(has[members].max()), members))
    return found


def _pjr_plus_failure(approvals: Ballots, slate: Sequence[int], statement: int) -> LeftOut | None:
    """The group that lacks most against its size, if it lacks a whole statement."""
    size, n = len(slate), approvals.n_participants
    approvers = np.sort(approvals.approvers(statement))
    on_slate = _kinds_on_slate(approvals, slate, approvers)
    kinds, kind_of, counts = np.unique(on_slate, axis=0, return_inverse=True, return_counts=True)
    inside, touched = _closure(kinds, counts * size, n)
    lacks = int((counts[inside] * size).sum()) - n * int(touched.sum())
    if lacks < n:
        return None
    members = approvers[inside[kind_of.ravel()]]
    has = int(touched.sum())
    return LeftOut(statement, min(len(members) * size // n, size), has, members)


def _kinds_on_slate(approvals: Ballots, slate: Sequence[int], participants: Numbers) -> npt.NDArray[np.bool_]:
    """Who approves of what on the slate, shape (len(participants), len(slate))."""
    place_of = np.full(approvals.n_statements, -1)
    place_of[list(slate)] = np.arange(len(slate))
    row_of = np.full(approvals.n_participants, -1)
    row_of[participants] = np.arange(len(participants))
    rows, places = row_of[approvals.participant], place_of[approvals.statement]
    kept = (rows >= 0) & (places >= 0)
    made = np.zeros((len(participants), len(slate)), bool)
    made[rows[kept], places[kept]] = True
    return made


def _closure(
    kinds: npt.NDArray[np.bool_], gain: Numbers, cost: int
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Kinds to take so that their gains, less a cost for every column that any of them touches, are greatest."""
    n_kinds, n_columns = kinds.shape
    source, sink = n_kinds + n_columns, n_kinds + n_columns + 1
    row, column = np.nonzero(kinds)
    tail = np.concatenate([np.full(n_kinds, source), row, n_kinds + np.arange(n_columns)])
    head = np.concatenate([np.arange(n_kinds), n_kinds + column, np.full(n_columns, sink)])
    wide = np.full(len(row), int(gain.sum()) + 1)
    capacity = np.concatenate([gain, wide, np.full(n_columns, cost)]).astype(np.int32)
    graph = csr_array((capacity, (tail, head)), shape=(sink + 1, sink + 1))
    flow = maximum_flow(graph.tocsr(), source, sink).flow
    residual = csr_array(graph - flow)
    residual.data = np.maximum(residual.data, 0)
    residual.eliminate_zeros()
    reached = np.zeros(sink + 1, bool)
    reached[breadth_first_order(residual, source, return_predecessors=False)] = True
    inside = reached[:n_kinds]
    return inside, np.asarray(kinds[inside].any(axis=0), bool)
