"""What every store must do: memory, SQLite and PostgreSQL inherit these lines."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from comity.store.contract import SITE_WIDE, SizeConflict, Store


class StoreSuite:
    """Inherit, and give a fixture `store`; `again` opens the same data a second time, None where it cannot."""

    @pytest.fixture
    def store(self) -> Any:
        raise NotImplementedError

    def again(self, store: Store) -> Store | None:
        return None

    def test_a_new_store_is_empty(self, store: Store) -> None:
        assert store.consultations() == ()
        assert store.size("rivers") == 0
        assert list(store.entries("rivers")) == []
        assert store.get("rivers", "text", "a") is None
        assert store.last("rivers", "text") is None

    def test_entries_come_back_in_order_and_in_parts(self, store: Store) -> None:
        bodies = [f'{{"number":{number}}}'.encode() for number in range(1000)]
        with store.turn("rivers") as turn:
            turn.append(bodies[:1], 0)
        with store.turn("rivers") as turn:
            assert turn.size == 1
            turn.append(bodies[1:], 1)
            assert turn.size == 1000
            assert list(turn.entries(998)) == bodies[998:]
        assert store.size("rivers") == 1000
        assert list(store.entries("rivers")) == bodies
        assert list(store.entries("rivers", 10, 12)) == bodies[10:12]
        assert list(store.entries("rivers", 1000)) == []

    def test_bytes_are_kept_as_they_are(self, store: Store) -> None:
        odd = ["é الماء 水 \u2028 🦆".encode(), b"\x00\xff", b""]
        with store.turn("rivers") as turn:
            turn.append(odd, 0)
            turn.put("text", "water-水", b"\x00'\";--")
        assert list(store.entries("rivers")) == odd
        assert store.get("rivers", "text", "water-水") == b"\x00'\";--"

    def test_an_unexpected_size_is_a_conflict_and_changes_nothing(self, store: Store) -> None:
        with store.turn("rivers") as turn:
            turn.append([b"a"], 0)
        with (
            pytest.raises(SizeConflict, match="the record has 1 entries, not 0"),
            store.turn("rivers") as turn,
        ):
            turn.append([b"b"], 0)
        assert list(store.entries("rivers")) == [b"a"]

    def test_a_turn_that_fails_leaves_nothing(self, store: Store) -> None:
        def stumble() -> None:
            with store.turn("rivers") as turn:
                turn.append([b"a", b"b"], 0)
                turn.put("text", "a", b"x")
                raise LookupError("something else went wrong")

        with pytest.raises(LookupError):
            stumble()
        assert store.size("rivers") == 0
        assert store.get("rivers", "text", "a") is None
        with store.turn("rivers") as turn:
            assert turn.size == 0
            turn.append([b"c"], 0)
        assert list(store.entries("rivers")) == [b"c"]

    def test_nothing_is_seen_before_the_turn_ends(self, store: Store) -> None:
        with store.turn("rivers") as turn:
            turn.append([b"a"], 0)
            assert store.size("rivers") == 0
        assert store.size("rivers") == 1

    def test_consultations_are_apart_and_in_order(self, store: Store) -> None:
        for name in ("zebra", "apple", "mango"):
            with store.turn(name) as turn:
                turn.append([name.encode()], 0)
                turn.put("text", "same", name.encode())
        assert store.consultations() == ("zebra", "apple", "mango")
        assert list(store.entries("apple")) == [b"apple"]
        assert store.get("mango", "text", "same") == b"mango"

    def test_what_stands_beside_can_be_changed_and_erased(self, store: Store) -> None:
        store.put("rivers", "identity", "p-2", b"Dov")
        store.put("rivers", "identity", "p-1", b"Ana")
        store.put("rivers", "identity", "p-1", b"Ana Maria")
        store.put(SITE_WIDE, "identity", "p-9", b"another place")
        assert dict(store.all("rivers", "identity")) == {"p-1": b"Ana Maria", "p-2": b"Dov"}
        assert store.last("rivers", "identity") == b"Dov"
        store.erase("rivers", "identity", "p-2")
        store.erase("rivers", "identity", "never there")
        assert dict(store.all("rivers", "identity")) == {"p-1": b"Ana Maria"}
        with store.turn("rivers") as turn:
            turn.append([b"a"], 0)
            turn.put("identity", "p-3", b"Eve")
            turn.put("identity", "p-3", b"Eva")
            turn.erase("identity", "p-1")
        assert dict(store.all("rivers", "identity")) == {"p-3": b"Eva"}

    def test_put_new_keeps_whoever_was_first(self, store: Store) -> None:
        assert store.put_new(SITE_WIDE, "secret", "key", b"first") == b"first"
        assert store.put_new(SITE_WIDE, "secret", "key", b"second") == b"first"

    def test_remove_takes_everything_of_one_consultation(self, store: Store) -> None:
        for name in ("rivers", "lakes"):
            with store.turn(name) as turn:
                turn.append([b"a"], 0)
                turn.put("text", "a", b"x")
        store.remove("rivers")
        assert store.consultations() == ("lakes",)
        assert (store.size("rivers"), store.get("rivers", "text", "a")) == (0, None)
        assert (store.size("lakes"), store.get("lakes", "text", "a")) == (1, b"x")

    def test_writers_take_turns(self, store: Store) -> None:
        """Eight threads on two handles: no number is lost, given twice, or seen out of order."""
        other = self.again(store)
        stores = [store, other or store]

        def write(number: int) -> None:
            for step in range(10):
                with stores[number % 2].turn("rivers") as turn:
                    seen = list(turn.entries(0))
                    turn.append([f"{len(seen)} {number} {step}".encode()], turn.size)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        bodies = list(store.entries("rivers"))
        assert [int(body.split()[0]) for body in bodies] == list(range(80))
        assert {tuple(map(int, body.split()[1:])) for body in bodies} == {
            (number, step) for number in range(8) for step in range(10)
        }
        if other is not None:
            other.close()

    def test_a_second_handle_sees_the_same(self, store: Store) -> None:
        other = self.again(store)
        if other is None:
            return  # memory has one handle only, and says so in `again`
        with store.turn("rivers") as turn:
            turn.append([b"a"], 0)
        assert other.size("rivers") == 1
        with other.turn("rivers") as turn:
            turn.append([b"b"], 1)
        assert list(store.entries("rivers")) == [b"a", b"b"]
        other.close()
