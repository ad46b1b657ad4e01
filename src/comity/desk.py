"""The only writer: reads, admits, appends, retries; a vote is acknowledged when it is durable, never before.

All who submit while a commit is under way are written together by the next one (group commit), so that durability
costs a flush a group and not a flush a vote. One thread writes; everybody else waits for the receipt.
"""

from __future__ import annotations

import json
import logging
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from itertools import chain
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any

from comity.errors import Refused
from comity.reader import Reader, Room, Text
from comity.record.admission import admit
from comity.record.bargain import DraftAnswered, HurtMarked, InterestsStated
from comity.record.canonical import token_hash
from comity.record.checkpoint import Checkpoint, Signer, unverified
from comity.record.consultation import Consultation
from comity.record.entries import (
    Closed,
    Entry,
    ErasureReason,
    IdentityErased,
    InvitationIssued,
    Opening,
    ParticipantJoined,
    Role,
    StatementSubmitted,
    TextErased,
    TranslationAdded,
    TranslationState,
    VoteCast,
    VoteWithdrawn,
)
from comity.record.entry_bytes import entry_bytes
from comity.record.fold import extend, extend_all
from comity.record.imported import imported
from comity.record.interests import interests_text, opened_part
from comity.record.receipt import Receipt
from comity.record.state import State
from comity.record.verification import Verified
from comity.store.contract import SITE_WIDE, SizeConflict, Store, Turn

MOST_IN_ONE_TURN = 512
ATTEMPTS = 10
log = logging.getLogger("comity.desk")


@dataclass(frozen=True)
class Beside:
    """Something to keep beside the record in the same transaction, or to erase there (value None)."""

    kind: str
    key: str
    value: bytes | None


@dataclass(eq=False)
class _Submission:
    """Entries that are admitted together or not at all."""

    consultation: str
    entries: Sequence[Entry]
    beside: Sequence[Beside]
    future: Future[tuple[Receipt, ...]] = field(default_factory=Future)


@dataclass(frozen=True)
class _Done:
    """What was admitted of a submission: the number of its first entry, and their bytes."""

    submission: _Submission
    start: int
    entries: Sequence[bytes]


@dataclass(frozen=True)
class Joined:
    """Who somebody is now. token: the secret of the personal link by which he or she comes back."""

    pseudonym: str
    token: str
    receipt: Receipt


class Desk:
    """Takes what people do, in the order in which it comes. now: milliseconds since 1970 UTC.

    signer: signs a checkpoint after every commit; its name begins the origin of every consultation.
    """

    def __init__(
        self,
        store: Store,
        reader: Reader,
        signer: Signer,
        now: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.store, self.reader, self.signer, self.now = store, reader, signer, now
        self._queue: SimpleQueue[_Submission | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._start = Lock()

    def submit(self, consultation: str, entry: Entry, beside: Sequence[Beside] = ()) -> Receipt:
        """Record one entry and return its receipt once it is durable. Raises Refused; then nothing was stored.

        The desk stamps `at`, gives a statement without an id the next number, and salts votes that will not be
        published one by one.
        """
        return self.submit_soon(consultation, [entry], beside).result()[0]

    def submit_all(
        self, consultation: str, entries: Iterable[Entry], beside: Sequence[Beside] = ()
    ) -> tuple[Receipt, ...]:
        """Record several entries, all of them or none. Of more than 512 only the last one's receipt is made."""
        return self.submit_soon(consultation, tuple(entries), beside).result()

    def submit_soon(
        self, consultation: str, entries: Sequence[Entry], beside: Sequence[Beside] = ()
    ) -> Future[tuple[Receipt, ...]]:
        """The same without waiting: the future holds the receipts, or the refusal (`web.acknowledged` awaits it)."""
        submission = _Submission(consultation, tuple(entries), tuple(beside))
        if self._thread is None or not self._thread.is_alive():
            self._begin()
        self._queue.put(submission)
        return submission.future

    def open(self, opening: Opening, first: Iterable[Entry] = (), beside: Sequence[Beside] = ()) -> Receipt:
        """Open a consultation, with its parties, first statements and invitations in the same commit."""
        return self.submit_all(opening.consultation, [opening, *first], beside)[0]

    def state_question(
        self, consultation: str, by: str, text: str, language: str | None = None, *, seed: bool = False
    ) -> Receipt:
        """Submit a statement with its text (blanks around it do not count)."""
        kept = new_text(text)
        entry = statement(kept, by, language, seed=seed)
        return self.submit(consultation, entry, [beside_text(kept)])

    def translate(
        self, consultation: str, by: str, *, subject: str, language: str, text: str, state: TranslationState
    ) -> Receipt:
        """Add a translation of a statement, of 'title', 'question', 'background', or the name of an issue or option."""
        kept = new_text(text)
        entry = TranslationAdded(by=by, subject=subject, language=language, text=kept.hash, state=state)
        return self.submit(consultation, entry, [beside_text(kept)])

    def invite(
        self,
        consultation: str,
        by: str,
        role: Role,
        party: str | None = None,
        *,
        limit: int = 1,
        expires_at: int | None = None,
    ) -> str:
        """Make an invitation and return its secret, which is kept nowhere: it goes into the link."""
        token = new_token()
        self.submit(
            consultation,
            InvitationIssued(
                by=by,
                invitation=token_hash(token),
                role=role,
                party=party,
                limit=limit,
                expires_at=expires_at,
            ),
        )
        return token

    def state_interests(
        self, consultation: str, by: str, terms: int, statement: Mapping[str, Any]
    ) -> Receipt:
        """Record that a delegate stated the party's interests (`record.interests` says in which form).

        terms: the number of the entry whose terms the party has read; under others nothing is recorded, or opened.
        The words are kept beside the record, in no public copy; what the party opens to the others, in every one.
        """
        with self.reader.reading(consultation) as state:
            member, bargain = state.members.get(by), state.bargain
            party = state.parties.get((member.party if member else None) or "")
            issues, shown = dict(bargain.issues), "nothing" if bargain.terms is None else bargain.terms.shown
        kept = new_text(interests_text(statement, issues, party.name if party else by))
        beside = [Beside("private", kept.hash, kept.kept())]
        opened = opened_part(kept.text, issues, shown)
        if opened is not None:
            opened_text = new_text(opened)
            beside.append(beside_text(opened_text))
        entry = InterestsStated(
            by=by, terms=terms, interests=kept.hash, opened=None if opened is None else opened_text.hash
        )
        return self.submit(consultation, entry, beside)

    def answer_draft(
        self, consultation: str, by: str, draft: int, *, consents: bool, hurt: str | None = None
    ) -> Receipt:
        """Record a delegate's answer to the latest draft. hurt: the id of the issue that hurts most, kept likewise."""
        entries: list[Entry] = [DraftAnswered(by=by, draft=draft, consents=consents)]
        beside = []
        if hurt is not None:
            with self.reader.reading(consultation) as state:
                bargain = state.bargain
                known = hurt in bargain.issues or not bargain.issues
                private = bargain.terms is None or bargain.terms.shown == "nothing"
            if not known:
                raise Refused("unknown-name", f"there is no issue {hurt!r} to hurt; choose one of the list")
            kept = new_text(hurt)
            entries.insert(0, HurtMarked(by=by, draft=draft, hurt=kept.hash))
            beside.append(Beside("private" if private else "text", kept.hash, kept.kept()))
        return self.submit_all(consultation, entries, beside)[-1]

    def join(self, consultation: str, token: str | None, identity: Mapping[str, str] | None = None) -> Joined:
        """Join by an invitation's secret, or without one where the consultation is open to all.

        identity: what is kept beside the record, such as {"name": ..., "email": ...}. Raises Refused.
        """
        role: Role = "participant"
        party = None
        invitation = None if token is None else token_hash(token)
        with self.reader.reading(consultation) as state:
            if invitation in state.invitations:
                role, party = state.invitations[invitation].role, state.invitations[invitation].party
        pseudonym, personal = new_pseudonym(), new_token()
        entry = ParticipantJoined(by=pseudonym, role=role, party=party, invitation=invitation)
        receipt = self.submit(consultation, entry, [Beside("identity", pseudonym, _json(identity or {}))])
        self.give_access(consultation, pseudonym, personal)
        return Joined(pseudonym, personal, receipt)

    def give_access(self, consultation: str, pseudonym: str, token: str) -> None:
        """Let whoever holds this secret act under this pseudonym (`Reader.person` finds it)."""
        owner = _json({"consultation": consultation, "pseudonym": pseudonym})
        self.store.put(SITE_WIDE, "credential", token_hash(token), owner)

    def take_in(self, consultation: Consultation, consultation_id: str) -> Receipt:
        """Record a consultation that another system held: one group of entries, closed at its end."""
        origin = f"{self.signer.name}/{consultation_id}"
        told = imported(
            consultation,
            consultation_id=consultation_id,
            origin=origin,
            key=self.signer.verifier,
            salt=lambda: secrets.token_bytes(16),
        )
        beside = [beside_text(Text(salt, text)) for salt, text in told.texts]
        beside += [Beside("identity", who, _json({"name": name})) for who, name in told.names.items()]
        if consultation.skipped:
            left_out = [[item.file, item.line, item.reason] for item in consultation.skipped]
            beside.append(Beside("skipped", "lines", json.dumps(left_out, ensure_ascii=False).encode()))
        return self.submit_all(consultation_id, [told.opening, *told.entries], beside)[-1]

    def take_over(self, copy: Verified, entries: Sequence[bytes]) -> None:
        """Keep a whole record that was exported, here or elsewhere, byte by byte. copy: what verification found.

        A record of another site's can be read here and not continued, for its checkpoints need that site's key.
        Raises Refused where single votes are withheld from the copy, or the consultation is here already.
        """
        name = copy.header.consultation
        if copy.withheld:
            raise Refused(
                "not-a-full-copy",
                f"{copy.withheld} votes are withheld from this copy, so nothing can go on from it; import a full copy",
            )
        with self.store.turn(name) as turn:
            if turn.size:
                raise Refused(
                    "already-opened", f"there is a consultation {name!r} here already; remove it first"
                )
            turn.append(entries, 0)
            for hash_, text in copy.texts.items():
                kind = "private" if hash_ in copy.state.private else "text"
                turn.put(kind, hash_, Text(bytes.fromhex(copy.salts[hash_]), text).kept())
            for who, person in copy.names.items():
                turn.put("identity", who, _json({"name": person}))
            for note in copy.notes:
                turn.put("checkpoint", f"{unverified(note)[0].size:012d}", note.encode())
        self.reader.forget(name)

    def remove(self, consultation: str) -> None:
        """Delete a whole consultation, and everything beside it: nothing is left to verify, so export it first."""
        self.store.remove(consultation)
        self.reader.forget(consultation)

    def erase_text(self, consultation: str, by: str, text: str, reason: ErasureReason) -> Receipt:
        """Delete a text, by its hash; its votes and every count stay."""
        entry = TextErased(by=by, text=text, reason=reason)
        return self.submit(consultation, entry, [Beside("text", text, None), Beside("private", text, None)])

    def erase_identity(self, consultation: str, by: str, member: str) -> Receipt:
        """Delete a person's name, address and personal links; the votes stay under the pseudonym."""
        entry = IdentityErased(by=by, member=member)
        receipt = self.submit(consultation, entry, [Beside("identity", member, None)])
        owner = _json({"consultation": consultation, "pseudonym": member})
        for key, value in self.store.all(SITE_WIDE, "credential").items():
            if value == owner:
                self.store.erase(SITE_WIDE, "credential", key)
        return receipt

    def close_what_is_due(self) -> tuple[str, ...]:
        """Close every consultation whose appointed time has passed; the ids of those closed now."""
        closed = []
        for consultation in self.store.consultations():
            with self.reader.reading(consultation) as state:
                settings = state.settings
                due = state.closed_at is None and settings is not None and settings.closes_at is not None
                due = due and settings.closes_at <= self.now()  # type: ignore[union-attr,operator]
            if due:
                self.submit(consultation, Closed(by="site"))
                closed.append(consultation)
            self.reader.keep_tiles(consultation)
        return tuple(closed)

    def stop(self) -> None:
        """Write what is waiting, then end the thread."""
        thread = self._thread
        if thread is not None and thread.is_alive():
            self._queue.put(None)
            thread.join()

    def _begin(self) -> None:
        with self._start:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._work, name="comity-desk", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            waiting, stop = self._waiting()
            for consultation in dict.fromkeys(item.consultation for item in waiting):
                self._write(consultation, [item for item in waiting if item.consultation == consultation])
            if stop:
                return

    def _waiting(self) -> tuple[list[_Submission], bool]:
        """Wait for one submission, then take all that are there; whether to stop after them."""
        found: list[_Submission] = []
        item = self._queue.get()
        while item is not None:
            found.append(item)
            if len(found) == MOST_IN_ONE_TURN:
                return found, False
            try:
                item = self._queue.get_nowait()
            except Empty:
                return found, False
        return found, True

    def _write(self, consultation: str, group: Sequence[_Submission]) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            waiting = [item for item in group if not item.future.done()]
            try:
                self._write_once(consultation, waiting)
                return
            except SizeConflict as conflict:
                log.info("%s: %s (attempt %d)", consultation, conflict, attempt)
                failure: BaseException = conflict
            except BaseException as error:
                log.warning("nothing stored for %s: %s", consultation, error)
                failure = error
                break
        for item in waiting:
            if not item.future.done():
                item.future.set_exception(failure)

    def _write_once(self, consultation: str, group: Sequence[_Submission]) -> None:
        """One turn: what is admitted is durable when this returns, and nobody sees it before."""
        room = self.reader.room(consultation)
        done: list[_Done] = []
        held = False
        try:
            with self.store.turn(consultation) as turn:
                room.lock.acquire()  # held until the commit: nobody is shown what might still be lost
                held = True
                note = self._admit_group(consultation, room, turn, group, done)
        except BaseException:
            if held:
                room.forget()
                room.lock.release()
            raise
        receipts = self._receipts(room.state, note, done)
        room.lock.release()
        for item, found in zip(done, receipts, strict=True):
            item.submission.future.set_result(found)
        self.reader.announce()

    def _admit_group(
        self,
        consultation: str,
        room: Room,
        turn: Turn,
        group: Sequence[_Submission],
        done: list[_Done],
    ) -> str:
        """Admit each submission after the one before it, append what was admitted, and sign the new root."""
        if room.state.size > turn.size:
            room.forget()
        extend_all(room.state, turn.entries(room.state.size))
        new: list[bytes] = []
        for item in group:
            start = room.state.size
            try:
                admitted = self._admit(room.state, item)
            except Exception as error:  # a refusal, or a caller's mistake: it is that caller's alone
                log.info("refused in %s: %s", consultation, getattr(error, "code", repr(error)))
                item.future.set_exception(error)
                if room.state.size != start or not isinstance(error, Refused):
                    turn.append(new, turn.size)
                    new = []
                    room.forget()
                    extend_all(room.state, turn.entries(0))
                continue
            new += admitted
            for thing in item.beside:
                if thing.value is None:
                    turn.erase(thing.kind, thing.key)
                else:
                    turn.put(thing.kind, thing.key, thing.value)
            done.append(_Done(item, start, admitted))
        turn.append(new, turn.size)
        if not done:
            return ""
        state = room.state
        opening = state.opening
        if opening is not None and opening.key != self.signer.verifier:
            raise Refused(
                "record-of-another-site",
                f"this record is kept by {opening.key.partition('+')[0]} and was copied here; go there to take part",
            )
        origin = opening.origin if opening else ""
        note = self.signer.sign(Checkpoint(origin, state.size, state.root()))
        turn.put("checkpoint", f"{state.size:012d}", note.encode())
        return note

    def _admit(self, state: State, item: _Submission) -> list[bytes]:
        new = []
        for entry in item.entries:
            stamped = self._completed(state, entry)
            admit(state, stamped)
            data = entry_bytes(stamped)
            extend(state, stamped, data)
            new.append(data)
        return new

    def _completed(self, state: State, entry: Entry) -> Entry:
        """The entry with its time, and what only the desk knows: a statement's number, a vote's salt."""
        imported = state.settings is not None and state.settings.imported is not None
        if isinstance(entry, Opening):
            imported = entry.imported is not None
        if not imported:
            entry = replace(entry, at=max(self.now(), state.last_at or 0))
        if isinstance(entry, StatementSubmitted) and not entry.statement:
            return replace(entry, statement=state.next_statement_id())
        if isinstance(entry, (VoteCast, VoteWithdrawn)) and state.settings is not None:
            salt = None if state.settings.promise.shows_single_votes else secrets.token_hex(16)
            return entry if entry.salt == salt else replace(entry, salt=salt)
        return entry

    def _receipts(self, state: State, note: str, done: Sequence[_Done]) -> list[tuple[Receipt, ...]]:
        """The receipts of each, in order; all proofs are made together."""
        numbers = [_receipted(item) for item in done]
        proofs = state.tree.inclusions(chain.from_iterable(numbers), state.size)
        return [
            tuple(
                Receipt(index, item.entries[index - item.start], next(proofs), note, self.signer.verifier)
                for index in wanted
            )
            for item, wanted in zip(done, numbers, strict=True)
        ]


def _receipted(done: _Done) -> range:
    numbers = range(done.start, done.start + len(done.entries))
    return numbers if len(numbers) <= MOST_IN_ONE_TURN else numbers[-1:]


def new_pseudonym() -> str:
    """A random number that says nothing about whom it stands for: 16 digits, for other formats know numbers only."""
    return str(10**15 + secrets.randbelow(8 * 10**15))


def new_token() -> str:
    """A random secret for a link: 160 bits, in letters and digits that survive being read aloud or printed."""
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(33))


def new_text(text: str) -> Text:
    """A text with a fresh salt; blanks around it are dropped."""
    return Text(secrets.token_bytes(16), text.strip())


def beside_text(text: Text) -> Beside:
    return Beside("text", text.hash, text.kept())


def statement(text: Text, by: str, language: str | None = None, *, seed: bool = False) -> StatementSubmitted:
    """The entry for a statement whose text is `text`."""
    return StatementSubmitted(by=by, text=text.hash, length=len(text.text), language=language, seed=seed)


def _json(value: Mapping[str, str]) -> bytes:
    return json.dumps(dict(value), ensure_ascii=False, sort_keys=True).encode()
