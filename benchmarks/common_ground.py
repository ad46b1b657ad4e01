"""Does the common ground learnt from half of the people hold for the other half?

Participants are split in two halves at random (seeds 0, 1, ...). On the first, Comity finds the groups and names
the statements that every group supports, or rejects, with at least 95 % certainty. Every participant of the other half
who cast enough votes is then put in the group whose answers are likeliest to be his or hers (each group's shares of
agree, pass and disagree, learnt on the first half; the statement that is being checked left out). A named statement
holds if the share that agrees (disagrees) there is at least the threshold in every group that cast votes on it: counted
once for groups with at least 5 votes, and once, stricter, for any with a vote.

    python benchmarks/common_ground.py [--quick] [--times N]
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.common_ground import common_ground
from comity.engine.opinion.groups import opinion_groups
from comity.engine.opinion.spatial import spatial_model
from comity.engine.opinion.tallies import tallies
from comity.engine.votes import VoteMatrix
from conversations import exports
from measures import Floats, show
from simulated import WITH_GROUPS, WITHOUT_GROUPS

THRESHOLD, CERTAINTY, MINIMUM_VOTES, FEW = 0.6, 0.95, 7, 5
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Named:
    """A statement named on the first half, and its answer (+1 supported, -1 rejected)."""

    statement: int
    answer: int


def halves(votes: VoteMatrix, seed: int) -> tuple[VoteMatrix, VoteMatrix]:
    first = np.random.default_rng(seed).permutation(votes.n_participants) < votes.n_participants // 2
    return votes.rows(first), votes.rows(~first)


def learnt(votes: VoteMatrix) -> tuple[list[Named], Integers]:
    """What is named on these votes, and everybody's group."""
    found = opinion_groups(votes, spatial_model(votes, dimensions=2), minimum_votes=MINIMUM_VOTES)
    n_groups = int(found.group.max()) + 1
    table = common_ground(tallies(votes, found.group, n_groups), np.zeros(n_groups, bool), THRESHOLD)
    named = [Named(int(place), 1) for place in np.flatnonzero(table.supports >= CERTAINTY)]
    return named + [
        Named(int(place), -1) for place in np.flatnonzero(table.rejects >= CERTAINTY)
    ], found.group


def evidence(learning: VoteMatrix, group: Integers, checking: VoteMatrix) -> tuple[Floats, Floats]:
    """log P(group) + log P(votes | group) of the other half, shape (n, n_groups), and each vote's part in it."""
    counted = tallies(learning, group, int(group.max()) + 1)
    parts = np.stack([counted.disagreed, counted.passed, counted.agreed]) + 1.0
    share = np.log(parts / parts.sum(axis=0))
    of_vote = share[checking.answer + 1, :, checking.statement]
    size = np.bincount(group[group >= 0])
    total = np.tile(np.log(size / size.sum()), (checking.n_participants, 1))
    np.add.at(total, checking.participant, of_vote)
    return total, of_vote


def holds(one: Named, checking: VoteMatrix, total: Floats, of_vote: Floats, fewest: int) -> bool | None:
    """Whether a named statement holds on the other half; None where no group has so many votes there."""
    enough = checking.votes_per_participant >= min(MINIMUM_VOTES, checking.n_statements)
    here = (checking.statement == one.statement) & enough[checking.participant]
    group = np.argmax(total[checking.participant[here]] - of_vote[here], axis=1)
    voted = np.bincount(group, minlength=total.shape[1])
    said_so = np.bincount(group, checking.answer[here] == one.answer, minlength=total.shape[1])
    counting = voted >= fewest
    return bool((said_so >= THRESHOLD * voted)[counting].all()) if counting.any() else None


def checked(votes: VoteMatrix, times: int) -> tuple[list[bool], list[bool], float]:
    """Which names held (groups of at least FEW votes; any vote), over all splits; mean number of groups."""
    some: list[bool] = []
    strict: list[bool] = []
    groups = []
    for seed in range(times):
        learning, checking = halves(votes, seed)
        named, group = learnt(learning)
        total, of_vote = evidence(learning, group, checking)
        groups.append(int(group.max()) + 1)
        for one in named:
            for verdicts, fewest in ((some, FEW), (strict, 1)):
                verdict = holds(one, checking, total, of_vote, fewest)
                if verdict is not None:
                    verdicts.append(verdict)
    return some, strict, float(np.mean(groups))


def share(verdicts: list[bool]) -> str:
    return f"{np.mean(verdicts):.3f} of {len(verdicts)}" if verdicts else "nothing named"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="2 splits instead of 20")
    parser.add_argument("--times", type=int, help="so many splits")
    chosen = parser.parse_args()
    times = chosen.times or (2 if chosen.quick else 20)
    tables = {one.name: one.without_rejected() for one in exports()}
    tables["simulated, one cloud"] = WITHOUT_GROUPS["2 axes, wide intercepts"](np.random.default_rng(0)).votes
    tables["simulated, two groups, a third shared"] = WITH_GROUPS["profiles, a third shared"](
        np.random.default_rng(0), groups=2
    ).votes
    rows = []
    for name, votes in tables.items():
        some, strict, groups = checked(votes, times)
        rows.append([name, f"{len(strict) / times:.1f}", f"{groups:.1f}", share(some), share(strict)])
    head = ["votes", "named a split", "groups", f"held, {FEW} votes a group (bar 0.90)", "held, any vote"]
    print(show(head, rows))


if __name__ == "__main__":
    main()
