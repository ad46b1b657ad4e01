"""Findings as the site's pages show them: what one side said to one statement, and what stands where on the page."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from comity.findings.findings import CommonGround, Estimate, Findings, ReservedDifference, StatementFinding
from comity.report.drawings import badge, definitions, interval_bar
from comity.report.opinion_map import MapLabel, opinion_map
from comity.report.reading import Reading, letters_of_points
from comity.web.language import Language
from comity.web.views import Shown


@dataclass(frozen=True)
class SideRow:
    """What one side said to a statement.

    kind: everybody, group, end, party or bloc. letter: of its mark, '' without one. is_delegation: its answers are
    its position, whatever the range around their share.
    """

    side_id: str
    kind: str
    name: str
    letter: str
    agreed: int
    disagreed: int
    passed: int
    agree: Estimate
    stance: str | None
    certainty: float | None
    is_delegation: bool = False

    @property
    def voted(self) -> int:
        return self.agreed + self.disagreed + self.passed

    @property
    def bar(self) -> Markup:
        return interval_bar(self.agree, letter=self.letter, threshold=True)

    @property
    def badge(self) -> Markup:
        return badge(self.letter) if self.letter else Markup("")


@dataclass(frozen=True)
class StatementSides:
    """One statement in the findings. outcome: common, difference or open."""

    rows: tuple[SideRow, ...]
    outcome: str
    common: CommonGround | None
    difference: ReservedDifference | None
    size: int
    definitions: Markup

    def named(self, side_ids: Sequence[str]) -> list[SideRow]:
        """The rows of these sides, in the order of the table."""
        return [row for row in self.rows if row.side_id in side_ids]


@dataclass(frozen=True)
class Card:
    """A statement on the findings page, with what its sides said."""

    item: Shown
    sides: StatementSides


@dataclass(frozen=True)
class GroupCard:
    """A group, or one end of a spectrum, in its own words: statements with the share here and elsewhere."""

    letter: str
    kind: str
    size: int
    badge: Markup
    says: tuple[tuple[Shown, bool, float, float], ...]


@dataclass(frozen=True)
class Board:
    """The whole findings page."""

    findings: Findings
    size: int
    common: tuple[Card, ...]
    differences: tuple[Card, ...]
    nearly: tuple[Card, ...]
    groups: tuple[GroupCard, ...]
    parties: tuple[tuple[str, int, int], ...]
    has_groups: bool
    why: str
    map: Markup
    map_rows: tuple[tuple[str, str, int], ...]
    n_on_map: int
    definitions: Markup


def statement_sides(findings: Findings, statement: str) -> StatementSides | None:
    """What everybody and every side said to this statement; None where the findings do not have it yet."""
    read = reading(findings)
    found = read.statements.get(statement)
    if found is None:
        return None
    common = next((item for item in findings.common_ground if item.statement_id == statement), None)
    apart = next((item for item in findings.reserved_differences if item.statement_id == statement), None)
    return StatementSides(
        _rows(read, found),
        read.outcome[statement],
        common,
        apart,
        findings.head.size if findings.head else 0,
        definitions(findings.parameters.threshold),
    )


_READ: deque[Reading] = deque(maxlen=8)


def reading(findings: Findings) -> Reading:
    """The same reading for the same findings, so that what it looks up is looked up once."""
    known = next((item for item in tuple(_READ) if item.findings is findings), None)
    if known is None:
        known = Reading(findings)
        _READ.append(known)
    return known


def _rows(read: Reading, found: StatementFinding) -> tuple[SideRow, ...]:
    tally = found.tally
    rows = [
        SideRow("", "everybody", "", "", tally.agreed, tally.disagreed, tally.passed, found.agree, None, None)
    ]
    for support in found.supports:
        side = read.sides[support.side_id]
        if side.kind == "group" and not read.has_groups:
            continue
        rows.append(
            SideRow(
                side.side_id,
                side.kind,
                side.side_id.partition(":")[2] if side.kind in ("group", "end") else side.name,
                read.letters.get(side.side_id, ""),
                support.tally.agreed,
                support.tally.disagreed,
                support.tally.passed,
                support.agree,
                support.stance,
                support.stance_certainty,
                side.is_delegation,
            )
        )
    return tuple(rows)


def board(findings: Findings, size: int, items: Sequence[Shown], spoken: Language) -> Board:
    """Everything that the findings page shows, in the order in which it shows it."""
    read = reading(findings)
    by_id = {item.id: item for item in items}

    def card(statement: str) -> Card | None:
        sides = statement_sides(findings, statement)
        return Card(by_id[statement], sides) if sides is not None and statement in by_id else None

    def cards(found: Sequence[CommonGround] | Sequence[ReservedDifference]) -> tuple[Card, ...]:
        return tuple(made for made in (card(item.statement_id) for item in found) if made is not None)

    marked = findings.groups if read.has_groups else findings.ends
    return Board(
        findings=findings,
        size=size,
        common=cards(read.common_ground),
        differences=cards(read.differences),
        nearly=cards(read.nearly_common),
        groups=tuple(
            GroupCard(
                group.letter,
                "group" if read.has_groups else "end",
                group.size,
                badge(group.letter),
                tuple(
                    (by_id[one.statement_id], one.direction == "support", one.share_here, one.share_elsewhere)
                    for one in group.representative[:5]
                    if one.statement_id in by_id
                ),
            )
            for group in marked
        ),
        parties=tuple((side.name, side.size, side.n_votes) for side in read.parties),
        has_groups=read.has_groups,
        why=_why(findings, read),
        map=_map(read, spoken),
        map_rows=tuple(
            (side.kind, side.name, side.on_map) for side in (*read.marked, *read.parties, *read.blocs)
        ),
        n_on_map=read.n_on_map,
        definitions=definitions(findings.parameters.threshold),
    )


def _why(findings: Findings, read: Reading) -> str:
    """Why there are these groups, as a code that pages put into words."""
    if not findings.opinion_map.points and not read.n_on_map:
        return "nobody"
    if read.has_groups:
        return "groups"
    return "spectrum" if read.ends else "chance"


def _map(read: Reading, spoken: Language) -> Markup:
    """The report's map, with the reader's words."""
    findings = read.findings
    if not read.n_on_map:
        return Markup("")
    labels = [
        MapLabel(read.letters[side.side_id], read.letters[side.side_id], side.center)
        for side in read.marked
        if side.center is not None
    ]
    labels += [
        MapLabel(str(number), "", side.center)
        for number, side in enumerate(read.numbered, 1)
        if side.center is not None
    ]
    return opinion_map(
        findings.opinion_map.points,
        letters_of_points(read),
        labels,
        in_groups=read.has_groups,
        interval=findings.parameters.interval,
        title=spoken.gettext("Opinion map"),
        described=spoken.gettext(
            "Everybody who voted enough, placed so that those who answer alike stand near one another."
        ),
    )
