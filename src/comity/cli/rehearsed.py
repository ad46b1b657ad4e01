"""The example consultation, held on a site: anybody may join it, and invented people have voted in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from comity.assemble import Site, missing_extra

if TYPE_CHECKING:
    from comity.record.consultation import Consultation
    from comity.record.entries import Entry

NAME = "example"
LANGUAGES = ("en", "fr", "es", "ru", "zh", "ar")
AT_ONCE = 500


def open_example(site: Site, told: Consultation, host: str) -> tuple[str, str | None]:
    """Open it under the id 'example'; its id, and the secret of its host's link (None where it was there already).

    Its people join by invitations of their parties and vote as in `rehearsal.example`, all at this moment.
    """
    if NAME in site.reader.consultations():
        return NAME, None
    with missing_extra("site", "the example consultation"):
        from comity.desk import beside_text, new_text, new_token, statement
        from comity.record.entries import Opening, PartyAdded, StatementModerated

    texts = [new_text(item.text) for item in told.statements]
    first: list[Entry] = [
        PartyAdded(by=host, party=item.party_id, name=item.name, bloc=item.bloc, capacities=item.capacities)
        for item in told.parties
    ]
    first += [
        statement(text, host, item.language, seed=True)
        for text, item in zip(texts, told.statements, strict=True)
    ]
    first += [
        StatementModerated(by=host, statement=str(number), decision="declined", reason="unclear")
        for number, item in enumerate(told.statements, 1)
        if item.moderation == "rejected"
    ]
    opening = Opening(
        by=host,
        consultation=NAME,
        origin=f"{site.desk.signer.name}/{NAME}",
        key=site.desk.signer.verifier,
        title=told.title,
        question=told.question,
        background="The people, the parties, the river and the votes are invented. Join, vote, and see what moves.",
        languages=LANGUAGES,
        opens_at=0,
        joining="open",
    )
    site.desk.open(opening, first, [beside_text(text) for text in texts])
    secret = new_token()
    site.desk.give_access(NAME, host, secret)
    for block in _blocks(list(_people(site, told, host))):
        site.desk.submit_all(NAME, block)
    for block in _blocks(list(_votes(told))):
        site.desk.submit_all(NAME, block)
    return NAME, secret


def _people(site: Site, told: Consultation, host: str) -> Iterator[Entry]:
    from comity.desk import new_token
    from comity.record.canonical import token_hash
    from comity.record.entries import InvitationIssued, ParticipantJoined

    links = {}
    for number, party in enumerate(told.parties):
        links[number] = token_hash(new_token())
        size = int((told.party_of == number).sum())
        yield InvitationIssued(
            by=host, invitation=links[number], role="delegate", party=party.party_id, limit=max(size, 1)
        )
    for place, _ in enumerate(told.participant_ids):
        number = int(told.party_of[place])
        party_id = told.parties[number].party_id
        yield ParticipantJoined(
            by=_pseudonym(place), role="delegate", party=party_id, invitation=links[number]
        )


def _votes(told: Consultation) -> Iterator[Entry]:
    from comity.record.entries import VoteCast

    votes = told.votes
    for who, what, answer in zip(votes.participant, votes.statement, votes.answer, strict=True):
        if told.statements[what].moderation != "rejected":
            yield VoteCast(by=_pseudonym(int(who)), statement=str(int(what) + 1), answer=int(answer))


def _pseudonym(place: int) -> str:
    """Numbers that no real member can get (`desk.new_pseudonym` gives 16 digits)."""
    return str(100_001 + place)


def _blocks(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    for start in range(0, len(entries), AT_ONCE):
        yield entries[start : start + AT_ONCE]
