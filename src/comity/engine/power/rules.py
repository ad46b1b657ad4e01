"""Decision rules over party numbers: built from parts, asked with yes, no, abstain or absent.

A rule is a tree. Its leaves are `Quota` (enough yes weight), `Veto` (nobody of these says no) and `Quorum`
(enough parties are present); its branches are `AtLeast` (k of its parts hold: AND is all of them, OR is one).
Weights are never negative, so no party can ever harm a proposal by turning its no into a yes.

For counting coalitions every party says yes or no. `Thresholds` is the rule in that shape: for each leaf, a
line of weights and the yes weight it needs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]
Base = Literal["all", "present", "voting"]
LARGEST_TOTAL = 2**53
"""Weights are summed in 64-bit integers and compared in doubles: this keeps both exact."""


class Ballot(IntEnum):
    """How one party took part in one decision. The first three are `engine.votes.Vote`; absent is not a vote."""

    NO = -1
    ABSTAIN = 0
    YES = 1
    ABSENT = 2


@dataclass(frozen=True)
class Quota:
    """The yes weight reaches `share * base + number` (exceeds it, if strict), and somebody says yes.

    weights: one whole number a party, shape (n_parties,); a party with 0 does not count here. base: the weight
    of all parties, of those present (yes, no, abstain) or of those voting (yes, no). At least 12: share 0,
    number 12. Two thirds: share 2/3, number 0. All but three: share 1, number -3.
    """

    weights: tuple[int, ...]
    share: Fraction = Fraction(0)
    number: Fraction = Fraction(0)
    strict: bool = False
    of: Base = "all"

    @property
    def need(self) -> int:
        """The least whole yes weight that satisfies this part when every party says yes or no."""
        return self.need_of(sum(self.weights))

    def need_of(self, base: int) -> int:
        """The least whole yes weight that satisfies this part when its base weighs so much; never below 1."""
        bound = self.share * base + self.number
        return max(math.floor(bound) + 1 if self.strict else math.ceil(bound), 1)


@dataclass(frozen=True)
class Veto:
    """None of these parties says no; with `needs_yes`, each of them must say yes."""

    parties: tuple[int, ...]
    needs_yes: bool = False


@dataclass(frozen=True)
class Quorum:
    """The parties present (yes, no, abstain) weigh at least so much. Always met where everybody votes."""

    weights: tuple[int, ...]
    number: int


@dataclass(frozen=True)
class AtLeast:
    """So many of the parts hold: all of them is AND, one of them is OR."""

    number: int
    parts: tuple[Part, ...]


Part = Quota | Veto | Quorum | AtLeast


def all_of(*parts: Part) -> Part:
    """AND."""
    return parts[0] if len(parts) == 1 else AtLeast(len(parts), parts)


def any_of(*parts: Part) -> Part:
    """OR."""
    return parts[0] if len(parts) == 1 else AtLeast(1, parts)


@dataclass(frozen=True)
class Rule:
    """A decision rule for n_parties parties, numbered from 0.

    Raises ValueError for weights that are negative, not whole, of the wrong number or too large together, and
    for party numbers out of range.

    >>> council = Rule(6, Quota((4, 4, 4, 2, 2, 1), number=Fraction(12)))
    >>> council.passes([1, 1, 1, -1, -1, -1]), council.passes([1, 1, -1, 1, -1, 1])
    (True, False)
    """

    n_parties: int
    part: Part

    def __post_init__(self) -> None:
        for part in leaves_of(self.part):
            if isinstance(part, Veto):
                _check_parties(part.parties, self.n_parties)
            else:
                _check_weights(part.weights, self.n_parties)

    def passes(self, votes: Sequence[int] | npt.NDArray[np.integer[Any]]) -> bool:
        """Whether a decision passes. votes: the values of `Ballot`, shape (n_parties,).

        Abstaining and being absent count as the parts say: never as yes; against, where the base is all parties;
        an abstention, not an absence, counts in the base `present`; neither counts in `voting` or blocks a
        veto part without `needs_yes`.
        """
        ballots = np.asarray(votes, dtype=np.int64)
        if ballots.shape != (self.n_parties,):
            raise ValueError(f"{self.n_parties} votes are needed, not {ballots.shape}")
        return _holds(self.part, ballots)

    def wins(self, coalitions: npt.ArrayLike) -> Booleans:
        """Whether each coalition passes a decision against the no of all others.

        coalitions: booleans, shape (..., n_parties), True for yes. Returns booleans of the leading shape.
        """
        yes = np.asarray(coalitions, dtype=bool)
        form = thresholds(self)
        sums = yes.astype(np.int64) @ form.weights.T
        return form.decided(sums)


def leaves_of(part: Part) -> Iterator[Quota | Veto | Quorum]:
    """The leaves of a rule, left to right."""
    if isinstance(part, AtLeast):
        for inner in part.parts:
            yield from leaves_of(inner)
    else:
        yield part


def _check_parties(parties: Sequence[int], n_parties: int) -> None:
    for party in parties:
        if not 0 <= party < n_parties:
            raise ValueError(f"party {party} is outside 0 .. {n_parties - 1}")


def _check_weights(weights: Sequence[int], n_parties: int) -> None:
    if len(weights) != n_parties:
        raise ValueError(f"{n_parties} weights are needed, not {len(weights)}")
    for weight in weights:
        if weight < 0 or weight != int(weight):
            raise ValueError(f"a weight is a whole number from 0, not {weight}")
    total = sum(weights)
    if total > LARGEST_TOTAL:
        size = f"{total}" if total < 10**30 else f"a number of {math.floor(math.log10(total)) + 1} digits"
        raise ValueError(f"the weights add up to {size}, more than {LARGEST_TOTAL}")


def _holds(part: Part, votes: Integers) -> bool:
    if isinstance(part, AtLeast):
        return sum(_holds(inner, votes) for inner in part.parts) >= part.number
    if isinstance(part, Veto):
        bad = votes != Ballot.YES if part.needs_yes else votes == Ballot.NO
        return not bool(bad[list(part.parties)].any())
    weights = np.asarray(part.weights, dtype=np.int64)
    present = votes != Ballot.ABSENT
    if isinstance(part, Quorum):
        return int(weights[present].sum()) >= part.number
    counted = {"all": slice(None), "present": present, "voting": present & (votes != Ballot.ABSTAIN)}[part.of]
    return int(weights[votes == Ballot.YES].sum()) >= part.need_of(int(weights[counted].sum()))


# Every party says yes or no -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Leaf:
    """The sum of line `line` of the weights reaches `need` (from 1)."""

    line: int
    need: int


@dataclass(frozen=True)
class Branch:
    """So many of the parts hold."""

    number: int
    parts: tuple[Leaf | Branch, ...]


@dataclass(frozen=True, eq=False)
class Thresholds:
    """A rule when every party says yes or no. weights: int64, shape (n_lines, n_parties); tree over its lines."""

    weights: Integers
    tree: Leaf | Branch

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        return tuple(_tree_leaves(self.tree))

    def decided(self, sums: Integers) -> Booleans:
        """Whether the rule holds for these yes weights, shape (..., n_lines), if nobody else says yes."""
        return _tree_holds(self.tree, sums)


def thresholds(rule: Rule) -> Thresholds:
    """The rule in the shape in which coalitions are counted: equal lines of weights are kept once.

    Lines are divided by their greatest common divisor. Raises ValueError for a rule that passes without a
    single yes.
    """
    lines: dict[tuple[int, ...], int] = {}
    tree = _tree(rule.part, rule.n_parties, lines)
    if tree is True:
        raise ValueError("this rule passes without a single yes")
    if tree is False:
        tree = Leaf(_line(lines, (1,) * rule.n_parties), rule.n_parties + 1)
    weights = np.array(list(lines), dtype=np.int64).reshape(len(lines), rule.n_parties)
    return Thresholds(weights, tree)


def _line(lines: dict[tuple[int, ...], int], weights: tuple[int, ...]) -> int:
    return lines.setdefault(weights, len(lines))


def _tree(part: Part, n_parties: int, lines: dict[tuple[int, ...], int]) -> Leaf | Branch | bool:
    """The tree of one part; True or False where it holds always or never."""
    if isinstance(part, Quorum):
        return sum(part.weights) >= part.number
    if isinstance(part, Veto):
        named = set(part.parties)
        return _leaf(tuple(int(i in named) for i in range(n_parties)), len(named), lines)
    if isinstance(part, Quota):
        return _leaf(part.weights, part.need, lines)
    inner = [_tree(one, n_parties, lines) for one in part.parts]
    open_parts = tuple(one for one in inner if not isinstance(one, bool))
    number = part.number - sum(1 for one in inner if one is True)
    if number <= 0:
        return True
    if number > len(open_parts):
        return False
    return open_parts[0] if len(open_parts) == 1 else Branch(number, open_parts)


def _leaf(weights: tuple[int, ...], need: int, lines: dict[tuple[int, ...], int]) -> Leaf | bool:
    total = sum(weights)
    if need <= 0:
        return True
    if need > total:
        return False
    divisor = math.gcd(*weights)
    return Leaf(_line(lines, tuple(w // divisor for w in weights)), -(-need // divisor))


def _tree_leaves(tree: Leaf | Branch) -> Iterator[Leaf]:
    if isinstance(tree, Leaf):
        yield tree
    else:
        for part in tree.parts:
            yield from _tree_leaves(part)


def _tree_holds(tree: Leaf | Branch, sums: Integers) -> Booleans:
    if isinstance(tree, Leaf):
        held: Booleans = sums[..., tree.line] >= tree.need
        return held
    parts = [_tree_holds(part, sums) for part in tree.parts]
    enough: Booleans = np.add.reduce([part.astype(np.int64) for part in parts]) >= tree.number
    return enough
