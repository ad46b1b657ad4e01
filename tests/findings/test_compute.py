"""Findings of whole consultations: what holds whatever the order, the names and the direction; and the edges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from comity.engine.methods import METHODS
from comity.engine.opinion.groups import adjusted_rand_index
from comity.exchange.reading import consultation_in
from comity.findings.compute import findings_of
from comity.findings.findings import Findings
from comity.findings.parameters import Parameters
from comity.record.consultation import NO_TIME, Consultation, Party, Promise, Source, Statement, VoteColumns


def consultation(rows: Any, columns: Any, answers: Any, n: int, m: int, **others: Any) -> Consultation:
    votes = VoteColumns(
        np.asarray(rows, np.int32),
        np.asarray(columns, np.int32),
        np.asarray(answers, np.int8),
        np.full(len(rows), NO_TIME),
    )
    statements = tuple(Statement(f"s{j}", f"Statement {j}") for j in range(m))
    return Consultation(
        "Title",
        "Question?",
        statements,
        tuple(f"p{i}" for i in range(n)),
        votes,
        Source("example", "drawn"),
        **others,
    )


def two_camps(seed: int = 0, n: int = 120, m: int = 24) -> Consultation:
    """Two camps that agree on the first four statements and disagree on the rest; three parties across them."""
    rng = np.random.default_rng(seed)
    camp = np.arange(n) % 2
    chance = np.where(camp[:, None] == 0, 0.9, 0.1) * np.ones((n, m))
    chance[:, :4] = 0.93
    seen = rng.random((n, m)) < 0.7
    row, column = np.nonzero(seen)
    answer = np.where(rng.random(len(row)) < chance[row, column], 1, -1)
    answer[rng.random(len(row)) < 0.05] = 0
    parties = (Party("a", "Alder"), Party("b", "Birch"), Party("c", "Cedar"), Party("d", "Dogwood"))
    party_of = (np.arange(n) % 3).astype(np.int32)
    return consultation(row, column, answer, n, m, parties=parties, party_of=party_of)


def shuffled(given: Consultation, seed: int) -> Consultation:
    """The same consultation with its participants, statements and lines in another order, under other names."""
    rng = np.random.default_rng(seed)
    n, m = len(given.participant_ids), len(given.statements)
    rows, columns, lines = rng.permutation(n), rng.permutation(m), rng.permutation(len(given.votes.answer))
    votes = given.votes
    party_of = np.empty(n, np.int32)
    party_of[rows] = given.party_of
    return replace(
        given,
        statements=tuple(given.statements[j] for j in np.argsort(columns)),
        participant_ids=tuple(f"q{i}" for i in range(n)),
        party_of=party_of,
        votes=VoteColumns(
            rows[votes.participant[lines]].astype(np.int32),
            columns[votes.statement[lines]].astype(np.int32),
            votes.answer[lines],
            votes.at[lines],
        ),
    )


def published(found: Findings) -> dict[str, Any]:
    """All numbers, by names that a shuffle keeps."""
    return {
        "statements": {s.statement.text: replace(s, position=None) for s in found.statements},
        "directions": {s.statement.text: s.position for s in found.statements},
        "ground": {c.statement_id: c for c in found.common_ground},
        "reserved": {r.statement_id: r for r in found.reserved_differences},
        "places": sorted(
            (p.position, p.spread, p.group or "", p.membership, p.party_id or "")
            for p in found.opinion_map.points
        ),
        "sides": found.sides,
        "quality": found.quality,
        "groups": found.groups,
    }


@pytest.mark.parametrize("method", ["spatial", "classic"])
def test_order_and_names_change_nothing(method: Any) -> None:
    given = two_camps()
    before = published(findings_of(given, Parameters(method=method)))
    after = published(findings_of(shuffled(given, 1), Parameters(method=method)))
    for name in before:
        assert before[name] == after[name], name


def test_running_twice_changes_nothing() -> None:
    assert findings_of(two_camps()) == findings_of(two_camps())


def test_exchanging_agree_and_disagree_mirrors_every_number() -> None:
    given = two_camps()
    mirrored = replace(given, votes=replace(given.votes, answer=-given.votes.answer))
    before, after = findings_of(given), findings_of(mirrored)
    assert published(before)["places"] == published(after)["places"]
    for one, other in zip(before.statements, after.statements, strict=True):
        assert (one.agree, one.disagree) == (other.disagree, other.agree)
        for side, mirror in zip(one.supports, other.supports, strict=True):
            assert (side.agree, side.corrected_agree) == (mirror.disagree, mirror.corrected_disagree)
    turned = {"support": "reject", "reject": "support"}
    named = {(c.statement_id, c.certainty, c.direction) for c in before.common_ground if c.named}
    assert named == {
        (c.statement_id, c.certainty, turned[c.direction]) for c in after.common_ground if c.named
    }
    apart = {(r.statement_id, r.certainty, r.gap) for r in before.reserved_differences}
    assert apart == {(r.statement_id, r.certainty, r.gap) for r in after.reserved_differences}


def test_two_camps_with_common_ground() -> None:
    found = findings_of(two_camps())
    assert found.quality.n_groups == 2
    assert [side.side_id for side in found.sides] == ["group:A", "group:B", "party:a", "party:b", "party:c"]
    named = {c.statement_id for c in found.common_ground if c.named}
    assert named
    assert named <= {"s0", "s1", "s2", "s3"}
    contrary = {r.statement_id for r in found.reserved_differences if r.named and r.kind == "contrary"}
    assert len(contrary) >= 15
    assert not contrary & {"s0", "s1", "s2", "s3"}
    for row in found.common_ground:
        assert row.named == (row.certainty >= 0.95)
        assert len(row.side_certainty) == 5


def test_a_rejected_statement_is_left_out_and_counted_unless_asked_for() -> None:
    given = two_camps()
    rejected = replace(
        given, statements=(replace(given.statements[0], moderation="rejected"), *given.statements[1:])
    )
    found = findings_of(rejected)
    assert found.n_statements == 23
    assert found.n_left_out["statements that moderators rejected"] == 1
    assert findings_of(rejected, Parameters(include_rejected=True)).n_statements == 24


def test_the_last_vote_counts_and_earlier_ones_are_reported() -> None:
    found = findings_of(consultation([0, 0], [0, 0], [1, -1], 1, 1))
    assert (found.statements[0].tally.agreed, found.statements[0].tally.disagreed) == (0, 1)
    assert found.n_left_out == {"earlier votes that were changed later": 1}


def test_every_finding_names_a_method_that_is_registered() -> None:
    for method in ("spatial", "classic"):
        for finding in findings_of(two_camps(), Parameters(method=method)).methods.values():
            assert finding.method_id in METHODS


def test_a_promise_of_sums_only_hides_single_places_and_small_sides() -> None:
    given = two_camps()
    party_of = given.party_of.copy()
    party_of[:4] = 3
    private = replace(given, party_of=party_of, promise=Promise("parties", 5))
    found = findings_of(private)
    assert found.opinion_map.points == ()
    assert "party:d" not in {side.side_id for side in found.sides}
    assert any("too small" in warning for warning in found.warnings)


def test_states_in_an_assembly_are_not_sides_of_one() -> None:
    given = two_camps()
    states = tuple(Party(f"x{i}", f"State {i}") for i in range(120))
    found = findings_of(replace(given, parties=states, party_of=np.arange(120, dtype=np.int32)))
    assert {side.kind for side in found.sides} == {"group"}


def test_blocs_of_states_are_sides_and_their_members_their_position() -> None:
    given = two_camps()
    blocs = ["north"] * 3 + ["south"] * 4 + [None] * (len(given.participant_ids) - 7)
    parties = tuple(Party(name, name, bloc) for name, bloc in zip(given.participant_ids, blocs, strict=True))
    found = findings_of(replace(given, parties=parties, party_of=np.arange(len(parties), dtype=np.int32)))
    sides = {side.side_id: side for side in found.sides if side.kind == "bloc"}
    assert {side_id: side.size for side_id, side in sides.items()} == {"bloc:north": 3, "bloc:south": 4}
    assert all(side.is_delegation for side in sides.values())
    assert {"bloc:north", "bloc:south"} <= {side for side, _ in found.common_ground[0].side_certainty}
    alone = tuple(replace(party, bloc="all") for party in parties)
    one = findings_of(replace(given, parties=alone, party_of=np.arange(len(parties), dtype=np.int32)))
    assert not [side for side in one.sides if side.kind == "bloc"]


def test_a_small_party_is_a_delegation() -> None:
    given = two_camps()
    party_of = given.party_of.copy()
    party_of[:2] = 3
    found = findings_of(replace(given, party_of=party_of))
    assert [side.is_delegation for side in found.sides if side.side_id == "party:d"] == [True]


def test_a_spectrum_has_two_ends() -> None:
    rng = np.random.default_rng(3)
    position = rng.standard_normal(300)
    chance = expit(np.outer(position, 2 * rng.standard_normal(40)))
    row, column = np.nonzero(rng.random(chance.shape) < 0.6)
    answer = np.where(rng.random(len(row)) < chance[row, column], 1, -1)
    found = findings_of(consultation(row, column, answer, 300, 40))
    assert found.quality.n_groups == 1
    assert [side.side_id for side in found.sides] == ["group:A", "end:1", "end:2"]
    assert all(end.representative for end in found.ends)


@pytest.mark.parametrize("method", ["spatial", "classic"])
@pytest.mark.parametrize(
    ("rows", "columns", "answers", "n", "m"),
    [
        ([], [], [], 0, 0),
        ([], [], [], 2, 3),
        ([0], [0], [1], 1, 1),
        ([0, 0, 0], [0, 1, 2], [1, -1, 0], 1, 3),
        (range(30), [0] * 30, [1, -1] * 15, 30, 1),
        (np.repeat(range(20), 8), list(range(8)) * 20, [1] * 160, 20, 8),
        (np.repeat(range(20), 8), list(range(8)) * 20, [-1] * 160, 20, 8),
        (np.repeat(range(20), 8), list(range(8)) * 20, [0] * 160, 20, 8),
    ],
    ids=[
        "nothing",
        "no votes",
        "one vote",
        "one participant",
        "one statement",
        "all agree",
        "nobody agrees",
        "all pass",
    ],
)
def test_small_consultations_have_findings(
    method: Any, rows: Any, columns: Any, answers: Any, n: int, m: int
) -> None:
    found = findings_of(consultation(rows, columns, answers, n, m), Parameters(method=method))
    assert found.n_votes == len(answers)
    assert method == "classic" or found.quality.n_groups <= 1
    assert found.quality.why_groups
    for statement in found.statements:
        assert 0 <= statement.agree.low <= statement.agree.value <= statement.agree.high <= 1
    if n == 0:
        assert found.warnings


def test_everybody_agrees_is_common_ground() -> None:
    found = findings_of(consultation(np.repeat(range(20), 8), list(range(8)) * 20, [1] * 160, 20, 8))
    assert all(row.named and row.direction == "support" for row in found.common_ground)


@pytest.mark.parametrize("name", ["brexit-consensus", "scoop-hivemind.taxes"])
def test_a_real_conversation_shuffled_gives_the_same_findings(
    name: str, shared_data: Callable[[str], Path]
) -> None:
    folder = shared_data(f"polis/{name}")
    given = consultation_in({path.name: path.read_bytes() for path in folder.iterdir()}, name)
    seen: dict[tuple[int, int], int] = {}
    for place, pair in enumerate(
        zip(given.votes.participant.tolist(), given.votes.statement.tolist(), strict=True)
    ):
        seen[pair] = place
    last = np.array(sorted(seen.values()))
    votes = VoteColumns(
        *(getattr(given.votes, column)[last] for column in ("participant", "statement", "answer", "at"))
    )
    given = replace(given, votes=votes, party_of=np.full(len(given.participant_ids), -1, np.int32))
    before, after = published(findings_of(given)), published(findings_of(shuffled(given, 5)))
    for part in ("places", "sides", "quality"):
        assert before[part] == after[part]


@pytest.mark.parametrize(
    ("name", "least"),
    [("15-per-hour-seattle", 0.8), ("canadian-electoral-reform", 0.9), ("vtaiwan.uberx", 0.75)],
)
def test_the_classic_method_finds_the_groups_that_polis_published(
    name: str, least: float, shared_data: Callable[[str], Path]
) -> None:
    """At the published number of groups; Polis' own groups carry history, so they cannot be met exactly."""
    given = consultation_in(
        {path.name: path.read_bytes() for path in shared_data(f"polis/{name}").iterdir()}, name
    )
    published_group = dict(zip(given.participant_ids, given.published_group or (), strict=True))
    found = findings_of(given, Parameters(method="classic", group_count=2))
    pairs = [
        (point.group or "", published_group[point.participant_id])
        for point in found.opinion_map.points
        if published_group[point.participant_id]
    ]
    ours, theirs = (np.unique(labels, return_inverse=True)[1] for labels in zip(*pairs, strict=True))
    assert adjusted_rand_index(ours, theirs) >= least
