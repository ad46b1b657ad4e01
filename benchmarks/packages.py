"""Packages: exactness on the provided domains and on random problems, NegMAS beside us, and large spaces with bounds.

    python benchmarks/packages.py domains|random|negmas|frontier|large|huge [--quick]

NegMAS (AGPL) is a peer only, run in an environment of its own (benchmarks/README.md), and reads the same values from a
file.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from comity.engine.bargaining.agreements import Agreements
from comity.engine.bargaining.frontier import frontier
from comity.engine.bargaining.large import largest_product, largest_smallest, some_acceptable
from comity.engine.bargaining.solutions import SOLUTIONS
from comity.engine.bargaining.space import (
    Interaction,
    Refusal,
    Space,
    all_packages,
    package_space,
    refused,
    values_of,
)
from comity.exchange.genius import genius_negotiation
from comity.findings.package_space import space_of

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("COMITY_SHARED_DATA", ROOT.parent / "shared" / "data")) / "negotiation"
PEER = ROOT / ".bench" / "negmas" / "bin" / "python"
Floats = npt.NDArray[np.float64]


def domains() -> Iterator[tuple[str, Space]]:
    """Every provided linear domain: all profiles together, and every pair."""
    for folder in sorted(path for path in DATA.iterdir() if path.is_dir() and path.name != "y2014-10issues"):
        negotiation = genius_negotiation(
            {path.name: path.read_bytes() for path in sorted(folder.glob("*.xml"))}
        )
        names = [party.name for party in negotiation.parties]
        groups = [names, *(list(pair) for pair in combinations(names, 2) if len(names) > 2)]
        for group in groups:
            yield (
                f"{folder.name} {'+'.join(group) if len(group) == 2 else 'all'}",
                space_of(negotiation.only(group))[0],
            )


def slow_frontier(values: Floats) -> npt.NDArray[np.int64]:
    """The definition, without partial packages or grids: the row with the largest sum of those left is dominated by
    none of them; it stays, and every row that it dominates goes."""
    order = np.argsort(-values.sum(axis=1), kind="stable")
    left, rest, found = order, values[order], []
    while len(left):
        row = rest[0]
        found.append(int(left[0]))
        stays = ~((rest <= row).all(axis=1) & (rest < row).any(axis=1))
        stays[0] = False
        left, rest = left[stays], rest[stays]
    return np.sort(np.array(found, np.int64))


def slow_keys(name: str, gains: Floats, weight: Floats) -> Floats:
    """What each package is compared by, in order, shape (n, n_keys)."""
    ideal = gains.max(axis=0)
    share = np.where(ideal > 0, gains / np.where(ideal > 0, ideal, 1), 0)
    if name == "sum":
        keys = (gains @ weight)[:, None]
    elif name == "leximin":
        keys = np.sort(gains / weight, axis=1)
    elif name == "ks":
        keys = np.sort((share / weight)[:, ideal > 0], axis=1)
    else:
        gaining = share > 1e-9
        logs = np.where(gaining, np.log(np.where(gaining, share, 1)), 0) @ weight
        keys = np.stack([gaining.sum(axis=1), logs], axis=1)
    return np.round(keys, 8)


def largest_key(keys: Floats) -> Floats:
    """The largest row, first entry first."""
    left = np.arange(len(keys))
    for column in range(keys.shape[1]):
        entry = keys[left, column]
        left = left[entry == entry.max()]
    found: Floats = keys[left[0]]
    return found


def differences(space: Space, *, large: bool = False) -> list[str]:
    """What is not equal to full enumeration; large: of the way that is taken where a space cannot be listed."""
    packages = all_packages(space)
    values = values_of(space, packages)
    allowed = ~refused(space, packages)
    agreements = Agreements(space)
    if large:
        agreements.__dict__.update(candidates=None, listed=None, exact_frontier=None)
    wrong = []
    if not large:
        numbers = np.ravel_multi_index(tuple(frontier(space).T), space.n_options)
        kept = np.flatnonzero(allowed)
        if not np.array_equal(np.sort(numbers), kept[slow_frontier(values[kept])]):
            wrong.append("frontier")
    accepted = allowed & (values >= space.floor).all(axis=1)
    for name in SOLUTIONS:
        solved = agreements.solution(name)
        package = solved.package
        if package is None or not accepted.any():
            wrong += [] if package is None and solved.impossible and not accepted.any() else [name]
            continue
        keys = slow_keys(name, values[accepted] - space.floor, space.weight)
        place = int(np.flatnonzero((packages[accepted] == package).all(axis=1))[0])
        if not np.allclose(keys[place], largest_key(keys), rtol=1e-7, atol=1e-7):
            wrong.append(name)
        elif not solved.proven:
            wrong.append(f"{name} not proven")
    return wrong


def run_domains(quick: bool) -> None:
    count = wrong = 0
    start = time.process_time()
    for name, space in domains():
        if quick and space.n_packages > 30_000:
            continue
        count += 1
        if found := differences(space):
            wrong += 1
            print(f"{name}: differs in {', '.join(found)}")
    print(
        f"domains: {count} problems, {count - wrong} equal to full enumeration in frontier and all solutions; "
        f"{time.process_time() - start:.0f} s of processor time"
    )


def random_problem(seed: int) -> Space:
    """Up to 10^5 packages, with red lines, conditions (refusals of two or three issues) and interactions."""
    dice = np.random.default_rng(seed)
    n_parties = int(dice.integers(2, 6))
    most = int(10 ** dice.uniform(1.5, 5))
    sizes: list[int] = []
    while len(sizes) < 10:
        size = int(dice.integers(2, 8))
        if int(np.prod([*sizes, size])) > most:
            break
        sizes.append(size)
    sizes = sizes or [3, 3]
    whole = dice.random() < 0.5
    points = [
        dice.integers(0, 21, (n_parties, n)).astype(float) if whole else dice.random((n_parties, n)) * 100
        for n in sizes
    ]
    floor = sum(table.max(axis=1) for table in points) * dice.uniform(0, 0.7, n_parties)
    weight = np.ones(n_parties) if dice.random() < 0.5 else dice.uniform(0.5, 2, n_parties)
    pairs, lines = [], []
    if len(sizes) > 1:
        for _ in range(int(dice.integers(0, 3))):
            first, second = sorted(dice.choice(len(sizes), 2, replace=False).tolist())
            pairs.append(
                Interaction(first, second, dice.normal(0, 5, (n_parties, sizes[first], sizes[second])))
            )
    for _ in range(int(dice.integers(0, 6))):
        issues = sorted(
            dice.choice(len(sizes), min(len(sizes), int(dice.integers(1, 4))), replace=False).tolist()
        )
        where = tuple(
            (i, tuple(sorted(dice.choice(sizes[i], int(dice.integers(1, sizes[i])), replace=False).tolist())))
            for i in issues
        )
        lines.append(Refusal(int(dice.integers(n_parties)), where))
    return package_space(points, floor, weight, pairs, lines)


def run_random(quick: bool) -> None:
    n = 100 if quick else 1000
    start, wrong = time.process_time(), 0
    for seed in range(n):
        if found := differences(random_problem(seed)):
            wrong += 1
            print(f"random {seed}: differs in {', '.join(found)}")
    print(
        f"random: {n} problems, {n - wrong} equal to brute force; {time.process_time() - start:.0f} s of processor time"
    )
    start, wrong = time.process_time(), 0
    for seed in range(n // 4):
        if found := differences(random_problem(seed), large=True):
            wrong += 1
            print(f"random {seed}, as if too large to list: differs in {', '.join(found)}")
    print(
        f"random: {n // 4} problems as if too large to list, {n // 4 - wrong} equal to brute force and proven; "
        f"{time.process_time() - start:.0f} s of processor time"
    )


ASK_PEER = """
import json, sys, time
import numpy as np
from negmas.outcomes import make_issue, make_os
from negmas.preferences import LinearAdditiveUtilityFunction as U
from negmas.preferences.value_fun import TableFun
from negmas.preferences.ops import pareto_frontier, nash_points, ks_points
answers = []
for job in json.load(open(sys.argv[1])):
    issues = [make_issue(list(range(n)), name=f"i{k}") for k, n in enumerate(job["sizes"])]
    space = make_os(issues)
    ufuns = [
        U(values=[TableFun({o: v for o, v in enumerate(row)}) for row in table], weights=[1.0] * len(issues),
          outcome_space=space, reserved_value=floor)
        for table, floor in zip(job["points"], job["floor"])
    ]
    start = time.process_time()
    front, _ = pareto_frontier(ufuns, issues=issues)
    nash = nash_points(ufuns, front, outcome_space=space) if front else ()
    ks = ks_points(ufuns, front, outcome_space=space) if front else ()
    answers.append({"frontier": front, "nash": [p for p, _ in nash], "ks": [p for p, _ in ks],
                    "seconds": time.process_time() - start})
json.dump(answers, open(sys.argv[2], "w"), default=float)
"""


def ask_peer(spaces: list[Space]) -> list[dict[str, list[list[float]]]]:
    """NegMAS' frontier and points for the same additive values, from its own process."""
    jobs = [
        {
            "sizes": space.n_options,
            "points": [[table[party].tolist() for table in space.points] for party in range(space.n_parties)],
            "floor": space.floor.tolist(),
        }
        for space in spaces
    ]
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder) / "asked.json", Path(folder) / "answered.json"
        asked.write_text(json.dumps(jobs), encoding="utf-8")
        environment = {**os.environ, "PYTHONPATH": ""}
        subprocess.run([str(PEER), "-c", ASK_PEER, str(asked), str(answered)], check=True, env=environment)
        answers: list[dict[str, list[list[float]]]] = json.loads(answered.read_text(encoding="utf-8"))
    return answers


def rows_of(values: npt.ArrayLike) -> set[tuple[float, ...]]:
    return {tuple(float(number) + 0.0 for number in row) for row in np.round(np.asarray(values), 7)}


def run_negmas(quick: bool) -> None:
    """Pairs only: equal up to differences, each counted by its reason."""
    named = [(name, space) for name, space in domains() if space.n_parties == 2 and space.n_packages < 60_000]
    named = named[::8] if quick else named
    answers = ask_peer([space for _, space in named])
    counts: dict[str, int] = {}
    for (name, space), theirs in zip(named, answers, strict=True):
        front = Agreements(space).frontier
        mine = front.values[front.accepted]
        same = rows_of(mine) == rows_of(theirs["frontier"]) if len(mine) else not theirs["frontier"]
        verdicts = ["Pareto set equal" if same else f"Pareto set DIFFERS: {name}"]
        for solution in ("nash", "ks"):
            package = Agreements(space).solution(solution).package
            if package is None:
                verdicts.append(
                    f"{solution}: nothing acceptable in either"
                    if not theirs[solution]
                    else f"{solution}: {name} ?"
                )
                continue
            value = values_of(space, package[None, :])[0]
            if rows_of([value]) <= rows_of(theirs[solution]):
                verdicts.append(f"{solution} equal")
            else:
                verdicts.append(f"{solution}: {reason(solution, space, value, np.array(theirs[solution]))}")
        for verdict in verdicts:
            counts[verdict] = counts.get(verdict, 0) + 1
    print(f"negmas: {len(named)} pairs")
    for verdict, count in sorted(counts.items()):
        print(f"  {count:4d}  {verdict}")


def reason(solution: str, space: Space, value: Floats, theirs: Floats) -> str:
    """Why the two differ, checked on the numbers: theirs has to be best by what NegMAS maximises."""
    ideal, _ = Agreements(space).ideal
    lowest = sum(table.min(axis=1) for table in space.points)
    highest = sum(table.max(axis=1) for table in space.points)
    raised = bool((space.floor < lowest - 1e-9).any())
    start = np.maximum(space.floor, lowest)
    if solution == "nash":
        if (theirs < space.floor - 1e-9).any():
            return "theirs is below a reserve"
        larger = (theirs - start).prod(axis=1).max() >= (value - start).prod() - 1e-9
        return (
            "theirs counts gains from the smallest value, above the reserve"
            if raised and larger
            else "DIFFERS"
        )

    def spread(values: Floats) -> Floats:
        shares = (values - start) / (highest - start)
        return np.asarray(shares.max(axis=-1) - shares.min(axis=-1))

    if spread(theirs).min() > spread(value) + 1e-9:
        return "DIFFERS"
    mine, rest = (value - space.floor) / ideal, (theirs - space.floor) / ideal
    if mine.min() > rest.min(axis=1).max() - 1e-9:
        also = ", and counts from the smallest value, above the reserve" if raised else ""
        return f"theirs has the smallest spread, ours the larger smallest part{also}"
    return "DIFFERS"


def unmatched(one: npt.ArrayLike, other: npt.ArrayLike) -> int:
    """How many rows have no row of the other table within 1e-8."""
    distance, _ = cKDTree(np.asarray(other)).query(np.asarray(one))
    return int((distance > 1e-8).sum())


def run_frontier(quick: bool) -> None:
    """5 parties x 8 issues x 5 options: frontier and all points, ours and NegMAS' in one run."""
    for seed in range(1 if quick else 3):
        dice = np.random.default_rng(seed)
        weights = dice.dirichlet(np.ones(8), size=5)
        space = package_space([dice.random((5, 5)) * weights[:, [k]] for k in range(8)], np.zeros(5))
        start = time.process_time()
        agreements = Agreements(space)
        front = agreements.frontier
        for name in SOLUTIONS:
            agreements.solution(name)
        ours = time.process_time() - start
        (theirs,) = ask_peer([space])
        mine, peers = front.values, theirs["frontier"]
        seconds = float(theirs["seconds"])  # type: ignore[arg-type]
        print(
            f"frontier, seed {seed}: {len(front.packages)} packages, ours {ours:.2f} s, NegMAS {seconds:.2f} s of "
            f"processor time, 1/{seconds / ours:.0f}; only ours {unmatched(mine, peers)}, only "
            f"theirs {unmatched(peers, mine)}"
        )


def large_problem(kind: str, n_parties: int, n_issues: int, seed: int) -> Space:
    """Six options an issue; floors 10 to 40 % of the largest value, "tight" 50 to 60 %. "sparse": every party cares
    about a quarter of the issues; "lines": four parties have a red line on an option, six a condition on two or three
    issues, and two pairs of issues work together."""
    dice = np.random.default_rng(seed)
    points = dice.random((n_parties, n_issues, 6))
    shares = dice.dirichlet(np.ones(n_issues), size=n_parties)[:, :, None]
    if kind == "whole":
        points = np.floor(points * 101)
    elif kind == "weights":
        points = 100 * shares * points
    elif kind == "alike":
        points = 100 * shares * (0.7 * dice.random((1, n_issues, 6)) + 0.3 * points)
    elif kind == "opposed":
        side = np.where(np.arange(n_parties) % 2 == 0, 1, -1)[:, None, None]
        points = 0.5 + side * (dice.random((1, n_issues, 6)) - 0.5) * 0.7 + 0.3 * (points - 0.5)
    elif kind == "sparse":
        cares = np.argsort(dice.random((n_parties, n_issues)), axis=1) < n_issues // 4
        points = np.floor(points * 101) * cares[:, :, None]
    low, high = (0.5, 0.6) if kind == "tight" else (0.1, 0.4)
    floor = dice.uniform(low, high, n_parties) * points.max(axis=2).sum(axis=1)
    lines: list[Refusal] = []
    pairs: list[Interaction] = []
    if kind == "lines":
        order = dice.permutation(n_issues)
        lines += [Refusal(p, ((int(order[p]), (int(dice.integers(6)),)),)) for p in range(4)]
        for number in range(6):
            issues = sorted(map(int, order[4 + 2 * number : 6 + 2 * number + number % 2]))
            where = tuple((i, tuple(sorted(map(int, dice.choice(6, 3, replace=False))))) for i in issues)
            lines.append(Refusal(number % n_parties, where))
        for first, second in (order[16:18], order[18:20]):
            pairs.append(Interaction(int(first), int(second), dice.normal(0, 0.2, (n_parties, 6, 6))))
    return package_space([points[:, issue] for issue in range(n_issues)], floor, None, pairs, lines)


KINDS = ("uniform", "whole", "weights", "alike", "opposed", "tight", "sparse", "lines")


def run_large(quick: bool) -> None:
    """10 parties x 20 issues x 6 options: egalitarian and Nash, proven; seconds on the clock and of the processor."""
    for kind in KINDS:
        for seed in range(1 if quick else 4):
            space = large_problem(kind, 10, 20, seed)
            for name, solve in (("leximin", largest_smallest), ("nash", largest_product)):
                wall, start = time.perf_counter(), time.process_time()
                solved = solve(space, np.ones(10), 60.0)
                print(
                    f"large, {kind} {seed}, {name}: proven {solved.proven}, score {solved.score:.6g}, bound "
                    f"{solved.bound:.6g}, {time.process_time() - start:.1f} s of processor time, "
                    f"{time.perf_counter() - wall:.1f} s on the clock, load {os.getloadavg()[0]:.0f}",
                    flush=True,
                )


def run_huge(quick: bool) -> None:
    """20 parties x 40 issues x 6 options: a first acceptable package; Nash; the egalitarian gap after 60 seconds."""
    for kind in KINDS[:1] if quick else KINDS:
        space = large_problem(kind, 20, 40, 1)
        for name, solve in (
            ("first acceptable", lambda one: some_acceptable(one, 10.0)),
            ("nash", lambda one: largest_product(one, np.ones(20), 60.0)),
            ("leximin", lambda one: largest_smallest(one, np.ones(20), 60.0)),
        ):
            wall, start = time.perf_counter(), time.process_time()
            solved = solve(space)
            gap = 1 - solved.score / solved.bound
            if name == "nash":
                gap = float(np.expm1((solved.bound - solved.score) / 20))
            shown = "" if name == "first acceptable" else f", gap {gap:.2%}, proven {solved.proven}"
            print(
                f"huge, {kind}, {name}: {'found' if solved.package is not None else 'none'}{shown}; "
                f"{time.process_time() - start:.1f} s of processor time, {time.perf_counter() - wall:.1f} s on "
                f"the clock, load {os.getloadavg()[0]:.0f}",
                flush=True,
            )


JOBS = {
    "domains": run_domains,
    "random": run_random,
    "negmas": run_negmas,
    "frontier": run_frontier,
    "large": run_large,
    "huge": run_huge,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job", choices=[*JOBS, "all"], nargs="?", default="all")
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args()
    for name, job in JOBS.items():
        if asked.job in {name, "all"}:
            if name in {"negmas", "frontier"} and not PEER.exists():
                print(f"{name}: NegMAS is not there, see benchmarks/README.md", file=sys.stderr)
                continue
            job(asked.quick)


if __name__ == "__main__":
    main()
