"""What a page says about itself: how to read it, how sure it is, what it cannot tell, how to recompute it."""

from __future__ import annotations

import shlex
from dataclasses import fields

from markupsafe import Markup

from comity.findings.parameters import Parameters
from comity.record.consultation import RecordHead, Source
from comity.report.drawings import legend_key
from comity.report.numbers import count, counted, figure, percent
from comity.report.opinion_map import FEW_POINTS, MANY_POINTS
from comity.report.reading import BETWEEN, Outcome, Reading
from comity.report.sentences import all_sides, closed, people

OUTCOMES: dict[Outcome, tuple[str, str, str]] = {
    "common": ("solid", "common ground", "common ground"),
    "difference": ("none", "reserved difference", "reserved differences"),
    "open": ("pale", "open", "open"),
}
"""How each outcome is drawn, and what one and several are called."""
ALL = 0.99
"""Two axes that explain this much together leave nothing worth a word."""
FLAGS = {"include_rejected": "--include-rejected"}
"""Parameters that are said by their name alone."""


def outcome_name(outcome: Outcome) -> str:
    return OUTCOMES[outcome][2]


def outcome_parts(reading: Reading) -> tuple[tuple[str, int, str], ...]:
    """The statements by what became of them: how it is drawn, how many, what it is called."""
    return tuple(
        (kind, reading.n_by_outcome[outcome], one if reading.n_by_outcome[outcome] == 1 else several)
        for outcome, (kind, one, several) in OUTCOMES.items()
    )


def common_ground_explained(reading: Reading) -> str:
    """What is called common ground here, and what to think when there is none."""
    parameters = reading.findings.parameters
    meaning = (
        f"A statement is common ground when more than {percent(parameters.threshold)} of {_each_side(reading)} "
        f"agree with it, or disagree with it, and this is at least {percent(parameters.certainty)} certain."
    )
    if len(reading.findings.sides) > 1:
        meaning += " Every side counts by itself, so that a large one does not drown a small one."
    if reading.blocs:
        meaning += " A bloc is all of its members: their answers are its position."
    if any(side.is_delegation for side in reading.parties):
        meaning += (
            f" A party with fewer than {count(parameters.delegation_below)} people speaks through a delegation: its "
            "answers are taken as its position."
        )
    if reading.findings.n_votes == 0:
        return f"{meaning} There are no votes yet."
    return meaning if reading.common_ground else f"{meaning} No statement reaches that here."


def differences_explained(reading: Reading) -> str:
    """What is called a reserved difference here, and what to think when there is none."""
    if len(reading.findings.sides) < 2:
        return "A difference needs two sides. There is only one here, so none is reserved."
    meaning = (
        "A difference is reserved when one side surely supports a statement that another surely rejects or does not "
        "support. It is kept here with each side’s stance; nobody is asked to give it up."
    )
    return meaning if reading.differences else f"{meaning} No statement is surely such a difference here."


def how_to_read(reading: Reading) -> Markup:
    """The parts of a drawn line, each with what it means."""
    parameters = reading.findings.parameters
    kinds = ["share", "interval"]
    if any(
        one.corrected_agree is not None for found in reading.findings.statements for one in found.supports
    ):
        kinds.append("corrected")
    meaning = {
        "share": "The filled mark: the share of a side’s votes.",
        "interval": f"The thick line: where that share lies with {percent(parameters.interval)} probability.",
        "corrected": "The hollow mark and thin line: the same, corrected for who happened to see the statement.",
        "threshold": f"The dotted line: the {percent(parameters.threshold)} from which a side supports a statement.",
    }
    items = [
        Markup("<li>{}<span>{}</span></li>").format(legend_key(kind), meaning[kind])
        for kind in (*kinds, "threshold")
    ]
    return Markup('<div class="how"><p>How to read a line</p><ul>{}</ul></div>').format(
        Markup("").join(items)
    )


def map_explained(reading: Reading) -> str:
    """What near and far mean, and how much of what the map explains lies in each direction."""
    explained = reading.findings.opinion_map.axes_explained
    near = f"{'Parties' if reading.parties_vote else 'People'} that stand near each other answered alike."
    if not reading.parties_vote:
        near = near.replace(" that ", " who ")
    if not any(explained):
        return near
    parts = [f"{percent(share)} {way}" for way, share in zip(_WAYS, explained, strict=False)]
    whole = "Of what the map explains of their answers"
    if reading.findings.parameters.method == "classic":
        whole = "Of all that sets answers apart"
    drawn = " and ".join(parts).replace(" from", " lies from", 1)
    rest = "" if sum(explained[: len(_WAYS)]) > ALL else "; the rest is not drawn"
    return f"{near} {whole}, {drawn}{rest}."


def map_legend(reading: Reading) -> str:
    """What the marks of the map are."""
    points = reading.findings.opinion_map.points
    if not points:
        return "Letters and numbers are the middles of groups and parties; single people are not shown."
    parts = [f"Each mark is one {'party' if reading.parties_vote else 'person'}."]
    if len(points) > MANY_POINTS:
        parts = [
            "There are too many people for a mark each: a mark stands for all people of one group in one small square "
            "of the map, at their middle, and its area grows with their number."
        ]
    if reading.ends:
        parts.append(
            "Triangles: the outer quarters of the spectrum, which are compared; circles: everybody between."
        )
    if reading.has_groups:
        parts.append(
            "Shape and colour are the group. Filled: surely of that group; hollow: between groups "
            f"(less than {percent(BETWEEN)} sure). The shaded ring holds the inner half of the group."
        )
    interval = percent(reading.findings.parameters.interval)
    who = "parties" if reading.parties_vote else "people"
    if not any(any(point.spread) for point in points):
        parts.append(f"This method does not say how exactly {who} are placed.")
    elif len(points) <= FEW_POINTS:
        parts.append(f"The dashed ellipse around a mark holds the true place with {interval} probability.")
    else:
        parts.append(
            f"Places are uncertain, the more so the fewer the votes. The dashed ellipses hold, with {interval} "
            f"probability, the true place of three {who}: one among the surest tenth, a typical one, and one among "
            "the least sure tenth."
        )
    if reading.numbered:
        kind = "parties" if reading.parties else "blocs"
        parts.append(f"Numbers in the map are the middles of the {kind}, as numbered in the table.")
    return " ".join(parts)


def axes(reading: Reading) -> tuple[tuple[str, str], ...]:
    """For each direction of the map, the statement that agreement with grows most along it."""
    placed = [
        (found.statement.statement_id, found.position)
        for found in reading.findings.statements
        if found.position is not None
    ]
    ends = []
    for axis, (least, most) in enumerate((("Further left", "Further right"), ("Further down", "Further up"))):
        along = [(position[axis], statement_id) for statement_id, position in placed if len(position) > axis]
        if not along:
            continue
        low, high = min(along, key=lambda pair: pair[0]), max(along, key=lambda pair: pair[0])
        ends += [(most, high[1])] if high[0] > 0 else []
        ends += [(least, low[1])] if low[0] < 0 else []
    return tuple(ends)


def own_words(reading: Reading) -> str:
    """What the statements under a group, or an end of the spectrum, are."""
    what, others = ("group", "everybody outside it") if reading.has_groups else ("end", "the other end")
    return (
        f"These statements set each {what} apart: most of it gives an answer that is surely rarer elsewhere. The "
        f"filled mark is the {what}, the ring is {others}."
    )


def not_placed(reading: Reading) -> str:
    """Who is counted but not on the map, and why."""
    opinion_map = reading.findings.opinion_map
    why = opinion_map.reason_not_placed.rstrip(".")
    are = "is" if opinion_map.not_placed == 1 else "are"
    return f"{people(reading, opinion_map.not_placed)} {are} not drawn{f' ({why})' if why else ''}."


def how_sure(reading: Reading) -> tuple[str, ...]:
    """How far to trust the whole, most important first."""
    findings, quality = reading.findings, reading.findings.quality
    parts = [closed(sentence) for sentence in quality.says]
    if quality.log_loss is not None and quality.baseline_log_loss is not None:
        better = "better" if quality.log_loss < quality.baseline_log_loss else "no better"
        parts.append(
            f"Answers that were held back were foretold {better} than by filling the gaps with averages: a log loss of "
            f"{figure(quality.log_loss, 3)} against {figure(quality.baseline_log_loss, 3)} (lower is better)."
        )
    if findings.n_votes == 0:
        return tuple(parts)
    parts.append(
        f"Every interval holds the true share with {percent(findings.parameters.interval)} probability, if those who "
        "voted are like those of their side who did not."
    )
    return tuple(parts)


def cannot_tell(reading: Reading) -> tuple[str, ...]:
    """What nobody should read into the report."""
    parts = [
        "What those think who did not take part: it counts answers, it is no sample of everybody concerned.",
        "How much anything matters to anybody: a lukewarm yes counts as much as a heartfelt one.",
        "Whether all understood a statement alike, or why anybody answered as he or she did.",
        "What would be said to other statements: groups and differences are those that these statements brought out.",
    ]
    if reading.parties:
        parts.append("Whether people who voted for a party speak with its mandate.")
    return tuple(parts)


def command(reading: Reading) -> str:
    """The command that makes this report again from the same files, or from the record."""
    findings = reading.findings
    return command_of("report", findings.parameters, findings.source, findings.head)


def command_of(name: str, chosen: Parameters, source: Source, head: RecordHead | None) -> str:
    """A command with every choice that is not the usual one."""
    usual = Parameters()
    options = []
    for field in fields(Parameters):
        value = getattr(chosen, field.name)
        if value != getattr(usual, field.name):
            option = f"--{field.name.replace('_', '-')}"
            options.append(FLAGS.get(field.name, f"{option} {value}"))
    options += [f"--{option} {shlex.quote(value)}" for option, value in source.options]
    return " ".join([f"comity {name} {'PATH' if head is None else 'RECORD'}", *options])


def parameters(reading: Reading) -> str:
    """Every choice that changes a number, in one line."""
    chosen = reading.findings.parameters
    parts = (
        f"{chosen.method} method",
        f"threshold {percent(chosen.threshold)}",
        f"certainty {percent(chosen.certainty)}",
        f"intervals of {percent(chosen.interval)}",
        f"at least {counted(chosen.minimum_votes, 'vote')} to be placed on the map",
        counted(chosen.dimensions, "axis", "axes"),
        f"parties with fewer than {counted(chosen.delegation_below, 'person', 'people')} are delegations",
        f"rejected statements {'included' if chosen.include_rejected else 'left out'}",
    )
    return f"Chosen: {'; '.join(parts)}."


_WAYS = ("from left to right", "from bottom to top")


def _each_side(reading: Reading) -> str:
    """'every group and every party', or all who voted where nobody is told apart."""
    return all_sides(reading).replace("everybody taken together", "all who voted")
