"""A negotiation over packages as the record tells it: its terms, issues, statements of interests, drafts and hurts.

What a party states about its interests, and which issue it says hurts, are private: the record holds their salted
hashes (`text_hash`), and the texts are kept beside it, in no copy. Whoever is shown one of them can check it against
the record, and whoever holds all of them can compute every draft again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Literal

from comity.errors import Refused
from comity.record.entry import Entry
from comity.record.negotiation import Shown, listed

Why = Literal["first draft", "made acceptable", "improved", "no improvement left", "impasse"]
"""What a draft is to the one before it; the last two end the single-text procedure."""
ENDINGS = frozenset({"no improvement left", "impasse"})


@dataclass(frozen=True, kw_only=True)
class NegotiationOpened(Entry):
    """The host opens bargaining over packages. Once, and never changed: parties state their interests relying on it.

    shown: what parties see of one another's statements. quota: how many parties decide, None: all. veto: parties
    without whom nothing is decided.
    """

    kind: ClassVar[str] = "negotiation-opened"
    shown: Shown = "nothing"
    quota: int | None = None
    veto: tuple[str, ...] = ()


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

    interests: `text_hash` of the statement, which is kept beside the record and in no copy of it.
    """

    kind: ClassVar[str] = "interests-stated"
    interests: str


@dataclass(frozen=True, kw_only=True)
class DraftProposed(Entry):
    """One round of the single text. draft: 1, 2, ...; package: issue id -> option; why: what it is to the one before.

    interests: party -> the hash of the statement that the draft rests on. comity_version: what computed it.
    """

    kind: ClassVar[str] = "draft-proposed"
    draft: int
    package: Mapping[str, str]
    why: Why
    interests: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    comity_version: str


@dataclass(frozen=True, kw_only=True)
class HurtMarked(Entry):
    """A delegate marked what hurts the party most in the latest draft; a later mark on it replaces it.

    hurt: `text_hash` of the issue's id, kept beside the record as interests are.
    """

    kind: ClassVar[str] = "hurt-marked"
    draft: int
    hurt: str


@dataclass(slots=True)
class Bargain:
    """Where the negotiation stands. terms: None before it was opened. issues: by id, in the order of submission.

    interests: party -> hash of its latest statement. drafts: oldest first. hurts: party -> hash of its mark on the
    latest draft.
    """

    terms: NegotiationOpened | None = None
    issues: dict[str, IssueAdded] = field(default_factory=dict)
    interests: dict[str, str] = field(default_factory=dict)
    drafts: list[DraftProposed] = field(default_factory=list)
    hurts: dict[str, str] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether the latest draft ended the procedure; a new first draft begins it again."""
        return bool(self.drafts) and self.drafts[-1].why in ENDINGS


def check(bargain: Bargain, entry: Entry, parties: Collection[str]) -> None:
    """Raise Refused unless the entry may follow. parties: ids of all."""
    if isinstance(entry, NegotiationOpened):
        _check_terms(bargain, entry, parties)
    elif bargain.terms is None:
        raise Refused(
            "no-negotiation", "there are no packages to negotiate here yet; the host opens that first"
        )
    elif isinstance(entry, IssueAdded):
        _check_issue(bargain, entry, parties)
    elif isinstance(entry, DraftProposed):
        _check_draft(bargain, entry)
    elif isinstance(entry, InterestsStated):
        _check_has_issues(bargain)
    elif isinstance(entry, HurtMarked):
        _check_hurt(bargain, entry)


def follow(bargain: Bargain, entry: Entry, party: str | None) -> None:
    """Bring the negotiation forward by one entry that was admitted. party: whom its writer speaks for."""
    if isinstance(entry, NegotiationOpened):
        bargain.terms = entry
    elif isinstance(entry, IssueAdded):
        bargain.issues[entry.issue] = entry
    elif isinstance(entry, InterestsStated) and party is not None:
        bargain.interests[party] = entry.interests
    elif isinstance(entry, DraftProposed):
        bargain.drafts.append(entry)
        bargain.hurts = {}
    elif isinstance(entry, HurtMarked) and party is not None:
        bargain.hurts[party] = entry.hurt


def _check_terms(bargain: Bargain, entry: NegotiationOpened, parties: Collection[str]) -> None:
    if bargain.terms is not None:
        raise Refused(
            "negotiation-opened",
            "packages are being negotiated here already, and parties rely on its terms; leave them as they are",
        )
    _check_parties(entry.veto, parties, "have a veto")
    if entry.quota is not None and not 1 <= entry.quota <= max(1, len(parties)):
        raise Refused(
            "not-a-number",
            f"{entry.quota} parties would decide, but there are {len(parties)}; name a number of them",
        )


def _check_issue(bargain: Bargain, entry: IssueAdded, parties: Collection[str]) -> None:
    if bargain.drafts:
        raise Refused(
            "draft-exists", "a draft is on the table that leaves this issue out; add issues before the first"
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
    if entry.draft != len(bargain.drafts) + 1:
        raise Refused(
            "draft",
            f"the next draft here is number {len(bargain.drafts) + 1}, not {entry.draft}; look at the latest",
        )
    begins = not bargain.drafts or bargain.is_over
    if begins != (entry.why == "first draft"):
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
    if dict(entry.interests) != bargain.interests:
        raise Refused(
            "draft",
            "this draft does not rest on what the parties state now; compute it again and propose that",
        )


def _check_hurt(bargain: Bargain, entry: HurtMarked) -> None:
    if not bargain.drafts:
        raise Refused("draft", "there is no draft yet in which anything could hurt; wait for the first")
    if entry.draft != len(bargain.drafts):
        raise Refused(
            "draft",
            f"draft {entry.draft} is not on the table any more; mark draft {len(bargain.drafts)} instead",
        )
    if bargain.is_over:
        raise Refused("draft", "this procedure has ended; the host may begin it again with a new first draft")
