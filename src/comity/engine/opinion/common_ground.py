"""Common ground: statements that every side supports, or that every side rejects, with stated certainty.

Notation. p_s: share of side s that agrees (for rejection: disagrees), with the Beta posterior of `support`.
The certainty that all sides support a statement is the product over sides of P(p_s > threshold): exact where
sides share no members, too low (never too high) where they do. A side of few people has a wide posterior and
holds the product down: it is not drowned. A *delegation* speaks for its party instead of being a sample of it:
its answers are its position, P(p_s > threshold) is 1 or 0, and while it has not answered it is silent, not
against.

Naming every statement whose certainty is at least c keeps the expected share of wrong names below 1 - c
(Newton et al. 2004, for the direct posterior control of false discoveries).

Source: the classic counterpart is Polis' group-informed consensus (Small et al. 2021), a product of estimated
shares without uncertainty; see docs/methods/common-ground.md for the difference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.support import probability_above
from comity.engine.opinion.tallies import Counts, Tallies
from comity.engine.votes import Floats

Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class SideCertainty:
    """Certainty that each side supports, and rejects, each statement: shapes (n_sides, n_statements).

    silent: sides that have not answered at all and are delegations: they count in neither product.
    """

    supports: Floats
    rejects: Floats
    silent: Marks


@dataclass(frozen=True, eq=False)
class CommonGroundTable:
    """Certainty that all sides support, and reject, each statement: shape (n_statements,).

    weakest_support, weakest_reject: index of the least certain side.
    """

    sides: SideCertainty
    supports: Floats
    rejects: Floats
    weakest_support: npt.NDArray[np.intp]
    weakest_reject: npt.NDArray[np.intp]


def side_certainty(counted: Tallies, is_delegation: Marks, threshold: float = 0.6) -> SideCertainty:
    """How surely each side is above the threshold.

    counted: tallies of the sides. is_delegation: shape (n_sides,). threshold: in 0 .. 1.
    """

    def certainty(said_so: Counts) -> Floats:
        sample = probability_above(said_so, counted.voted, threshold)
        told = (said_so >= threshold * counted.voted - 1e-9) & (counted.voted > 0)
        return np.where(is_delegation[:, None], told.astype(np.float64), sample)

    silent = is_delegation[:, None] & (counted.voted == 0)
    return SideCertainty(certainty(counted.agreed), certainty(counted.disagreed), silent)


def common_ground(counted: Tallies, is_delegation: Marks, threshold: float = 0.6) -> CommonGroundTable:
    """How surely every side supports, or rejects, each statement.

    counted: tallies of at least one side. is_delegation: shape (n_sides,), whether a side's answers are its
    position rather than a sample. threshold: share that counts as support. A statement on which nobody but
    silent delegations could speak has certainty 0. Raises ValueError where there is no side.

    >>> import numpy as np
    >>> from comity.engine.opinion.tallies import Tallies
    >>> agreed = np.array([[18, 9], [9, 2]])
    >>> voted = np.array([[20, 20], [10, 10]])
    >>> table = common_ground(Tallies(agreed, voted - agreed, agreed * 0), np.array([False, False]))
    >>> table.supports.round(3).tolist()
    [0.967, 0.001]
    """
    if len(is_delegation) == 0:
        raise ValueError("common ground needs at least one side")
    sides = side_certainty(counted, is_delegation, threshold)
    nobody = sides.silent.all(axis=0) | (counted.voted.sum(axis=0) == 0)

    def together(certainty: Floats) -> tuple[Floats, npt.NDArray[np.intp]]:
        heard = np.where(sides.silent, 1.0, certainty)
        return np.where(nobody, 0.0, heard.prod(axis=0)), heard.argmin(axis=0)

    supports, weakest_support = together(sides.supports)
    rejects, weakest_reject = together(sides.rejects)
    return CommonGroundTable(sides, supports, rejects, weakest_support, weakest_reject)
