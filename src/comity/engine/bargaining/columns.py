"""A space of packages as columns of a table: one column for each way to settle a knot of issues.

Issues that are tied to one another, by an interaction or by a refusal of several options together, make one knot
whose columns are the combinations that nobody refuses; every other issue is a knot by itself. A package takes one
column of every knot, and everybody's gain is the sum of the columns. Refusals that would tie too many issues stay as
they are, and whoever meets a package asks for them. A column that another one of its knot dominates, or that is worth
the same to everybody as an earlier one, is left out: the best package by any solution that never prefers a dominated
one is still there, and the first of equal ones too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

import numpy as np

from comity.engine.bargaining.frontier import pareto
from comity.engine.bargaining.space import Booleans, Floats, Integers, Refusal, Space, holds

WIDEST = 1300
"""Combinations of one knot up to which interacting issues are written out."""
TIED_BY_REFUSALS = 260
"""Combinations up to which a refusal ties issues into one knot."""
FINER = 1e3
"""Columns are rounded this much finer than values, so that their sums are as good as sums of points."""
Knot = tuple[Integers, Floats]
"""Ways to settle some issues: their options, -1 elsewhere, shape (n, n_issues); everybody's points, (n, n_parties)."""


@dataclass(frozen=True)
class Block:
    """Knots of like width side by side. first: their first column; the columns stand by place, then by knot."""

    first: int
    n_knots: int
    width: int

    @property
    def end(self) -> int:
        return self.first + self.n_knots * self.width


@dataclass(frozen=True, eq=False)
class Columns:
    """points: shape (n_columns, n_parties), divided by the unit; start: what everybody has before any column, shape
    (n_parties,). usable: False for a column that only fills up a block. columns_of: for each knot its
    columns, in the order of submission. packages: for each column the options of its knot's issues, -1 elsewhere,
    shape (n_columns, n_issues). lines: refusals that are not in the knots.
    """

    points: Floats
    start: Floats
    usable: Booleans
    blocks: tuple[Block, ...]
    columns_of: tuple[Integers, ...]
    packages: Integers
    lines: tuple[Refusal, ...]

    @property
    def n_knots(self) -> int:
        return len(self.columns_of)

    def packages_of(self, chosen: Integers) -> Integers:
        """Columns, shape (n, n_knots) -> packages, shape (n, n_issues)."""
        return np.asarray(self.packages[chosen].max(axis=1), np.int32)

    def is_refused(self, chosen: Integers) -> Booleans:
        """Which of these packages break a refusal that is not in the knots, shape (n,)."""
        refused = np.zeros(len(chosen), bool)
        if self.lines and len(chosen):
            packages = self.packages_of(chosen)
            for line in self.lines:
                refused |= holds(line, packages)
        return refused

    def chosen_of(self, package: Integers) -> Integers:
        """For each knot the column that is as good for everybody as the package's options, or better."""
        found = []
        for own in self.columns_of:
            options = self.packages[own]
            same = (options == np.where(options >= 0, package, -1)).all(axis=1)
            found.append(int(own[same.argmax()]) if same.any() else -1)
        return np.array(found)


def columns_of(space: Space, unit: Floats) -> Columns | None:
    """The columns of a space; unit: what gains are divided by, shape (n_parties,). None where a knot is too wide.

    >>> from comity.engine.bargaining.space import package_space
    >>> space = package_space([[[3, 0, 1], [0, 1, 0]], [[1, 0, 0], [0, 3, 0]]], disagreement=[0, 0])
    >>> columns_of(space, np.ones(2)).packages.tolist()
    [[0, -1], [-1, 0], [1, -1], [-1, 1]]
    """
    knots, open_lines = _tied(space)
    found = [_knot(space, issues, open_lines) for issues in knots]
    written = [(rows, values / unit) for rows, values in (knot for knot in found if knot is not None)]
    if len(written) < len(knots):
        return None
    return _side_by_side(written, -space.floor / unit, open_lines)


def with_total(columns: Columns, weight: Floats) -> Columns:
    """One party more, last: the weighted sum of all others. weight: of gains over the unit, shape (n_parties,)."""
    return replace(
        columns,
        points=np.concatenate([columns.points, (columns.points @ weight)[:, None]], axis=1),
        start=np.append(columns.start, columns.start @ weight),
    )


def _side_by_side(knots: Sequence[Knot], start: Floats, lines: tuple[Refusal, ...]) -> Columns:
    """Knots of like width in blocks, the widest first."""
    n_parties, n_issues = len(start), knots[0][0].shape[1]
    widths = [len(rows) for rows, _ in knots]
    order = sorted(range(len(knots)), key=lambda number: -widths[number])
    points, usable, packages, blocks = [], [], [], []
    own: dict[int, Integers] = {}
    first = 0
    while order:
        width = max(1, widths[order[0]])
        group = [number for number in order if widths[number] > 0.6 * width or width <= 2]
        order = order[len(group) :]
        block_points = np.zeros((width, len(group), n_parties))
        block_usable = np.zeros((width, len(group)), bool)
        block_packages = np.full((width, len(group), n_issues), -1)
        for place, number in enumerate(group):
            rows, values = knots[number]
            block_points[: len(rows), place] = values
            block_usable[: len(rows), place] = True
            block_packages[: len(rows), place] = rows
            own[number] = first + np.arange(len(rows)) * len(group) + place
        blocks.append(Block(first, len(group), width))
        points.append(block_points.reshape(-1, n_parties))
        usable.append(block_usable.ravel())
        packages.append(block_packages.reshape(-1, n_issues))
        first += width * len(group)
    return Columns(
        np.concatenate(points),
        start,
        np.concatenate(usable),
        tuple(blocks),
        tuple(own[number] for number in range(len(knots))),
        np.concatenate(packages),
        lines,
    )


def _tied(space: Space) -> tuple[list[list[int]], tuple[Refusal, ...]]:
    """Issues in knots, each in the order of submission; and the refusals that tie none because too much would be."""
    knot = list(range(space.n_issues))
    lines: list[Refusal] = []

    def tie(issues: Sequence[int]) -> list[int]:
        together = {knot[issue] for issue in issues}
        return [min(together) if one in together else one for one in knot]

    for pair in space.interactions:
        knot = tie([pair.first, pair.second])
    wide = sorted(
        (line for line in space.refusals if len(line.where) > 1),
        key=lambda line: prod(space.n_options[issue] for issue, _ in line.where),
    )
    for line in wide:
        issues = [issue for issue, _ in line.where]
        tied = tie(issues)
        size = prod(space.n_options[i] for i, own in enumerate(tied) if own == tied[issues[0]])
        if tied == knot or size <= TIED_BY_REFUSALS:
            knot = tied
        else:
            lines.append(line)
    return [[issue for issue, own in enumerate(knot) if own == name] for name in sorted(set(knot))], tuple(
        lines
    )


def _knot(space: Space, issues: Sequence[int], open_lines: Sequence[Refusal]) -> Knot | None:
    """The ways to settle these issues that nobody refuses and nothing dominates."""
    sizes = [range(space.n_options[issue]) for issue in issues]
    if prod(map(len, sizes)) > WIDEST and len(issues) > 1:
        return None
    rows = np.full((prod(map(len, sizes)), space.n_issues), -1)
    rows[:, issues] = np.array(list(product(*sizes)), int).reshape(-1, len(issues))
    refused = np.zeros(len(rows), bool)
    for line in space.refusals:
        if {issue for issue, _ in line.where} <= set(issues):
            refused |= holds(line, rows)
    rows = rows[~refused]
    values = np.zeros((len(rows), space.n_parties))
    for issue in issues:
        values += space.points[issue].T[rows[:, issue]]
    for pair in space.interactions:
        if pair.first in issues:
            values += pair.points[:, rows[:, pair.first], rows[:, pair.second]].T
    values = np.rint(values * (space.grid * FINER)) / (space.grid * FINER)
    # where a refusal is still open, an option inside it is no substitute for one outside
    inside = [
        np.isin(rows[:, issue], options)
        for line in open_lines
        for issue, options in line.where
        if issue in issues
    ]
    compared = np.concatenate([values, *(-one[:, None].astype(float) for one in inside)], axis=1)
    kept = pareto(compared)
    _, first = np.unique(compared[kept], axis=0, return_index=True)
    kept = kept[np.sort(first)]
    return rows[kept], values[kept]
