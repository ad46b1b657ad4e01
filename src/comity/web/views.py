"""What pages are given: frozen pictures of a consultation, its statements and a person's own acts.

Everything is read from the state within one short block; nobody outside this module holds the state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from comity.errors import Refused
from comity.findings.routing import Routing
from comity.reader import Reader
from comity.record.consultation import Party
from comity.record.entries import Opening
from comity.record.state import VOTING_ROLES, Member, OwnVote, Standing, State
from comity.web.next_statement import next_statement
from comity.web.visitors import Visitor

Stage = Literal["before", "open", "closed"]


@dataclass(frozen=True)
class Worded:
    """A text as this reader gets it, its original beside it. state: none, machine, draft or checked.

    text is None where the original was erased. original is None where the text is the original.
    """

    text: str | None
    language: str | None
    original: str | None = None
    original_language: str | None = None
    state: str = "none"


@dataclass(frozen=True)
class Seen:
    """A consultation as its pages show it. roles: of this visitor here, role -> pseudonym.

    negotiates: whether packages are negotiated here, or this visitor could open that.
    """

    id: str
    settings: Opening
    stage: Stage
    closed_at: int | None
    title: Worded
    question: Worded
    background: Worded
    parties: tuple[Party, ...]
    n_members: int
    n_votes: int
    n_statements: int
    n_pending: int
    size: int
    roles: Mapping[str, str]
    may_vote: bool
    may_write: bool
    may_moderate: bool
    may_translate: bool
    is_host: bool
    imported: bool
    negotiates: bool

    @property
    def home(self) -> str:
        return f"/c/{self.id}"


@dataclass(frozen=True)
class Shown:
    """A statement as its page and every list show it.

    matters: how many said that it matters most to them, None where so few voted that this may not be shown.
    """

    id: str
    words: Worded
    decision: str
    reason: str | None
    into: str | None
    decided_at: int | None
    submitted_at: int | None
    seed: bool
    mine: bool
    votable: bool
    text_hash: str
    author: str | None
    my_answer: int | None = None
    my_matters: bool = False
    votes: int = 0
    matters: int | None = 0


@dataclass(frozen=True)
class Ballot:
    """The vote page of one person: the statement that is put, and how far he or she is.

    routed: whether findings chose it; before there are any, the counts did.
    """

    statement: Shown | None
    answered: int
    of: int
    marks_left: int | None
    routed: bool = False


def seen(reader: Reader, consultation: str, visitor: Visitor, code: str, now: int) -> Seen:
    """The consultation for this visitor. Raises Refused where it is for the invited only."""
    texts = reader.texts(consultation)
    roles = visitor.roles(consultation)
    with reader.reading(consultation) as state:
        settings = state.settings
        assert settings is not None
        if settings.readers == "invited" and not roles:
            raise Refused(
                "not-a-member",
                "this consultation is for those invited; "
                "open your invitation link, or the personal link that you got when you joined",
            )
        alive = {role: who for role, who in roles.items() if _is_alive(state, who)}
        return Seen(
            id=consultation,
            settings=settings,
            stage=stage(state, now),
            closed_at=state.closed_at,
            title=worded(state, texts, "title", settings.title, settings.language, code),
            question=worded(state, texts, "question", settings.question, settings.language, code),
            background=worded(state, texts, "background", settings.background, settings.language, code),
            parties=tuple(state.parties.values()),
            n_members=state.n_voting_members,
            n_votes=sum(item.agreed + item.disagreed + item.passed for item in state.statements.values()),
            n_statements=len(state.votable()),
            n_pending=len(state.pending()),
            size=state.size,
            roles=alive,
            may_vote=bool(alive.keys() & VOTING_ROLES),
            may_write=bool(alive.keys() & {"host", *VOTING_ROLES}),
            may_moderate=bool(alive.keys() & {"host", "moderator"}),
            may_translate=bool(alive.keys() & {"host", "translator"}) and len(settings.languages) > 1,
            is_host="host" in alive,
            imported=settings.imported is not None,
            negotiates=state.bargain.terms is not None or ("host" in alive and bool(state.parties)),
        )


def stage(state: State, now: int) -> Stage:
    settings = state.settings
    if settings is not None and now < settings.opens_at and state.closed_at is None:
        return "before"
    return "open" if state.is_open(now) else "closed"


def worded(
    state: State,
    texts: Mapping[str, str],
    subject: str,
    original: str | None,
    language: str | None,
    code: str,
) -> Worded:
    """A text in the reader's language where there is a translation, else as it was written."""
    added = state.translations.get((subject, code))
    translated = None if added is None else texts.get(added.text)
    if added is None or translated is None or language == code or original is None:
        return Worded(original, language)
    return Worded(translated, code, original, language, added.state)


def shown(
    state: State, texts: Mapping[str, str], item: Standing, visitor: Visitor, cid: str, code: str
) -> Shown:
    """A statement for this visitor."""
    mine = {who for seat, who, _ in visitor.seats if seat == cid}
    voter = next((who for role, who in visitor.roles(cid).items() if role in VOTING_ROLES), None)
    vote = _own_vote(state, voter, item)
    is_seen = state.is_votable(item) or item.author in mine
    return Shown(
        id=item.statement,
        words=worded(state, texts, item.statement, texts.get(item.text), item.language, code),
        decision=item.moderation or ("accepted" if state.is_votable(item) else "pending"),
        reason=item.reason,
        into=item.into,
        decided_at=item.decided_at,
        submitted_at=item.submitted_at,
        seed=item.seed,
        mine=item.author in mine,
        votable=state.is_votable(item),
        text_hash=item.text,
        author=item.author if is_seen else None,
        my_answer=None if vote is None else vote.answer,
        my_matters=vote is not None and vote.matters,
        votes=item.agreed + item.disagreed + item.passed,
        matters=item.matters if _may_be_counted(state, item) else None,
    )


def _may_be_counted(state: State, item: Standing) -> bool:
    """Whether the promise allows a number that may be about one person: not of fewer than the floor."""
    settings = state.settings
    voted = item.agreed + item.disagreed + item.passed
    return settings is None or settings.promise.shows_single_votes or voted >= settings.floor


def _own_vote(state: State, pseudonym: str | None, item: Standing) -> OwnVote | None:
    member = state.members.get(pseudonym or "")
    event = None if member is None else member.answers.get(item.number)
    return None if event is None else state._own(event)


def statements(
    reader: Reader, consultation: str, visitor: Visitor, code: str, which: Iterable[str] | None = None
) -> list[Shown]:
    """The statements (all of them, or those named), in order of submission."""
    texts = reader.texts(consultation)
    with reader.reading(consultation) as state:
        names = state.statements if which is None else [name for name in which if name in state.statements]
        return [shown(state, texts, state.statements[name], visitor, consultation, code) for name in names]


def ballot(
    reader: Reader,
    consultation: str,
    visitor: Visitor,
    code: str,
    wanted: str | None = None,
    late: Iterable[str] = (),
    routing: Routing | None = None,
) -> Ballot:
    """What to put to this person now: the statement asked for, or the one where a vote informs most."""
    texts = reader.texts(consultation)
    voter = visitor.acting(consultation, "vote-cast")
    with reader.reading(consultation) as state:
        settings, member = state.settings, state.members[voter]
        if wanted is not None and wanted not in state.statements:
            raise Refused("unknown-statement", f"there is no statement {wanted} here; go back to the list")
        item = state.statements[wanted] if wanted is not None else next_statement(state, voter, late, routing)
        votable = state.votable()
        answered = sum(entry.number in member.answers for entry in votable)
        limit = None if settings is None else settings.priorities
        return Ballot(
            None if item is None else shown(state, texts, item, visitor, consultation, code),
            answered,
            len(votable),
            None if limit is None else max(limit - member.priorities, 0),
            routing is not None,
        )


def own(reader: Reader, consultation: str, visitor: Visitor, code: str) -> tuple[list[Shown], list[Shown]]:
    """The statements that this person voted on, latest vote last, and those that he or she wrote."""
    texts = reader.texts(consultation)
    pseudonyms = [who for seat, who, _ in visitor.seats if seat == consultation]
    with reader.reading(consultation) as state:
        voted = [
            state.statements[name]
            for who in pseudonyms
            for name in sorted(state.own_votes(who), key=lambda name: state.statements[name].number)
        ]
        written = [item for item in state.statements.values() if item.author in pseudonyms and not item.seed]
        return (
            [shown(state, texts, item, visitor, consultation, code) for item in voted],
            [shown(state, texts, item, visitor, consultation, code) for item in written],
        )


def _is_alive(state: State, pseudonym: str) -> bool:
    member: Member | None = state.members.get(pseudonym)
    return member is not None and not member.ended
