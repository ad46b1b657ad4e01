"""What is known now: the state of every consultation, its texts and its findings, kept up to date from the store.

A `Reader` holds one `State` a consultation and brings it forward by the entries that are new, whoever wrote
them. Nothing here is truth: all of it can be thrown away and computed again from the record.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition, Lock, RLock
from types import MappingProxyType
from typing import Any

from comity.errors import Refused
from comity.findings.findings import Findings
from comity.findings.parameters import Parameters
from comity.record.canonical import text_hash, token_hash
from comity.record.checkpoint import unverified
from comity.record.consultation import Consultation, Skipped
from comity.record.copies import CopiedText, CopyKind, Item, copied
from comity.record.fold import extend_all
from comity.record.state import State
from comity.record.tiles import state_from_tiles, tile_of
from comity.store.contract import SITE_WIDE, Store

log = logging.getLogger("comity.reader")
FindingsOf = Callable[[Consultation, Parameters], Findings]
CHUNK = 50_000
TILE = "tile"
TILE_SIZE = 16_384
"""Entries; fewer than these are folded one by one after a start, in a tenth of a second."""


@dataclass(frozen=True)
class Text:
    """A text beside the record, with the salt that its hash in the record needs."""

    salt: bytes
    text: str

    @property
    def hash(self) -> str:
        return text_hash(self.salt, self.text)

    def kept(self) -> bytes:
        return json.dumps({"salt": self.salt.hex(), "text": self.text}, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Person:
    """Who a secret link belongs to."""

    consultation: str
    pseudonym: str


@dataclass(eq=False)
class Room:
    """One consultation as this process knows it. Whoever reads or changes `state` holds `lock`."""

    state: State = field(default_factory=State)
    lock: RLock = field(default_factory=RLock)
    texts: dict[str, str] = field(default_factory=dict)
    consultation: Consultation | None = None
    findings: dict[Parameters, tuple[int, Findings]] = field(default_factory=dict)
    computing: dict[Parameters, Future[tuple[int, Findings]]] = field(default_factory=dict)
    n_tiles: int = 0

    def forget(self) -> None:
        """Start again from the record: after a write that failed, nobody knows what was stored."""
        self.state = State()
        self.n_tiles = 0
        self.texts.clear()
        self.consultation = None
        self.findings.clear()


class Reader:
    """Answers from a store. findings_of: the function that computes findings; executor: where it
    runs (a pool of one process keeps pages quick while it computes), else a thread. tile: entries of a `record.tiles`
    tile.

    >>> from comity.store.memory import MemoryStore
    >>> Reader(MemoryStore()).consultations()
    ()
    """

    def __init__(
        self,
        store: Store,
        findings_of: FindingsOf | None = None,
        executor: Executor | None = None,
        tile: int = TILE_SIZE,
    ) -> None:
        self.store, self._tile = store, tile
        self._findings_of = findings_of
        self._executor = executor or ThreadPoolExecutor(max_workers=1, thread_name_prefix="comity-findings")
        self._rooms: dict[str, Room] = {}
        self._change = Lock()
        self.changed = Condition()

    def consultations(self) -> tuple[str, ...]:
        return self.store.consultations()

    @contextmanager
    def reading(self, consultation: str) -> Iterator[State]:
        """The state with every durable entry in it, held still until the block ends: keep it short.

        Raises Refused 'no-such-consultation'.
        """
        room = self.room(consultation)
        with room.lock:
            self._catch_up(consultation, room)
            if room.state.settings is None:
                raise Refused(
                    "no-such-consultation",
                    "there is no such consultation here; check the address of the page",
                )
            yield room.state

    def size(self, consultation: str) -> int:
        """How many entries the record has: cheap enough to ask every second."""
        return self.store.size(consultation)

    def private_texts(self, consultation: str, hashes: Iterable[str]) -> Mapping[str, str]:
        """Those of these texts that are kept here, by hash: what parties state in private, never for another party."""
        found = {}
        for hash_ in hashes:
            value = self.store.get(consultation, "private", hash_) or self.store.get(
                consultation, "text", hash_
            )
            if value is not None:
                found[hash_] = kept_text(value).text
        return MappingProxyType(found)

    def wait_for_change(self, consultation: str, size: int, seconds: float) -> int:
        """Return the record's size as soon as it is not `size`, or after so many seconds.

        What this process writes is seen at once, what another worker writes within a second.
        """
        while seconds > 0 and self.store.size(consultation) == size:
            with self.changed:
                self.changed.wait(min(1.0, seconds))
            seconds -= 1
        return self.store.size(consultation)

    def text(self, consultation: str, hash_: str) -> str | None:
        """The text with this hash, None where it was erased."""
        return self.texts(consultation).get(hash_)

    def texts(self, consultation: str) -> Mapping[str, str]:
        """All texts that were not erased, by hash."""
        with self.reading(consultation) as state:
            room = self.room(consultation)
            missing = [item for item in state.texts if item not in room.texts and item not in state.erased]
            if len(missing) > 20:
                kept = self.store.all(consultation, "text")
                room.texts.update(
                    {key: kept_text(value).text for key, value in kept.items() if key in state.texts}
                )
            else:
                for item in missing:
                    value = self.store.get(consultation, "text", item)
                    if value is not None:
                        room.texts[item] = kept_text(value).text
            for item in state.erased:
                room.texts.pop(item, None)
            return MappingProxyType(dict(room.texts))

    def identity(self, consultation: str, pseudonym: str) -> Mapping[str, Any]:
        """What is kept about a person beside the record (name, e-mail, ...); empty where it was erased."""
        value = self.store.get(consultation, "identity", pseudonym)
        return MappingProxyType({} if value is None else json.loads(value))

    def person(self, token: str) -> Person | None:
        """Whose personal link this is (`Desk.join` gives one), None for one that is unknown or was erased."""
        value = self.store.get(SITE_WIDE, "credential", token_hash(token))
        return None if value is None else Person(**json.loads(value))

    def checkpoint(self, consultation: str) -> str | None:
        """The latest signed checkpoint."""
        note = self.store.last(consultation, "checkpoint")
        return None if note is None else note.decode()

    def copy(self, consultation: str, copy: CopyKind) -> Iterator[Item]:
        """What `comity export` writes: the public copy, or the full one for an auditor."""
        with self.reading(consultation) as state:
            size = state.size
        kept = [*self.store.all(consultation, "text").items()]
        if copy == "full":
            kept += self.store.all(consultation, "private").items()
        texts = [
            CopiedText(key, text.salt.hex(), text.text) for key, text in ((k, kept_text(v)) for k, v in kept)
        ]
        people = self.store.all(consultation, "identity").items()
        names = {
            who: person["name"] for who, person in ((k, json.loads(v)) for k, v in people) if "name" in person
        }
        kept_notes = self.store.all(consultation, "checkpoint").items()
        notes = [note.decode() for at, note in kept_notes if int(at) <= size]
        return copied(self.store.entries(consultation, 0, size), copy, notes, texts, names)

    def consultation(self, consultation: str) -> Consultation:
        """Everything as columns, as of now; the same object until something changes."""
        texts = self.texts(consultation)
        with self.reading(consultation) as state:
            room = self.room(consultation)
            if room.consultation is None or room.consultation.head != state.head:
                room.consultation = state.consultation(texts)
            return room.consultation

    def parameters(self, consultation: str) -> Parameters:
        """The parameters that the host chose."""
        with self.reading(consultation) as state:
            settings = state.settings
            return (
                Parameters()
                if settings is None
                else Parameters(threshold=settings.threshold, certainty=settings.certainty)
            )

    def findings(self, consultation: str, parameters: Parameters | None = None) -> Findings:
        """The findings of the record as it is now; waits until they are computed."""
        parameters = parameters or self.parameters(consultation)
        room = self.room(consultation)
        size = self.size(consultation)
        known = room.findings.get(parameters)
        while known is None or known[0] < size:
            known = self._compute(consultation, parameters).result()
        return known[1]

    def latest_findings(
        self, consultation: str, parameters: Parameters | None = None
    ) -> tuple[int, Findings]:
        """The last findings that were computed and the record's size then; newer ones begin in the background.

        Waits only where there are none yet: for pages that must answer at once while votes arrive.
        """
        parameters = parameters or self.parameters(consultation)
        known = self.room(consultation).findings.get(parameters)
        if known is None:
            return self._compute(consultation, parameters).result()
        if known[0] < self.size(consultation):
            self._compute(consultation, parameters)
        return known

    def skipped(self, consultation: str) -> tuple[Skipped, ...]:
        """The lines that could not be used when this consultation was told from another system's files."""
        value = self.store.get(consultation, "skipped", "lines")
        return () if value is None else tuple(Skipped(*item) for item in json.loads(value))

    def known_findings(self, consultation: str) -> tuple[int, Findings] | None:
        """The last findings that were computed and the record's size then; computes nothing and waits for nothing."""
        return self.room(consultation).findings.get(self.parameters(consultation))

    def aside(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Let a function run where findings are computed, so that pages stay quick."""
        return self._executor.submit(function, *arguments)

    def room(self, consultation: str) -> Room:
        with self._change:
            return self._rooms.setdefault(consultation, Room())

    def forget(self, consultation: str) -> None:
        """Drop what this process knows of a consultation."""
        with self._change:
            self._rooms.pop(consultation, None)

    def stop(self) -> None:
        """Compute no more."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def announce(self) -> None:
        """Wake everybody who waits for a change."""
        with self.changed:
            self.changed.notify_all()

    def _catch_up(self, consultation: str, room: Room) -> None:
        try:
            size = self.store.size(consultation)
        except Refused as refused:
            if room.state.settings is None:
                raise
            log.info("%s is shown as it was last known: %s", consultation, refused.text)
            return  # whoever wrote something while the database was away gets it back in his or her form
        if size < room.state.size:
            room.forget()  # it was deleted, or replaced by another one
        if room.state.size == 0 and size >= self._tile:
            self.begin(consultation, room, size)
        while room.state.size < size:
            start = room.state.size
            extend_all(room.state, self.store.entries(consultation, start, min(size, start + CHUNK)))

    def begin(self, consultation: str, room: Room, size: int) -> None:
        """Fill an empty room from the tiles that are kept beside the record, as far as they go and are sound.

        Their root must be the one of the latest checkpoint once the entries after them are there: else they go.
        """
        kept = self.store.all(consultation, TILE)
        if not kept:
            return
        note = self.store.last(consultation, "checkpoint")
        try:
            state = state_from_tiles(list(kept.values()))
            if state.size > size:
                raise ValueError("there are more tiles than entries")
            signed = None if note is None else unverified(note.decode())[0]
            if signed is not None and signed.size <= size:
                while state.size < signed.size:
                    stop = min(signed.size, state.size + CHUNK)
                    extend_all(state, self.store.entries(consultation, state.size, stop))
                if state.tree.root(signed.size) != signed.root:
                    raise ValueError("they are not of the record that was signed")
        except (ValueError, KeyError, IndexError) as error:
            log.warning("%s: what was kept for a quick start is left out, for %s", consultation, error)
            for key in kept:
                self.store.erase(consultation, TILE, key)
            return
        room.state, room.n_tiles = state, len(kept)

    def keep_tiles(self, consultation: str) -> None:
        """Keep the entries since the last tile as one more, once they fill it: the next start is quicker for it."""
        room = self.room(consultation)
        while room.state.size >= (room.n_tiles + 1) * self._tile:
            state, start = room.state, room.n_tiles * self._tile
            entries = self.store.entries(consultation, start, start + self._tile)
            self.store.put(consultation, TILE, f"{start:012d}", tile_of(state, start, entries))
            if room.state is not state:
                return  # it was begun anew meanwhile
            room.n_tiles = start // self._tile + 1

    def _compute(self, consultation: str, parameters: Parameters) -> Future[tuple[int, Findings]]:
        """Begin to compute, unless it is under way: of many who ask at once, one computes and all get the result."""
        findings_of, room = self._findings_of, self.room(consultation)
        if findings_of is None:
            raise ValueError("this reader was given no function that computes findings")
        with room.lock:
            running = room.computing.get(parameters)
            if running is not None and not running.done():
                return running
            known = self.consultation(consultation)
            size = known.head.size if known.head else 0
            future: Future[tuple[int, Findings]] = Future()
            done_before = room.findings.get(parameters)
            if done_before is not None and done_before[0] >= size:
                future.set_result(done_before)
                return future
            room.computing[parameters] = future

        def keep(done: Future[Findings]) -> None:
            error = done.exception()
            if error is not None:
                future.set_exception(error)
                return
            room.findings[parameters] = (size, done.result())
            future.set_result((size, done.result()))

        self._executor.submit(findings_of, known, parameters).add_done_callback(keep)
        return future


def kept_text(value: bytes) -> Text:
    """The text that `Text.kept` wrote."""
    found = json.loads(value)
    return Text(bytes.fromhex(found["salt"]), found["text"])
