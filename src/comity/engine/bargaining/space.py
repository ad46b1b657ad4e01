"""A space of packages: one option for every issue, each party's value of every package, and what is refused.

Notation: a package x names one option x_i for every issue i; u_p(x) is party p's value, the sum of its points
for the options and of its points for pairs of options that work together; d_p is what p has without an
agreement; p's gain is u_p(x) - d_p. Packages are numbered in the order of submission: the last issue turns
fastest, so package 0 takes the first option everywhere.

Values live on a grid of eleven digits of each party's own scale, so that sums which are equal on paper are equal
here, whatever the order in which they were added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil, log10, prod
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.integer[Any]]
Booleans = npt.NDArray[np.bool_]
DIGITS = 11
"""Values are kept to this many digits of a party's scale: finer than anybody's points, coarser than rounding."""


@dataclass(frozen=True)
class Refusal:
    """Options that a party refuses together. where: (issue, options); refused where every one of them holds.

    A red line on one option is one (issue, options); "A only with B" is A together with every option but B.
    """

    party: int
    where: tuple[tuple[int, tuple[int, ...]], ...]


@dataclass(frozen=True, eq=False)
class Interaction:
    """Points for two issues taken together, shape (n_parties, n_options of first, n_options of second)."""

    first: int
    second: int
    points: Floats


@dataclass(frozen=True, eq=False)
class Space:
    """A set of packages as the parties value it. Build one with `package_space`, which checks, copies and freezes.

    points: one array an issue, shape (n_parties, n_options), weight times points. disagreement: shape
    (n_parties,). weight: bargaining weights, shape (n_parties,), positive, mean 1.
    """

    points: tuple[Floats, ...]
    disagreement: Floats
    weight: Floats
    interactions: tuple[Interaction, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def n_parties(self) -> int:
        return len(self.disagreement)

    @property
    def n_issues(self) -> int:
        return len(self.points)

    @cached_property
    def n_options(self) -> tuple[int, ...]:
        return tuple(table.shape[1] for table in self.points)

    @property
    def n_packages(self) -> int:
        """How many packages there are, refused ones included; a Python integer, so that it never overflows."""
        return prod(self.n_options)

    @cached_property
    def grid(self) -> Floats:
        """Units of every party's value per point of its scale, shape (n_parties,)."""
        scale = sum((np.abs(table).max(axis=1) for table in self.points), np.abs(self.disagreement))
        scale = sum((np.abs(pair.points).max(axis=(1, 2)) for pair in self.interactions), scale)
        digits = [DIGITS - (ceil(log10(size)) if size > 0 else 0) for size in scale]
        return np.array([10.0**digit for digit in digits])

    def on_grid(self, values: Floats) -> Floats:
        """Values, shape (..., n_parties), rounded to the grid."""
        rounded: Floats = np.rint(values * self.grid) / self.grid
        return rounded

    @cached_property
    def floor(self) -> Floats:
        """The disagreement values on the grid, shape (n_parties,)."""
        return self.on_grid(self.disagreement)

    def without_refusals_of(self, parties: Sequence[int]) -> Space:
        return replace(self, refusals=tuple(line for line in self.refusals if line.party not in set(parties)))

    def with_refusals(self, refusals: Sequence[Refusal]) -> Space:
        return replace(self, refusals=tuple(refusals))


def package_space(
    points: Sequence[npt.ArrayLike],
    disagreement: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    interactions: Sequence[Interaction] = (),
    refusals: Sequence[Refusal] = (),
) -> Space:
    """Points, disagreement values and refusals, checked, copied and frozen.

    points: one array an issue, shape (n_parties, n_options), finite. weight: positive, 1 for everybody where it
    is None. Raises ValueError for a wrong shape, a number that is not finite, or an index out of range.

    >>> space = package_space([[[3, 0], [0, 1]], [[1, 0], [0, 3]]], disagreement=[0, 0])
    >>> space.n_packages, values_of(space, np.array([[0, 1]])).tolist()
    (4, [[3.0, 3.0]])
    """
    floor = _frozen(disagreement)
    tables = tuple(_frozen(table) for table in points)
    shares = _frozen(np.ones(len(floor)) if weight is None else weight)
    if not tables or any(table.ndim != 2 or table.shape[0] != len(floor) for table in tables):
        raise ValueError("every issue needs points of shape (n_parties, n_options)")
    if any(table.shape[1] == 0 for table in tables):
        raise ValueError("every issue needs an option")
    pairs = tuple(Interaction(pair.first, pair.second, _frozen(pair.points)) for pair in interactions)
    for array in (floor, shares, *tables, *(pair.points for pair in pairs)):
        if not np.isfinite(array).all():
            raise ValueError("points, weights and disagreement values are finite numbers")
    if shares.shape != floor.shape or (shares <= 0).any():
        raise ValueError("every party needs a positive bargaining weight")
    sizes = [table.shape[1] for table in tables]
    for pair in pairs:
        if pair.first == pair.second or pair.points.shape != (
            len(floor),
            sizes[pair.first],
            sizes[pair.second],
        ):
            raise ValueError("an interaction joins two issues, with points for every pair of their options")
    for line in refusals:
        for issue, options in line.where:
            if not options or not all(0 <= option < sizes[issue] for option in options):
                raise ValueError(f"a refusal names options of issue {issue} out of range")
    return Space(tables, floor, _frozen(shares / shares.mean()), pairs, tuple(refusals))


def values_of(space: Space, packages: Integers) -> Floats:
    """Every party's value of the packages, shape (n, n_issues) -> (n, n_parties), on the grid."""
    total = np.zeros((len(packages), space.n_parties))
    for issue, table in enumerate(space.points):
        total += table.T[packages[:, issue]]
    for pair in space.interactions:
        total += pair.points[:, packages[:, pair.first], packages[:, pair.second]].T
    return space.on_grid(total)


def refused(space: Space, packages: Integers) -> Booleans:
    """Which packages, shape (n, n_issues), somebody's refusal forbids."""
    forbidden = np.zeros(len(packages), bool)
    for line in space.refusals:
        forbidden |= holds(line, packages)
    return forbidden


def holds(line: Refusal, packages: Integers) -> Booleans:
    """Where every part of one refusal holds, shape (n,)."""
    here = np.ones(len(packages), bool)
    for issue, options in line.where:
        here &= np.isin(packages[:, issue], options)
    return here


def all_packages(space: Space) -> Integers:
    """Every package in the order of submission, shape (n_packages, n_issues)."""
    return packages_numbered(space, np.arange(space.n_packages))


def packages_numbered(space: Space, numbers: Integers) -> Integers:
    """The packages of these numbers, shape (n, n_issues)."""
    return np.stack(np.unravel_index(numbers, space.n_options), axis=1).astype(np.int32)


def acceptable(space: Space, values: Floats) -> Booleans:
    """Where nobody has less than without an agreement, shape (n,)."""
    return np.asarray((values >= space.floor).all(axis=1))


def _frozen(values: npt.ArrayLike) -> Floats:
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array
