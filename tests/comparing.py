"""Two consultations are the same when everything that a method or a page could read is."""

from __future__ import annotations

import numpy as np

from comity.record.consultation import Consultation


def assert_same(one: Consultation, other: Consultation) -> None:
    """Everything but where it came from; what mattered most to nobody and no mark at all are the same."""
    assert one.title == other.title
    assert one.question == other.question
    assert one.statements == other.statements
    assert one.participant_ids == other.participant_ids
    assert one.parties == other.parties
    assert one.party_of.tolist() == other.party_of.tolist()
    nowhere = ("",) * len(one.participant_ids)
    assert (one.published_group or nowhere) == (other.published_group or nowhere)
    for name in ("participant", "statement", "answer", "at"):
        assert np.array_equal(getattr(one.votes, name), getattr(other.votes, name)), name
    nothing = np.zeros(len(one.votes.answer), bool)
    mine = nothing if one.votes.matters is None else one.votes.matters
    theirs = nothing if other.votes.matters is None else other.votes.matters
    assert np.array_equal(mine, theirs)
