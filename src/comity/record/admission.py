"""What may be done, and when: an entry is admitted to a record or refused, with what to do about it.

The rules see the entry and the state before it, nothing else, so that a stranger who replays a record reaches
the same decisions. Who may act at all stands in `permissions`; here are the rules about the state. In a record that was
imported (`Opening.imported`) the acts lie in the past of another system: rules about time, limits and moderation
before the vote do not apply there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from comity.errors import Refused
from comity.record import bargain
from comity.record.bargain import (
    DraftAnswered,
    DraftProposed,
    HurtMarked,
    InterestsStated,
    IssueAdded,
    NegotiationEnded,
    NegotiationOpened,
)
from comity.record.entries import (
    SITE,
    UNTIL_THE_FIRST_VOTE,
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
from comity.record.entry_forms import changed, check_fields
from comity.record.permissions import check_actor, role_in_words
from comity.record.state import VOTING_ROLES, Member, Standing, State


def admit(state: State, entry: Entry) -> None:
    """Return if `entry` may follow the entries that led to `state`; otherwise raise Refused with what to do."""
    try:
        check_fields(entry)
    except ValueError as error:
        raise Refused(
            "malformed-entry", f"this cannot be recorded: {error}; correct it and send it again"
        ) from None
    if isinstance(entry, Opening):
        _admit_opening(state, entry)
        return
    if state.settings is None:
        raise Refused("no-such-consultation", "there is no such consultation here; check the address")
    check_actor(state, entry)
    _check_time(state, entry)
    _RULES[type(entry)](state, entry)


def _check_time(state: State, entry: Entry) -> None:
    if state.is_imported:
        return
    if entry.at is None:
        raise Refused("no-time", f"an entry of a live consultation ({entry.kind}) needs its time; add it")
    if state.last_at is not None and entry.at < state.last_at:
        raise Refused(
            "out-of-order",
            f"this entry is from {_moment(entry.at)}, before the last one at {_moment(state.last_at)}; "
            "check the computer's clock and try again",
        )


def _admit_opening(state: State, entry: Opening) -> None:
    if state.size:
        raise Refused(
            "already-opened", "this consultation has its opening already; change its settings instead"
        )
    if entry.by == SITE:
        raise Refused("not-allowed", "a consultation is opened by its host, not by the site itself")
    if entry.at is None and entry.imported is None:
        raise Refused("no-time", "the opening of a live consultation needs its time; add it")
    _check_settings(entry)


def _check_settings(settings: Opening) -> None:
    if settings.language not in settings.languages:
        raise Refused(
            "unknown-language",
            f"the main language {settings.language!r} is not among the languages of this consultation; add it",
        )
    if settings.closes_at is not None and settings.closes_at <= settings.opens_at:
        raise Refused(
            "closes-before-opening",
            f"the consultation would close ({_moment(settings.closes_at)}) before it opens "
            f"({_moment(settings.opens_at)}); choose a later closing",
        )


def _settings_changed(state: State, entry: SettingsChanged) -> None:
    _check_not_closed(state, entry)
    settings = _settings(state)
    try:
        after = Opening(**changed(settings, entry.changes))
    except ValueError as error:
        raise Refused(
            "fixed-setting", f"this setting cannot be changed so: {error}; leave it as it is"
        ) from None
    for name in UNTIL_THE_FIRST_VOTE:
        if state.has_votes and getattr(after, name) != getattr(settings, name):
            raise Refused(
                "fixed-setting",
                f"{name} cannot change any more, for people have voted on it; start a new consultation instead",
            )
    _check_settings(after)


def _party_added(state: State, entry: PartyAdded) -> None:
    _check_not_closed(state, entry)
    if entry.party in state.parties:
        raise Refused("party-exists", f"there is a party {entry.party!r} already; choose another id")


def _invitation_issued(state: State, entry: InvitationIssued) -> None:
    if entry.role in VOTING_ROLES:
        _check_not_closed(state, entry)
    if entry.invitation in state.invitations:
        raise Refused("invitation-exists", "this invitation exists already; make a new link")
    if entry.role == "delegate" and entry.party is None:
        raise Refused("unknown-party", "a delegate speaks for a party; say for which")
    if entry.party is not None:
        if entry.role not in VOTING_ROLES:
            raise Refused(
                "unknown-party", f"{role_in_words(entry.role)} speaks for no party; leave the party empty"
            )
        _check_party(state, entry.party)


def _invitation_revoked(state: State, entry: InvitationRevoked) -> None:
    if entry.invitation not in state.invitations:
        raise Refused("unknown-invitation", "there is no such invitation; look at the list of invitations")
    if state.invitations[entry.invitation].revoked:
        raise Refused("invitation-revoked", "this invitation was already withdrawn; nothing is left to do")


def _joined(state: State, entry: ParticipantJoined) -> None:
    if entry.published_group is not None and not state.is_imported:
        raise Refused(
            "not-allowed", "a group published elsewhere belongs to an imported record; leave it out"
        )
    if entry.role in VOTING_ROLES:
        _check_not_closed(state, entry)
    if entry.invitation is None:
        if state.is_imported:
            return
        if _settings(state).joining != "open" or entry.role != "participant" or entry.party is not None:
            raise Refused("by-invitation-only", "joining needs an invitation; ask the host for a link")
        return
    invitation = state.invitations.get(entry.invitation)
    if invitation is None:
        raise Refused(
            "unknown-invitation",
            "this invitation is not known here; check that the whole link was copied, or ask the host",
        )
    if invitation.revoked:
        raise Refused("invitation-revoked", "this invitation was withdrawn by the host; ask for a new one")
    if invitation.expires_at is not None and entry.at is not None and entry.at >= invitation.expires_at:
        raise Refused(
            "invitation-expired",
            f"this invitation was valid until {_moment(invitation.expires_at)}; ask the host for a new one",
        )
    if invitation.used >= invitation.limit:
        raise Refused(
            "invitation-used-up",
            "this invitation was used already by as many persons as it was made for; come back by the link "
            "that you got when you joined, or ask the host for a new invitation",
        )
    if (entry.role, entry.party) != (invitation.role, invitation.party):
        raise Refused("unknown-invitation", "this invitation is for another role or party; use your own link")


def _membership_ended(state: State, entry: MembershipEnded) -> None:
    _check_host_or_self(state, entry, entry.member)
    if state.members[entry.member].ended:
        raise Refused("membership-ended", f"the part of {entry.member!r} has ended already")
    if state.opening is not None and entry.member == state.opening.by:
        raise Refused("not-allowed", "the first host cannot leave; close the consultation instead")


def _statement_submitted(state: State, entry: StatementSubmitted) -> None:
    if entry.statement in state.statements:
        raise Refused(
            "statement-exists", f"there is a statement {entry.statement!r} already; choose another id"
        )
    if state.is_imported:
        return
    _check_not_closed(state, entry)
    settings, role = _settings(state), state.members[entry.by].role
    if role != "host":
        _check_open(state, entry)
        if entry.seed or entry.meta:
            raise Refused("not-allowed", "only the host marks a statement as a first one; send it without")
    if not 1 <= entry.length <= settings.statement_length:
        raise Refused(
            "statement-length",
            f"a statement has 1 to {settings.statement_length} characters, this one {entry.length}; "
            "keep to one idea, and send a second statement for a second one",
        )
    limit = settings.statements_per_person
    if role != "host" and limit is not None and state.members[entry.by].n_statements >= limit:
        raise Refused(
            "too-many-statements",
            f"everybody may submit {limit} statements here, and yours are all submitted; vote on those of others",
        )


def _statement_moderated(state: State, entry: StatementModerated) -> None:
    statement = _statement(state, entry.statement)
    if not state.is_imported:
        _check_not_closed(state, entry)
    if entry.decision == "declined" and entry.reason is None and not state.is_imported:
        raise Refused("reason-needed", "declining a statement needs a reason from the list; choose one")
    if entry.decision != "declined" and entry.reason is not None:
        raise Refused(
            "reason-needed", f"a reason is for declining, not for a statement that is {entry.decision}"
        )
    if entry.decision == "merged":
        into = state.statements.get(entry.into or "")
        if into is None or into is statement or into.moderation != "accepted":
            raise Refused(
                "merge-target", "a statement is merged into another one that is accepted; choose which one"
            )
    elif entry.into is not None:
        raise Refused(
            "merge-target", f"a statement that is {entry.decision} is not merged; leave the target empty"
        )


def _vote_cast(state: State, entry: VoteCast) -> None:
    statement = _statement(state, entry.statement)
    _check_salt(state, entry)
    if state.is_imported:
        return
    _check_open(state, entry)
    if not state.is_votable(statement):
        became = statement.moderation or "not yet accepted"
        raise Refused(
            "not-put-to-vote",
            f"statement {entry.statement} is not put to the vote ({became}); go to the next one",
        )
    settings, member = _settings(state), state.members[entry.by]
    if entry.matters and settings.priorities is not None:
        others = member.priorities - _matters_now(state, member, statement)
        if others >= settings.priorities:
            raise Refused(
                "too-many-priorities",
                f'"this matters most to us" can be said {settings.priorities} times here and is said everywhere '
                "already; take it back on another statement first",
            )


def _vote_withdrawn(state: State, entry: VoteWithdrawn) -> None:
    statement = _statement(state, entry.statement)
    _check_salt(state, entry)
    if not state.is_imported:
        _check_open(state, entry)
    if statement.number not in state.members[entry.by].answers:
        raise Refused(
            "no-vote", f"you have no vote on statement {entry.statement}, so there is none to take back"
        )


def _translation_added(state: State, entry: TranslationAdded) -> None:
    settings = _settings(state)
    named = entry.subject in ("title", "question", "background") or bargain.is_named(
        state.bargain, entry.subject
    )
    if not named:
        _statement(state, entry.subject)
    if entry.language not in settings.languages:
        raise Refused(
            "unknown-language",
            f"{entry.language!r} is not a language of this consultation ({', '.join(settings.languages)}); "
            "ask the host to add it",
        )
    if entry.by == SITE and entry.state != "machine":
        raise Refused("not-allowed", "the site itself adds machine translations only; a person checks them")


def _text_erased(state: State, entry: TextErased) -> None:
    if entry.text not in state.texts and entry.text not in state.private:
        raise Refused("unknown-text", "there is no such text in this record; check which one is meant")
    if entry.text in state.erased:
        raise Refused("already-erased", "this text was erased before; nothing is left to do")
    role = state.members[entry.by].role
    if role == "host" or (role == "moderator" and entry.text not in state.private):
        return
    writers = [item.author for item in state.statements.values() if item.text == entry.text]
    writers += [item.by for item in state.translations.values() if item.text == entry.text]
    for one in (*state.past_bargains, state.bargain):
        writers += [item.by for item in one.translations.values() if item.text == entry.text]
    writers += [state.private.get(entry.text, "")]
    if entry.by not in writers:
        raise Refused(
            "not-allowed", "a text is erased by whoever wrote it, a moderator or the host; ask one of them"
        )


def _identity_erased(state: State, entry: IdentityErased) -> None:
    _check_host_or_self(state, entry, entry.member)
    if state.members[entry.member].erased:
        raise Refused(
            "already-erased", "what was kept about this person was erased before; nothing is left to do"
        )


def _closed(state: State, entry: Closed) -> None:
    _check_not_closed(state, entry, scheduled=False)
    if entry.by == SITE and not state.is_imported:
        closes_at = _settings(state).closes_at
        if closes_at is None or entry.at is None or entry.at < closes_at:
            raise Refused(
                "not-allowed",
                "the site closes a consultation at its appointed time only; the host may sooner",
            )


def _checks_root(state: State, entry: FindingPublished | CheckpointRecorded) -> None:
    if not 0 < entry.size <= state.size or state.tree.root(entry.size).hex() != entry.root:
        raise Refused(
            "wrong-root",
            f"the first {entry.size} entries of this record do not have the root {entry.root}; recompute it",
        )


def _bargained(state: State, entry: Entry) -> None:
    """Packages are often negotiated once the vote is over: a negotiation has an end of its own."""
    bargain.check(state.bargain, entry, state.parties)


_RULES: Mapping[type[Entry], Callable[[State, Any], None]] = MappingProxyType(
    {
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
        FindingPublished: _checks_root,
        CheckpointRecorded: _checks_root,
        NegotiationOpened: _bargained,
        IssueAdded: _bargained,
        InterestsStated: _bargained,
        DraftProposed: _bargained,
        HurtMarked: _bargained,
        DraftAnswered: _bargained,
        NegotiationEnded: _bargained,
    }
)


def _settings(state: State) -> Opening:
    if state.settings is None:
        raise ValueError("rules about settings need an opening")
    return state.settings


def _check_not_closed(state: State, entry: Entry, *, scheduled: bool = True) -> None:
    """Refuse what comes after the closing entry or, where `scheduled`, after the appointed time."""
    closes_at = _settings(state).closes_at if scheduled and not isinstance(entry, SettingsChanged) else None
    over = closes_at is not None and entry.at is not None and entry.at >= closes_at and not state.is_imported
    if state.closed_at is not None or over:
        moment = state.closed_at if state.closed_at is not None else closes_at
        when = f" on {_moment(moment)}" if moment else ""
        raise Refused(
            "closed", f"this consultation closed{when}; its findings and its record stay open to read"
        )


def _check_open(state: State, entry: Entry) -> None:
    _check_not_closed(state, entry)
    opens_at = _settings(state).opens_at
    if entry.at is not None and entry.at < opens_at:
        raise Refused("not-open-yet", f"this consultation opens on {_moment(opens_at)}; come back then")


def _check_party(state: State, party: str) -> None:
    if party not in state.parties:
        raise Refused("unknown-party", f"there is no party {party!r} in this consultation; add it first")


def _check_host_or_self(state: State, entry: Entry, member: str) -> None:
    if member not in state.members:
        raise Refused(
            "unknown-member", f"nobody here has the pseudonym {member!r}; look at the list of members"
        )
    if entry.by != member and state.members[entry.by].role != "host":
        raise Refused("not-allowed", "only the host may do this for somebody else; ask the host")


def _check_salt(state: State, entry: VoteCast | VoteWithdrawn) -> None:
    if (entry.salt is None) != _settings(state).promise.shows_single_votes:
        raise Refused(
            "salt-of-votes",
            "a vote carries a salt exactly where single votes are not published; let the desk fill it in",
        )


def _statement(state: State, statement: str) -> Standing:
    if statement not in state.statements:
        raise Refused("unknown-statement", f"there is no statement {statement!r} here; go back to the list")
    return state.statements[statement]


def _matters_now(state: State, member: Member, statement: Standing) -> int:
    event = member.answers.get(statement.number)
    return 0 if event is None else state.vote_matters[event]


def _moment(at: int) -> str:
    """A time for people: '3 May 2026, 14:05 UTC'."""
    try:
        moment = datetime.fromtimestamp(at / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return f"{at} milliseconds after 1970"
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"
