"""A slow reference: the same model sampled, by Gibbs steps and, for half widths, by Metropolis steps."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from comity.engine.votes import Floats, Integers, VoteMatrix


def sampled(
    votes: VoteMatrix, session: Integers, like: Floats, step: float, draws: int, seed: int
) -> tuple[Floats, Floats]:
    """Posterior mean and standard deviation of standardised positions, shape (n_sessions, n_parties).

    like: positions whose direction is taken, same shape. Priors: first positions, slopes and levels standard normal,
    log half widths normal (-0.5, 0.5), steps as told. As many draws again are thrown away first.
    """
    dice = np.random.default_rng(seed)
    n_sessions = len(like)
    item, party, given = votes.statement, votes.participant, votes.answer
    at = session[item]
    n, m = votes.n_participants, votes.n_statements
    walk = np.diff(np.eye(n_sessions), axis=0)
    prior = walk.T @ walk / step**2
    prior[0, 0] += 1.0
    place = np.tile(dice.normal(size=n), (n_sessions, 1))
    slope, level, width = dice.normal(size=m), np.zeros(m), np.full(m, -0.5)
    kept = []
    for draw in range(2 * draws):
        mean, half = slope[item] * place[at, party] - level[item], np.exp(width)[item]
        low = np.where(given == 1, half, np.where(given == 0, -half, -np.inf)) - mean
        high = np.where(given == 1, np.inf, np.where(given == 0, half, -half)) - mean
        least, most = ndtr(low), ndtr(high)
        chance = least + dice.random(len(item)) * (most - least)
        hidden = mean + np.clip(ndtri(np.clip(chance, 1e-12, 1 - 1e-12)), low, high)
        for i in range(n):
            mine = party == i
            known = np.bincount(at[mine], slope[item[mine]] ** 2, n_sessions)
            pull = np.bincount(at[mine], slope[item[mine]] * (hidden[mine] + level[item[mine]]), n_sessions)
            root = np.linalg.inv(np.linalg.cholesky(prior + np.diag(known)))
            place[:, i] = root.T @ (root @ pull + dice.normal(size=n_sessions))
        for j in range(m):
            mine = item == j
            seen = np.stack([place[at[mine], party[mine]], -np.ones(mine.sum())], axis=1)
            root = np.linalg.inv(np.linalg.cholesky(seen.T @ seen + np.eye(2)))
            slope[j], level[j] = root.T @ (root @ (seen.T @ hidden[mine]) + dice.normal(size=2))
            near, far = np.abs(hidden[mine & (given == 0)]), np.abs(hidden[mine & (given != 0)])
            new = width[j] + 0.3 * dice.normal()
            if near.max(initial=0.0) < np.exp(new) < far.min(initial=np.inf):
                ratio = ((width[j] + 0.5) ** 2 - (new + 0.5) ** 2) / 2 / 0.5**2
                if np.log(dice.random()) < ratio:
                    width[j] = new
        if draw >= draws:
            flat = (place - place.mean()) / place.std()
            kept.append(flat * np.sign((flat * like).sum()))
    stack = np.array(kept)
    return stack.mean(axis=0), stack.std(axis=0)
