"""Coordinated voting: groups of ballots too alike, and begun too close together, to have been cast one by one.

*Likeness.* n: ballots compared; a candidate is a set of m of them with a tree of m - 1 pairs that joins it. Its
evidence E is the product of its pairs' (`likeness`). Under the null model E has mean 1 at most for each candidate,
so the mean of all candidates' evidences, weighted by 2^-m / (C(n, m) m^(m-2)), has too: C(n, m) sets, m^(m-2)
trees on each (Cayley), two looks at each. By Markov's inequality the chance that *any* candidate's weighted evidence
reaches 1 / `false_alarm` is at most `false_alarm` for the whole conversation, however many are looked at. For each
set the best tree is the maximum spanning tree; sets are those that single linkage forms from the strongest pair
down. Of nested or joined sets the one (or the ones) with the largest total is taken.

Looked at twice: with the model as it was fitted to everybody, and, for ballots that pairs join loosely, with the
model fitted without them (`second_look`), so that many ballots alike cannot hide by drawing the map to themselves.
The model has as many axes as hold more than chance, so that opinions are not taken for copies.

*Time.* People of one mind whom no map tells apart are alike, too. So a set is named only if its ballots were also
begun closer together than chance: t = sum over members of -log(time to the nearest other member + a minute), against
t of `DRAWS` sets of as many ballots drawn from all (a permutation test, which needs no model); p at most false_alarm
divided by the number of sets. Where no times are known, likeness is all there is.

Source: A. Cayley (1889), A theorem on trees; the rest as in `likeness`; the scan is ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import lgamma, log

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from comity.engine.opinion.audit.likeness import Comparison, Pairs, answer_chances
from comity.engine.opinion.audit.second_look import chances_without, rough_model, sides_taken
from comity.engine.opinion.axes import axes_above_chance
from comity.engine.opinion.passing import passing
from comity.engine.opinion.spatial import SpatialModel
from comity.engine.votes import Floats, Integers, VoteMatrix

FALSE_ALARM = 0.01
LEVELS = (1.0, 0.8, 0.6, 0.45)
"""Evidence of a pair, in units of log n, at which sets for a second look are formed."""
LOOSEST = LEVELS[-1]
PLAIN_LEVELS = (3.0, 2.0, 1.5)
"""The same where every answer counts as equally likely: many ballots alike stand out here and not on their own map."""
DRAWS = 1_999
MINUTE = 60_000.0
MOST_PLAIN = 2_500
"""Ballots up to which that is looked at; the pairs of more would be too many."""


@dataclass(frozen=True)
class AlikeGroup:
    """Ballots more alike, and begun closer together, than chance explains.

    members: rows of the votes, rising. pairs: the tree that joins them. evidence: log of the tree's likelihood ratio.
    excess: the same after paying for everything that was looked at; at least log(1 / false alarm rate). near: half of
    the members began within so many milliseconds of another one; together: the chance that as many ballots drawn
    from all would lie as close; both None where times are not known.
    """

    members: tuple[int, ...]
    pairs: tuple[tuple[int, int], ...]
    evidence: float
    excess: float
    near: float | None = None
    together: float | None = None


@dataclass(frozen=True)
class Coordination:
    """What was found. groups: alike, and close together where times are known; only_alike: not close together.

    n_compared: ballots; by_time: times were known and used; only_close: see `likeness.Comparison`.
    """

    groups: tuple[AlikeGroup, ...]
    only_alike: tuple[AlikeGroup, ...]
    n_compared: int
    by_time: bool
    only_close: bool


def coordination(
    votes: VoteMatrix,
    model: SpatialModel,
    began: Floats | None = None,
    *,
    minimum_votes: int = 7,
    false_alarm: float = FALSE_ALARM,
    seed: int = 0,
) -> Coordination:
    """Find groups of ballots that chance does not explain.

    model: fitted to the same votes. began: milliseconds at which each participant began to vote, nan where not
    known; None: likeness alone. false_alarm: the chance, at most, that anything is found in a conversation in
    which everybody votes alone. seed: of the draws that closeness in time is measured against. Largest excess first.

    >>> from comity.engine.opinion.spatial import spatial_model
    >>> from comity.engine.votes import vote_matrix
    >>> dice = np.random.default_rng(0)
    >>> table = dice.choice([-1, 1], (40, 40))
    >>> table[5] = table[30]
    >>> votes = vote_matrix(*np.nonzero(table), table[np.nonzero(table)], *table.shape)
    >>> [group.members for group in coordination(votes, spatial_model(votes)).groups]
    [(5, 30)]
    """
    least = log(1.0 / false_alarm)
    compared = Comparison.of(votes, began, min(minimum_votes, max(votes.n_statements, 1)))
    n = compared.n
    if n < 2:
        return Coordination((), (), n, began is not None, False)
    n_axes = axes_above_chance(votes)
    if n_axes > model.dimensions:
        model = rough_model(votes, n_axes)
    chance = answer_chances(votes, model, passing(votes))
    pairs = compared.pairs(chance, LOOSEST * log(n))
    found = list(_best_sets(pairs, n, least))
    sided = sides_taken(votes)
    compared_again = replace(compared, votes=sided)
    candidates = _candidates(pairs, LEVELS, n)
    if n <= MOST_PLAIN:
        plain = compared.pairs(np.full(votes.n_votes, 0.5), PLAIN_LEVELS[-1] * log(n))
        candidates += _candidates(plain, PLAIN_LEVELS, n)
    for members in candidates:
        again = compared_again.pairs(chances_without(sided, members, model.dimensions), 0.0, members)
        found = _merged(found, _best_sets(again, n, least))
    found.sort(key=lambda group: (-group.excess, group.members))
    if began is None:
        return Coordination(tuple(found), (), n, False, False)
    dice = np.random.Generator(np.random.PCG64(seed))
    timed = [_timed(group, began, began[compared.rows], dice) for group in found]
    is_close = [group.together is None or group.together <= false_alarm / len(timed) for group in timed]
    return Coordination(
        tuple(group for group, close in zip(timed, is_close, strict=True) if close),
        tuple(group for group, close in zip(timed, is_close, strict=True) if not close),
        n,
        True,
        compared.began is not None,
    )


def _timed(group: AlikeGroup, began: Floats, everybody: Floats, dice: np.random.Generator) -> AlikeGroup:
    """The same group with how close together it was begun."""
    times = began[list(group.members)]
    times, known = times[np.isfinite(times)], everybody[np.isfinite(everybody)]
    if len(times) < 2:
        return group
    drawn = np.stack([dice.choice(known, len(times), replace=False) for _ in range(DRAWS)])
    nearest = _nearest(np.concatenate([times[None], drawn]))
    closeness = -np.log(nearest + MINUTE).sum(axis=1)
    as_close = int((closeness[1:] >= closeness[0] - 1e-9).sum())
    return replace(group, near=float(np.median(nearest[0])), together=(as_close + 1) / (DRAWS + 1))


def _nearest(times: Floats) -> Floats:
    """In each row, how far every time is from the nearest other one."""
    gaps = np.diff(np.sort(times, axis=1), axis=1)
    far = np.full((len(times), 1), np.inf)
    return np.asarray(np.minimum(np.concatenate([far, gaps], axis=1), np.concatenate([gaps, far], axis=1)))


def _merged(found: list[AlikeGroup], more: tuple[AlikeGroup, ...]) -> list[AlikeGroup]:
    """Groups without a member in common; of two that share one, the one with more evidence."""
    kept: list[AlikeGroup] = []
    taken: set[int] = set()
    for group in sorted((*found, *more), key=lambda group: (-group.excess, group.members)):
        if not taken & set(group.members):
            kept.append(group)
            taken |= set(group.members)
    return kept


def _candidates(pairs: Pairs, levels: tuple[float, ...], n: int) -> list[Integers]:
    """Ballots worth a second look, for each of a few levels: those that strong enough pairs join to others.

    None where these are more than half of all: then there is nobody else to learn from.
    """
    found: list[Integers] = []
    for level in levels:
        strong = pairs.evidence >= level * log(n)
        joined = coo_array(
            (np.ones(int(strong.sum())), (pairs.one[strong], pairs.other[strong])), shape=(_end(pairs),) * 2
        )
        label = connected_components(joined, directed=False)[1]
        members = np.flatnonzero(np.bincount(label)[label] >= 2)
        if 0 < len(members) <= n // 2 and not any(np.array_equal(members, one) for one in found):
            found.append(members)
    return found


def _end(pairs: Pairs) -> int:
    return int(pairs.other.max(initial=0)) + 1


def price(n: int, m: int) -> float:
    """Log of how many candidates of size m there are, weighted: what a set's evidence has to pay, in either look.

    >>> round(price(200, 2), 3) == round(log(2 * 2 * 19_900), 3)
    True
    """
    sets = lgamma(n + 1) - lgamma(m + 1) - lgamma(n - m + 1)
    return sets + (m - 2) * log(m) + m * log(2.0)


@dataclass(frozen=True)
class _Node:
    """A set that single linkage formed: its members, its tree, and the best of it and of what it was made of."""

    members: tuple[int, ...]
    pairs: tuple[tuple[int, int], ...]
    evidence: float
    best: tuple[AlikeGroup, ...] = ()

    @property
    def worth(self) -> float:
        return sum(group.excess for group in self.best)


def _best_sets(pairs: Pairs, n: int, least: float) -> tuple[AlikeGroup, ...]:
    order = np.lexsort((pairs.other, pairs.one, -pairs.evidence))
    node_of: dict[int, _Node] = {}
    for one, other, evidence in zip(
        pairs.one[order].tolist(), pairs.other[order].tolist(), pairs.evidence[order].tolist(), strict=True
    ):
        left = node_of.get(one) or _Node((one,), (), 0.0)
        right = node_of.get(other) or _Node((other,), (), 0.0)
        if left.members == right.members:
            continue
        joined = _joined(left, right, (one, other), evidence, n, least)
        for member in joined.members:
            node_of[member] = joined
    tops = {node.members: node for node in node_of.values()}
    groups = [group for node in tops.values() for group in node.best]
    return tuple(sorted(groups, key=lambda group: (-group.excess, group.members)))


def _joined(left: _Node, right: _Node, pair: tuple[int, int], evidence: float, n: int, least: float) -> _Node:
    members = tuple(sorted((*left.members, *right.members)))
    node = _Node(members, (*left.pairs, *right.pairs, pair), left.evidence + right.evidence + evidence)
    excess = node.evidence - price(n, len(members))
    parts = (*left.best, *right.best)
    if excess >= max(least, sum(group.excess for group in parts)):
        parts = (AlikeGroup(members, node.pairs, node.evidence, excess),)
    return replace(node, best=parts)


def same_answers(
    votes: VoteMatrix, model: SpatialModel, pairs: tuple[tuple[int, int], ...]
) -> tuple[float, float, float]:
    """Of a pair, on average: statements that both answered, the same answers, and how many were to be expected.

    Expected is the sum over those statements of the chance that two answers drawn one by one are the same.
    """
    passes = passing(votes)
    both = same = expected = 0.0
    for one, other in pairs:
        first, second = (slice(votes.row_start[i], votes.row_start[i + 1]) for i in (one, other))
        column, i, j = np.intersect1d(votes.statement[first], votes.statement[second], return_indices=True)
        both += len(column)
        same += float((votes.answer[first][i] == votes.answer[second][j]).sum())
        passed = [passes.probability(np.full(len(column), who), column) for who in (one, other)]
        agree = [model.probability(np.full(len(column), who), column) for who in (one, other)]
        sides = (1 - passed[0]) * (1 - passed[1]) * (agree[0] * agree[1] + (1 - agree[0]) * (1 - agree[1]))
        expected += float((passed[0] * passed[1] + sides).sum())
    return both / len(pairs), same / len(pairs), expected / len(pairs)
