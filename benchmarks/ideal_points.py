"""Ideal points over time: coverage of simulated truth, and nearness to the published points where the data are there.

Run from the checkout: `PYTHONPATH=src:. python benchmarks/ideal_points.py [FOLDER OF ROLL CALLS]`.
"""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path

import numpy as np
from scipy.stats import norm, spearmanr
from tests.engine.opinion.dynamic.simulated import assembly, coverage

from comity.engine.opinion.dynamic.model import ideal_points
from comity.engine.votes import Integers, VoteMatrix, vote_matrix
from comity.exchange.unga import roll_calls_of
from comity.findings.ideal_points import ideal_point_findings

DESIGNS = (
    (20, 5, 8, 0.1, 0.1),
    (20, 5, 8, 0.4, 0.3),
    (40, 30, 8, 0.2, 0.15),
    (60, 20, 15, 0.15, 0.15),
    (40, 10, 15, 0.05, 0.5),
    (60, 20, 60, 0.15, 0.1),
    (100, 30, 30, 0.1, 0.3),
    (100, 8, 100, 0.3, 0.1),
    (200, 6, 40, 0.1, 0.7),
    (60, 74, 20, 0.1, 0.3),
    (30, 74, 10, 0.05, 0.5),
    (150, 10, 80, 0.3, 0.15),
    (20, 40, 100, 0.2, 0.1),
    (50, 12, 25, 0.02, 0.6),
)
"""Parties, sessions, roll calls a session, step, share of votes missing."""
HELD_OUT = 0.1
FEW = 200
"""Designs of so few positions are run with ten seeds instead of two, which would leave the share uncertain."""


def simulated() -> None:
    """Share of true positions inside the 90 % intervals; 23 % of roll calls point the other way."""
    for design in DESIGNS:
        found, steps = [], []
        for seed in range(1, 3 if design[0] * design[1] > FEW else 11):
            truth, votes, session = assembly(seed, *design, negative=0.23)
            points = ideal_points(votes, session, design[1])
            found.append(coverage(truth, points))
            steps.append((points.step, design[3] / truth.std()))
        held, close = np.mean(found, axis=0)
        step, true = np.mean(steps, axis=0)
        print(
            f"{design}: coverage {held:.3f}, correlation with the truth {close:.3f}, step {step:.3f} ({true:.3f})",
            flush=True,
        )


def held_out(votes: VoteMatrix, session: Integers, n_sessions: int) -> None:
    """Share of the log loss of votes not fitted that positions explain, beside each roll call's own shares."""
    out = np.random.default_rng(0).random(votes.n_votes) < HELD_OUT
    item, party, answer = votes.statement, votes.participant, votes.answer
    kept = vote_matrix(party[~out], item[~out], answer[~out], votes.n_participants, votes.n_statements)
    found = ideal_points(kept, session, n_sessions)
    place, doubt = found.mean[session[item], party], found.variance[session[item], party]
    out &= np.isfinite(place)
    item, answer, place, doubt = item[out], answer[out], place[out], doubt[out]
    slope, half = found.slope[item], found.half_width[item]
    hidden, wide = slope * place - found.location[item], np.sqrt(1 + slope**2 * doubt)
    yes, no = norm.cdf((hidden - half) / wide), norm.cdf((-hidden - half) / wide)
    ours = np.choose(answer + 1, [no, 1 - yes - no, yes])
    counts = np.stack(
        [np.bincount(kept.statement[kept.answer == a], minlength=votes.n_statements) for a in (-1, 0, 1)]
    )
    rate = (counts + 0.5) / (counts + 0.5).sum(axis=0)
    loss, base = -np.log(np.maximum(ours, 1e-9)).mean(), -np.log(rate[answer + 1, item]).mean()
    print(
        f"held-out votes: log loss {loss:.4f}, roll calls' own shares {base:.4f}: {1 - loss / base:.3f} explained"
    )


def published(folder: Path) -> None:
    """Nearness to the published ideal points, which are never an input."""
    names = ("votes.parquet", "roll_calls.parquet", "issues.parquet")
    calls = roll_calls_of({name: (folder / name).read_bytes() for name in names})
    start = time.process_time()
    found = ideal_point_findings(calls)
    took = time.process_time() - start
    ours = {(path.party.name, point.session): point.at for path in found.paths for point in path.points}
    with (folder / "ideal_points_even_sessions.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    at = [ours[row["country"], int(row["session"])] for row in rows]
    session = np.array([int(row["session"]) for row in rows])
    theirs, low, high = (
        np.array([float(row[name]) for row in rows]) for name in ("ideal_point", "q05", "q95")
    )
    mean = np.array([one.value for one in at])
    slope, shift = np.polyfit(mean, theirs, 1)
    overlap = np.mean(
        (slope * np.array([one.low for one in at]) + shift <= high)
        & (slope * np.array([one.high for one in at]) + shift >= low)
    )
    ranks = [spearmanr(mean[session == s], theirs[session == s])[0] for s in np.unique(session)]
    worst = min(rank for rank, s in zip(ranks, np.unique(session), strict=True) if s >= 5)
    print(f"rank correlation: median {np.median(ranks):.4f}, worst {worst:.4f}")
    print(
        f"pooled correlation {np.corrcoef(mean, theirs)[0, 1]:.4f}; intervals overlap in {overlap:.3f} of cases"
    )
    print(f"{took:.1f} s of processor time; step {found.fit.step:.3f}, deviation {found.fit.deviation:.3f}")
    session = calls.session_of - calls.session_of.min()
    votes = vote_matrix(calls.party, calls.roll_call, calls.answer, len(calls.parties), len(session))
    held_out(votes, session, int(session.max()) + 1)


if __name__ == "__main__":
    simulated()
    if len(sys.argv) > 1:
        published(Path(sys.argv[1]))
