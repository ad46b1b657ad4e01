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

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh
from scipy.sparse import csc_array, csr_array
from scipy.sparse.linalg import eigsh

from comity.engine.opinion.order import CanonicalVotes, canonical
from comity.engine.votes import Floats, VoteMatrix

Indices = npt.NDArray[np.int32]
TOLERANCE = 3e-3
MAXIMUM_ITERATIONS = 100
SHRINKAGE = 0.5
"""Mean-field posteriors are too narrow, so the learnt precision of the loadings comes out too high; it is
multiplied by this number, which was best on held-out answers (docs/methods/spatial-model.md has the table)."""
STRETCH = 1.06
"""The variational bound draws log odds towards 0; predicted ones are stretched by what was best on simulated votes."""
BLOCK_VOTES = 65_536
"""Votes worked on at a time: their temporary columns fit a processor's cache."""
FULL_TABLE = 16
"""A block with at most so many cells a vote is multiplied out whole, which is faster than vote by vote."""
SAMPLE_VOTES = 400_000
"""A larger table is fitted first on a part of its rows with this many votes, and then as a whole."""
SMALL_MATRIX = 200
LONGEST_LEAP = 8.0
SMALLEST_VARIANCE = 1e-3


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
            _packed_moments(t, np.zeros((len(t), t.shape[1], t.shape[1])), all_pairs),
            self.position_covariance[i][:, position_pairs[0], position_pairs[1]],
            self.lean_covariance[i],
            self.lean_variance[i][:, None],
        ]
        terms = [
            self.statement_covariance[:, all_pairs[0], all_pairs[1]] * _twice_off_diagonal(all_pairs),
            _packed_moments(b, of_loading, position_pairs) * _twice_off_diagonal(position_pairs),
            2.0 * b,
            np.ones((len(b), 1)),
        ]
        return averaged_sigma(STRETCH * mean, np.concatenate(rows, axis=1) @ np.concatenate(terms, axis=1).T)

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
    refine: bool = True,
    threads: int = 2,
) -> SpatialModel:
    """Fit the spatial model by closed-form variational steps, from a fixed start.

    votes: any table; passes and missing pairs add nothing here. dimensions: at least 1. tolerance: the fit ends
    when positions move by less than this share of their spread in a step, or after maximum_iterations.
    sample_votes: a table with more than half as many again is first fitted on a part of its rows with so many.
    refine: then fit it to the end as a whole; if not, the others are only put among those of the part. threads:
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
    table = _Table.of(order.votes)
    if table.n_votes == 0:
        nowhere = _spectral_start(table, dimensions)
        return _restored(nowhere, np.full(dimensions, 1.0 / dimensions), order)
    with ThreadPoolExecutor(max(1, threads)) as pool:
        part, limit = table, maximum_iterations
        if table.n_votes > 1.5 * sample_votes:
            # Rows in canonical order are as good as drawn at random: the first ones are a fair sample.
            part, limit = _Table.of(order.votes, sample_votes), maximum_iterations if refine else 2
        state = _iterated(part, _spectral_start(part, dimensions), pool, maximum_iterations, tolerance)
        if part is not table:
            state = _iterated(table, state, pool, limit, tolerance)
    return _restored(*_oriented(state, table.has_votes()), order)


@dataclass(frozen=True, eq=False)
class _Block:
    """Some consecutive rows: where their sided votes lie, and two sparse tables over them.

    side: agree +1/2, disagree -1/2. omega: written anew in every step, in place, because making a sparse table
    costs more than filling one; each has its transpose beside it, which shares its numbers.
    """

    first_row: int
    last_row: int
    row: npt.NDArray[np.int32]
    column: npt.NDArray[np.int32]
    side: csr_array
    side_by_column: csc_array
    omega: csr_array
    omega_by_column: csc_array
    cell: npt.NDArray[np.intp] | None
    """Place of every vote in the full table of the block, where that table is small beside its votes."""

    @classmethod
    def of(
        cls, rows: tuple[int, int], row: Indices, column: Indices, side: npt.NDArray[np.int8], n_columns: int
    ) -> _Block:
        """rows: first and last (exclusive); row: index within the block, ascending."""
        n_rows = rows[1] - rows[0]
        starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=n_rows))]).astype(np.int32)

        def table(values: Floats) -> csr_array:
            return csr_array((values, column, starts), shape=(n_rows, n_columns))

        sides, omega = table(np.asarray(0.5 * side, np.float64)), table(np.zeros(len(row)))
        is_full = n_rows * n_columns <= FULL_TABLE * len(row)
        cell = row.astype(np.intp) * n_columns + column if is_full else None
        return cls(*rows, row, column, sides, sides.T, omega, omega.T, cell)

    def products(self, rows: Floats, columns: Floats) -> Floats:
        """Dot product of a row's and a column's terms for every vote. rows: (rows, K); columns: (n_columns, K)."""
        if self.cell is not None:
            return np.take((rows @ columns.T).ravel(), self.cell)
        total = np.zeros(len(self.row))
        for of_rows, of_columns in zip(rows.T.copy(), columns.T.copy(), strict=True):
            total += np.take(of_rows, self.row) * np.take(of_columns, self.column)
        return total


@dataclass(frozen=True, eq=False)
class _Table:
    """Sided votes (agree +1/2, disagree -1/2) cut into blocks of whole rows."""

    blocks: tuple[_Block, ...]
    n_rows: int
    n_columns: int
    n_votes: int

    @classmethod
    def of(cls, votes: VoteMatrix, most: int | None = None) -> _Table:
        """most: only the first rows, with about so many sided votes."""
        sided = votes.answer != 0
        row, column, side = votes.participant[sided], votes.statement[sided], votes.answer[sided]
        if most is None or most >= len(row):
            return cls._cut(row, column, side, votes.n_participants, votes.n_statements)
        last = int(np.searchsorted(row, row[most]))  # whole rows only
        return cls._cut(row[:last], column[:last], side[:last], int(row[most]), votes.n_statements)

    @classmethod
    def _cut(
        cls,
        row: npt.NDArray[np.int32],
        column: npt.NDArray[np.int32],
        side: npt.NDArray[np.int8],
        n_rows: int,
        n_columns: int,
    ) -> _Table:
        starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=n_rows))])
        cuts = [0]
        while cuts[-1] < n_rows:
            wanted = int(np.searchsorted(starts, starts[cuts[-1]] + BLOCK_VOTES, side="right")) - 1
            cuts.append(min(n_rows, max(wanted, cuts[-1] + 1)))
        blocks = [
            _Block.of(
                (first, last),
                row[starts[first] : starts[last]] - np.int32(first),
                column[starts[first] : starts[last]],
                side[starts[first] : starts[last]],
                n_columns,
            )
            for first, last in pairwise(cuts)
        ]
        return cls(tuple(blocks), n_rows, n_columns, len(row))

    def has_votes(self) -> npt.NDArray[np.bool_]:
        return np.concatenate([np.diff(block.side.indptr) > 0 for block in self.blocks])


@dataclass(frozen=True, eq=False)
class _State:
    """One step of the fit. t_i = (1, x_i, c_i) and v_j = (a_j, b_j, 1): log odds are their product.

    row_moments: E t t', its upper triangle row by row, shape (n_rows, (d + 2)(d + 3) / 2); the first d + 2 numbers
    are E t, because t begins with 1. column_mean, column_covariance: of (a, b), shapes (n_columns, d + 1),
    (n_columns, d + 1, d + 1).
    """

    row_moments: Floats
    column_mean: Floats
    column_covariance: Floats
    lean_variance: float
    intercept_mean: float
    intercept_variance: float
    loading_variance: float
    iterations: int = 0
    converged: bool = False

    @property
    def width(self) -> int:
        """d + 1."""
        return int(self.column_mean.shape[1])

    @property
    def row_mean(self) -> Floats:
        """Posterior means of (x, c), shape (n_rows, d + 1)."""
        return self.row_moments[:, 1 : self.width + 1]

    def row_covariance(self) -> Floats:
        """Posterior covariances of (x, c), shape (n_rows, d + 1, d + 1)."""
        full = _unpacked(self.row_moments, np.triu_indices(self.width + 1))[:, 1:, 1:]
        return full - self.row_mean[:, :, None] * self.row_mean[:, None, :]


def _spectral_start(table: _Table, dimensions: int) -> _State:
    """Loadings from the leading eigenvectors of the statements' co-variation, its diagonal left out.

    The diagonal holds each statement's own noise, the rest only what statements share.
    """
    d, m = dimensions, table.n_columns
    shared = np.zeros((m, m))
    sums, counts = np.zeros(m), np.zeros(m)
    for block in table.blocks:
        sums += np.bincount(block.column, 2 * block.side.data, minlength=m)
        counts += np.bincount(block.column, minlength=m)
    mean = sums / (counts + 2.0)
    for block in _blocks_within(table, SAMPLE_VOTES):
        centred = 2 * block.side.data - mean[block.column]
        shared += co_variation(csr_array((centred, block.column, block.side.indptr), shape=block.side.shape))
    np.fill_diagonal(shared, 0.0)
    usable = min(d, m)
    loading = np.zeros((m, d))
    loading[:, :usable] = leading_axes(shared, usable)[1] * np.sqrt(m)
    column_mean = np.concatenate([np.log((1.0 + mean) / (1.0 - mean))[:, None], loading], axis=1)
    column_covariance = np.tile(0.1 * np.eye(d + 1), (m, 1, 1))
    nobody = np.zeros((0, (d + 2) * (d + 3) // 2))
    return _with_rows(_State(nobody, column_mean, column_covariance, 0.3, 0.0, 1.0, 1.0), table.n_rows)


def co_variation(centred: csr_array) -> Floats:
    """X'X, shape (columns, columns): of the full table where that is small beside its entries, which is faster."""
    if centred.shape[0] * centred.shape[1] <= FULL_TABLE * centred.nnz:
        full = centred.toarray()
        return np.asarray(full.T @ full, np.float64)
    return np.asarray((centred.T @ centred).toarray(), np.float64)


def leading_axes(shared: Floats, n_axes: int) -> tuple[Floats, Floats]:
    """The largest eigenvalues of a symmetric matrix, largest first, and their unit vectors as columns.

    By all of them for small matrices, by Lanczos steps from a fixed start for large ones. n_axes: at most the
    size of the matrix.
    """
    m = len(shared)
    if m <= SMALL_MATRIX or n_axes >= m - 1:
        values, vectors = eigh(shared, subset_by_index=(m - n_axes, m - 1))
    else:
        start = np.cos(np.arange(m, dtype=np.float64))
        values, vectors = eigsh(shared, k=n_axes, which="LA", v0=start, tol=1e-6)
    order = np.argsort(-values, kind="stable")[:n_axes]
    return np.asarray(values[order], np.float64), np.asarray(vectors[:, order], np.float64)


def _blocks_within(table: _Table, n_votes: int) -> Iterator[_Block]:
    taken = 0
    for block in table.blocks:
        if taken >= n_votes:
            return
        taken += len(block.row)
        yield block


def _iterated(table: _Table, state: _State, pool: ThreadPoolExecutor, limit: int, tolerance: float) -> _State:
    """Repeat the closed-form steps until positions move by less than `tolerance` of their spread.

    table: its rows may be more than the state's; the new ones start at the prior.
    """
    state = _with_rows(state, table.n_rows)
    has_votes = table.has_votes()
    for steps in range(2, limit + 1, 2):
        once = _step(table, state, has_votes, pool)
        twice = _step(table, once, has_votes, pool)
        change = float(np.sqrt(np.mean((twice.row_mean - once.row_mean)[has_votes, :-1] ** 2)))
        if change < tolerance:
            return replace(twice, iterations=steps, converged=True)
        state = _leapt(state, once, twice) if steps < limit - 1 else twice
    return replace(state, iterations=limit, converged=False)


def _leapt(start: _State, once: _State, twice: _State) -> _State:
    """Go on along the curve of two steps, further the straighter it is (SQUAREM: Varadhan and Roland 2008).

    The steps shrink by a constant factor near the end; leaping saves about three steps in four there.
    """
    first, second = _free(once) - _free(start), _free(twice) - _free(once)
    bend = second - first
    length = float(
        np.clip(np.linalg.norm(first) / max(float(np.linalg.norm(bend)), 1e-12), 1.0, LONGEST_LEAP)
    )
    free = _free(start) + 2.0 * length * first + length**2 * bend
    variances = np.exp(free[-4:-1])
    return replace(
        twice,
        column_mean=free[:-4].reshape(start.column_mean.shape),
        lean_variance=float(variances[0]),
        intercept_variance=float(variances[1]),
        loading_variance=float(variances[2]),
        intercept_mean=float(free[-1]),
    )


def _free(state: _State) -> Floats:
    """What a step is a function of, as one vector; variances by their logarithm, so that they stay positive."""
    variances = np.log([state.lean_variance, state.intercept_variance, state.loading_variance])
    return np.concatenate([state.column_mean.ravel(), variances, [state.intercept_mean]])


def _with_rows(state: _State, n_rows: int) -> _State:
    """The same columns with more rows, the new ones at the prior."""
    prior = np.diag(np.r_[1.0, np.ones(state.width - 1), state.lean_variance])
    packed = prior[np.triu_indices(state.width + 1)]
    missing = np.tile(packed, (n_rows - len(state.row_moments), 1))
    return replace(state, row_moments=np.concatenate([state.row_moments, missing]))


def _step(table: _Table, state: _State, has_votes: npt.NDArray[np.bool_], pool: ThreadPoolExecutor) -> _State:
    """Rows given columns, identification, columns given rows, and what is learnt: one pass over the votes."""
    columns = _ColumnTerms.of(state)
    run = map if len(table.blocks) == 1 else pool.map
    parts = list(run(lambda block: _block_step(block, state, columns), table.blocks))
    moments = np.concatenate([part.row_moments for part in parts])
    # Summed in the order of the blocks, so that the number of threads changes nothing.
    weighted = _unpacked(sum((part.weighted for part in parts), np.zeros(1)), columns.pairs)
    sided = sum((part.sided for part in parts), np.zeros(1))
    average = _unpacked((has_votes @ moments)[None, :] / has_votes.sum(), columns.pairs)[0]
    turn = _identification(average)
    return _columns_given_rows(
        replace(state, row_moments=moments @ _turn_of_moments(turn, columns.pairs)),
        turn @ weighted @ turn.T,
        sided @ turn.T,
        float((turn @ average @ turn.T)[-1, -1]),
    )


@dataclass(frozen=True, eq=False)
class _ColumnTerms:
    """What a pass over the votes needs of the columns.

    pairs: upper triangle of a (d + 2) x (d + 2) matrix. moments: E v v', packed, each off-diagonal pair once.
    doubled: the same with off-diagonal pairs counted twice, so that a dot product with a packed E t t' is
    E (t . v)^2. means: E v without its first element. prior: precision of (x, c).
    """

    pairs: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]
    moments: Floats
    doubled: Floats
    means: Floats
    prior: Floats

    @classmethod
    def of(cls, state: _State) -> _ColumnTerms:
        m, width = state.column_mean.shape
        mean = np.concatenate([state.column_mean, np.ones((m, 1))], axis=1)
        pairs = np.triu_indices(width + 1)
        moments = _packed_moments(mean, np.pad(state.column_covariance, ((0, 0), (0, 1), (0, 1))), pairs)
        doubled = moments * _twice_off_diagonal(pairs)
        prior = np.eye(width)
        prior[-1, -1] = 1.0 / state.lean_variance
        return cls(pairs, moments, doubled, mean[:, 1:], prior)


@dataclass(frozen=True, eq=False)
class _BlockResult:
    """New rows, and this block's share of the columns' regressions: sums of omega t t' (packed) and side t."""

    row_moments: Floats
    weighted: Floats
    sided: Floats


def _block_step(block: _Block, state: _State, columns: _ColumnTerms) -> _BlockResult:
    before = state.row_moments[block.first_row : block.last_row]
    block.omega.data[:] = _polya_gamma_mean(block.products(before, columns.doubled))
    gathered = _unpacked(block.omega @ columns.moments, columns.pairs)
    covariance = _inverses(gathered[:, 1:, 1:] + columns.prior)
    right = block.side @ columns.means - gathered[:, 0, 1:]
    size = right.shape[1] + 1
    mean, widened = np.ones((len(right), size)), np.zeros((len(right), size, size))
    mean[:, 1:] = np.einsum("ikl,il->ik", covariance, right)
    widened[:, 1:, 1:] = covariance
    moments = _packed_moments(mean, widened, columns.pairs)
    weighted: Floats = block.omega_by_column @ moments
    return _BlockResult(moments, weighted, block.side_by_column @ mean)


def _polya_gamma_mean(squared: Floats) -> Floats:
    """tanh(r / 2) / (2 r), the expectation of PG(1, r), of r^2, to a relative 1e-5.

    By exp of single precision, several times faster than tanh of double; below r^2 = 0.001 it is 1/4.
    """
    root = np.sqrt(np.maximum(squared.astype(np.float32), np.float32(1e-3)))
    falling = np.exp(-root)
    return np.asarray((1 - falling) / (2 * root * (1 + falling)), np.float64)


def _packed_moments(
    mean: Floats, covariance: Floats, pairs: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]
) -> Floats:
    first, second = pairs
    return np.ascontiguousarray(mean[:, first] * mean[:, second] + covariance[:, first, second])


def _inverses(precision: Floats) -> Floats:
    """Inverses of many symmetric positive definite matrices, shape (n, k, k); 3 x 3, the usual case, by cofactors."""
    if precision.shape[1] != 3:
        return np.asarray(np.linalg.inv(precision), np.float64)
    a, b, c = precision[:, 0, 0], precision[:, 0, 1], precision[:, 0, 2]
    d, e, f = precision[:, 1, 1], precision[:, 1, 2], precision[:, 2, 2]
    aa, bb, cc = d * f - e * e, c * e - b * f, b * e - c * d
    dd, ee, ff = a * f - c * c, b * c - a * e, a * d - b * b
    cofactors = np.stack([aa, bb, cc, bb, dd, ee, cc, ee, ff], axis=1) / (a * aa + b * bb + c * cc)[:, None]
    return cofactors.reshape(-1, 3, 3)


def _twice_off_diagonal(pairs: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]) -> Floats:
    """So that a dot product of two packed symmetric matrices is the sum over all their elements."""
    return np.where(pairs[0] == pairs[1], 1.0, 2.0)


def _unpacked(packed: Floats, pairs: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]) -> Floats:
    first, second = pairs
    size = int(first[-1]) + 1
    full = np.empty((len(packed), size, size))
    full[:, first, second] = packed
    full[:, second, first] = packed
    return full


def _identification(average: Floats) -> Floats:
    """The change of t = (1, x, c) after which x has mean 0 and second moment I, and c owes nothing to x.

    average: mean of E t t' over rows with votes. The likelihood does not feel the change; without it the fit
    would creep towards it (parameter expansion: Liu, Rubin and Wu 1998).
    """
    d = len(average) - 2
    center = average[0, 1:]
    spread = average[1:, 1:] - np.outer(center, center)
    slope = np.linalg.solve(spread[:d, :d], spread[:d, d])
    whitening = np.linalg.inv(np.linalg.cholesky(spread[:d, :d]))
    turn = np.eye(d + 2)
    turn[1:-1, 1:-1] = whitening
    turn[1:-1, 0] = -whitening @ center[:d]
    turn[-1, 1:-1] = -slope
    turn[-1, 0] = slope @ center[:d] - center[d]
    return turn


def _turn_of_moments(turn: Floats, pairs: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]) -> Floats:
    """The matrix that takes packed E t t' (as a row) to the packed moments of turn t."""
    first, second = pairs
    one, other = turn[np.ix_(first, first)], turn[np.ix_(second, second)]
    crossed = turn[np.ix_(first, second)] * turn[np.ix_(second, first)]
    return np.where(first == second, one * other, one * other + crossed).T


def _columns_given_rows(state: _State, weighted: Floats, sided: Floats, lean_variance: float) -> _State:
    """Statements as weighted ridge regressions on the rows' moments, then the variances they suggest."""
    width = state.width
    prior = np.diag(np.r_[1.0 / state.intercept_variance, np.full(width - 1, 1.0 / state.loading_variance)])
    covariance = _inverses(weighted[:, :width, :width] + prior)
    right = sided[:, :width] - weighted[:, :width, width]
    right[:, 0] += state.intercept_mean / state.intercept_variance
    mean = np.einsum("jkl,jl->jk", covariance, right)
    voted = weighted[:, 0, 0] > 0
    intercept, loading = mean[voted, 0], mean[voted, 1:]
    center = float(intercept.mean())
    intercept_spread = (intercept - center) ** 2 + covariance[voted, 0, 0]
    loading_spread = loading**2 + np.diagonal(covariance[voted], axis1=1, axis2=2)[:, 1:]
    return replace(
        state,
        column_mean=mean,
        column_covariance=covariance,
        lean_variance=max(lean_variance, SMALLEST_VARIANCE),
        intercept_mean=center,
        intercept_variance=max(float(intercept_spread.mean()), SMALLEST_VARIANCE),
        loading_variance=max(float(loading_spread.mean()) / SHRINKAGE, SMALLEST_VARIANCE),
    )


def _oriented(state: _State, has_votes: npt.NDArray[np.bool_]) -> tuple[_State, Floats]:
    """Turn the axes to the principal axes of the loadings, longest tail positive; and their shares."""
    loading = state.column_mean[:, 1:]
    strengths, vectors = np.linalg.eigh(loading.T @ loading)
    turn = vectors[:, ::-1]
    turned = state.row_mean[has_votes, :-1] @ turn
    turn = turn * np.where((turned**3).sum(axis=0) < 0, -1.0, 1.0)
    row_turn, column_turn = np.eye(len(turn) + 2), np.eye(len(turn) + 1)
    row_turn[1:-1, 1:-1] = turn.T
    column_turn[1:, 1:] = turn
    oriented = replace(
        state,
        row_moments=state.row_moments @ _turn_of_moments(row_turn, np.triu_indices(len(row_turn))),
        column_mean=state.column_mean @ column_turn,
        column_covariance=column_turn.T @ state.column_covariance @ column_turn,
    )
    strength = np.maximum(strengths[::-1], 0.0)
    share = strength / strength.sum() if strength.sum() > 0 else np.full(len(turn), 1.0 / len(turn))
    return oriented, share


def _restored(state: _State, share: Floats, order: CanonicalVotes) -> SpatialModel:
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
