"""What was computed on a draft, as its page shows it to one reader, in that reader's language.

What a reader may see is decided in `findings.package_view` alone: here is only what it left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from comity.findings.package_view import EVERYBODY, seen_by
from comity.web.bargains import DraftSeen, Table
from comity.web.package_words import demand_words, listed, preferring
from comity.web.shown import bdi
from comity.web.words import CERTAINTIES, SOLUTIONS

if TYPE_CHECKING:
    from comity.findings.packages import (
        CertainFinding,
        CoalitionFinding,
        PackageFindings,
        TradeFinding,
        UnsaidFinding,
        Worth,
    )
    from comity.record.negotiation import Condition, RedLine
    from comity.web.drafting import Computed
    from comity.web.language import Language

MOST_TRADES = 5
MOST_LEAVING = 8


@dataclass(frozen=True)
class Swap:
    """One issue on which another package differs from the draft. liked_by: who else would rather have it so, as far as
    the others opened their orders.
    """

    issue: str
    before: str
    after: str
    liked_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Other:
    """Another package beside the draft. value: to one's own party, None where there is none; swaps: what differs.

    more: what it is worth to one's own party beyond the draft.
    """

    options: tuple[str, ...]
    value: float | None
    swaps: tuple[Swap, ...]
    more: float | None = None


@dataclass(frozen=True)
class Solution:
    """A solution. name: nash, ks, leximin or sum; package: None where none was found; proven: nothing scores more.

    margin: how far everybody's points may be off before another package scores as well; None where not shown.
    """

    name: str
    package: Other | None
    proven: bool
    margin: float | None


@dataclass(frozen=True)
class Exchange:
    """A trade. own: what one's own party gains by it; gains: what each party gains, where all numbers are open."""

    swaps: tuple[Swap, ...]
    own: float | None
    gains: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Paying:
    """What the draft is worth to a party, and what each solution would be worth to it beyond that."""

    party: str
    now: float
    more: tuple[float | None, ...]


@dataclass(frozen=True)
class Leaving:
    """Parties that would do better by themselves. decides: they could decide for all; own: one's own party alone."""

    parties: tuple[str, ...]
    own: bool
    decides: bool
    swaps: tuple[Swap, ...]
    gains: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Coalitions:
    """Who could do better without the others. shown: whether groups are shown at all to this reader; in_core: True
    where nobody could, None where that is not settled; partly: parties whose lines are hidden were left out.
    """

    shown: bool
    in_core: bool | None
    leaving: tuple[Leaving, ...]
    partly: bool


@dataclass(frozen=True)
class Clash:
    """Demands that no package meets together, each as a sentence."""

    demands: tuple[Markup, ...]


@dataclass(frozen=True)
class Found:
    """on_frontier: whether nothing is better for some and worse for none; None where that could not be settled.

    nearest: the package better for some and worse for none that changes fewest issues. trades: None where they are not
    shown to this reader. solutions: empty where they are not. paying: parties whose numbers are open. clashes: why
    nothing is acceptable to all; give: what would have to fall, and with: the package that this would make possible.
    unsaid: what depends on ranges and orders, as sentences.
    """

    on_frontier: bool | None
    nearest: Other | None
    trades: tuple[Exchange, ...] | None
    solutions: tuple[Solution, ...]
    paying: tuple[Paying, ...]
    coalitions: Coalitions | None
    unsaid: tuple[Markup, ...]
    clashes: tuple[Clash, ...]
    give: tuple[Markup, ...]
    possible: Other | None
    n_packages: int


def found_of(computed: Computed, table: Table, draft: DraftSeen, spoken: Language) -> Found:
    """The findings for this visitor: a delegate's own numbers are in them, nobody else's unless the host opened all."""
    own = table.own.name if table.own is not None else None
    reader = own if own is not None and own in computed.findings.parties else EVERYBODY
    findings = seen_by(computed.findings, reader)
    shown = _Shown(findings, table, draft)
    of_draft, conflict = findings.draft, findings.conflict
    nearest = None if of_draft is None else of_draft.nearest or of_draft.best
    joint = None if conflict is None else conflict.joint
    trades = None if of_draft is None else of_draft.trades
    return Found(
        on_frontier=None if of_draft is None else of_draft.on_frontier,
        nearest=None if nearest is None else shown.other(nearest),
        trades=None if trades is None else tuple(shown.exchange(trade) for trade in trades[:MOST_TRADES]),
        solutions=tuple(
            Solution(
                one.solution_id,
                None if one.worth is None else shown.other(one.worth),
                one.proof.proven,
                None if one.robust is None else one.robust.share,
            )
            for one in findings.solutions
        ),
        paying=shown.paying(),
        coalitions=None if findings.coalitions is None else shown.coalitions(findings.coalitions),
        unsaid=_unsaid(findings, table, spoken),
        clashes=()
        if conflict is None
        else tuple(
            Clash(tuple(_demand(computed, findings, table, number, spoken) for number in one))
            for one in conflict.conflicts
        ),
        give=()
        if joint is None
        else tuple(_demand(computed, findings, table, n, spoken) for n in joint.demands),
        possible=None if joint is None else Other(joint.package, None, shown.swaps(joint.package)),
        n_packages=findings.n_packages,
    )


class _Shown:
    """Findings beside the draft that they are about."""

    def __init__(self, findings: PackageFindings, table: Table, draft: DraftSeen) -> None:
        self.findings, self.table, self.draft = findings, table, draft
        others = [
            number
            for number in range(len(findings.parties))
            if number != findings.own
            and findings.draft is not None
            and findings.draft.worth.value[number] is not None
        ]
        self.is_open = len(others) == len(findings.parties) - (findings.own is not None) and bool(others)

    def swaps(self, package: Sequence[str]) -> tuple[Swap, ...]:
        return tuple(
            Swap(issue, before, after, tuple(preferring(self.table, issue, after, before)))
            for issue, before, after in zip(self.findings.issues, self.draft.options, package, strict=True)
            if before != after
        )

    def other(self, worth: Worth) -> Other:
        own, of_draft = self.findings.own, self.findings.draft
        value = None if own is None else worth.value[own]
        now = None if own is None or of_draft is None else of_draft.worth.value[own]
        more = None if value is None or now is None else value - now
        return Other(worth.package, value, self.swaps(worth.package), more)

    def exchange(self, trade: TradeFinding) -> Exchange:
        own = None if self.findings.own is None else trade.change[self.findings.own]
        swaps = tuple(
            Swap(issue, before, after, tuple(preferring(self.table, issue, after, before)))
            for issue, before, after in zip(trade.issues, trade.before, trade.after, strict=True)
        )
        return Exchange(swaps, own, self.gains(trade.change))

    def gains(self, change: Sequence[float | None]) -> tuple[tuple[str, float], ...]:
        """Where everybody's numbers are open."""
        if not self.is_open:
            return ()
        return tuple(
            (party, gain)
            for party, gain in zip(self.findings.parties, change, strict=True)
            if gain is not None
        )

    def paying(self) -> tuple[Paying, ...]:
        of_draft = self.findings.draft
        if of_draft is None or not self.is_open or not of_draft.distance:
            return ()
        return tuple(
            Paying(
                party,
                now,
                tuple(
                    of_draft.distance[one.solution_id][number]
                    if one.solution_id in of_draft.distance
                    else None
                    for one in self.findings.solutions
                ),
            )
            for number, (party, now) in enumerate(
                zip(self.findings.parties, of_draft.worth.value, strict=True)
            )
            if now is not None
        )

    def coalitions(self, found: CoalitionFinding) -> Coalitions:
        findings = self.findings
        leaving = tuple(
            Leaving(
                tuple(findings.parties[number] for number in one.members),
                one.members == (findings.own,),
                one.decides,
                self.swaps(one.package),
                tuple(
                    (findings.parties[number], gain)
                    for number in one.members
                    if (gain := one.gain[number]) is not None
                ),
            )
            for one in found.leaving[:MOST_LEAVING]
        )
        return Coalitions(found.computed, found.in_core, leaving, found.partly)


def _unsaid(findings: PackageFindings, table: Table, spoken: Language) -> tuple[Markup, ...]:
    """What still depends on ranges and orders that this reader may know of."""
    found = [_one_unsaid(findings, table, one, spoken) for one in findings.unsaid]
    if findings.certain is not None and findings.unsaid:
        found.append(_certainly(findings.certain, spoken))
    return tuple(found)


def _one_unsaid(findings: PackageFindings, table: Table, one: UnsaidFinding, spoken: Language) -> Markup:
    said = {"party": bdi(findings.parties[one.party]), "issue": table.named.issue(one.issue)}
    if not one.changes:
        return spoken.gettext(
            "%(party)s gave a range or an order on %(issue)s; at neither end would a solution choose another package.",
            **said,
        )
    return spoken.gettext(
        "%(party)s gave a range or an order on %(issue)s; at one end or the other these would choose another package: "
        "%(solutions)s.",
        solutions=listed([spoken.gettext(SOLUTIONS[name]) for name in one.changes], spoken),
        **said,
    )


def _certainly(certain: CertainFinding, spoken: Language) -> Markup:
    return spoken.gettext(CERTAINTIES[certain.acceptable])


def _demand(
    computed: Computed, findings: PackageFindings, table: Table, number: int, spoken: Language
) -> Markup:
    demand = findings.demands[number]
    party = findings.parties[demand.party]
    if demand.says is None:
        return spoken.gettext("%(party)s: something that it keeps to itself.", party=bdi(party))
    lines: Mapping[tuple[int, str], RedLine | Condition] = computed.lines
    line = lines.get((demand.party, demand.says))
    if line is not None:
        return demand_words(party, line, table.named, spoken)
    return spoken.gettext("%(party)s asks for at least what it has without an agreement.", party=bdi(party))
