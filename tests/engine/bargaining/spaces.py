"""Random negotiations for tests: the same seed, the same space."""

from __future__ import annotations

from itertools import product

import numpy as np

from comity.engine.bargaining.space import Interaction, Refusal, Space, package_space


def random_space(seed: int, most_packages: int = 150, most_parties: int = 5) -> Space:
    """Parties, issues, whole or real points with ties, red lines on options and pairs, conditions, interactions."""
    dice = np.random.default_rng(seed)
    n_parties = int(dice.integers(1, most_parties + 1))
    sizes: list[int] = []
    while len(sizes) < 8:
        size = int(dice.integers(1, 7))
        if int(np.prod([*sizes, size])) > most_packages:
            break
        sizes.append(size)
    sizes = sizes or [3]
    whole = dice.random() < 0.6
    points = [
        dice.integers(0, 11, (n_parties, size)).astype(float)
        if whole
        else dice.random((n_parties, size)) * 100
        for size in sizes
    ]
    span = sum(table.max(axis=1) for table in points)
    floor = (
        np.floor(span * dice.uniform(0, 0.7, n_parties)) if whole else span * dice.uniform(0, 0.7, n_parties)
    )
    weight = np.ones(n_parties) if dice.random() < 0.5 else dice.uniform(0.5, 2.0, n_parties)
    interactions = []
    if len(sizes) > 1 and dice.random() < 0.4:
        first, second = sorted(dice.choice(len(sizes), 2, replace=False).tolist())
        table = dice.integers(-3, 4, (n_parties, sizes[first], sizes[second])).astype(float)
        interactions.append(Interaction(first, second, table))
    refusals = [_refusal(dice, n_parties, sizes) for _ in range(int(dice.integers(0, 5)))]
    return package_space(points, floor, weight, interactions, refusals)


def _refusal(dice: np.random.Generator, n_parties: int, sizes: list[int]) -> Refusal:
    issues = dice.choice(len(sizes), min(len(sizes), int(dice.integers(1, 4))), replace=False)
    where = []
    for issue in sorted(map(int, issues)):
        count = int(dice.integers(1, max(2, sizes[issue])))
        options = dice.choice(sizes[issue], min(count, sizes[issue]), replace=False)
        where.append((issue, tuple(sorted(map(int, options)))))
    return Refusal(int(dice.integers(n_parties)), tuple(where))


def by_hand(space: Space) -> tuple[list[tuple[int, ...]], list[list[float]], list[bool]]:
    """Every package, every value and whether somebody refuses it: loops and nothing else."""
    packages, values, allowed = [], [], []
    for package in product(*(range(size) for size in space.n_options)):
        row = []
        for party in range(space.n_parties):
            value = sum(
                float(table[party, option]) for table, option in zip(space.points, package, strict=True)
            )
            for pair in space.interactions:
                value += float(pair.points[party, package[pair.first], package[pair.second]])
            row.append(round(value, 9))
        refused = any(all(package[i] in options for i, options in line.where) for line in space.refusals)
        packages.append(package)
        values.append(row)
        allowed.append(not refused)
    return packages, values, allowed
