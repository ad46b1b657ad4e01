"""The smoother against the whole precision matrix, inverted at once."""

from __future__ import annotations

import numpy as np
import pytest
from tests.engine.opinion.dynamic.simulated import assembly

from comity.engine.opinion.dynamic.answers import ItemPrior, Items, evidence_of
from comity.engine.opinion.dynamic.layout import layout_of
from comity.engine.opinion.dynamic.paths import Drift, _from_votes, alone, in_unit, stationary, together
from comity.engine.opinion.dynamic.placing import placed
from comity.engine.votes import vote_matrix


def test_one_party_alone_equals_the_inverse_of_its_whole_precision() -> None:
    _, votes, session = assembly(1, 6, 5, 4, 0.2)
    layout = layout_of(votes, session, 5)
    drift = Drift(step=0.3, deviation=0.05, bond=0.7)
    information = np.random.default_rng(0).uniform(0, 4, layout.present.shape) * layout.present
    variance, standing, covariance = alone(layout, information, drift)
    for party in range(6):
        there = np.flatnonzero(layout.present[:, party])
        n = len(there)
        walk = np.diag(np.r_[1 / drift.entry, np.zeros(n - 1)]) + drift.bond * np.eye(n)
        steps = np.diff(np.eye(n), axis=0)
        walk = walk + steps.T @ steps / drift.step
        joint = np.block(
            [[walk + np.eye(n) / 0.05, -np.eye(n) / 0.05], [-np.eye(n) / 0.05, np.eye(n) / 0.05]]
        )
        joint[n:, n:] += np.diag(information[there, party])
        whole = np.linalg.inv(joint)
        np.testing.assert_allclose(standing[there, party], np.diag(whole)[:n], rtol=1e-8)
        np.testing.assert_allclose(variance[there, party], np.diag(whole)[n:], rtol=1e-8)
        np.testing.assert_allclose(covariance[there[:-1], party], np.diag(whole, 1)[: n - 1], rtol=1e-8)


def test_a_stationary_walk_keeps_its_variance() -> None:
    walk = stationary(0.04, 0.0)
    steps = np.diff(np.eye(400), axis=0)
    variance = np.diag(np.linalg.inv(walk.bond * np.eye(400) + steps.T @ steps / walk.step))
    assert abs(variance[200] - 1) < 1e-3


def test_all_parties_together_equal_the_inverse_of_their_whole_precision() -> None:
    """Mean, covariance, and covariance with the sum of all, from one matrix over all standings and positions."""
    dice = np.random.default_rng(3)
    _, votes, session = assembly(3, 7, 4, 6, 0.3)
    late = (votes.participant != 2) | (session[votes.statement] > 0)  # one party enters in the second session
    votes = vote_matrix(
        votes.participant[late], votes.statement[late], votes.answer[late], 7, votes.n_statements
    )
    layout = layout_of(votes, session, 4)
    drift = Drift(step=0.2, deviation=0.05, bond=0.6, entry=0.9)
    items = Items(dice.normal(size=(24, 3)) * (1, 1, 0.3), np.tile(0.1 * np.eye(3), (24, 1, 1)))
    prior = ItemPrior(np.zeros(3), np.ones(3))
    position = [dice.normal(size=len(one.here)) for one in layout.sessions]
    evidence = [
        evidence_of(one, x, np.full(len(x), 0.1), items, prior)
        for one, x in zip(layout.sessions, position, strict=True)
    ]
    found = together(layout, evidence, position, drift, eased=False, spread=True)

    place = {(t, party): k for k, (t, party) in enumerate(zip(*np.nonzero(layout.present), strict=True))}
    n = len(place)
    walk, votes_say, target = np.zeros((n, n)), np.zeros((n, n)), np.zeros(n)
    for t, one in enumerate(layout.sessions):
        rows = [place[t, party] for party in one.here]
        walk[np.ix_(rows, rows)] += drift.bond * (np.eye(len(rows)) - 1 / len(rows))
        votes_say[np.ix_(rows, rows)], target[rows] = _from_votes(evidence[t], position[t], eased=False)
        for party in one.here:
            k = place[t, party]
            if (t - 1, party) in place:
                before = place[t - 1, party]
                walk[np.ix_([before, k], [before, k])] += np.array([[1, -1], [-1, 1]]) / drift.step
            else:
                walk[k, k] += 1 / drift.entry
    tie = np.eye(n) / drift.deviation
    whole = np.linalg.inv(np.block([[walk + tie, -tie], [-tie, tie + votes_say]]))[n:, n:]
    np.testing.assert_allclose(np.concatenate(found.mean), whole @ target, rtol=1e-7)
    np.testing.assert_allclose(np.concatenate(found.with_sum), whole.sum(axis=1), rtol=1e-7)
    for t, one in enumerate(layout.sessions):
        rows = [place[t, party] for party in one.here]
        np.testing.assert_allclose(found.covariance[t], whole[np.ix_(rows, rows)], rtol=1e-7, atol=1e-12)


def test_a_walk_on_another_scale_is_the_same_walk() -> None:
    walk = stationary(0.04, 0.01)
    wide = in_unit(walk, 4.0)
    none = np.zeros((6, 3))
    _, votes, session = assembly(1, 3, 6, 4, 0.2, missing=0.0)
    layout = layout_of(votes, session, 6)
    for narrow, large in zip(alone(layout, none, walk), alone(layout, none, wide), strict=True):
        np.testing.assert_allclose(4 * narrow, large)


@pytest.mark.parametrize("step", [0.05, 0.3])
def test_the_walk_is_learnt_from_paths_whose_statements_are_known(step: float) -> None:
    truth, votes, session = assembly(2, 80, 20, 40, step)
    dice = np.random.default_rng(2)  # the statements of the assembly, drawn as it draws them
    dice.normal(size=80), dice.normal(size=(19, 80))
    slope, level = dice.normal(size=800), dice.normal(size=800)
    width = dice.normal(-0.7, 0.5, 800)
    items = Items(np.stack([slope, level, width], axis=1), np.zeros((800, 3, 3)))
    layout = layout_of(votes, session, 20)
    found = placed(layout, items, [np.zeros(80)] * 20, 0.1, 0.04)
    assert np.sqrt(found.step) == pytest.approx(step, rel=0.15)
    assert np.sqrt(found.walk.deviation) < 0.1
    apart = np.concatenate(found.position) - truth.ravel()
    inside = np.abs(apart) < 1.645 * np.sqrt(np.concatenate(found.variance))
    assert 0.88 < inside.mean() < 0.96
