"""Up to a hundred base clusters: small heaps of neighbours on the map, so that the search for groups stays quick.

Polis grows them by k-means from the first hundred distinct rows. Here they come from the map's shape alone: the
heap with the largest spread is halved across its longer side, again and again, until there are as many as wanted.
With no more distinct places than that, each place is a base cluster, as in Polis.

Points are expected in canonical order (`engine.opinion.order`), which serves for ties only.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.engine.votes import Floats

BASE_CLUSTERS = 100


@dataclass(frozen=True, eq=False)
class BaseClusters:
    """Heaps of participants. label: shape (n,), numbered by first member; centre: (b, 2); size: members, (b,)."""

    label: npt.NDArray[np.int64]
    centre: Floats
    size: npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Heap:
    """members: indices of points; offset: from their middle; squares: sum of squares along each axis."""

    members: npt.NDArray[np.int64]
    offset: Floats
    squares: Floats


def base_clusters(position: Floats, most: int = BASE_CLUSTERS) -> BaseClusters:
    """Heap points, shape (n, 2) with n >= 1, into at most `most` base clusters; O(n log n) for points spread out.

    >>> base_clusters(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]])).label.tolist()
    [0, 1, 0]
    """
    heaps = [_heap(position, np.arange(len(position)))]
    queue = [(-float(heaps[0].squares.sum()), 0)]
    while len(heaps) < most and queue[0][0] < 0:
        number = heapq.heappop(queue)[1]
        heaps[number], new = _halves(position, heaps[number])
        heaps.append(new)
        for place in (number, len(heaps) - 1):
            heapq.heappush(queue, (-float(heaps[place].squares.sum()), place))
    heaps.sort(key=lambda heap: int(heap.members[0]))
    label = np.empty(len(position), np.int64)
    for number, heap in enumerate(heaps):
        label[heap.members] = number
    size = np.array([len(heap.members) for heap in heaps])
    centre = np.array([position[heap.members[0]] - heap.offset[0] for heap in heaps])
    return BaseClusters(label, centre, size)


def _heap(position: Floats, members: npt.NDArray[np.int64]) -> _Heap:
    """One heap; its squares are exactly 0 where all its points are one place, whatever rounding says."""
    points = position[members]
    offset = points - points.sum(axis=0) / len(points)
    squares = np.einsum("ij,ij->j", offset, offset)
    # Rounding leaves at most this of one place; only then is the exact question worth its time.
    doubtful = squares.sum() <= 1e-20 * len(points) * float(points[0] @ points[0]) or len(points) == 1
    if doubtful and bool((points == points[0]).all()):
        offset, squares = np.zeros_like(offset), np.zeros_like(squares)
    return _Heap(members, offset, squares)


def _halves(position: Floats, heap: _Heap) -> tuple[_Heap, _Heap]:
    """Cut at the mean across the axis of larger variance; who stands on the cut goes with the first who does not."""
    across = heap.offset[:, int(np.argmax(heap.squares))]
    side = np.sign(across)
    side[side == 0] = side[np.flatnonzero(side)[0]]
    first = side == side[0]
    if bool(first.all()):  # rounding put everybody on one side of the mean
        first = (position[heap.members] == position[heap.members[0]]).all(axis=1)
    return _heap(position, heap.members[first]), _heap(position, heap.members[~first])
