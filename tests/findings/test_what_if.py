"""Before and after a change: who gains, who loses, and what fair weights leave."""

from __future__ import annotations

import pytest

from comity.errors import Refused
from comity.exchange.rules import ready_made
from comity.exchange.what_if import change_from
from comity.findings.what_if import Gain, comparison


def compare(name: str, *changes: str) -> dict[str, Gain]:
    found = comparison(ready_made(name), [change_from(text) for text in changes])
    return {gain.name: gain for gain in found.gains}


def test_a_second_vote_gives_luxembourg_power() -> None:
    gains = compare("eec-council-1958", "set Luxembourg votes=2", "quota 13")
    assert gains["Luxembourg"] == Gain("Luxembourg", 0.111111, 0.0, 0.111111, 0.111111)
    assert next(iter(gains)) == "Luxembourg"


def test_who_joins_and_who_leaves_has_one_side_only() -> None:
    gains = compare("eec-council-1958", "add Denmark votes=2", "drop Luxembourg")
    assert gains["Denmark"].before is None
    assert gains["Luxembourg"].after is None
    assert sum(gain.after or 0 for gain in gains.values()) == pytest.approx(1, abs=1e-5)


def test_a_merger_is_compared_with_its_parts_together() -> None:
    gains = compare("eec-council-1958", "merge Belgium + Netherlands + Luxembourg as Benelux")
    assert "Belgium" not in gains
    assert gains["Benelux"].before == pytest.approx(2 / 7, abs=1e-5)


def test_fair_weights_say_what_is_left() -> None:
    found = comparison(ready_made("eu-council"), [change_from("fair population 62%")])
    assert found.fair is not None
    assert found.fair.error < 0.002
    shares = {gain.name: (gain.share, gain.after) for gain in found.gains}
    share, after = shares["Germany"]
    assert after == pytest.approx(share, abs=0.001)
    assert found.method is not None
    assert found.method.method_id == "fair-weights/1"


def test_fair_weights_need_a_capacity_and_a_share() -> None:
    with pytest.raises(Refused, match=r"no party has 'steel'; the capacities of .* are: parties, population"):
        compare("eu-council", "fair steel 60%")
    with pytest.raises(Refused, match=r"say which share fair weights need"):
        compare("eu-council", "fair population")
