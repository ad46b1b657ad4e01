"""Published ideal points: polarisation and distance against draws, the three forms, what is refused."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

from comity.errors import Refused
from comity.findings.ideal_points import ideal_point_findings
from comity.record.consultation import Party, Source
from comity.record.roll_calls import RollCalls
from comity.report.ideal_points import COLUMNS, ideal_points_csv, ideal_points_json, ideal_points_page
from tests.engine.opinion.dynamic.simulated import assembly


def calls(n_parties: int = 12) -> RollCalls:
    _, votes, session = assembly(1, n_parties, 3, 12, 0.2)
    n = len(session)
    return RollCalls(
        "Assembly",
        tuple(Party(f"p{k:02}", f"Party <{k}>") for k in range(n_parties)),
        tuple(map(str, range(n))),
        ("",) * n,
        (session + 5).astype(np.int32),
        np.zeros(n, np.int64),
        ((),) * n,
        votes.participant,
        votes.statement,
        votes.answer,
        Source("unga", ""),
    )


def test_polarisation_and_distance_agree_with_draws() -> None:
    found = ideal_point_findings(calls())
    dice = np.random.default_rng(0)
    drawn = dice.multivariate_normal(found.fit.mean[1], found.fit.covariance[1], 40_000)
    spread = drawn.std(axis=1)
    one = found.polarisation[1]
    assert one.session == 6
    assert one.value.value == pytest.approx(np.sqrt((spread**2).mean()), abs=0.01)
    assert one.value.low == pytest.approx(np.quantile(spread, 0.05), abs=0.03)
    assert one.value.high == pytest.approx(np.quantile(spread, 0.95), abs=0.03)
    gap = drawn[:, 0] - drawn[:, 7]
    session, at = found.distance(0, 7).sessions[1]
    assert session == 6
    assert at.value == pytest.approx(abs(gap.mean()), abs=0.02)
    assert at.high - at.value == pytest.approx(1.645 * gap.std(), abs=0.03)


def test_the_three_forms_say_the_same() -> None:
    found = ideal_point_findings(calls(), positive="P03")
    lines = list(csv.DictReader(io.StringIO(ideal_points_csv(found))))
    assert tuple(lines[0]) == COLUMNS
    assert len(lines) == 36
    data = json.loads(ideal_points_json(found, [found.distance(0, 1)]))
    assert [float(line["ideal_point"]) for line in lines] == [p["ideal_point"] for p in data["ideal_points"]]
    page = ideal_points_page(found)
    assert "Party &lt;3&gt;" in page
    assert "Party <3>" not in page


def test_what_cannot_be_placed_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        ideal_point_findings(calls(2))
    assert refused.value.code == "too-few-parties"
    with pytest.raises(Refused) as refused:
        ideal_point_findings(calls(), positive="Atlantis")
    assert refused.value.code == "unknown-party"
