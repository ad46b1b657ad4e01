"""Classic groups: planted camps are found, the silhouette is its definition, and what cannot be computed says so."""

from __future__ import annotations

import numpy as np
import pytest

from comity.engine.opinion.classic.groups import classic_groups, distances, mean_silhouette
from comity.engine.votes import Floats


def blobs(seed: int, sizes: tuple[int, ...]) -> tuple[Floats, np.ndarray]:
    generator = np.random.default_rng(seed)
    centre = 8 * np.array(
        [[np.cos(turn), np.sin(turn)] for turn in 2 * np.pi * np.arange(len(sizes)) / len(sizes)]
    )
    label = np.repeat(np.arange(len(sizes)), sizes)
    return centre[label] + generator.standard_normal((len(label), 2)), label


@pytest.mark.parametrize("sizes", [(90, 60), (200, 30, 20), (50, 40, 30, 20), (80, 60, 40, 30, 15)])
def test_planted_camps_are_found_and_numbered_by_size(sizes: tuple[int, ...]) -> None:
    points, label = blobs(1, sizes)
    groups = classic_groups(points)
    np.testing.assert_array_equal(groups.group, label)
    np.testing.assert_allclose(groups.centre[0], points[label == 0].mean(axis=0))
    assert max(groups.silhouette, key=lambda count: groups.silhouette[count]) == len(sizes)


def silhouette_by_definition(points: Floats, label: np.ndarray) -> float:
    scores = []
    for i, here in enumerate(points):
        apart = np.linalg.norm(points - here, axis=1)
        own = (label == label[i]) & (np.arange(len(points)) != i)
        if not own.any():
            scores.append(0.0)
            continue
        a = apart[own].mean()
        b = min(apart[label == other].mean() for other in set(label.tolist()) - {label[i]})
        scores.append((b - a) / max(a, b))
    return float(np.mean(scores))


@pytest.mark.parametrize("seed", range(6))
def test_the_silhouette_is_its_definition(seed: int) -> None:
    generator = np.random.default_rng(seed)
    points, label = generator.standard_normal((20, 2)), np.append(generator.integers(0, 3, 19), 3)
    assert mean_silhouette(distances(points), label) == pytest.approx(silhouette_by_definition(points, label))


@pytest.mark.parametrize(
    ("points", "count", "reason"),
    [
        (np.zeros((0, 2)), None, "nobody cast enough votes to be placed on the map"),
        (np.zeros((0, 2)), 2, "nobody cast enough votes to be placed on the map"),
        (np.zeros((1, 2)), None, "all 1 participants stand in one place"),
        (np.ones((7, 2)), None, "all 7 participants stand in one place"),
        (np.ones((7, 2)), 2, "2 groups were asked for, but participants stand in 1 different places"),
        (
            np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 0.0]]),
            3,
            "3 groups were asked for, but participants stand in 2 different places",
        ),
    ],
)
def test_what_cannot_be_computed_says_why(points: Floats, count: int | None, reason: str) -> None:
    groups = classic_groups(points, count)
    assert groups.not_computed == reason
    assert groups.group.tolist() == [-1] * len(points)


def test_more_groups_than_base_clusters_are_not_computed() -> None:
    points = np.random.default_rng(0).standard_normal((300, 2))
    reason = classic_groups(points, 101).not_computed
    assert reason == "101 groups were asked for, but participants are gathered in 100 base clusters"


def test_two_places_are_two_groups_and_one_is_one_when_asked() -> None:
    points = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
    assert classic_groups(points).group.tolist() == [1, 0, 0]
    assert classic_groups(points, 1).group.tolist() == [0, 0, 0]


def test_less_than_one_group_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one group is needed, not 0"):
        classic_groups(np.zeros((3, 2)), 0)
