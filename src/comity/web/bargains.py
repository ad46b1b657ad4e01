"""What pages are given of a negotiation: its terms, what each party opens to the others, its drafts, one's own side.

A visitor's own numbers are here only where he or she is a delegate; of the others, what their `opened` texts hold.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from comity.errors import Refused
from comity.reader import Reader
from comity.record.bargain import Bargain, IssueAdded, NegotiationEnded, NegotiationOpened
from comity.record.interests import party_names, preferences_from
from comity.record.negotiation import Condition, PartyPreferences, RedLine
from comity.record.state import State
from comity.web.named import Named, named_in
from comity.web.views import Seen

Stage = Literal["interests", "drafts", "last", "impasse", "ended"]


@dataclass(frozen=True)
class Opened:
    """What one party opens to the others. rank: issue id -> 1 matters most; order: issue id -> options best first, as
    it follows from points where those are open.

    weights, points: as stated, where the host opened all; None where not.
    """

    rank: Mapping[str, int]
    order: Mapping[str, tuple[tuple[str, ...], ...]]
    weights: Mapping[str, Any] | None
    points: Mapping[str, Mapping[str, Any]] | None
    lines: tuple[RedLine | Condition, ...]


@dataclass(frozen=True)
class PartySeen:
    """A party at the table. answer: to the latest draft, None where it has not answered; hurt: an issue's name."""

    id: str
    name: str
    stated: bool
    answer: bool | None
    hurt: str | None
    opened: Opened | None
    mine: bool


@dataclass(frozen=True)
class DraftSeen:
    """A draft. entry: its number in the record; options: one for every issue, in their order; changed: issues whose
    option differs from the draft before.
    """

    number: int
    entry: int
    at: int | None
    why: str
    computed: bool
    method: str | None
    options: tuple[str, ...]
    changed: frozenset[str]
    consenting: tuple[str, ...]
    against: tuple[str, ...]


@dataclass(frozen=True)
class OwnLine:
    """One issue of a draft for one's own party: the option, its place among the options, what it is worth and lost.

    Points are rounded to nine digits; a range counts as its middle. n_open: options that it does not refuse alone;
    fall: what it loses from here, at most, whichever of them is taken.
    """

    issue: str
    option: str
    place: int
    of: int
    worth: float
    lost: float
    best: str
    refused: bool
    n_open: int
    fall: float


@dataclass(frozen=True)
class OwnSide:
    """One's own party: what it stated last, by a delegate; None where it has not stated anything."""

    party: str
    name: str
    pseudonym: str
    statement: Mapping[str, Any] | None
    preferences: PartyPreferences | None
    hurt: str | None


@dataclass(frozen=True)
class Table:
    """A negotiation as one visitor sees it. issues: in order. waiting: names of the parties that are to be heard."""

    stage: Stage
    terms: NegotiationOpened
    number: int
    issues: tuple[IssueAdded, ...]
    parties: tuple[PartySeen, ...]
    drafts: tuple[DraftSeen, ...]
    end: NegotiationEnded | None
    ended_at: int | None
    own: OwnSide | None
    waiting: tuple[str, ...]
    decided: bool
    veto: tuple[str, ...]
    n_earlier: int
    named: Named

    @property
    def latest(self) -> DraftSeen | None:
        return self.drafts[-1] if self.drafts else None


def table_of(reader: Reader, seen: Seen, code: str = "") -> Table | None:
    """The negotiation of this consultation for this visitor; None where none was opened.

    code: of the language in which issues and options are named where they were translated; "": as the host named them.
    """
    texts = reader.texts(seen.id)
    with reader.reading(seen.id) as state:
        bargain = state.bargain
        terms = bargain.terms
        if terms is None:
            return None
        names = party_names(state.parties)
        delegate = seen.roles.get("delegate")
        mine = state.members[delegate].party if delegate is not None else None
        own_hashes = [
            hash_
            for hash_ in (
                bargain.stated.get(mine or ""),
                bargain.hurts[-1].get(mine or "") if bargain.hurts else None,
            )
            if hash_ is not None and hash_ not in state.erased
        ]
        parties = tuple(
            _party(state, bargain, texts, party, names, mine=party == mine) for party in state.parties
        )
        found = Table(
            stage=_stage(bargain),
            terms=terms,
            number=bargain.number,
            issues=tuple(bargain.issues.values()),
            parties=parties,
            drafts=_drafts(bargain, names),
            end=bargain.end,
            ended_at=None if bargain.end is None else bargain.end.at,
            own=None,
            waiting=tuple(names[party] for party in bargain.awaited(state.parties))
            if bargain.is_under_way and not bargain.is_over
            else (),
            decided=bargain.is_decided(state.parties),
            veto=tuple(names[party] for party in terms.veto),
            n_earlier=len(state.past_bargains),
            named=named_in(bargain, texts, seen.settings.language, code),
        )
        stated = bargain.stated.get(mine or "")
        hurt = bargain.hurts[-1].get(mine or "") if bargain.hurts else None
        issues = dict(bargain.issues)
    if mine is None or delegate is None:
        return found
    private = reader.private_texts(seen.id, own_hashes)
    text = private.get(stated or "")
    own = OwnSide(
        party=mine,
        name=names[mine],
        pseudonym=delegate,
        statement=None if text is None else json.loads(text),
        preferences=None if text is None else preferences_from(text, issues, names[mine]),
        hurt=private.get(hurt or ""),
    )
    return replace(found, own=own)


def needed(table: Table | None) -> Table:
    """The negotiation, or Refused where there is none."""
    if table is None:
        raise Refused("no-negotiation", "no packages are negotiated here yet; the host opens that first")
    return table


def own_lines(table: Table, draft: DraftSeen) -> tuple[OwnLine, ...]:
    """What a draft means to one's own party, issue by issue; empty where it has stated nothing."""
    if table.own is None or table.own.preferences is None:
        return ()
    party = table.own.preferences
    return tuple(
        _own_line(party, issue, option) for issue, option in zip(table.issues, draft.options, strict=True)
    )


def own_value(table: Table, draft: DraftSeen) -> float | None:
    """What a draft is worth to one's own party; None where it has stated nothing."""
    if table.own is None or table.own.preferences is None:
        return None
    chosen = {issue.name: option for issue, option in zip(table.issues, draft.options, strict=True)}
    extra = sum(
        points
        for pair in table.own.preferences.together
        for first, second, points in pair.points
        if chosen[pair.first] == first and chosen[pair.second] == second
    )
    return round(sum(line.worth for line in own_lines(table, draft)) + extra, 9)


def _own_line(party: PartyPreferences, issue: IssueAdded, option: str) -> OwnLine:
    points = _points(party, issue)
    share = party.weight_of(issue.name).middle / 100.0
    best = max(points, key=lambda name: points[name])
    refused = {
        name
        for line in party.red_lines
        if len(line.where) == 1 and line.where[0][0] == issue.name
        for name in line.where[0][1]
    }
    open_ = [name for name in issue.options if name not in refused]
    least = min((points[name] for name in open_), default=points[option])
    return OwnLine(
        issue.name,
        option,
        1 + len({value for value in points.values() if value > points[option]}),
        len(points),
        round(share * points[option], 9),
        round(share * (points[best] - points[option]), 9),
        best,
        option in refused,
        len(open_),
        round(max(0.0, share * (points[option] - least)), 9),
    )


def _points(party: PartyPreferences, issue: IssueAdded) -> dict[str, float]:
    if issue.name in party.points:
        return {option: party.points[issue.name][option].middle for option in issue.options}
    order = (party.rankings or {}).get(issue.name)
    if order is None:
        return dict.fromkeys(issue.options, 0.0)
    last = max(1, len(order) - 1)
    return {
        name: 100.0 * (len(order) - 1 - place) / last for place, equals in enumerate(order) for name in equals
    }


def _stage(bargain: Bargain) -> Stage:
    if bargain.end is not None:
        return "ended"
    if not bargain.drafts:
        return "interests"
    if not bargain.is_over:
        return "drafts"
    return "impasse" if bargain.drafts[-1].why == "impasse" else "last"


def _party(
    state: State,
    bargain: Bargain,
    texts: Mapping[str, str],
    party: str,
    names: Mapping[str, str],
    *,
    mine: bool,
) -> PartySeen:
    stated = bargain.interests.get(party)
    hurt = bargain.hurts[-1].get(party) if bargain.hurts else None
    issue = bargain.issues.get(texts.get(hurt or "", ""))
    opened = None if stated is None or stated.opened is None else texts.get(stated.opened)
    return PartySeen(
        id=party,
        name=names[party],
        stated=stated is not None,
        answer=bargain.answers[-1].get(party) if bargain.answers else None,
        hurt=None if issue is None else issue.name,
        opened=None if opened is None else _opened(opened, bargain.issues, names[party]),
        mine=mine,
    )


def _opened(text: str, issues: Mapping[str, IssueAdded], name: str) -> Opened:
    found = json.loads(text)
    order = found.get("order", {})
    rank, place = {}, 1
    for equals in order.get("issues", []):
        rank.update(dict.fromkeys(equals, place))
        place += len(equals)
    preferences = preferences_from(
        json.dumps({key: found[key] for key in ("red_lines", "conditions") if key in found}), issues, name
    )
    return Opened(
        rank=rank,
        order={
            **{issue: _by_points(points) for issue, points in found.get("points", {}).items()},
            **{
                issue: tuple(map(tuple, levels))
                for issue, levels in (order.get("options") or found.get("rankings", {})).items()
            },
        },
        weights=found.get("weights"),
        points=found.get("points"),
        lines=(*preferences.red_lines, *preferences.conditions),
    )


def _by_points(points: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """Options best first, equals together; a range counts as its middle."""
    middle = {
        option: sum(value) / 2 if isinstance(value, list) else value for option, value in points.items()
    }
    return tuple(
        tuple(option for option in middle if middle[option] == level)
        for level in sorted(set(middle.values()), reverse=True)
    )


def _drafts(bargain: Bargain, names: Mapping[str, str]) -> tuple[DraftSeen, ...]:
    found: list[DraftSeen] = []
    for place, draft in enumerate(bargain.drafts):
        options = tuple(draft.package[issue] for issue in bargain.issues)
        before: Sequence[str] = found[-1].options if found else options
        found.append(
            DraftSeen(
                number=draft.draft,
                entry=bargain.numbers[place],
                at=draft.at,
                why=draft.why,
                computed=draft.computed,
                method=draft.method,
                options=options,
                changed=frozenset(
                    issue.name
                    for issue, now, then in zip(bargain.issues.values(), options, before, strict=True)
                    if now != then
                ),
                consenting=tuple(names[who] for who, yes in bargain.answers[place].items() if yes),
                against=tuple(names[who] for who, yes in bargain.answers[place].items() if not yes),
            )
        )
    return tuple(found)
