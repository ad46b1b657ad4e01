"""Voting power as people and programs read it: a page, JSON and CSV."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from markupsafe import Markup

from comity.findings.power_in_fact import BlocInFact, PartyInFact, PowerInFact
from comity.findings.power_published import BlocPower, Measure, PartyPower, PowerFindings
from comity.findings.what_if import Comparison, Gain, measure_shares
from comity.record.rule import HEADS
from comity.report.frame import Frame, Section, page_from

MOST_ROWS = 30
"""So many rows a picture shows; the table below it has everybody."""


HARD = 0.05
"""Where fewer divisions pass, it is hard to decide anything, and the power to stop tells more than shares."""
RARE = 1e-4
"""A chance below this is said as one in so many."""


@dataclass(frozen=True)
class Row:
    """One line of the picture: parties with the same numbers stand together."""

    names: str
    how_many: int
    share: float
    power: float
    mark: str


def power_page(
    findings: PowerFindings,
    compared: Comparison | None = None,
    in_fact: PowerInFact | None = None,
    command: str = "",
) -> str:
    """One HTML file about one rule; with a comparison, what the changes do comes first."""
    sections = [Section("rule", "The rule"), Section("power", "Who decides how often")]
    if compared:
        sections.insert(0, Section("what-if", "What the change does"))
    if in_fact:
        sections.append(Section("fact", "With votes as they were cast"))
    if findings.blocs:
        sections.append(Section("blocs", "Blocs"))
    sections += [
        Section("coalitions", "What passes and what stops"),
        Section("parties", "Every party"),
        Section("reading", "How to read the numbers"),
        Section("method", "How it was computed"),
    ]
    frame = Frame(findings.rule.title, "Voting power", tuple(sections), script=len(findings.parties) > 12)
    rows = _rows(findings)
    shares = measure_shares(findings, findings.measure)
    return page_from(
        "power.html",
        frame,
        found=findings,
        compared=compared,
        in_fact=in_fact,
        fact_rows=_fact_rows(findings, in_fact) if in_fact else (),
        silent=_listed([party.name for party in in_fact.parties if not party.n_votes]) if in_fact else "",
        blocs=_bloc_rows(findings, shares),
        united=sorted(in_fact.blocs, key=_weight_in_fact) if in_fact else (),
        lede=_lede(findings, compared),
        rows=rows,
        top=max((max(row.share, row.power) for row in rows), default=1.0) or 1.0,
        others=len(findings.parties) - sum(row.how_many for row in rows),
        shares=shares,
        measure="equal shares" if findings.measure == HEADS else findings.measure,
        has_veto=_listed([party.name for party in findings.parties if party.has_veto]),
        is_dummy=_listed([party.name for party in findings.parties if party.is_dummy]),
        gains=_gain_rows(compared) if compared else (),
        command=command,
        percent=percent,
        cell=cell,
        rate=rate,
        listed=_listed,
        bar=bar,
        points=points,
        big=big,
        chance=chance,
        error=_error,
    )


# Sentences ----------------------------------------------------------------------------------------------------


def _lede(findings: PowerFindings, compared: Comparison | None) -> tuple[str, ...]:
    """What the first screen says, most important first."""
    says = [] if compared is None else [_change_sentence(compared)]
    strongest = max(findings.parties, key=lambda party: party.banzhaf.value)
    weakest = min(findings.parties, key=lambda party: party.banzhaf.value)
    if strongest.banzhaf.value == weakest.banzhaf.value:
        says.append(
            f"Every one of the {len(findings.parties)} parties has the same influence: in a division where all "
            f"toss coins, a party's own vote decides {chance(strongest.banzhaf.value)}."
        )
    else:
        says.append(_extremes(findings, strongest, weakest))
    veto = [party.name for party in findings.parties if party.has_veto]
    if veto:
        says.append(f"{_listed(veto)} can{' each' if len(veto) > 1 else ''} stop any decision alone.")
    nobody = [party.name for party in findings.parties if party.is_dummy]
    if nobody:
        says.append(f"{_listed(nobody)} can never change a result, however the others vote.")
    says.append(_pass_sentence(findings.to_act.value))
    gap = _widest_gap(findings)
    if gap:
        says.append(gap)
    return tuple(says)


def _extremes(findings: PowerFindings, strongest: PartyPower, weakest: PartyPower) -> str:
    first, last = _alike(findings, strongest), _alike(findings, weakest)
    has = (
        f"have {percent(weakest.banzhaf_share)} each" if last[1:] else f"has {percent(weakest.banzhaf_share)}"
    )
    most = (
        f"each have {percent(strongest.banzhaf_share)}"
        if first[1:]
        else f"has {percent(strongest.banzhaf_share)}"
    )
    return f"{_listed(first)} {most} of all voting power, the most of all. {_listed(last)} {has}, the least."


def _alike(findings: PowerFindings, one: PartyPower) -> list[str]:
    return [party.name for party in findings.parties if party.banzhaf.value == one.banzhaf.value]


def _change_sentence(compared: Comparison) -> str:
    winners = [gain for gain in compared.gains if gain.gain > 0]
    losers = [gain for gain in compared.gains if gain.gain < 0]
    if not winners and not losers:
        return f"If {_listed(list(compared.changes))}, nobody's share of power changes."
    best, worst = compared.gains[0], compared.gains[-1]
    return (
        f"If {_listed(list(compared.changes))}: {len(winners)} {_noun(len(winners), 'gains', 'gain')} and "
        f"{len(losers)} {_noun(len(losers), 'loses', 'lose')}. {best.name} gains most ({points(best.gain)}), "
        f"{worst.name} loses most ({points(worst.gain)})."
    )


def _noun(number: int, one: str, many: str) -> str:
    return f"party {one}" if number == 1 else f"parties {many}"


def _pass_sentence(act: float) -> str:
    """How easily the body decides: half of all divisions pass under a simple majority, few under a strict rule."""
    passing = f"Of all ways in which the parties could say yes or no, {rate(act) if act < RARE else percent(act)} pass"
    if act < RARE:
        passing += "es"
    if act < HARD:
        return f"{passing}: it is hard to decide anything."
    return f"{passing}: stopping is easier than deciding." if act < 0.35 else f"{passing}."


def _widest_gap(findings: PowerFindings) -> str:
    if findings.measure == HEADS:
        return ""
    shares = measure_shares(findings, findings.measure)
    party = max(findings.parties, key=lambda one: abs(one.banzhaf_share.value - shares[one.name]))
    gap = party.banzhaf_share.value - shares[party.name]
    if abs(gap) < 0.005:
        return (
            f"Power follows {findings.measure} closely: no party is further than half a point from its share."
        )
    far = (
        f"{party.name} is furthest from its share: {percent(shares[party.name])} of the {findings.measure}, "
        f"{percent(party.banzhaf_share.value)} of the power."
    )
    is_flat = findings.to_act.value < HARD and shares[party.name] > 2 * party.banzhaf_share.value
    return f"{far} {_prevent_sentences(findings)}" if is_flat else far


def _prevent_sentences(findings: PowerFindings) -> str:
    """Under so strict a rule shares of power lie close together, for nearly all are needed; stopping tells more."""
    first = max(findings.parties, key=lambda party: party.prevent.value)
    last = min(findings.parties, key=lambda party: party.prevent.value)
    return (
        "So strict a rule needs nearly everybody, which brings the shares of power together; the power to stop tells "
        f"the parties apart. Of what would pass, {first.name} could stop {percent(first.prevent)}, {last.name} "
        f"{percent(last.prevent)}."
    )


def _listed(names: Sequence[str], most: int = 6) -> str:
    if len(names) > most:
        kept = min(most - 1, 2) or 1
        return f"{', '.join(names[:kept])} and {len(names) - kept} others"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


# Numbers ------------------------------------------------------------------------------------------------------


def percent(share: float | Measure) -> str:
    """A share in percent, to a decimal or three significant digits; never 0 or 100 for what is not.

    >>> percent(0.1204), percent(0.00187), percent(0.0), percent(3.05e-06), percent(0.9996), percent(1.0)
    ('12.0 %', '0.187 %', '0 %', '0.000305 %', 'over 99.9 %', '100 %')
    """
    value = (share.value if isinstance(share, Measure) else share) * 100
    if value in (0, 100):
        return f"{value:.0f} %"
    if round(value, 1) == 100:
        return "over 99.9 %"
    digits = 1 if value >= 10 else 2 - math.floor(math.log10(abs(value)))
    return f"{value:.{digits}f} %"


def cell(share: float | Measure) -> str:
    """A share in percent for a column: two decimals, or two significant digits where it is smaller.

    >>> cell(0.12037), cell(0.0012), cell(0.0000031), cell(0.0), cell(1.0)
    ('12.04 %', '0.12 %', '0.00031 %', '0 %', '100 %')
    """
    value = (share.value if isinstance(share, Measure) else share) * 100
    if value in (0, 100):
        return f"{value:.0f} %"
    if round(value, 2) == 100:
        return "> 99.99 %"
    digits = 2 if value >= 0.1 else 1 - math.floor(math.log10(abs(value)))
    return f"{value:.{digits}f} %"


def rate(probability: float | Measure) -> str:
    """How often, in percent, or as one in so many where percent would be many zeros.

    >>> rate(0.0259), rate(0.00012), rate(3.05e-06), rate(0.0), rate(1.5e-10)
    ('2.59 %', '0.012 %', '1 in 330,000', '0 %', '1 in 6,700 million')
    """
    value = probability.value if isinstance(probability, Measure) else probability
    if value == 0 or value >= RARE:
        return cell(value)
    digits = math.floor(math.log10(1 / value)) - 1
    times = round(1 / value, -digits)
    return f"1 in {times:,.0f}" if times < 1e6 else f"1 in {times / 1e6:,.10g} million"


def points(change: float) -> str:
    """A change of a share in percentage points, with its sign.

    >>> points(0.0111), points(-0.2), points(0.0)
    ('+1.11 points', '−20.0 points', 'no change')
    """
    if change == 0:
        return "no change"
    sign = "+" if change > 0 else "−"
    return f"{sign}{percent(abs(change)).removesuffix(' %')} points"


def chance(probability: float) -> str:
    """A chance as people say it.

    >>> chance(0.5), chance(0.0575), chance(0.0), chance(1.0)
    ('1 time in 2', '1 time in 17', 'never', 'always')
    """
    if probability <= 0:
        return "never"
    if probability >= 1:
        return "always"
    if probability > 0.55:
        return f"{probability * 100:.0f} times in 100"
    return f"1 time in {round(1 / probability):,}"


def big(number: str | None) -> str:
    """A count with its thousands apart; a very long one in powers of ten.

    >>> big("4379814"), big("718238538450349196413827014486194605323934792594087999900")
    ('4,379,814', 'about 7.18 × 10⁵⁶')
    """
    if number is None:
        return "not counted"
    if len(number) > 15:
        return f"about {number[0]}.{number[1:3]} × {_power_of_ten(len(number) - 1)}"
    return f"{int(number):,}"


def _error(bound: float) -> str:
    """An error bound, rounded up to one digit.

    >>> _error(1.3e-13)
    '2 × 10⁻¹³'
    """
    exponent = math.floor(math.log10(bound))
    return f"{math.ceil(bound / 10.0**exponent)} × {_power_of_ten(exponent)}"


def _power_of_ten(exponent: int) -> str:
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


# Pictures -----------------------------------------------------------------------------------------------------


def bar(share: float, power: float, top: float) -> Markup:
    """A pale bar for the share of capacity, a dark one for power, both against the longest one there is."""
    pale, dark = 100 * share / top, 100 * power / top
    return Markup(
        '<svg class="pw-bar" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="pale" x="0" y="0" width="{}" height="12"/>'
        '<rect class="solid" x="0" y="3.5" width="{}" height="5"/></svg>'
    ).format(f"{pale:.2f}", f"{dark:.2f}")


def _rows(findings: PowerFindings) -> tuple[Row, ...]:
    """Strongest first; parties with the same share and the same power in one row."""
    shares = measure_shares(findings, findings.measure)
    groups: dict[tuple[float, float], list[PartyPower]] = {}
    for party in findings.parties:
        groups.setdefault((shares[party.name], party.banzhaf_share.value), []).append(party)
    ordered = sorted(groups.items(), key=lambda item: (-item[0][1], -item[0][0]))
    return tuple(
        Row(
            _listed([party.name for party in parties], 5 if len(parties) <= 5 else 1),
            len(parties),
            share,
            power,
            "veto" if parties[0].has_veto else "no influence" if parties[0].is_dummy else "",
        )
        for (share, power), parties in ordered[:MOST_ROWS]
    )


def _bloc_rows(findings: PowerFindings, shares: Mapping[str, float]) -> list[tuple[BlocPower, float, float]]:
    """The blocs with their members' shares of the measure and Owen values added up, greatest share first."""
    owen = {party.name: party.owen.value if party.owen else 0.0 for party in findings.parties}
    rows = [
        (
            bloc,
            min(sum(shares[name] for name in bloc.members), 1.0),
            min(sum(owen[n] for n in bloc.members), 1.0),
        )
        for bloc in findings.blocs
    ]
    return sorted(rows, key=lambda row: -row[1])


def _fact_rows(findings: PowerFindings, in_fact: PowerInFact) -> list[tuple[PartyInFact, float]]:
    """Most often decisive first, each with its share by the rule alone; without those that never voted there."""
    rows = zip(in_fact.parties, (party.banzhaf_share.value for party in findings.parties), strict=True)
    voted = [row for row in rows if row[0].n_votes]
    return sorted(voted, key=lambda row: -row[0].share.value)[:MOST_ROWS]


def _weight_in_fact(bloc: BlocInFact) -> float:
    """Blocs whose word changes most come first."""
    return bloc.passing_without.value - bloc.passing_with.value


def _gain_rows(compared: Comparison) -> tuple[Gain, ...]:
    """All gains and losses, or the largest ones of many."""
    gains = compared.gains
    return gains if len(gains) <= 2 * MOST_ROWS else (*gains[:MOST_ROWS], *gains[-MOST_ROWS:])


# Programs -----------------------------------------------------------------------------------------------------


def power_json(
    findings: PowerFindings, compared: Comparison | None = None, in_fact: PowerInFact | None = None
) -> str:
    """Everything as JSON, numbers as published and, where counted, as fractions."""
    document = _document(findings)
    if compared:
        document["what_if"] = {
            "changes": compared.changes,
            "before": _document(compared.before)["parties"],
            "gains": [asdict(gain) for gain in compared.gains],
            "fair_weights": asdict(compared.fair) if compared.fair else None,
        }
    if in_fact:
        document["in_fact"] = asdict(in_fact) | {"method": in_fact.method.method_id}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _document(findings: PowerFindings) -> dict[str, object]:
    rule = findings.rule
    return {
        "rule": {
            "name": rule.name,
            "title": rule.title,
            "in_words": findings.in_words,
            "source": rule.source,
            "as_of": rule.as_of,
            "figures": rule.figures,
            "note": rule.note,
        },
        "exact": findings.exact,
        "relative_error": findings.relative_error,
        "relative_error_in_blocs": findings.error_in_blocs,
        "power_to_act": asdict(findings.to_act),
        "n_winning_coalitions": findings.n_winning,
        "measure": findings.measure,
        "parties": [asdict(party) for party in findings.parties],
        "blocs": [asdict(bloc) for bloc in findings.blocs],
        "coalitions": asdict(findings.coalitions),
        "methods": {what: method.method_id for what, method in findings.methods.items()},
        "warnings": findings.warnings,
    }


def power_csv(
    findings: PowerFindings, compared: Comparison | None = None, in_fact: PowerInFact | None = None
) -> str:
    """One line a party; with a comparison, its share of power before and its gain in two more columns; with
    votes, how often it is decisive in fact and how often it was pivotal in two more."""
    heads = [
        "party",
        "bloc",
        *(f"share_of_{name.replace(' ', '_')}" for name in findings.rule.capacities),
        "banzhaf",
        "banzhaf_share",
        "shapley_shubik",
        "prevent",
        "initiate",
        "owen",
        "banzhaf_owen",
        "dummy",
        "veto",
        *(["banzhaf_share_before", "gain"] if compared else []),
        *(["decisive_in_fact", "pivotal_decisions"] if in_fact else []),
    ]
    seen = {party.name: party for party in in_fact.parties} if in_fact else {}
    gains = {gain.name: gain for gain in compared.gains} if compared else {}
    return _line(heads) + "".join(_line(_cells(party, gains, seen)) for party in findings.parties)


def _cells(party: PartyPower, gains: Mapping[str, Gain], seen: Mapping[str, PartyInFact]) -> list[object]:
    measures = (party.banzhaf, party.banzhaf_share, party.shapley_shubik, party.prevent, party.initiate)
    compared: list[object] = []
    if gains:
        gain = gains[party.name]
        compared = ["" if gain.before is None else gain.before, gain.gain]
    if seen:
        compared += [seen[party.name].decisive.value, seen[party.name].pivotal]
    return [
        party.name,
        party.bloc or "",
        *(one.share for one in party.capacities),
        *_values((*measures, party.owen, party.banzhaf_owen)),
        int(party.is_dummy),
        int(party.has_veto),
        *compared,
    ]


def _line(cells: Iterable[object]) -> str:
    """One CSV line: a text with a comma, a quote or a line end is quoted; one that a sheet could run is disarmed."""
    return ",".join(_quoted(str(cell)) for cell in cells) + "\n"


def _quoted(text: str) -> str:
    if text[:1] in "=+@" and text:
        text = "'" + text
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n\r') else text


def _values(measures: Iterable[Measure | None]) -> list[float | str]:
    return ["" if one is None else one.value for one in measures]
