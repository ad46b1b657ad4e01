"""What a tree search aims at, and what weights on parties prove about it.

Notation: r is everybody's gain as it is compared, mu a weight on every party, none negative. L(mu) is the largest
sum_p mu_p r_p over the packages of a node; it is a sum over knots, so it is cheap. A node can hold a package that
scores at least `target` only if L(mu) >= sum_p mu_p t_p(mu), for every mu; t are the thresholds of the aim.

- `Level`, the (k+1)-th smallest r, given that the smallest are v_1 <= ... <= v_k: r sorted is at least (v_1, ..., v_k,
  target, target, ...), and the smallest sum that allows is the one that gives the heaviest party v_1, the next v_2, ...
- `Product`, sum_p w_p log r_p: by the inequality of means, sum_p mu_p r_p >= W (prod_p (r_p mu_p / w_p)^w_p)^(1/W),
  W = sum_p w_p; so with h(mu) = sum_p w_p log(w_p / mu_p) the sum is at least W exp((target - h(mu)) / W).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from comity.engine.bargaining.space import Floats


class Aim(Protocol):
    """Weights and thresholds have shape (n_parties, n); gains (n, n_parties)."""

    @property
    def least(self) -> float:
        """No weight on a party is below this share."""

    def thresholds(self, mu: Floats, target: float) -> Floats: ...

    def bound(self, mu: Floats, largest: Floats) -> Floats:
        """The most that a package of each node can score, shape (n,), given L(mu)."""

    def score(self, gains: Floats) -> Floats:
        """Shape (n,); minus infinity where a package breaks what is given."""


HAIR = 1e-9
"""What rounding may take from a gain on a span of 1000: finer than the grid of values."""


@dataclass(frozen=True, eq=False)
class Level:
    """levels: v_1 .. v_k, equal to within slack. counted: parties that are compared; the others only must not lose."""

    levels: tuple[float, ...]
    counted: np.ndarray[tuple[int], np.dtype[np.bool_]]
    slack: float
    least: float = 0.0

    def thresholds(self, mu: Floats, target: float) -> Floats:
        found = np.where(self.counted[:, None], target, -HAIR) * np.ones_like(mu)
        if self.levels:
            order = np.argsort(np.where(self.counted[:, None], -mu, np.inf), axis=0, kind="stable")
            for rank, level in enumerate(self.levels):
                np.put_along_axis(found, order[rank : rank + 1], min(level - self.slack, target), axis=0)
        return found

    def bound(self, mu: Floats, largest: Floats) -> Floats:
        given = self.thresholds(mu, np.inf)
        free = np.where(np.isinf(given), mu, 0.0).sum(axis=0)
        fixed = np.where(np.isinf(given), 0.0, mu * np.where(np.isinf(given), 0.0, given)).sum(axis=0)
        return np.where(free > 1e-12, (largest - fixed) / np.where(free > 1e-12, free, 1.0), np.inf)

    def score(self, gains: Floats) -> Floats:
        ordered = np.sort(gains[:, self.counted], axis=1)
        k = len(self.levels)
        sound = (gains[:, ~self.counted] >= -HAIR).all(axis=1)
        sound &= (ordered[:, :k] >= np.array(self.levels) - self.slack).all(axis=1)
        return np.where(sound, ordered[:, k], -np.inf)


@dataclass(frozen=True, eq=False)
class Product:
    """weight: w, shape (n_parties,)."""

    weight: Floats
    least: float = 1e-5

    def thresholds(self, mu: Floats, target: float) -> Floats:
        total = self.weight.sum()
        smallest = total * np.exp((target - self._spread(mu)) / total)
        found: Floats = smallest * self.weight[:, None] / (total * mu)
        return found

    def bound(self, mu: Floats, largest: Floats) -> Floats:
        total = self.weight.sum()
        positive = largest > 0
        logs = np.log(np.where(positive, largest, 1.0) / total)
        return np.where(positive, total * logs + self._spread(mu), -np.inf)

    def score(self, gains: Floats) -> Floats:
        positive = (gains > 0).all(axis=1)
        logs = np.log(np.where(np.asarray(positive)[:, None], gains, 1.0)) @ self.weight
        return np.where(positive, logs, -np.inf)

    def _spread(self, mu: Floats) -> Floats:
        spread: Floats = self.weight @ np.log(self.weight[:, None] / mu)
        return spread
