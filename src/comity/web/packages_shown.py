"""What was computed on a draft, as its page shows it to one reader, in that reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from comity.findings.package_view import EVERYBODY, seen_by
from comity.web.bargains import DraftSeen, OwnLine, Table, own_lines, own_value
from comity.web.shown import bdi

if TYPE_CHECKING:
    from comity.findings.packages import PackageFindings, Worth
    from comity.record.negotiation import Condition, RedLine, Where
    from comity.web.drafting import Computed
    from comity.web.language import Language


@dataclass(frozen=True)
class Swap:
    """One issue on which another package differs from the draft."""

    issue: str
    before: str
    after: str


@dataclass(frozen=True)
class Other:
    """Another package beside the draft. value: to one's own party, None where there is none; swaps: what differs."""

    options: tuple[str, ...]
    value: float | None
    swaps: tuple[Swap, ...]


@dataclass(frozen=True)
class Solution:
    """A solution. name: nash, ks, leximin or sum; package: None where none was found; proven: nothing scores more."""

    name: str
    package: Other | None
    proven: bool


@dataclass(frozen=True)
class Clash:
    """Demands that no package meets together, each as a sentence."""

    demands: tuple[Markup, ...]


@dataclass(frozen=True)
class Found:
    """on_frontier: whether nothing is better for some and worse for none; None where that could not be settled.

    nearest: the package better for some and worse for none that changes fewest issues. clashes: why nothing is
    acceptable to all; give: what would have to fall, and with: the package that this would make possible.
    """

    on_frontier: bool | None
    nearest: Other | None
    solutions: tuple[Solution, ...]
    clashes: tuple[Clash, ...]
    give: tuple[Markup, ...]
    possible: Other | None
    n_packages: int


def found_of(computed: Computed, table: Table, draft: DraftSeen, spoken: Language) -> Found:
    """The findings for this visitor: a delegate's own numbers are in them, nobody else's unless the host opened all."""
    own = table.own.name if table.own is not None else None
    reader = own if own is not None and own in computed.findings.parties else EVERYBODY
    findings = seen_by(computed.findings, reader)
    nearest = None if findings.draft is None else findings.draft.nearest or findings.draft.best
    conflict = findings.conflict
    joint = None if conflict is None else conflict.joint
    return Found(
        on_frontier=None if findings.draft is None else findings.draft.on_frontier,
        nearest=None if nearest is None else _other(findings, nearest, draft),
        solutions=tuple(
            Solution(
                one.solution_id,
                None if one.worth is None else _other(findings, one.worth, draft),
                one.proof.proven,
            )
            for one in findings.solutions
        ),
        clashes=()
        if conflict is None
        else tuple(
            Clash(tuple(_demand(computed, findings, number, spoken) for number in one))
            for one in conflict.conflicts
        ),
        give=() if joint is None else tuple(_demand(computed, findings, n, spoken) for n in joint.demands),
        possible=None
        if joint is None
        else Other(joint.package, None, _swaps(findings, joint.package, draft)),
        n_packages=findings.n_packages,
    )


def in_words(table: Table, draft: DraftSeen, spoken: Language) -> list[Markup]:
    """What a draft means to one's own party, as sentences; empty where it has stated nothing."""
    value, own = own_value(table, draft), table.own
    if value is None or own is None or own.preferences is None:
        return []
    floor = own.preferences.no_agreement
    lines = own_lines(table, draft)
    said = {"value": amount(value, spoken), "floor": amount(floor, spoken)}
    if value > floor:
        found = [
            spoken.gettext(
                "This is worth %(value)s to you: %(more)s more than the %(floor)s without an agreement.",
                more=amount(value - floor, spoken),
                **said,
            )
        ]
    elif value < floor:
        found = [
            spoken.gettext(
                "This is worth %(value)s to you: %(less)s less than the %(floor)s without an agreement.",
                less=amount(floor - value, spoken),
                **said,
            )
        ]
    else:
        found = [
            spoken.gettext(
                "This is worth %(value)s to you, exactly what you have without an agreement.", **said
            )
        ]
    found += [
        spoken.gettext(
            "It takes %(option)s on %(issue)s, which you refuse.", option=line.option, issue=line.issue
        )
        for line in lines
        if line.refused
    ]
    first = [line.issue for line in lines if line.place == 1 and line.worth > 0]
    if first:
        found.append(spoken.gettext("You get your first choice on: %(issues)s.", issues=names(first, spoken)))
    gave = sorted((line for line in lines if line.lost > 0), key=lambda line: -line.lost)
    found += [_gave(table, line, spoken) for line in gave]
    if not gave:
        found.append(spoken.gettext("You give nothing: every issue is as you would have it."))
    return found


def demand_words(party: str, line: RedLine | Condition, spoken: Language) -> Markup:
    """A red line or condition as a sentence."""
    given = getattr(line, "given", None)
    if given is not None:
        return spoken.gettext(
            "%(party)s accepts %(given)s only with %(needs)s.",
            party=bdi(party),
            given=_where(given, spoken),
            needs=_where(line.needs, spoken),  # type: ignore[union-attr]
        )
    return spoken.gettext(
        "%(party)s refuses %(what)s.",
        party=bdi(party),
        what=_where(line.where, spoken),  # type: ignore[union-attr]
    )


def amount(value: float, spoken: Language) -> str:
    """Points to one decimal, as the language writes numbers."""
    return spoken.number(round(value, 1))


def names(items: Sequence[str], spoken: Language) -> Markup:
    """Names of somebody's as a list, each kept from turning the direction of the text around it."""
    return Markup(spoken.listed([str(bdi(item)) for item in items]))


def _where(where: Where, spoken: Language) -> Markup:
    """Options that go together: 'Dam: none or low; Fund: 10'."""
    return Markup("; ").join(
        Markup("{}: {}").format(bdi(issue), names(options, spoken)) for issue, options in where
    )


def _gave(table: Table, line: OwnLine, spoken: Language) -> Markup:
    said = {
        "issue": bdi(line.issue),
        "option": bdi(line.option),
        "wished": bdi(line.best),
        "cost": amount(line.lost, spoken),
    }
    gainers = _gainers(table, line)
    if gainers:
        return spoken.gettext(
            "On %(issue)s you give way: %(option)s instead of %(wished)s, which costs you %(cost)s; %(parties)s would "
            "rather have it so.",
            parties=names(gainers, spoken),
            **said,
        )
    return spoken.gettext(
        "On %(issue)s you give way: %(option)s instead of %(wished)s, which costs you %(cost)s.", **said
    )


def _gainers(table: Table, line: OwnLine) -> list[str]:
    """Who prefers the option to what this party would have liked best, as far as the others opened their orders."""
    issue = next(issue.issue for issue in table.issues if issue.name == line.issue)
    found = []
    for party in table.parties:
        order = party.opened.order.get(issue, ()) if party.opened is not None and not party.mine else ()
        level = {option: place for place, equals in enumerate(order) for option in equals}
        if level and level[line.option] < level[line.best]:
            found.append(party.name)
    return found


def _other(findings: PackageFindings, worth: Worth, draft: DraftSeen) -> Other:
    value = None if findings.own is None else worth.value[findings.own]
    return Other(worth.package, value, _swaps(findings, worth.package, draft))


def _swaps(findings: PackageFindings, package: Sequence[str], draft: DraftSeen) -> tuple[Swap, ...]:
    return tuple(
        Swap(issue, before, after)
        for issue, before, after in zip(findings.issues, draft.options, package, strict=True)
        if before != after
    )


def _demand(computed: Computed, findings: PackageFindings, number: int, spoken: Language) -> Markup:
    demand = findings.demands[number]
    party = findings.parties[demand.party]
    if demand.says is None:
        return spoken.gettext("%(party)s: something that it keeps to itself.", party=bdi(party))
    lines: Mapping[tuple[int, str], RedLine | Condition] = computed.lines
    line = lines.get((demand.party, demand.says))
    if line is not None:
        return demand_words(party, line, spoken)
    return spoken.gettext("%(party)s asks for at least what it has without an agreement.", party=bdi(party))
