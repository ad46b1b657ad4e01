"""Slates of eight from vTaiwan's observed approvals: committees and processor time beside the package abcvoting.

The peer lives in an environment of its own: `python -m venv .bench/abcvoting` and, with its pip, install -r
benchmarks/abcvoting.in. `--quick` leaves its exact PAV out, which takes half a minute.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

import numpy as np

from comity.engine.opinion.slates.approvals import Ballots, observed_approvals
from comity.engine.opinion.slates.equal_shares import equal_shares
from comity.engine.opinion.slates.pav import exact_pav, sequential_pav
from comity.engine.opinion.slates.phragmen import phragmen
from conversations import DATA, ROOT, read_export

SIZE = 8
SOLVER = "pulp-cbc"
"""Of abcvoting's exact algorithms the one that runs at this size without a licence."""
PEER = ROOT / ".bench" / "abcvoting" / "bin" / "python"
OURS = {
    "sequential PAV": sequential_pav,
    "Phragmén": phragmen,
    "equal shares": equal_shares,
    "exact PAV": exact_pav,
}
TIMES = 5


def main() -> None:
    votes = observed_approvals(read_export(DATA / "polis" / "vtaiwan.uberx").votes)
    rules = [name for name in OURS if name != "exact PAV" or "--quick" not in sys.argv]
    peers = beside(votes, rules)
    start = time.process_time()
    np.bincount(votes.participant * 0 + votes.statement, minlength=votes.n_statements)
    limit = time.process_time() - start
    print(
        f"{votes.n_participants} x {votes.n_statements}, k = {SIZE}; one count of all approvals: {limit:.5f} s"
    )
    print("| rule | committee | same | ours, s | abcvoting, s | ratio |\n|---|---|---|---|---|---|")
    for name in rules:
        seconds, committee = ours(name, votes)
        peer = peers[name]
        same = "yes" if committee == peer["committee"] else f"no: {peer['committee']}"
        ratio = seconds / peer["seconds"]
        print(f"| {name} | {committee} | {same} | {seconds:.4f} | {peer['seconds']:.3f} | {ratio:.4f} |")


def ours(name: str, votes: Ballots) -> tuple[float, list[int]]:
    """The least of a few times, and the committee."""
    times = []
    for _ in range(TIMES):
        start = time.process_time()
        slate = OURS[name](votes, SIZE)
        times.append(time.process_time() - start)
    return min(times), sorted(slate.statements)


def beside(votes: Ballots, rules: list[str]) -> dict[str, dict[str, object]]:
    sets: list[list[int]] = [[] for _ in range(votes.n_participants)]
    for i, j in zip(votes.participant.tolist(), votes.statement.tolist(), strict=True):
        sets[i].append(j)
    given = json.dumps(
        {"n_statements": votes.n_statements, "sets": sets, "size": SIZE, "rules": rules, "solver": SOLVER}
    )
    command = [str(PEER), str(ROOT / "benchmarks" / "slates_peer.py")]
    done = subprocess.run(command, input=given, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


if __name__ == "__main__":
    main()
