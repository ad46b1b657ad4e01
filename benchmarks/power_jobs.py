"""One power computation in a process of its own: ours, a peer's, or the machine's limit. Prints one line of JSON.

    python benchmarks/power_jobs.py JOB '{"weights": [...], "quota": q}'

Runs under our own environment or under that of the peers; `power.py` starts it.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

Given = dict[str, Any]
Work = Callable[[], Any]


def quota_of(given: Given) -> int:
    return int(given["quota"])


def ours_all(given: Given) -> Work:
    """Every index of the Council of the Union, as fractions."""
    from comity.engine.power.banzhaf import banzhaf_power, shares
    from comity.engine.power.coalitions import coalitions, dummies, vetoes
    from comity.engine.power.coleman import power_to_act, powers_to_initiate, powers_to_prevent
    from comity.engine.power.counting import Diagram
    from comity.engine.power.rules import Quota, Rule, all_of, any_of, thresholds
    from comity.engine.power.shapley_shubik import shapley_shubik_power

    def work() -> list[float]:
        people = tuple(given["weights"])
        heads = (1,) * len(people)
        population = Quota(people, Fraction(65, 100))
        rule = all_of(
            Quota(heads, Fraction(55, 100)), any_of(population, Quota(heads, Fraction(1), Fraction(-3)))
        )
        form = thresholds(Rule(len(people), rule))
        diagram = Diagram(form)
        tally = diagram.tally()
        raw = banzhaf_power(tally)
        found = (shares(raw), power_to_act(tally), powers_to_prevent(tally), powers_to_initiate(tally))
        assert found[1] > 0
        assert sum(shapley_shubik_power(tally)) == 1
        assert coalitions(form, diagram, tally).n_minimal
        assert not dummies(tally)
        assert not vetoes(tally)
        return [float(power) for power in raw]

    return work


def bdd_council(given: Given, index: str) -> Work:
    from power_bdd.bdd import BDD, WeightedGame

    people = list(given["weights"])
    n, need = len(people), -(-65 * sum(people) // 100)

    def work() -> list[float]:
        members = BDD(WeightedGame(-(-55 * n // 100), [1] * n))
        clause = BDD(WeightedGame(n - 3, [1] * n))
        diagram = members & (BDD(WeightedGame(need, people[:])) | clause)
        return list(diagram.calc_banzhaf() if index == "banzhaf" else diagram.calc_shapley())

    return work


def ours_banzhaf(given: Given) -> Work:
    from comity.engine.power.large import decisive

    return lambda: decisive(given["weights"], quota_of(given)).tolist()


def ours_shapley(given: Given) -> Work:
    from comity.engine.power.large import averaged_decisive

    def work() -> list[float]:
        found = averaged_decisive(given["weights"], quota_of(given))
        print(f"stated error {found.error:.1e}, {found.n_nodes} nodes", file=sys.stderr)
        return found.power.tolist()

    return work


def ours_heads(given: Given) -> Work:
    """Every index of a quota beside three fifths of the parties."""
    from comity.engine.power.quota_and_heads import quota_and_heads

    def work() -> list[float]:
        found = quota_and_heads(given["weights"], quota_of(given), -(-3 * len(given["weights"]) // 5))
        print(f"stated errors {found.decisive_error:.1e}, {found.pivotal_error:.1e}", file=sys.stderr)
        return found.pivotal.tolist()

    return work


def ours_blocs(given: Given) -> Work:
    """Owen and Banzhaf-Owen: the seven heaviest alone, the others dealt out to 17 blocs."""
    from comity.engine.power.large_unions import long_union_power

    weights = list(given["weights"])
    order = sorted(range(len(weights)), key=lambda i: -weights[i])
    union_of = [0] * len(weights)
    for place, party in enumerate(order):
        union_of[party] = place if place < 7 else 7 + place % 17

    def work() -> list[float]:
        found = long_union_power(weights, quota_of(given), union_of)
        print(f"stated error {found.error:.1e}", file=sys.stderr)
        return found.owen.tolist()

    return work


def limit(given: Given) -> Work:
    """One addition of the shorter window for each party: the product of all, were it made once and for nothing."""
    import numpy as np

    window = min(quota_of(given), sum(given["weights"]) - quota_of(given) + 1)
    one, other = np.ones(window), np.ones(window)

    def work() -> list[float]:
        for _ in given["weights"]:
            np.add(one, other, out=one)
        return []

    return work


def powerindex_banzhaf(given: Given) -> Work:
    from powerindex.powerindex import Game

    def work() -> list[float]:
        game = Game(quota_of(given), weights=list(given["weights"]))
        game.calc_banzhaf()
        return list(game.banzhaf)

    return work


def powerindex_shapley(given: Given) -> Work:
    from powerindex.powerindex import Game

    def work() -> list[float]:
        game = Game(quota_of(given), weights=list(given["weights"]))
        game.calc_shapley_shubik()
        return list(game.shapley_shubik)

    return work


def powerindices_banzhaf(given: Given) -> Work:
    import powerindices

    return lambda: [float(x) for x in powerindices.compute_pbi(quota_of(given), list(given["weights"]))]


def powerindices_shapley(given: Given) -> Work:
    import powerindices

    return lambda: [float(x) for x in powerindices.compute_ssi(quota_of(given), list(given["weights"]))]


def bdd_banzhaf(given: Given) -> Work:
    from power_bdd.bdd import BDD, WeightedGame

    return lambda: list(BDD(WeightedGame(quota_of(given), list(given["weights"]))).calc_banzhaf())


def coopgame_banzhaf(given: Given) -> Work:
    import coopgame

    def work() -> list[float]:
        return list(coopgame.banzhaf(coopgame.Game.weighted_voting(list(given["weights"]), quota_of(given))))

    return work


JOBS: dict[str, Callable[[Given], Work]] = {
    "ours-all": ours_all,
    "bdd-council-banzhaf": lambda given: bdd_council(given, "banzhaf"),
    "bdd-council-shapley": lambda given: bdd_council(given, "shapley"),
    "ours-banzhaf": ours_banzhaf,
    "ours-shapley": ours_shapley,
    "ours-heads": ours_heads,
    "ours-blocs": ours_blocs,
    "limit": limit,
    "powerindex-banzhaf": powerindex_banzhaf,
    "powerindex-shapley": powerindex_shapley,
    "powerindices-banzhaf": powerindices_banzhaf,
    "powerindices-shapley": powerindices_shapley,
    "bdd-banzhaf": bdd_banzhaf,
    "coopgame-banzhaf": coopgame_banzhaf,
}


def main(words: Sequence[str]) -> None:
    sys.setrecursionlimit(100_000)
    job, given = words[0], json.loads(words[1])
    work = JOBS[job](given)
    times, answer = [], None
    for _ in range(int(given.get("repeat", 1))):
        wall, processor = time.perf_counter(), time.process_time()
        answer = work()
        times.append((time.perf_counter() - wall, time.process_time() - processor))
    seconds, processor = min(times)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "processor": processor, "peak": peak, "answer": answer}))


main(sys.argv[1:])
