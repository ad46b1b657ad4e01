"""Does the time per vote and iteration stay flat? Simulated consultations from 10^5 to 10^7 votes.

The cost of one iteration is the difference between a fit of 4 and one of 12 iterations, divided by 8: preparation
and start cancel out. It is divided by the number of votes; flat means that the largest is within twice the smallest.
Processor time of all threads together, the best of several, because other work on the machine is not our growth.

    python benchmarks/growth.py [--quick]
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from comity.engine.opinion.spatial import spatial_model
from comity.engine.votes import VoteMatrix
from measures import show
from simulated import large

SIZES = (
    (2_000, 500, 100_000),
    (10_000, 700, 1_000_000),
    (60_000, 1_000, 3_000_000),
    (200_000, 1_000, 10_000_000),
)
FEW, MANY = 4, 12


def fit_time(votes: VoteMatrix, iterations: int) -> float:
    """Processor seconds of a fit that makes exactly so many iterations, all on the whole table."""
    begin = time.process_time()
    spatial_model(
        votes, dimensions=2, tolerance=0.0, maximum_iterations=iterations, sample_votes=votes.n_votes
    )
    return time.process_time() - begin


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="up to a million votes only")
    chosen = parser.parse_args()
    rows, costs = [], []
    for participants, statements, wanted in SIZES[: 2 if chosen.quick else None]:
        generator = np.random.default_rng(0)
        votes = large(generator, participants=participants, statements=statements, votes=wanted)
        repeat = 7 if wanted <= 1_000_000 else 2
        few = min(fit_time(votes, FEW) for _ in range(repeat))
        many = min(fit_time(votes, MANY) for _ in range(repeat))
        costs.append((many - few) / (MANY - FEW) / votes.n_votes)
        rows.append([f"{participants:,} x {statements:,}", f"{votes.n_votes:,}", f"{costs[-1] * 1e9:.1f} ns"])
    print(show(["participants x statements", "votes", "per vote and iteration"], rows))
    print(f"\nlargest / smallest {max(costs) / min(costs):.2f} (bar 2)")


if __name__ == "__main__":
    main()
