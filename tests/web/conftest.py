"""A site of its own for every test of the pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.visits import House, house_at


@pytest.fixture
def house() -> Iterator[House]:
    with house_at("memory:") as house:
        yield house
