"""From entries to the state of a consultation: entry by entry, in linear time.

`extend` checks nothing: what is folded was admitted (`record.admission`) or is being replayed by somebody who
admits each entry first (`record.verification`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from comity.record.bargain import (
    Bargain,
    DraftAnswered,
    DraftProposed,
    HurtMarked,
    InterestsStated,
    IssueAdded,
    NegotiationEnded,
    NegotiationOpened,
    TranslatedName,
    follow,
    is_named,
    is_open_text,
)
from comity.record.consultation import NO_TIME, Consultation, Party
from comity.record.entries import (
    CheckpointRecorded,
    Closed,
    Entry,
    FindingPublished,
    IdentityErased,
    InvitationIssued,
    InvitationRevoked,
    MembershipEnded,
    Opening,
    ParticipantJoined,
    PartyAdded,
    SettingsChanged,
    StatementModerated,
    StatementSubmitted,
    TextErased,
    TranslationAdded,
    VoteCast,
    VoteWithdrawn,
)
from comity.record.entry_bytes import VOTE_FORM, entry_bytes, entry_from
from comity.record.entry_forms import changed
from comity.record.merkle import leaf_hash
from comity.record.state import VOTING_ROLES, Invitation, Member, Standing, State, submitted

NONE = -1
"""In `State.vote_replaces`: this vote replaces no earlier one."""


def consultation_from(entries: Iterable[bytes], texts: Mapping[str, str]) -> Consultation:
    """The consultation that these entries tell. texts: what is not erased, by `text_hash`."""
    return state_from(entries).consultation(texts)


def state_from(entries: Iterable[bytes]) -> State:
    """The state after these entries, given as their canonical bytes."""
    state = State()
    extend_all(state, entries)
    return state


def extend_all(state: State, entries: Iterable[bytes]) -> None:
    """`extend` for each of these, given as their canonical bytes. Votes, which most are, come without an object each.

    Raises ValueError for bytes that are no entry; the state then stands before it.
    """
    leaves: list[bytes] = []
    try:
        for data in entries:
            vote = VOTE_FORM.fullmatch(data)
            if vote is None:
                entry = entry_from(data)
                state.tree.extend(leaves)
                leaves.clear()
                extend(state, entry, data)
                continue
            answer, time, by, matters, _, statement = vote.groups()
            at = None if time == b"null" else int(time)
            member, standing = state.members[by.decode()], state.statements[statement.decode()]
            _cast(state, member, standing, int(answer), matters == b"true", at, state.size + len(leaves))
            if at is not None:
                state.last_at = at
            leaves.append(leaf_hash(data))
    finally:
        state.tree.extend(leaves)


def extend(state: State, entry: Entry, data: bytes | None = None) -> None:
    """Bring the state forward by one entry. data: the entry's canonical bytes where they are at hand."""
    _APPLY[type(entry)](state, entry)
    if entry.at is not None:
        state.last_at = entry.at
    state.tree.append(leaf_hash(entry_bytes(entry) if data is None else data))


def withhold(state: State, leaf: bytes) -> None:
    """Bring the state forward by a vote of which this copy shows the leaf hash only."""
    state.n_withheld += 1
    state.tree.append(leaf)


def _opening(state: State, entry: Opening) -> None:
    state.opening = state.settings = entry
    state.members[entry.by] = Member(entry.by, "host", 0, None, entry.at)


def _settings_changed(state: State, entry: SettingsChanged) -> None:
    if state.settings is not None:
        state.settings = Opening(**changed(state.settings, entry.changes))


def _party_added(state: State, entry: PartyAdded) -> None:
    state.parties[entry.party] = Party(
        entry.party, entry.name, entry.bloc, MappingProxyType(dict(entry.capacities))
    )


def _invitation_issued(state: State, entry: InvitationIssued) -> None:
    state.invitations[entry.invitation] = Invitation(
        entry.invitation, entry.role, entry.party, entry.limit, entry.expires_at
    )


def _invitation_revoked(state: State, entry: InvitationRevoked) -> None:
    state.invitations[entry.invitation].revoked = True


def _joined(state: State, entry: ParticipantJoined) -> None:
    member = Member(entry.by, entry.role, len(state.members), entry.party, entry.at)
    member.published_group = entry.published_group
    state.members[entry.by] = member
    state.n_voting_members += entry.role in VOTING_ROLES
    if entry.invitation is None:
        state.n_open_joins += 1
    else:
        state.invitations[entry.invitation].used += 1


def _membership_ended(state: State, entry: MembershipEnded) -> None:
    state.members[entry.member].ended = True


def _statement_submitted(state: State, entry: StatementSubmitted) -> None:
    standing = submitted(entry, len(state.statements), state.size)
    if entry.seed:
        standing.moderation, standing.decided_at, standing.decided_in = "accepted", entry.at, state.size
    state.statements[entry.statement] = standing
    state._statement_names.append(entry.statement)
    state.texts[entry.text] = state.size
    if entry.by in state.members:
        state.members[entry.by].n_statements += 1


def _statement_moderated(state: State, entry: StatementModerated) -> None:
    standing = state.statements[entry.statement]
    standing.moderation, standing.reason, standing.into = entry.decision, entry.reason, entry.into
    standing.decided_at, standing.decided_in = entry.at, state.size
    state.decisions.append((state.size, entry))


def _vote_cast(state: State, entry: VoteCast) -> None:
    standing, member = state.statements[entry.statement], state.members[entry.by]
    _cast(state, member, standing, entry.answer, entry.matters, entry.at, state.size)


def _cast(
    state: State, member: Member, standing: Standing, answer: int, matters: bool, at: int | None, index: int
) -> None:
    """A vote that is entry `index`."""
    before = member.answers.get(standing.number, NONE)
    if before != NONE:
        _count(state, member, standing, before, -1)
    event = len(state.vote_answer)
    state.vote_member.append(member.number)
    state.vote_statement.append(standing.number)
    state.vote_answer.append(answer)
    state.vote_matters.append(matters)
    state.vote_at.append(NO_TIME if at is None else at)
    state.vote_index.append(index)
    state.vote_replaces.append(before)
    state.vote_withdrawn.append(0)
    member.answers[standing.number] = event
    _count(state, member, standing, event, 1)


def _vote_withdrawn(state: State, entry: VoteWithdrawn) -> None:
    standing, member = state.statements[entry.statement], state.members[entry.by]
    event = member.answers.pop(standing.number)
    _count(state, member, standing, event, -1)
    while event != NONE:
        state.vote_withdrawn[event] = 1
        state.n_withdrawn += 1
        event = state.vote_replaces[event]


def _count(state: State, member: Member, standing: Standing, event: int, by: int) -> None:
    """Add this answer to the statement's tally, or take it away (by = -1)."""
    answer = state.vote_answer[event]
    if answer > 0:
        standing.agreed += by
    elif answer < 0:
        standing.disagreed += by
    else:
        standing.passed += by
    if state.vote_matters[event]:
        standing.matters += by
        member.priorities += by


def _translation_added(state: State, entry: TranslationAdded) -> None:
    if entry.subject not in state.statements and is_named(state.bargain, entry.subject):
        named = TranslatedName(entry.text, entry.by, entry.state)
        state.bargain.translations[entry.subject, entry.language] = named
    else:
        state.translations[entry.subject, entry.language] = entry
    state.texts[entry.text] = state.size


def _text_erased(state: State, entry: TextErased) -> None:
    state.erased.add(entry.text)
    for party, stated in list(state.bargain.interests.items()):
        if entry.text == stated.interests:
            del state.bargain.interests[party]  # what is not there any more can carry no further draft


def _identity_erased(state: State, entry: IdentityErased) -> None:
    state.members[entry.member].erased = True
    state.members[entry.member].ended = True


def _closed(state: State, entry: Closed) -> None:
    state.closed_at = entry.at if entry.at is not None else state.last_at or 0


def _finding_published(state: State, entry: FindingPublished) -> None:
    state.published.append((state.size, entry.findings))


def _checkpoint(state: State, entry: CheckpointRecorded) -> None:
    state.checkpoints.append(entry.size)


def _bargain(state: State, entry: Entry) -> None:
    if isinstance(entry, NegotiationOpened) and state.bargain.terms is not None:
        state.past_bargains.append(state.bargain)
        state.bargain = Bargain(before=state.bargain.latest)
    member = state.members.get(entry.by)
    follow(state.bargain, entry, None if member is None else member.party, state.size)
    if isinstance(entry, InterestsStated):
        state.private[entry.interests] = entry.by
        if entry.opened is not None:
            state.texts[entry.opened] = state.size
    elif isinstance(entry, HurtMarked) and is_open_text(state.bargain, entry):
        state.texts[entry.hurt] = state.size
    elif isinstance(entry, HurtMarked):
        state.private[entry.hurt] = entry.by


_APPLY: Mapping[type[Entry], Callable[[State, Any], None]] = MappingProxyType(
    {
        Opening: _opening,
        SettingsChanged: _settings_changed,
        PartyAdded: _party_added,
        InvitationIssued: _invitation_issued,
        InvitationRevoked: _invitation_revoked,
        ParticipantJoined: _joined,
        MembershipEnded: _membership_ended,
        StatementSubmitted: _statement_submitted,
        StatementModerated: _statement_moderated,
        VoteCast: _vote_cast,
        VoteWithdrawn: _vote_withdrawn,
        TranslationAdded: _translation_added,
        TextErased: _text_erased,
        IdentityErased: _identity_erased,
        Closed: _closed,
        FindingPublished: _finding_published,
        CheckpointRecorded: _checkpoint,
        NegotiationOpened: _bargain,
        IssueAdded: _bargain,
        InterestsStated: _bargain,
        DraftProposed: _bargain,
        HurtMarked: _bargain,
        DraftAnswered: _bargain,
        NegotiationEnded: _bargain,
    }
)
