"""The classic Polis pipeline in one call: map, groups, representative statements, consensus, priorities.

Rows and columns are put in canonical order first, so that the result depends on the votes alone: not on the order of
lines, not on names, and only by a mirror on which answer is called agreement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.classic.consensus import (
    ClassicConsensus,
    GroupInformedConsensus,
    consensus_statements,
    group_informed_consensus,
)
from comity.engine.opinion.classic.group_votes import GroupVotes, group_votes
from comity.engine.opinion.classic.groups import classic_groups
from comity.engine.opinion.classic.priorities import statement_priorities
from comity.engine.opinion.classic.projection import ClassicMap, classic_map
from comity.engine.opinion.classic.representative import (
    Representativeness,
    RepresentativeStatement,
    representative_statements,
    representativeness,
)
from comity.engine.opinion.order import canonical
from comity.engine.votes import Floats, VoteMatrix

MINIMUM_VOTES = 7
Flags = npt.NDArray[np.bool_]
Values = TypeVar("Values", bound=np.generic)


@dataclass(frozen=True, eq=False)
class GroupStatistics:
    """All that the classic method says about given groups; statements are columns, groups are numbered from 0.

    priorities: shape (n_statements,), how much a statement deserves to be shown next.
    """

    votes: GroupVotes
    representativeness: Representativeness
    representative: tuple[tuple[RepresentativeStatement, ...], ...]
    consensus: ClassicConsensus
    group_informed: GroupInformedConsensus
    priorities: Floats


@dataclass(frozen=True, eq=False)
class ClassicResult:
    """The classic analysis of one table of votes, in the caller's order of rows and columns.

    placed: who cast enough votes to be grouped, shape (n_participants,). group: 0 for the largest group, -1 for who
    is not placed, or for everybody when groups were not computed. centre: the groups' middles on the map.
    base_cluster: the heap of neighbours each participant was put in, -1 for the unplaced. silhouette: number of groups
    tried -> mean silhouette. minimum_votes: votes that were needed to be placed. not_computed: why there are no groups.
    """

    map: ClassicMap
    placed: Flags
    group: npt.NDArray[np.int64]
    centre: Floats
    base_cluster: npt.NDArray[np.int64]
    silhouette: dict[int, float]
    statistics: GroupStatistics
    minimum_votes: int
    not_computed: str | None


def classic_pipeline(
    votes: VoteMatrix,
    *,
    group_count: int | None = None,
    minimum_votes: int = MINIMUM_VOTES,
    moderated_out: npt.ArrayLike | None = None,
    meta: npt.ArrayLike | None = None,
) -> ClassicResult:
    """Map, groups and all that Polis derives from them.

    group_count: so many groups instead of the number with the best silhouette. minimum_votes: votes needed to be placed
    in a group (all, where there are fewer statements with votes), counted before moderation. moderated_out: statements
    that Polis blanks, shape (n_statements,): give their votes too, because Polis lets them count in its scale. meta:
    statements about the participants themselves, which Polis blanks likewise. Raises ValueError for masks of a wrong
    shape and for a group_count below 1.

    >>> from comity.engine.votes import vote_matrix
    >>> table = vote_matrix([0, 0, 1, 1, 2, 2], [0, 1] * 3, [1, 1, -1, -1, 1, 1], 3, 2)
    >>> classic_pipeline(table).group.tolist()
    [0, 1, 0]
    """
    blank, about = _mask("moderated_out", moderated_out, votes), _mask("meta", meta, votes)
    blank = blank | about
    sorted_votes = canonical(votes)
    table, row, column = sorted_votes.votes, sorted_votes.participant, sorted_votes.statement
    drawn = classic_map(table, blank[column])
    with_votes = int((np.bincount(table.statement, minlength=table.n_statements) > 0).sum())
    needed = min(minimum_votes, with_votes)
    placed = table.votes_per_participant >= max(needed, 1)
    groups = classic_groups(drawn.position[placed], group_count)
    group = _spread(groups.group if groups.not_computed is None else None, placed)
    group_of = _back(group, row)
    in_place = _map_back(drawn, row, column)
    statistics = group_statistics(
        votes, group_of, moderated_out=blank, meta=about, extremity=in_place.extremity, column_order=column
    )
    base = _spread(None if groups.base is None else groups.base.label, placed)
    return ClassicResult(
        map=in_place,
        placed=_back(placed, row),
        group=group_of,
        centre=groups.centre,
        base_cluster=_back(base, row),
        silhouette=groups.silhouette,
        statistics=statistics,
        minimum_votes=needed,
        not_computed=groups.not_computed,
    )


def group_statistics(
    votes: VoteMatrix,
    group_of: npt.ArrayLike,
    *,
    n_groups: int | None = None,
    moderated_out: npt.ArrayLike | None = None,
    meta: npt.ArrayLike | None = None,
    extremity: Floats | None = None,
    column_order: npt.NDArray[np.int64] | None = None,
) -> GroupStatistics:
    """What Polis derives from groups, for groups that are given: its own, a party's, anybody's.

    group_of: shape (n_participants,), 0 .. n_groups - 1, -1 for nobody's. moderated_out, meta: as in
    `classic_pipeline`; both are left out of the chosen statements. extremity: of the statements on the map, shape
    (n_statements,); where not given, the map is computed. column_order: the columns in the order in which choices
    walk them, which decides ties; where not given, their own: with columns in the order of Polis' `tids` every
    number and every choice is Polis' own.
    """
    about = _mask("meta", meta, votes)
    blank = _mask("moderated_out", moderated_out, votes) | about
    counts = group_votes(votes, group_of, n_groups)
    measured = representativeness(counts)
    far = classic_map(votes, blank).extremity if extremity is None else extremity
    return GroupStatistics(
        votes=counts,
        representativeness=measured,
        representative=representative_statements(measured, blank, column_order),
        consensus=consensus_statements(votes, blank, column_order),
        group_informed=group_informed_consensus(counts),
        priorities=statement_priorities(counts, far, about),
    )


def _mask(name: str, given: npt.ArrayLike | None, votes: VoteMatrix) -> Flags:
    if given is None:
        return np.zeros(votes.n_statements, bool)
    mask = np.asarray(given, dtype=bool)
    if mask.shape != (votes.n_statements,):
        raise ValueError(f"{name}: one flag a statement is needed, {votes.n_statements}, not {mask.shape}")
    return mask


def _spread(values: npt.NDArray[np.int64] | None, placed: Flags) -> npt.NDArray[np.int64]:
    """Values of the placed at their rows, -1 elsewhere."""
    spread = np.full(len(placed), -1, np.int64)
    if values is not None:
        spread[placed] = values
    return spread


def _back(values: npt.NDArray[Values], order: npt.NDArray[np.int64], axis: int = 0) -> npt.NDArray[Values]:
    """From canonical order to the caller's."""
    return np.asarray(np.take(values, np.argsort(order), axis=axis))


def _map_back(drawn: ClassicMap, row: npt.NDArray[np.int64], column: npt.NDArray[np.int64]) -> ClassicMap:
    return ClassicMap(
        _back(drawn.mean, column),
        _back(drawn.axes, column, axis=1),
        drawn.variance,
        _back(drawn.position, row),
        _back(drawn.statement_position, column),
    )
