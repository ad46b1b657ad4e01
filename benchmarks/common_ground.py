"""Does the common ground learnt from half of the people hold for the other half?

Participants are split in two halves at random (seeds 0, 1, ...). From the first, Comity's findings name the statements
that every side supports, or rejects, with at least 95 % certainty; sides are the opinion groups, or the two ends of the
main axis where there are no groups. Every participant of the other half who cast enough votes is then put in the group
where his or her answers are likeliest (shares of agree, pass and disagree learnt on the first half; the statement that
is being checked left out); where there are no groups, into an end if he or she is among the quarter whose answers are
more like that end's than the other's. A named statement holds if the share that agrees (disagrees) there is at least
the threshold in every side that cast votes on it: counted once for sides with at least 5 votes, and once, stricter,
for any with a vote.

    python benchmarks/common_ground.py [--quick] [--times N]
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.tallies import tallies
from comity.engine.votes import VoteMatrix
from comity.findings.compute import findings_of
from comity.findings.findings import Findings
from comity.findings.parameters import Parameters
from consultations import consultation_of
from conversations import exports
from measures import Floats, show
from simulated import WITH_GROUPS, WITHOUT_GROUPS

PARAMETERS = Parameters()
FEW = 5
MIDDLE = 2
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Named:
    """A statement named on the first half, and its answer (+1 supported, -1 rejected)."""

    statement: int
    answer: int


@dataclass(frozen=True, eq=False)
class Learnt:
    """What the first half says: the names; where everybody stands, -1 for nowhere; which of these places are sides.

    With groups, place is the group and all are sides. Without, places 0 and 1 are the ends and MIDDLE the rest.
    """

    named: list[Named]
    place: Integers
    sides: list[int]
    n_groups: int


def halves(votes: VoteMatrix, seed: int) -> tuple[VoteMatrix, VoteMatrix]:
    first = np.random.default_rng(seed).permutation(votes.n_participants) < votes.n_participants // 2
    return votes.rows(first), votes.rows(~first)


def learnt(votes: VoteMatrix) -> Learnt:
    """What is published about these votes."""
    findings = findings_of(consultation_of(votes), PARAMETERS)
    named = [
        Named(int(one.statement_id), 1 if one.direction == "support" else -1)
        for one in findings.common_ground
        if one.named
    ]
    place, sides = places(findings, votes.n_participants)
    return Learnt(named, place, sides, findings.quality.n_groups)


def places(findings: Findings, n_participants: int) -> tuple[Integers, list[int]]:
    place = np.full(n_participants, -1, np.int64)
    points = [(int(point.participant_id), point) for point in findings.opinion_map.points]
    if findings.quality.n_groups > 1:
        for row, point in points:
            place[row] = -1 if point.group is None else ord(point.group.removeprefix("group:")) - ord("A")
        return place, list(range(findings.quality.n_groups))
    rows = np.array([row for row, _ in points], np.int64)
    if not any(side.kind == "end" for side in findings.sides):
        place[rows] = 0
        return place, [0]
    along = np.array([point.position[0] for _, point in points])
    low, high = np.quantile(along, [0.25, 0.75])
    place[rows] = np.where(along <= low, 0, np.where(along >= high, 1, MIDDLE))
    return place, [0, 1]


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


def holds(
    one: Named, checking: VoteMatrix, known: tuple[Floats, Floats], first: Learnt, fewest: int
) -> bool | None:
    """Whether a named statement holds on the other half; None where no side has so many votes there."""
    total, of_vote = known
    enough = checking.votes_per_participant >= min(PARAMETERS.minimum_votes, checking.n_statements)
    here = (checking.statement == one.statement) & enough[checking.participant]
    without = total[checking.participant[here]] - of_vote[here]
    if first.n_groups > 1 or len(first.sides) < 2:
        place = np.argmax(without, axis=1)
    else:
        low, high = np.quantile((total[:, 1] - total[:, 0])[enough], [0.25, 0.75])
        along = without[:, 1] - without[:, 0]
        place = np.where(along <= low, 0, np.where(along >= high, 1, MIDDLE))
    size = max(total.shape[1], MIDDLE + 1)
    voted = np.bincount(place, minlength=size)[first.sides]
    said_so = np.bincount(place, checking.answer[here] == one.answer, minlength=size)[first.sides]
    counting = voted >= fewest
    return bool((said_so >= PARAMETERS.threshold * voted)[counting].all()) if counting.any() else None


def checked(votes: VoteMatrix, times: int) -> tuple[list[bool], list[bool], float]:
    """Which names held (sides of at least FEW votes; any vote), over all splits; mean number of groups."""
    some: list[bool] = []
    strict: list[bool] = []
    groups = []
    for seed in range(times):
        learning, checking = halves(votes, seed)
        first = learnt(learning)
        known = evidence(learning, first.place, checking)
        groups.append(first.n_groups)
        for one in first.named:
            for verdicts, fewest in ((some, FEW), (strict, 1)):
                verdict = holds(one, checking, known, first, fewest)
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
    real: tuple[list[bool], list[bool]] = ([], [])
    for name, votes in tables.items():
        some, strict, groups = checked(votes, times)
        if not name.startswith("simulated"):
            real[0].extend(some)
            real[1].extend(strict)
        rows.append([name, f"{len(strict) / times:.1f}", f"{groups:.1f}", share(some), share(strict)])
    rows.append(["all exports together", "", "", share(real[0]), share(real[1])])
    head = ["votes", "named a split", "groups", f"held, {FEW} votes a side (bar 0.90)", "held, any vote"]
    print(show(head, rows))


if __name__ == "__main__":
    main()
