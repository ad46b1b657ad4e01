"""A consultation as it stands: one question, its parties, its statements, and every vote as columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt

Moderation = Literal["accepted", "pending", "rejected"]
NO_TIME = np.iinfo(np.int64).min
"""In `VoteColumns.at`: the time of this vote is not known."""


@dataclass(frozen=True)
class Statement:
    """A short text that participants vote on, as it was written.

    language: BCP 47 tag, None where nobody said. submitted_at: milliseconds since 1970 UTC, None unknown.
    is_meta: about the consultation itself rather than its question (a mark that Polis' moderators set).
    """

    statement_id: str
    text: str
    language: str | None = None
    moderation: Moderation = "accepted"
    author_id: str | None = None
    submitted_at: int | None = None
    is_seed: bool = False
    is_meta: bool = False


@dataclass(frozen=True)
class Party:
    """A side with standing. Capacities (population, income, ...) count only where a rule names them."""

    party_id: str
    name: str
    bloc: str | None = None
    capacities: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, eq=False)
class VoteColumns:
    """Every vote ever cast, revotes included, in the order in which they count (a later one replaces an earlier).

    participant, statement: int32, shape (n_events,), index into `Consultation.participant_ids` and `.statements`.
    answer: int8, agree 1, pass 0, disagree -1. at: int64, milliseconds since 1970 UTC, or NO_TIME. matters: the
    participant said "this matters most to us"; None where nobody could. A vote that was withdrawn is not here.
    """

    participant: npt.NDArray[np.int32]
    statement: npt.NDArray[np.int32]
    answer: npt.NDArray[np.int8]
    at: npt.NDArray[np.int64]
    matters: npt.NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class SourceFile:
    """One file that was read, so that a stranger can tell whether he or she holds the same one."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Source:
    """Where a consultation came from.

    kind: "polis-export", "polis-api", "plain-table", "unga", "record" or "example". description: the kind in
    words, with its article ("a Polis export"). notes: sentences on how the files were read that a reader should
    know (a file or a column that was not used, a sign that was turned round). options: what the reader of the files
    was told, option and value ("session", "71"): without them the same files give another consultation.
    """

    kind: str
    description: str
    files: tuple[SourceFile, ...] = ()
    notes: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class RecordHead:
    """Which record, and how much of it: so that a published number says what it was computed from.

    root: the RFC 9162 tree hash over the first `size` entries, hexadecimal.
    """

    origin: str
    size: int
    root: str


Visibility = Literal["names", "pseudonyms", "parties"]


@dataclass(frozen=True)
class Promise:
    """What was promised, before anybody voted, about showing who voted what; it never changes.

    visibility: 'names' (every vote with the name of who cast it), 'pseudonyms' (every vote, without the name),
    'parties' (no single vote, only sums by party and by group). floor: where single votes are not shown, a
    side with fewer participants than this is not broken out.
    """

    visibility: Visibility = "pseudonyms"
    floor: int = 5

    @property
    def shows_single_votes(self) -> bool:
        return self.visibility != "parties"


@dataclass(frozen=True)
class Skipped:
    """A line that could not be used, kept so that nothing is dropped in silence.

    line: 1 is the header; in a file without lines (JSON, Parquet) the number of the item or row, from 1.
    """

    file: str
    line: int
    reason: str


@dataclass(frozen=True, eq=False)
class Consultation:
    """One question put to a set of parties, and everything that was answered.

    statements: in order of submission. participant_ids: in order of their first vote, or by number where the
    source numbered them. party_of: int32, shape
    (n_participants,), index into parties, -1 for a participant who speaks for no party. published_group: the
    group that another system published for each participant, None or '' where there is none; kept for
    comparison and never used by a method. joined_at: int64, shape (n_participants,), milliseconds since 1970 UTC or
    NO_TIME; None where nobody noted it. skipped: lines that could not be used. head, promise: where it came
    from a record, which one, and what was promised about showing votes; None for an imported file.
    """

    title: str
    question: str
    statements: tuple[Statement, ...]
    participant_ids: tuple[str, ...]
    votes: VoteColumns
    source: Source
    parties: tuple[Party, ...] = ()
    party_of: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    published_group: tuple[str, ...] | None = None
    joined_at: npt.NDArray[np.int64] | None = None
    skipped: tuple[Skipped, ...] = ()
    head: RecordHead | None = None
    promise: Promise | None = None
