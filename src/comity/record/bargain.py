"""A negotiation over packages as the record tells it: its terms, issues, statements of interests, drafts and hurts.

What a party states about its interests, and which issue it says hurts, are private: the record holds their salted
hashes (`text_hash`), and the texts are kept beside it, in full copies only. Whoever is shown one of them can check it
against the record, and whoever holds all of them can compute every draft again. What a party opens to the others (as
the terms say, and its published red lines) is a text of its own, in every copy.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Literal

from comity.errors import Refused
from comity.record.entry import SITE, Entry
from comity.record.negotiation import Shown, listed

Why = Literal["first draft", "made acceptable", "improved", "no improvement left", "impasse"]
"""What a draft is to the one before it; the last two end the single-text procedure."""
ENDINGS = frozenset({"no improvement left", "impasse"})
Start = Literal["issue by issue", "nash", "ks", "leximin", "sum"]
"""The program's first draft: a compromise on every issue alone, or the package of a solution."""
Outcome = Literal["agreement", "impasse", "withdrawn"]


@dataclass(frozen=True, kw_only=True)
class NegotiationOpened(Entry):
    """The host opens bargaining over packages. It is never changed: parties state their interests relying on it.

    shown: what parties see of one another's statements. quota: how many parties decide, None: all. veto: parties
    without whom nothing is decided. start: how the program makes its first draft. weights: party -> bargaining
    weight, 1 where a party is not named.
    """

    kind: ClassVar[str] = "negotiation-opened"
    shown: Shown = "nothing"
    quota: int | None = None
    veto: tuple[str, ...] = ()
    start: Start = "issue by issue"
    weights: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, kw_only=True)
class IssueAdded(Entry):
    """A matter to settle. options: in the order that "at least" means. otherwise: what holds without an agreement."""

    kind: ClassVar[str] = "issue-added"
    issue: str
    name: str
    options: tuple[str, ...]
    otherwise: str | None = None
    settled_by: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class InterestsStated(Entry):
    """A delegate stated his or her party's interests; the latest statement of a party counts.

    interests: `text_hash` of the statement, which is kept beside the record and in full copies. opened: `text_hash`
    of what the others see of it (`record.interests.opened_part`), which every copy holds; None where that is nothing.
    terms: the number of the `negotiation-opened` entry that it relies on.
    """

    kind: ClassVar[str] = "interests-stated"
    terms: int
    interests: str
    opened: str | None = None


@dataclass(frozen=True, kw_only=True)
class DraftProposed(Entry):
    """One round of the single text. draft: 1, 2, ..., and on from there in a later negotiation of the same record, so
    that nobody answers another draft than the one that was read; package: issue id -> option; why: what it is to the
    one before.

    computed: by the program; else it is a first draft of the host's own. interests: party -> the hash of the statement
    that the draft rests on. comity_version: what computed it. method: the id of the method that it was computed by;
    None for the host's own, and in records from before drafts named one.
    """

    kind: ClassVar[str] = "draft-proposed"
    draft: int
    package: Mapping[str, str]
    why: Why
    computed: bool = True
    interests: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    comity_version: str
    method: str | None = None


@dataclass(frozen=True, kw_only=True)
class HurtMarked(Entry):
    """A delegate marked what hurts the party most in the latest draft; a later mark on it replaces it.

    hurt: `text_hash` of the issue's id, kept beside the record as interests are; in every copy unless the terms show
    nothing, for a mark tells what matters to a party.
    """

    kind: ClassVar[str] = "hurt-marked"
    draft: int
    hurt: str


@dataclass(frozen=True, kw_only=True)
class DraftAnswered(Entry):
    """A delegate said whether the party could sign the latest draft as it stands; its later answer replaces this."""

    kind: ClassVar[str] = "draft-answered"
    draft: int
    consents: bool


@dataclass(frozen=True, kw_only=True)
class NegotiationEnded(Entry):
    """The negotiation ended. draft: what was agreed to, or on what it broke; None where the host withdrew it."""

    kind: ClassVar[str] = "negotiation-ended"
    outcome: Outcome
    draft: int | None = None


@dataclass(frozen=True)
class TranslatedName:
    """The name of an issue or option in another language. text: its `text_hash`; by: who added it; state: how sure."""

    text: str
    by: str
    state: str


@dataclass(slots=True)
class Bargain:
    """Where the negotiation stands. terms: None before it was opened. issues: by id, in the order of submission.

    number: of the entry that opened it. before: how many drafts were proposed in earlier negotiations. interests:
    party -> its latest statement; statements: all of them. drafts: oldest first; of each of them, in the same order,
    numbers: of its entry; hurts: party -> hash of its mark; answers: party -> whether it consents. end: None until it
    ended. translations: hash of the name of an issue or option in another language, by (subject, language).
    """

    terms: NegotiationOpened | None = None
    number: int = 0
    before: int = 0
    issues: dict[str, IssueAdded] = field(default_factory=dict)
    interests: dict[str, InterestsStated] = field(default_factory=dict)
    statements: list[InterestsStated] = field(default_factory=list)
    drafts: list[DraftProposed] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    hurts: list[dict[str, str]] = field(default_factory=list)
    answers: list[dict[str, bool]] = field(default_factory=list)
    end: NegotiationEnded | None = None
    translations: dict[tuple[str, str], TranslatedName] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether the latest draft ended the procedure; a new first draft begins it again."""
        return bool(self.drafts) and self.drafts[-1].why in ENDINGS

    @property
    def latest(self) -> int:
        """The number of the latest draft; that of the last negotiation where there is none yet."""
        return self.before + len(self.drafts)

    @property
    def is_under_way(self) -> bool:
        return self.terms is not None and self.end is None

    @property
    def stated(self) -> dict[str, str]:
        """Party -> hash of its latest statement."""
        return {party: entry.interests for party, entry in self.interests.items()}

    def awaited(self, parties: Collection[str]) -> tuple[str, ...]:
        """Who is to be heard before the site goes on by itself: all of `parties` (ids) before a first draft, and then
        those whose interests the latest draft rests on.
        """
        if not self.drafts:
            return tuple(party for party in parties if party not in self.interests)
        return tuple(party for party in self.drafts[-1].interests if party not in self.answers[-1])

    def consenting(self) -> tuple[str, ...]:
        """The parties that could sign the latest draft."""
        return (
            tuple(party for party, consents in self.answers[-1].items() if consents) if self.answers else ()
        )

    def is_decided(self, parties: Collection[str]) -> bool:
        """Whether those who consent to the latest draft can decide by the terms. parties: ids of all."""
        if self.terms is None or not self.drafts:
            return False
        consenting = set(self.consenting())
        needed = len(parties) if self.terms.quota is None else self.terms.quota
        return len(consenting) >= needed and set(self.terms.veto) <= consenting


def check(bargain: Bargain, entry: Entry, parties: Collection[str]) -> None:
    """Raise Refused unless the entry may follow. parties: ids of all."""
    if isinstance(entry, NegotiationOpened):
        _check_terms(bargain, entry, parties)
    elif bargain.terms is None:
        raise Refused(
            "no-negotiation", "there are no packages to negotiate here yet; the host opens that first"
        )
    elif bargain.end is not None:
        raise Refused("negotiation-ended", "this negotiation has ended; the host may open another one")
    elif isinstance(entry, IssueAdded):
        _check_issue(bargain, entry, parties)
    elif isinstance(entry, DraftProposed):
        _check_draft(bargain, entry)
        _check_author(bargain, entry, parties)
    elif isinstance(entry, InterestsStated):
        _check_has_issues(bargain)
        if entry.terms != bargain.number:
            raise Refused(
                "negotiation-opened",
                "the negotiation was opened anew since, perhaps on other terms; read them and send it again",
            )
    elif isinstance(entry, HurtMarked):
        _check_on_the_table(bargain, entry)
        if bargain.is_over:
            raise Refused(
                "draft", "this procedure has ended; the host may begin it again with a new first draft"
            )
    elif isinstance(entry, DraftAnswered):
        _check_on_the_table(bargain, entry)
    elif isinstance(entry, NegotiationEnded):
        _check_end(bargain, entry, parties)


def issue_subject(issue: str) -> str:
    """What `translation-added` calls the name of an issue of the latest negotiation. issue: its id."""
    return f"issue:{issue}"


def option_subject(issue: str, option: int) -> str:
    """What `translation-added` calls an option of an issue of the latest negotiation, counted from 0.

    >>> option_subject("weir", 2)
    'option:2:weir'
    """
    return f"option:{option}:{issue}"


def is_named(bargain: Bargain, subject: str) -> bool:
    """Whether a subject is the name of an issue or option of this negotiation."""
    kind, _, rest = subject.partition(":")
    if kind == "issue":
        return rest in bargain.issues
    number, _, issue = rest.partition(":")
    if kind != "option" or issue not in bargain.issues or not (number.isascii() and number.isdecimal()):
        return False
    return subject == option_subject(issue, int(number)) and int(number) < len(bargain.issues[issue].options)


def follow(bargain: Bargain, entry: Entry, party: str | None, number: int) -> None:
    """Bring the negotiation forward by one admitted entry. party: whom its writer speaks for; number: of the entry."""
    if isinstance(entry, NegotiationOpened):
        bargain.terms, bargain.number = entry, number
    elif isinstance(entry, IssueAdded):
        bargain.issues[entry.issue] = entry
    elif isinstance(entry, InterestsStated) and party is not None:
        bargain.interests[party] = entry
        bargain.statements.append(entry)
    elif isinstance(entry, DraftProposed):
        bargain.drafts.append(entry)
        bargain.numbers.append(number)
        bargain.hurts.append({})
        bargain.answers.append({})
    elif isinstance(entry, HurtMarked) and party is not None:
        bargain.hurts[-1][party] = entry.hurt
    elif isinstance(entry, DraftAnswered) and party is not None:
        bargain.answers[-1][party] = entry.consents
    elif isinstance(entry, NegotiationEnded):
        bargain.end = entry


def is_open_text(bargain: Bargain, entry: Entry) -> bool:
    """Whether the text of a mark stands in every copy, as the terms say; that of interests never does."""
    return isinstance(entry, HurtMarked) and bargain.terms is not None and bargain.terms.shown != "nothing"


def _check_terms(bargain: Bargain, entry: NegotiationOpened, parties: Collection[str]) -> None:
    if bargain.is_under_way:
        raise Refused(
            "negotiation-opened",
            "packages are being negotiated here already, and parties rely on its terms; leave them as they are",
        )
    _check_parties(entry.veto, parties, "have a veto")
    _check_parties(entry.weights, parties, "have a bargaining weight")
    if entry.quota is not None and not 1 <= entry.quota <= max(1, len(parties)):
        raise Refused(
            "not-a-number",
            f"{entry.quota} parties would decide, but there are {len(parties)}; name a number of them",
        )


def _check_issue(bargain: Bargain, entry: IssueAdded, parties: Collection[str]) -> None:
    if bargain.drafts or bargain.statements:
        raise Refused(
            "draft-exists",
            "parties have stated their interests without this issue; add issues before anybody does, or open it anew",
        )
    if entry.issue in bargain.issues or entry.name in {issue.name for issue in bargain.issues.values()}:
        raise Refused("same-name", f"there is an issue {entry.name!r} already; give each issue its own name")
    if not entry.options or len(set(entry.options)) < len(entry.options):
        raise Refused(
            "no-options",
            f"issue {entry.name!r} needs options, each with its own name; correct the list of them",
        )
    if entry.otherwise is not None and entry.otherwise not in entry.options:
        raise Refused(
            "unknown-name",
            f"issue {entry.name!r} would otherwise be {entry.otherwise!r}, which is not among its options "
            f"{listed(entry.options)}",
        )
    _check_parties(entry.settled_by, parties, f"settle issue {entry.name!r}")


def _check_parties(names: Collection[str], parties: Collection[str], what: str) -> None:
    for name in names:
        if name not in parties:
            raise Refused("unknown-party", f"{name!r} would {what}, but there is no such party; add it first")


def _check_has_issues(bargain: Bargain) -> None:
    if not bargain.issues:
        raise Refused("no-options", "there is no issue to settle yet; wait until the host has added one")


def _check_draft(bargain: Bargain, entry: DraftProposed) -> None:
    _check_has_issues(bargain)
    if entry.draft != bargain.latest + 1:
        raise Refused(
            "draft",
            f"the next draft here is number {bargain.latest + 1}, not {entry.draft}; look at the latest",
        )
    begins = not bargain.drafts or bargain.is_over
    if begins != (entry.why == "first draft") and not (begins and entry.why == "impasse"):
        raise Refused(
            "draft",
            "the procedure begins with a first draft"
            if begins
            else "a draft is on the table already; answer what hurts in it",
        )
    for issue in bargain.issues.values():
        option = entry.package.get(issue.issue)
        if option not in issue.options:
            raise Refused(
                "draft",
                f"a draft takes one option of every issue; for issue {issue.name!r} this one has {option!r}, and its "
                f"options are {listed(issue.options)}",
            )
    unknown = [name for name in entry.package if name not in bargain.issues]
    if unknown:
        raise Refused(
            "draft", f"the draft speaks of issue {unknown[0]!r}, which is not among those to settle"
        )
    if dict(entry.interests) != bargain.stated:
        raise Refused(
            "draft",
            "this draft does not rest on what the parties state now; compute it again and propose that",
        )


def _check_author(bargain: Bargain, entry: DraftProposed, parties: Collection[str]) -> None:
    """The site itself waits for everybody; the host need not, and may put a first draft of its own on the table."""
    if not entry.computed and (entry.by == SITE or entry.why != "first draft"):
        raise Refused(
            "draft", "only a first draft of the host's own is not computed; leave the rest to the program"
        )
    if not entry.computed and entry.method is not None:
        raise Refused(
            "draft", "a draft of the host's own was not computed by any method; leave the method out"
        )
    if entry.by != SITE:
        return
    awaited = bargain.awaited(parties)
    if awaited:
        raise Refused(
            "draft",
            f"the site proposes once everybody was heard; {listed(awaited)} were not, so wait or ask the host",
        )


def _check_on_the_table(bargain: Bargain, entry: HurtMarked | DraftAnswered) -> None:
    if not bargain.drafts:
        raise Refused("draft", "there is no draft yet to answer; wait for the first")
    if entry.draft != bargain.latest:
        raise Refused(
            "draft",
            f"draft {entry.draft} is not on the table any more; answer draft {bargain.latest} instead",
        )


def _check_end(bargain: Bargain, entry: NegotiationEnded, parties: Collection[str]) -> None:
    """An agreement needs the consent that the terms ask for; an impasse, that nothing better is left and it lacks."""
    if entry.outcome == "withdrawn":
        if entry.by == SITE or entry.draft is not None:
            raise Refused("not-ended", "a negotiation is withdrawn by its host, whatever is on the table")
        return
    if not bargain.drafts or entry.draft != bargain.latest:
        raise Refused("not-ended", f"a negotiation ends on its latest draft, number {bargain.latest}")
    decided = bargain.is_decided(parties)
    if entry.outcome == "agreement" and not decided:
        raise Refused(
            "not-ended",
            f"an agreement needs the parties that the terms name; {len(bargain.consenting())} consent to this draft",
        )
    if entry.outcome == "impasse" and (decided or not bargain.is_over):
        raise Refused(
            "not-ended",
            "it is no impasse while the draft can be improved, or where enough parties consent to it",
        )
