"""k-means that starts from the data's shape, never from its order, and is carried to a stable end.

Polis starts k-means from the first rows of the data, or from its own last result. Here the search is the same
whatever the order: `good_centres` adds one centre after the other where it helps most, trying many places (Likas,
Vlassis and Verbeek 2003, "The global k-means clustering algorithm", Pattern Recognition 36), and `settled` moves
single points as long as the sum of squares falls (Hartigan and Wong 1979, "Algorithm AS 136", Applied Statistics 28).

Notation: x points, shape (n, 2); m their weights; c centres, shape (k, 2); inertia = sum of m * squared distance
to the own centre. Every tie goes to the lower index, and every formula is unchanged when an axis is mirrored.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from comity.engine.votes import Floats

Labels = npt.NDArray[np.int64]
CANDIDATES = 24
KEPT = 6
ROUNDS = 100
MOVES = 200


def good_centres(x: Floats, m: Floats, k: int) -> list[Floats]:
    """Good sets of 1, 2, .. k centres: place j holds up to KEPT different sets, best first, shape (s, j + 1, 2).

    x: distinct points, at least k of them. Each good set of j centres is extended by the points whose choice lowers
    the inertia most at once, CANDIDATES extensions in all; Lloyd's steps improve each extension.
    """
    sets = [(m @ x / m.sum())[None, None, :]]
    between = _squared(x, x)
    for _ in range(1, k):
        good = sets[-1]
        gap = _squared(x, good.reshape(-1, 2)).reshape(len(x), *good.shape[:2]).min(axis=2)
        left = m @ gap
        gain = np.stack([m @ np.maximum(gap[:, place, None] - between, 0) for place in range(len(good))])
        then = (left[:, None] - gain).ravel()
        chosen = np.argsort(then, kind="stable")[:CANDIDATES]
        old, new = good[chosen // len(x)], x[chosen % len(x)]
        sets.append(_lloyd_together(x, m, np.concatenate([old, new[:, None, :]], axis=1)))
    return sets


def settled(x: Floats, centres: Floats) -> tuple[Labels, float]:
    """Every point to the group that suits it, until no single move lowers the inertia; labels and inertia.

    Unweighted points. Each round first assigns everybody to the nearest centre (Lloyd), then makes the best single
    moves, reckoning with how the centres follow (Hartigan), until neither changes anything; at most MOVES moves.
    """
    k = len(centres)
    label = np.argmin(_squared(x, centres), axis=1)
    left = MOVES
    while True:
        label = _lloyd(x, label, k)
        label, moves = _exchanged(x, label, k, left)
        left -= moves
        if moves == 0 or left == 0:
            break
    apart = _squared(x, _means(x, label, k))
    return label, float(apart[np.arange(len(x)), label].sum())


def nearest(x: Floats, centres: Floats) -> Labels:
    """Index of the nearest centre of every point; ties go to the lower one."""
    return np.asarray(np.argmin(_squared(x, centres), axis=1))


def _lloyd_together(x: Floats, m: Floats, centres: Floats) -> Floats:
    """Lloyd's steps on many sets of centres at once, shape (s, k, 2); the different ones, by rising inertia."""
    sets, k, axes = centres.shape
    first_of_set = np.arange(sets)[:, None] * k
    weights = np.tile(m, sets)
    sums = [np.tile(m * x[:, axis], sets) for axis in range(axes)]
    flat = centres.reshape(-1, axes)
    label = np.full((sets, len(x)), -1)
    for _ in range(ROUNDS):
        apart = _squared(x, flat).reshape(len(x), sets, k).transpose(1, 0, 2)
        now = np.argmin(apart, axis=2)
        if bool((now == label).all()):
            break
        label = now
        place = (first_of_set + label).ravel()
        mass = np.bincount(place, weights, sets * k)
        moved = np.stack([np.bincount(place, part, sets * k) for part in sums], axis=1)
        flat = np.where(mass[:, None] > 0, moved / np.where(mass > 0, mass, 1)[:, None], flat)
    inertia = apart.min(axis=2) @ m
    order = np.argsort(inertia, kind="stable")
    ordered = inertia[order]
    different = np.append(True, np.diff(ordered) > 1e-9 * ordered[-1])
    return np.asarray(flat.reshape(centres.shape)[order[different][:KEPT]])


def _lloyd(x: Floats, label: Labels, k: int) -> Labels:
    for _ in range(ROUNDS):
        now = nearest(x, _means(x, label, k))
        if bool((now == label).all()):
            break
        label = now
    return label


def _exchanged(x: Floats, label: Labels, k: int, most: int) -> tuple[Labels, int]:
    """The best single moves one after the other, as long as each lowers the inertia; labels, number of moves."""
    label = label.copy()
    every = np.arange(len(x))
    worth = 1e-12 * float((x * x).sum())
    for moves in range(most):
        size = np.bincount(label, minlength=k)
        apart = _squared(x, _means(x, label, k))
        own = size[label]
        leave = np.where(own > 1, own / np.maximum(own - 1, 1) * apart[every, label], 0.0)
        join = apart * (size / (size + 1))
        join[every, label] = np.inf
        gain = leave - join.min(axis=1)
        best = int(np.argmax(gain))
        if gain[best] <= worth:
            return label, moves
        label[best] = int(np.argmin(join[best]))
    return label, most


def _means(x: Floats, label: Labels, k: int) -> Floats:
    """Centre of every group; an empty one lies infinitely far away, so that nobody joins it by chance."""
    size = np.bincount(label, minlength=k)
    sums = np.stack([np.bincount(label, x[:, axis], k) for axis in range(x.shape[1])], axis=1)
    return np.where(size[:, None] > 0, sums / np.maximum(size, 1)[:, None], np.inf)


def _squared(x: Floats, c: Floats) -> Floats:
    """Squared distances, shape (n, k), from differences: exactly the same for mirrored points."""
    first = np.subtract.outer(x[:, 0], c[:, 0])
    second = np.subtract.outer(x[:, 1], c[:, 1])
    return np.asarray(first * first + second * second)
