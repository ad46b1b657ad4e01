"""`comity ideal-points` as it is called: real roll calls beside the published ideal points, and refusals."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from comity.cli.ideal_points import ideal_points
from comity.errors import Refused


def test_near_the_published_ideal_points(shared_data: Callable[[str], Path], tmp_path: Path) -> None:
    out = tmp_path / "points.csv"
    ideal_points(shared_data("unga"), format="csv", out=str(out))
    with out.open(encoding="utf-8") as lines:
        ours = {
            (line["party"], line["session"]): float(line["ideal_point"]) for line in csv.DictReader(lines)
        }
    with (shared_data("unga") / "ideal_points_even_sessions.csv").open(encoding="utf-8") as lines:
        theirs = list(csv.DictReader(lines))
    pairs = {s: [] for s in {line["session"] for line in theirs}}  # type: dict[str, list[tuple[float, float]]]
    for line in theirs:
        pairs[line["session"]].append((ours[line["country"], line["session"]], float(line["ideal_point"])))
    ranks = {int(s): float(spearmanr(both)[0]) for s, both in pairs.items()}
    everything = np.array([pair for both in pairs.values() for pair in both])
    assert np.median(list(ranks.values())) >= 0.99
    assert min(rank for session, rank in ranks.items() if session >= 5) >= 0.92
    assert np.corrcoef(everything.T)[0, 1] >= 0.97


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        ideal_points(tmp_path / "nothing")
    assert refused.value.code == "missing-file"
