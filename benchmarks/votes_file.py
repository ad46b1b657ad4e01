"""Votes on their way to another process: one file of plain arrays, readable with numpy alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from comity.engine.votes import VoteMatrix, vote_matrix


def save(path: Path, votes: VoteMatrix, moderated_out: npt.NDArray[np.bool_] | None = None) -> Path:
    blank = np.zeros(votes.n_statements, bool) if moderated_out is None else moderated_out
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        path,
        participant=votes.participant,
        statement=votes.statement,
        answer=votes.answer,
        shape=np.array([votes.n_participants, votes.n_statements]),
        moderated_out=blank,
    )
    return path


def load(path: Path) -> tuple[VoteMatrix, npt.NDArray[np.bool_]]:
    with np.load(path) as file:
        rows, columns = (int(size) for size in file["shape"])
        votes = vote_matrix(file["participant"], file["statement"], file["answer"], rows, columns)
        return votes, file["moderated_out"]
