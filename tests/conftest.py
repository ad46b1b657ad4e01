"""What tests share: the real data where it is there, and small tables drawn by hand."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgres import Server, postgres_server

NUMBERS = count(1)
settings.register_profile(
    "untimed", deadline=None
)  # what is slow shows in benchmarks/, not by a test that fails
settings.load_profile("untimed")
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """The real data beside the checkout (`../shared/data`, or COMITY_SHARED_DATA); a loud skip where it is missing."""
    folder = Path(os.environ.get("COMITY_SHARED_DATA", ROOT.parent / "shared" / "data"))

    def find(name: str) -> Path:
        path = folder / name
        if not path.exists():
            pytest.skip(f"REAL DATA MISSING: {name} is not beside this checkout; this test checked nothing")
        return path

    return find


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A real PostgreSQL server; the tests fail where none can be had."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Server) -> Iterator[str]:
    """The address of a new, empty database on it."""
    name = f"test_{next(NUMBERS)}"
    yield postgres.create(name)
    postgres.drop(name)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def any_store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a new, empty store of every kind in turn."""
    if request.param == "postgres":
        found: str = request.getfixturevalue("postgres_url")
        return found
    return "memory:" if request.param == "memory" else f"sqlite:///{tmp_path / 'record.db'}"
