"""Assemblies whose truth is known: random walks, roll calls that point either way, votes missing at random."""

from __future__ import annotations

import numpy as np

from comity.engine.opinion.dynamic.model import IdealPoints
from comity.engine.votes import Floats, Integers, VoteMatrix, vote_matrix


def assembly(
    seed: int,
    n_parties: int,
    n_sessions: int,
    n_items: int,
    step: float,
    missing: float = 0.15,
    negative: float = 0.5,
) -> tuple[Floats, VoteMatrix, Integers]:
    """True positions (n_sessions, n_parties), votes, and the session of each roll call.

    missing: share of votes not cast. negative: share of roll calls on which yes lies on the negative side.
    """
    dice = np.random.default_rng(seed)
    truth = np.cumsum(
        np.vstack([dice.normal(size=n_parties), step * dice.normal(size=(n_sessions - 1, n_parties))]), axis=0
    )
    session = np.repeat(np.arange(n_sessions), n_items)
    slope, location = dice.normal(size=len(session)), dice.normal(size=len(session))
    if negative != 0.5:
        slope = np.abs(slope) * np.where(dice.random(len(session)) < negative, -1, 1)
    half = np.exp(dice.normal(-0.7, 0.5, len(session)))[:, None]
    hidden = slope[:, None] * truth[session] - location[:, None]
    hidden = hidden + dice.normal(size=hidden.shape)
    answer = np.where(hidden > half, 1, np.where(hidden < -half, -1, 0))
    item, party = np.nonzero(dice.random(answer.shape) > missing)
    return truth, vote_matrix(party, item, answer[item, party], n_parties, len(session)), session


def coverage(truth: Floats, found: IdealPoints) -> tuple[float, float]:
    """Share of standardised true positions inside the 90 % intervals, and correlation with them."""
    there = ~np.isnan(found.mean)
    aim = (truth - truth[there].mean()) / truth[there].std()
    correlation = float(np.corrcoef(aim[there], found.mean[there])[0, 1])
    mean = found.mean * np.sign(correlation)
    inside = np.abs(mean - aim)[there] < 1.6449 * np.sqrt(found.variance[there])
    return float(inside.mean()), abs(correlation)
