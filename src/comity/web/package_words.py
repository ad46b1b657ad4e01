"""What a draft means to one's own party, demands and amounts: as sentences in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from comity.web.bargains import DraftSeen, OwnLine, Table, own_lines, own_value
from comity.web.shown import bdi

if TYPE_CHECKING:
    from comity.record.negotiation import Condition, RedLine, Where
    from comity.web.language import Language
    from comity.web.named import Named

MOST_TO_GIVE = 3


def in_words(table: Table, draft: DraftSeen, spoken: Language) -> list[Markup]:
    """What a draft means to one's own party, as sentences; empty where it has stated nothing."""
    value, own = own_value(table, draft), table.own
    if value is None or own is None or own.preferences is None:
        return []
    lines = own_lines(table, draft)
    found = [_against_no_agreement(value, own.preferences.no_agreement, spoken)]
    found += [
        spoken.gettext(
            "It takes %(option)s on %(issue)s, which you refuse.",
            option=table.named.option(line.issue, line.option),
            issue=table.named.issue(line.issue),
        )
        for line in lines
        if line.refused
    ]
    first = [table.named.issue(line.issue) for line in lines if line.place == 1 and line.worth > 0]
    if first:
        found.append(
            spoken.gettext("You get your first choice on: %(issues)s.", issues=listed(first, spoken))
        )
    gave = sorted((line for line in lines if line.lost > 0), key=lambda line: -line.lost)
    found += [_gave(table, line, spoken) for line in gave]
    if not gave:
        found.append(spoken.gettext("You give nothing: every issue is as you would have it."))
    share = own_margin(table, draft)
    if share is not None and share < 1:
        found.append(
            spoken.gettext(
                "If your own points for what it takes were all %(share)s too high, it would be worth no more to you "
                "than no agreement.",
                share=spoken.percent(share),
            )
        )
    return found


def cheap_to_give(table: Table, draft: DraftSeen, spoken: Language) -> list[Markup]:
    """Issues on which one's own party loses least, whichever open option is taken there: from its own points alone.

    Those that do not matter to it come first. Empty where it has stated nothing, or wants options together, for then no
    issue stands alone.
    """
    if table.own is None or table.own.preferences is None or table.own.preferences.together:
        return []
    lines = [
        line for line in own_lines(table, draft) if line.n_open > 1 and (line.fall > 0 or line.lost == 0)
    ]
    found = []
    for line in sorted(lines, key=lambda line: line.fall)[:MOST_TO_GIVE]:
        issue, cost = table.named.issue(line.issue), amount(line.fall, spoken)
        if line.fall > 0:
            found.append(
                spoken.gettext(
                    "%(issue)s: your red lines aside, another option costs you at most %(cost)s.",
                    issue=issue,
                    cost=cost,
                )
            )
        else:
            found.append(spoken.gettext("%(issue)s: another option costs you nothing.", issue=issue))
    return found


def own_margin(table: Table, draft: DraftSeen) -> float | None:
    """How far one's own points may be too high before a draft is worth no more than no agreement: 0.08 means 8 %.

    None where nothing was stated, or the draft is worth less already.
    """
    value, own = own_value(table, draft), table.own
    if value is None or own is None or own.preferences is None or value < own.preferences.no_agreement:
        return None
    at_stake = sum(line.worth for line in own_lines(table, draft))
    return (value - own.preferences.no_agreement) / at_stake if at_stake > 0 else None


def demand_words(party: str, line: RedLine | Condition, named: Named, spoken: Language) -> Markup:
    """A red line or condition as a sentence."""
    given = getattr(line, "given", None)
    if given is not None:
        return spoken.gettext(
            "%(party)s accepts %(given)s only with %(needs)s.",
            party=bdi(party),
            given=_where(given, named, spoken),
            needs=_where(line.needs, named, spoken),  # type: ignore[union-attr]
        )
    return spoken.gettext(
        "%(party)s refuses %(what)s.",
        party=bdi(party),
        what=_where(line.where, named, spoken),  # type: ignore[union-attr]
    )


def amount(value: float, spoken: Language) -> str:
    """Points to one decimal, as the language writes numbers."""
    return spoken.number(round(value, 1) + 0.0)


def signed(value: float, spoken: Language) -> str:
    """The same with its sign, which is kept from changing sides in a text from right to left."""
    shown = round(value, 1) + 0.0
    sign = "+" if shown > 0 else "\N{MINUS SIGN}" if shown < 0 else "±"
    return f"\N{LEFT-TO-RIGHT ISOLATE}{sign}{spoken.number(abs(shown))}\N{POP DIRECTIONAL ISOLATE}"


def names(items: Sequence[str], spoken: Language) -> Markup:
    """Names of somebody's as a list, each kept from turning the direction of the text around it."""
    return listed([bdi(item) for item in items], spoken)


def listed(items: Sequence[Markup], spoken: Language) -> Markup:
    return Markup(spoken.listed([str(item) for item in items]))


def preferring(table: Table, issue: str, option: str, over: str) -> list[str]:
    """Who else likes an option better than another, as far as the others opened their orders. issue: its name."""
    issue_id = next(one.issue for one in table.issues if one.name == issue)
    found = []
    for party in table.parties:
        order = party.opened.order.get(issue_id, ()) if party.opened is not None and not party.mine else ()
        level = {name: place for place, equals in enumerate(order) for name in equals}
        if level and level[option] < level[over]:
            found.append(party.name)
    return found


def _against_no_agreement(value: float, floor: float, spoken: Language) -> Markup:
    said = {"value": amount(value, spoken), "floor": amount(floor, spoken)}
    if value > floor:
        return spoken.gettext(
            "This is worth %(value)s to you: %(more)s more than the %(floor)s without an agreement.",
            more=amount(value - floor, spoken),
            **said,
        )
    if value < floor:
        return spoken.gettext(
            "This is worth %(value)s to you: %(less)s less than the %(floor)s without an agreement.",
            less=amount(floor - value, spoken),
            **said,
        )
    return spoken.gettext(
        "This is worth %(value)s to you, exactly what you have without an agreement.", value=said["value"]
    )


def _where(where: Where, named: Named, spoken: Language) -> Markup:
    """Options that go together: 'Dam: none or low; Fund: 10'."""
    return Markup("; ").join(
        Markup("{}: {}").format(
            named.issue(issue), listed([named.option(issue, option) for option in options], spoken)
        )
        for issue, options in where
    )


def _gave(table: Table, line: OwnLine, spoken: Language) -> Markup:
    said = {
        "issue": table.named.issue(line.issue),
        "option": table.named.option(line.issue, line.option),
        "wished": table.named.option(line.issue, line.best),
        "cost": amount(line.lost, spoken),
    }
    gainers = preferring(table, line.issue, line.option, line.best)
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
