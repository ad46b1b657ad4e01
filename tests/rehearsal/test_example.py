"""The example is the same for the same seed, believable, and has what a report should find."""

from __future__ import annotations

import numpy as np

from comity.engine.votes import vote_matrix
from comity.exchange.reading import consultation_in
from comity.exchange.table import written
from comity.record.consultation import Consultation
from comity.rehearsal.example import example_consultation
from comity.rehearsal.river import APART, PARTIES, STATEMENTS


def dense(consultation: Consultation) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    votes = consultation.votes
    n_participants, n_statements = len(consultation.participant_ids), len(consultation.statements)
    matrix = vote_matrix(votes.participant, votes.statement, votes.answer, n_participants, n_statements)
    return matrix.dense()


def test_the_same_seed_gives_the_same_votes_and_another_seed_others() -> None:
    one, again, other = example_consultation(1), example_consultation(1), example_consultation(2)
    assert written(one) == written(again)
    assert written(one)["votes.csv"] != written(other)["votes.csv"]


def test_what_is_written_is_read_again() -> None:
    example = example_consultation()
    read = consultation_in(written(example), "x")
    for name in ("title", "question", "statements", "participant_ids", "parties", "skipped"):
        assert getattr(read, name) == getattr(example, name)
    assert read.party_of.tolist() == example.party_of.tolist()
    assert read.votes.at.tolist() == example.votes.at.tolist()
    assert np.array_equal(dense(read), dense(example), equal_nan=True)


def test_texts_are_short_whole_and_in_six_languages() -> None:
    texts = [statement.text for statement in STATEMENTS]
    assert len(set(texts)) == len(texts)
    assert max(map(len, texts)) <= 280
    assert all(text[-1] in ".。" or "ask us" in text for text in texts)
    assert {statement.language for statement in STATEMENTS} == {"en", "fr", "es", "ar", "zh", "ru"}
    assert {text for _, text in APART} <= set(texts)
    assert [statement.moderation for statement in STATEMENTS].count("rejected") == 1


def test_parties_are_unequal_and_one_is_very_small() -> None:
    example = example_consultation()
    assert np.bincount(example.party_of).tolist() == [party.participants for party in PARTIES]
    assert len({party.bloc for party in example.parties}) == 3
    assert all(len(party.capacities) == 3 for party in example.parties)
    assert min(party.participants for party in PARTIES) == 4


def test_there_is_common_ground_and_difference_and_votes_are_missing_passed_and_cast_again() -> None:
    example = example_consultation()
    table = dense(example)
    assert 0.2 < np.isnan(table).mean() < 0.5
    assert 0.05 < (table[~np.isnan(table)] == 0).mean() < 0.2
    assert len(example.votes.answer) > (~np.isnan(table)).sum()
    few = (~np.isnan(table)).sum(axis=1) < 7
    assert 3 <= few.sum() <= 30
    kept = table[:, [statement.moderation == "accepted" for statement in example.statements]]
    sides = [kept[example.party_of == side] for side in range(6)]
    share = np.array([(side == 1).sum(axis=0) / (~np.isnan(side)).sum(axis=0) for side in sides])
    assert (share > 0.7).all(axis=0).sum() >= 7
    assert ((share.max(axis=0) > 0.6) & (share.min(axis=0) < 0.35)).sum() >= 8
