"""Every package with its values, where they are few enough to be listed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from comity.engine.bargaining.space import (
    Booleans,
    Floats,
    Integers,
    Space,
    acceptable,
    all_packages,
    refused,
    values_of,
)

LISTED_NUMBERS = 20_000_000
"""Packages times parties up to which all are listed: 160 MB of values."""


@dataclass(frozen=True, eq=False)
class Listing:
    """All packages in the order of submission. allowed: nobody refuses it. accepted: allowed, and nobody loses."""

    packages: Integers
    values: Floats
    allowed: Booleans
    accepted: Booleans


def can_be_listed(space: Space) -> bool:
    return space.n_packages * (space.n_parties + space.n_issues) <= LISTED_NUMBERS


def listing(space: Space) -> Listing:
    """The whole space, by definition; raises ValueError where it is too large.

    >>> from comity.engine.bargaining.space import package_space
    >>> listing(package_space([[[3, 0]], [[0, 3]]], disagreement=[1])).accepted.tolist()
    [True, True, False, True]
    """
    if not can_be_listed(space):
        raise ValueError(f"{space.n_packages} packages are too many to be listed")
    packages = all_packages(space)
    values = values_of(space, packages)
    allowed = ~refused(space, packages)
    return Listing(packages, values, allowed, np.asarray(allowed & acceptable(space, values)))
