"""Who could do better without the others: coalitions that a package does not hold, and the core.

A coalition can settle all issues if the decision rule lets it decide alone, and otherwise only issues that its
members can settle among themselves, the rest staying as it is without an agreement; only its own refusals bind
it. It would leave a package if it has one that is better for every member. All parties together are a coalition too:
they leave a package that another one beats for everybody. A package that no coalition would leave is in the core
(without side payments).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from comity.engine.bargaining.listing import Listing
from comity.engine.bargaining.solutions import leximin_best
from comity.engine.bargaining.space import Booleans, Floats, Integers, Space, holds, values_of

MOST_PARTIES = 10
"""Up to this many parties every coalition is looked at."""


@dataclass(frozen=True)
class Powers:
    """What coalitions can do. quota: members that decide for all; veto: parties without whom nobody does.

    settled_by: for each issue the parties who can settle it among themselves, empty where only a decision can.
    otherwise: the option of each issue without an agreement, None where that is not known.
    """

    quota: int
    veto: tuple[int, ...]
    settled_by: tuple[tuple[int, ...], ...]
    otherwise: tuple[int | None, ...]

    def decides(self, members: tuple[int, ...]) -> bool:
        return len(members) >= self.quota and set(self.veto) <= set(members)


@dataclass(frozen=True, eq=False)
class Leaving:
    """A coalition that would leave, and the package it would rather have. gain: over the first package, by party."""

    members: tuple[int, ...]
    package: tuple[int, ...]
    gain: Floats
    decides: bool


def would_leave(
    space: Space, listed: Listing, powers: Powers, package: Integers, scale: Floats
) -> tuple[Leaving, ...]:
    """Every coalition that has something better for all its members, fewest members first.

    scale: what gains are divided by when a coalition chooses, shape (n_parties,). Raises ValueError for more than
    MOST_PARTIES parties.
    """
    if space.n_parties > MOST_PARTIES:
        raise ValueError(f"{space.n_parties} parties have too many coalitions")
    start = values_of(space, package[None, :])[0]
    refusing = _refusing(space, listed.packages)
    found = []
    for size in range(1, space.n_parties + 1):
        for members in combinations(range(space.n_parties), size):
            reach = _reach(listed.packages, powers, members)
            if reach is None:
                continue
            rows = list(members)
            better = reach & ~refusing[rows].any(axis=0) & (listed.values[:, rows] > start[rows]).all(axis=1)
            numbers = np.flatnonzero(better)
            if len(numbers):
                share = (listed.values[numbers][:, rows] - start[rows]) / scale[rows]
                best = numbers[int(np.flatnonzero(leximin_best(share))[0])]
                gain = listed.values[best] - start
                found.append(
                    Leaving(members, tuple(map(int, listed.packages[best])), gain, powers.decides(members))
                )
    return tuple(found)


def _refusing(space: Space, packages: Integers) -> Booleans:
    """Which party refuses which package, shape (n_parties, n)."""
    refusing = np.zeros((space.n_parties, len(packages)), bool)
    for line in space.refusals:
        refusing[line.party] |= holds(line, packages)
    return refusing


def _reach(packages: Integers, powers: Powers, members: tuple[int, ...]) -> Booleans | None:
    """The packages that a coalition can bring about; None where it can do nothing."""
    if powers.decides(members):
        return np.ones(len(packages), bool)
    free = [bool(needed) and set(needed) <= set(members) for needed in powers.settled_by]
    if not any(free) or any(
        option is None for option, is_free in zip(powers.otherwise, free, strict=True) if not is_free
    ):
        return None
    reach = np.ones(len(packages), bool)
    for issue, (option, is_free) in enumerate(zip(powers.otherwise, free, strict=True)):
        if not is_free:
            reach &= packages[:, issue] == option
    return reach
