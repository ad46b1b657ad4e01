"""What is published about a slate: its statements, what each side finds on it, and whom it leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from comity.findings.findings import Method
from comity.record.consultation import Source, Statement

RuleName = Literal["equal-shares", "phragmen", "sequential-pav", "exact-pav"]
Basis = Literal["expected", "observed"]


@dataclass(frozen=True)
class Place:
    """One statement on the slate. approval: mean approval of everybody; by_side: of each side, in the sides' order.

    by_completion: chosen to fill the slate, when the rule itself could choose no more.
    """

    statement: Statement
    approval: float
    by_side: tuple[float, ...]
    by_completion: bool


@dataclass(frozen=True)
class SlateSide:
    """One side: how many of it voted, how many of them approve of something on the slate, and of how much."""

    side_id: str
    name: str
    n_voted: int
    n_represented: int
    mean_approved: float


@dataclass(frozen=True)
class GroupLeftOut:
    """People who agree on a statement that is not on the slate and have less of it than their number deserves.

    share: of everybody who voted. within: how many of each side belong to it, most first; a side is left out of
    the list where none do, or where a promise made at the opening forbids to show so few.
    """

    statement: Statement
    size: int
    share: float
    deserves: int
    has: int
    within: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Checked:
    """A certificate. basis: approvals as expected (likelier than not), or as cast. None: the property holds."""

    basis: Basis
    quota: float
    n_represented: int
    ejr_plus: GroupLeftOut | None
    pjr_plus: GroupLeftOut | None


@dataclass(frozen=True)
class SlateFindings:
    """Everything that is published about one slate. score: of PAV, where the rule goes by it."""

    title: str
    question: str
    source: Source
    rule: RuleName
    basis: Basis
    n_voted: int
    n_statements: int
    places: tuple[Place, ...]
    sides: tuple[SlateSide, ...]
    checks: tuple[Checked, ...]
    score: float | None
    method: Method
