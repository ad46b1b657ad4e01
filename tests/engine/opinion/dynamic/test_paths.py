"""The smoother against the whole precision matrix, inverted at once."""

from __future__ import annotations

import numpy as np
from tests.engine.opinion.dynamic.simulated import assembly

from comity.engine.opinion.dynamic.layout import layout_of
from comity.engine.opinion.dynamic.learning import true_to_stated
from comity.engine.opinion.dynamic.paths import Drift, alone, stationary


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


def test_a_smoother_that_is_told_the_truth_states_its_error() -> None:
    _, votes, session = assembly(1, 6, 5, 4, 0.2)
    layout = layout_of(votes, session, 5)
    known = np.random.default_rng(0).uniform(0, 4, layout.present.shape) * layout.present
    walk = stationary(0.05, 0.01)
    np.testing.assert_allclose(true_to_stated(layout, known, walk, walk)[layout.present], 1.0, rtol=1e-8)
    calm = true_to_stated(layout, known, walk, stationary(0.01, 1e-5))
    assert calm[layout.present].mean() < 1
