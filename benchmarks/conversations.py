"""The real conversations that the benchmarks run on: Polis exports and the server's own results, as arrays.

Read here with a few lines of their own, so that a benchmark measures the engine and nothing else. The data lie in
`../shared/data` beside the checkout, or where COMITY_SHARED_DATA says; they are never copied into the project.
"""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from comity.engine.votes import VoteMatrix, vote_matrix

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("COMITY_SHARED_DATA", ROOT.parent / "shared" / "data"))


@dataclass(frozen=True)
class Conversation:
    """One export. published_group: what Polis published, -1 for the unplaced; rejected: by its moderators."""

    name: str
    votes: VoteMatrix
    published_group: npt.NDArray[np.int64]
    rejected: npt.NDArray[np.bool_]

    def without_rejected(self) -> VoteMatrix:
        """The votes on statements that were not rejected; columns renumbered in their order."""
        kept = ~self.rejected
        number = np.cumsum(kept) - 1
        votes = self.votes
        on_kept = kept[votes.statement]
        return vote_matrix(
            votes.participant[on_kept],
            number[votes.statement[on_kept]],
            votes.answer[on_kept],
            votes.n_participants,
            int(kept.sum()),
        )


def exports() -> list[Conversation]:
    """Every Polis export at hand, by name; an empty folder is an error, not an empty benchmark."""
    folders = sorted(path.parent for path in (DATA / "polis").glob("*/participants-votes.csv"))
    if not folders:
        raise SystemExit(
            f"no Polis exports in {DATA / 'polis'}: set COMITY_SHARED_DATA to the folder of the data"
        )
    return [read_export(folder) for folder in folders]


def read_export(folder: Path) -> Conversation:
    """One export folder: the last vote of each pair from participants-votes.csv, moderation from comments.csv."""
    with (folder / "participants-votes.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *lines = csv.reader(file)
    columns = [place for place, name in enumerate(head) if name.isdigit()]
    cells = [
        (row, column, int(line[place]))
        for row, line in enumerate(lines)
        for column, place in enumerate(columns)
        if line[place] != ""
    ]
    group_place = head.index("group-id")
    group = np.array([int(line[group_place]) if line[group_place] else -1 for line in lines])
    with (folder / "comments.csv").open(encoding="utf-8-sig", newline="") as file:
        moderated = {row["comment-id"]: row["moderated"] for row in csv.DictReader(file)}
    rejected = np.array([moderated.get(head[place]) == "-1" for place in columns])
    participant, statement, answer = np.array(cells).T
    votes = vote_matrix(participant, statement, answer, len(lines), len(columns))
    return Conversation(folder.name, votes, group, rejected)
