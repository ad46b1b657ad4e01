"""Published elections by approval with the committees that rules choose: facts, told again in our own form.

All from Lackner and Skowron (2023), Multi-Winner Voting with Approval Preferences, as worked in the examples of the
package abcvoting (its files examples/abcbook/example201, 205, 209, 212, remark and proposition A.4); Thiele's election
there is told after Janson (2016), Phragmén's and Thiele's election methods, example 13.3.
"""

from __future__ import annotations

from collections.abc import Iterable

from comity.engine.opinion.slates.approvals import Ballots, ballots


def election(sets: Iterable[Iterable[int]], n_statements: int) -> Ballots:
    """One ballot a set."""
    listed = [list(one) for one in sets]
    pairs = [(i, j) for i, one in enumerate(listed) for j in one]
    return ballots([i for i, _ in pairs], [j for _, j in pairs], len(listed), n_statements)


def lettered(text: str, letters: str) -> Ballots:
    """'3ab 6ad': three ballots for a and b, six for a and d."""
    sets: list[list[int]] = []
    for word in text.split():
        times = word.rstrip(letters)
        sets += [[letters.index(x) for x in word[len(times) :]]] * int(times or 1)
    return election(sets, len(letters))


RUNNING = lettered("3ab 3ac 2ad bcf e f g", "abcdefgh")
"""Example 2.1, k = 4."""
EXAMPLE_5 = lettered("3ab 6ad 4b 5c 5cd", "abcd")
"""Example 2.5, k = 2."""
THIELE = lettered("960acd 3000bcd 520bc 1620ab 1081ad 1240ac 360bd 360d 120c 60b", "abcd")
"""Thiele's election, k = 2."""
EXAMPLE_12 = lettered("3cd 2ab 2ac bd", "abcd")
"""Example 2.12, k = 3."""
