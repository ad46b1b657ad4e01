"""The chance of some ballots' answers as everybody else's votes have it.

Many ballots that are alike draw the spatial model to themselves, and then look likely. So the model is fitted once
more without them; they are placed on its map, each by its own answers alone, and their chances are read off there.
Passes are left out: who passes on what follows habits that no model of a few numbers knows well enough.

Placing: mode of the posterior of (x, c) given the statements, by the same Polya-Gamma steps as the model's own.
"""

from __future__ import annotations

import numpy as np

from comity.engine.opinion.spatial import STRETCH, SpatialModel, averaged_sigma, spatial_model
from comity.engine.votes import Floats, Integers, Vote, VoteMatrix, vote_matrix

STEPS = 20
ROUGH_TOLERANCE, ROUGH_ITERATIONS = 0.03, 12


def rough_model(votes: VoteMatrix, dimensions: int) -> SpatialModel:
    """A model near enough: what is left of its error is far smaller than anybody's doubt."""
    return spatial_model(votes, dimensions, tolerance=ROUGH_TOLERANCE, maximum_iterations=ROUGH_ITERATIONS)


def sides_taken(votes: VoteMatrix) -> VoteMatrix:
    """The same table without its passes."""
    sided = votes.answer != Vote.PASS
    columns = (votes.participant[sided], votes.statement[sided], votes.answer[sided])
    return vote_matrix(*columns, votes.n_participants, votes.n_statements)


def chances_without(votes: VoteMatrix, members: Integers, dimensions: int) -> Floats:
    """The chance of every answer of the members, shape (n_votes,); nan for the answers of everybody else.

    votes: without passes. members: rows of the votes, of whom at least one other has voted.
    """
    inside = np.zeros(votes.n_participants, bool)
    inside[members] = True
    others = votes.rows(~inside)
    model = rough_model(others, dimensions)
    theirs = inside[votes.participant]
    row = np.searchsorted(members, votes.participant[theirs])
    column, answer = votes.statement[theirs], votes.answer[theirs].astype(np.float64)
    slope = np.concatenate([model.loading, np.ones((votes.n_statements, 1))], axis=1)
    prior = np.diag(np.r_[np.ones(model.dimensions), 1.0 / model.learnt["lean_variance"]])
    place = np.zeros((len(members), slope.shape[1]))
    outer = slope[:, :, None] * slope[:, None, :]
    for _ in range(STEPS):
        log_odds = model.intercept[column] + np.einsum("vk,vk->v", slope[column], place[row])
        half = np.maximum(np.abs(log_odds), 1e-6) / 2.0
        weight = np.tanh(half) / (4.0 * half)
        precision = np.tile(prior, (len(members), 1, 1))
        np.add.at(precision, row, weight[:, None, None] * outer[column])
        right = np.zeros_like(place)
        np.add.at(right, row, (answer / 2.0 - weight * model.intercept[column])[:, None] * slope[column])
        place = np.linalg.solve(precision, right[:, :, None])[:, :, 0]
    covariance = np.linalg.inv(precision)
    one_x = np.concatenate([np.ones((len(members), 1)), place[:, :-1]], axis=1)
    mean = model.intercept[column] + np.einsum("vk,vk->v", slope[column], place[row])
    variance = np.einsum("vk,vkl,vl->v", slope[column], covariance[row], slope[column])
    variance += np.einsum("vk,vkl,vl->v", one_x[row], model.statement_covariance[column], one_x[row])
    agrees = averaged_sigma(STRETCH * mean, variance)
    chance = np.full(votes.n_votes, np.nan)
    chance[theirs] = np.where(answer == Vote.AGREE, agrees, 1.0 - agrees)
    return chance
