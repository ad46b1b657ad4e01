"""The slate as published: right sides, right columns, the promise kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from comity.errors import Refused
from comity.findings.slate import Basis, RuleName
from comity.findings.slating import RULES, slate_findings
from comity.record.consultation import Consultation, Party, Promise, Source, Statement, VoteColumns

NOBODY = VoteColumns(
    np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.int8), np.zeros(0, np.int64)
)


def camps(copies: int = 6) -> Consultation:
    """Of eight statements the first four are for three quarters (party North), the others for one (South)."""
    n = 4 * copies
    rows, columns = np.meshgrid(np.arange(n), np.arange(8), indexing="ij")
    south = rows % 4 == 3
    answer = np.where((columns >= 4) == south, 1, -1).ravel()
    asked = ((rows + columns) % 5 != 0).ravel()
    votes = VoteColumns(
        rows.ravel()[asked].astype(np.int32),
        columns.ravel()[asked].astype(np.int32),
        answer[asked].astype(np.int8),
        np.zeros(int(asked.sum()), np.int64),
    )
    return Consultation(
        title="Camps",
        question="",
        statements=tuple(Statement(f"s{j}", f"Statement {j}") for j in range(8)),
        participant_ids=tuple(f"p{i}" for i in range(n)),
        votes=votes,
        source=Source("example", "an example"),
        parties=(Party("north", "North"), Party("south", "South")),
        party_of=(np.arange(n) % 4 == 3).astype(np.int32),
    )


@pytest.mark.parametrize("basis", ["expected", "observed"])
@pytest.mark.parametrize("rule", RULES)
def test_camps_have_places_by_their_size(rule: RuleName, basis: Basis) -> None:
    found = slate_findings(camps(), 4, rule, basis)
    chosen = [int(place.statement.statement_id[1:]) for place in found.places]
    assert sum(j < 4 for j in chosen) == 3
    assert found.checks[0].basis == basis
    assert found.checks[0].ejr_plus is None
    sides = {side.name: side for side in found.sides}
    assert (sides["North"].n_voted, sides["South"].n_voted) == (18, 6)
    assert sides["North"].mean_approved > sides["South"].mean_approved > 0.7


@pytest.mark.parametrize("basis", ["expected", "observed"])
def test_the_order_of_lines_does_not_matter(basis: Basis) -> None:
    one = camps()
    turn = np.random.default_rng(1).permutation(len(one.votes.answer))
    votes = one.votes
    other = replace(
        one,
        votes=VoteColumns(votes.participant[turn], votes.statement[turn], votes.answer[turn], votes.at[turn]),
    )
    assert slate_findings(other, 3, basis=basis) == slate_findings(one, 3, basis=basis)


def test_who_is_left_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slate for North alone leaves out all of South."""
    from comity.engine.opinion.slates.approvals import Slate
    from comity.findings import slating as module

    north_only = {"equal-shares": lambda approvals, size: Slate("equal shares", tuple(range(size)))}
    monkeypatch.setattr(module, "RULES", north_only)
    left = slate_findings(camps(), 4).checks[0].ejr_plus
    assert left is not None
    assert (left.size, left.share, left.deserves, left.has) == (6, 0.25, 1, 0)
    assert ("South", 6) in left.within
    assert "North" not in dict(left.within)
    assert left.statement.statement_id == "s4"


def test_small_sides_are_not_shown_where_that_was_promised() -> None:
    promised = replace(camps(), promise=Promise("parties", 10))
    assert "South" not in [side.name for side in slate_findings(promised, 4).sides]


def test_refusals() -> None:
    with pytest.raises(Refused, match="a slate of 9 statements cannot be chosen from 8"):
        slate_findings(camps(), 9)
    empty = replace(camps(), votes=NOBODY)
    for basis in ("expected", "observed"):
        with pytest.raises(Refused, match="nobody has voted yet"):
            slate_findings(empty, 2, basis=basis)
