"""Findings on packages as they are computed: what is told meanwhile, and how often each question is asked."""

from __future__ import annotations

import pytest

from comity.engine.bargaining import agreements, large
from comity.exchange.negotiation import EXAMPLE, negotiation_from_toml
from comity.findings.package_findings import N_STEPS, package_findings


def test_every_step_is_told() -> None:
    told: list[str] = []
    package_findings(negotiation_from_toml(EXAMPLE.encode(), "lira.toml"), progress=told.append)
    assert len(told) == len(set(told)) == N_STEPS


def test_a_large_solution_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    solve = large.largest_product

    def counted(space, unit, seconds):  # type: ignore[no-untyped-def]
        asked.append(seconds)
        return solve(space, unit, seconds)

    monkeypatch.setattr(agreements, "largest_product", counted)
    monkeypatch.setattr(agreements.Agreements, "listed", None)
    monkeypatch.setattr(agreements.Agreements, "exact_frontier", None)
    monkeypatch.setattr(agreements.Agreements, "candidates", None)
    negotiation = negotiation_from_toml(EXAMPLE.replace("[40, 80]", "60").encode(), "lira.toml")
    package_findings(negotiation, seconds=5.0, lotteries=True)
    # once for the package itself, twice for the ends of the one ranking
    assert len(asked) == 3


def test_a_draft_that_another_package_beats_for_everybody_is_not_in_the_core() -> None:
    """Raiffa's kind of table: (5, 3) is on the table, (7, 7) is possible, and only both together can take it."""
    text = """
title = "Water"
[[issue]]
name = "water"
options = ["all year", "dry months"]
[[issue]]
name = "fund"
options = ["small", "large"]
[[party]]
name = "A"
no_agreement = 0
[party.points]
water = { "all year" = 7, "dry months" = 2 }
fund = { small = 3, large = 0 }
[[party]]
name = "B"
no_agreement = 0
[party.points]
water = { "all year" = 1, "dry months" = 2 }
fund = { small = 1, large = 6 }
"""
    negotiation = negotiation_from_toml(text.encode(), "water.toml")
    found = package_findings(negotiation, draft=("dry months", "small")).coalitions
    assert found is not None
    assert found.in_core is False
    assert [(one.members, one.package, one.gain) for one in found.leaving] == [
        ((0, 1), ("all year", "large"), (2.0, 4.0))
    ]
    agreed = package_findings(negotiation).coalitions
    assert agreed is not None
    assert agreed.in_core
