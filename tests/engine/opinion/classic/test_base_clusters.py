"""Base clusters: neighbours are heaped together, one place is never divided, and mirrors change nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.engine.opinion.classic.base_clusters import base_clusters


def test_few_places_are_a_base_cluster_each() -> None:
    points = np.array([[0.0, 1.0], [2.0, 1.0], [0.0, 1.0], [0.0, 0.0]])
    heaps = base_clusters(points)
    assert heaps.label.tolist() == [0, 1, 0, 2]
    assert heaps.size.tolist() == [2, 1, 1]
    np.testing.assert_allclose(heaps.centre, points[[0, 1, 3]])


@pytest.mark.parametrize("seed", range(4))
def test_a_hundred_heaps_lie_close_about_their_middles(seed: int) -> None:
    points = np.random.default_rng(seed).standard_normal((2000, 2))
    heaps = base_clusters(points)
    assert len(heaps.size) == 100
    assert heaps.size.sum() == 2000
    for number in range(100):
        np.testing.assert_allclose(
            heaps.centre[number], points[heaps.label == number].mean(axis=0), atol=1e-12
        )
    within = ((points - heaps.centre[heaps.label]) ** 2).sum() / (points**2).sum()
    assert within < 0.03  # a hundred equal squares over the plane would leave about 0.02


whole_numbers = st.lists(st.tuples(st.integers(-4, 4), st.integers(-4, 4)), min_size=1, max_size=40)


@given(whole_numbers, st.integers(1, 12), st.sampled_from([(-1, 1), (1, -1), (-1, -1)]))
@settings(max_examples=150)
def test_mirrors_change_no_heap_even_where_everything_ties(
    places: list[tuple[int, int]], most: int, mirror: tuple[int, int]
) -> None:
    points = np.array(places, dtype=float)
    here, there = base_clusters(points, most), base_clusters(points * np.array(mirror), most)
    np.testing.assert_array_equal(here.label, there.label)
    assert len(here.size) == min(most, len(set(places)))
    same = [len({places[i] for i in np.flatnonzero(here.label == heap)}) for heap in range(len(here.size))]
    if len(set(places)) <= most:
        assert same == [1] * len(same)
