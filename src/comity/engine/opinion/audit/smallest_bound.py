"""Lower bounds: how few acts can certainly not end a finding."""

from __future__ import annotations

import numpy as np

from comity.engine.opinion.audit.acts import ROUNDING, Act, Rule
from comity.engine.opinion.audit.cells import Marks
from comity.engine.opinion.common_ground import side_certainty
from comity.engine.opinion.support import probability_above
from comity.engine.opinion.tallies import Counts, Tallies
from comity.engine.votes import Floats


def common_at_least(member: Marks, column: Counts, delegation: Marks, rule: Rule, act: Act, most: int) -> int:
    """The fewest acts that could do, had every family of disjoint sides all acts for itself."""
    acts = np.arange(most + 1)
    total = np.zeros(most + 1)
    counts = member.T.astype(np.int64) @ column
    with np.errstate(divide="ignore"):
        fall = np.stack(
            [
                np.log(_least_certain(counts[s], bool(delegation[s]), rule, act, acts))
                for s in range(len(counts))
            ]
        )
    for family in _families(member):
        best = fall[family[0]]
        for side in family[1:]:
            best = _lowest_sums(best, fall[side])
        total = total + best
    falls = total < np.log(rule.certainty)
    return int(falls.argmax()) if falls.any() else most


def _least_certain(counts: Counts, is_delegation: bool, rule: Rule, act: Act, acts: Counts) -> Floats:
    """The lowest certainty of support that so many acts can bring about in a side with these counts."""
    agreed, others = int(counts[0]), int(counts[1] + counts[2])
    here = acts if act == "join" else np.minimum(acts, agreed)
    yes = np.full(len(acts), agreed) if act == "join" else agreed - here
    no = {"change": others + here, "leave": np.full(len(acts), others), "join": others + here}[act]
    counted = Tallies(yes[None], no[None], np.zeros_like(yes)[None])
    found = side_certainty(counted, np.array([is_delegation]), rule.threshold)
    heard = np.where(found.silent, 1.0, found.supports)[0]
    return np.asarray(np.minimum.accumulate(heard))


def _families(member: Marks) -> list[list[int]]:
    """Sides without members in common, in as few families as come of taking them in order."""
    families: list[list[int]] = []
    for side in range(member.shape[1]):
        home = next(
            (one for one in families if not (member[:, one].any(axis=1) & member[:, side]).any()), None
        )
        if home is None:
            families.append([side])
        else:
            home.append(side)
    return families


def _lowest_sums(one: Floats, other: Floats) -> Floats:
    """For every m, the lowest one[i] + other[m - i]."""
    lowest = np.full(len(one), np.inf)
    for i, value in enumerate(one):
        lowest[i:] = np.minimum(lowest[i:], value + other[: len(one) - i])
    return lowest


def difference_at_least(
    member: Marks, column: Counts, delegation: Marks, rule: Rule, act: Act, most: int
) -> int:
    """Over pairs of sides that stand apart, the most that any needs; of a pair, the fewest in the one and the other."""
    counts = member.T.astype(np.int64) @ column
    level = rule.certainty - ROUNDING
    acts = np.arange(most + 1)
    mirrored = counts[:, [1, 0, 2]]

    def falling(table: Counts, against: bool) -> list[Floats]:
        of = _fall_below_half if against else _least_certain
        return [of(table[s], bool(delegation[s]), rule, act, acts) for s in range(len(table))]

    supports, rejects = falling(counts, False), falling(mirrored, False)
    for side, (yes, no) in enumerate(zip(supports, rejects, strict=True)):
        if delegation[side] and counts[side].sum() == 0:
            yes[:], no[:] = 0.0, 0.0
    not_carried, not_rejected = falling(counts, True), falling(mirrored, True)
    needed = 0
    for one, other in ((supports, rejects), (supports, not_carried), (rejects, not_rejected)):
        for a, falls in enumerate(one):
            for b, falls_too in enumerate(other):
                if a != b and falls[0] * falls_too[0] >= level:
                    needed = max(needed, _fewest_of_two(falls, falls_too, level))
        for family in _families(member):
            for_it = [one[side] for side in family if one[side][0] >= 0.5]
            against = [other[side] for side in family if one[side][0] < 0.5]
            needed = max(needed, _fewest_of_family(for_it, against, level, most))
    return min(needed, most)


def _fewest_of_family(for_it: list[Floats], against: list[Floats], level: float, most: int) -> int:
    """Disjoint sides: the fewest acts after which no certainty of the one kind times one of the other is at the level.

    If the largest of the first kind is brought down to x, each of the second has to come below level / x.
    """
    if not for_it or not against:
        return 0
    largest = np.unique(np.concatenate(for_it))
    largest = largest[largest > 0]
    acts = np.zeros(len(largest))
    for falls in for_it:
        acts += len(falls) - np.searchsorted(falls[::-1], largest, "right")
    for falls in against:
        acts += len(falls) - np.searchsorted(falls[::-1], level / largest, "left")
    beyond = sum(len(falls) - np.searchsorted(falls[::-1], 0.0, "right") for falls in for_it)
    return int(min(acts.min(initial=most), beyond, most))


def _fall_below_half(counts: Counts, is_delegation: bool, rule: Rule, act: Act, acts: Counts) -> Floats:
    """The lowest certainty that fewer than half agree, after so many acts in favour of agreement."""
    agreed, others = int(counts[0]), int(counts[1] + counts[2])
    here = acts if act == "join" else np.minimum(acts, others)
    yes = np.full(len(acts), agreed) if act == "leave" else agreed + here
    voted = yes + (np.full(len(acts), others) if act == "join" else others - here)
    if is_delegation:
        sure = ((yes < 0.5 * voted) & (voted > 0)).astype(np.float64)
    else:
        sure = 1.0 - probability_above(yes, voted, 0.5)
    return np.asarray(np.minimum.accumulate(sure))


def _fewest_of_two(one: Floats, other: Floats, level: float) -> int:
    """The fewest i + k with one[i] * other[k] below the level; the length where there are none. Both never rise."""
    best = len(one)
    for i, value in enumerate(one):
        if i >= best:
            break
        below = other * value < level
        if below.any():
            best = min(best, i + int(below.argmax()))
    return best
