"""Ideal points over time: coverage of simulated truth, and nearness to the published points where the data are there.

Run from the checkout: `PYTHONPATH=src:. python benchmarks/ideal_points.py [FOLDER OF ROLL CALLS]`.
"""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr
from tests.engine.opinion.dynamic.simulated import assembly, coverage

from comity.engine.opinion.dynamic.model import ideal_points
from comity.exchange.unga import roll_calls_of
from comity.findings.ideal_points import ideal_point_findings

DESIGNS = ((60, 20, 15, 0.15), (60, 20, 60, 0.15), (100, 30, 30, 0.1), (150, 10, 80, 0.3), (40, 30, 8, 0.2))


def simulated() -> None:
    """Share of true positions inside the 90 % intervals: parties, sessions, roll calls a session, step."""
    for design in DESIGNS:
        found = []
        for seed in (1, 2):
            truth, votes, session = assembly(seed, *design)
            found.append(coverage(truth, ideal_points(votes, session, design[1])))
        held, close = np.mean(found, axis=0)
        print(f"{design}: coverage {held:.3f}, correlation with the truth {close:.3f}", flush=True)


def published(folder: Path) -> None:
    """Nearness to the published ideal points, which are never an input."""
    names = ("votes.parquet", "roll_calls.parquet", "issues.parquet")
    start = time.process_time()
    found = ideal_point_findings(roll_calls_of({name: (folder / name).read_bytes() for name in names}))
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
    print(f"{took:.1f} s of processor time")


if __name__ == "__main__":
    simulated()
    if len(sys.argv) > 1:
        published(Path(sys.argv[1]))
