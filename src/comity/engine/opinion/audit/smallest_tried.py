"""Upper bounds: acts on one statement that were tried, and did end its finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from comity.engine.opinion.audit.acts import Way
from comity.engine.opinion.audit.cells import Marks
from comity.engine.opinion.tallies import Counts, Tallies
from comity.engine.votes import Floats

NEVER = 1 << 40
MOST_SPLITS = 2_000
"""Ways to share acts between two kinds that are tried for one number of them."""
MOST_JOINING = 4_096
"""So many newcomers are tried; beyond, the number is not given."""


@dataclass(frozen=True, eq=False)
class Trial:
    """Tries acts on one statement's cells. named: tallies of the sides, one scenario a column -> still named?"""

    member: Marks
    column: Counts
    named: Callable[[Tallies], Marks]

    def holds(self, change: Counts) -> Marks:
        """Whether the finding holds after each change, shape (n_changes, n_cells, 3), of the cells' counts."""
        sides = np.einsum("cs,ncv->vsn", self.member.astype(np.int64), self.column[None] + change)
        return self.named(Tallies(sides[0], sides[1], sides[2]))

    def moves(self, ways: list[Way]) -> Moves:
        places = [(cell, way) for cell in range(len(self.column)) for way in ways]
        units = np.zeros((len(places), *self.column.shape), np.int64)
        room = np.full(len(places), MOST_JOINING, np.int64)
        for place, (cell, (away, to)) in enumerate(places):
            if away is not None:
                units[place, cell, away] -= 1
                room[place] = self.column[cell, away]
            if to is not None:
                units[place, cell, to] += 1
        return Moves(units, room, [cell for cell, _ in places], [(cell, way[0]) for cell, way in places])

    def of_one_kind(self, moves: Moves) -> Counts:
        """For each kind of act alone, how many are enough; NEVER where no number is."""
        units, room = moves.units, moves.room
        enough = np.full(len(room), NEVER, np.int64)
        low, high = np.zeros(len(room), np.int64), np.minimum(1, room)
        which = np.flatnonzero(room > 0)
        while len(which):  # doubling, until the finding falls or nobody is left
            holds = self.holds(units[which] * high[which, None, None])
            enough[which[~holds]] = high[which[~holds]]
            low[which[holds]] = high[which[holds]]
            which = which[holds & (high[which] < room[which])]
            high[which] = np.minimum(2 * high[which], room[which])
        while True:  # halving, between the last number that held and the first that fell
            which = np.flatnonzero((enough < NEVER) & (enough - low > 1))
            if not len(which):
                return enough
            middle = (low[which] + enough[which]) // 2
            holds = self.holds(units[which] * middle[:, None, None])
            low[which[holds]] = middle[holds]
            enough[which[~holds]] = middle[~holds]

    def of_two_kinds(self, moves: Moves, least: int, below: int) -> int | None:
        """Fewer acts than `below`, of two kinds; None: not found, among as many ways as are tried."""
        tried = 0
        for number in range(max(least, 2), below):
            ways = np.array(list(islice(_splits(number, moves), MOST_SPLITS + 1)), np.int64).reshape(-1, 3)
            tried += len(ways)
            if len(ways) > MOST_SPLITS or tried > 4 * MOST_SPLITS:
                return None
            first, second, share = ways.T
            shares = share[:, None, None]
            changes = moves.units[first] * shares + moves.units[second] * (number - shares)
            if len(ways) and not self.holds(changes).all():
                return number
        return None

    def of_many_kinds(self, moves: Moves, strain: Callable[[Tallies], Floats]) -> int | None:
        """Acts of any kinds, each time those that ease the strain most; then as few of each as still do. None: in vain.

        strain: of scenarios, one a column; 0 where the finding has fallen.
        """
        taken = np.zeros(len(moves.room), np.int64)
        now = self._strain(moves, taken[None], strain)[0]
        while now > 0:
            step = max(1, int(taken.sum()) // 6)
            steps = np.minimum(step, self._left(moves, taken))
            tries = taken + np.diag(steps)
            eased = np.where(steps > 0, self._strain(moves, tries, strain), np.inf)
            best = (
                int((eased - now).argmin())
                if step == 1
                else int(((eased - now) / np.maximum(steps, 1)).argmin())
            )
            if not eased[best] < now:
                return None
            taken, now = tries[best], eased[best]
        for kind in np.flatnonzero(taken):
            fewer = np.tile(taken, (taken[kind] + 1, 1))
            fewer[:, kind] = np.arange(taken[kind] + 1)
            does = ~self.holds(np.einsum("nk,kcv->ncv", fewer, moves.units))
            taken = fewer[int(does.argmax())] if does.any() else taken
        falls = ~self.holds(np.einsum("k,kcv->cv", taken, moves.units)[None])
        return int(taken.sum()) if falls[0] else None

    def _strain(self, moves: Moves, taken: Counts, strain: Callable[[Tallies], Floats]) -> Floats:
        change = np.einsum("nk,kcv->ncv", taken, moves.units)
        sides = np.einsum("cs,ncv->vsn", self.member.astype(np.int64), self.column[None] + change)
        return strain(Tallies(sides[0], sides[1], sides[2]))

    def _left(self, moves: Moves, taken: Counts) -> Counts:
        """How many more acts of each kind there are answers for."""
        used: dict[tuple[int, int | None], int] = {}
        for source, number in zip(moves.source, taken.tolist(), strict=True):
            used[source] = used.get(source, 0) + number
        return np.array([
            room - (number if source[1] is None else used[source])
            for source, room, number in zip(moves.source, moves.room.tolist(), taken.tolist(), strict=True)
        ])  # fmt: skip


@dataclass(frozen=True, eq=False)
class Moves:
    """Kinds of acts. units: what one act changes, shape (n, n_cells, 3); room: how many can be done; source: whose
    answers they use up.
    """

    units: Counts
    room: Counts
    cell: list[int]
    source: list[tuple[int, int | None]]


def _splits(number: int, moves: Moves) -> Iterator[tuple[int, int, int]]:
    """Ways to do so many acts of exactly two kinds that use up different answers."""
    room = moves.room.tolist()
    for a in range(len(room)):
        for b in range(a + 1, len(room)):
            if moves.source[a] == moves.source[b] and moves.source[a][1] is not None:
                continue
            for i in range(max(1, number - room[b]), min(number - 1, room[a]) + 1):
                yield a, b, i
