"""A store that forgets when the program ends: for tests, rehearsals and previews."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from types import MappingProxyType

from comity.store.contract import SizeConflict


class MemoryStore:
    """Records and what stands beside them, in lists and mappings of this process."""

    def __init__(self) -> None:
        self._records: dict[str, list[bytes]] = {}
        self._beside: dict[tuple[str, str], dict[str, bytes]] = {}
        self._change = Lock()
        self._turns: dict[str, Lock] = {}

    def consultations(self) -> tuple[str, ...]:
        return tuple(self._records)

    def size(self, consultation: str) -> int:
        return len(self._records.get(consultation, ()))

    def entries(self, consultation: str, start: int = 0, stop: int | None = None) -> Sequence[bytes]:
        return self._records.get(consultation, [])[start:stop]

    @contextmanager
    def turn(self, consultation: str) -> Iterator[_MemoryTurn]:
        with self._change:
            lock = self._turns.setdefault(consultation, Lock())
        with lock:
            turn = _MemoryTurn(self._records.get(consultation, []))
            yield turn
            with self._change:
                if turn.new:
                    self._records.setdefault(consultation, []).extend(turn.new)
                for (kind, key), value in turn.beside.items():
                    self._keep(consultation, kind, key, value)

    def get(self, consultation: str, kind: str, key: str) -> bytes | None:
        return self._beside.get((consultation, kind), {}).get(key)

    def all(self, consultation: str, kind: str) -> Mapping[str, bytes]:
        with self._change:
            return MappingProxyType(dict(sorted(self._beside.get((consultation, kind), {}).items())))

    def last(self, consultation: str, kind: str) -> bytes | None:
        things = self.all(consultation, kind)
        return things[max(things)] if things else None

    def put(self, consultation: str, kind: str, key: str, value: bytes) -> None:
        with self._change:
            self._keep(consultation, kind, key, value)

    def put_new(self, consultation: str, kind: str, key: str, value: bytes) -> bytes:
        with self._change:
            return self._beside.setdefault((consultation, kind), {}).setdefault(key, value)

    def erase(self, consultation: str, kind: str, key: str) -> None:
        with self._change:
            self._keep(consultation, kind, key, None)

    def remove(self, consultation: str) -> None:
        with self._change:
            self._records.pop(consultation, None)
            for place in [place for place in self._beside if place[0] == consultation]:
                del self._beside[place]

    def close(self) -> None:
        """Nothing is open."""

    def _keep(self, consultation: str, kind: str, key: str, value: bytes | None) -> None:
        things = self._beside.setdefault((consultation, kind), {})
        if value is None:
            things.pop(key, None)
        else:
            things[key] = value


class _MemoryTurn:
    def __init__(self, old: Sequence[bytes]) -> None:
        self._old = old
        self.size = len(old)
        self.new: list[bytes] = []
        self.beside: dict[tuple[str, str], bytes | None] = {}

    def entries(self, start: int) -> Sequence[bytes]:
        return [*self._old, *self.new][start:] if start < self.size else []

    def append(self, entries: Sequence[bytes], expected_size: int) -> None:
        if expected_size != self.size:
            raise SizeConflict(expected_size, self.size)
        self.new.extend(entries)
        self.size += len(entries)

    def put(self, kind: str, key: str, value: bytes) -> None:
        self.beside[kind, key] = value

    def erase(self, kind: str, key: str) -> None:
        self.beside[kind, key] = None
