"""Rules answer yes, no, abstain and absent as their parts say."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
from tests.engine.power.random_rules import listed, random_rule

from comity.engine.power.rules import (
    AtLeast,
    Ballot,
    Quorum,
    Quota,
    Rule,
    Veto,
    all_of,
    any_of,
    thresholds,
)

YES, NO, ABSTAIN, ABSENT = Ballot.YES, Ballot.NO, Ballot.ABSTAIN, Ballot.ABSENT
ONES = (1, 1, 1, 1, 1)


def test_the_base_decides_what_abstaining_and_absence_do() -> None:
    votes = [YES, YES, NO, ABSTAIN, ABSENT]
    half = {"share": Fraction(1, 2), "strict": True}
    assert not Rule(5, Quota(ONES, **half)).passes(votes)  # type: ignore[arg-type]
    assert not Rule(5, Quota(ONES, of="present", **half)).passes(votes)  # type: ignore[arg-type]
    assert Rule(5, Quota(ONES, of="voting", **half)).passes(votes)  # type: ignore[arg-type]
    assert Rule(5, Quota(ONES, share=Fraction(1, 2), of="present")).passes(votes)


def test_an_abstaining_veto_holder_does_not_block_but_one_who_must_consent_does() -> None:
    votes = [ABSTAIN, YES, YES, YES, ABSENT]
    three = Quota(ONES, number=Fraction(3))
    assert Rule(5, all_of(three, Veto((0, 4)))).passes(votes)
    assert not Rule(5, all_of(three, Veto((0, 4), needs_yes=True))).passes(votes)
    assert not Rule(5, all_of(three, Veto((0,)))).passes([NO, YES, YES, YES, YES])


def test_all_but_one_of_those_voting_needs_a_yes() -> None:
    consensus = Rule(5, Quota(ONES, Fraction(1), Fraction(-1), of="voting"))
    assert consensus.passes([YES, NO, ABSTAIN, ABSTAIN, ABSENT])
    assert not consensus.passes([YES, NO, NO, ABSTAIN, ABSENT])
    assert not consensus.passes([NO, ABSTAIN, ABSENT, ABSENT, ABSENT])
    assert not consensus.passes([ABSENT] * 5)


def test_a_quorum_counts_the_present_and_is_met_where_all_vote() -> None:
    rule = Rule(5, all_of(Quota(ONES, Fraction(1, 2), strict=True, of="voting"), Quorum(ONES, 3)))
    assert not rule.passes([YES, YES, ABSENT, ABSENT, ABSENT])
    assert rule.passes([YES, YES, ABSTAIN, ABSENT, ABSENT])
    assert rule.wins([[True, True, True, False, False], [True, True, False, False, False]]).tolist() == [
        True,
        False,
    ]


def test_parts_nest() -> None:
    rule = Rule(
        5, AtLeast(2, (Veto((0,), needs_yes=True), Quota(ONES, number=Fraction(3)), Veto((4,), True)))
    )
    assert rule.passes([YES, NO, NO, NO, YES])
    assert not rule.passes([YES, YES, NO, NO, NO])
    assert Rule(5, any_of(Quota(ONES, number=Fraction(5)), Veto((0,), True))).passes([YES, NO, NO, NO, NO])


@pytest.mark.parametrize("seed", range(60))
def test_counting_sees_the_rule_that_votes_see(seed: int) -> None:
    rule = random_rule(seed, 6)
    every = listed(rule)
    for members, wins in zip(every.members, every.wins, strict=True):
        assert rule.passes(np.where(members, YES, NO)) == wins


@pytest.mark.parametrize("seed", range(60))
def test_a_yes_never_harms(seed: int) -> None:
    rule, dice = random_rule(seed, 7), random.Random(seed)
    for _ in range(40):
        votes = [dice.choice([NO, YES]) for _ in range(rule.n_parties)]
        more = [YES if dice.random() < 0.4 else vote for vote in votes]
        assert rule.passes(more) >= rule.passes(votes)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (Quota((1, -1)), "not -1"),
        (Quota((1, 1, 1)), "2 weights are needed, not 3"),
        (Quota((2**53, 1)), "more than"),
        (Veto((2,)), "outside 0 .. 1"),
    ],
)
def test_what_is_no_rule_is_refused(part: Quota | Veto, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Rule(2, part)


def test_a_rule_that_passes_without_a_yes_has_no_coalitions_to_count() -> None:
    with pytest.raises(ValueError, match="without a single yes"):
        thresholds(Rule(2, Quorum((1, 1), 1)))


def test_votes_of_another_number_are_refused() -> None:
    with pytest.raises(ValueError, match="2 votes are needed"):
        Rule(2, Quota((1, 1))).passes([YES])
