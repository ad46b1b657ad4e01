"""What one reader may see of the findings on a negotiation: everything else is taken out before a page is made.

The host chose in the opening what parties see of one another: nothing, rankings or all. A party always sees its own
numbers. A red line or condition is seen by its own party, and by others only if that party published it: not even
"all" opens it. What would let a reader work out another party's numbers goes with them: sums and products, bounds,
the frontier with its values, counts of what is refused, who would leave, and the fingerprint of the private file.

Packages tell something too. A trade says that each of its changes alone costs somebody: between two parties that is the
other's order of options, so trades are for readers who may see everybody's rankings. Who would leave says what those
parties would rather have: for readers who may see all numbers, and only of parties none of whose lines is hidden; a
party alone is its own affair and may always know. A solution bounds what the others may have stated, the utilitarian
one issue by issue: where a record keeps drafts and the host opened nothing, a reader gets what the drafts themselves
tell (whether something is better for some and worse for none, and the nearest such package) and no solution beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from comity.errors import Refused
from comity.findings.packages import (
    Care,
    CoalitionFinding,
    ConflictFinding,
    DemandFinding,
    DraftFinding,
    GivingWayFinding,
    Line,
    LotteryFinding,
    Numbers,
    PackageFindings,
    PartyFinding,
    Proof,
    RoundFinding,
    SolutionFinding,
    TradeFinding,
    Worth,
)

MEDIATOR = "mediator"
EVERYBODY = "everybody"


@dataclass(frozen=True)
class _Sight:
    """Whose numbers, and whose rankings, a reader may see; all: everybody's numbers."""

    numbers: frozenset[int]
    rankings: frozenset[int]
    all: bool
    own: int | None


def seen_by(findings: PackageFindings, reader: str) -> PackageFindings:
    """The findings as `reader` may see them: "mediator", "everybody", or the name of a party.

    A party called like one of the two words is still reached by its name: parties come first. Refused for a name
    that nobody has.
    """
    own = findings.parties.index(reader) if reader in findings.parties else None
    if own is None and reader == MEDIATOR:
        return findings
    if own is None and reader != EVERYBODY:
        names = ", ".join(repr(name) for name in findings.parties[:8])
        raise Refused(
            "unknown-name", f"there is no party {reader!r} to make this page for; the parties are {names}"
        )
    every = frozenset(range(len(findings.parties)))
    mine = frozenset() if own is None else frozenset({own})
    sight = _Sight(
        every if findings.shown == "all" else mine,
        every if findings.shown in {"all", "rankings"} else mine,
        findings.shown == "all" or (own is not None and len(every) == 1),
        own,
    )
    demands, kept = _demands(findings, sight)
    seen = replace(
        findings,
        reader=reader,
        own=own,
        n_allowed=findings.n_allowed if sight.all and not _hides_lines(findings, own) else None,
        n_acceptable=findings.n_acceptable if sight.all and not _hides_lines(findings, own) else None,
        cares=tuple(
            tuple(_care(care, party, sight) for party, care in enumerate(row)) for row in findings.cares
        ),
        demands=demands,
        conflict=_conflict(findings, sight, kept),
        floor=_masked(findings.floor, sight),
        ideal=_masked(findings.ideal, sight),
        frontier=findings.frontier if sight.all else None,
        solutions=tuple(_solution(one, sight) for one in findings.solutions),
        recommended_worth=_worth(findings.recommended_worth, sight),
        draft=_draft(findings.draft, sight, kept),
        coalitions=_coalitions(findings.coalitions, sight, _hiding(findings, own)),
        rounds=tuple(_round(one, sight) for one in findings.rounds),
        unsaid=tuple(one for one in findings.unsaid if one.party in sight.numbers),
        accounts=_accounts(findings.accounts, sight),
        lotteries=tuple(_lottery(one, sight) for one in findings.lotteries),
        files=findings.files if sight.all and not _hides_lines(findings, own) else (),
    )
    return _only_the_draft(seen) if findings.kind == "record" and sight.rankings < every else seen


def _only_the_draft(seen: PackageFindings) -> PackageFindings:
    """Without all that rests on the others' statements beyond the draft on the table and whether it can be improved."""
    none: Numbers = (None,) * len(seen.parties)
    draft = seen.draft
    if draft is not None:
        nearest = None if draft.nearest is None else replace(draft.nearest, share=none)
        draft = replace(
            draft, worth=replace(draft.worth, share=none), nearest=nearest, best=None, distance={}
        )
    return replace(
        seen,
        ideal=none,
        solutions=(),
        recommended_worth=None,
        draft=draft,
        rounds=(),
        unsaid=(),
        certain=None,
        accounts=(),
        lotteries=(),
    )


def _hides_lines(findings: PackageFindings, own: int | None) -> bool:
    """Whether some party's red lines or conditions stay hidden from this reader."""
    return bool(_hiding(findings, own))


def _hiding(findings: PackageFindings, own: int | None) -> frozenset[int]:
    """The parties with red lines or conditions that stay hidden from this reader."""
    return frozenset(
        demand.party
        for demand in findings.demands
        if demand.kind != "floor" and not demand.published and demand.party != own
    )


def _masked(numbers: Numbers, sight: _Sight) -> Numbers:
    return tuple(number if party in sight.numbers else None for party, number in enumerate(numbers))


def _worth(worth: Worth | None, sight: _Sight) -> Worth | None:
    if worth is None:
        return None
    return replace(
        worth,
        value=_masked(worth.value, sight),
        gain=_masked(worth.gain, sight),
        share=_masked(worth.share, sight),
    )


def _care(care: Care, party: int, sight: _Sight) -> Care:
    ranked = party in sight.rankings
    return Care(
        care.share if party in sight.numbers else None,
        care.rank if ranked else None,
        care.order if ranked else None,
    )


def _solution(solution: SolutionFinding, sight: _Sight) -> SolutionFinding:
    if sight.all:
        return solution
    says = "Proven: no acceptable package scores more." if solution.proof.proven else "Not proven best."
    if solution.worth is None:
        says = solution.proof.says
    return replace(
        solution,
        worth=_worth(solution.worth, sight),
        proof=Proof(solution.proof.proven, None, None, None, says),
        n_tied=None,
        pays=_masked(solution.pays, sight),
        robust=None,
    )


def _lottery(lottery: LotteryFinding, sight: _Sight) -> LotteryFinding:
    proof = lottery.proof
    if not sight.all:
        says = proof.says if proof.proven else "Not proven best."
        proof = Proof(proof.proven, None, None, None, says)
    return replace(lottery, gain=_masked(lottery.gain, sight), proof=proof)


def _demands(findings: PackageFindings, sight: _Sight) -> tuple[tuple[DemandFinding, ...], dict[int, int]]:
    """Demands that the reader may see or that clash, renumbered; what may not be seen keeps only its party."""
    clashing = (
        set()
        if findings.conflict is None
        else {number for conflict in findings.conflict.conflicts for number in conflict}
        | {n for way in _ways(findings.conflict) for n in way.demands}
    )
    shown: list[DemandFinding] = []
    kept: dict[int, int] = {}
    for number, demand in enumerate(findings.demands):
        open_to_reader = (
            demand.party == sight.own
            or demand.published
            or (demand.kind == "floor" and demand.party in sight.numbers)
        )
        if open_to_reader or number in clashing:
            kept[number] = len(shown)
            shown.append(demand if open_to_reader else DemandFinding(demand.party, "demand", None))
    return tuple(shown), kept


def _ways(conflict: ConflictFinding) -> list[GivingWayFinding]:
    return [way for way in (conflict.joint, *conflict.of_party) if way is not None]


def _conflict(findings: PackageFindings, sight: _Sight, kept: dict[int, int]) -> ConflictFinding | None:
    conflict = findings.conflict
    if conflict is None:
        return None

    def renumbered(way: GivingWayFinding | None) -> GivingWayFinding | None:
        return None if way is None else replace(way, demands=tuple(kept[n] for n in way.demands))

    of_party = tuple(
        renumbered(way) if sight.all or party == sight.own else None
        for party, way in enumerate(conflict.of_party)
    )
    return ConflictFinding(
        tuple(tuple(kept[n] for n in one) for one in conflict.conflicts),
        conflict.finished,
        renumbered(conflict.joint),
        of_party,
    )


def _draft(draft: DraftFinding | None, sight: _Sight, kept: dict[int, int]) -> DraftFinding | None:
    if draft is None:
        return None
    visible = tuple(kept[number] for number in draft.broken if number in kept)
    says = draft.says.partition(" It breaks")[0]
    worth = _worth(draft.worth, sight)
    assert worth is not None
    return replace(
        draft,
        worth=worth,
        broken=visible,
        better=draft.better if sight.all else None,
        nearest=_worth(draft.nearest, sight),
        best=_worth(draft.best, sight),
        trades=None
        if draft.trades is None or len(sight.rankings) < len(draft.worth.value)
        else tuple(_trade(trade, sight) for trade in draft.trades),
        distance={name: _masked(numbers, sight) for name, numbers in draft.distance.items()},
        says=says,
    )


def _trade(trade: TradeFinding, sight: _Sight) -> TradeFinding:
    return replace(trade, change=_masked(trade.change, sight), smaller=trade.smaller if sight.all else None)


def _coalitions(
    coalitions: CoalitionFinding | None, sight: _Sight, hiding: frozenset[int]
) -> CoalitionFinding | None:
    if coalitions is None or (sight.all and not hiding):
        return coalitions
    if not sight.all:
        alone = tuple(
            replace(one, gain=_masked(one.gain, sight))
            for one in coalitions.leaving
            if one.members == (sight.own,)
        )
        says = "Not shown: who could do better without the others would tell what they want."
        return CoalitionFinding(False, None, alone, says)
    told = tuple(one for one in coalitions.leaving if hiding.isdisjoint(one.members))
    says = f"{coalitions.says} Parties whose red lines are not published are left out: it would tell of them."
    return CoalitionFinding(coalitions.computed, False if told else None, told, says, partly=True)


def _round(one: RoundFinding, sight: _Sight) -> RoundFinding:
    return replace(
        one,
        relieved=tuple(mark for mark in one.relieved if mark[0] in sight.rankings),
        gain=_masked(one.gain, sight),
    )


def _accounts(accounts: Sequence[PartyFinding], sight: _Sight) -> tuple[PartyFinding, ...]:
    found = []
    for account in accounts:
        own = account.party in sight.numbers
        others = sight.all or sight.rankings > sight.numbers
        if not own and account.party not in sight.rankings:
            continue
        telling = ("all" if others else "own") if own else "rankings"
        lines = account.lines if own else tuple(_line(line) for line in account.lines)
        found.append(PartyFinding(account.party, lines, account.variants[telling], {}))
    return tuple(found)


def _line(line: Line) -> Line:
    return replace(line, worth=None, lost=None)
