"""Classic opinion groups: base clusters, k-means over them, and the number of groups by silhouette.

The rules are those of Polis: 2 to 5 groups, at most 2 plus a twelfth of the base clusters, and of these the number
with the largest mean silhouette over base clusters. What differs is written in `docs/methods/classic.md`: no memory
of earlier runs, starts that do not depend on the order of the data, and last steps with single participants.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from comity.engine.opinion.classic.base_clusters import BASE_CLUSTERS, BaseClusters, base_clusters
from comity.engine.opinion.classic.kmeans import Labels, good_centres, nearest, settled
from comity.engine.votes import Floats

LARGEST = 5


@dataclass(frozen=True, eq=False)
class ClassicGroups:
    """Groups of the points given.

    group: shape (n,), 0 for the largest; all -1 when not computed. centre: shape (k, 2). silhouette: number of groups
    tried -> mean silhouette of the base clusters. base: the base clusters. not_computed: why there are none.
    """

    group: Labels
    centre: Floats
    silhouette: dict[int, float]
    base: BaseClusters | None
    not_computed: str | None


def classic_groups(position: Floats, group_count: int | None = None) -> ClassicGroups:
    """k-means groups of points on the map, shape (n, 2); as many as asked for, or as the silhouette chooses.

    Ties (silhouettes, distances, sizes) go to fewer groups and to lower indices. Raises ValueError when fewer than
    one group is asked for.

    >>> points = np.array([[0.0, 0.0], [0.1, 0.0], [5.0, 0.0], [5.1, 0.0], [0.0, 0.1]])
    >>> classic_groups(points).group.tolist()
    [0, 0, 1, 1, 0]
    """
    if group_count is not None and group_count < 1:
        raise ValueError(f"at least one group is needed, not {group_count}")
    if len(position) == 0:
        return _none(None, {}, "nobody cast enough votes to be placed on the map")
    base = base_clusters(position)
    places = len(base.size)
    if group_count is None and places < 2:
        return _none(base, {}, f"all {len(position)} participants stand in one place")
    if group_count is not None and group_count > places:
        where = f"stand in {places} different places"
        if places == BASE_CLUSTERS:
            where = f"are gathered in {places} base clusters"
        return _none(base, {}, f"{group_count} groups were asked for, but participants {where}")
    weight = base.size.astype(np.float64)
    tried = _group_counts(places)
    sets = good_centres(base.centre, weight, max(group_count or 1, *tried, 1))
    apart = distances(base.centre)
    silhouette = {count: mean_silhouette(apart, nearest(base.centre, sets[count - 1][0])) for count in tried}
    chosen = group_count or max(tried, key=lambda count: (silhouette[count], -count))
    label = min((settled(position, centres) for centres in sets[chosen - 1]), key=lambda result: result[1])[0]
    group = _by_size(label)
    centre = np.array([position[group == number].mean(axis=0) for number in range(group.max() + 1)])
    return ClassicGroups(group, centre, silhouette, base, None)


def distances(points: Floats) -> Floats:
    """Between all points, shape (n, n)."""
    first = np.subtract.outer(points[:, 0], points[:, 0])
    second = np.subtract.outer(points[:, 1], points[:, 1])
    return np.asarray(np.sqrt(first * first + second * second))


def mean_silhouette(distance: Floats, label: Labels) -> float:
    """Mean over points of (b - a) / max(a, b), 0 for a point alone in its group (Rousseeuw 1987).

    distance: between all points, shape (n, n). a: mean distance to the others of its own group; b: the smallest
    mean distance to another group.

    >>> line = np.array([[0.0, 0.0], [1.0, 0.0], [9.0, 0.0], [10.0, 0.0]])
    >>> round(mean_silhouette(distances(line), np.array([0, 0, 1, 1])), 3)
    0.889
    """
    number = int(label.max()) + 1
    member = np.zeros((len(label), number))
    member[np.arange(len(label)), label] = 1
    size = member.sum(axis=0)
    total = distance @ member
    own = size[label]
    within = total[np.arange(len(label)), label] / np.maximum(own - 1, 1)
    mean = np.where(size > 0, total / np.maximum(size, 1), np.inf)
    mean[np.arange(len(label)), label] = np.inf
    other = mean.min(axis=1)
    alone = (own == 1) | ~np.isfinite(other)
    largest = np.where(alone, 1.0, np.maximum(within, other))
    score = np.where(
        alone | (largest == 0),
        0.0,
        (np.where(alone, 0.0, other) - within) / np.where(largest > 0, largest, 1),
    )
    return float(score.mean())


def _group_counts(places: int) -> list[int]:
    """2 .. the smaller of 5 and 2 + places / 12, and never more groups than places."""
    return list(range(2, min(LARGEST, 2 + places // 12, places) + 1))


def _by_size(label: Labels) -> Labels:
    """Renumber groups by falling size, equal sizes by their first member; empty ones vanish."""
    _, first, inverse, size = np.unique(label, return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(len(size), np.int64)
    rank[np.lexsort((first, -size))] = np.arange(len(size))
    return rank[inverse]


def _none(base: BaseClusters | None, silhouette: dict[int, float], reason: str) -> ClassicGroups:
    count = 0 if base is None else len(base.label)
    return ClassicGroups(np.full(count, -1, np.int64), np.zeros((0, 2)), silhouette, base, reason)
