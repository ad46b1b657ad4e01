"""How good a prediction or a partition is: log loss, calibration error, adjusted Rand index; and a plain table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def log_loss(agreed: npt.ArrayLike, probability: npt.ArrayLike) -> float:
    """Mean of -log(probability given to what happened), probabilities held within [1e-12, 1 - 1e-12].

    >>> round(log_loss([1, 0], [0.5, 0.5]), 4)
    0.6931
    """
    happened = np.asarray(agreed, dtype=bool)
    clipped = np.clip(np.asarray(probability, dtype=float), 1e-12, 1 - 1e-12)
    return float(-np.mean(np.log(np.where(happened, clipped, 1 - clipped))))


def calibration_error(agreed: npt.ArrayLike, probability: npt.ArrayLike, bins: int = 10) -> float:
    """Expected calibration error: mean over votes of |share agreed - mean probability| of the vote's bin.

    Ten bins of equal width over [0, 1].

    >>> calibration_error([1, 1, 0, 0], [0.5, 0.5, 0.5, 0.5])
    0.0
    """
    happened = np.asarray(agreed, dtype=float)
    stated = np.asarray(probability, dtype=float)
    place = np.minimum((stated * bins).astype(int), bins - 1)
    gap = np.bincount(place, happened - stated, minlength=bins)
    return float(np.abs(gap).sum() / len(stated))


def calibration_floor(probability: npt.ArrayLike, generator: np.random.Generator, times: int = 200) -> float:
    """The calibration error that chance alone gives if every probability is exactly right: what is left to see."""
    stated = np.asarray(probability, dtype=float)
    draws = generator.random((times, len(stated))) < stated
    return float(np.mean([calibration_error(draw, stated) for draw in draws]))


def adjusted_rand(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Agreement of two partitions, 1 for the same, 0 as by chance (Hubert and Arabie 1985).

    >>> adjusted_rand([0, 0, 1, 1], [5, 5, 2, 2])
    1.0
    """
    left = np.unique(np.asarray(first), return_inverse=True)[1]
    right = np.unique(np.asarray(second), return_inverse=True)[1]
    table = np.zeros((left.max() + 1, right.max() + 1))
    np.add.at(table, (left, right), 1)

    def pairs(counts: Floats) -> float:
        return float((counts * (counts - 1)).sum() / 2)

    both, one, other = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    expected = one * other / pairs(np.array([len(left)]))
    most = (one + other) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)


def show(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; numbers with a fixed number of decimals are passed as text."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
