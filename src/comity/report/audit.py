"""The equal-footing audit as people and programs read it: a page, JSON and CSV."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from comity.findings.audit import Account, Alike, Audit, Fewest, Result, Without
from comity.record.consultation import Statement
from comity.report import language, numbers
from comity.report.data import Lines, plain, safe_cell
from comity.report.explanations import command_of
from comity.report.frame import Frame, Section, page_from
from comity.report.language import attributes, quoted
from comity.report.numbers import count, count_words, counted, listed, percent

FORMAT = "comity-audit/1"
COLUMNS = (
    *("statement_id", "text", "language", "finding", "certainty"),
    *("absent", "thin", "ended_by", "fewest_absent"),
    *("change", "change_at_least", "change_of", "leave", "leave_at_least", "join", "join_at_least"),
)
"""The columns of the CSV table; then one for each unit, the certainty without it."""
SECTIONS = (
    Section("heard", "Who was heard"),
    Section("rests", "What rests on whom"),
    Section("few", "How few could turn each finding"),
    Section("alike", "Ballots that are alike"),
    Section("unknown", "What is not known"),
    Section("method", "How this was computed"),
)
KINDS = {
    "support": "Common ground",
    "reject": "Common ground: rejected by all",
    "contrary": "Difference: some support what others reject",
    "partial": "Difference: some support or reject what others do not",
}
QUOTED = 3
"""Statements that are quoted in one sentence; more are a number."""
LISTED = 8
"""So many statements or names stand in one line; more are a number."""
HOUR = 3_600_000


def audit_json(found: Audit) -> str:
    """Everything as one JSON object, keys sorted."""
    document = {"format": FORMAT, **_object(found)}
    return json.dumps(document, ensure_ascii=False, allow_nan=False, sort_keys=True, indent=1) + "\n"


def _object(found: Audit) -> dict[str, object]:
    members = plain(found)
    assert isinstance(members, dict)
    return members


def audit_csv(found: Audit) -> str:
    """One line a finding: who was missing, what ends it, and how sure it is without each unit."""
    lines = Lines()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow([*COLUMNS, *(f"without {unit.unit_id}" for unit in found.without)])
    for number, result in enumerate(found.results):
        one = result.statement
        cells: list[object] = [one.statement_id, one.text, one.language or "", result.kind, result.certainty]
        thin = [f"{name} ({n})" for name, n in result.thin]
        cells += ["; ".join(names) for names in (result.absent, thin, result.ended_by, result.fewest_units)]
        cells += [_cell(result.change), result.change.at_least, "; ".join(result.change.who)]
        cells += [_cell(result.leave), result.leave.at_least, _cell(result.join), result.join.at_least]
        cells += [unit.certainty[number] for unit in found.without]
        writer.writerow([safe_cell(cell) for cell in cells])
    return "".join(lines)


def _cell(fewest: Fewest) -> object:
    return "" if fewest.number is None else fewest.number


def audit_page(found: Audit) -> str:
    """One HTML file: who was heard, what rests on whom, how few could turn it, which ballots are alike."""
    frame = Frame(found.title or "Consultation", "Equal-footing audit", SECTIONS, script=True)
    return page_from(
        "audit.html",
        frame,
        found=found,
        say=Words(found),
        write=numbers,
        said=language,
        kinds=KINDS,
        command=command_of("audit", found.parameters, found.source, found.head),
    )


@dataclass(frozen=True)
class Words:
    """The sentences of the page. Whatever people named is escaped and keeps its direction."""

    found: Audit

    # The first screen ----------------------------------------------------------------------------------------------

    def lede(self) -> list[Markup]:
        found = self.found
        if not found.results:
            return [
                Markup(
                    "Nothing is certain enough to be called common ground or a difference, so there is nothing to turn."
                ),
                *self._alike_opening(),
            ]
        common = sum(result.kind in ("support", "reject") for result in found.results)
        opening = Markup("{} and {} rest on the answers of {}.").format(
            counted(
                common, "statement of common ground", "statements of common ground", words=True
            ).capitalize(),
            counted(len(found.results) - common, "difference", words=True),
            counted(found.n_voted, "participant"),
        )
        return [opening, *self._fragile(), *self._ending(), *self._alike_opening()]

    def _fragile(self) -> list[Markup]:
        one = [result for result in self.found.results if result.change.number == 1]
        if one:
            verb = "hangs on a single participant" if len(one) == 1 else "hang on a single participant each"
            return [
                Markup(
                    "{} of these findings {}: had that one answered otherwise, the finding would not be called so."
                ).format(count_words(len(one)).capitalize(), verb)
            ]
        known = [result for result in self.found.results if result.change.number is not None]
        if not known:
            return []
        least = min(known, key=lambda result: result.change.number or 0)
        return [
            Markup(
                "No finding hangs on a single participant. The one that needs the fewest to turn it needs {}: {}."
            ).format(self.amount(least.change), self.text(least, 120))
        ]

    def _ending(self) -> list[Markup]:
        ended = [result for result in self.found.results if result.ended_by]
        if not self.found.without:
            return []
        if not ended:
            return [Markup("No finding would end had any one of {} not been heard.").format(self.voices())]
        return [
            Markup("{} would not be found had one of {} not been heard; each is named below.").format(
                counted(len(ended), "finding", words=True).capitalize(), self.voices()
            )
        ]

    def _alike_opening(self) -> list[Markup]:
        groups = self.found.coordinated.groups
        if not self.found.coordinated.computed or not groups:
            return []
        people = counted(sum(group.size for group in groups), "ballot")
        return [
            Markup(
                "{} are more alike than chance explains. None was removed; results with and without them are below."
            ).format(people)
        ]

    def voices(self) -> str:
        """Who is thought away, one at a time."""
        return {
            "parties": "the parties or their blocs" if self._has_blocs else "the parties",
            "groups": "the opinion groups",
            "ends": "the two ends of the spectrum",
            "nobody": "the sides",
        }[self.found.basis]

    @property
    def _has_blocs(self) -> bool:
        return any(unit.kind == "bloc" for unit in self.found.without)

    @property
    def one_voice(self) -> str:
        """What an account is of."""
        return {"parties": "Party", "groups": "Group", "ends": "End", "nobody": "Side"}[self.found.basis]

    # Who was heard -------------------------------------------------------------------------------------------------

    def heard(self) -> str:
        found = self.found
        if found.basis == "nobody":
            return "There are no parties, and opinions fall into no groups: everybody is heard as one."
        if found.basis == "parties":
            alone = ""
            if found.no_party:
                alone = (
                    f" {counted(found.no_party, 'participant speaks', 'participants speak')} for no party."
                )
            return f"What each party put in, and what came of it.{alone}"
        stands = {
            "groups": "Opinion groups stand in their place",
            "ends": "Opinions form a spectrum, and its two ends, a quarter of the people each, stand in their place",
        }[found.basis]
        made = "They are made of answers, so they tell who thinks alike, not who was invited."
        return f"The input names no parties. {stands}. {made}"

    def missing_parties(self) -> Markup:
        found = self.found
        parts = []
        if found.unheard:
            verb = "has" if len(found.unheard) == 1 else "have"
            parts.append(Markup("{} {} no participant at all.").format(self.names(found.unheard), verb))
        if found.hidden:
            verb = "is" if found.hidden == 1 else "are"
            parts.append(
                Markup("{} {} too small to be shown by themselves, as was promised at the opening.").format(
                    counted(found.hidden, "party", "parties", words=True).capitalize(), verb
                )
            )
        return Markup(" ").join(parts)

    def came(self, account: Account) -> str:
        """How long after the beginning a party's first participant came."""
        if account.first is None:
            return "–"
        return "first" if account.first == 0 else duration(account.first)

    def tongues(self, account: Account) -> str:
        if not account.languages or all(not tag for tag, _ in account.languages):
            return "–"
        return ", ".join(f"{tag or '?'} {count(number)}" for tag, number in account.languages)

    # What rests on whom --------------------------------------------------------------------------------------------

    def effect(self, unit: Without) -> list[Markup]:
        """What would be otherwise without a unit, a sentence a kind of change."""
        changes = (
            ("would no longer be common ground", "", unit.common_lost),
            ("would be common ground as well", "", unit.common_gained),
            ("would no longer be a difference", "would no longer be differences", unit.differences_lost),
            ("would be a difference as well", "would be differences as well", unit.differences_gained),
        )
        said = [self._changed(one, many or one, ids) for one, many, ids in changes if ids]
        return said or [Markup("Nothing would be otherwise.")]

    def _changed(self, one: str, many: str, ids: tuple[str, ...]) -> Markup:
        which = [self._short(name) for name in ids[:QUOTED]]
        if len(ids) > QUOTED:
            which.append(Markup("{} more").format(count(len(ids) - QUOTED)))
        number = _capital(counted(len(ids), "statement", words=True))
        return Markup("{} {}: {}.").format(number, one if len(ids) == 1 else many, _listed(which))

    def _short(self, statement_id: str) -> Markup:
        statement = self._mentioned[statement_id]
        text = quoted(statement.text or "(no text)", statement.language, longest=70)
        anchor = self.anchors.get(statement_id)
        return text if anchor is None else Markup('<a class="to" href="#{}">{}</a>').format(anchor, text)

    @cached_property
    def _mentioned(self) -> dict[str, Statement]:
        return {statement.statement_id: statement for statement in self.found.mentioned}

    @cached_property
    def anchors(self) -> dict[str, str]:
        """Where each finding stands on the page."""
        return {result.statement.statement_id: f"f{n}" for n, result in enumerate(self.found.results, 1)}

    def unit_name(self, unit: Without) -> Markup:
        name = self.name(unit.name)
        return Markup("{} <small>(bloc)</small>").format(name) if unit.kind == "bloc" else name

    # How few -------------------------------------------------------------------------------------------------------

    def by_fragility(self, *kinds: str) -> list[Result]:
        """Results of these kinds, those first that the fewest could turn."""
        chosen = [result for result in self.found.results if result.kind in kinds]
        return sorted(chosen, key=lambda result: (result.change.at_least, result.change.number or 1 << 40))

    def text(self, result: Result, longest: int) -> Markup:
        return quoted(result.statement.text or "(no text)", result.statement.language, longest=longest)

    def few(self, result: Result) -> Markup:
        """The sentence on how few could turn it."""
        their = "his or her" if result.leave.number == 1 else "their"
        against = {"support": "voted against it", "reject": "voted for it"}.get(result.kind, "joined in")
        return Markup(
            "It would end if {}{} answered otherwise, if {} took {} answer back, or if {} {}."
        ).format(
            self.people(result.change),
            self._of(result.change),
            self.people(result.leave),
            their,
            self.people(result.join, "newcomer"),
            against,
        )

    def people(self, fewest: Fewest, one: str = "participant") -> Markup:
        return Markup("<b>{}</b> {}").format(self.amount(fewest), one if fewest.number == 1 else f"{one}s")

    def amount(self, fewest: Fewest) -> str:
        """A number, or the bounds between which it lies."""
        if fewest.number is None:
            return f"at least {count_words(fewest.at_least)}"
        if fewest.exact:
            return count_words(fewest.number)
        return f"{count(fewest.at_least)} to {count(fewest.number)}"

    def _of(self, fewest: Fewest) -> Markup:
        """Of whom: the party first, then the group that they are in."""
        if not fewest.who:
            return Markup("")
        *inside, outside = fewest.who
        of = Markup(" of {}").format(self.name(outside))
        return of + Markup(" in {}").format(_listed([self.name(name) for name in inside])) if inside else of

    def absence(self, result: Result) -> Markup:
        """Whose absence alone, or together, would end it."""
        if result.ended_by:
            names = self.names(result.ended_by, "or")
            return Markup("It would not be found without {}.").format(names)
        if not self.found.without:
            return Markup("")
        if result.fewest_units:
            return Markup("Nobody’s absence alone would end it; it takes that of {} together.").format(
                self.names(result.fewest_units)
            )
        if result.sets_tried > 1:
            return Markup("It would stand without any {} of them.").format(count_words(result.sets_tried))
        return Markup("It would stand without any one of them.")

    def missing(self, result: Result) -> Markup:
        """Whose answers it does not rest on."""
        parts = []
        if result.absent:
            parts.append(Markup("nobody of {} answered").format(self.names(result.absent, "or")))
        if result.thin:
            thin = [
                Markup("{} of {}").format(count_words(number), self.name(name))
                for name, number in result.thin[:LISTED]
            ]
            more = (
                [Markup("few of {} more").format(count(len(result.thin) - LISTED))]
                if len(result.thin) > LISTED
                else []
            )
            parts.append(Markup("only {} did").format(_listed([*thin, *more])))
        if not parts:
            return Markup("")
        text = Markup(", ").join(parts)
        return Markup("Missing: {}.").format(text)

    # Ballots alike -------------------------------------------------------------------------------------------------

    def compared(self) -> str:
        """What was compared with what, and what the chance of a false alarm is."""
        one = self.found.coordinated
        if not one.computed:
            return f"Ballots were not compared. {one.why_not}"
        close = " Only ballots begun within a day of each other were compared." if one.only_close else ""
        timed = (
            " Ballots that are alike are named only if they were also begun closer together than as many ballots "
            "drawn at random."
            if one.by_time
            else " When anybody voted is not known here, so likeness is judged alone."
        )
        return (
            f"{counted(one.n_compared, 'ballot')} with enough answers were compared, each with each.{close} The "
            "measure is this: everybody answers alone, each answer as likely as where that person stands on the "
            f"opinion map makes it.{timed} Where everybody votes alone, the chance that anything at all is named here "
            f"is at most {percent(one.false_alarm)}."
        )

    def found_alike(self) -> str:
        one = self.found.coordinated
        if not one.groups:
            rest = ""
            if one.hidden:
                rest = (
                    f" Left out: {counted(one.hidden, 'set', words=True)} of ballots too small to be shown."
                )
            return f"No ballots are named.{rest}"
        sets = counted(len(one.groups), "set of ballots is", "sets of ballots are", words=True).capitalize()
        return (
            f"{sets} more alike{' and closer in time' if one.by_time else ''} than chance explains. That says nothing "
            "of why. One person may have used several devices; a delegation may have agreed on its votes; friends may "
            "have filled in their answers together; somebody may have voted more than once. Nobody was removed. "
            "Whether to count them is for the parties to decide; the table below shows what would be found without "
            "them."
        )

    def alike(self, group: Alike) -> Markup:
        """One set of ballots."""
        two = group.size == 2
        times = Markup("")
        if group.near is not None:
            of = "They were begun" if two else "Half of them were begun"
            times = Markup(" {} within {} of {}.").format(
                of, duration(group.near), "each other" if two else "another of them"
            )
        return Markup(
            "{}. {} answered {} statements{}, and gave the same answer to {}; {} would be expected.{} {}"
        ).format(
            counted(group.size, "ballot", words=True).capitalize(),
            "Both" if two else "Any two of them that are linked both",
            numbers.figure(group.both, 0),
            "" if two else " on average",
            numbers.figure(group.same, 0 if two else 1),
            numbers.figure(group.expected, 0 if two else 1),
            times,
            f"By chance, anything so alike would be seen in at most one of {_odds(group.exponent)} such consultations.",
        )

    # Names ---------------------------------------------------------------------------------------------------------

    def name(self, name: str) -> Markup:
        return Markup("<bdi{}>{}</bdi>").format(attributes(name), name)

    def names(self, names: tuple[str, ...], join: str = "and") -> Markup:
        shown = [self.name(name) for name in names[:LISTED]]
        if len(names) > LISTED:
            shown.append(Markup("{} more").format(count(len(names) - LISTED)))
        return _listed(shown, join)


def _listed(parts: list[Markup], join: str = "and") -> Markup:
    return Markup(listed([str(part) for part in parts], join))


def _odds(exponent: float) -> str:
    """10 to this power with two digits that are worth anything; beyond a thousand million no more is said."""
    if exponent >= 9:
        return "a thousand million"
    value = 10**exponent
    digits = max(0, len(str(int(value))) - 2)
    return count(round(value / 10**digits) * 10**digits)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def duration(milliseconds: int) -> str:
    """A span of time in the unit that it is worth.

    >>> [duration(n) for n in (20_000, 90_000, 7_300_000, 26 * HOUR, 500 * HOUR)]
    ['under a minute', '2 minutes', '2 hours', '26 hours', '21 days']
    """
    if milliseconds < 60_000:
        return "under a minute"
    if milliseconds < 2 * HOUR:
        return counted(round(milliseconds / 60_000), "minute")
    if milliseconds < 48 * HOUR:
        return counted(round(milliseconds / HOUR), "hour")
    return counted(round(milliseconds / (24 * HOUR)), "day")
