"""How far points may be off before another package would have been chosen.

Points of x for the options in which x and another package y differ are taken down by the share e, and those of y
up by it, for every party at once: the worst that errors of that size can do to x against y. The margin of x is the
smallest e at which some y scores at least as well. What both packages share, the disagreement values and the
ideal gains are left as stated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from comity.engine.bargaining.solutions import shares_of_ideal
from comity.engine.bargaining.space import Floats, Integers, Space, values_of

MOST_RIVALS = 20_000
STEPS = 24
Score = Callable[[Floats], Floats]


@dataclass(frozen=True, eq=False)
class Margin:
    """share: the margin, 1 meaning 100 per cent or more. rival: the package that would overtake, None at 1.

    to_floor: the share of error at which some party could be worse off than without an agreement.
    """

    share: float
    rival: Integers | None
    to_floor: float


def margin(space: Space, name: str, ideal: Floats, package: Integers, rivals: Integers) -> Margin:
    """The margin of one package against others, shape (n, n_issues), by the first number of a solution.

    name: of `SOLUTIONS`; egalitarian and Kalai-Smorodinsky are compared by the smallest (share of the ideal) gain.
    """
    others = rivals[(rivals != package).any(axis=1)][:MOST_RIVALS]
    score = _score(name, ideal, space.weight)
    mine, theirs = values_of(space, package[None, :])[0], values_of(space, others)
    fall, rise = _exposed(space, package, others)
    low, high = np.zeros(len(others)), np.ones(len(others))
    overtakes = _overtaken(score, mine - space.floor, theirs - space.floor, (fall, rise), high)
    others, theirs, fall, rise = others[overtakes], theirs[overtakes], fall[overtakes], rise[overtakes]
    low, high = low[overtakes], high[overtakes]
    for _ in range(STEPS):
        middle = (low + high) / 2
        lost = _overtaken(score, mine - space.floor, theirs - space.floor, (fall, rise), middle)
        high, low = np.where(lost, middle, high), np.where(lost, low, middle)
    to_floor = _to_floor(space, package, mine)
    if len(others) == 0:
        return Margin(1.0, None, to_floor)
    nearest = int(high.argmin())
    return Margin(float(high[nearest]), others[nearest], to_floor)


def neighbours(space: Space, package: Integers) -> Integers:
    """Every package that differs from this one on one or two issues, shape (n, n_issues)."""
    found = []
    issues = range(space.n_issues)
    for first, second in [*((one, one) for one in issues), *combinations(issues, 2)]:
        sizes = (space.n_options[first], 1 if first == second else space.n_options[second])
        options = np.array(list(np.ndindex(*sizes)))
        near = np.repeat(package[None, :], len(options), axis=0)
        near[:, first] = options[:, 0]
        if first != second:
            near[:, second] = options[:, 1]
            near = near[(near[:, first] != package[first]) & (near[:, second] != package[second])]
        else:
            near = near[near[:, first] != package[first]]
        found.append(near)
    return np.concatenate(found)


def _overtaken(
    score: Score, mine: Floats, theirs: Floats, exposed: tuple[Floats, Floats], error: Floats
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    fall, rise = exposed
    worst = score(mine - error[:, None] * fall)
    best = score(theirs + error[:, None] * rise)
    return np.asarray(best >= worst)


def _exposed(space: Space, package: Integers, others: Integers) -> tuple[Floats, Floats]:
    """Sums of the sizes of points in which the package and each other one differ, shape (n, n_parties) each."""
    fall = np.zeros((len(others), space.n_parties))
    rise = np.zeros((len(others), space.n_parties))
    for issue, table in enumerate(space.points):
        differs = (others[:, issue] != package[issue])[:, None]
        fall += differs * np.abs(table[:, package[issue]])
        rise += differs * np.abs(table.T[others[:, issue]])
    for pair in space.interactions:
        here = others[:, pair.first], others[:, pair.second]
        own = int(package[pair.first]), int(package[pair.second])
        differs = ((here[0] != own[0]) | (here[1] != own[1]))[:, None]
        fall += differs * np.abs(pair.points[:, own[0], own[1]])
        rise += differs * np.abs(pair.points[:, here[0], here[1]].T)
    return fall, rise


def _to_floor(space: Space, package: Integers, mine: Floats) -> float:
    size = sum(
        (np.abs(table[:, package[i]]) for i, table in enumerate(space.points)), np.zeros(space.n_parties)
    )
    for pair in space.interactions:
        size = size + np.abs(pair.points[:, package[pair.first], package[pair.second]])
    exposed = np.asarray(size) > 0
    return float(((mine - space.floor)[exposed] / np.asarray(size)[exposed]).min(initial=np.inf))


def _score(name: str, ideal: Floats, weight: Floats) -> Score:
    if name == "sum":
        return lambda gains: np.asarray(gains @ weight)
    if name == "leximin":
        return lambda gains: np.asarray((gains / weight).min(axis=1))
    counted = ideal > 0
    if not counted.any():
        return lambda gains: np.zeros(len(gains))
    if name == "ks":
        return lambda gains: np.asarray((shares_of_ideal(gains, ideal) / weight)[:, counted].min(axis=1))
    return lambda gains: np.asarray(
        np.log(np.maximum(shares_of_ideal(gains, ideal)[:, counted], 1e-300)) @ weight[counted]
    )
