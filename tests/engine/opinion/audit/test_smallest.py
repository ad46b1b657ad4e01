"""The smallest number who could turn a finding: by hand, by trying everything, and never less than is needed."""

from __future__ import annotations

from collections import Counter
from itertools import combinations_with_replacement

import numpy as np
import pytest

from comity.engine.opinion.audit.acts import ACTS, Act, Rule
from comity.engine.opinion.audit.cells import Cells
from comity.engine.opinion.audit.smallest import (
    Smallest,
    is_common,
    is_difference,
    smallest_for_common,
    smallest_for_difference,
)
from comity.engine.opinion.tallies import Tallies

RULE = Rule(0.6, 0.95)
WAYS: dict[Act, list[tuple[int | None, int | None]]] = {
    "change": [(a, b) for a in range(3) for b in range(3) if a != b],
    "leave": [(a, None) for a in range(3)],
    "join": [(None, b) for b in range(3)],
}


def one_statement(member: list[list[int]], counts: list[list[int]]) -> Cells:
    """member: a line a cell, a place a side; counts: agreed, disagreed, passed of each cell."""
    table = np.array(counts)
    return Cells(np.array(member, bool), Tallies(*(table[:, [k]] for k in range(3))))


def sides_of(found: Cells, column: np.ndarray) -> Tallies:
    counts = found.member.T.astype(int) @ column
    return Tallies(*(counts[:, [k]] for k in range(3)))


def by_trying(
    found: Cells, delegation: np.ndarray, act: Act, most: int, *, difference: bool, rejected: bool = False
) -> int | None:
    """The fewest acts after which the finding is not named, trying all sets of acts up to so many."""
    column = found.column(0)
    moves = [(cell, *way) for cell in range(len(column)) for way in WAYS[act]]
    for number in range(1, most + 1):
        for acts in combinations_with_replacement(moves, number):
            used = Counter((cell, away) for cell, away, _ in acts if away is not None)
            if any(n > column[place] for place, n in used.items()):
                continue
            changed = column.copy()
            for cell, away, to in acts:
                if away is not None:
                    changed[cell, away] -= 1
                if to is not None:
                    changed[cell, to] += 1
            counted = sides_of(found, changed)
            holds = (
                is_difference(counted, delegation, RULE)
                if difference
                else is_common(counted, delegation, RULE, rejected=rejected)
            )
            if not holds[0]:
                return number
    return None


def random_case(seed: int) -> tuple[Cells, np.ndarray]:
    """Two groups crossed with two parties, or three parties alone; the second party is a delegation in some."""
    rng = np.random.default_rng(seed)
    crossed, apart = (
        [[1, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1]],
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    )
    member = crossed if seed % 2 else apart
    lean = rng.choice([0.02, 0.5, 0.98], size=len(member), p=[0.3, 0.1, 0.6])
    if seed % 3 == 0:
        lean[:] = 0.97
    counts = [rng.multinomial(rng.integers(4, 15), [p * 0.96, (1 - p) * 0.96, 0.04]).tolist() for p in lean]
    delegation = np.zeros(len(member[0]), bool)
    delegation[-1] = seed % 5 == 0
    return one_statement(member, counts), delegation


def check(found: Smallest, truth: int | None, most: int) -> None:
    if truth is None:
        assert found.number is None or found.number > most
        return
    assert found.at_least <= truth
    assert found.number is None or found.number >= truth
    if found.exact:
        assert found.number == truth


@pytest.mark.parametrize("act", ACTS)
def test_common_ground_by_trying_everything(act: Act) -> None:
    most, tried, exact = 3, 0, 0
    for seed in range(90):
        found, delegation = random_case(seed)
        if not is_common(sides_of(found, found.column(0)), delegation, RULE)[0]:
            continue
        truth = by_trying(found, delegation, act, most, difference=False)
        smallest = smallest_for_common(found, 0, delegation, RULE, act)
        check(smallest, truth, most)
        tried += 1
        exact += smallest.exact
    assert tried >= 12
    assert exact >= 0.8 * tried


@pytest.mark.parametrize("act", ACTS)
def test_differences_by_trying_everything(act: Act) -> None:
    most, tried, exact = 2, 0, 0
    for seed in range(90):
        found, delegation = random_case(seed)
        if not is_difference(sides_of(found, found.column(0)), delegation, RULE)[0]:
            continue
        truth = by_trying(found, delegation, act, most, difference=True)
        smallest = smallest_for_difference(found, 0, delegation, RULE, act)
        check(smallest, truth, most)
        tried += 1
        exact += smallest.exact
    assert tried >= 12
    assert exact >= 0.5 * tried


def test_the_example_of_the_method_page() -> None:
    """18 of 20 and 10 of 10: certainty 0.994. One change in the second side: 0.967; two: 0.879."""
    found = one_statement([[1, 0], [0, 1]], [[18, 2, 0], [10, 0, 0]])
    free = np.array([False, False])
    assert smallest_for_common(found, 0, free, RULE, "change") == Smallest(2, 2, 1)
    assert smallest_for_common(found, 0, free, RULE, "leave") == Smallest(6, 6, 1)
    assert smallest_for_common(found, 0, free, RULE, "join") == Smallest(2, 2, 1)


def test_one_delegate_who_speaks_alone_can_end_it() -> None:
    found = one_statement([[1, 0], [0, 1]], [[200, 2, 0], [1, 0, 0]])
    delegation = np.array([False, True])
    assert smallest_for_common(found, 0, delegation, RULE, "change") == Smallest(1, 1, 1)
    left = smallest_for_common(found, 0, delegation, RULE, "leave")
    assert left.number is not None
    assert left.number > 50  # a delegation that is silent is not against


def test_a_rejection_is_the_mirror_of_a_support() -> None:
    counts = [[18, 2, 0], [10, 0, 1]]
    turned = [[b, a, c] for a, b, c in counts]
    free = np.array([False, False])
    for act in ACTS:
        one = smallest_for_common(one_statement([[1, 0], [0, 1]], counts), 0, free, RULE, act)
        other = smallest_for_common(
            one_statement([[1, 0], [0, 1]], turned), 0, free, RULE, act, rejected=True
        )
        assert one == other


def test_what_is_not_found_cannot_be_turned() -> None:
    found = one_statement([[1, 0], [0, 1]], [[5, 5, 0], [5, 5, 0]])
    free = np.array([False, False])
    with pytest.raises(ValueError, match="not common ground"):
        smallest_for_common(found, 0, free, RULE, "change")
    with pytest.raises(ValueError, match="not a reserved difference"):
        smallest_for_difference(found, 0, free, RULE, "change")
