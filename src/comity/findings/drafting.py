"""The drafts of a negotiation that a record keeps: the next one, and all of them again for whoever verifies.

The single text of `comity.engine.bargaining.single_text`, from what parties stated and marked. The same statements and
marks give the same drafts, also where packages are too many to be listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from comity.engine.bargaining.agreements import Agreements
from comity.engine.bargaining.large_drafts import proposal_of
from comity.engine.bargaining.single_text import Mark, next_proposal
from comity.engine.bargaining.solutions import leximin_best
from comity.engine.bargaining.space import Integers, Space, acceptable, refused, values_of
from comity.errors import Refused
from comity.findings.package_space import names_of, numbers_of, space_of
from comity.record.bargain import ENDINGS, Bargain, DraftProposed, Start, Why
from comity.record.consultation import Party
from comity.record.interests import negotiation_of, package_of, party_names
from comity.record.negotiation import Negotiation, Package

METHOD = "single-text/1"
SECONDS = 30.0
"""The most that is spent on an improvement where packages cannot be listed."""


@dataclass(frozen=True)
class Drafted:
    """What the program puts on the table. why: what it is to the draft before it."""

    package: Package
    why: Why


@dataclass(frozen=True)
class Replayed:
    """What came of computing every draft again. n_same: drafts that came out the same; n_claims: drafts among more
    packages than can be listed, of which what they claim was found true; n_open: such drafts whose claim that nothing
    better is left could not be settled in time; n_unknown: drafts that rest on what is not at hand; n_other: drafts by
    a method that is not known here; wrong: the number of a draft and what is wrong with it, None where nothing is.
    """

    n_same: int = 0
    n_claims: int = 0
    n_open: int = 0
    n_unknown: int = 0
    n_other: int = 0
    wrong: tuple[int, str] | None = None


def first_draft(negotiation: Negotiation, start: Start, seconds: float = SECONDS) -> Drafted:
    """The first draft: a compromise on every issue alone, or a solution; changed as little as makes it acceptable.

    On every issue alone: of the options that nobody's red line on this issue forbids, the one whose smallest share of
    what each party could have there is largest, the weights of issues aside. Where nothing is acceptable to all, this
    is an impasse.

    >>> from comity.record.negotiation import Between, Issue, PartyPreferences
    >>> def party(name, *points):
    ...     return PartyPreferences(name, {"Weir": {o: Between(p, p) for o, p in zip("abc", points)}})
    >>> weir = Negotiation("", "", (Issue("Weir", ("a", "b", "c")),), (party("A", 9, 6, 0), party("B", 0, 6, 9)))
    >>> first_draft(weir, "issue by issue")
    Drafted(package=('b',), why='first draft')
    """
    space, _ = space_of(negotiation)
    agreements = Agreements(space, seconds)
    alone = _issue_by_issue(space)
    if agreements.start.impossible:
        return Drafted(names_of(negotiation, alone), "impasse")
    package = alone if start == "issue by issue" else agreements.solution(start).package
    if package is None or not _stands(space, package):
        package = _nearest(agreements, alone)
    return Drafted(names_of(negotiation, package), "first draft")


def next_draft(
    negotiation: Negotiation,
    draft: Package,
    marks: Sequence[tuple[str, str]],
    seconds: float = SECONDS,
) -> Drafted:
    """The answer to the marks on a draft. marks: party and the issue that hurts it most, by their names.

    Raises Refused 'too-many-packages' where it could not be settled in time whether anything is better.
    """
    space, _ = space_of(negotiation)
    agreements = Agreements(space, seconds)
    package = numbers_of(negotiation, draft)
    given = _marks(negotiation, marks)
    if agreements.listed is None:
        proposal, proven = proposal_of(space, package, given, agreements.ideal_or_one, seconds)
        if proposal.ends and not proven:
            _found(None)
        return Drafted(names_of(negotiation, np.array(proposal.package, np.int32)), proposal.why)
    proposal = next_proposal(space, agreements.listed, package, given, agreements.ideal_or_one)
    return Drafted(names_of(negotiation, np.array(proposal.package, np.int32)), proposal.why)


def next_of(
    bargain: Bargain, parties: Mapping[str, Party], texts: Mapping[str, str], stated: Mapping[str, str]
) -> Drafted:
    """The next draft of a negotiation. texts: of statements and marks, by hash; stated: whose statements count.

    Raises Refused where a text is not at hand, or where what is stated leaves a party nothing.
    """
    return _drafted(bargain, parties, texts, stated, len(bargain.drafts))


def replayed(bargain: Bargain, parties: Mapping[str, Party], texts: Mapping[str, str]) -> Replayed:
    """Compute every draft of a negotiation again from the texts at hand, and compare. texts: by hash."""
    count: Counter[str] = Counter()

    def so_far(wrong: tuple[int, str] | None) -> Replayed:
        return Replayed(
            count["n_same"], count["n_claims"], count["n_open"], count["n_unknown"], count["n_other"], wrong
        )

    for place, draft in enumerate(bargain.drafts):
        if not draft.computed:
            continue
        if draft.method not in (None, METHOD):
            count["n_other"] += 1
            continue
        needed = [*draft.interests.values(), *(bargain.hurts[place - 1].values() if place else ())]
        if any(hash_ not in texts for hash_ in needed):
            count["n_unknown"] += 1
            continue
        try:
            came, wrong = _compared(bargain, parties, texts, draft, place)
        except Refused as refused:
            came, wrong = "n_same", refused.text
        if wrong is not None:
            return so_far((draft.draft, wrong))
        count[came] += 1
    return so_far(None)


Came = Literal["n_same", "n_claims", "n_open"]


def _compared(
    bargain: Bargain, parties: Mapping[str, Party], texts: Mapping[str, str], draft: DraftProposed, place: int
) -> tuple[Came, str | None]:
    """How a recorded draft was checked, and how it differs from what the statements and marks give."""
    found = package_of(bargain, draft.package)
    negotiation = _negotiation(bargain, parties, texts, draft.interests)
    space, _ = space_of(negotiation)
    if place and not _begins(bargain, place) and Agreements(space, SECONDS).listed is None:
        return _claimed(negotiation, space, bargain, draft, place)
    says = _drafted(bargain, parties, texts, draft.interests, place)
    if says != Drafted(found, draft.why):
        told, given = ", ".join(found), ", ".join(says.package)
        return "n_same", f"the record has {told} ({draft.why}), the statements give {given} ({says.why})"
    return "n_same", None


def _claimed(
    negotiation: Negotiation, space: Space, bargain: Bargain, draft: DraftProposed, place: int
) -> tuple[Came, str | None]:
    """Of packages that cannot be listed another improvement may be found elsewhere: what a draft claims is checked."""
    before = numbers_of(negotiation, package_of(bargain, bargain.drafts[place - 1].package))
    now = numbers_of(negotiation, package_of(bargain, draft.package))
    values = values_of(space, np.stack([before, now]))
    if draft.why in ENDINGS:
        if (before != now).any():
            return "n_claims", "it is said to leave the draft before it as it was, and does not"
        proposal, proven = proposal_of(space, before, (), Agreements(space, SECONDS).ideal_or_one, SECONDS)
        if not proposal.ends:
            return "n_claims", f"it is said to be the end ({draft.why}), and another package goes on from it"
        return ("n_claims" if proven else "n_open"), None
    if not _stands(space, now):
        return "n_claims", "it is said to be acceptable to all, and is not"
    if draft.why == "improved" and not ((values[1] >= values[0]).all() and (values[1] > values[0]).any()):
        return "n_claims", "it is said to be better for some and worse for none, and is not"
    return "n_claims", None


def _drafted(
    bargain: Bargain,
    parties: Mapping[str, Party],
    texts: Mapping[str, str],
    stated: Mapping[str, str],
    place: int,
) -> Drafted:
    """The draft at this place (0 is the first), from these statements."""
    negotiation = _negotiation(bargain, parties, texts, stated)
    terms = bargain.terms
    if _begins(bargain, place):
        return first_draft(negotiation, "issue by issue" if terms is None else terms.start)
    names = party_names(parties)
    marks = [
        (names[party], bargain.issues[texts[hash_]].name)
        for party, hash_ in bargain.hurts[place - 1].items()
        if party in stated and texts.get(hash_) in bargain.issues
    ]
    return next_draft(negotiation, package_of(bargain, bargain.drafts[place - 1].package), marks)


def _begins(bargain: Bargain, place: int) -> bool:
    return place == 0 or bargain.drafts[place - 1].why in ("no improvement left", "impasse")


def _negotiation(
    bargain: Bargain, parties: Mapping[str, Party], texts: Mapping[str, str], stated: Mapping[str, str]
) -> Negotiation:
    return negotiation_of(bargain, parties, texts, stated, "", "")


def _issue_by_issue(space: Space) -> Integers:
    chosen = []
    for issue, table in enumerate(space.points):
        least, most = table.min(axis=1, keepdims=True), table.max(axis=1, keepdims=True)
        cares = (most > least)[:, 0]
        shares = ((table - least) / np.where(most > least, most - least, 1.0))[cares].T
        refused_here = {
            option
            for line in space.refusals
            if len(line.where) == 1 and line.where[0][0] == issue
            for option in line.where[0][1]
        }
        open_ = np.array([option not in refused_here for option in range(table.shape[1])])
        if not open_.any():
            open_[:] = True
        numbers = np.flatnonzero(open_)
        best = leximin_best(shares[numbers]) if cares.any() else np.ones(len(numbers), bool)
        chosen.append(int(numbers[np.flatnonzero(best)[0]]))
    return np.array(chosen, np.int32)


def _nearest(agreements: Agreements, package: Integers) -> Integers:
    """The acceptable package that changes fewest issues of this one; in a large space any that was found."""
    if agreements.listed is None:
        return _found(agreements.solution("leximin").package)
    return np.array(
        next_proposal(agreements.space, agreements.listed, package, (), agreements.ideal_or_one).package,
        np.int32,
    )


def _found(package: Integers | None) -> Integers:
    if package is None:
        raise Refused(
            "too-many-packages",
            "there are so many packages that none could be found, or ruled out, in the time allowed; settle fewer "
            "issues at once, or let the host put a draft on the table",
        )
    return package


def _stands(space: Space, package: Integers) -> bool:
    row = package[None, :]
    return bool(acceptable(space, values_of(space, row))[0] and not refused(space, row)[0])


def _marks(negotiation: Negotiation, marks: Sequence[tuple[str, str]]) -> tuple[Mark, ...]:
    parties = [party.name for party in negotiation.parties]
    issues = [issue.name for issue in negotiation.issues]
    return tuple(
        (parties.index(party), issues.index(issue))
        for party, issue in marks
        if party in parties and issue in issues
    )
