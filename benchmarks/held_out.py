"""How well are votes predicted that the model has not seen? Ours beside mean-filled PCA, on every export.

Protocol. Of every export (rejected statements left out) 10 % of the agree and disagree votes are held out at
random, five times with seeds 0 to 4; everything else, passes too, is learnt from. Measured is the log loss of
P(agree | takes a side) on the held-out votes, mean of the five splits; then ours divided by the baseline's.

Baseline, fitted to the same training votes: missing cells filled with the mean of their column; principal
components of the centred table, two axes; each participant projected over the statements that he or she voted
on, times sqrt(statements / votes cast) (Polis' rescaling); the score of a pair is the statement's mean plus
position times loading; a logistic regression on the training votes turns scores into probabilities. Two
readings of those words are measured, and the *better one on each export* is what we are compared with:
`one slope` (logit = a + b * score) and `two slopes` (mean and map have a slope each). Beyond those words, and not in
the bar, stands `own vote out`: two slopes, each training vote scored without itself, so that the calibration
does not trust the map too much.

    python benchmarks/held_out.py [--quick]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.engine.votes import Vote, VoteMatrix, vote_matrix
from conversations import exports
from measures import Floats, calibration_error, calibration_floor, log_loss, show

Indices = npt.NDArray[np.integer]
Probability = Callable[[Indices, Indices], Floats]
Model = Callable[[VoteMatrix], Probability]
"""Learns from votes; answers with P(agree | takes a side) for arrays of participants and statements."""


@dataclass(frozen=True)
class Split:
    """Votes to learn from, and the pairs held out with what happened there."""

    training: VoteMatrix
    participant: Indices
    statement: Indices
    agreed: npt.NDArray[np.bool_]


def split(votes: VoteMatrix, seed: int, share: float = 0.1) -> Split:
    """Hold out a share of the agree and disagree votes at random; passes always stay in training."""
    sided = np.flatnonzero(votes.answer != Vote.PASS)
    held = np.random.default_rng(seed).choice(sided, size=round(share * len(sided)), replace=False)
    kept = np.ones(votes.n_votes, bool)
    kept[held] = False
    training = vote_matrix(
        votes.participant[kept],
        votes.statement[kept],
        votes.answer[kept],
        votes.n_participants,
        votes.n_statements,
    )
    return Split(training, votes.participant[held], votes.statement[held], votes.answer[held] == Vote.AGREE)


def mean_filled_pca(slopes: int, own_vote_out: bool = False) -> Model:
    """The baseline with one slope (mean and map together) or two (a slope each).

    own_vote_out: the calibration sees each training vote as if it had not helped to place the participant.
    """

    def fit(votes: VoteMatrix) -> Probability:
        table = votes.dense()
        voted = ~np.isnan(table)
        seen = voted.sum(axis=0)
        mean = np.where(voted, table, 0).sum(axis=0) / np.maximum(seen, 1)
        centred = np.where(voted, table - mean, 0)  # a cell filled with its column's mean is 0 once centred
        axes = np.linalg.svd(centred, full_matrices=False)[2][:2]
        scale = np.sqrt(votes.n_statements / np.maximum(voted.sum(axis=1), 1))
        position = scale[:, None] * (centred @ axes.T)

        def features(participant: Indices, statement: Indices, known: Floats | float = 0.0) -> Floats:
            level = mean[statement]
            loading = axes[:, statement].T
            place = (position[participant] * loading).sum(axis=1)
            place = place - known * scale[participant] * (loading**2).sum(axis=1)
            parts = (level + place,) if slopes == 1 else (level, place)
            return np.stack((np.ones(len(level)), *parts), axis=1)

        sided = votes.answer != Vote.PASS
        row, column = votes.participant[sided], votes.statement[sided]
        learnt = features(row, column, centred[row, column] if own_vote_out else 0.0)
        weights = logistic_regression(learnt, votes.answer[sided] == Vote.AGREE)
        return lambda participant, statement: expit(features(participant, statement) @ weights)

    return fit


def logistic_regression(features: Floats, happened: npt.NDArray[np.bool_]) -> Floats:
    """Maximum likelihood by Newton's method; a ridge of 1e-6 keeps separable data finite."""
    weights = np.zeros(features.shape[1])
    ridge = 1e-6 * np.eye(len(weights))
    for _ in range(50):
        probability = expit(features @ weights)
        gradient = features.T @ (happened - probability) - ridge @ weights
        curvature = (features * (probability * (1 - probability))[:, None]).T @ features + ridge
        step = np.linalg.solve(curvature, gradient)
        weights = weights + step
        if np.abs(step).max() < 1e-10:
            break
    return weights


def expit(values: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(values / 2)))


def statement_rates(votes: VoteMatrix) -> Probability:
    """No map at all: each statement's own share of agreement, (agreed + 1) / (took a side + 2)."""
    sided = votes.answer != Vote.PASS
    took = np.bincount(votes.statement[sided], minlength=votes.n_statements)
    agreed = np.bincount(votes.statement[votes.answer == Vote.AGREE], minlength=votes.n_statements)
    rate = (agreed + 1) / (took + 2)
    return lambda participant, statement: rate[statement]


def ours(votes: VoteMatrix) -> Probability:
    from comity.engine.opinion.spatial import spatial_model

    return spatial_model(votes, dimensions=2).probability


BASELINES: dict[str, Model] = {"one slope": mean_filled_pca(1), "two slopes": mean_filled_pca(2)}
BEYOND: Model = mean_filled_pca(2, own_vote_out=True)


@dataclass(frozen=True)
class Score:
    """Mean log loss over the splits; calibration error of each split (mean), and of all held-out votes pooled."""

    loss: float
    calibration: float
    pooled_calibration: float
    floor: float


def score(model: Model, votes: VoteMatrix, seeds: range) -> Score:
    """Fit and measure a model on every split of one conversation."""
    parts = [split(votes, seed) for seed in seeds]
    stated = [model(part.training)(part.participant, part.statement) for part in parts]
    agreed = [part.agreed for part in parts]
    pairs = list(zip(agreed, stated, strict=True))
    pooled = np.concatenate(stated)
    return Score(
        loss=float(np.mean([log_loss(*pair) for pair in pairs])),
        calibration=float(np.mean([calibration_error(*pair) for pair in pairs])),
        pooled_calibration=calibration_error(np.concatenate(agreed), pooled),
        floor=calibration_floor(pooled, np.random.default_rng(0)),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one split instead of five")
    parser.add_argument("--baseline-only", action="store_true", help="only what others do")
    chosen = parser.parse_args()
    seeds = range(1 if chosen.quick else 5)
    rows, ratios, beyond_ratios = [], [], []
    for conversation in exports():
        votes = conversation.without_rejected()
        base = {name: score(model, votes, seeds).loss for name, model in BASELINES.items()}
        best = min(base.values())
        rates = score(statement_rates, votes, seeds).loss
        beyond = score(BEYOND, votes, seeds).loss
        losses = (rates, *base.values(), beyond)
        line = [conversation.name, votes.n_votes, *(f"{loss:.4f}" for loss in losses)]
        if not chosen.baseline_only:
            mine = score(ours, votes, seeds)
            ratios.append(mine.loss / best)
            beyond_ratios.append(mine.loss / beyond)
            calibration = (
                f"{mine.pooled_calibration:.3f} ({mine.calibration:.3f}; chance alone {mine.floor:.3f})"
                if votes.n_votes >= 10_000
                else "-"
            )
            line += [f"{mine.loss:.4f}", f"{ratios[-1]:.3f}", f"{beyond_ratios[-1]:.3f}", calibration]
        rows.append(line)
    head = ["export", "votes", "rates only", *(f"PCA, {name}" for name in BASELINES), "PCA, own vote out"]
    if not chosen.baseline_only:
        head += [
            "ours",
            "ours / better PCA",
            "ours / own vote out",
            "calibration error (mean of splits; floor)",
        ]
    print(show(head, rows))
    if ratios:
        mean, beyond_mean = (float(np.exp(np.mean(np.log(values)))) for values in (ratios, beyond_ratios))
        print(f"\ngeometric mean {mean:.4f} (bar 0.95), worst {max(ratios):.3f} (bar 1.02)")
        print(f"against own vote out: {beyond_mean:.4f}, worst {max(beyond_ratios):.3f}")


if __name__ == "__main__":
    main()
