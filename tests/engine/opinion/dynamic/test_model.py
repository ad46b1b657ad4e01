"""Ideal points over time: simulated truth, invariance, direction, sessions that nobody voted in."""

from __future__ import annotations

import numpy as np
import pytest
from tests.engine.opinion.dynamic.sampled import sampled
from tests.engine.opinion.dynamic.simulated import assembly, coverage

from comity.engine.opinion.dynamic.model import ideal_points
from comity.engine.votes import vote_matrix


@pytest.mark.parametrize(
    ("n_parties", "n_sessions", "n_items", "step", "correlation"),
    [(60, 10, 60, 0.15, 0.98), (100, 8, 30, 0.1, 0.97), (40, 10, 15, 0.2, 0.94)],
)
def test_intervals_hold_the_truth(
    n_parties: int, n_sessions: int, n_items: int, step: float, correlation: float
) -> None:
    truth, votes, session = assembly(1, n_parties, n_sessions, n_items, step)
    held, close = coverage(truth, ideal_points(votes, session, n_sessions))
    assert 0.84 <= held <= 0.95
    assert close >= correlation


def test_the_walk_that_is_learnt_is_the_true_one() -> None:
    truth, votes, session = assembly(1, 60, 15, 60, 0.15, negative=0.23)
    found = ideal_points(votes, session, 15)
    assert found.step == pytest.approx(0.15 / truth.std(), rel=0.2)
    assert found.deviation < 0.08


@pytest.mark.parametrize("seed", [1, 3])
def test_a_party_far_from_all_others_is_not_drawn_in(seed: int) -> None:
    """Nearly three times as far out as the rest. Under the working prior alone it is placed two deviations too near."""
    truth, votes, session = assembly(seed, 30, 12, 60, 0.1, negative=0.23)
    found = ideal_points(votes, session, 12)
    aim = (truth - truth.mean()) / truth.std()
    far = int(np.argmax(np.abs(aim.mean(axis=0))))
    there = found.mean * np.sign(np.corrcoef(aim.ravel(), found.mean.ravel())[0, 1])
    drawn_in = np.abs(aim[:, far].mean()) - np.abs(there[:, far].mean())
    assert np.abs(aim[:, far].mean()) > 2.7
    assert np.abs(drawn_in) < 1.2 * np.sqrt(found.variance[:, far].mean())


def test_the_fit_ends_because_it_has_settled() -> None:
    _, votes, session = assembly(7, 40, 12, 30, 0.2, negative=0.23)
    found, longer = (ideal_points(votes, session, 12, sweeps=sweeps) for sweeps in (60, 200))
    assert found.n_sweeps < 60
    assert found.last_change < 0.06
    np.testing.assert_array_equal(found.mean, longer.mean)


def test_a_bloc_that_votes_by_itself_does_not_run_away() -> None:
    """Half of all roll calls divide three parties from the rest: slopes could grow, and the bloc move out, for ever."""
    truth, votes, session = assembly(8, 30, 8, 20, 0.1, missing=0.0)
    bloc = np.argsort(truth.mean(axis=0))[:3]
    alone = np.arange(len(session)) % 2 == 0
    apart = np.where(np.isin(votes.participant, bloc), -1, 1)
    answer = np.where(alone[votes.statement], apart, votes.answer)
    divided = vote_matrix(votes.participant, votes.statement, answer, 30, len(session))
    found = ideal_points(divided, session, 8)
    assert found.n_sweeps < 60
    assert np.abs(found.mean[:, bloc]).max() < 5


def test_positions_and_their_spread_are_near_those_of_a_sampler() -> None:
    _, votes, session = assembly(1, 20, 3, 20, 0.2)
    found = ideal_points(votes, session, 3)
    mean, spread = sampled(votes, session, found.mean, step=0.2, draws=250, seed=0)
    assert np.corrcoef(mean.ravel(), found.mean.ravel())[0, 1] > 0.98
    assert np.abs((mean - found.mean) / spread).max() < 1.0
    assert 0.8 < np.median(np.sqrt(found.variance) / spread) < 1.25


def test_order_of_parties_and_items_does_not_matter() -> None:
    _, votes, session = assembly(2, 20, 4, 12, 0.2)
    found = ideal_points(votes, session, 4)
    dice = np.random.default_rng(0)
    party, item = dice.permutation(20), dice.permutation(len(session))
    lines = dice.permutation(votes.n_votes)
    place = np.argsort(item)
    shuffled = vote_matrix(
        party[votes.participant][lines], place[votes.statement][lines], votes.answer[lines], 20, len(session)
    )
    other = ideal_points(shuffled, session[item], 4)
    np.testing.assert_allclose(other.mean[:, party], found.mean, atol=1e-4)
    np.testing.assert_allclose(other.variance[:, party], found.variance, atol=1e-4)


def test_swapping_yes_and_no_mirrors_the_scale() -> None:
    _, votes, session = assembly(3, 20, 4, 12, 0.2)
    found = ideal_points(votes, session, 4)
    swapped = vote_matrix(votes.participant, votes.statement, -votes.answer, 20, len(session))
    np.testing.assert_allclose(ideal_points(swapped, session, 4).mean, -found.mean, atol=1e-4)


def test_the_named_party_is_on_the_positive_side() -> None:
    _, votes, session = assembly(4, 12, 3, 10, 0.2)
    for party in (int(np.argmin(x)) for x in (ideal_points(votes, session, 3).mean[0],)):
        assert ideal_points(votes, session, 3, positive=party).mean[:, party].mean() > 0


def test_a_session_without_votes_is_carried_with_wider_intervals() -> None:
    _, votes, session = assembly(5, 30, 5, 20, 0.2)
    kept = session[votes.statement] != 2
    thin = vote_matrix(votes.participant[kept], votes.statement[kept], votes.answer[kept], 30, len(session))
    found = ideal_points(thin, session, 5)
    assert np.isfinite(found.mean).all()
    assert found.variance[2].mean() > found.variance[[1, 3]].mean()


def test_positions_end_where_a_party_stops_voting() -> None:
    _, votes, session = assembly(6, 10, 4, 10, 0.2)
    kept = (votes.participant != 3) | (session[votes.statement] < 2)
    some = vote_matrix(votes.participant[kept], votes.statement[kept], votes.answer[kept], 10, len(session))
    assert np.isnan(ideal_points(some, session, 4).mean[:, 3]).tolist() == [False, False, True, True]


def test_no_votes_is_a_programmers_mistake() -> None:
    with pytest.raises(ValueError, match="at least one vote"):
        ideal_points(vote_matrix([], [], [], 3, 2), np.zeros(2, int), 1)


def test_one_session_has_nothing_to_tell_of_the_walk() -> None:
    truth, votes, session = assembly(1, 40, 1, 40, 0.2)
    found = ideal_points(votes, session, 1)
    held, close = coverage(truth, found)
    assert close > 0.95
    assert 0.84 <= held <= 0.98
    assert found.step < 0.25
    assert found.deviation < 0.25
