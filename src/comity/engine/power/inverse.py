"""Fair weights: a weighted quota under which every party's power is in proportion to a chosen capacity.

Weights are found by a fixed point: each is multiplied by (wanted / present power)^step, all are scaled to one
total and rounded to whole numbers; the best seen is kept. There need not be an exact answer, because few
parties allow few different rules, and the error left is a result as much as the weights.

Source: D. Leech, "Designing the voting system for the Council of the European Union", Public Choice 113 (2002),
for the iteration; step, rounding and stopping are our own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np

from comity.engine.power.large import Floats, decisive

N_ROUNDS = 120
STEPS = (1.0, 0.5, 0.25)


@dataclass(frozen=True)
class FairWeights:
    """weights: whole numbers, shape (n,); quota: of their total. power: the normalised Banzhaf index they give.

    wanted: shares of the capacity. error: half the sum of |power - wanted|, the share of power that still
    lies in wrong hands, 0 .. 1. worst: the largest |power - wanted|.
    """

    weights: tuple[int, ...]
    quota: int
    power: tuple[float, ...]
    wanted: tuple[float, ...]
    error: float
    worst: float


def fair_weights(capacity: Sequence[float], share: Fraction, total: int = 100_000) -> FairWeights:
    """Whole weights of about `total` whose normalised Banzhaf power is nearest to the shares of the capacity.

    capacity: shape (n,), from 0, not all 0; a party without capacity gets no weight. share: of the total
    weight that a decision needs, 0 < share <= 1. Raises ValueError otherwise.

    >>> fair_weights([1.0, 1.0, 1.0], Fraction(1, 2)).error
    0.0
    """
    wanted = np.asarray(capacity, dtype=float)
    if not len(wanted) or wanted.min() < 0 or wanted.sum() <= 0:
        raise ValueError("a capacity is never negative, and somebody needs some")
    if not 0 < share <= 1:
        raise ValueError(f"the share {share} is outside 0 .. 1")
    wanted = wanted / wanted.sum()
    best: tuple[float, tuple[int, ...], Floats] | None = None
    for step in STEPS:
        real = wanted if best is None else np.asarray(best[1], dtype=float)
        for _ in range(N_ROUNDS // len(STEPS)):
            weights = _whole(real, total)
            power = _normalised(weights, share)
            error = float(np.abs(power - wanted).sum()) / 2
            if best is None or error < best[0]:
                best = (error, weights, power)
            if error < 1e-9:
                break
            ratio = np.divide(wanted, power, out=np.full(len(wanted), 2.0), where=power > 0)
            real = np.asarray(weights, dtype=float) * np.clip(ratio, 0.25, 4.0) ** step
    if best is None:
        raise ValueError("no round was made")
    error, weights, power = best
    return FairWeights(
        weights,
        _quota(weights, share),
        tuple(float(p) for p in power),
        tuple(float(w) for w in wanted),
        error,
        float(np.abs(power - wanted).max()),
    )


def _whole(real: Floats, total: int) -> tuple[int, ...]:
    scaled = np.rint(real / real.sum() * total)
    return tuple(int(max(w, 1)) if r > 0 else 0 for w, r in zip(scaled, real, strict=True))


def _quota(weights: tuple[int, ...], share: Fraction) -> int:
    return max(ceil(share * sum(weights)), sum(weights) // 2 + 1 if share == Fraction(1, 2) else 1)


def _normalised(weights: tuple[int, ...], share: Fraction) -> Floats:
    power = decisive(weights, _quota(weights, share))
    normalised: Floats = power / power.sum()
    return normalised
