"""A consultation as it stands after some entries: what admission asks, and what pages show.

Only `record.fold` changes a `State`; everybody else reads it. Votes are columns, never objects; whatever is
asked for every page (a person's own answers, a statement's tally, who is invited) is kept up to date entry by
entry. Texts are not here: a statement carries its text's hash, and the store holds the text beside the record.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from comity.record.bargain import Bargain
from comity.record.consultation import (
    NO_TIME,
    Consultation,
    Moderation,
    Party,
    RecordHead,
    Source,
    Statement,
    VoteColumns,
)
from comity.record.entries import (
    SITE,
    Decision,
    DeclineReason,
    Opening,
    Role,
    StatementModerated,
    StatementSubmitted,
    TranslationAdded,
)
from comity.record.merkle import MerkleTree

VOTING_ROLES: frozenset[Role] = frozenset({"delegate", "participant"})
ERASED_TEXT = "(this text was erased)"


@dataclass(slots=True)
class Member:
    """A pseudonym with its role. number: its index in `State.members`; priorities: votes marked as mattering.

    answers: the vote (its place in the columns) that holds the present answer, by statement number.
    published_group: what another system published, in an imported record.
    """

    pseudonym: str
    role: Role
    number: int
    party: str | None
    joined_at: int | None
    ended: bool = False
    erased: bool = False
    answers: dict[int, int] = field(default_factory=dict)
    n_statements: int = 0
    priorities: int = 0
    published_group: str | None = None


@dataclass(slots=True)
class Invitation:
    """A link, by its hash, and how many persons have joined by it."""

    invitation: str
    role: Role
    party: str | None
    limit: int
    expires_at: int | None
    used: int = 0
    revoked: bool = False


@dataclass(slots=True)
class Standing:
    """A statement, what became of it, and how many answer it which way now (last answers only).

    index: the number of the entry that submitted it. decided_in: of the entry that decided. `moderation` is
    pending until somebody decides, unless the settings show statements at once.
    """

    statement: str
    number: int
    index: int
    text: str
    language: str | None
    author: str
    submitted_at: int | None
    seed: bool
    meta: bool
    moderation: Decision | None = None
    reason: DeclineReason | None = None
    into: str | None = None
    decided_at: int | None = None
    decided_in: int | None = None
    agreed: int = 0
    disagreed: int = 0
    passed: int = 0
    matters: int = 0


@dataclass(frozen=True)
class OwnVote:
    """A person's present answer to a statement, and the number of the entry that holds it."""

    statement: str
    answer: int
    matters: bool
    at: int | None
    index: int


class State:
    """What is known after `size` entries. Empty before the opening.

    settings: the opening with all later changes. members, invitations, statements, parties, translations: by
    pseudonym, hash, id, id, and (subject, language), each in order of arrival. decisions, published: the
    moderation entries and published findings with the numbers of their entries. bargain: the negotiation over
    packages, empty where there is none; past_bargains: those that ended before it. private: hash of a text that
    public copies withhold -> who wrote it.
    """

    def __init__(self) -> None:
        self.tree = MerkleTree()
        self.opening: Opening | None = None
        self.settings: Opening | None = None
        self.last_at: int | None = None
        self.closed_at: int | None = None
        self.parties: dict[str, Party] = {}
        self.invitations: dict[str, Invitation] = {}
        self.members: dict[str, Member] = {}
        self.statements: dict[str, Standing] = {}
        self.translations: dict[tuple[str, str], TranslationAdded] = {}
        self.texts: dict[str, int] = {}
        self.erased: set[str] = set()
        self.decisions: list[tuple[int, StatementModerated]] = []
        self.published: list[tuple[int, str]] = []
        self.checkpoints: list[int] = []
        self.bargain = Bargain()
        self.past_bargains: list[Bargain] = []
        self.private: dict[str, str] = {}
        self.n_open_joins = 0
        self.n_voting_members = 0
        self.vote_member = array("i")
        self.vote_statement = array("i")
        self.vote_answer = array("b")
        self.vote_matters = array("b")
        self.vote_at = array("q")
        self.vote_index = array("i")
        self.vote_replaces = array("i")
        self.vote_withdrawn = bytearray()
        self.n_withdrawn = 0
        self.n_withheld = 0
        self._statement_names: list[str] = []

    @property
    def size(self) -> int:
        return self.tree.size

    def root(self) -> bytes:
        return self.tree.root()

    @property
    def head(self) -> RecordHead:
        return RecordHead(self.settings.origin if self.settings else "", self.size, self.root().hex())

    @property
    def is_imported(self) -> bool:
        """Whether this tells of a consultation that another system held."""
        return self.opening is not None and self.opening.imported is not None

    @property
    def n_votes_cast(self) -> int:
        """How many votes were ever cast, changes and votes withdrawn later included."""
        return len(self.vote_answer)

    @property
    def has_votes(self) -> bool:
        """Whether anybody ever voted, as far as this copy shows: a withheld entry is a vote or its withdrawal."""
        return bool(self.vote_answer) or self.n_withheld > 0

    def is_open(self, now: int) -> bool:
        """Whether votes and statements are taken at this time (milliseconds since 1970 UTC)."""
        settings = self.settings
        if settings is None or self.closed_at is not None or now < settings.opens_at:
            return False
        return settings.closes_at is None or now < settings.closes_at

    def is_votable(self, statement: Standing) -> bool:
        """Whether this statement is put to the vote: accepted, or shown at once and not declined since."""
        if statement.moderation is None:
            return self.settings is not None and self.settings.moderation == "after"
        return statement.moderation == "accepted"

    def votable(self) -> tuple[Standing, ...]:
        return tuple(statement for statement in self.statements.values() if self.is_votable(statement))

    def submitted_by(self, pseudonym: str) -> tuple[Standing, ...]:
        return tuple(statement for statement in self.statements.values() if statement.author == pseudonym)

    def pending(self) -> tuple[Standing, ...]:
        """The moderators' queue, oldest first."""
        return tuple(statement for statement in self.statements.values() if statement.moderation is None)

    def own_votes(self, pseudonym: str) -> dict[str, OwnVote]:
        """Everything this person answers now, by statement id; empty for somebody who is not there."""
        member = self.members.get(pseudonym)
        if member is None:
            return {}
        votes = (self._own(event) for event in member.answers.values())
        return {vote.statement: vote for vote in votes}

    def next_statement_id(self) -> str:
        """Statements count from 1; plain numbers, for other people's formats know no other ids."""
        number = len(self.statements) + 1
        while str(number) in self.statements:
            number += 1
        return str(number)

    def consultation(self, texts: Mapping[str, str]) -> Consultation:
        """Everything as the importers produce it too. texts: by `text_hash`, those that were not erased.

        Participants stand in the order of their numbers where all pseudonyms are numbers, else of their first
        vote, those without one last. Costs a copy of the vote columns; the result never changes with this state.
        """
        settings = self.settings
        if settings is None:
            raise ValueError("there is no consultation before its opening")
        voters, votes = self._columns()
        party_number = {party: number for number, party in enumerate(self.parties)}
        party_of = np.array([party_number.get(member.party or "", -1) for member in voters], dtype=np.int32)
        joined_at = np.array(
            [NO_TIME if member.joined_at is None else member.joined_at for member in voters], np.int64
        )
        party_of.flags.writeable = joined_at.flags.writeable = False
        groups = tuple(member.published_group or "" for member in voters)
        return Consultation(
            title=settings.title,
            question=settings.question,
            statements=tuple(self._statement(item, texts) for item in self.statements.values()),
            participant_ids=tuple(member.pseudonym for member in voters),
            votes=votes,
            source=Source("record", settings.imported or settings.origin),
            parties=tuple(self.parties.values()),
            party_of=party_of,
            published_group=groups if any(groups) else None,
            joined_at=joined_at,
            head=self.head,
            promise=settings.promise,
        )

    def _columns(self) -> tuple[list[Member], VoteColumns]:
        """Everybody who may vote, in the consultation's order, and the votes that were not withdrawn."""
        keep = ~np.frombuffer(bytes(self.vote_withdrawn), dtype=np.bool_)
        member = np.array(self.vote_member, dtype=np.int32)[keep]
        voters = self._in_order(member)
        number = np.full(len(self.members), -1, dtype=np.int32)
        number[[item.number for item in voters]] = np.arange(len(voters), dtype=np.int32)
        columns = VoteColumns(
            participant=number[member],
            statement=np.array(self.vote_statement, dtype=np.int32)[keep],
            answer=np.array(self.vote_answer, dtype=np.int8)[keep],
            at=np.array(self.vote_at, dtype=np.int64)[keep],
            matters=np.array(self.vote_matters, dtype=np.bool_)[keep],
        )
        for column in (columns.participant, columns.statement, columns.answer, columns.at, columns.matters):
            if column is not None:
                column.flags.writeable = False
        return voters, columns

    def _in_order(self, voted: npt.NDArray[np.int32]) -> list[Member]:
        """voted: the member of each vote, in the order of the votes."""
        members = [member for member in self.members.values() if member.role in VOTING_ROLES]
        if all(member.pseudonym.isascii() and member.pseudonym.isdecimal() for member in members):
            return sorted(members, key=lambda member: (int(member.pseudonym), member.pseudonym))
        first = np.full(len(self.members), len(voted), dtype=np.int64)
        first[voted[::-1]] = np.arange(len(voted) - 1, -1, -1)
        return sorted(members, key=lambda member: int(first[member.number]))

    def _statement(self, standing: Standing, texts: Mapping[str, str]) -> Statement:
        moderation: Moderation = "accepted" if self.is_votable(standing) else "rejected"
        if standing.moderation is None and moderation == "rejected":
            moderation = "pending"
        return Statement(
            statement_id=standing.statement,
            text=texts.get(standing.text, ERASED_TEXT),
            language=standing.language,
            moderation=moderation,
            author_id=None if standing.author == SITE else standing.author,
            submitted_at=standing.submitted_at,
            is_seed=standing.seed,
            is_meta=standing.meta,
        )

    def _own(self, event: int) -> OwnVote:
        at = self.vote_at[event]
        return OwnVote(
            self._statement_names[self.vote_statement[event]],
            self.vote_answer[event],
            bool(self.vote_matters[event]),
            None if at == NO_TIME else at,
            self.vote_index[event],
        )


def submitted(entry: StatementSubmitted, number: int, index: int) -> Standing:
    """A new statement's standing, before anybody decided or voted."""
    return Standing(
        statement=entry.statement,
        number=number,
        index=index,
        text=entry.text,
        language=entry.language,
        author=entry.by,
        submitted_at=entry.at,
        seed=entry.seed,
        meta=entry.meta,
    )
