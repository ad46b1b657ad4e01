"""What a package means to each party, in plain words: what it gets, what it gave, for what, and who gained.

Giving is measured against the party's own best option of each issue. A party gains from what another gave if the
chosen option is worth more to it than the giver's best option would have been.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from comity.engine.bargaining.space import Integers, Space, values_of
from comity.findings.packages import Line, PartyFinding
from comity.record.negotiation import Negotiation


@dataclass(frozen=True)
class _Telling:
    """What a text may say: the party's own numbers, and which others gained."""

    numbers: bool
    others: bool


TELLINGS: Mapping[str, _Telling] = MappingProxyType(
    {
        "all": _Telling(numbers=True, others=True),
        "own": _Telling(numbers=True, others=False),
        "rankings": _Telling(numbers=False, others=True),
    }
)
"""The texts that are written of one party: by what their reader may know."""


def accounts_of(
    negotiation: Negotiation, space: Space, package: Integers, draft: Integers | None
) -> tuple[PartyFinding, ...]:
    """One account for every party. draft: said to be better or worse than it, where there is one."""
    return tuple(_account(negotiation, space, package, draft, party) for party in range(space.n_parties))


def _account(
    negotiation: Negotiation, space: Space, package: Integers, draft: Integers | None, party: int
) -> PartyFinding:
    lines = tuple(
        _line(negotiation, space, issue, int(package[issue]), party) for issue in range(space.n_issues)
    )
    variants = {
        name: _sentences(negotiation, space, package, draft, _Story(party, lines, telling))
        for name, telling in TELLINGS.items()
    }
    return PartyFinding(party, lines, variants["all"], MappingProxyType(variants))


def _line(negotiation: Negotiation, space: Space, issue: int, option: int, party: int) -> Line:
    points = space.points[issue][party]
    return Line(
        negotiation.issues[issue].name,
        negotiation.issues[issue].options[option],
        1 + len(np.unique(points[points > points[option]])),
        len(points),
        round(float(points[option]), 9) + 0.0,
        round(float(points.max() - points[option]), 9) + 0.0,
    )


@dataclass(frozen=True)
class _Story:
    party: int
    lines: tuple[Line, ...]
    telling: _Telling


def _sentences(
    negotiation: Negotiation, space: Space, package: Integers, draft: Integers | None, story: _Story
) -> tuple[str, ...]:
    return tuple(
        sentence
        for sentence in (
            _overall(space, package, story),
            *_got(negotiation, space, package, story),
            *_gave(negotiation, space, package, story),
            _against_draft(space, package, draft, story),
        )
        if sentence
    )


def _overall(space: Space, package: Integers, story: _Story) -> str:
    if not story.telling.numbers:
        return ""
    value = float(values_of(space, package[None, :])[0][story.party])
    floor = float(space.floor[story.party])
    more = value - floor
    if more > 0:
        better = f"{amount(more)} more than the {amount(floor)} without an agreement"
        return f"This is worth {amount(value)} to you: {better}."
    return f"This is worth {amount(value)} to you, exactly what you have without an agreement."


def _got(negotiation: Negotiation, space: Space, package: Integers, story: _Story) -> list[str]:
    """The issues where the party has its best option, and who gave way there."""
    got = [
        place
        for place, line in enumerate(story.lines)
        if line.lost == 0 and np.ptp(space.points[place][story.party]) > 0
    ]
    if not got:
        return ["On no issue do you get your first choice."]
    words = [f"{story.lines[place].issue} ({story.lines[place].option})" for place in got]
    sentences = [f"You get your first choice on {joined(words)}."]
    if story.telling.others:
        givers = [
            (negotiation.parties[other].name, story.lines[place].issue)
            for place in got
            for other in range(space.n_parties)
            if other != story.party
            and space.points[place][other].max() > space.points[place][other, package[place]]
        ]
        if givers:
            by_party = {name: [issue for who, issue in givers if who == name] for name, _ in givers}
            said = joined([f"{name} on {joined(issues)}" for name, issues in by_party.items()])
            sentences.append(f"There others gave way: {said}.")
    return sentences


def _gave(negotiation: Negotiation, space: Space, package: Integers, story: _Story) -> list[str]:
    """What the party gave, dearest first, and who has more because of it."""
    gave = [place for place, line in enumerate(story.lines) if line.lost]
    gave.sort(key=lambda place: -float(story.lines[place].lost or 0.0))
    sentences = []
    for place in gave:
        line, points = story.lines[place], space.points[place]
        best = int(points[story.party].argmax())
        wished = negotiation.issues[place].options[best]
        cost = f", which costs you {amount(line.lost or 0.0)}" if story.telling.numbers else ""
        sentence = f"On {line.issue} you gave: {line.option} instead of {wished}{cost}"
        if story.telling.others:
            gainers = [
                negotiation.parties[other].name
                for other in range(space.n_parties)
                if points[other, package[place]] > points[other, best]
            ]
            sentence += (
                f"; {joined(gainers)} gained from it" if gainers else "; nobody gained from this alone"
            )
        sentences.append(sentence + ".")
    return sentences or ["You gave nothing: every issue is as you would have it."]


def _against_draft(space: Space, package: Integers, draft: Integers | None, story: _Story) -> str:
    if draft is None or not story.telling.numbers:
        return ""
    pair = values_of(space, np.stack([package, draft]))
    change = float(pair[0][story.party] - pair[1][story.party])
    if change == 0:
        return "It is worth as much to you as the draft."
    return f"It is worth {amount(abs(change))} {'more' if change > 0 else 'less'} to you than the draft."


def joined(words: Sequence[str]) -> str:
    """Words as people list them.

    >>> joined(["a", "b", "c"])
    'a, b and c'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def amount(value: float) -> str:
    """Points in three significant figures, without an exponent.

    >>> amount(12.345), amount(0.04567), amount(1234.6), amount(20)
    ('12.3', '0.0457', '1235', '20')
    """
    if value == 0:
        return "0"
    digits = max(0, 2 - int(np.floor(np.log10(abs(value)))))
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
