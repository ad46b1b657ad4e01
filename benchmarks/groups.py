"""Does the number of groups come out right? One where there are none, and two to five where they were planted.

Every kind of population in `simulated.py` is drawn many times (seeds 0, 1, ...); printed are the share of right
numbers of groups and the mean adjusted Rand index between found and planted groups, over those who were placed.
The limit beside it is the index of the best assignment that anybody could make who knows the generator's own
parameters: where it is low, the groups are not well separated, whatever was planted.

    python benchmarks/groups.py [--quick] [--times N] [--only WORD]
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from comity.engine.votes import VoteMatrix
from measures import adjusted_rand, show
from simulated import WITH_GROUPS, WITHOUT_GROUPS, Population

Groups = Callable[[VoteMatrix], npt.NDArray[np.integer]]


def ours(votes: VoteMatrix) -> npt.NDArray[np.integer]:
    from comity.engine.opinion.groups import opinion_groups
    from comity.engine.opinion.spatial import spatial_model

    return opinion_groups(votes, spatial_model(votes, dimensions=2)).group


def outcomes(
    found: Groups, draw: Callable[[np.random.Generator], Population], times: int
) -> Iterator[tuple[int, float, float]]:
    """Number of groups found, adjusted Rand index with the planted ones, and its limit; one triple a population."""
    for seed in range(times):
        population = draw(np.random.default_rng(seed))
        group = found(population.votes)
        placed = group >= 0
        planted = population.group[placed]
        yield (
            len(set(group[placed].tolist())),
            adjusted_rand(group[placed], planted),
            adjusted_rand(population.likeliest[placed], planted),
        )


def without_groups(found: Groups, times: int, only: str) -> str:
    rows = []
    for name, draw in WITHOUT_GROUPS.items():
        if only in name:
            counts = Counter(number for number, *_ in outcomes(found, draw, times))
            rows.append([name, f"{counts[1] / times:.2f}", dict(sorted(counts.items()))])
    return show(
        ["one cloud (300 x 60, 50 % missing)", "found one group (bar 0.95)", "groups found: times"], rows
    )


def with_groups(found: Groups, times: int, only: str) -> str:
    rows = []
    for name, draw in WITH_GROUPS.items():
        if only not in name:
            continue
        for groups in range(2, 6):
            every = list(outcomes(found, lambda rng, k=groups, d=draw: d(rng, groups=k), times))
            counts = Counter(number for number, *_ in every)
            agreement = [index for _, index, _ in every]
            limit = float(np.mean([index for *_, index in every]))
            rows.append(
                [
                    name,
                    groups,
                    f"{counts[groups] / times:.2f}",
                    f"{np.mean(agreement):.3f}",
                    f"{min(agreement):.3f}",
                    f"{limit:.3f}",
                    dict(sorted(counts.items())),
                ]
            )
    head = [
        "planted",
        "groups",
        "right number (bar 0.90)",
        "adjusted Rand (bar 0.9)",
        "worst",
        "limit",
        "groups found: times",
    ]
    return show(head, rows)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="10 populations of every kind instead of 100")
    parser.add_argument("--times", type=int, help="so many populations of every kind")
    parser.add_argument("--only", default="", help="only kinds whose name holds this word")
    chosen = parser.parse_args()
    times = chosen.times or (10 if chosen.quick else 100)
    print(without_groups(ours, times, chosen.only), end="\n\n", flush=True)
    print(with_groups(ours, times, chosen.only))


if __name__ == "__main__":
    main()
