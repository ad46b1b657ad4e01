"""Better than this draft: improvements that nobody loses by, and trades of two or three issues.

A trade (logrolling) changes two or three issues at once so that nobody loses and at least two parties gain, while
every single one of its changes alone would cost somebody something: each side gives where it cares less and gets
where it cares more. Source of the idea: H. Raiffa, "The Art and Science of Negotiation" (1982).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from comity.engine.bargaining.frontier import dominating
from comity.engine.bargaining.listing import Listing
from comity.engine.bargaining.solutions import leximin_best
from comity.engine.bargaining.space import Floats, Integers, Space, refused, values_of


@dataclass(frozen=True, eq=False)
class Trade:
    """Changes of two or three issues. change: each party's gain over the draft. smaller: the least of those above 0."""

    issues: tuple[int, ...]
    package: tuple[int, ...]
    change: Floats
    smaller: float


def trades(space: Space, draft: Integers, scale: Floats, most: int = 10) -> tuple[Trade, ...]:
    """The best trades on a draft, the one with the largest smaller gain first; one for each set of issues.

    draft: shape (n_issues,). scale: what each party's gains are divided by before they are compared, shape
    (n_parties,), positive. Only packages that nobody refuses are looked at.
    """
    start = values_of(space, draft[None, :])[0]
    found: list[Trade] = []
    for issues in _issue_sets(space.n_issues):
        best = _best_trade(space, draft, start, issues, scale)
        if best is not None:
            found.append(best)
    found.sort(key=lambda trade: (-trade.smaller, len(trade.issues), trade.issues))
    return tuple(found[:most])


def _issue_sets(n_issues: int) -> Iterator[tuple[int, ...]]:
    yield from combinations(range(n_issues), 2)
    if n_issues <= 25:
        yield from combinations(range(n_issues), 3)


def _best_trade(
    space: Space, draft: Integers, start: Floats, issues: tuple[int, ...], scale: Floats
) -> Trade | None:
    choices = [[option for option in range(space.n_options[i]) if option != draft[i]] for i in issues]
    if not all(choices):
        return None
    options = np.array(list(product(*choices)))
    packages = np.repeat(draft[None, :], len(options), axis=0)
    packages[:, issues] = options
    change = values_of(space, packages) - start
    good = (change >= 0).all(axis=1) & ((change > 0).sum(axis=1) >= 2)
    good[good] &= ~refused(space, packages[good])
    good[good] &= _every_change_costs(space, draft, start, issues, packages[good])
    if not good.any():
        return None
    share = change[good] / scale
    smaller = np.where(share > 0, share, np.inf).min(axis=1)
    number = int(np.flatnonzero(smaller >= smaller.max() - 1e-9)[0])
    return Trade(
        issues, tuple(map(int, packages[good][number])), change[good][number], float(smaller[number])
    )


def _every_change_costs(
    space: Space, draft: Integers, start: Floats, issues: tuple[int, ...], packages: Integers
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    costs = np.ones(len(packages), bool)
    for issue in issues:
        alone = np.repeat(draft[None, :], len(packages), axis=0)
        alone[:, issue] = packages[:, issue]
        costs &= (values_of(space, alone) < start).any(axis=1)
    return costs


@dataclass(frozen=True, eq=False)
class Improvements:
    """What is better for some and worse for none than a draft.

    n: how many such packages nobody refuses; None where they were not all counted. nearest: the one that changes
    the fewest issues. best: the one whose smallest gain over the draft is largest. None: there is none, so the
    draft is on the frontier.
    """

    n: int | None
    nearest: tuple[int, ...] | None
    best: tuple[int, ...] | None


def improvements(space: Space, listed: Listing, draft: Integers, scale: Floats) -> Improvements:
    """All packages that dominate the draft. scale: as in `trades`; ties keep the order of submission."""
    start = values_of(space, draft[None, :])[0]
    numbers = np.flatnonzero(listed.allowed & dominating(listed.values, start))
    if len(numbers) == 0:
        return Improvements(0, None, None)
    packages = listed.packages[numbers]
    share = (listed.values[numbers] - start) / scale
    best = int(np.flatnonzero(leximin_best(share))[0])
    changed = (packages != draft).sum(axis=1)
    near = np.flatnonzero(changed == changed.min())
    nearest = int(near[np.flatnonzero(leximin_best(share[near]))[0]])
    return Improvements(len(numbers), tuple(map(int, packages[nearest])), tuple(map(int, packages[best])))
