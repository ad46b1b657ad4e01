"""Solutions against their definitions by loops, their axioms, and two tables worked by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from comity.engine.bargaining.agreements import Agreements
from comity.engine.bargaining.solutions import SCALE_FREE, SOLUTIONS
from comity.engine.bargaining.space import Refusal, Space, package_space, values_of
from tests.engine.bargaining.spaces import by_hand, random_space

SEEDS = range(16)


def accepted_by_hand(space: Space) -> list[tuple[tuple[int, ...], list[float]]]:
    packages, values, allowed = by_hand(space)
    return [
        (package, [u - d for u, d in zip(row, space.disagreement, strict=True)])
        for package, row, is_allowed in zip(packages, values, allowed, strict=True)
        if is_allowed and all(u >= d - 1e-9 for u, d in zip(row, space.disagreement, strict=True))
    ]


def key_by_hand(name: str, gains: list[float], ideal: list[float], weight: list[float]) -> list[float]:
    """What a solution compares, largest first, rounded so that ties are ties."""
    share = [g / a if a > 1e-9 else 0.0 for g, a in zip(gains, ideal, strict=True)]
    if name == "sum":
        key = [sum(w * g for w, g in zip(weight, gains, strict=True))]
    elif name == "leximin":
        key = sorted(g / w for g, w in zip(gains, weight, strict=True))
    elif name == "ks":
        key = sorted(s / w for s, w, a in zip(share, weight, ideal, strict=True) if a > 1e-9)
    else:
        gaining = [(w, s) for w, s in zip(weight, share, strict=True) if s > 1e-9]
        key = [len(gaining), sum(w * math.log(s) for w, s in gaining)]
    return [round(number, 7) for number in key]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", SOLUTIONS)
def test_equal_to_the_definition_by_loops(name: str, seed: int) -> None:
    space = random_space(seed)
    solved = Agreements(space).solution(name)
    options = accepted_by_hand(space)
    if not options:
        assert solved.impossible
        assert solved.package is None
        return
    ideal = [max(gains[party] for _, gains in options) for party in range(space.n_parties)]
    keys = [key_by_hand(name, gains, ideal, space.weight.tolist()) for _, gains in options]
    assert solved.package is not None
    assert solved.proven
    chosen = [package for package, _ in options].index(tuple(map(int, solved.package)))
    assert keys[chosen] == pytest.approx(max(keys), abs=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", SOLUTIONS)
def test_pareto_and_nobody_loses(name: str, seed: int) -> None:
    space = random_space(seed)
    package = Agreements(space).solution(name).package
    if package is None:
        return
    value = values_of(space, package[None, :])[0]
    assert (value >= space.floor).all()
    _, values, allowed = by_hand(space)
    others = np.array(values)[np.array(allowed)]
    assert not ((others >= value - 1e-9).all(axis=1) & (others > value + 1e-6).any(axis=1)).any()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", SOLUTIONS)
def test_symmetry_the_order_of_parties_plays_no_part(name: str, seed: int) -> None:
    space = random_space(seed)
    order = np.random.default_rng(seed).permutation(space.n_parties)
    turned = package_space(
        [table[order] for table in space.points],
        space.disagreement[order],
        space.weight[order],
        [replace(pair, points=pair.points[order]) for pair in space.interactions],
        [Refusal(int(np.flatnonzero(order == line.party)[0]), line.where) for line in space.refusals],
    )
    one, other = Agreements(space).solution(name).package, Agreements(turned).solution(name).package
    assert (one is None and other is None) or (one == other).all()  # type: ignore[union-attr]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", SOLUTIONS)
def test_symmetric_parties_get_the_same_where_they_can(name: str, seed: int) -> None:
    """Two parties, every package mirrored by another, equal weights: some best package treats them alike if any can."""
    dice = np.random.default_rng(seed)
    mine, theirs = dice.integers(0, 6, 4), dice.integers(0, 6, 4)
    space = package_space([[[*mine, *theirs, 4], [*theirs, *mine, 4]]], [0, 0])
    agreements = Agreements(space)
    package = agreements.solution(name).package
    assert package is not None
    value = values_of(space, package[None, :])[0]
    mirrored = (int(package[0]) + 4) % 8 if package[0] < 8 else 8
    assert values_of(space, np.array([[mirrored]]))[0].tolist() == value[::-1].tolist()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", sorted(SCALE_FREE))
def test_scale_invariance(name: str, seed: int) -> None:
    """Positive affine changes of anybody's points change nothing for Nash and Kalai-Smorodinsky."""
    space = random_space(seed)
    dice = np.random.default_rng(seed)
    times, plus = dice.choice([0.5, 2.0, 8.0, 1024.0], space.n_parties), dice.integers(0, 5, space.n_parties)
    changed = package_space(
        [
            table * times[:, None] + (plus[:, None] if issue == 0 else 0)
            for issue, table in enumerate(space.points)
        ],
        space.disagreement * times + plus,
        space.weight,
        [replace(pair, points=pair.points * times[:, None, None]) for pair in space.interactions],
        space.refusals,
    )
    one, other = Agreements(space).solution(name).package, Agreements(changed).solution(name).package
    assert (one is None and other is None) or (one == other).all()  # type: ignore[union-attr]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", SOLUTIONS)
def test_options_that_a_red_line_forbids_play_no_part(name: str, seed: int) -> None:
    """Whatever points stand on a forbidden option, and whether it is there at all."""
    space = random_space(seed)
    size = space.n_options[0]
    dice = np.random.default_rng(seed)
    padded = [np.concatenate([space.points[0], dice.uniform(-900, 900, (space.n_parties, 1))], axis=1)]
    pairs = [
        replace(
            pair,
            points=np.concatenate(
                [pair.points, np.full((space.n_parties, 1, pair.points.shape[2]), 77.0)], axis=1
            )
            if pair.first == 0
            else pair.points,
        )
        for pair in space.interactions
    ]
    wider = package_space(
        [*padded, *space.points[1:]],
        space.disagreement,
        space.weight,
        pairs,
        [*space.refusals, Refusal(0, ((0, (size,)),))],
    )
    one, other = Agreements(space).solution(name).package, Agreements(wider).solution(name).package
    assert (one is None and other is None) or (one == other).all()  # type: ignore[union-attr]


def test_two_parties_two_issues_by_hand() -> None:
    """The table of the method pages: values (10, 2), (7, 7), (5, 3), (2, 8)."""
    space = package_space([[[7, 2], [1, 2]], [[3, 0], [1, 6]]], [0, 0])
    assert values_of(space, np.array([[0, 0], [0, 1], [1, 0], [1, 1]])).tolist() == [
        [10.0, 2.0],
        [7.0, 7.0],
        [5.0, 3.0],
        [2.0, 8.0],
    ]
    agreements = Agreements(space)
    chosen = {name: tuple(map(int, agreements.solution(name).package)) for name in SOLUTIONS}  # type: ignore[arg-type]
    assert chosen == {"nash": (0, 1), "ks": (0, 1), "leximin": (0, 1), "sum": (0, 1)}


def test_the_four_solutions_can_all_differ() -> None:
    """One issue with four options for two parties: gains (10, 1), (6, 3), (5, 3.5), (4, 3.9)."""
    space = package_space([[[10, 6, 5, 4.1], [1, 3, 3.55, 3.9]]], [0, 0])
    agreements = Agreements(space)
    chosen = {name: int(agreements.solution(name).package[0]) for name in SOLUTIONS}  # type: ignore[index]
    assert chosen == {"nash": 1, "ks": 1, "leximin": 3, "sum": 0}


def test_weights_move_the_nash_package() -> None:
    points = [[[9, 6, 2], [2, 6, 9]]]
    equal = Agreements(package_space(points, [0, 0])).solution("nash").package
    heavy = Agreements(package_space(points, [0, 0], weight=[3, 1])).solution("nash").package
    assert equal is not None
    assert heavy is not None
    assert (int(equal[0]), int(heavy[0])) == (1, 0)


def test_nash_when_not_everybody_can_gain() -> None:
    """The most parties gain, and the product is over them; the units of points play no part."""
    space = package_space([[[0, 0, 0], [5, 4, 0], [1, 2, 9]]], [0, 0, 0])
    solved = Agreements(space).solution("nash")
    assert solved.package is not None
    assert int(solved.package[0]) == 1
