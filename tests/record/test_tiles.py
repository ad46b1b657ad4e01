"""The state from tiles is the state from entries, field by field; a tile that was touched is not believed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.record.entries import Entry, VoteWithdrawn
from comity.record.fold import extend_all, state_from
from comity.record.state import State
from comity.record.tiles import state_from_tiles, tile_from, tile_of
from tests.record.example import ANA, DOV, beginning, stamped, vote
from tests.record.test_fold import stories


def everything(state: State) -> dict[str, Any]:
    """All that a state holds, orders included."""
    found = dict(vars(state))
    found["tree"] = found["tree"]._levels
    found["answers"] = [list(member.answers.items()) for member in state.members.values()]
    found["orders"] = [list(value) for value in found.values() if isinstance(value, dict)]
    return found


def tiles_of(bodies: list[bytes], size: int) -> list[bytes]:
    state = state_from(bodies)
    return [tile_of(state, at, bodies[at : at + size]) for at in range(0, len(bodies) - size + 1, size)]


@settings(max_examples=120)
@given(stories(), st.integers(1, 9))
def test_tiles_and_entries_lead_to_the_same_state(entries: list[Entry], size: int) -> None:
    bodies = stamped(entries)
    tiles = tiles_of(bodies, size)
    state = state_from_tiles(tiles)
    covered = len(tiles) * size
    assert everything(state) == everything(state_from(bodies[:covered]))
    extend_all(state, bodies[covered:])
    assert everything(state) == everything(state_from(bodies))


def test_a_vote_taken_back_and_given_again() -> None:
    taken = VoteWithdrawn(by=ANA, statement="s1")
    story = [vote(ANA, 1, 1), vote(ANA, 2, 0), vote(ANA, 1, -1), taken, vote(DOV, 1, 1), vote(ANA, 1, 1)]
    bodies = stamped([*beginning(), *story])
    assert everything(state_from_tiles(tiles_of(bodies, len(bodies)))) == everything(state_from(bodies))


def test_any_changed_byte_and_any_missing_tile_is_refused() -> None:
    bodies = stamped([*beginning(), vote(ANA, 1, 1), vote(DOV, 1, -1)])
    tiles = tiles_of(bodies, 4)
    for place in range(0, len(tiles[0]), 7):
        damaged = bytearray(tiles[0])
        damaged[place] ^= 1
        with pytest.raises(ValueError, match="damaged"):
            tile_from(bytes(damaged))
    for wrong in (tiles[1:], [tiles[0], tiles[0]]):
        with pytest.raises(ValueError, match="a tile begins at entry"):
            state_from_tiles(wrong)
    with pytest.raises(ValueError, match="damaged"):
        tile_from(b"short")
    assert state_from_tiles([]).size == 0
