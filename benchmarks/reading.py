"""How long reading a file of votes takes, beside others who only cut its lines, and one look at its bytes."""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from comity.exchange import polis, table
from comity.exchange.vote_blocks import vote_lines
from comity.exchange.vote_lines import Answers, VoteColumnNames, line_by_line
from measures import show

ROUNDS = 3


def plain(rng: np.random.Generator, n: int) -> str:
    """A plain table: people with names, statements with names."""
    rows = zip(*_columns(rng, n), strict=True)
    return "participant,statement,vote\n" + "".join(f"p{who},s{what},{vote}\n" for who, what, vote in rows)


def export(rng: np.random.Generator, n: int) -> str:
    """Polis' votes.csv: times, and dates that are not used."""
    at = (1_403_054_214_196 + np.cumsum(rng.integers(0, 2000, n))).tolist()
    rows = zip(at, *_columns(rng, n), strict=True)
    date = "Wed Jun 18 08:16:54 WIB 2014"
    lines = (f"{at},{date},{what},{who},{vote}\n" for at, who, what, vote in rows)
    return "timestamp,datetime,comment-id,voter-id,vote\n" + "".join(lines)


def _columns(rng: np.random.Generator, n: int) -> tuple[list[int], list[int], list[int]]:
    people, statements = rng.integers(0, n // 50 + 1, n), rng.integers(0, 1000, n)
    return people.tolist(), statements.tolist(), rng.integers(-1, 2, n).tolist()


def least(work: Callable[[], object]) -> float:
    """Processor seconds of the quickest of three rounds."""
    times = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


def by_csv_module(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file))


def by_pyarrow(path: Path) -> int:
    from pyarrow import csv as arrow

    return int(arrow.read_csv(path, read_options=arrow.ReadOptions(use_threads=False)).num_rows)


def main() -> None:
    n = 200_000 if "--quick" in sys.argv else 2_000_000
    rows = []
    with TemporaryDirectory() as folder:
        for name, made, columns, answers in (
            ("plain table", plain, table.VOTES, table.ANSWERS),
            ("Polis export", export, polis.VOTES, polis.ANSWERS),
        ):
            path = Path(folder) / "votes.csv"
            path.write_text(made(np.random.default_rng(1), n), encoding="utf-8")
            rows.append([name, f"{n:,}", f"{path.stat().st_size / 1e6:.0f}", *_times(path, columns, answers)])
    print(f"Processor seconds, the quickest of {ROUNDS} rounds, one thread.\n")
    head = ["file", "votes", "MB", "Comity", "Comity, line by line", "csv module, lines only"]
    print(show([*head, "pyarrow, columns only", "counting line ends"], rows))


def _times(path: Path, columns: VoteColumnNames, answers: Answers) -> list[str]:
    data = path.read_bytes()
    work: list[Callable[[], object]] = [
        lambda: vote_lines("votes.csv", data, columns, answers),
        lambda: line_by_line("votes.csv", data, columns, answers),
        lambda: by_csv_module(path),
        lambda: by_pyarrow(path),
        lambda: data.count(b"\n"),
    ]
    return [f"{least(each):.2f}" for each in work]


if __name__ == "__main__":
    main()
