"""The peer: red-dwarf 0.4.0's Polis pipeline on a file of votes, timed. Runs in red-dwarf's own environment.

.bench/red-dwarf/bin/python benchmarks/red_dwarf.py VOTES.npz [--groups K] [--repeat N]
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path

import numpy as np


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("votes", type=Path)
    parser.add_argument("--groups", type=int)
    parser.add_argument("--repeat", type=int, default=1)
    chosen = parser.parse_args()

    from reddwarf.implementations.polis import run_pipeline

    with np.load(chosen.votes) as file:
        columns = [file[name].tolist() for name in ("participant", "statement", "answer")]
        moderated_out = np.flatnonzero(file["moderated_out"]).tolist()
        participants = int(file["shape"][0])
    votes = [
        {"participant_id": participant, "statement_id": statement, "vote": answer, "modified": place}
        for place, (participant, statement, answer) in enumerate(zip(*columns, strict=True))
    ]
    start, times = _peak_memory(), []
    for _ in range(chosen.repeat):
        wall, processor = time.perf_counter(), time.process_time()
        result = run_pipeline(
            votes=votes, mod_out_statement_ids=moderated_out, force_group_count=chosen.groups
        )
        times.append((time.perf_counter() - wall, time.process_time() - processor))
    group = [-1] * participants
    for participant, label in result.participants_df["cluster_id"].dropna().items():
        group[int(participant)] = int(label)
    answer = {"group": group}
    print(json.dumps({"times": times, "start": start, "peak": _peak_memory(), "answer": answer}))


def _peak_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
