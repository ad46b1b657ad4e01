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
