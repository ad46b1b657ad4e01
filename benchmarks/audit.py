"""Coordinated voting: false alarms on shuffled ballots of the six exports, and how often planted groups are found.

`python benchmarks/audit.py [--quick] [--only EXPORT] [--part alarms|power] [--shuffles N] [--times T]`. False alarms:
ballots of each export, shuffled N times in each of four ways; one in which any group is named is a false alarm. Power:
ballots are planted that copy one participant's, answer by answer, with so many slips, begun within ten minutes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

from comity.assemble import read_consultation
from comity.engine.opinion.audit.coordination import Coordination, coordination
from comity.engine.opinion.passing import passing
from comity.engine.opinion.spatial import spatial_model
from comity.engine.votes import VoteMatrix, vote_matrix
from comity.findings.audit_accounts import began_of
from comity.findings.inputs import inputs
from comity.findings.parameters import Parameters
from conversations import DATA

SHUFFLES, QUICK_SHUFFLES = 75, 10
PLANTS, QUICK_PLANTS = 20, 5
SIZES = (2, 3, 5, 10, 20, 40)
SLIPS = 0.05
TIMES = ("all together", "copies together", "not known")
"""Begun within ten minutes: the copied ballot too, as where one person casts several; or the copies only."""
TOGETHER = 10 * 60_000
DEALT = "ballots as they are, times dealt anew"
Dice = np.random.Generator


@dataclass(frozen=True)
class Case:
    name: str
    votes: VoteMatrix
    began: npt.NDArray[np.float64]


def main() -> None:
    quick = "--quick" in sys.argv
    only, part = option("--only"), option("--part")
    cases = [case(path) for path in sorted((DATA / "polis").iterdir()) if only in path.name]
    if part != "power":
        alarms(cases, int(option("--shuffles") or (QUICK_SHUFFLES if quick else SHUFFLES)))
    if part != "alarms":
        powers(cases, QUICK_PLANTS if quick else PLANTS)


def option(name: str) -> str:
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else ""


def alarms(cases: list[Case], shuffles: int) -> None:
    names = " | ".join((*SHUFFLED, DEALT))
    print(f"| export | named | alike only | shuffles | {names} | by likeness alone | rate, upper 95 % |")
    print("|" + "---|" * (len(SHUFFLED) + 7))
    for one in cases:
        false_alarms(one, shuffles)
    print()


def powers(cases: list[Case], plants: int) -> None:
    print(
        "| export | votes of the copied | times | " + " | ".join(f"{size} ballots" for size in SIZES) + " |"
    )
    print("|" + "---|" * (len(SIZES) + 3))
    for one in cases:
        power(one, plants)


def case(path: Path) -> Case:
    consultation = read_consultation(path)
    return Case(path.name, inputs(consultation, Parameters()).votes, began_of(consultation))


def found_in(votes: VoteMatrix, began: npt.NDArray[np.float64] | None) -> Coordination:
    return coordination(votes, spatial_model(votes), began)


def false_alarms(one: Case, shuffles: int) -> None:
    start = time.process_time()
    model = spatial_model(one.votes)
    real = coordination(one.votes, model, one.began)
    seconds = time.process_time() - start
    alarms = dict.fromkeys((*SHUFFLED, DEALT), 0)
    without_times = 0
    for seed in range(shuffles):
        dice = np.random.default_rng(seed)
        alarms[DEALT] += bool(coordination(one.votes, model, dice.permutation(one.began), seed=seed).groups)
        for name, shuffled in SHUFFLED.items():
            found = coordination(votes := shuffled(one.votes, dice), spatial_model(votes), one.began)
            alarms[name] += bool(found.groups)
            without_times += bool(found.groups or found.only_alike)
    total, n = sum(alarms.values()), shuffles * len(alarms)
    upper = float(beta.ppf(0.95, total + 1, n - total))
    sizes = [len(group.members) for group in real.groups], [len(group.members) for group in real.only_alike]
    print(
        f"| {one.name} ({real.n_compared} ballots, {seconds:.2f} s) | {sizes[0]} | {sizes[1]} | {shuffles} each | "
        + " | ".join(str(number) for number in alarms.values())
        + f" | {without_times} of {3 * shuffles} | {upper:.4f} |",
        flush=True,
    )


def within_statements(votes: VoteMatrix, dice: Dice) -> VoteMatrix:
    """Each statement's answers dealt anew among those who answered it."""
    order = np.lexsort((dice.random(votes.n_votes), votes.statement))
    answer = np.empty_like(votes.answer)
    answer[np.argsort(votes.statement, kind="stable")] = votes.answer[order]
    return vote_matrix(votes.participant, votes.statement, answer, votes.n_participants, votes.n_statements)


def both_margins(votes: VoteMatrix, dice: Dice) -> VoteMatrix:
    """Answers traded between two participants at a time, so that everybody's and every statement's counts stay."""
    table = votes.dense()
    voters = np.flatnonzero(votes.votes_per_participant > 0)
    for _ in range(10 * len(voters)):
        i, j = dice.choice(voters, 2, replace=False)
        low, high = np.minimum(table[i], table[j]), np.maximum(table[i], table[j])
        for down, up in ((-1, 1), (-1, 0), (0, 1)):
            places = np.flatnonzero((low == down) & (high == up))
            if len(places) > 1:
                mine = dice.permutation(table[i, places])
                table[i, places], table[j, places] = mine, down + up - mine
    cast = ~np.isnan(table)
    return vote_matrix(*np.nonzero(cast), table[cast], *table.shape)


def drawn(votes: VoteMatrix, dice: Dice) -> VoteMatrix:
    """Every answer that was given drawn anew from the spatial model: opinions as they were, nobody looks at another."""
    model, passes = spatial_model(votes), passing(votes)
    passed = passes.probability(votes.participant, votes.statement)
    agrees = model.probability(votes.participant, votes.statement)
    answer = np.where(dice.random(votes.n_votes) < agrees, 1, -1)
    answer[dice.random(votes.n_votes) < passed] = 0
    return vote_matrix(votes.participant, votes.statement, answer, votes.n_participants, votes.n_statements)


SHUFFLED: dict[str, Callable[[VoteMatrix, Dice], VoteMatrix]] = {
    "within statements": within_statements,
    "keeping both margins": both_margins,
    "drawn from the model": drawn,
}


def power(one: Case, plants: int) -> None:
    lengths = one.votes.votes_per_participant
    for least, most in ((10, 15), (20, 30), (40, 80)):
        sources = np.flatnonzero((lengths >= least) & (lengths <= most))
        if len(sources) < 5:
            continue
        for times in TIMES:
            if option("--times") not in times:
                continue
            shares = [found_share(one, sources, size, plants, times) for size in SIZES]
            cells = " | ".join(f"{share:.2f}" for share in shares)
            print(f"| {one.name} | {least}-{most} | {times} | {cells} |", flush=True)


def found_share(one: Case, sources: npt.NDArray[np.int64], size: int, plants: int, times: str) -> float:
    """In how many of the plants a group is found with at least half of the planted, made of them by four fifths.

    The ballot that was copied is one of them: it is as much like the copies as they are like each other.
    """
    hits = 0
    for seed in range(plants):
        dice = np.random.default_rng([seed, size])
        source = int(dice.choice(sources))
        votes, began = planted(one, source, size, dice)
        members = {source, *range(one.votes.n_participants, votes.n_participants)}
        if times == "all together":
            began[source] = began[-1]
        found = found_in(votes, None if times == "not known" else began)
        groups = found.groups
        hits += any(
            len(members & set(group.members)) >= max((size + 1) / 2, 0.8 * len(group.members))
            for group in groups
        )
    return hits / plants


def planted(one: Case, source: int, size: int, dice: Dice) -> tuple[VoteMatrix, npt.NDArray[np.float64]]:
    votes, n = one.votes, one.votes.n_participants
    places = slice(votes.row_start[source], votes.row_start[source + 1])
    statements, answers = votes.statement[places], votes.answer[places]
    copied = np.tile(answers, size)
    slip = dice.random(len(copied)) < SLIPS
    copied[slip] = dice.integers(-1, 2, int(slip.sum()))
    table = vote_matrix(
        np.concatenate([votes.participant, n + np.repeat(np.arange(size), len(answers))]),
        np.concatenate([votes.statement, np.tile(statements, size)]),
        np.concatenate([votes.answer, copied]),
        n + size,
        votes.n_statements,
    )
    known = one.began[np.isfinite(one.began)]
    return table, np.concatenate([one.began, dice.choice(known) + dice.random(size) * TOGETHER])


if __name__ == "__main__":
    main()
