"""Opinion groups: participants who answer alike, as many as there are, and one where there are none.

A cloud of positions is often lopsided, and a mixture of several normal distributions describes it better than
one does. That alone makes no groups. Two parts of a cloud are two groups only if there is a gap between them:
fewer people half-way than any single cloud could have there.

Notation. z_i: position of participant i on the axes that hold more than chance. The density of the z is a
mixture of normal distributions, its number of components chosen by BIC. Then components are joined, the most
alike first, until of any two that are left fewer than `CONFUSION` of either's members would be taken for the
other's, and the gap between them is certain. For a density without a gap (log-concave along the line between
the two middles, as every normal and every other bell is) the density half-way is at least sqrt(f(left) f(right)),
f being the density at the two middles; the counts there are compared with that as Poisson counts.

Source: Fraley and Raftery (2002), Model-based clustering, JASA 97(458), for the mixture, its start from Ward's
tree and BIC; Hennig (2010), Methods for merging Gaussian mixture components, Advances in Data Analysis and
Classification 4, for joining components that are taken for one another; the test of the gap is ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, ward

from comity.engine.opinion.axes import axes_above_chance
from comity.engine.opinion.order import CanonicalVotes, canonical, first_participants
from comity.engine.opinion.spatial import SpatialModel, spatial_model
from comity.engine.votes import Floats, VoteMatrix

CONFUSION = 0.1
GAP = 2.2
"""Standard deviations by which the middle must be emptier than one cloud allows."""
DOUBTS = 2.5
"""Standard deviations of one participant's place by which the middles of two groups must lie apart."""
MOST_COMPONENTS = 8
SAMPLE = 600
"""Participants on whom the number of groups is decided; everybody is then assigned."""
ROUGH_VOTES = 20_000
ROUGH_VOTES_PER_STATEMENT = 100
ROUGH_TOLERANCE = 0.03
"""A thirtieth of the positions' spread, which is less than any doubt about them."""
ROUGH_ITERATIONS = 12
SMALLEST_SHARE = 0.025
SMALLEST_SIZE = 4
WELL_PLACED = 0.5
"""Share of a position's prior variance that the votes must have removed for it to help decide on groups; where
more than a quarter of the participants miss it, the best-placed three quarters do."""
STABILITY_DRAWS = 8
SMALLEST_DENSITY = 1e-300
STABLE = 0.5
"""Half-way between chance and sameness: what agrees less with its own redrawing is not called groups."""

Integers = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class OpinionGroups:
    """Who belongs to which group, with what probability, in the caller's order.

    group: shape (n_participants,), 0 .. n_groups - 1, largest first; -1 for somebody who is not placed.
    membership: shape (n_participants, n_groups), probabilities; rows of nan for somebody who is not placed.
    placed: shape (n_participants,), whether a participant cast enough votes. n_axes: on how many axes groups
    were looked for. stability: mean adjusted Rand index between these groups and those found when every
    position is drawn anew within its uncertainty; None where no groups were found. With one group and a number
    here, groups were found but not called so, because they agree with their redrawing by less than STABLE.
    gap: the smallest gap between two groups, in standard deviations above what one cloud allows; None with one group.
    """

    group: Integers
    membership: Floats
    placed: Marks
    n_axes: int
    stability: float | None
    gap: float | None

    @property
    def n_groups(self) -> int:
        return int(self.membership.shape[1])


def opinion_groups(
    votes: VoteMatrix, model: SpatialModel, *, minimum_votes: int = 7, seed: int = 0
) -> OpinionGroups:
    """Find the groups in the positions of those who cast at least minimum_votes votes.

    votes: the table that model was fitted to; with fewer statements than minimum_votes, a vote on every one of
    them is enough. seed: of the draws behind `stability`. Groups are found on as many axes as hold more than
    chance; where these are more than the model has, it is fitted again with all of them.

    >>> from comity.engine.opinion.spatial import spatial_model
    >>> from comity.engine.votes import vote_matrix
    >>> import numpy as np
    >>> sides = np.repeat([1, -1], 30)
    >>> table = np.outer(sides, [1, 1, -1, -1, 1, -1, 1, -1])
    >>> votes = vote_matrix(*np.nonzero(table), table[np.nonzero(table)], *table.shape)
    >>> found = opinion_groups(votes, spatial_model(votes))
    >>> found.n_groups, bool((found.group[:30] == found.group[0]).all())
    (2, True)
    """
    enough = min(minimum_votes, votes.n_statements)
    placed = (votes.votes_per_participant >= enough) & (votes.votes_per_participant > 0)
    n_axes = axes_above_chance(votes)
    if n_axes == 0 or placed.sum() < 2 * SMALLEST_SIZE:
        return _one_group(placed, n_axes)
    order = canonical(votes)
    row_placed = placed[order.participant]
    rows = _Positions.of(order, model, n_axes)
    deciding = _deciding(np.flatnonzero(row_placed[: rows.n_rows]), rows.covariance)
    if len(deciding) < SAMPLE:
        rows = rows.of_everybody()
        deciding = _deciding(np.flatnonzero(row_placed), rows.covariance)
    points, doubts = rows.position[deciding], rows.covariance[deciding]
    mixture = _mixture(points)
    members, gap = _joined(mixture.responsibility, points, doubts)
    if len(members) == 1:
        return _one_group(placed, n_axes)
    stability = _stability(mixture, members, points, doubts, seed)
    if stability < STABLE:
        return _one_group(placed, n_axes, stability)
    responsibility = mixture.responsibilities(rows.of_everybody().position)
    probability = np.empty((len(members), votes.n_participants))
    probability[:, order.participant] = [responsibility[list(parts)].sum(axis=0) for parts in members]
    probability = probability[np.argsort(-_sizes(probability[:, placed]), kind="stable")]
    group = np.where(placed, probability.argmax(axis=0), -1)
    membership = np.where(placed[:, None], probability.T, np.nan)
    return OpinionGroups(group, membership, placed, n_axes, stability, gap)


@dataclass(frozen=True, eq=False)
class _Positions:
    """Where the first participants in canonical order lie on all axes, or everybody does.

    position: shape (rows, n_axes); covariance: shape (rows, n_axes, n_axes). model: by which the others are placed
    when they are asked for, which where there are no groups they never are.
    """

    position: Floats
    covariance: Floats
    model: SpatialModel
    votes: VoteMatrix

    @classmethod
    def of(cls, order: CanonicalVotes, model: SpatialModel, n_axes: int) -> _Positions:
        """The model's own positions, or where it has too few axes rougher ones on all of them."""
        if n_axes <= model.dimensions:
            position = model.position[order.participant, :n_axes]
            covariance = model.position_covariance[order.participant, :n_axes, :n_axes]
            return cls(position, covariance, model, order.votes)
        enough = max(ROUGH_VOTES, ROUGH_VOTES_PER_STATEMENT * order.votes.n_statements)
        some = first_participants(order.votes, enough)
        rough = spatial_model(some, n_axes, tolerance=ROUGH_TOLERANCE, maximum_iterations=ROUGH_ITERATIONS)
        return cls(rough.position, rough.position_covariance, rough, order.votes)

    @property
    def n_rows(self) -> int:
        return len(self.position)

    def of_everybody(self) -> _Positions:
        if self.n_rows == self.votes.n_participants:
            return self
        position, covariance = self.model.placed(self.votes)
        return replace(self, position=position, covariance=covariance)


def _one_group(placed: Marks, n_axes: int, stability: float | None = None) -> OpinionGroups:
    membership = np.where(placed[:, None], 1.0, np.nan)
    return OpinionGroups(np.where(placed, 0, -1), membership, placed, n_axes, stability, None)


def _deciding(order: Integers, covariance: Floats) -> Integers:
    """The first participants in canonical order (as good as drawn at random) whose place is well known."""
    known = 1.0 - np.trace(covariance[order], axis1=1, axis2=2) / covariance.shape[1]
    kept: Integers = order[known >= min(WELL_PLACED, float(np.quantile(known, 0.25)))][:SAMPLE]
    return kept


def _sizes(probability: Floats) -> Integers:
    return np.bincount(probability.argmax(axis=0), minlength=len(probability))


@dataclass(frozen=True, eq=False)
class _Mixture:
    """Normal components, as log densities: log P(k, z) = terms(z) . weight[:, k]; and the fitted points.

    weight: shape (n_terms, K). covariance: shape (K, d, d). responsibility: P(component | point), shape (K, n).
    score: BIC, twice the log likelihood less the free parameters' due.
    """

    weight: Floats
    covariance: Floats
    responsibility: Floats
    score: float

    def responsibilities(self, points: Floats) -> Floats:
        one = _Models.of_sizes(np.array([self.weight.shape[1]]))
        return _responsibilities(_terms(points), self.weight, one)[0]


def _mixture(points: Floats) -> _Mixture:
    """The mixture with the best BIC over 1 .. MOST_COMPONENTS components, of one shape or of shapes of their own.

    Shapes of their own are tried for at most as many components as are best with one shape.
    """
    n, d = points.shape
    spread = np.cov(points.T).reshape(d, d) + 1e-6 * np.eye(d)
    terms, tree = _terms(points), ward(points)
    starts = []
    for k in range(1, min(MOST_COMPONENTS, n // SMALLEST_SIZE) + 1):
        part = fcluster(tree, k, criterion="maxclust") - 1
        if part.max() + 1 < k:  # points that coincide cannot be cut further
            break
        starts.append(np.eye(k)[part].T)
    alike = _fitted(terms, starts, spread, True)
    best = _best_before_two_worse([one.score for one in alike])
    own = _fitted(terms, [one.responsibility for one in alike[1 : best + 1]], spread, False) if best else []
    return max([alike[best], *own], key=lambda one: one.score)


def _best_before_two_worse(scores: list[float]) -> int:
    """Where the highest score lies, up to the first two in a row that are no better: more will not help either."""
    for last in range(2, len(scores)):
        if max(scores[last - 1 : last + 1]) < max(scores[: last - 1]):
            scores = scores[: last - 1]
            break
    return int(np.argmax(scores))


def _terms(points: Floats) -> Floats:
    """(1, z, z z') of every point, the last as its upper triangle: a normal log density is linear in these."""
    first, second = _upper_triangle(points.shape[1])
    return np.concatenate([np.ones((len(points), 1)), points, points[:, first] * points[:, second]], axis=1)


def _fitted(
    terms: Floats, starts: list[Floats], shape: Floats, one_shape: bool, iterations: int = 20
) -> list[_Mixture]:
    """Expectation and maximisation from each of several given responsibilities, (K, n) each, to a mixture each.

    shape: the covariance expected of a single component; that of a Kth part of the points counts like d + 2
    points in every component. All mixtures are worked on as one table of components, because steps so small
    cost as much as the calls that they are made of.
    """
    n, d = len(terms), len(shape)
    counts = np.array([len(start) for start in starts])
    models = _Models.of_sizes(counts)
    extra = d + 2
    expected = extra * shape / (counts ** (2 / d))[:, None, None]
    first, second = _upper_triangle(d)
    responsibility, likelihood = np.concatenate(starts), np.full(len(counts), -np.inf)
    for _ in range(iterations):
        sums = responsibility @ terms
        size = sums[:, 0] + 1e-9
        mean = sums[:, 1 : d + 1] / size[:, None]
        scatter = np.empty((len(mean), d, d))
        scatter[:, first, second] = scatter[:, second, first] = sums[:, d + 1 :]
        scatter -= size[:, None, None] * mean[:, :, None] * mean[:, None, :]
        if one_shape:
            covariance = (np.add.reduceat(scatter, models.first) + expected) / (n + extra)
        else:
            covariance = (scatter + expected[models.of]) / (size + extra)[:, None, None]
        precision: Floats = np.asarray(np.linalg.inv(covariance), np.float64)
        volume = np.linalg.slogdet(covariance)[1]
        if one_shape:
            precision, volume = precision[models.of], volume[models.of]
        weight = _weights(size / n, mean, precision, volume)
        responsibility, total = _responsibilities(terms, weight, models)
        if (total - likelihood < 1e-3 * n).all():
            break
        likelihood = total
    covariance = covariance[models.of] if one_shape else covariance
    free = counts - 1 + counts * d + (1 if one_shape else counts) * d * (d + 1) / 2
    scores = 2 * total - free * np.log(n)
    return [
        _Mixture(weight[:, own], covariance[own], responsibility[own], float(score))
        for own, score in zip(models.slices(), scores, strict=True)
    ]


@dataclass(frozen=True, eq=False)
class _Models:
    """Which of several mixtures each component of a table belongs to.

    of: shape (components,), ascending. first: the first component of each, shape (mixtures,). member: the same as
    ones and zeros, shape (mixtures, components), for sums over a mixture by a product.
    """

    of: Integers
    first: Integers
    member: Floats

    @classmethod
    def of_sizes(cls, counts: Integers) -> _Models:
        of = np.repeat(np.arange(len(counts)), counts)
        return cls(of, np.cumsum(counts) - counts, np.eye(len(counts))[:, of])

    def slices(self) -> list[slice]:
        return [slice(int(a), int(b)) for a, b in pairwise([*self.first, len(self.of)])]


@cache
def _upper_triangle(d: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    return np.triu_indices(d)


def _weights(share: Floats, mean: Floats, precision: Floats, volume: Floats) -> Floats:
    """What turns terms into log densities, shape (n_terms, K). volume: log determinants of the covariances."""
    d = mean.shape[1]
    first, second = _upper_triangle(d)
    linear = (precision @ mean[:, :, None])[:, :, 0]
    constant = np.log(share) - 0.5 * (volume + (mean * linear).sum(axis=1) + d * np.log(2 * np.pi))
    squares = precision[:, first, second] * np.where(first == second, -0.5, -1.0)
    return np.concatenate([constant[:, None], linear, squares], axis=1).T


def _responsibilities(terms: Floats, weight: Floats, models: _Models) -> tuple[Floats, Floats]:
    """P(component | point) within each mixture, shape (K, n), and the log likelihood of the points under each."""
    density = np.exp(weight.T @ terms.T)
    # A density of no component at all needs 37 standard deviations from each, which its own part of the spread forbids.
    total = np.maximum(models.member @ density, SMALLEST_DENSITY)
    density *= (1.0 / total)[models.of]
    return density, np.log(total).sum(axis=1)


def _joined(
    responsibility: Floats, points: Floats, covariance: Floats
) -> tuple[tuple[tuple[int, ...], ...], float | None]:
    """Join components until every two groups are distinct; which components make each group, and the smallest gap."""
    parts: list[tuple[int, ...]] = [(k,) for k in range(len(responsibility))]
    smallest = max(SMALLEST_SIZE, int(np.ceil(SMALLEST_SHARE * len(points))))
    while len(parts) > 1:
        merged = np.stack([responsibility[list(part)].sum(axis=0) for part in parts])
        confusion = _confusion(merged)
        sizes = _sizes(merged)
        if confusion.max() >= CONFUSION:
            first, second = np.unravel_index(int(confusion.argmax()), confusion.shape)
        elif sizes.min() < smallest:
            first = sizes.argmin()
            others = confusion[first].copy()
            others[first] = -1.0
            second = others.argmax()
        else:
            gaps = _gaps(points, covariance, merged.argmax(axis=0), len(parts))
            first, second = np.unravel_index(int(gaps.argmin()), gaps.shape)
            if gaps[first, second] >= GAP:
                return tuple(parts), float(gaps[first, second])
        low, high = sorted((int(first), int(second)))
        parts[low] = parts[low] + parts.pop(high)
    return tuple(parts), None


def _confusion(merged: Floats) -> Floats:
    """The larger share of either's members that would be taken for the other's, for every pair of groups."""
    k = len(merged)
    taken = np.zeros((k, k))
    for one in range(k):
        for other in range(k):
            if one != other:
                wrong = merged[one][merged[other] > merged[one]].sum()
                taken[one, other] = wrong / max(float(merged[one].sum()), 1e-9)
    return np.maximum(taken, taken.T)


def _gaps(points: Floats, covariance: Floats, group: Integers, k: int) -> Floats:
    """`_gap` of every pair of groups; infinite on the diagonal."""
    gaps = np.full((k, k), np.inf)
    for one in range(k):
        for other in range(one):
            both = (group == one) | (group == other)
            doubt = covariance[both].mean(axis=0)
            gaps[one, other] = gaps[other, one] = _gap(points[group == one], points[group == other], doubt)
    return gaps


def _gap(one: Floats, other: Floats, doubt: Floats) -> float:
    """By how many standard deviations the middle between two groups is emptier than a single cloud allows.

    Looked at along two lines: the one between the means, and the one that separates the groups best (Fisher).
    doubt: mean covariance of their members' positions.
    """
    d = one.shape[1]
    apart = other.mean(axis=0) - one.mean(axis=0)
    scatter = sum(
        ((side - side.mean(axis=0)).T @ (side - side.mean(axis=0)) for side in (one, other)), np.zeros(d)
    )
    within = scatter / (len(one) + len(other)) + 1e-6 * np.eye(d)
    lines = (np.linalg.solve(within, apart), apart)
    return max(_gap_along(one @ line, other @ line, float(np.sqrt(line @ doubt @ line))) for line in lines)


def _gap_along(one: Floats, other: Floats, doubt: float) -> float:
    """The same on one line: counts in three windows as wide as a third of the way, at both medians and half-way.

    Medians that lie nearer than DOUBTS standard deviations of a single position are no two groups: few votes
    make positions lumpy, and who stands on which lump is chance.
    """
    start, end = float(np.median(one)), float(np.median(other))
    if end - start <= DOUBTS * doubt:
        return -np.inf
    way = (np.concatenate([one, other]) - start) / (end - start)
    left, middle, right = (int((np.abs(way - at) <= 1 / 6).sum()) for at in (0.0, 0.5, 1.0))
    left, right = max(left, 1), max(right, 1)
    expected = np.sqrt(left * right)
    # The square root of a Poisson count has variance 1/4; `expected` is itself estimated from two counts.
    variance = 0.25 + 0.25 * expected * (0.25 / left + 0.25 / right)
    return float((np.sqrt(expected) - np.sqrt(middle)) / np.sqrt(variance))


def _stability(
    mixture: _Mixture, members: tuple[tuple[int, ...], ...], points: Floats, covariance: Floats, seed: int
) -> float:
    """Mean adjusted Rand index with the groups of positions drawn anew within their uncertainty."""
    dice = np.random.default_rng(seed)
    root = np.linalg.cholesky(covariance)
    k, d = len(mixture.covariance), points.shape[1]
    shape = mixture.covariance.mean(axis=0) * k ** (2 / d)
    before = _groups_of(mixture.responsibility, members)
    indices = []
    for _ in range(STABILITY_DRAWS):
        drawn = points + np.einsum("nij,nj->ni", root, dice.standard_normal(points.shape))
        (again,) = _fitted(_terms(drawn), [mixture.responsibilities(drawn)], shape, False, iterations=10)
        indices.append(adjusted_rand_index(before, _groups_of(again.responsibility, members)))
    return float(np.mean(indices))


def _groups_of(responsibility: Floats, members: tuple[tuple[int, ...], ...]) -> Integers:
    merged = np.stack([responsibility[list(part)].sum(axis=0) for part in members])
    return np.asarray(merged.argmax(axis=0), np.int64)


def adjusted_rand_index(one: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """Agreement of two partitions, 1 for the same and 0 as by chance (Hubert and Arabie 1985).

    one, other: labels, shape (n,), any integers. Two partitions into a single part each agree fully.

    >>> adjusted_rand_index([0, 0, 1, 1], [5, 5, 2, 2])
    1.0
    >>> round(adjusted_rand_index([0, 0, 1, 1], [0, 1, 0, 1]), 3)
    -0.5
    """
    _, first = np.unique(np.asarray(one), return_inverse=True)
    _, second = np.unique(np.asarray(other), return_inverse=True)
    table = np.zeros((int(first.max()) + 1, int(second.max()) + 1))
    np.add.at(table, (first, second), 1.0)
    together = _pairs(table).sum()
    rows, columns = _pairs(table.sum(axis=1)).sum(), _pairs(table.sum(axis=0)).sum()
    expected = rows * columns / max(_pairs(np.asarray(float(len(first)))), 1.0)
    most = 0.5 * (rows + columns)
    return 1.0 if most == expected else float((together - expected) / (most - expected))


def _pairs(counts: Floats) -> Floats:
    return np.asarray(counts * (counts - 1) / 2)
