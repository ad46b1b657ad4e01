"""PostgreSQL: the same suite on a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

import comity.store.postgres as postgres_module
from comity.assemble import store_at
from comity.errors import Refused
from comity.store.contract import Store
from comity.store.postgres import PostgresStore
from tests.postgres import Server
from tests.store.suite import StoreSuite


class TestPostgresStore(StoreSuite):
    @pytest.fixture
    def store(self, postgres_url: str) -> Iterator[Store]:
        self.url = postgres_url
        store = store_at(postgres_url)
        yield store
        store.close()

    def again(self, store: Store) -> Store | None:
        return store_at(self.url)

    def test_a_commit_waits_for_the_log(self, store: PostgresStore) -> None:
        with store.engine.connect() as connection:
            assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"


def test_a_server_that_was_restarted_is_found_again(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_module, "IDLE_SECONDS", 0)
    store, other = store_at(postgres_url), store_at(postgres_url)
    assert isinstance(other, PostgresStore)
    with store.turn("rivers") as turn:
        turn.append([b"a"], 0)
    with other.engine.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    assert store.size("rivers") == 1
    with store.turn("rivers") as turn:
        turn.append([b"b"], 1)
    assert other.size("rivers") == 2
    store.close()
    other.close()


def test_a_server_that_does_not_answer_is_refused_in_a_sentence(postgres: Server) -> None:
    with pytest.raises(Refused, match="does not answer") as refused:
        store_at("postgresql://nobody@/nothing?host=/nowhere")
    assert refused.value.code == "database-unavailable"
