"""One piece of work in a process of its own, timed, with its peak memory: ours, the peer's, and the machine's limit.

    python benchmarks/jobs.py JOB VOTES.npz [--groups K] [--repeat N]     prints one line of JSON

`measure` starts it from another benchmark. The job `red-dwarf` lives in `red_dwarf.py`, in an environment of its own.
Seconds are wall-clock and processor time of the work alone: without starting Python, importing and reading the file.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
PEER = Path(os.environ.get("RED_DWARF", HERE.parent / ".bench" / "red-dwarf" / "bin" / "python"))


@dataclass(frozen=True)
class Measured:
    """What one job took. seconds, processor: the best of the repetitions; peak: largest memory of the whole process
    and start: before the work began, both in MiB."""

    seconds: float
    processor: float
    start: float
    peak: float
    answer: dict[str, Any]


def measure(
    job: str, votes: Path, *, groups: int | None = None, repeat: int = 1, threads: int = 1
) -> Measured:
    """Run a job in a fresh process with so many threads for linear algebra; a failure is shown and raised."""
    own = job != "red-dwarf"
    command = [sys.executable if own else str(PEER), "-W", "ignore"]
    command += [str(HERE / "jobs.py"), job] if own else [str(HERE / "red_dwarf.py")]
    command += [str(votes), "--repeat", str(repeat)] + (["--groups", str(groups)] if groups else [])
    several = {name: str(threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    done = subprocess.run(command, env=os.environ | several, stdout=subprocess.PIPE, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    best = min(told["times"])
    return Measured(
        best[0], min(pair[1] for pair in told["times"]), told["start"], told["peak"], told["answer"]
    )


def peak_memory() -> float:
    """Largest memory of this process so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(work: Callable[[], dict[str, Any]], repeat: int) -> dict[str, Any]:
    """Do the work so many times; what `measure` reads."""
    start, times, answer = peak_memory(), [], {}
    for _ in range(repeat):
        wall, processor = time.perf_counter(), time.process_time()
        answer = work()
        times.append((time.perf_counter() - wall, time.process_time() - processor))
    return {"times": times, "start": start, "peak": peak_memory(), "answer": answer}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("job", choices=["whole", "spatial", "classic", "gram", "copy"])
    parser.add_argument("votes", type=Path)
    parser.add_argument("--groups", type=int)
    parser.add_argument("--repeat", type=int, default=1)
    chosen = parser.parse_args()
    print(json.dumps(timed(prepared(chosen.job, chosen.votes, chosen.groups), chosen.repeat)))


def prepared(job: str, path: Path, groups: int | None) -> Callable[[], dict[str, Any]]:
    """Import and read all that the job needs, and give back the work itself."""
    from votes_file import load

    votes, moderated_out = load(path)
    if job == "classic":
        from comity.engine.opinion.classic.pipeline import classic_pipeline

        def classic() -> dict[str, Any]:
            result = classic_pipeline(votes, group_count=groups, moderated_out=moderated_out)
            return {"group": result.group.tolist()}

        return classic
    if job == "spatial":
        from comity.engine.opinion.spatial import spatial_model

        return lambda: {"iterations": spatial_model(votes, dimensions=2).iterations}
    if job == "gram":
        table = votes.sparse(votes.answer.astype(np.float64))
        return lambda: {"stored": int((table.T @ table).nnz)}
    if job == "copy":
        size = np.ones(votes.n_votes)
        return lambda: {"bytes": int(size.copy().nbytes)}
    if job == "whole":
        from comity.findings.compute import findings_of
        from consultations import consultation_of

        consultation = consultation_of(votes, rejected=moderated_out)
        return lambda: {"groups": findings_of(consultation).quality.n_groups}
    raise SystemExit(f"there is no job {job}")


if __name__ == "__main__":
    main()
