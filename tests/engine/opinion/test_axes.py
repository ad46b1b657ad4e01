"""Axes above chance: none in noise, as many as were put in."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from comity.engine.opinion.axes import axes_above_chance
from comity.engine.votes import vote_matrix


@pytest.mark.parametrize("axes", [0, 1, 2, 3])
def test_as_many_axes_as_the_answers_were_drawn_from(axes: int) -> None:
    rng = np.random.default_rng(axes)
    position, loading = rng.standard_normal((400, axes)), 1.5 * rng.standard_normal((60, axes))
    chance = expit(rng.standard_normal(60) + position @ loading.T)
    row, column = np.nonzero(rng.random((400, 60)) < 0.5)
    answer = np.where(rng.random(len(row)) < chance[row, column], 1, -1)
    assert axes_above_chance(vote_matrix(row, column, answer, 400, 60)) == axes


def test_one_statement_has_nothing_to_share() -> None:
    assert axes_above_chance(vote_matrix([0, 1], [0, 0], [1, -1], 2, 1)) == 0
