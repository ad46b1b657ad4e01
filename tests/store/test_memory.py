"""The store that forgets does all that the others do, until the program ends."""

from __future__ import annotations

import pytest

from comity.store.contract import Store
from comity.store.memory import MemoryStore
from tests.store.suite import StoreSuite


class TestMemoryStore(StoreSuite):
    @pytest.fixture
    def store(self) -> Store:
        return MemoryStore()
