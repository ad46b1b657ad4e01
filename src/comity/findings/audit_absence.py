"""What is found, and what would be without a party, a bloc, or ballots too alike: the audit's counting.

Rows and columns are in canonical order inside. A *unit* is something to think away; its sides are columns in the cells
that hold the sides of the findings and, after them, what is thought away without being a side.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from comity.engine.opinion.audit.absence import FewestAbsent, Standing, fewest_absent, standing
from comity.engine.opinion.audit.acts import Rule
from comity.engine.opinion.audit.cells import Cells, Marks, cells
from comity.findings.audit import DECIMALS, ResultKind, UnitKind, Without
from comity.findings.audit_accounts import Heard
from comity.findings.compared import Compared
from comity.findings.parameters import Parameters
from comity.findings.sides import SideMembers


@dataclass(frozen=True, eq=False)
class Unit:
    """Something to think away. sides: its columns in the cells of `Counted.all_cells`."""

    unit_id: str
    kind: UnitKind
    name: str
    sides: tuple[int, ...]
    members: Marks


@dataclass(frozen=True, eq=False)
class Found:
    """A finding before it is written. number: of its statement, in order of submission; column: the same in canonical
    order; what: the word that `engine` has for it.
    """

    number: int
    column: int
    kind: ResultKind
    certainty: float

    @property
    def what(self) -> str:
        return self.kind if self.kind in ("support", "reject") else "difference"


@dataclass(frozen=True, eq=False)
class Counted:
    """Everybody's answers by side, and the same without a unit. alike: sets of ballots, as sides."""

    found: Compared
    chosen: Parameters
    heard: Heard
    alike: list[SideMembers]

    @cached_property
    def rule(self) -> Rule:
        return Rule(self.chosen.threshold, self.chosen.certainty)

    @cached_property
    def delegation(self) -> Marks:
        return np.array([side.is_delegation for side in self.found.sides], bool)

    @cached_property
    def side_cells(self) -> Cells:
        return self._cells([side.members for side in self.found.sides])

    @cached_property
    def all_cells(self) -> Cells:
        if not self._extra:
            return self.side_cells
        return self._cells([side.members for side in (*self.found.sides, *self._extra)])

    @cached_property
    def _extra(self) -> list[SideMembers]:
        """What is thought away without being a side: voices that are none, and ballots too alike."""
        ids = {side.side_id for side in self.found.sides}
        more = [voice for voice in self.heard.voices if voice.side_id not in ids and voice.members.any()]
        return more + self.alike

    def _cells(self, members: list[Marks]) -> Cells:
        votes = self.found.order.votes
        return cells(votes, np.stack(members) if members else np.zeros((0, votes.n_participants), bool))

    def standing(self, without: tuple[int, ...] = ()) -> Standing:
        return standing(self.all_cells, *self._real, self.rule, without)

    @cached_property
    def _real(self) -> tuple[Marks, Marks]:
        real = np.arange(self.all_cells.n_sides) < len(self.found.sides)
        return real, np.concatenate([self.delegation, np.zeros(len(self._extra), bool)])

    # What is found -------------------------------------------------------------------------------------------------

    @cached_property
    def results(self) -> list[Found]:
        """All findings that are named: common ground, surest first, then differences as the report has them."""
        now = self.standing()
        column_of = np.argsort(self.found.order.statement)
        common, apart = [], []
        for j in range(self.found.given.votes.n_statements):
            k = int(column_of[j])
            common += self._common(now, j, k)
            apart += self._apart(now, j, k)
        common.sort(key=lambda found: -found.certainty)
        apart.sort(key=lambda found: (found.kind != "contrary", -found.certainty))
        return common + apart

    def _common(self, now: Standing, j: int, k: int) -> list[Found]:
        supports, rejects = float(now.supports[k]), float(now.rejects[k])
        kind: ResultKind = "support" if supports >= rejects else "reject"
        sure = max(supports, rejects)
        return [Found(j, k, kind, _rounded(sure))] if sure >= self.rule.certainty else []

    def _apart(self, now: Standing, j: int, k: int) -> list[Found]:
        contrary, partial = float(now.contrary[k]), float(now.partial[k])
        is_contrary = contrary >= min(self.rule.certainty, partial)
        sure = _rounded(contrary if is_contrary else partial)
        kind: ResultKind = "contrary" if is_contrary else "partial"
        return [Found(j, k, kind, sure)] if sure >= self.rule.certainty else []

    # Without -------------------------------------------------------------------------------------------------------

    @cached_property
    def units(self) -> list[Unit]:
        """What is thought away, one at a time: sides that stand for parties, blocs of them, ballots too alike."""
        place = {side.side_id: number for number, side in enumerate((*self.found.sides, *self._extra))}
        there = [voice for voice in self.heard.voices if voice.side_id in place]
        units = [
            Unit(voice.side_id, voice.kind, voice.name, (place[voice.side_id],), voice.members)  # type: ignore[arg-type]
            for voice in there
        ]
        blocs: dict[str, list[Unit]] = {}
        for voice, unit in zip(there, list(units), strict=True):
            if voice.party is not None and voice.party.bloc:
                blocs.setdefault(voice.party.bloc, []).append(unit)
        for name, parts in sorted(blocs.items()):
            if len(parts) > 1:
                bloc_side = place.get(f"bloc:{name}")
                more = () if bloc_side is None else (bloc_side,)
                units.append(_together(f"bloc:{name}", "bloc", name, parts, more))
        alike = [
            Unit(side.side_id, "alike", side.name, (place[side.side_id],), side.members)
            for side in self.alike
        ]
        if len(alike) > 1:
            alike.append(_together("alike:all", "alike", "All ballots alike", alike))
        return units + alike

    @cached_property
    def single_voices(self) -> list[Unit]:
        """Parties or what stands in for them, without blocs of them and without ballots too alike."""
        return [unit for unit in self.units if unit.kind not in ("bloc", "alike")]

    @cached_property
    def _standings(self) -> dict[str, Standing]:
        return {unit.unit_id: self.standing(unit.sides) for unit in self.units}

    def without(self) -> tuple[Without, ...]:
        """What would be found without each unit."""
        return tuple(self._thought_away(unit) for unit in self.units)

    def ended_by(self, found: Found) -> tuple[str, ...]:
        """Names of the units without which this would not be found."""
        return tuple(
            unit.name for unit in self.units if not _holds(self._standings[unit.unit_id], found, self.rule)
        )

    def fewest_absent(self) -> FewestAbsent:
        """For every finding the smallest set of `single_voices` whose absence ends it."""
        results = self.results
        holds = np.array([(found.what, str(found.column)) for found in results], dtype=np.str_).reshape(-1, 2)
        sides = [unit.sides for unit in self.single_voices]
        return fewest_absent(self.all_cells, *self._real, self.rule, sides, holds)

    def _thought_away(self, unit: Unit) -> Without:
        now = self._standings[unit.unit_id]
        level = self.rule.certainty
        common = np.maximum(now.supports, now.rejects) >= level
        apart = np.round(np.maximum(now.contrary, now.partial), DECIMALS) >= level
        was_common = {found.column for found in self.results if found.what != "difference"}
        was_apart = {found.column for found in self.results if found.what == "difference"}
        return Without(
            unit_id=unit.unit_id,
            kind=unit.kind,
            name=unit.name,
            participants=int(unit.members.sum()),
            common_lost=self._ids([k for k in was_common if not common[k]]),
            common_gained=self._ids([int(k) for k in np.flatnonzero(common) if k not in was_common]),
            differences_lost=self._ids([k for k in was_apart if not apart[k]]),
            differences_gained=self._ids([int(k) for k in np.flatnonzero(apart) if k not in was_apart]),
            certainty=tuple(_rounded(_sure(now, found)) for found in self.results),
        )

    def _ids(self, columns: list[int]) -> tuple[str, ...]:
        numbers = sorted(int(self.found.order.statement[k]) for k in columns)
        return tuple(self.found.given.statements[j].statement_id for j in numbers)


def _together(unit_id: str, kind: UnitKind, name: str, parts: list[Unit], more: tuple[int, ...] = ()) -> Unit:
    """Several units as one. more: sides that only all of them have."""
    sides = tuple(side for unit in parts for side in unit.sides)
    return Unit(unit_id, kind, name, (*sides, *more), np.any([unit.members for unit in parts], axis=0))


def _sure(now: Standing, found: Found) -> float:
    table = {"support": now.supports, "reject": now.rejects}.get(found.kind)
    if table is None:
        table = np.maximum(now.contrary, now.partial)
    return float(table[found.column])


def _holds(now: Standing, found: Found, rule: Rule) -> bool:
    sure = _sure(now, found)
    return (_rounded(sure) if found.what == "difference" else sure) >= rule.certainty


def _rounded(value: float) -> float:
    return round(float(value), DECIMALS) + 0.0
