"""The audit as published: the same findings as the report, the right names, the promise kept."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from comity.findings.audit import Audit
from comity.findings.auditing import audit_of
from comity.findings.compute import findings_of
from comity.record.consultation import NO_TIME, Consultation, Party, Promise, Source, Statement, VoteColumns
from comity.rehearsal.example import example_consultation
from tests.findings.test_slating import NOBODY, camps

HOUR = 3_600_000


@lru_cache(maxsize=1)
def river() -> tuple[Consultation, Audit]:
    consultation = example_consultation()
    return consultation, audit_of(consultation)


def council(copies: int = 0) -> Consultation:
    """Two parties of a bloc and a third that disagrees on s0; ballots of the third come late; ana writes."""
    dice = np.random.default_rng(1)
    n, m = 60 + copies, 30
    party = np.array([i % 3 for i in range(60)] + [0] * copies)
    table = np.where(dice.random((n, m)) < dice.uniform(0.3, 0.8, m), 1, -1)
    table[:, 1] = 1
    table[:, 0] = np.where(party == 2, -1, 1)
    table[60:] = table[5]
    row, column = np.indices((n, m))
    at = dice.integers(0, 500 * HOUR, n)
    at[60:] = at[7] + np.arange(copies) * 60_000
    at[party == 2] += 600 * HOUR
    order = np.argsort(np.repeat(at, m), kind="stable")
    votes = VoteColumns(
        row.ravel()[order].astype(np.int32),
        column.ravel()[order].astype(np.int32),
        table.ravel()[order].astype(np.int8),
        np.repeat(at, m)[order].astype(np.int64),
    )
    return Consultation(
        title="Council",
        question="",
        statements=tuple(
            Statement(
                f"s{j}",
                f"Words of statement {j}",
                "fr" if j else "en",
                author_id=f"p{j % 4}" if j < 8 else None,
            )
            for j in range(m)
        ),
        participant_ids=tuple(f"p{i}" for i in range(n)),
        votes=votes,
        source=Source("example", "an example"),
        parties=(
            Party("a", "Aland", "North"),
            Party("b", "Bland", "North"),
            Party("c", "Cland"),
            Party("d", "Dland"),
        ),
        party_of=party.astype(np.int32),
    )


def test_the_audited_findings_are_those_of_the_report() -> None:
    consultation, audit = river()
    findings = findings_of(consultation)
    common = [
        (found.statement_id, found.direction, found.certainty)
        for found in findings.common_ground
        if found.named
    ]
    apart = {
        found.statement_id: (found.kind, found.certainty)
        for found in findings.reserved_differences
        if found.named
    }
    audited = [(result.statement.statement_id, result.kind, result.certainty) for result in audit.results]
    assert audited[: len(common)] == common
    assert {one: (kind, sure) for one, kind, sure in audited[len(common) :]} == apart
    assert len(audit.without) == 7 + 3
    assert [account.participants for account in audit.accounts] == [62, 18, 71, 34, 24, 27, 4]


def test_what_a_party_put_in() -> None:
    audit = audit_of(council())
    aland, bland, cland, _ = audit.accounts
    assert (aland.participants, aland.votes, aland.statements, cland.statements) == (20, 600, 4, 2)
    assert aland.languages == (("fr", 3), ("en", 1))
    assert aland.word_share == 0.5
    assert (aland.shared, bland.shared) == (0, 1)  # p1 wrote s1
    assert cland.first is not None
    assert cland.first >= 600 * HOUR
    assert cland.before == pytest.approx(2 / 3, abs=0.01)
    assert audit.unheard == ("Dland",)
    assert audit.joining == "first-vote"


def test_who_alone_stands_against_a_statement_is_named() -> None:
    audit = audit_of(council())
    (against,) = [result for result in audit.results if result.statement.statement_id == "s0"]
    assert against.kind == "contrary"
    assert "Cland" in against.ended_by
    gained = {unit.name: unit.common_gained for unit in audit.without}
    assert "s0" in gained["Cland"]
    assert "s0" not in gained["Aland"]
    assert [unit.kind for unit in audit.without] == ["party", "party", "party", "bloc"]


def test_ballots_that_are_alike_are_named_and_thought_away_but_not_removed() -> None:
    audit = audit_of(council(copies=6))
    (group,) = audit.coordinated.groups
    assert set(group.participants) == {"p5", *(f"p{i}" for i in range(60, 66))}
    assert group.same == group.both > group.expected
    assert group.near is not None
    assert group.near <= 60_000
    assert audit.n_voted == 66
    assert audit.accounts[0].participants == 26
    assert [unit.participants for unit in audit.without if unit.kind == "alike"] == [7]


def test_single_ballots_are_not_shown_where_that_was_promised() -> None:
    promised = replace(council(copies=6), promise=Promise("parties", 5))
    (group,) = audit_of(promised).coordinated.groups
    assert group.participants == ()
    hidden = audit_of(replace(promised, promise=Promise("parties", 21)))
    assert hidden.hidden == 2
    assert [account.name for account in hidden.accounts] == ["Aland", "Dland"]
    assert (hidden.coordinated.groups, hidden.coordinated.hidden) == ((), 1)
    assert all(not result.change.who for result in hidden.results)


def test_groups_stand_in_where_there_are_no_parties_and_what_is_unknown_is_said() -> None:
    one = council()
    nameless = replace(
        one,
        parties=(),
        party_of=np.zeros(0, np.int32),
        statements=tuple(replace(s, author_id=None) for s in one.statements),
        votes=replace(one.votes, at=np.full(len(one.votes.at), NO_TIME)),
    )
    audit = audit_of(nameless)
    assert audit.basis in ("groups", "ends", "nobody")
    assert audit.joining == "unknown"
    assert not audit.coordinated.by_time
    assert len(audit.unknown) == 3
    assert all(account.statements is None and account.first is None for account in audit.accounts)


def test_missing_parties_are_named_beside_the_result() -> None:
    one = council()
    votes = one.votes
    keep = ~((votes.statement == 1) & (one.party_of[votes.participant] == 2) & (votes.participant > 8))
    fewer = replace(
        one,
        votes=VoteColumns(votes.participant[keep], votes.statement[keep], votes.answer[keep], votes.at[keep]),
    )
    audit = audit_of(replace(fewer, statements=fewer.statements))
    assert audit.needed == 5
    thin = {result.statement.statement_id: result.thin for result in audit.results}
    assert thin.get("s1", (("Cland", 3),)) == (("Cland", 3),)


def test_the_order_of_lines_does_not_matter() -> None:
    one = council(copies=3)
    turn = np.random.default_rng(1).permutation(len(one.votes.answer))
    votes = one.votes
    other = replace(
        one,
        votes=VoteColumns(votes.participant[turn], votes.statement[turn], votes.answer[turn], votes.at[turn]),
    )
    assert audit_of(other) == audit_of(one)


def test_nobody_voted_and_two_camps() -> None:
    empty = audit_of(replace(camps(), votes=NOBODY))
    assert (empty.results, empty.coordinated.groups) == ((), ())
    assert audit_of(camps()).basis == "parties"
