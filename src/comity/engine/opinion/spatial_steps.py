"""The closed-form steps by which the spatial model is fitted; notation and source as in `spatial`.

One step is one pass over the votes: rows given columns, identification, columns given rows, then the variances
that both suggest. The votes are cut into blocks of whole rows, so that what a step writes fits a processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array, csr_array

from comity.engine.opinion.axes import FULL_TABLE, co_variation, leading_axes
from comity.engine.votes import Floats, VoteMatrix

Indices = npt.NDArray[np.int32]
SHRINKAGE = 0.5
"""Mean-field posteriors are too narrow, so the learnt precision of the loadings comes out too high; it is
multiplied by this number, which was best on held-out answers (docs/methods/spatial-model.md has the table)."""
BLOCK_VOTES = 65_536
"""Votes worked on at a time: their temporary columns fit a processor's cache."""
START_VOTES = 400_000
"""Votes from which the start is taken, of larger tables the first."""
LONGEST_LEAP = 8.0
SMALLEST_VARIANCE = 1e-3


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
class Table:
    """Sided votes (agree +1/2, disagree -1/2) cut into blocks of whole rows."""

    blocks: tuple[_Block, ...]
    n_rows: int
    n_columns: int
    n_votes: int

    @classmethod
    def of(cls, votes: VoteMatrix, most: int | None = None) -> Table:
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
    ) -> Table:
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
class State:
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


def spectral_start(table: Table, dimensions: int) -> State:
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
    for block in _blocks_within(table, START_VOTES):
        centred = 2 * block.side.data - mean[block.column]
        shared += co_variation(csr_array((centred, block.column, block.side.indptr), shape=block.side.shape))
    np.fill_diagonal(shared, 0.0)
    usable = min(d, m)
    loading = np.zeros((m, d))
    loading[:, :usable] = leading_axes(shared, usable)[1] * np.sqrt(m)
    column_mean = np.concatenate([np.log((1.0 + mean) / (1.0 - mean))[:, None], loading], axis=1)
    column_covariance = np.tile(0.1 * np.eye(d + 1), (m, 1, 1))
    nobody = np.zeros((0, (d + 2) * (d + 3) // 2))
    return with_rows(State(nobody, column_mean, column_covariance, 0.3, 0.0, 1.0, 1.0), table.n_rows)


def _blocks_within(table: Table, n_votes: int) -> Iterator[_Block]:
    taken = 0
    for block in table.blocks:
        if taken >= n_votes:
            return
        taken += len(block.row)
        yield block


def iterated(table: Table, state: State, pool: ThreadPoolExecutor, limit: int, tolerance: float) -> State:
    """Repeat the closed-form steps until positions move by less than `tolerance` of their spread.

    table: its rows may be more than the state's; the new ones start at the prior.
    """
    state = with_rows(state, table.n_rows)
    has_votes = table.has_votes()
    for steps in range(2, limit + 1, 2):
        once = _step(table, state, has_votes, pool)
        twice = _step(table, once, has_votes, pool)
        change = float(np.sqrt(np.mean((twice.row_mean - once.row_mean)[has_votes, :-1] ** 2)))
        if change < tolerance:
            return replace(twice, iterations=steps, converged=True)
        state = _leapt(state, once, twice) if steps < limit - 1 else twice
    return replace(state, iterations=limit, converged=False)


def _leapt(start: State, once: State, twice: State) -> State:
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


def _free(state: State) -> Floats:
    """What a step is a function of, as one vector; variances by their logarithm, so that they stay positive."""
    variances = np.log([state.lean_variance, state.intercept_variance, state.loading_variance])
    return np.concatenate([state.column_mean.ravel(), variances, [state.intercept_mean]])


def with_rows(state: State, n_rows: int) -> State:
    """The same columns with more rows, the new ones at the prior."""
    prior = np.diag(np.r_[1.0, np.ones(state.width - 1), state.lean_variance])
    packed = prior[np.triu_indices(state.width + 1)]
    missing = np.tile(packed, (n_rows - len(state.row_moments), 1))
    return replace(state, row_moments=np.concatenate([state.row_moments, missing]))


def _step(table: Table, state: State, has_votes: npt.NDArray[np.bool_], pool: ThreadPoolExecutor) -> State:
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
    def of(cls, state: State) -> _ColumnTerms:
        m, width = state.column_mean.shape
        mean = np.concatenate([state.column_mean, np.ones((m, 1))], axis=1)
        pairs = np.triu_indices(width + 1)
        moments = packed_moments(mean, np.pad(state.column_covariance, ((0, 0), (0, 1), (0, 1))), pairs)
        doubled = moments * twice_off_diagonal(pairs)
        prior = np.eye(width)
        prior[-1, -1] = 1.0 / state.lean_variance
        return cls(pairs, moments, doubled, mean[:, 1:], prior)


@dataclass(frozen=True, eq=False)
class _BlockResult:
    """New rows, and this block's share of the columns' regressions: sums of omega t t' (packed) and side t."""

    row_moments: Floats
    weighted: Floats
    sided: Floats


def _block_step(block: _Block, state: State, columns: _ColumnTerms) -> _BlockResult:
    moments, mean = _rows_given_columns(block, state.row_moments[block.first_row : block.last_row], columns)
    weighted: Floats = block.omega_by_column @ moments
    return _BlockResult(moments, weighted, block.side_by_column @ mean)


def _rows_given_columns(block: _Block, before: Floats, columns: _ColumnTerms) -> tuple[Floats, Floats]:
    """New E t t' (packed) and E t of a block's rows; `before`: the E t t' by which omega is taken."""
    block.omega.data[:] = _polya_gamma_mean(block.products(before, columns.doubled))
    gathered = _unpacked(block.omega @ columns.moments, columns.pairs)
    covariance = _inverses(gathered[:, 1:, 1:] + columns.prior)
    right = block.side @ columns.means - gathered[:, 0, 1:]
    size = right.shape[1] + 1
    mean, widened = np.ones((len(right), size)), np.zeros((len(right), size, size))
    mean[:, 1:] = np.einsum("ikl,il->ik", covariance, right)
    widened[:, 1:, 1:] = covariance
    return packed_moments(mean, widened, columns.pairs), mean


def rows_placed(table: Table, columns: State, passes: int) -> State:
    """The rows of any table by columns that stay as they are, from the prior, in so many passes over the votes."""
    state, terms = with_rows(columns, table.n_rows), _ColumnTerms.of(columns)
    for _ in range(passes):
        moments = [
            _rows_given_columns(block, state.row_moments[block.first_row : block.last_row], terms)[0]
            for block in table.blocks
        ]
        state = replace(state, row_moments=np.concatenate(moments))
    return state


def _polya_gamma_mean(squared: Floats) -> Floats:
    """tanh(r / 2) / (2 r), the expectation of PG(1, r), of r^2, to a relative 1e-5.

    By exp of single precision, several times faster than tanh of double; below r^2 = 0.001 it is 1/4.
    """
    root = np.sqrt(np.maximum(squared.astype(np.float32), np.float32(1e-3)))
    falling = np.exp(-root)
    return np.asarray((1 - falling) / (2 * root * (1 + falling)), np.float64)


def packed_moments(
    mean: Floats, covariance: Floats, pairs: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]
) -> Floats:
    first, second = pairs
    return np.ascontiguousarray(mean[:, first] * mean[:, second] + covariance[:, first, second])


def _inverses(precision: Floats) -> Floats:
    """Inverses of many symmetric positive definite matrices, shape (n, k, k); 3 x 3, the usual case, by cofactors.

    The others by sweeping out a pivot at a time (Beaton 1964), all matrices at once: four times faster than one
    call of a solver a matrix. Positive definite matrices need no exchange of pivots.
    """
    if precision.shape[1] != 3:
        swept = np.array(precision.transpose(1, 2, 0), order="C")
        for pivot in range(len(swept)):
            column = swept[:, pivot].copy()
            scaled = column / column[pivot]
            swept -= scaled[:, None] * column
            swept[:, pivot] = swept[pivot] = scaled
            swept[pivot, pivot] = -1.0 / column[pivot]
        return np.ascontiguousarray(-swept.transpose(2, 0, 1))
    a, b, c = precision[:, 0, 0], precision[:, 0, 1], precision[:, 0, 2]
    d, e, f = precision[:, 1, 1], precision[:, 1, 2], precision[:, 2, 2]
    aa, bb, cc = d * f - e * e, c * e - b * f, b * e - c * d
    dd, ee, ff = a * f - c * c, b * c - a * e, a * d - b * b
    cofactors = np.stack([aa, bb, cc, bb, dd, ee, cc, ee, ff], axis=1) / (a * aa + b * bb + c * cc)[:, None]
    return cofactors.reshape(-1, 3, 3)


def twice_off_diagonal(pairs: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]) -> Floats:
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


def _columns_given_rows(state: State, weighted: Floats, sided: Floats, lean_variance: float) -> State:
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


def oriented(state: State, has_votes: npt.NDArray[np.bool_]) -> tuple[State, Floats]:
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
