"""Power indices: time, memory and error beside four packages and the machine's limit, and growth with size.

    python benchmarks/power.py [--quick] [--plot docs/methods/power-growth.svg]

The peers (power-bdd, powerindex, powerindices, coopgame-py) live in `.bench/power`, made from `power-peers.txt`.
Every job has a process of its own; times are processor seconds of the work alone, the best of the repetitions.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from comity.exchange.rules import ready_made
from measures import show

HERE = Path(__file__).resolve().parent
PEERS = Path(os.environ.get("POWER_PEERS", HERE.parent / ".bench" / "power" / "bin" / "python"))
LONGEST_WAIT = 240
Told = dict[str, Any]


def run(job: str, weights: Sequence[int], quota: int = 0, repeat: int = 1) -> Told | str:
    """One job in a process of its own; a text says why there is no figure."""
    own = job.startswith("ours") or job == "limit"
    given = json.dumps({"weights": list(weights), "quota": quota, "repeat": repeat})
    command = [sys.executable if own else str(PEERS), "-W", "ignore", str(HERE / "power_jobs.py"), job, given]
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    try:
        done = subprocess.run(
            command,
            env=os.environ | single,
            capture_output=True,
            text=True,
            timeout=LONGEST_WAIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"over {LONGEST_WAIT} s"
    if done.returncode:
        return done.stderr.strip().splitlines()[-1][:60]
    told: Told = json.loads(done.stdout.splitlines()[-1])
    told["said"] = done.stderr.strip()
    return told


def seconds(told: Told | str) -> str:
    return told if isinstance(told, str) else f"{told['processor']:.2f} s"


def ratio(peer: Told | str, ours: Told | str) -> str:
    if isinstance(peer, str) or isinstance(ours, str):
        return ""
    return f"{peer['processor'] / ours['processor']:.1f}"


def difference(peer: Told | str, ours: Told | str) -> str:
    """The largest relative difference of normalised answers."""
    if isinstance(peer, str) or isinstance(ours, str) or not peer["answer"] or not ours["answer"]:
        return ""
    left = list(peer["answer"])[-len(ours["answer"]) :]
    left, right = [v / sum(left) for v in left], [v / sum(ours["answer"]) for v in ours["answer"]]
    return f"{max(abs(a - b) / b for a, b in zip(left, right, strict=True) if b):.0e}"


def council() -> None:
    people = [round(100 * party.capacities["population"]) for party in ready_made("eu-council").parties]
    dice = random.Random(1)
    long = [one * 45_103 + dice.randrange(10_000) for one in people]
    ours = run("ours-all", long, repeat=5)
    rows = [["Comity: Banzhaf, Shapley-Shubik, Coleman, coalitions", seconds(ours), "", ""]]
    for job, name in (
        ("bdd-council-banzhaf", "power-bdd: Banzhaf"),
        ("bdd-council-shapley", "power-bdd: Shapley-Shubik"),
    ):
        told = run(job, long, repeat=2)
        same = difference(told, ours) if "banzhaf" in job else ""
        rows.append([name, seconds(told), ratio(told, ours), same])
    print("\n### Council of the Union: 27 members, populations of 450 million, exact (bar 0.5 s)\n")
    print(show(["what", "processor time", "peer / ours", "largest difference"], rows), flush=True)


def fund(quick: bool) -> None:
    votes = [int(party.capacities["votes"]) for party in ready_made("imf-85").parties]
    dice = random.Random(2)
    drawn = [max(1, round(dice.lognormvariate(0, 1.7) * 6_000)) for _ in range(190)]
    rows = []
    for name, weights in (("the Fund's votes", votes), ("log-normal weights", drawn)):
        for share in (70, 85):
            quota = -(-share * sum(weights) // 100)
            least = run("limit", weights, quota, 2)
            banzhaf = run("ours-banzhaf", weights, quota, 1 if quick else 3)
            shapley = run("ours-shapley", weights, quota)
            blocs = run("ours-blocs", weights, quota)
            found = [
                ("Banzhaf", banzhaf),
                ("Shapley-Shubik", shapley),
                ("Owen and Banzhaf-Owen, 24 blocs", blocs),
            ]
            if share == 85:
                found.append(("all, with three fifths of the members", run("ours-heads", weights, quota)))
            for what, told in found:
                peak = "" if isinstance(told, str) else f"{told['peak']:.0f} MiB"
                said = "" if isinstance(told, str) else told["said"]
                rows.append(
                    [
                        f"{name}, {share} %",
                        what,
                        seconds(told),
                        seconds(least),
                        ratio(told, least),
                        peak,
                        said,
                    ]
                )
    print("\n### 190 members, 5 million votes (bars: Banzhaf 5 s and 1 GiB, Shapley-Shubik 20 s)\n")
    heads = ["rule", "index", "ours", "limit", "ours / limit", "memory", "stated"]
    print(show(heads, rows), flush=True)


def smaller() -> None:
    """Sizes at which the peers still answer."""
    votes = [int(party.capacities["votes"]) for party in ready_made("imf-85").parties]
    cases = [
        ("190 members, 1/100 of the weight", [max(1, v // 100) for v in votes], "banzhaf"),
        ("190 members, total 5,000", [max(1, v // 1000) for v in votes], "shapley"),
        ("60 members, 1/100 of the weight", sorted((v // 100 for v in votes), reverse=True)[:60], "banzhaf"),
        ("24 members, 1/100 of the weight", sorted((v // 100 for v in votes), reverse=True)[:24], "banzhaf"),
    ]
    rows = []
    for name, weights, index in cases:
        quota = -(-85 * sum(weights) // 100)
        ours = run(f"ours-{index}", weights, quota, 2)
        rows.append([name, index, "Comity", seconds(ours), "", ""])
        for peer in ("powerindex", "powerindices", "bdd", "coopgame"):
            if (peer == "coopgame" and len(weights) > 24) or (
                peer in ("bdd", "coopgame") and index != "banzhaf"
            ):
                continue
            told = run(f"{peer}-{index}", weights, quota)
            wrong = difference(told, ours)
            rows.append([name, index, peer, seconds(told), ratio(told, ours), wrong])
    print("\n### Smaller rules, 85 %\n")
    print(show(["rule", "index", "package", "time", "peer / ours", "largest difference"], rows), flush=True)


def growth(quick: bool, plot: Path | None) -> None:
    dice = random.Random(3)

    def drawn(n: int, total: int) -> list[int]:
        shape = [dice.lognormvariate(0, 1.7) for _ in range(n)]
        return [max(1, round(total * one / sum(shape))) for one in shape]

    members = [25, 50, 100, 200, 400] if not quick else [25, 100]
    totals = [10**4, 10**5, 10**6, 10**7, 5 * 10**7] if not quick else [10**4, 10**6]
    lines: dict[str, list[tuple[float, float]]] = {}
    rows = []
    for what, points in (
        ("members", [(n, drawn(n, 10**6)) for n in members]),
        ("weight", [(total, drawn(190, total)) for total in totals]),
    ):
        for size, weights in points:
            quota = -(-70 * sum(weights) // 100)
            cells = [f"{size:,} {what}"]
            for index in ("banzhaf", "shapley"):
                told = run(f"ours-{index}", weights, quota)
                cells.append(seconds(told))
                if not isinstance(told, str):
                    lines.setdefault(f"{index} {what}", []).append((size, told["processor"]))
            rows.append(cells)
    print("\n### Growth at 70 %: members with a total of 1 million; total weight with 190 members\n")
    print(show(["size", "Banzhaf", "Shapley-Shubik"], rows), flush=True)
    if plot:
        plot.write_text(drawing(lines), encoding="utf-8")


def drawing(lines: dict[str, list[tuple[float, float]]]) -> str:
    """Two panels, both axes in powers of ten: seconds against members and against total weight."""
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 320" role="img" '
        'font-family="sans-serif" font-size="12">',
        "<title>Processor seconds of Banzhaf and Shapley-Shubik power as rules grow</title>",
        '<rect width="720" height="320" fill="#fff"/>',
    ]
    for panel, (what, low, high) in enumerate((("members", 1.2, 2.8), ("weight", 3.8, 8.2))):
        left = 55 + 360 * panel

        def x(size: float, low: float = low, high: float = high, left: int = left) -> float:
            return left + 290 * (math.log10(size) - low) / (high - low)

        def y(time: float) -> float:
            return 265 - 230 * (math.log10(time) + 3) / 5

        for power in range(-3, 3):
            level = y(10.0**power)
            parts.append(f'<path d="M{left} {level:.1f}h290" stroke="#d5dae0"/>')
            parts.append(f'<text x="{left - 6}" y="{level + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
        title = "members (total weight 1 million)" if what == "members" else "total weight (190 members)"
        parts.append(f'<text x="{left + 145}" y="308" text-anchor="middle">{title}</text>')
        parts.append(f'<text x="{left - 45}" y="20">seconds</text>')
        for index, colour, name in (
            ("banzhaf", "#1565b5", "Banzhaf"),
            ("shapley", "#d1570a", "Shapley-Shubik"),
        ):
            points = lines.get(f"{index} {what}", [])
            if not points:
                continue
            path = " ".join(f"{x(size):.1f},{y(time):.1f}" for size, time in points)
            parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
            parts += [f'<circle cx="{x(s):.1f}" cy="{y(t):.1f}" r="3.5" fill="{colour}"/>' for s, t in points]
            size, time = points[-1]
            parts.append(
                f'<text x="{x(size) - 4:.1f}" y="{y(time) - 9:.1f}" text-anchor="end" fill="{colour}">{name}</text>'
            )
        for size, _ in lines.get(f"banzhaf {what}", []):
            parts.append(f'<text x="{x(size):.1f}" y="284" text-anchor="middle">{_short(size)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _short(size: float) -> str:
    """10 k, 5 M, or the number itself."""
    for unit, name in ((10**6, " M"), (10**4, " k")):
        if size >= unit:
            return f"{size / (unit if name == ' M' else 1000):g}{name}"
    return f"{size:g}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--plot", type=Path)
    chosen = parser.parse_args()
    council()
    fund(chosen.quick)
    if not chosen.quick:
        smaller()
    growth(chosen.quick, chosen.plot)


if __name__ == "__main__":
    main()
