"""Findings in the order in which a reader meets them: looked up by id, sorted into shared, disputed and open."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from comity.findings.findings import (
    CommonGround,
    Direction,
    Estimate,
    Findings,
    Group,
    MapPoint,
    ReservedDifference,
    Side,
    StatementFinding,
    Support,
)
from comity.record.consultation import Party
from comity.report.language import language_of

Outcome = Literal["common", "difference", "open"]
FEW_SIDES = 14
"""Up to so many sides are drawn one under the other; more are named by their stance."""
NEARLY = 0.5
"""From this certainty on, a statement that is not yet common ground is worth a look."""
QUESTION = 200
"""A longer question (letters, a wide one counting twice) stands in full at the end of the page."""
FULL = 40
"""So many shared, and so many disputed, statements are drawn in full; the rest is listed."""
BETWEEN = 0.8
"""Whoever belongs to a group with less than this probability stands between the groups."""


@dataclass(frozen=True)
class Reading:
    """One Findings object and the questions that a page asks of it; it holds nothing else."""

    findings: Findings

    @cached_property
    def statements(self) -> dict[str, StatementFinding]:
        return {found.statement.statement_id: found for found in self.findings.statements}

    @cached_property
    def sides(self) -> dict[str, Side]:
        return {side.side_id: side for side in self.findings.sides}

    @cached_property
    def anchors(self) -> dict[str, str]:
        """Where each statement stands on the page; ids of people's tables are no names for links."""
        return {statement_id: f"s{place}" for place, statement_id in enumerate(self.statements, 1)}

    @cached_property
    def letters(self) -> dict[str, str]:
        """The letter of each group, or the number of each end of a spectrum, by side: it chooses shape and colour."""
        marked = self.findings.groups if self.has_groups else self.findings.ends
        return {group.side_id: group.letter for group in marked}

    @cached_property
    def group_sides(self) -> tuple[Side, ...]:
        return tuple(side for side in self.findings.sides if side.kind == "group")

    @cached_property
    def ends(self) -> tuple[Side, ...]:
        """The two ends of the main axis, where there is one group."""
        return tuple(side for side in self.findings.sides if side.kind == "end")

    @cached_property
    def marked(self) -> tuple[Side, ...]:
        """The sides with a mark of their own: groups, or the ends of a spectrum."""
        return self.group_sides if self.has_groups else self.ends

    @cached_property
    def parties(self) -> tuple[Side, ...]:
        """The parties that are sides; none where every party is a single participant."""
        return tuple(side for side in self.findings.sides if side.kind == "party")

    @cached_property
    def blocs(self) -> tuple[Side, ...]:
        """The blocs that are sides, where every party is a single participant and blocs are known."""
        return tuple(side for side in self.findings.sides if side.kind == "bloc")

    @cached_property
    def numbered(self) -> tuple[Side, ...]:
        """The sides that have a number on the map: parties, or blocs, where they are few."""
        sides = self.parties or self.blocs
        return sides if 1 < len(sides) <= FEW_SIDES else ()

    @property
    def has_groups(self) -> bool:
        """Two groups or more: one group means that there are none."""
        return sum(side.kind == "group" for side in self.findings.sides) > 1

    @property
    def parties_vote(self) -> bool:
        """Is every participant a party of its own, as states in an assembly are?"""
        findings = self.findings
        return 0 < findings.n_participants <= len(findings.parties) and not self.parties

    @cached_property
    def n_on_map(self) -> int:
        """People with a place, also where the points are not shown."""
        return len(self.findings.opinion_map.points) or sum(side.on_map for side in self.group_sides)

    @cached_property
    def common_ground(self) -> tuple[CommonGround, ...]:
        return tuple(found for found in self.findings.common_ground if found.named)

    @cached_property
    def nearly_common(self) -> tuple[CommonGround, ...]:
        """The next in line, best first: not certain in all sides, but more likely than not."""
        rest = (found for found in self.findings.common_ground if not found.named)
        return tuple(found for found in rest if found.certainty >= NEARLY)[:5]

    @cached_property
    def differences(self) -> tuple[ReservedDifference, ...]:
        return tuple(found for found in self.findings.reserved_differences if found.named)

    @cached_property
    def outcome(self) -> dict[str, Outcome]:
        """What became of each statement."""
        outcome: dict[str, Outcome] = dict.fromkeys(self.statements, "open")
        outcome |= {found.statement_id: "difference" for found in self.differences}
        outcome |= {found.statement_id: "common" for found in self.common_ground}
        return outcome

    @cached_property
    def n_by_outcome(self) -> Counter[Outcome]:
        return Counter(self.outcome.values())

    @cached_property
    def without_stance(self) -> int:
        """Open statements on which the stance of some side is not certain."""
        return sum(
            any(support.stance == "uncertain" for support in found.supports)
            for statement_id, found in self.statements.items()
            if self.outcome[statement_id] == "open"
        )

    @cached_property
    def in_order(self) -> tuple[tuple[Outcome, tuple[StatementFinding, ...]], ...]:
        """All statements: shared first, then disputed, then the open ones by number of votes."""
        shared = [self.statements[found.statement_id] for found in self.common_ground]
        known = {found.statement.statement_id for found in shared}
        apart = [
            self.statements[found.statement_id]
            for found in self.differences
            if found.statement_id not in known
        ]
        known |= {found.statement.statement_id for found in apart}
        rest = [found for statement_id, found in self.statements.items() if statement_id not in known]
        rest.sort(key=lambda found: -found.tally.voted)
        parts: tuple[tuple[Outcome, list[StatementFinding]], ...] = (
            ("common", shared),
            ("difference", apart),
            ("open", rest),
        )
        return tuple((outcome, tuple(found)) for outcome, found in parts if found)

    @cached_property
    def groups_of_parties(self) -> dict[str, Counter[str]]:
        """How many people of each party or bloc (by side) stand in each group (by side)."""
        counts: dict[str, Counter[str]] = {}
        for point in self.findings.opinion_map.points:
            if point.group is not None:
                for side_id in self.sides_of_party(point.party_id):
                    counts.setdefault(side_id, Counter())[point.group] += 1
        return counts

    @cached_property
    def _bloc_of(self) -> dict[str, str]:
        return {party.party_id: party.bloc for party in self.findings.parties if party.bloc}

    def sides_of_party(self, party_id: str | None) -> tuple[str, ...]:
        """The ids of the sides that a participant of this party may belong to for its sake."""
        if party_id is None:
            return ()
        bloc = self._bloc_of.get(party_id)
        return (f"party:{party_id}",) if bloc is None else (f"party:{party_id}", f"bloc:{bloc}")

    @cached_property
    def chinese(self) -> str:
        """The kind of Chinese that the statements are written in, taken together."""
        kinds = Counter(language_of(found.statement.text) for found in self.findings.statements)
        return "zh-Hans" if kinds["zh-Hans"] > kinds["zh-Hant"] else "zh-Hant"

    def language(self, text: str, language: str | None = None) -> str:
        """The language of a text as far as anybody can tell; '' is unknown."""
        tag = language or language_of(text)
        return self.chinese if tag in ("zh", "zh-Hans", "zh-Hant") and not language else tag

    def support(self, statement_id: str, side_id: str) -> Support | None:
        """What a side said to a statement; None where it has no answer at all."""
        supports = self.statements[statement_id].supports
        return next((support for support in supports if support.side_id == side_id), None)

    def group(self, side_id: str) -> Group | None:
        """A group, or an end of a spectrum, in its own words."""
        described = (*self.findings.groups, *self.findings.ends)
        return next((group for group in described if group.side_id == side_id), None)


@dataclass(frozen=True)
class MapRow:
    """One side in the table beside the map: the middle of its people, how far they scatter, who is between.

    scatter, between: None where single people are not shown.
    """

    side_id: str
    number: int
    across: float
    upwards: float
    scatter: float | None
    between: int | None


@dataclass(frozen=True)
class PartyRow:
    """One of many parties: on how many statements it surely supports or rejects, and its people by group."""

    side: Side
    supports: int
    rejects: int
    groups: str


@dataclass(frozen=True)
class PlaceRow:
    """One of many parties that vote themselves: its group, how surely, and its place."""

    party: Party
    letter: str
    point: MapPoint | None


def answered(support: Support, direction: Direction) -> Estimate:
    """The share of those of a side who voted that answered in a direction."""
    return support.agree if direction == "support" else support.disagree


def corrected(support: Support, direction: Direction) -> Estimate | None:
    """The same share had the whole side voted; None where that was not computed."""
    return support.corrected_agree if direction == "support" else support.corrected_disagree


def shown_supports(reading: Reading, found: StatementFinding, weakest: str = "") -> tuple[Support, ...]:
    """The sides that are drawn for a statement: all, or, where they are too many, the groups and the weakest."""
    shown = {side.side_id for side in reading.findings.sides}
    if len(shown) > FEW_SIDES:
        shown = {side.side_id for side in (*reading.group_sides, *reading.ends)} | {weakest}
    return tuple(support for support in found.supports if support.side_id in shown)


def statement_rows(reading: Reading, found: StatementFinding) -> tuple[tuple[str, Estimate], ...]:
    """The lines drawn for a statement in the table of all: everybody, then each group, or end, by its mark."""
    marked = ((reading.letters.get(support.side_id), support.agree) for support in found.supports)
    return (("", found.agree), *((letter, agree) for letter, agree in marked if letter))


def party_differences(reading: Reading, side_id: str) -> tuple[tuple[str, Support], ...]:
    """The reserved differences on which a party supports or rejects, as found, the surest first."""
    stances = (
        (apart.statement_id, reading.support(apart.statement_id, side_id)) for apart in reading.differences
    )
    return tuple(
        (statement_id, support)
        for statement_id, support in stances
        if support is not None and support.stance in ("supports", "rejects")
    )[:8]


def party_rows(reading: Reading) -> tuple[PartyRow, ...]:
    """All parties, in their own order."""
    stances: Counter[tuple[str, str]] = Counter(
        (support.side_id, support.stance)
        for found in reading.statements.values()
        for support in found.supports
    )
    return tuple(
        PartyRow(
            side,
            stances[side.side_id, "supports"],
            stances[side.side_id, "rejects"],
            _in_groups(reading, side),
        )
        for side in reading.parties
    )


def place_rows(reading: Reading) -> tuple[PlaceRow, ...]:
    """All parties that vote themselves, in their own order."""
    points = {point.party_id: point for point in reading.findings.opinion_map.points}
    letters = dict(zip(points, letters_of_points(reading), strict=False)) if points else {}
    return tuple(
        PlaceRow(party, letters.get(party.party_id, ""), points.get(party.party_id))
        for party in reading.findings.parties
    )


def letters_of_points(reading: Reading) -> tuple[str, ...]:
    """The mark of everybody on the map: of the group, or of the end of the spectrum where there are no groups."""
    points = reading.findings.opinion_map.points
    if reading.has_groups:
        return tuple(reading.letters.get(point.group or "", "") for point in points)
    if len(reading.ends) != 2:
        return ("",) * len(points)
    letters = [""] * len(points)
    along = sorted(range(len(points)), key=lambda place: points[place].position[0])
    first, last = reading.ends
    for place in along[: first.on_map]:
        letters[place] = reading.letters[first.side_id]
    for place in along[len(along) - last.on_map :]:
        letters[place] = reading.letters[last.side_id]
    return tuple(letters)


def map_rows(reading: Reading) -> tuple[MapRow, ...]:
    """Every side with people on the map; beyond FEW_SIDES parties or blocs, the groups or ends only."""
    points = reading.findings.opinion_map.points
    by_side: dict[str, list[MapPoint]] = {side.side_id: [] for side in reading.findings.sides}
    by_letter = {letter: side_id for side_id, letter in reading.letters.items()}
    for point, letter in zip(points, letters_of_points(reading), strict=True):
        everybody = "" if reading.has_groups else point.group
        for side_id in (by_letter.get(letter), everybody, *reading.sides_of_party(point.party_id)):
            if side_id in by_side:
                by_side[side_id].append(point)
    marked = (*reading.group_sides, *reading.ends)
    few = max(len(reading.parties), len(reading.blocs)) <= FEW_SIDES
    shown = reading.findings.sides if few else marked
    return tuple(_map_row(side, by_side[side.side_id]) for side in shown if side.center is not None)


def _map_row(side: Side, points: list[MapPoint]) -> MapRow:
    across, upwards = (*(side.center or ()), 0.0, 0.0)[:2]
    if not points:
        return MapRow(side.side_id, side.on_map, across, upwards, None, None)
    place = np.array([(*point.position, 0.0)[:2] for point in points], dtype=float)
    between = sum(point.membership < BETWEEN for point in points)
    return MapRow(
        side.side_id, side.on_map, across, upwards, float(np.sqrt(place.var(axis=0).sum())), between
    )


def _in_groups(reading: Reading, side: Side) -> str:
    """The letters of the groups in which a party's people stand, with their number where there are several."""
    where = reading.groups_of_parties.get(side.side_id, Counter())
    several = len(where) > 1 or side.on_map > 1
    letters = [(reading.letters.get(group, ""), number) for group, number in sorted(where.items())]
    return ", ".join(f"{letter} {number}" if several else letter for letter, number in letters)
