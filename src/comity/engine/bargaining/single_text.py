"""One text for all: the program proposes, parties mark what hurts most, it proposes again.

Every proposal after the first acceptable one is better for some and worse for none, so the procedure ends, either
with no improvement left or, where nothing is acceptable to all, with an impasse. Same marks, same proposals.
Source: the single negotiating text in H. Raiffa, "The Art and Science of Negotiation" (1982).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from comity.engine.bargaining.frontier import dominating
from comity.engine.bargaining.listing import Listing
from comity.engine.bargaining.solutions import leximin_best
from comity.engine.bargaining.space import Floats, Integers, Space, acceptable, refused, values_of

Why = Literal["first draft", "made acceptable", "improved", "no improvement left", "impasse"]
Mark = tuple[int, int]
"""A party and the issue that hurts it most."""


@dataclass(frozen=True, eq=False)
class Proposal:
    """What is on the table after one round. relieved: the marks that this proposal eases. gain: over the last draft."""

    package: tuple[int, ...]
    why: Why
    relieved: tuple[Mark, ...]
    gain: Floats

    @property
    def ends(self) -> bool:
        return self.why in {"no improvement left", "impasse"}


def next_proposal(
    space: Space, listed: Listing, draft: Integers, marks: Sequence[Mark], scale: Floats
) -> Proposal:
    """The answer to the marks on a draft.

    A draft that somebody refuses or loses by gives way to the acceptable package that changes fewest issues.
    Otherwise, among packages better for some and worse for none, the one that eases most marks, then the one whose
    smallest gain (divided by scale) is largest, then the first submitted. An issue is eased for a party if its
    option there is worth more to it.
    """
    start = values_of(space, draft[None, :])[0]
    nothing = np.zeros(space.n_parties)
    if not listed.accepted.any():
        return Proposal(tuple(map(int, draft)), "impasse", (), nothing)
    stands = bool(acceptable(space, start[None, :])[0] and not refused(space, draft[None, :])[0])
    if stands:
        numbers = np.flatnonzero(listed.accepted & dominating(listed.values, start))
        if len(numbers) == 0:
            return Proposal(tuple(map(int, draft)), "no improvement left", (), nothing)
        eased = _eased(space, listed.packages[numbers], draft, marks)
        numbers = numbers[eased.sum(axis=1) == eased.sum(axis=1).max()]
    else:
        changed = (listed.packages != draft).sum(axis=1)
        numbers = np.flatnonzero(listed.accepted & (changed == changed[listed.accepted].min()))
    best = numbers[int(np.flatnonzero(leximin_best((listed.values[numbers] - start) / scale))[0])]
    package = listed.packages[best]
    relieved = _eased(space, package[None, :], draft, marks)[0]
    return Proposal(
        tuple(map(int, package)),
        "improved" if stands else "made acceptable",
        tuple(mark for mark, is_eased in zip(marks, relieved, strict=True) if is_eased),
        listed.values[best] - start,
    )


def single_text(space: Space, listed: Listing, draft: Integers, scale: Floats) -> tuple[Proposal, ...]:
    """The whole procedure with every party marking the issue that costs it most against its best option."""
    rounds = [Proposal(tuple(map(int, draft)), "first draft", (), np.zeros(space.n_parties))]
    while not rounds[-1].ends:
        package = np.array(rounds[-1].package, np.int32)
        rounds.append(next_proposal(space, listed, package, worst_hurts(space, package), scale))
    return tuple(rounds)


def worst_hurts(space: Space, draft: Integers) -> tuple[Mark, ...]:
    """For each party the issue on which the draft costs it most; none for a party that has its best everywhere."""
    loss = np.stack([table.max(axis=1) - table[:, draft[i]] for i, table in enumerate(space.points)], axis=1)
    return tuple(
        (party, int(loss[party].argmax())) for party in range(space.n_parties) if loss[party].max() > 0
    )


def _eased(
    space: Space, packages: Integers, draft: Integers, marks: Sequence[Mark]
) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Which marks each package eases, shape (n, n_marks)."""
    columns = [
        space.points[issue][party, packages[:, issue]] > space.points[issue][party, draft[issue]]
        for party, issue in marks
    ]
    return np.stack(columns, axis=1) if columns else np.zeros((len(packages), 0), bool)
