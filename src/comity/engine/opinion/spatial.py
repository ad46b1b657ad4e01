"""The spatial model of votes: participants and statements in one low-dimensional space.

Notation. x_i: position of participant i, d numbers. c_i: lean of i, how readily he or she agrees to anything.
a_j, b_j: intercept and loadings of statement j. The probability that i, taking a side on j, agrees is
sigma(a_j + b_j . x_i + c_i) with sigma(t) = 1 / (1 + exp(-t)). Whether i takes a side at all (or passes) is
modelled apart, by `passing`. A pair that was not voted on is missing and adds nothing.

Priors: x_i ~ N(0, I); c_i ~ N(0, s_c); a_j ~ N(m_a, s_a); b_j ~ N(0, s_b I), with s_c, m_a, s_a and s_b learnt
from the votes. The posterior is approximated by independent normal distributions for (x_i, c_i) and (a_j, b_j);
with Polya-Gamma variables (Polson, Scott and Windle 2013) every step is closed-form: given omega_ij, the
expectation of the Polya-Gamma variable, both updates are weighted ridge regressions.

Source: Imai, Lo and Olmsted (2016), Fast estimation of ideal points with massive data, American Political
Science Review 110(4), for variational ideal points; the lean, the shrinkage, the identification and the order
of the work are ours, and argued in docs/methods/spatial-model.md.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.order import CanonicalVotes, canonical
from comity.engine.opinion.spatial_steps import (
    State,
    Table,
    iterated,
    oriented,
    packed_moments,
    rows_placed,
    spectral_start,
    twice_off_diagonal,
)
from comity.engine.votes import Floats, VoteMatrix

TOLERANCE = 3e-3
MAXIMUM_ITERATIONS = 100
STRETCH = 1.06
"""The variational bound draws log odds towards 0; predicted ones are stretched by what was best on simulated votes."""
SAMPLE_VOTES = 400_000
"""A larger table is fitted first on a part of its rows with this many votes, and then as a whole."""


@dataclass(frozen=True, eq=False)
class SpatialModel:
    """Where participants and statements lie, with uncertainty, in the caller's order.

    position: shape (n_participants, d), posterior means; 0 and the prior's spread for somebody without a side
    on anything. position_covariance: shape (n_participants, d, d). lean, lean_variance: shape (n_participants,).
    lean_covariance: shape (n_participants, d), between lean and position. intercept: shape (n_statements,), in
    log odds. loading: shape (n_statements, d): the direction in which agreement grows. statement_covariance:
    shape (n_statements, d + 1, d + 1), of (intercept, loading). axis_share: shape (d,), how much of the
    variation in log odds between positions lies along each axis, falling; sums to 1. iterations, converged:
    how the fit ended. learnt: s_c, m_a, s_a and s_b by name.

    Axes are the principal axes of that variation. Each points to the longer tail of participants (their
    third moment is positive), so that exchanging agree and disagree everywhere leaves every position where it
    is and turns intercepts, loadings and leans round.
    """

    position: Floats
    position_covariance: Floats
    lean: Floats
    lean_variance: Floats
    lean_covariance: Floats
    intercept: Floats
    loading: Floats
    statement_covariance: Floats
    axis_share: Floats
    iterations: int
    converged: bool
    learnt: dict[str, float]

    @property
    def dimensions(self) -> int:
        return int(self.position.shape[1])

    def log_odds(self, participant: npt.ArrayLike, statement: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Posterior mean and variance of the log odds of agreeing, for arrays of index pairs of one shape."""
        i, j = np.asarray(participant), np.asarray(statement)
        b, x = self.loading[j], self.position[i]
        one_x = self.slope(i)
        mean = self.intercept[j] + np.einsum("...k,...k->...", b, x) + self.lean[i]
        cov_x, cov_b = self.position_covariance[i], self.statement_covariance[j]
        variance = (
            np.einsum("...k,...kl,...l->...", one_x, cov_b, one_x)
            + np.einsum("...k,...kl,...l->...", b, cov_x, b)
            + np.einsum("...kl,...kl->...", cov_b[..., 1:, 1:], cov_x)
            + 2 * np.einsum("...k,...k->...", b, self.lean_covariance[i])
            + self.lean_variance[i]
        )
        return mean, variance

    def probability(self, participant: npt.ArrayLike, statement: npt.ArrayLike) -> Floats:
        """P(agree | takes a side) for arrays of index pairs, averaged over the posterior.

        The average of sigma over a normal variable is taken by MacKay's approximation (1992).
        """
        mean, variance = self.log_odds(participant, statement)
        return averaged_sigma(STRETCH * mean, variance)

    def probability_table(self, participant: npt.ArrayLike) -> Floats:
        """P(agree | takes a side) of some participants on every statement, shape (len(participant), n_statements).

        The same numbers as `probability`, by two matrix products instead of a gather a pair.
        """
        i = np.asarray(participant)
        t, b = self.slope(i), self.loading
        columns = np.concatenate([self.intercept[:, None], b], axis=1)
        mean = t @ columns.T + self.lean[i][:, None]
        all_pairs, position_pairs = np.triu_indices(t.shape[1]), np.triu_indices(b.shape[1])
        of_loading = self.statement_covariance[:, 1:, 1:]
        rows = [
            packed_moments(t, np.zeros((len(t), t.shape[1], t.shape[1])), all_pairs),
            self.position_covariance[i][:, position_pairs[0], position_pairs[1]],
            self.lean_covariance[i],
            self.lean_variance[i][:, None],
        ]
        terms = [
            self.statement_covariance[:, all_pairs[0], all_pairs[1]] * twice_off_diagonal(all_pairs),
            packed_moments(b, of_loading, position_pairs) * twice_off_diagonal(position_pairs),
            2.0 * b,
            np.ones((len(b), 1)),
        ]
        return averaged_sigma(STRETCH * mean, np.concatenate(rows, axis=1) @ np.concatenate(terms, axis=1).T)

    def placed(self, votes: VoteMatrix, passes: int = 3) -> tuple[Floats, Floats]:
        """Where these statements put any participants, as position and position_covariance of `votes`' rows.

        votes: the same statements, any participants. The statements stay as they are, so nobody's place depends on
        who else is asked about. Those whom the model was fitted to come out where it has them, within a fraction
        of their uncertainty: the fit also brings everybody to mean 0 and spread 1.

        >>> from comity.engine.votes import vote_matrix
        >>> camps = vote_matrix([0, 0, 1, 1, 2, 2, 3, 3], [0, 1] * 4, [1, -1, 1, -1, -1, 1, -1, 1], 4, 2)
        >>> model = spatial_model(camps, dimensions=1)
        >>> position, _ = model.placed(vote_matrix([0, 0], [0, 1], [1, -1], 1, 2))
        >>> bool(position[0, 0] * model.position[0, 0] > 0 > position[0, 0] * model.position[2, 0])
        True
        """
        width = self.dimensions + 1
        columns = State(
            np.zeros((0, (width + 1) * (width + 2) // 2)),
            np.concatenate([self.intercept[:, None], self.loading], axis=1),
            self.statement_covariance,
            self.learnt["lean_variance"],
            self.learnt["intercept_mean"],
            self.learnt["intercept_variance"],
            self.learnt["loading_variance"],
        )
        rows = rows_placed(Table.of(votes), columns, passes)
        return rows.row_mean[:, :-1], rows.row_covariance()[:, :-1, :-1]

    def slope(self, participant: npt.ArrayLike) -> Floats:
        """(1, x_i): how the log odds of a participant change with a statement's intercept and loadings."""
        x = self.position[np.asarray(participant)]
        return np.concatenate([np.ones((*x.shape[:-1], 1)), x], axis=-1)


def averaged_sigma(mean: Floats, variance: Floats) -> Floats:
    """E sigma(t) for t ~ N(mean, variance), to about 0.01 (MacKay 1992)."""
    scaled = mean / np.sqrt(1.0 + np.pi / 8.0 * variance)
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * scaled)))


def spatial_model(
    votes: VoteMatrix,
    dimensions: int = 2,
    *,
    tolerance: float = TOLERANCE,
    maximum_iterations: int = MAXIMUM_ITERATIONS,
    sample_votes: int = SAMPLE_VOTES,
    threads: int = 2,
) -> SpatialModel:
    """Fit the spatial model by closed-form variational steps, from a fixed start.

    votes: any table; passes and missing pairs add nothing here. dimensions: at least 1. tolerance: the fit ends
    when positions move by less than this share of their spread in a step, or after maximum_iterations.
    sample_votes: a table with more than half as many again is first fitted on a part of its rows with so many. threads:
    how many blocks are worked on at once; the result does not depend on it. Raises ValueError for dimensions
    below 1.

    The result depends on the votes only, to the last bit: not on the order or the names of rows and columns.

    >>> from comity.engine.votes import vote_matrix
    >>> two_camps = vote_matrix([0, 0, 1, 1, 2, 2, 3, 3], [0, 1] * 4, [1, -1, 1, -1, -1, 1, -1, 1], 4, 2)
    >>> model = spatial_model(two_camps, dimensions=1)
    >>> bool(model.position[0, 0] * model.position[3, 0] < 0)
    True
    """
    if dimensions < 1:
        raise ValueError(f"dimensions must be at least 1, not {dimensions}")
    order = canonical(votes)
    table = Table.of(order.votes)
    if table.n_votes == 0:
        nowhere = spectral_start(table, dimensions)
        return _restored(nowhere, np.full(dimensions, 1.0 / dimensions), order)
    with ThreadPoolExecutor(max(1, threads)) as pool:
        part = table
        if table.n_votes > 1.5 * sample_votes:
            # Rows in canonical order are as good as drawn at random: the first ones are a fair sample.
            part = Table.of(order.votes, sample_votes)
        state = iterated(part, spectral_start(part, dimensions), pool, maximum_iterations, tolerance)
        if part is not table:
            state = iterated(table, state, pool, maximum_iterations, tolerance)
    return _restored(*oriented(state, table.has_votes()), order)


def _restored(state: State, share: Floats, order: CanonicalVotes) -> SpatialModel:
    """The fit in the caller's order of participants and statements."""
    rows, columns = np.argsort(order.participant), np.argsort(order.statement)
    mean, covariance = state.row_mean[rows], state.row_covariance()[rows]
    return SpatialModel(
        position=mean[:, :-1],
        position_covariance=covariance[:, :-1, :-1],
        lean=mean[:, -1],
        lean_variance=covariance[:, -1, -1],
        lean_covariance=covariance[:, :-1, -1],
        intercept=state.column_mean[columns, 0],
        loading=state.column_mean[columns, 1:],
        statement_covariance=state.column_covariance[columns],
        axis_share=share,
        iterations=state.iterations,
        converged=state.converged,
        learnt={
            "lean_variance": state.lean_variance,
            "intercept_mean": state.intercept_mean,
            "intercept_variance": state.intercept_variance,
            "loading_variance": state.loading_variance,
        },
    )
