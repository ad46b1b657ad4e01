"""Who may do what: the whole matrix of role and act, and every rule's refusal with its words."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from comity.errors import Refused
from comity.record.admission import admit
from comity.record.bargain import (
    DraftAnswered,
    DraftProposed,
    HurtMarked,
    InterestsStated,
    IssueAdded,
    NegotiationEnded,
    NegotiationOpened,
)
from comity.record.canonical import token_hash
from comity.record.entries import (
    KINDS,
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
    TextErased,
    TranslationAdded,
    VoteCast,
    VoteWithdrawn,
)
from comity.record.permissions import MAY, Actor, may
from comity.record.state import State
from tests.record.example import (
    ANA,
    DOV,
    EVE,
    HOST,
    SALT,
    T0,
    admitted,
    beginning,
    opening,
    statement,
    text,
    vote,
)

TITUS, RHEA = "p-titus", "p-rhea"
ACTOR: dict[Actor, str] = {
    "host": HOST,
    "moderator": EVE,
    "translator": TITUS,
    "delegate": ANA,
    "participant": DOV,
    "reader": RHEA,
    "site": "site",
    "newcomer": "p-new",
}
HOUR = 3_600_000


OPENED = (
    NegotiationOpened(by=HOST, shown="rankings", quota=1),
    IssueAdded(by=HOST, issue="weir", name="Weir", options=("low", "high"), otherwise="low"),
)
STATED = (
    InvitationIssued(by=HOST, invitation=token_hash("b"), role="delegate", party="bland"),
    ParticipantJoined(by="p-bo", role="delegate", party="bland", invitation=token_hash("b")),
    InterestsStated(by=ANA, terms=19, interests=text("a")),
    InterestsStated(by="p-bo", terms=19, interests=text("b")),
)
DRAFT = DraftProposed(
    by="site",
    draft=1,
    package={"weir": "low"},
    why="first draft",
    interests={"aland": text("a"), "bland": text("b")},
    comity_version="0.1.0",
)
BEFORE: dict[str, tuple[Entry, ...]] = {
    "issue-added": OPENED[:1],
    "interests-stated": OPENED,
    "draft-proposed": (*OPENED, *STATED),
    "hurt-marked": (*OPENED, *STATED, DRAFT),
    "draft-answered": (*OPENED, *STATED, DRAFT),
    "negotiation-ended": (*OPENED, *STATED, DRAFT, DraftAnswered(by=ANA, draft=1, consents=True)),
}
"""What goes before an act about packages."""


def everybody() -> State:
    """One of every role, one vote of each who votes, a statement of Dov's and a translation of Titus'."""
    return admitted(
        [
            *beginning(closes_at=T0 + 1000 * HOUR),
            InvitationIssued(by=HOST, invitation=token_hash("t"), role="translator"),
            InvitationIssued(by=HOST, invitation=token_hash("r"), role="reader"),
            InvitationIssued(by=HOST, invitation=token_hash("new"), role="participant"),
            ParticipantJoined(by=TITUS, role="translator", invitation=token_hash("t")),
            ParticipantJoined(by=RHEA, role="reader", invitation=token_hash("r")),
            vote(ANA, 1, 1),
            vote(DOV, 1, -1),
            statement("More trees", 3, by=DOV),
        ]
    )


def act(kind: str, by: str, state: State) -> Entry:
    """A sound entry of this kind by this person, as far as the role allows."""
    at = T0 + (1000 * HOUR if (kind, by) == ("closed", "site") else HOUR)
    acts: dict[str, Entry] = {
        "opening": opening(by=by),
        "settings-changed": SettingsChanged(by=by, changes={"background": "More to read"}),
        "party-added": PartyAdded(by=by, party="cland", name="Cland"),
        "invitation-issued": InvitationIssued(by=by, invitation=token_hash("x"), role="reader"),
        "invitation-revoked": InvitationRevoked(by=by, invitation=token_hash("new")),
        "participant-joined": ParticipantJoined(by=by, role="participant", invitation=token_hash("new")),
        "membership-ended": MembershipEnded(by=by, member=DOV if by == HOST else by),
        "statement-submitted": statement("More fish", 9, by=by),
        "statement-moderated": StatementModerated(by=by, statement="s3", decision="accepted"),
        "vote-cast": vote(by, 1, 0),
        "vote-withdrawn": VoteWithdrawn(by=by, statement="s1"),
        "translation-added": TranslationAdded(
            by=by, subject="s1", language="fr", text=text("t"), state="machine"
        ),
        "text-erased": TextErased(by=by, text=text("More trees"), reason="author-asked"),
        "identity-erased": IdentityErased(by=by, member=by),
        "closed": Closed(by=by),
        "finding-published": FindingPublished(
            by=by,
            findings="0" * 64,
            size=2,
            root=state.tree.root(2).hex(),
            parameters={"threshold": 0.6},
            comity_version="0.1.0",
        ),
        "checkpoint": CheckpointRecorded(by=by, size=2, root=state.tree.root(2).hex()),
        "negotiation-opened": NegotiationOpened(by=by),
        "issue-added": IssueAdded(by=by, issue="dam", name="Dam", options=("none", "low")),
        "interests-stated": InterestsStated(by=by, terms=19, interests=text("i")),
        "draft-proposed": replace(DRAFT, by=by),
        "hurt-marked": HurtMarked(by=by, draft=1, hurt=text("weir")),
        "draft-answered": DraftAnswered(by=by, draft=1, consents=False),
        "negotiation-ended": NegotiationEnded(by=by, outcome="agreement", draft=1),
    }
    return replace(acts[kind], at=at)


def test_the_matrix_knows_every_kind_and_every_role() -> None:
    assert MAY.keys() == KINDS.keys()
    assert set(ACTOR) == set(get_args(Actor)) == set().union(*MAY.values())


@pytest.mark.parametrize("actor", get_args(Actor))
@pytest.mark.parametrize("kind", KINDS)
def test_role_and_act(kind: str, actor: Actor) -> None:
    """Every role tries every act: what the matrix allows passes, everything else is refused, and nothing else."""
    state = everybody()
    admitted(BEFORE.get(kind, ()), state)
    entry = act(kind, ACTOR[actor], state)
    if kind == "opening":
        state = State() if actor != "host" else state
        assert may(State(), None, kind)
        if actor in ("host", "site"):
            with pytest.raises(Refused):
                admit(state, entry)
        else:
            admit(state, entry)
        return
    assert may(state, ACTOR[actor], kind) == (actor in MAY[kind])
    narrowed = {("text-erased", role) for role in ("translator", "delegate")}  # it is Dov's text
    if actor in MAY[kind] and (kind, actor) not in narrowed:
        if (kind, actor) == ("identity-erased", "host"):
            entry = replace(entry, member=DOV)  # type: ignore[call-arg]
        admit(state, entry)
    else:
        with pytest.raises(Refused) as refused:
            admit(state, entry)
        assert refused.value.code in ("not-allowed", "not-a-member", "pseudonym-taken")


def refusal(state: State, entry: Entry, after: int = HOUR) -> Refused:
    with pytest.raises(Refused) as refused:
        admit(state, entry if entry.at is not None else replace(entry, at=T0 + after))
    return refused.value


REFUSALS: dict[str, tuple[Entry, str]] = {
    "unknown-statement": (vote(ANA, 9, 1), "there is no statement 's9' here; go back to the list"),
    "malformed-entry": (vote(ANA, 1, 2), "answer is 1 (agree), 0 (pass) or -1 (disagree), not 2"),
    "not-put-to-vote": (vote(ANA, 3, 1), "statement s3 is not put to the vote (not yet accepted)"),
    "no-vote": (VoteWithdrawn(by=ANA, statement="s2"), "you have no vote on statement s2"),
    "salt-of-votes": (vote(ANA, 1, 1, salt=SALT), "a vote carries a salt exactly where"),
    "statement-exists": (statement("Again", 1, by=ANA), "there is a statement 's1' already"),
    "statement-length": (statement("x" * 281, 9, by=ANA), "1 to 280 characters, this one 281"),
    "reason-needed": (
        StatementModerated(by=EVE, statement="s3", decision="declined"),
        "declining a statement needs a reason from the list; choose one",
    ),
    "merge-target": (
        StatementModerated(by=EVE, statement="s3", decision="merged", into="s3"),
        "merged into another one that is accepted",
    ),
    "party-exists": (PartyAdded(by=HOST, party="aland", name="Aland"), "there is a party 'aland' already"),
    "unknown-party": (
        InvitationIssued(by=HOST, invitation=token_hash("x"), role="delegate", party="nowhere"),
        "there is no party 'nowhere'",
    ),
    "invitation-exists": (
        InvitationIssued(by=HOST, invitation=token_hash("a"), role="reader"),
        "this invitation exists already; make a new link",
    ),
    "unknown-invitation": (
        ParticipantJoined(by="p-new", role="participant", invitation=token_hash("guessed")),
        "this invitation is not known here",
    ),
    "invitation-used-up": (
        ParticipantJoined(by="p-new", role="participant", invitation=token_hash("d")),
        "this invitation was used already by as many persons as it was made for",
    ),
    "by-invitation-only": (ParticipantJoined(by="p-new"), "joining needs an invitation; ask the host"),
    "unknown-member": (
        MembershipEnded(by=HOST, member="p-nobody"),
        "nobody here has the pseudonym 'p-nobody'",
    ),
    "unknown-language": (
        TranslationAdded(by=TITUS, subject="s1", language="de", text=text("t"), state="draft"),
        "'de' is not a language of this consultation (en, fr)",
    ),
    "unknown-text": (TextErased(by=HOST, text="0" * 64, reason="unlawful"), "there is no such text"),
    "already-opened": (opening(), "this consultation has its opening already"),
    "fixed-setting": (
        SettingsChanged(by=HOST, changes={"threshold": 0.9}),
        "threshold cannot change any more, for people have voted on it",
    ),
    "closes-before-opening": (
        SettingsChanged(by=HOST, changes={"closes_at": T0}),
        "would close (1 January 2026, 00:00 UTC) before it opens",
    ),
    "wrong-root": (
        CheckpointRecorded(by="site", size=3, root="0" * 64),
        "the first 3 entries of this record do not have the root",
    ),
    "out-of-order": (replace(vote(ANA, 1, 1), at=T0), "before the last one at 1 January 2026"),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_every_rule_refuses_in_a_sentence(code: str) -> None:
    entry, words = REFUSALS[code]
    refused = refusal(everybody(), entry)
    assert refused.code == code
    assert words in refused.text


def test_the_promise_never_changes() -> None:
    for name, value in (("visibility", "names"), ("floor", 1), ("origin", "elsewhere"), ("nothing", 1)):
        refused = refusal(admitted(beginning()), SettingsChanged(by=HOST, changes={name: value}))
        assert refused.code == "fixed-setting"


def test_thresholds_may_change_until_somebody_votes() -> None:
    state = admitted([*beginning(), SettingsChanged(by=HOST, changes={"threshold": 0.75})])
    assert state.settings is not None
    assert state.settings.threshold == 0.75
    assert state.opening is not None
    assert state.opening.threshold == 0.6


def test_time_opens_and_closes_a_consultation() -> None:
    state = admitted(beginning(opens_at=T0 + HOUR, closes_at=T0 + 2 * HOUR))
    early = refusal(state, vote(ANA, 1, 1), after=HOUR - 1)
    assert (early.code, early.text) == (
        "not-open-yet",
        "this consultation opens on 1 January 2026, 01:00 UTC; come back then",
    )
    admit(state, replace(vote(ANA, 1, 1), at=T0 + HOUR))
    late = refusal(state, vote(ANA, 1, 1), after=2 * HOUR)
    assert (late.code, late.text) == (
        "closed",
        "this consultation closed on 1 January 2026, 02:00 UTC; its findings and its record stay open to read",
    )
    assert refusal(state, Closed(by="site"), after=2 * HOUR - 1).code == "not-allowed"
    closed = admitted([Closed(by="site", at=T0 + 2 * HOUR)], state)
    for entry in (
        statement("Late", 9, by=ANA),
        SettingsChanged(by=HOST, changes={"closes_at": None}),
        PartyAdded(by=HOST, party="c", name="C"),
        InvitationIssued(by=HOST, invitation=token_hash("x"), role="participant"),
        StatementModerated(by=EVE, statement="s1", decision="declined", reason="unclear"),
        Closed(by=HOST),
    ):
        assert refusal(closed, entry, after=3 * HOUR).code == "closed"
    after = T0 + 3 * HOUR
    admit(closed, TextErased(by=HOST, text=text("Build a dam"), reason="personal-data", at=after))
    admit(
        closed,
        TranslationAdded(by=HOST, subject="s1", language="fr", text=text("t"), state="checked", at=after),
    )


def test_an_invitation_can_expire_be_withdrawn_and_be_for_several() -> None:
    state = admitted(
        [
            *beginning(),
            ParticipantJoined(by="p-2", role="delegate", party="aland", invitation=token_hash("a")),
            InvitationIssued(by=HOST, invitation=token_hash("x"), role="participant", expires_at=T0 + HOUR),
        ]
    )
    third = ParticipantJoined(by="p-3", role="delegate", party="aland", invitation=token_hash("a"))
    assert refusal(state, third).code == "invitation-used-up"
    late = ParticipantJoined(by="p-4", role="participant", invitation=token_hash("x"))
    assert refusal(state, late).text == (
        "this invitation was valid until 1 January 2026, 01:00 UTC; ask the host for a new one"
    )
    wrong = replace(late, role="host", at=T0 + HOUR - 1)
    assert refusal(state, wrong).code == "unknown-invitation"
    assert refusal(state, replace(wrong, role="delegate", party="aland")).code == "unknown-invitation"
    admitted([InvitationRevoked(by=HOST, invitation=token_hash("x"))], state)
    assert refusal(state, replace(late, at=T0 + HOUR - 1)).code == "invitation-revoked"


def test_an_open_consultation_takes_participants_and_nobody_else() -> None:
    state = admitted(beginning(joining="open"))
    admit(state, ParticipantJoined(by="p-new", at=T0 + HOUR))
    for role in ("host", "delegate", "moderator"):
        assert refusal(state, ParticipantJoined(by="p-new", role=role)).code == "by-invitation-only"
    assert refusal(state, ParticipantJoined(by="p-new", party="aland")).code == "by-invitation-only"


def test_who_left_does_nothing_more_and_the_votes_stay() -> None:
    state = admitted([*beginning(), vote(DOV, 1, 1), MembershipEnded(by=HOST, member=DOV)])
    assert refusal(state, vote(DOV, 2, 1)).code == "membership-ended"
    assert state.statements["s1"].agreed == 1
    assert refusal(state, MembershipEnded(by=ANA, member=EVE)).code == "not-allowed"
    assert refusal(state, MembershipEnded(by=HOST, member=HOST)).code == "not-allowed"


def test_limits_on_statements_and_on_what_matters_most() -> None:
    state = admitted(
        [
            *beginning(statements_per_person=1, priorities=1),
            statement("One", 3, by=ANA),
            vote(ANA, 1, 1, matters=True),
        ]
    )
    assert refusal(state, statement("Two", 4, by=ANA)).code == "too-many-statements"
    assert refusal(state, vote(ANA, 2, 1, matters=True)).code == "too-many-priorities"
    admitted([vote(ANA, 1, 1, matters=True), vote(ANA, 1, 1), vote(ANA, 2, 1, matters=True)], state)
    assert state.members[ANA].priorities == 1
    admitted([VoteWithdrawn(by=ANA, statement="s2")], state)
    assert state.members[ANA].priorities == 0


def test_votes_that_are_not_published_need_a_salt() -> None:
    state = admitted(beginning(visibility="parties"))
    assert refusal(state, vote(ANA, 1, 1)).code == "salt-of-votes"
    admit(state, VoteCast(by=ANA, statement="s1", answer=1, salt=SALT, at=T0 + HOUR))


def test_statements_shown_at_once_can_be_voted_on_until_declined() -> None:
    state = admitted([*beginning(moderation="after"), statement("New", 3, by=ANA), vote(DOV, 3, 1)])
    assert [item.statement for item in state.votable()] == ["s1", "s2", "s3"]
    admitted([StatementModerated(by=EVE, statement="s3", decision="declined", reason="off-topic")], state)
    assert refusal(state, vote(ANA, 3, 1)).text == (
        "statement s3 is not put to the vote (declined); go to the next one"
    )


def test_texts_are_erased_once_by_those_who_may() -> None:
    state = everybody()
    assert (
        refusal(state, TextErased(by=ANA, text=text("More trees"), reason="author-asked")).code
        == "not-allowed"
    )
    admitted([TextErased(by=DOV, text=text("More trees"), reason="author-asked")], state)
    again = TextErased(by=HOST, text=text("More trees"), reason="personal-data")
    assert refusal(state, again).code == "already-erased"
    admitted([IdentityErased(by=DOV, member=DOV)], state)
    assert refusal(state, IdentityErased(by=HOST, member=DOV)).code == "already-erased"
    assert refusal(state, vote(DOV, 1, 1)).code == "membership-ended"


def test_a_live_opening_is_sound() -> None:
    for bad, code in (
        (opening(at=None), "no-time"),
        (opening(by="site"), "not-allowed"),
        (opening(languages=("fr",)), "unknown-language"),
        (opening(closes_at=T0), "closes-before-opening"),
        (opening(title=""), "malformed-entry"),
        (opening(visibility="everything"), "malformed-entry"),
    ):
        with pytest.raises(Refused) as refused:
            admit(State(), bad)
        assert refused.value.code == code
    with pytest.raises(Refused, match="no such consultation"):
        admit(State(), vote(ANA, 1, 1))


def test_an_imported_record_tells_of_the_past() -> None:
    """Times may be unknown or run backwards, statements come from nobody, votes came before the rejection."""
    state = admitted(
        [
            Opening(**{**vars(opening(imported="a Polis export")), "at": None, "opens_at": 0}),
        ]
    )
    for entry in (
        ParticipantJoined(by="17"),
        statement("x" * 2000, 1, by="site"),
        StatementModerated(by=HOST, statement="s1", decision="declined"),
        vote("17", 1, -1, at=5),
        vote("17", 1, 1, at=3),
        Closed(by=HOST),
    ):
        admit(state, entry)
        admitted([entry] if entry.at is not None else [replace(entry, at=1)], state)
    assert state.n_votes_cast == 2
