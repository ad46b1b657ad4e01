"""Published elections give the published committees."""

from __future__ import annotations

import pytest
from tests.engine.opinion.slates.published import EXAMPLE_5, EXAMPLE_12, RUNNING, THIELE, election

from comity.engine.opinion.slates.approvals import Ballots
from comity.engine.opinion.slates.equal_shares import equal_shares
from comity.engine.opinion.slates.pav import exact_pav, sequential_pav
from comity.engine.opinion.slates.phragmen import phragmen

RULES = {"seqpav": sequential_pav, "pav": exact_pav, "phragmen": phragmen, "shares": equal_shares}
CASES = [
    ("seqpav", EXAMPLE_5, 2, "cd"),
    ("pav", EXAMPLE_5, 2, "ac"),
    ("seqpav", THIELE, 2, "ac"),
    ("pav", THIELE, 2, "ab"),
    ("phragmen", RUNNING, 4, "abcd"),
    ("shares", RUNNING, 4, "abcd"),
    ("shares", EXAMPLE_12, 3, "acd"),
    ("phragmen", EXAMPLE_12, 3, "bcd"),
]


@pytest.mark.parametrize(("rule", "votes", "size", "committee"), CASES)
def test_published_committees(rule: str, votes: Ballots, size: int, committee: str) -> None:
    assert sorted(RULES[rule](votes, size).statements) == ["abcdefgh".index(x) for x in committee]


MANIPULATIONS = [
    ("pav", 3, [{2, 3, 4}, {0, 1}, {1, 5}, {0, 2, 3}, {1, 2, 5}, {2, 4, 5}], {4}, [1, 2, 5], [1, 2, 4]),
    ("seqpav", 3, [{0, 1}, {1, 3}, {2, 5}, {0, 1, 5}, {1, 5}, {1, 2}], {0}, [1, 2, 5], [0, 1, 5]),
    ("phragmen", 2, [{0, 1, 2}, {0, 1}, {1, 5}, {2, 4}, {1, 4, 5}, {1, 3, 5}], {2}, [1, 5], [1, 2]),
    ("shares", 3, [{1, 2, 3}, {0, 1}, {1, 3}, {2, 3}, {3, 4}, {3, 4}], {2}, [1, 3, 4], [1, 2, 3]),
]


@pytest.mark.parametrize(("rule", "size", "sets", "changed", "before", "after"), MANIPULATIONS)
def test_one_voter_gains_by_a_changed_ballot(
    rule: str, size: int, sets: list[set[int]], changed: set[int], before: list[int], after: list[int]
) -> None:
    """Proposition A.4: none of these rules is proof against it, so the pages on gaming must say so."""
    assert sorted(RULES[rule](election(sets, 6), size).statements) == before
    assert sorted(RULES[rule](election([changed, *sets[1:]], 6), size).statements) == after
