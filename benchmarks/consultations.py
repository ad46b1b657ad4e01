"""A table of votes as a whole consultation, as if it had been read from a file: what `findings_of` takes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from comity.engine.votes import VoteMatrix
from comity.record.consultation import NO_TIME, Consultation, Source, Statement, VoteColumns


def consultation_of(
    votes: VoteMatrix,
    participant_ids: Sequence[str] | None = None,
    statement_ids: Sequence[str] | None = None,
    rejected: npt.NDArray[np.bool_] | None = None,
) -> Consultation:
    """One question, these votes, and made-up texts; ids are numbers unless given. rejected: by moderators."""
    people = participant_ids or [str(number) for number in range(votes.n_participants)]
    texts = statement_ids or [str(number) for number in range(votes.n_statements)]
    left_out = np.zeros(votes.n_statements, bool) if rejected is None else rejected
    columns = VoteColumns(
        votes.participant, votes.statement, votes.answer, np.full(votes.n_votes, NO_TIME, np.int64)
    )
    return Consultation(
        title="benchmark",
        question="",
        statements=tuple(
            Statement(name, f"Statement {name}", moderation="rejected" if out else "accepted")
            for name, out in zip(texts, left_out, strict=True)
        ),
        participant_ids=tuple(people),
        votes=columns,
        source=Source("example", "a benchmark"),
    )
