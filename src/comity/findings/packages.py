"""Findings on a negotiation: names in, published numbers out, each with its evidence.

`package_findings` gives the whole, private to whoever keeps the parties' statements; what a party or the public may
see of it is cut out by `comity.findings.package_view`. Numbers stand by party, in the order of the parties; None
means "not shown to this reader" or "not computed", as `says` beside it tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from comity.record.consultation import SourceFile
from comity.record.negotiation import Package, Shown

Numbers = tuple[float | None, ...]
SOLUTION_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "nash": "Nash",
        "ks": "Kalai-Smorodinsky",
        "leximin": "Egalitarian",
        "sum": "Utilitarian",
    }
)
METHOD_OF: Mapping[str, str] = MappingProxyType(
    {
        "nash": "nash-package/1",
        "ks": "kalai-smorodinsky-package/1",
        "leximin": "egalitarian-package/1",
        "sum": "utilitarian-package/1",
    }
)


@dataclass(frozen=True)
class Worth:
    """One package as the parties value it. share: gain over the largest acceptable gain of that party."""

    package: Package
    value: Numbers
    gain: Numbers
    share: Numbers
    acceptable: bool


@dataclass(frozen=True)
class Proof:
    """How sure an answer is. score, bound: in the solution's own units; gap: (bound - score) / bound, of the score
    for Nash in the mean share per party. proven: no acceptable package scores more, ties settled by the stated rule.
    """

    proven: bool
    score: float | None
    bound: float | None
    gap: float | None
    says: str


@dataclass(frozen=True)
class Robust:
    """How far points may be off. share: 0.08 means 8 per cent; None where it was not computed."""

    share: float | None
    rival: Package | None
    to_floor: float | None
    says: str


@dataclass(frozen=True)
class SolutionFinding:
    """One solution. pays: for each party its value here minus its value in the recommended package."""

    solution_id: str
    name: str
    method_id: str
    worth: Worth | None
    proof: Proof
    n_tied: int | None
    pays: Numbers
    robust: Robust | None


@dataclass(frozen=True)
class FrontierFinding:
    """The frontier. complete: all of it is listed; n, n_acceptable: how many packages; guarantee: what is certain."""

    complete: bool
    n: int | None
    n_acceptable: int | None
    guarantee: str
    packages: tuple[Worth, ...]


@dataclass(frozen=True)
class Care:
    """What an issue means to a party. share: of all that can be won or lost, None not shown; rank: 1 matters most
    (equal shares rank alike). order: options best first, equals together, in words; None not shown.
    """

    share: float | None
    rank: int | None
    order: tuple[tuple[str, ...], ...] | None


@dataclass(frozen=True)
class DemandFinding:
    """One thing that a party holds to. kind: "red line", "condition" or "floor". says: None where it is not shown."""

    party: int
    kind: str
    says: str | None
    reason: str = ""
    published: bool = False


@dataclass(frozen=True)
class GivingWayFinding:
    """Demands (by number) that would have to fall, and a package that would then be possible."""

    demands: tuple[int, ...]
    package: Package


@dataclass(frozen=True)
class ConflictFinding:
    """Why nothing is acceptable to all. conflicts: sets of demands, by number, that clash; smallest sets only."""

    conflicts: tuple[tuple[int, ...], ...]
    finished: bool
    joint: GivingWayFinding | None
    of_party: tuple[GivingWayFinding | None, ...]


@dataclass(frozen=True)
class TradeFinding:
    """A change of two or three issues. smaller: the least gain among those who gain, as share of the ideal gain."""

    issues: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    change: Numbers
    smaller: float | None


@dataclass(frozen=True)
class LeavingFinding:
    """Parties, by number, who would rather have another package of their own. gain: over the package on the table."""

    members: tuple[int, ...]
    package: Package
    gain: Numbers
    decides: bool


@dataclass(frozen=True)
class CoalitionFinding:
    """Whether the recommended package (the draft, where there is one) is in the core. says: what was assumed, or why it
    was not computed. partly: coalitions with parties whose lines are hidden from the reader were left out.
    """

    computed: bool
    in_core: bool | None
    leaving: tuple[LeavingFinding, ...]
    says: str
    partly: bool = False


@dataclass(frozen=True)
class DraftFinding:
    """One package under discussion. broken: demands, by number, that it breaks. better: how many packages are
    better for some and worse for none, None where they were not counted. nearest: the one that changes the fewest
    issues; best: the one whose smallest gain is largest. trades: None where they are not shown to this reader.
    """

    worth: Worth
    on_frontier: bool | None
    broken: tuple[int, ...]
    better: int | None
    nearest: Worth | None
    best: Worth | None
    trades: tuple[TradeFinding, ...] | None
    distance: Mapping[str, Numbers]
    says: str


@dataclass(frozen=True)
class RoundFinding:
    """One round of the single text. relieved: (party, issue) marks that this proposal eases."""

    package: Package
    why: str
    relieved: tuple[tuple[int, str], ...]
    gain: Numbers


@dataclass(frozen=True)
class UnsaidFinding:
    """What still depends on what a party left unsaid. changes: solutions whose package changes at either end."""

    party: int
    issue: str
    says: str
    changes: tuple[str, ...]


@dataclass(frozen=True)
class CertainFinding:
    """The recommended package whatever the unsaid turns out to be. None: nothing was left unsaid, or too large.

    acceptable: "surely", "perhaps" or "surely not"; dominated: the same for being dominated by another package.
    """

    acceptable: Literal["surely", "perhaps", "surely not"]
    dominated: Literal["surely", "perhaps", "surely not"]


@dataclass(frozen=True)
class Line:
    """One issue of a package for one party: the option, how it ranks there among its options, points lost or won."""

    issue: str
    option: str
    place: int
    of: int
    worth: float | None
    lost: float | None


@dataclass(frozen=True)
class PartyFinding:
    """One party's account of the recommended package: what it gets, what it gave, for what, and who gained.

    variants: the same for readers who may know less (`package_accounts.TELLINGS`); empty once a reader is chosen.
    """

    party: int
    lines: tuple[Line, ...]
    says: tuple[str, ...]
    variants: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class LotteryFinding:
    """Packages that are drawn with some chance, each acceptable to all. gain: expected, over no agreement."""

    solution_id: str
    name: str
    draws: tuple[tuple[float, Package], ...]
    gain: Numbers
    proof: Proof


@dataclass(frozen=True)
class PackageFindings:
    """Everything that is published about one negotiation, as one reader may see it.

    reader: "mediator" (everything; private), "everybody" (what the host opened), or a party's name. own: that
    party's number, None otherwise. weight: bargaining weights. lotteries: only where they were asked for.
    """

    title: str
    question: str
    kind: str
    shown: Shown
    reader: str
    own: int | None
    issues: tuple[str, ...]
    options: tuple[tuple[str, ...], ...]
    parties: tuple[str, ...]
    weight: Numbers
    n_packages: int
    n_allowed: int | None
    n_acceptable: int | None
    cares: tuple[tuple[Care, ...], ...]
    demands: tuple[DemandFinding, ...]
    conflict: ConflictFinding | None
    floor: Numbers
    ideal: Numbers
    frontier: FrontierFinding | None
    solutions: tuple[SolutionFinding, ...]
    recommended: str
    recommended_worth: Worth | None
    draft: DraftFinding | None
    coalitions: CoalitionFinding | None
    rounds: tuple[RoundFinding, ...]
    unsaid: tuple[UnsaidFinding, ...]
    certain: CertainFinding | None
    accounts: tuple[PartyFinding, ...]
    files: tuple[SourceFile, ...]
    notes: tuple[str, ...]
    methods: Mapping[str, str]
    comity_version: str
    lotteries: tuple[LotteryFinding, ...] = ()
