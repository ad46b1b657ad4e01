"""How many votes does routing save on the way to the final common ground, beside random order?

Every participant of an export keeps his or her answers; only the order in which the statements are put to them changes.
Participants come in turns drawn at random (seed), each as often as they answered, the same for every order. After every
hundredth part of the votes the named list (certainty 0.95, support and rejection, by the sides of the whole export) is
compared with the list from all votes: it is reached when their overlap (Jaccard; 1 where both are empty) is at least
0.9, at the first look or for good, that is until the end; `equal` asks for the very same list for good. An export
without any common ground has nothing to reach.

Orders: *random*; *routed*, which knows the votes as a site does, renewed when they have grown by a tenth, and either is
*told* the sides of the whole export or goes by those *found* in the votes so far, with their doubt; *oracle*, which no
site can have: it is told the final certainties and puts first whatever ends nearest to being named or not.

`--part sides` asks another thing: all votes, counted by the sides that a random part of them shows, against the final
list. Where this overlap is low the list hangs on who is in which side, and no order of statements makes up for it.
`--part map`: after 40 % of the votes in each order, how well the places on the map foretell the final main axis (R²).

    python benchmarks/routing.py [--quick] [--seeds N] [--only NAME] [--part orders|sides|map]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from comity.engine.opinion.common_ground import CommonGroundTable, common_ground
from comity.engine.opinion.groups import opinion_groups
from comity.engine.opinion.order import canonical
from comity.engine.opinion.routing import Standings, gain_of, next_statement, outlook, place_gain
from comity.engine.opinion.spatial import SpatialModel, spatial_model
from comity.engine.opinion.tallies import Tallies
from comity.engine.votes import VoteMatrix, vote_matrix
from comity.findings.sides import end_sides, group_sides
from conversations import exports

CERTAINTY = 0.95
ENOUGH = 0.9
LOOKS = 100
GROWTH, LEAST = 0.1, 10
PARTS = (0.4, 0.6, 0.8, 0.9)
Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]
ORDERS = ("random", "routed, told", "routed, found", "oracle")
MAP_PART = 0.4
ROW = {1: 0, -1: 1, 0: 2}


@dataclass(frozen=True, eq=False)
class Sides:
    """members: shape (n_sides, n_participants). chances: of belonging to each, of that shape."""

    members: Marks
    chances: Floats


def sides_of(votes: VoteMatrix, model: SpatialModel) -> Sides:
    """Opinion groups, or the ends of a spectrum, as the findings have them; everybody where there is neither."""
    found = opinion_groups(votes, model)
    if found.n_groups > 1:
        members = np.array([side.members for side in group_sides(found.group)])
        usual = members.sum(axis=1, keepdims=True) / members.sum()
        return Sides(members, np.where(found.placed, np.nan_to_num(found.membership.T), usual))
    along, spread = model.position[:, 0], np.sqrt(model.position_covariance[:, 0, 0])
    members = np.array([side.members for side in end_sides(along, found.placed)])
    if not len(members):
        return Sides(np.ones((1, len(along)), bool), np.ones((1, len(along))))
    low, high = np.quantile(along[found.placed], [0.25, 0.75])
    ends = np.array([ndtr((low - along) / spread), ndtr((along - high) / spread)])
    return Sides(members, np.where(found.placed, ends, 0.25))


def table(votes: VoteMatrix) -> npt.NDArray[np.int8]:
    """Answers, shape (n_participants, n_statements); 9 where there is none."""
    answers = np.full((votes.n_participants, votes.n_statements), 9, np.int8)
    answers[votes.participant, votes.statement] = votes.answer
    return answers


def counted(answers: npt.NDArray[np.int8], members: Marks) -> Numbers:
    """Agreed, disagreed, passed: shape (3, n_sides, n_statements). answers: a table, 9 where there is none."""
    return np.array([[(answers[side] == answer).sum(axis=0) for side in members] for answer in ROW])


def certainties(counts: Numbers) -> CommonGroundTable:
    return common_ground(Tallies(*counts), np.zeros(counts.shape[1], bool))


def named(counts: Numbers) -> set[int]:
    """Rejected ones are numbered below zero."""
    found = certainties(counts)
    supported = np.flatnonzero(found.supports >= CERTAINTY)
    rejected = np.flatnonzero(found.rejects >= CERTAINTY)
    return set(supported.tolist()) | set((-1 - rejected).tolist())


def overlap(one: set[int], other: set[int]) -> float:
    return len(one & other) / len(one | other) if one | other else 1.0


@dataclass(frozen=True, eq=False)
class Case:
    """An export. answers: shape (n_participants, n_statements), 9 where there is none. counts, goal: at the end."""

    name: str
    votes: VoteMatrix
    answers: npt.NDArray[np.int8]
    sides: Sides
    counts: Numbers
    goal: set[int]

    @classmethod
    def of(cls, name: str, raw: VoteMatrix) -> Case:
        votes = canonical(raw).votes
        answers = table(votes)
        sides = sides_of(votes, spatial_model(votes))
        counts = counted(answers, sides.members)
        return cls(name, votes, answers, sides, counts, named(counts))


class Order(Protocol):
    """Which statement comes next. renew: the votes have grown by a tenth."""

    def renew(self, so_far: VoteMatrix, n_votes: Numbers) -> None: ...

    def next(self, participant: int, closed: Marks, n_votes: Numbers, dice: np.random.Generator) -> int: ...


@dataclass
class RandomOrder:
    case: Case

    def renew(self, so_far: VoteMatrix, n_votes: Numbers) -> None:
        pass

    def next(self, participant: int, closed: Marks, n_votes: Numbers, dice: np.random.Generator) -> int:
        return int(dice.choice(np.flatnonzero(~closed)))


@dataclass
class Oracle:
    case: Case
    nearness: Floats = field(init=False)

    def __post_init__(self) -> None:
        final = certainties(self.case.counts)
        sure = np.clip([final.supports, final.rejects], 1e-9, 1 - 1e-9)
        self.nearness = -np.abs(ndtri(sure) - ndtri(CERTAINTY)).min(axis=0)

    def renew(self, so_far: VoteMatrix, n_votes: Numbers) -> None:
        pass

    def next(self, participant: int, closed: Marks, n_votes: Numbers, dice: np.random.Generator) -> int:
        lot = dice.random(len(closed))
        return int(np.lexsort((lot, -self.nearness, closed))[0])


@dataclass
class Routed:
    """As a site routes, from shares of everybody, loadings and the counts of the sides. told: the final sides."""

    case: Case
    told: bool
    ground: Floats = field(init=False)
    telling: Floats = field(init=False)
    loading: Floats = field(init=False)
    known: Numbers = field(init=False)

    def __post_init__(self) -> None:
        n, m = self.case.answers.shape
        self.ground, self.known = np.zeros((n, m)), np.zeros(m, np.int64)
        self.telling, self.loading = np.zeros(m), np.zeros((m, 1))
        everybody = np.ones((1, n))
        first = self.case.sides if self.told else Sides(everybody.astype(bool), everybody)
        self._weigh(first, np.full((n, m), 9, np.int8))

    def _weigh(self, sides: Sides, answers: npt.NDArray[np.int8]) -> None:
        counts = counted(answers, sides.members)
        agreed, disagreed, passed = counted(answers, ~sides.members.any(axis=0)[None])[:, 0]
        others = np.array([agreed, disagreed, agreed + disagreed + passed])
        known = outlook(Standings(counts[0], counts[1], counts.sum(axis=0), others=others))
        gains = np.array([gain_of(known, one) for one in np.eye(len(sides.members), dtype=bool)])
        self.ground = (sides.members if self.told else sides.chances).T.astype(np.float64) @ gains

    def renew(self, so_far: VoteMatrix, n_votes: Numbers) -> None:
        model, answers = spatial_model(so_far), table(so_far)
        self._weigh(self.case.sides if self.told else sides_of(so_far, model), answers)
        self.known = n_votes.copy()
        agreed, disagreed = (answers == 1).sum(axis=0), (answers == -1).sum(axis=0)
        agrees = (agreed + 1.0) / (agreed + disagreed + 2.0)
        self.telling = (agreed + disagreed + 1.0) / (n_votes + 2.0) * agrees * (1.0 - agrees)
        self.loading = model.loading

    def next(self, participant: int, closed: Marks, n_votes: Numbers, dice: np.random.Generator) -> int:
        seed = int(dice.integers(1 << 62))
        theirs = np.flatnonzero(self.case.answers[participant] != 9)
        of_map = np.zeros(len(closed))
        of_map[theirs], behind = place_gain(self.telling[theirs], self.loading[theirs], closed[theirs])
        found = next_statement(self.ground[participant], of_map, n_votes, closed, seed, self.known, behind)
        assert found is not None
        return found


def walked(
    case: Case, order: Order, seed: int, share: float = 1.0
) -> Iterator[tuple[float, Numbers, npt.NDArray[np.int8]]]:
    """At every look: share of the votes cast, counts by the final sides, and the answers so far, 9 where none."""
    dice = np.random.default_rng(seed)
    turns = dice.permutation(case.votes.participant)
    closed = case.answers == 9
    counts = np.zeros_like(case.counts)
    n_votes = np.zeros(case.votes.n_statements, np.int64)
    so_far = np.full_like(case.answers, 9)
    renewed = 0
    for t, i in enumerate(turns[: int(np.ceil(share * len(turns)))].tolist()):
        if t - renewed > max(LEAST, GROWTH * renewed):
            order.renew(votes_in(so_far), n_votes)
            renewed = t
        j = order.next(i, closed[i], n_votes, dice)
        so_far[i, j] = case.answers[i, j]
        closed[i, j] = True
        n_votes[j] += 1
        counts[ROW[int(so_far[i, j])], case.sides.members[:, i], j] += 1
        if t % max(1, len(turns) // LOOKS) == 0:
            yield (t + 1) / len(turns), counts, so_far


def votes_in(answers: npt.NDArray[np.int8]) -> VoteMatrix:
    participant, statement = np.nonzero(answers != 9)
    return vote_matrix(participant, statement, answers[participant, statement], *answers.shape)


def reached(case: Case, order: Order, seed: int) -> tuple[float, float, float]:
    """Share of the votes after which the list is the final one: first, for good, and equal for good."""
    looks = [(share, overlap(named(counts), case.goal)) for share, counts, _ in walked(case, order, seed)]
    shares, found = np.array(looks).T

    def for_good(enough: float) -> float:
        after = int(np.max(np.flatnonzero(found < enough), initial=-1)) + 1
        return float(shares[after]) if after < len(shares) else 1.0

    first = np.flatnonzero(found >= ENOUGH)
    return float(shares[first[0]]) if len(first) else 1.0, for_good(ENOUGH), for_good(1.0)


def order_of(name: str, case: Case) -> Order:
    if name.startswith("routed"):
        return Routed(case, told=name == "routed, told")
    return RandomOrder(case) if name == "random" else Oracle(case)


def compare_orders(cases: list[Case], seeds: int) -> None:
    print("| export | sides | statements to name | order | first | for good | equal for good | ratios |")
    print("|---|---|---|---|---|---|---|---|")
    for case in cases:
        start = f"| {case.name} | {len(case.sides.members)} | {len(case.goal)} "
        if not case.goal:
            print(f"{start}| nothing to reach | | | | |", flush=True)
            continue
        plain = np.ones(3)
        for name in ORDERS:
            runs = [reached(case, order_of(name, case), seed) for seed in range(seeds)]
            shares = np.mean(runs, axis=0)
            plain = shares if name == "random" else plain
            cells = " | ".join(f"{share:.3f}" for share in shares)
            print(
                f"{start}| {name} | {cells} | {', '.join(f'{r:.2f}' for r in shares / plain)} |", flush=True
            )


def compare_sides(cases: list[Case], seeds: int) -> None:
    print("| export | " + " | ".join(f"{part:.0%}" for part in PARTS) + " |\n|---|" + "---|" * len(PARTS))
    for case in cases:
        n, m = case.answers.shape
        means = []
        for part in PARTS:
            found = []
            for seed in range(seeds):
                dice = np.random.default_rng(seed)
                some = dice.permutation(case.votes.n_votes)[: int(part * case.votes.n_votes)]
                whole = case.votes
                votes = vote_matrix(whole.participant[some], whole.statement[some], whole.answer[some], n, m)
                sides = sides_of(votes, spatial_model(votes))
                found.append(overlap(named(counted(case.answers, sides.members)), case.goal))
            means.append(float(np.mean(found)))
        print(f"| {case.name} | " + " | ".join(f"{mean:.2f}" for mean in means) + " |", flush=True)


def compare_maps(cases: list[Case], seeds: int) -> None:
    print("| export | " + " | ".join(ORDERS[:3]) + " |\n|---|---|---|---|")
    for case in cases:
        goal = spatial_model(case.votes).position[:, 0]
        cells = []
        for name in ORDERS[:3]:
            found = []
            for seed in range(seeds):
                *_, (_, _, so_far) = walked(case, order_of(name, case), seed, MAP_PART)
                place = spatial_model(votes_in(so_far)).position
                axes = np.column_stack([np.ones(len(place)), place])
                rest = goal - axes @ np.linalg.lstsq(axes, goal, rcond=None)[0]
                found.append(1.0 - rest.var() / goal.var())
            cells.append(f"{np.mean(found):.2f}")
        print(f"| {case.name} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="", help="exports whose name contains this")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--part", choices=("orders", "sides", "map"), default="orders")
    chosen = parser.parse_args()
    cases = [
        Case.of(one.name, one.without_rejected())
        for one in exports()
        if chosen.only in one.name and not (chosen.quick and one.votes.n_votes > 25_000)
    ]
    parts = {"orders": compare_orders, "sides": compare_sides, "map": compare_maps}
    parts[chosen.part](cases, chosen.seeds)


if __name__ == "__main__":
    main()
