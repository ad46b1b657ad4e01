"""Simulated populations with a known answer: one cloud without groups, or planted groups; and large tables.

Notation: x participants' positions, a statements' discrimination, b statements' intercepts, all drawn anew for
every population; P(agree) = logistic(b + a . x) before passes and missing votes. Every function takes a numpy
random generator and draws from nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

from comity.engine.votes import VoteMatrix, vote_matrix

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Population:
    """Votes and the group that each participant was planted in (0 for everybody where there are no groups).

    likeliest: the group that the votes speak for most when the generator's own parameters are known: nobody who
    sees only the votes can do better, so its agreement with `group` is the limit of what can be found.
    """

    votes: VoteMatrix
    group: Integers
    likeliest: Integers


Generator = Callable[[np.random.Generator], Population]


def cloud(
    generator: np.random.Generator,
    *,
    participants: int = 300,
    statements: int = 60,
    missing: float = 0.5,
    dimensions: int = 2,
    discrimination: float = 1.0,
    intercept: float = 1.0,
    passes: float = 0.0,
    uneven: bool = False,
) -> Population:
    """One Gaussian cloud: positions standard normal, so there are no groups to be found.

    discrimination, intercept: standard deviations of a (per axis) and b. passes: mean share of votes that are
    passes, differing from person to person. uneven: participants cast very different numbers of votes and
    early statements are seen more often, as in real consultations; otherwise votes are missing at random.
    """
    position = generator.standard_normal((participants, dimensions))
    slope = discrimination * generator.standard_normal((statements, dimensions))
    level = intercept * generator.standard_normal(statements)
    probability = _logistic(level + position @ slope.T)
    votes = _drawn(generator, probability, missing, passes, uneven)
    nobody = np.zeros(participants, np.int64)
    return Population(votes, nobody, nobody)


def planted_positions(
    generator: np.random.Generator,
    *,
    groups: int,
    participants: int = 300,
    statements: int = 60,
    missing: float = 0.5,
    smallest: float = 0.05,
    separation: float = 8.0,
    discrimination: float = 1.0,
    intercept: float = 0.5,
    passes: float = 0.0,
    uneven: bool = False,
) -> Population:
    """Latent clusters in the plane: unit spread within a group, neighbours `separation` spreads apart.

    Centres are the corners of a regular polygon (for 2 the ends of a line), turned by a random angle; the plane
    is then scaled so that a statement's discrimination is felt as in `cloud`.
    """
    group = _group_of(generator, participants, groups, smallest)
    radius = separation / (2 * np.sin(np.pi / groups))
    angle = 2 * np.pi * (np.arange(groups) / groups + generator.random())
    centre = radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    position = (centre[group] + generator.standard_normal((participants, 2))) / 2
    slope = discrimination * generator.standard_normal((statements, 2))
    level = intercept * generator.standard_normal(statements)
    probability = _logistic(level + position @ slope.T)
    votes = _drawn(generator, probability, missing, passes, uneven)
    spread = np.random.default_rng(0).standard_normal((2000, 2))
    likelihood = [
        _likelihood(votes, _logistic(level + ((middle + spread) / 2) @ slope.T)) for middle in centre
    ]
    return Population(votes, group, _likeliest(likelihood, np.bincount(group, minlength=groups)))


def planted_profiles(
    generator: np.random.Generator,
    *,
    groups: int,
    participants: int = 300,
    statements: int = 60,
    missing: float = 0.5,
    smallest: float = 0.05,
    firmness: float = 0.9,
    shared: float = 0.0,
    passes: float = 0.0,
    uneven: bool = False,
) -> Population:
    """Every group its own answer to every statement, given with probability `firmness`; members vote independently.

    shared: share of statements on which all groups give the same answer. Groups differ on (1 - shared) / 2 of
    the statements, any two of them, whatever their number: with 4 or 5 groups the profiles need more than two axes.
    """
    group = _group_of(generator, participants, groups, smallest)
    answer = generator.random((groups, statements)) < 0.5
    common = generator.random(statements) < shared
    answer[:, common] = answer[0, common]
    profile = np.where(answer, firmness, 1 - firmness)
    votes = _drawn(generator, profile[group], missing, passes, uneven)
    likelihood = [_likelihood(votes, row[None, :]) for row in profile]
    return Population(votes, group, _likeliest(likelihood, np.bincount(group, minlength=groups)))


WITHOUT_GROUPS: dict[str, Generator] = {
    "1 axis": partial(cloud, dimensions=1),
    "2 axes": partial(cloud, dimensions=2),
    "3 axes": partial(cloud, dimensions=3),
    "1 axis, strong": partial(cloud, dimensions=1, discrimination=2.0),
    "2 axes, strong": partial(cloud, dimensions=2, discrimination=2.0),
    "1 axis, very strong, no intercepts": partial(cloud, dimensions=1, discrimination=3.0, intercept=0.0),
    "2 axes, very strong, no intercepts": partial(cloud, dimensions=2, discrimination=3.0, intercept=0.0),
    "2 axes, weak": partial(cloud, dimensions=2, discrimination=0.4),
    "2 axes, wide intercepts": partial(cloud, dimensions=2, intercept=2.5),
    "2 axes, passes": partial(cloud, dimensions=2, passes=0.2),
    "2 axes, uneven": partial(cloud, dimensions=2, uneven=True),
    "2 axes, strong, passes, uneven": partial(
        cloud, dimensions=2, discrimination=2.0, passes=0.2, uneven=True
    ),
    "no axis: statements only": partial(cloud, dimensions=2, discrimination=0.0),
    "no axis, one opinion": partial(cloud, dimensions=2, discrimination=0.0, intercept=0.0),
}
"""One cloud, 300 x 60, 50 % missing, in kinds that a stranger might try."""

WITH_GROUPS: dict[str, Callable[..., Population]] = {
    "positions": planted_positions,
    "positions, strong": partial(planted_positions, discrimination=2.0),
    "positions, passes, uneven": partial(planted_positions, discrimination=2.0, passes=0.15, uneven=True),
    "positions, nearer": partial(planted_positions, separation=6.0),
    "positions, wide apart": partial(planted_positions, separation=12.0),
    "positions, equal sizes": partial(planted_positions, smallest=1.0),
    "profiles": planted_profiles,
    "profiles, a third shared": partial(planted_profiles, shared=1 / 3),
    "profiles, 80 % firm": partial(planted_profiles, firmness=0.8),
    "profiles, equal sizes": partial(planted_profiles, smallest=1.0),
    "profiles, passes, uneven": partial(planted_profiles, passes=0.15, uneven=True),
    "profiles, 1,000 x 100, 80 % missing": partial(
        planted_profiles, participants=1000, statements=100, missing=0.8
    ),
    "profiles, 100 x 30, complete": partial(planted_profiles, participants=100, statements=30, missing=0.0),
}
"""Two to five planted groups, well separated, sizes down to 5 % (`groups` is given by the caller)."""


def large(
    generator: np.random.Generator, *, participants: int, statements: int, votes: int, groups: int = 3
) -> VoteMatrix:
    """A large consultation: planted profiles, each participant a random set of statements, drawn without a table.

    Every participant casts votes / participants votes on average, on statements that lie a random stride apart
    from a random start: every statement as often as another, and, the stride having no divisor in common with the
    number of statements, each pair once.
    """
    group = _group_of(generator, participants, groups, 0.05)
    count = np.minimum(
        np.maximum(1, generator.poisson(votes / participants, size=participants)), statements
    ).astype(np.int64)
    row = np.repeat(np.arange(participants, dtype=np.int32), count)
    start = generator.integers(0, statements, size=participants)
    within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    shuffled = generator.permutation(statements)
    strides = np.array([step for step in range(1, max(statements, 2)) if np.gcd(step, statements) == 1])
    stride = strides[generator.integers(0, len(strides), size=participants)]
    column = shuffled[(np.repeat(start, count) + np.repeat(stride, count) * within) % statements].astype(
        np.int32
    )
    chance = np.where(generator.random((groups, statements)) < 0.5, 0.85, 0.15)
    draw = generator.random(len(row))
    answer = np.where(draw < chance[group[row], column], 1, -1).astype(np.int8)
    answer[generator.random(len(row)) < 0.1] = 0
    return vote_matrix(row, column, answer, participants, statements)


def _logistic(values: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(values / 2)))


def _likelihood(votes: VoteMatrix, probability: Floats) -> Floats:
    """log P(a participant's votes), shape (n_participants,), averaged over the rows of P(agree)."""
    table = votes.dense()
    agreed, disagreed = (table == 1).astype(float), (table == -1).astype(float)
    probability = np.clip(probability, 1e-12, 1 - 1e-12)
    every = agreed @ np.log(probability).T + disagreed @ np.log1p(-probability).T
    return np.asarray(logsumexp(every, axis=1) - np.log(len(probability)))


def _likeliest(likelihood: list[Floats], size: Integers) -> Integers:
    return np.asarray(np.argmax(np.stack(likelihood, axis=1) + np.log(size), axis=1))


def _group_of(generator: np.random.Generator, participants: int, groups: int, smallest: float) -> Integers:
    """Groups of random sizes, none smaller than `smallest` (1 for all equal), as shuffled labels."""
    floor = min(smallest, 1 / groups)
    share = floor + (1 - groups * floor) * generator.dirichlet(np.ones(groups))
    bounds = np.round(np.cumsum(share) * participants).astype(np.int64)
    group = np.searchsorted(bounds, np.arange(participants), side="right")
    return generator.permutation(np.minimum(group, groups - 1))


def _drawn(
    generator: np.random.Generator, probability: Floats, missing: float, passes: float, uneven: bool
) -> VoteMatrix:
    """Votes drawn from P(agree) of every cell, some passed, some missing."""
    participants, statements = probability.shape
    answer = np.where(generator.random(probability.shape) < probability, 1, -1)
    if passes > 0:
        tendency = generator.beta(2 * passes, 2 * (1 - passes), size=(participants, 1))
        answer[generator.random(probability.shape) < tendency] = 0
    chance = np.full(probability.shape, 1 - missing)
    if uneven and missing > 0:
        activity = generator.gamma(1.5, size=(participants, 1))
        early = np.linspace(1.5, 0.5, statements)
        chance = _thinned(activity * early, 1 - missing)
    seen = generator.random(probability.shape) < chance
    seen[np.arange(participants), generator.integers(0, statements, participants)] = True
    row, column = np.nonzero(seen)
    return vote_matrix(row, column, answer[row, column], participants, statements)


def _thinned(weight: Floats, share: float) -> Floats:
    """Chances proportional to weight, cut at 1, with the wanted mean: 20 halvings suffice for three digits."""
    low, high = 0.0, 100.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if np.minimum(middle * weight, 1).mean() < share else (low, middle)
    return np.asarray(np.minimum(high * weight, 1))
