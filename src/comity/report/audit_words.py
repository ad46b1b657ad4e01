"""The sentences of the audit's page: who was heard, what rests on whom, how few could turn it, who voted alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from comity.findings.audit import Account, Alike, Audit, Fewest, Result, Without
from comity.record.consultation import Statement
from comity.report import numbers
from comity.report.language import attributes, quoted
from comity.report.numbers import count, count_words, counted, listed, percent

QUOTED = 3
"""Statements that are quoted in one sentence; more are a number."""
LISTED = 8
"""So many statements or names stand in one line; more are a number."""
MANY = 12
"""Parties above which they stand by name, so that one is found; fewer stand in the order they were given."""
MINUTE, HOUR = 60_000, 3_600_000


@dataclass(frozen=True)
class Words:
    """Whatever people named is escaped and keeps its direction."""

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

    def accounts(self) -> list[Account]:
        """Of every party, in an order in which one is found."""
        accounts = self.found.accounts
        return sorted(accounts, key=_by_name) if len(accounts) > MANY else list(accounts)

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

    def voices_that_matter(self) -> list[Without]:
        """Units without which something would be otherwise; parties before blocs."""
        return self._units(matters=True)

    def voices_that_do_not(self) -> list[Without]:
        """Units without which nothing would be otherwise."""
        return self._units(matters=False)

    def _units(self, *, matters: bool) -> list[Without]:
        units = [unit for unit in self.found.without if unit.kind != "alike"]
        if len(units) > MANY:
            units.sort(key=lambda unit: (unit.kind == "bloc", _by_name(unit)))
        return [unit for unit in units if unit.matters == matters]

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

    def names_of(self, units: list[Without]) -> Markup:
        """Units in a row: without this one, or that one."""
        return _listed([self.unit_name(unit) for unit in units], "or")

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
        if result.enough_units:
            nobody = (
                "Nobody’s absence alone would end it"
                if result.sets_tried < 2
                else f"No {count_words(result.sets_tried)} of them could end it by their absence"
            )
            return Markup("{}; that of {} together would.").format(nobody, self.names(result.enough_units))
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
            near = "a minute" if group.near < MINUTE else duration(group.near)
            times = Markup(" {} within {} of {}.").format(
                of, near, "each other" if two else "another of them"
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


def _by_name(of: Account | Without) -> str:
    return of.name.casefold()


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
    if milliseconds < MINUTE:
        return "under a minute"
    if milliseconds < 2 * HOUR:
        return counted(round(milliseconds / MINUTE), "minute")
    if milliseconds < 48 * HOUR:
        return counted(round(milliseconds / HOUR), "hour")
    return counted(round(milliseconds / (24 * HOUR)), "day")
