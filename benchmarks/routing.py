"""How many votes does routing save on the way to the final common ground, beside random order?

Every participant of an export keeps his or her answers; only the order in which the statements are put to them changes.
Participants come in turns drawn at random (seed), each as often as they answered, the same for both orders. The sides
are those of the whole export. After every hundredth part of the votes the named list (certainty 0.95, support and
rejection) is compared with the list from all votes: it is reached when their overlap (Jaccard; 1 where both are
empty) is at least 0.9, and stays so to the end for the stricter column. An export without any common ground has
nothing to reach: only the stricter column says something there. The routed order sees only the votes cast so far;
its model is fitted anew after every twentieth part of them.

    python benchmarks/routing.py [--quick] [--seeds N]
"""

from __future__ import annotations

import argparse

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.common_ground import common_ground
from comity.engine.opinion.groups import opinion_groups
from comity.engine.opinion.order import canonical
from comity.engine.opinion.passing import passing
from comity.engine.opinion.routing import Standings, ground_gain, map_gain, next_statement
from comity.engine.opinion.spatial import spatial_model
from comity.engine.opinion.tallies import Tallies
from comity.engine.votes import VoteMatrix, vote_matrix
from comity.findings.sides import end_sides, group_sides
from conversations import exports

CERTAINTY = 0.95
ENOUGH = 0.9
LOOKS = 100
REFITS = 20
Numbers = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]


def sides_of(votes: VoteMatrix) -> tuple[VoteMatrix, Marks]:
    """The votes in canonical order and the members of every side, shape (n_sides, n_participants)."""
    order = canonical(votes)
    model = spatial_model(order.votes)
    found = opinion_groups(order.votes, model)
    sides = group_sides(found.group)
    if len(sides) <= 1:
        sides = end_sides(model.position[:, 0], found.placed)
    return order.votes, np.array([side.members for side in sides])


def named(counts: npt.NDArray[np.int64]) -> set[int]:
    """counts: (3, n_sides, n_statements), agreed, disagreed, passed. Rejected ones are numbered below zero."""
    table = common_ground(Tallies(*counts), np.zeros(counts.shape[1], bool))
    supported = np.flatnonzero(table.supports >= CERTAINTY)
    rejected = np.flatnonzero(table.rejects >= CERTAINTY)
    return set(supported.tolist()) | set((-1 - rejected).tolist())


def simulate(votes: VoteMatrix, members: Marks, seed: int, routed: bool) -> tuple[float, float]:
    """Share of all votes after which the list is first, and for good, the final one."""
    dice = np.random.default_rng(seed)
    n, m = votes.n_participants, votes.n_statements
    answers = np.full((n, m), 9, np.int8)
    answers[votes.participant, votes.statement] = votes.answer
    closed = answers == 9
    turns = dice.permutation(votes.participant)
    counts = np.zeros((3, len(members), m), np.int64)
    final = np.zeros_like(counts)
    row_of = {1: 0, -1: 1, 0: 2}
    for which, answer in ((0, 1), (1, -1), (2, 0)):
        for s, of_side in enumerate(members):
            final[which, s] = (answers[of_side] == answer).sum(axis=0)
    goal = named(final)
    n_votes = np.zeros(m, np.int64)
    shares, overlaps = [], []
    cast: list[tuple[int, int, int]] = []
    gains = np.zeros((n, m))
    kinds, kind_of = np.unique(members.T, axis=0, return_inverse=True)
    ground = np.zeros((len(kinds), m))
    for t, i in enumerate(turns.tolist()):
        if routed:
            if t % max(1, len(turns) // REFITS) == 0 and t:
                so_far = vote_matrix(*np.array(cast).T, n, m)
                model, passes = spatial_model(so_far), passing(so_far)
                gains = np.array([map_gain(model, passes, k) for k in range(n)])
            kind = int(kind_of[i])
            j = next_statement(ground[kind], gains[i], n_votes, closed[i], int(dice.integers(1 << 62)))
            assert j is not None
        else:
            j = int(dice.choice(np.flatnonzero(~closed[i])))
        closed[i, j] = True
        n_votes[j] += 1
        answer = int(answers[i, j])
        cast.append((i, j, answer))
        counts[row_of[answer]][members[:, i], j] += 1
        if routed:
            one = counts[:, :, [j]]
            standing = Standings(one[0], one[1], one.sum(axis=0))
            if t == 0:
                whole = Standings(counts[0], counts[1], counts.sum(axis=0))
                ground = np.array([ground_gain(whole, kind) for kind in kinds])
            else:
                ground[:, j] = [float(ground_gain(standing, kind)[0]) for kind in kinds]
        if t % max(1, len(turns) // LOOKS) == 0:
            now = named(counts)
            shares.append((t + 1) / len(turns))
            overlaps.append(len(now & goal) / len(now | goal) if now | goal else 1.0)
    reached = np.array(overlaps) >= ENOUGH
    first = next((s for s, ok in zip(shares, reached, strict=True) if ok), 1.0)
    last_miss = max((k for k, ok in enumerate(reached) if not ok), default=-1)
    stays = shares[last_miss + 1] if last_miss + 1 < len(shares) else 1.0
    return first, stays


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="", help="exports whose name contains this")
    parser.add_argument("--seeds", type=int, default=3)
    chosen = parser.parse_args()
    print("| export | sides | random: first, for good | routed | ratio first | ratio for good |")
    print("|---|---|---|---|---|---|")
    for one in exports():
        votes, members = sides_of(one.without_rejected())
        if chosen.only not in one.name or (chosen.quick and votes.n_votes > 25_000):
            continue
        runs = [
            [simulate(votes, members, seed, routed) for seed in range(chosen.seeds)]
            for routed in (False, True)
        ]
        plain, routed = np.array(runs).mean(axis=1)
        ratio = routed / plain
        print(
            f"| {one.name} | {len(members)} | {plain[0]:.3f}, {plain[1]:.3f} | {routed[0]:.3f}, {routed[1]:.3f} "
            f"| {ratio[0]:.2f} | {ratio[1]:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
