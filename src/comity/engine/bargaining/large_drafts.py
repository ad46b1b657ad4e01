"""Answers about a draft where packages are too many to be listed: what is better, the next proposal, who would leave.

Each question is one about another space: floors are raised to the draft's values, and what is counted besides (issues
left as they are, marks eased) is the value of one more party. The answers are those of `trades.improvements`,
`single_text.next_proposal` and `coalitions.would_leave`; each says whether it is proven.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from comity.engine.bargaining.coalitions import Leaving, Powers
from comity.engine.bargaining.large import equally_good, largest_smallest, some_acceptable
from comity.engine.bargaining.programme import span_of
from comity.engine.bargaining.single_text import Mark, Proposal, worst_hurts
from comity.engine.bargaining.solutions import leximin_best
from comity.engine.bargaining.space import (
    Floats,
    Integers,
    Refusal,
    Space,
    acceptable,
    package_space,
    refused,
    values_of,
)
from comity.engine.bargaining.trades import Improvements

LEAST_GAIN = 2e-9
"""Share of a party's span below which a gain is no gain."""
MOST_COALITIONS = 128
"""Coalitions that can act, fewest members first, which are asked what they would rather have."""
MOST_ROUNDS = 40


def improvements_of(
    space: Space, draft: Integers, scale: Floats, seconds: float
) -> tuple[Improvements, bool]:
    """The nearest and the best package that dominate the draft, uncounted; and whether both answers are proven."""
    raised = _from(space, values_of(space, draft[None, :])[0])
    best = largest_smallest(raised, scale, seconds)
    if best.package is None or not _gains(raised, best.package):
        proven = best.proven or best.impossible
        return Improvements(0 if proven else None, None, None), proven
    kept = _kept(space, draft)
    near, proven = _chosen_by(_somebody_gains(raised), kept, scale, seconds)
    nearest = best.package if near is None else near
    return Improvements(None, _plain(nearest), _plain(best.package)), best.proven and proven


def proposal_of(
    space: Space, draft: Integers, marks: Sequence[Mark], scale: Floats, seconds: float
) -> tuple[Proposal, bool]:
    """The answer to the marks on a draft, by the rule of `single_text.next_proposal`; and whether that is proven."""
    start = values_of(space, draft[None, :])[0]
    nothing = np.zeros(space.n_parties)
    stands = bool(acceptable(space, start[None, :])[0] and not refused(space, draft[None, :])[0])
    if stands:
        better, proven = _chosen_by(
            _somebody_gains(_from(space, start)), _eased(space, draft, marks), scale, seconds, start
        )
        if better is None:
            why = "no improvement left"
            return Proposal(_plain(draft), why, (), nothing), proven  # type: ignore[arg-type]
        package = better
    else:
        near, proven = _chosen_by(space, _kept(space, draft), scale, seconds, start)
        if near is None:
            impossible = some_acceptable(space, seconds).impossible
            return Proposal(_plain(draft), "impasse", (), nothing), impossible
        package = near
    relieved = tuple(
        mark
        for mark in marks
        if space.points[mark[1]][mark[0], package[mark[1]]] > space.points[mark[1]][mark[0], draft[mark[1]]]
    )
    gain = values_of(space, package[None, :])[0] - start
    return Proposal(_plain(package), "improved" if stands else "made acceptable", relieved, gain), proven


def single_text_of(
    space: Space, draft: Integers, scale: Floats, seconds: float
) -> tuple[tuple[Proposal, ...], bool]:
    """The whole procedure with every party marking what costs it most; seconds: for each round. Proven: every round."""
    rounds = [Proposal(_plain(draft), "first draft", (), np.zeros(space.n_parties))]
    proven = True
    while not rounds[-1].ends and len(rounds) <= MOST_ROUNDS:
        package = np.array(rounds[-1].package, np.int32)
        step, sure = proposal_of(space, package, worst_hurts(space, package), scale, seconds)
        rounds.append(step)
        proven &= sure
    return tuple(rounds), proven and rounds[-1].ends


def would_leave_of(
    space: Space, powers: Powers, package: Integers, scale: Floats, seconds: float
) -> tuple[tuple[Leaving, ...], int, bool]:
    """Coalitions that have something better for all their members, the fewest members first.

    Returns them, the size up to which every coalition was asked, and whether it is settled who would leave. All
    parties together are asked in any case, and stand last.
    """
    start = values_of(space, package[None, :])[0]
    everybody = tuple(range(space.n_parties))
    # all together are one question, and asked whatever the number of the others
    last, proven = _leaving(space, powers, everybody, [], start, scale, seconds)
    found: list[Leaving] = []
    asked = 1
    for size in range(1, space.n_parties):
        able = [
            (members, fixed)
            for members in combinations(range(space.n_parties), size)
            for fixed in [_cannot_change(space, powers, members)]
            if fixed is not None
        ]
        asked += len(able)
        if asked > MOST_COALITIONS:
            return (*found, *last), size - 1, proven
        for members, fixed in able:
            step, sure = _leaving(space, powers, members, fixed, start, scale, seconds)
            found += step
            proven &= sure
    return (*found, *last), space.n_parties - 1, proven


def _leaving(
    space: Space,
    powers: Powers,
    members: tuple[int, ...],
    fixed: Sequence[Refusal],
    start: Floats,
    scale: Floats,
    seconds: float,
) -> tuple[tuple[Leaving, ...], bool]:
    """What one coalition would rather have, if anything; and whether it is settled that it would or would not leave."""
    rows = list(members)
    part = package_space(
        [table[rows] for table in space.points],
        start[rows],
        interactions=[replace(pair, points=pair.points[rows]) for pair in space.interactions],
        refusals=[*(line for line in space.refusals if line.party in members), *fixed],
    )
    solved = largest_smallest(part, scale[rows], seconds)
    if solved.package is not None:
        gain = values_of(space, solved.package[None, :])[0] - start
        if (gain[rows] > LEAST_GAIN * span_of(space)[rows]).all():
            return (Leaving(members, _plain(solved.package), gain, powers.decides(members)),), True
    return (), solved.proven or solved.impossible


def _cannot_change(space: Space, powers: Powers, members: tuple[int, ...]) -> list[Refusal] | None:
    """Refusals that hold issues a coalition cannot settle where they would otherwise be; None: it can do nothing."""
    if powers.decides(members):
        return []
    lines = []
    free = False
    for issue, (option, needed) in enumerate(zip(powers.otherwise, powers.settled_by, strict=True)):
        if needed and set(needed) <= set(members):
            free = True
            continue
        if option is None:
            return None
        others = tuple(one for one in range(space.n_options[issue]) if one != option)
        if others:
            lines.append(Refusal(members[0], ((issue, others),)))
    return lines if free else None


def _chosen_by(
    space: Space, tables: Sequence[Floats], scale: Floats, seconds: float, start: Floats | None = None
) -> tuple[Integers | None, bool]:
    """Among acceptable packages the one with the most of what tables count (by issue, shape (n_options,)), then leximin
    of the gains over start (the floors where it is None) by scale, then the first. None: there is none.

    space may have more parties than scale; only the first are compared.
    """
    n = len(scale)
    counting = _with_party(space, tables, 0.0)
    last = np.arange(counting.n_parties) == counting.n_parties - 1
    packages, most, proven = equally_good(counting, np.ones(counting.n_parties), last, seconds)
    if len(packages) == 0:
        return None, proven
    floor = space.floor if start is None else start
    if proven:
        share = (values_of(space, packages)[:, :n] - floor[:n]) / scale
        best = packages[leximin_best(share)]
    else:
        # too many to compare one by one, or cut short: as much of it, and then the best smallest gain
        held = _with_party(space, tables, most - 1e-6)
        every = np.arange(held.n_parties) < n
        solved = largest_smallest(held, np.append(scale, np.ones(held.n_parties - n)), seconds, counted=every)
        if solved.package is None:
            return packages[0], False
        best, proven = solved.package[None, :], solved.proven
    return best[np.lexsort(best.T[::-1])[0]], proven


def _from(space: Space, floor: Floats) -> Space:
    return replace(space, disagreement=floor)


def _somebody_gains(raised: Space) -> Space:
    """One party more, whose value is everybody's in shares of the span, and who must gain."""
    span = span_of(raised)
    tables = [(table / span[:, None]).sum(axis=0) for table in raised.points]
    pairs = [(pair.points / span[:, None, None]).sum(axis=0) for pair in raised.interactions]
    return _with_party(raised, tables, float((raised.floor / span).sum()) + LEAST_GAIN, pairs)


def _with_party(
    space: Space, tables: Sequence[Floats], floor: float, pairs: Sequence[Floats] | None = None
) -> Space:
    """The space with one party more, last."""
    more = [np.zeros(pair.points.shape[1:]) for pair in space.interactions] if pairs is None else pairs
    return package_space(
        [np.concatenate([table, row[None, :]]) for table, row in zip(space.points, tables, strict=True)],
        np.append(space.disagreement, floor),
        interactions=[
            replace(pair, points=np.concatenate([pair.points, own[None, :, :]]))
            for pair, own in zip(space.interactions, more, strict=True)
        ],
        refusals=space.refusals,
    )


def _kept(space: Space, draft: Integers) -> list[Floats]:
    """1 for the draft's option of each issue, 0 for others."""
    return [(np.arange(n) == option).astype(float) for n, option in zip(space.n_options, draft, strict=True)]


def _eased(space: Space, draft: Integers, marks: Sequence[Mark]) -> list[Floats]:
    """How many marks each option of each issue eases."""
    tables = [np.zeros(n) for n in space.n_options]
    for party, issue in marks:
        tables[issue] += space.points[issue][party] > space.points[issue][party, draft[issue]]
    return tables


def _gains(raised: Space, package: Integers) -> bool:
    gain = values_of(raised, package[None, :])[0] - raised.floor
    return bool((gain > LEAST_GAIN * span_of(raised)).any())


def _plain(package: Integers) -> tuple[int, ...]:
    return tuple(map(int, package))
