"""Does the result depend on anything but the votes? Lines, rows and columns shuffled, and agree and disagree swapped.

On every export and a few simulated populations, the votes are given again in another order (seeds 0, 1, ...),
which also is what renaming everybody and everything amounts to, and once with every answer turned round. Printed is
the largest difference of positions, and the worst adjusted Rand index of the groups with those of the votes as given.
Then the same for everything that is published: how many values of `findings_of` differ at their stated decimals, after
renaming and shuffling, and what changes in common ground and reserved differences when the swap is turned back.

    python benchmarks/invariance.py [--quick] [--times N]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.engine.votes import VoteMatrix, vote_matrix
from comity.findings.compute import findings_of
from comity.findings.findings import Findings
from comity.findings.parameters import Parameters
from consultations import consultation_of
from conversations import exports
from measures import Floats, adjusted_rand, show
from simulated import WITH_GROUPS, WITHOUT_GROUPS


@dataclass(frozen=True)
class Outcome:
    """What a method says: positions (n, 2) and groups (n,), -1 for the unplaced."""

    position: Floats
    group: npt.NDArray[np.integer]


Method = Callable[[VoteMatrix], Outcome]


def classic(votes: VoteMatrix) -> Outcome:
    from comity.engine.opinion.classic.pipeline import classic_pipeline

    result = classic_pipeline(votes)
    return Outcome(result.map.position, result.group)


def spatial(votes: VoteMatrix) -> Outcome:
    from comity.engine.opinion.groups import opinion_groups
    from comity.engine.opinion.spatial import spatial_model

    model = spatial_model(votes, dimensions=2)
    return Outcome(model.position, opinion_groups(votes, model).group)


METHODS: dict[str, Method] = {"classic": classic, "spatial": spatial}


def shuffled(
    votes: VoteMatrix, seed: int
) -> tuple[VoteMatrix, npt.NDArray[np.integer], npt.NDArray[np.integer]]:
    """The same votes in another order, and where each participant and each statement went."""
    generator = np.random.default_rng(seed)
    rows = generator.permutation(votes.n_participants)
    columns = generator.permutation(votes.n_statements)
    lines = generator.permutation(votes.n_votes)
    table = vote_matrix(
        rows[votes.participant[lines]],
        columns[votes.statement[lines]],
        votes.answer[lines],
        votes.n_participants,
        votes.n_statements,
    )
    return table, rows, columns


def swapped(votes: VoteMatrix) -> VoteMatrix:
    return vote_matrix(
        votes.participant, votes.statement, -votes.answer, votes.n_participants, votes.n_statements
    )


def tables() -> Iterator[tuple[str, VoteMatrix]]:
    for conversation in exports():
        yield conversation.name, conversation.without_rejected()
    yield "simulated, one cloud", WITHOUT_GROUPS["2 axes"](np.random.default_rng(0)).votes
    yield "simulated, three groups", WITH_GROUPS["profiles"](np.random.default_rng(0), groups=3).votes


def agreement(first: Outcome, second: Outcome) -> float:
    """Adjusted Rand index of two outcomes, the unplaced counted as a group of their own."""
    return adjusted_rand(first.group, second.group)


def gap(first: Floats, second: Floats) -> float:
    return float(np.abs(first - second).max(initial=0.0))


KEYS = ("statement_id", "participant_id", "side_id", "party_id", "letter")


def published(votes: VoteMatrix, people: list[str], texts: list[str], method: str) -> Findings:
    return findings_of(consultation_of(votes, people, texts), Parameters(method=method))  # type: ignore[arg-type]


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every published value with where it stands; a list of named things by name, whatever its order."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from flat(part, f"{path}/{name}")
    elif isinstance(value, (list, tuple)):
        for place, part in enumerate(value):
            yield from flat(part, f"{path}/{name_of(part, place)}")
    else:
        yield path, value


def name_of(part: Any, place: int) -> object:
    if not isinstance(part, dict):
        return place
    inner = part | (part["statement"] if isinstance(part.get("statement"), dict) else {})
    return next((f"{key}={inner[key]}" for key in KEYS if inner.get(key) is not None), place)


def differing(first: Findings, second: Findings) -> int:
    """How many published values differ, those missing on one side included."""
    here, there = dict(flat(asdict(first))), dict(flat(asdict(second)))
    return sum(here.get(path, "missing") != there.get(path, "missing") for path in here.keys() | there.keys())


def turned_back(findings: Findings, swap: bool) -> set[tuple[object, ...]]:
    """Common ground and reserved differences; for the swapped votes with support and rejection exchanged."""
    other = {"support": "reject", "reject": "support"}
    ground = {
        (one.statement_id, other[one.direction] if swap else one.direction, one.certainty, one.named)
        for one in findings.common_ground
    }
    return ground | {(one.statement_id, one.certainty, one.named) for one in findings.reserved_differences}


def findings_table(times: int) -> str:
    rows = []
    for name, votes in tables():
        people = [f"p{number}" for number in range(votes.n_participants)]
        texts = [f"s{number}" for number in range(votes.n_statements)]
        for method in ("spatial", "classic"):
            given = published(votes, people, texts, method)
            worst = 0
            for seed in range(times):
                table, rows_went, columns_went = shuffled(votes, seed)
                moved_people = [people[place] for place in np.argsort(rows_went)]
                moved_texts = [texts[place] for place in np.argsort(columns_went)]
                worst = max(worst, differing(given, published(table, moved_people, moved_texts, method)))
            mirror = published(swapped(votes), people, texts, method)
            changed = turned_back(given, swap=False) ^ turned_back(mirror, swap=True)
            total = sum(1 for _ in flat(asdict(given)))
            named = sum(bool(entry[-1]) for entry in changed)
            rows.append([name, method, f"{worst} of {total}", named, len(changed)])
    head = [
        "votes",
        "method",
        "values that differ when shuffled",
        "named entries that differ when swapped",
        "all",
    ]
    return show(head, rows)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="2 shuffles instead of 10")
    parser.add_argument("--times", type=int, help="so many shuffles")
    parser.add_argument("--only", choices=sorted(METHODS), help="one method")
    chosen = parser.parse_args()
    times = chosen.times or (2 if chosen.quick else 10)
    rows = []
    for name, votes in tables():
        for method, run in METHODS.items():
            if chosen.only not in (None, method):
                continue
            given, again, mirror = run(votes), run(votes), run(swapped(votes))
            others = []
            for seed in range(times):
                table, places, _ = shuffled(votes, seed)
                found = run(table)
                others.append(Outcome(found.position[places], found.group[places]))
            turned = min(gap(given.position, mirror.position), gap(given.position, -mirror.position))
            rows.append(
                [
                    name,
                    method,
                    "yes" if gap(given.position, again.position) == 0 else "NO",
                    f"{max(gap(given.position, other.position) for other in others):.1e}",
                    f"{min(agreement(given, other) for other in others):.3f}",
                    f"{turned:.1e}",
                    f"{agreement(given, mirror):.3f}",
                ]
            )
    head = [
        "votes",
        "method",
        "twice the same",
        "shuffled: positions",
        "groups",
        "swapped: positions",
        "groups",
    ]
    print(show(head, rows))
    print("\npositions: largest difference, after the swap up to the sign of both axes;", end=" ")
    print("groups: worst adjusted Rand index\n", flush=True)
    if chosen.only is None:
        print(findings_table(max(1, times // 3)))


if __name__ == "__main__":
    main()
