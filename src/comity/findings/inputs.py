"""From a consultation to what the engine takes: one table of last votes over the statements that count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.engine.votes import VoteMatrix, vote_matrix
from comity.findings.parameters import Parameters
from comity.record.consultation import Consultation, Statement

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Inputs:
    """What is analysed. votes: rows as `Consultation.participant_ids`, columns as `statements`.

    statements: those that count, in order of submission. left_out: how many of what were left out, by reason.
    """

    votes: VoteMatrix
    statements: tuple[Statement, ...]
    left_out: dict[str, int]


def inputs(consultation: Consultation, parameters: Parameters) -> Inputs:
    """Leave out what moderators rejected (unless asked for) and keep the last vote of every pair."""
    counts = np.array(
        [parameters.include_rejected or s.moderation != "rejected" for s in consultation.statements],
        dtype=bool,
    )
    column = np.cumsum(counts) - 1
    events = consultation.votes
    kept = counts[events.statement] if len(counts) else np.zeros(0, bool)
    votes = vote_matrix(
        events.participant[kept],
        column[events.statement[kept]],
        events.answer[kept],
        len(consultation.participant_ids),
        int(counts.sum()),
    )
    left_out = {
        "statements that moderators rejected": int((~counts).sum()),
        "votes on statements that moderators rejected": int((~kept).sum()),
        "earlier votes that were changed later": int(kept.sum()) - votes.n_votes,
    }
    statements = tuple(s for s, counted in zip(consultation.statements, counts, strict=True) if counted)
    return Inputs(votes, statements, {reason: number for reason, number in left_out.items() if number})
