"""What goes wrong below the pages, for real: people read a sentence, and what they typed is still there."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

import comity.store.sqlite as sqlite_module
from comity.errors import Refused
from comity.store.postgres import PostgresStore
from comity.store.sqlite import SqliteStore
from tests.postgres import postgres_server
from tests.web.visits import FORM, House, house_at, join, text_of, vote

TYPED = "Plant many trees along the banks"


def shows_what_was_typed(client: Any, status: int, says: str) -> None:
    """A statement and a vote, by page and by API."""
    page = client.post("/c/rivers/write", data={"text": TYPED, "language": "en"})
    assert page.status_code == status, text_of(page)
    assert says in text_of(page)
    assert TYPED in page.text
    voted = vote(client, "2", -1)
    assert voted.status_code == status
    assert says in text_of(voted)
    assert "Build a dam" in text_of(voted)  # the ballot, to send again


def gives_back_what_was_typed(client: Any, status: int, says: str) -> None:
    """Where not even the page of the form is to be had: its words in a form, to send again."""
    page = client.post("/c/rivers/write", data={"text": TYPED, "language": "fr"})
    assert page.status_code == status, text_of(page)
    assert says in text_of(page)
    assert TYPED in page.text
    assert '<input type="hidden" name="language" value="fr">' in page.text
    voted = vote(client, "2", -1)
    assert voted.status_code == status
    assert '<input type="hidden" name="answer" value="-1">' in voted.text
    assert "Send it again" in text_of(voted)


def works_again(client: Any) -> None:
    assert client.post("/c/rivers/write", data={"text": TYPED, "language": "en"}).status_code == 200
    assert vote(client, "2", -1).status_code == 200


def test_a_locked_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_module, "BUSY_MILLISECONDS", 50)
    file = tmp_path / "record.db"
    with house_at(f"sqlite:///{file}") as house:
        ana = house.member(house.host())
        size = house.site.reader.size("rivers")
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        shows_what_was_typed(ana, 503, "database is busy; nothing was stored")
        other.execute("ROLLBACK")
        other.close()
        assert house.site.reader.size("rivers") == size
        works_again(ana)


@contextmanager
def full(store: SqliteStore) -> Iterator[None]:
    """No page more than the file has now, as on a disk that is full."""

    def no_more(connection: Any, *_: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count={pages}")

    def enough(connection: Any, *_: object) -> None:
        connection.execute("PRAGMA max_page_count=1073741823")

    event.listen(store.engine, "checkout", no_more)
    yield
    event.remove(store.engine, "checkout", no_more)
    event.listen(store.engine, "checkout", enough)


def test_a_full_disk(tmp_path: Path) -> None:
    with house_at(f"sqlite:///{tmp_path / 'record.db'}") as house:
        ana = house.member(house.host())
        store = house.site.store
        assert isinstance(store, SqliteStore)
        with full(store):
            for _ in range(300):  # what is left in the last pages
                if vote(ana, "1", 1).status_code != 200:
                    break
            size = house.site.reader.size("rivers")
            shows_what_was_typed(ana, 507, "disk is full")
            assert house.site.reader.size("rivers") == size
        works_again(ana)


def test_a_postgresql_server_that_is_down_for_a_while() -> None:
    with postgres_server() as server, house_at(server.create("trouble")) as house:
        ana = house.member(house.host())
        stranger = house.visitor()
        size = house.site.reader.size("rivers")
        server.stop("immediate")
        shows_what_was_typed(ana, 503, "does not answer")
        assert ana.get("/c/rivers/vote").status_code == 200  # what is known is shown meanwhile
        assert stranger.get("/c/rivers").status_code == 200
        unknown = house.visitor()
        unknown.cookies.set("comity", "x" * 32)
        refused = unknown.get("/c/rivers/vote")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")
        assert "does not answer" in refused.text
        gives_back_what_was_typed(unknown, 503, "does not answer")
        server.start()
        assert house.site.reader.size("rivers") == size
        works_again(ana)


def test_a_postgresql_server_that_dies_between_admission_and_commit() -> None:
    with postgres_server() as server, house_at(server.create("trouble")) as house:
        ana = house.member(house.host())
        store = house.site.store
        assert isinstance(store, PostgresStore)
        size = house.site.reader.size("rivers")
        server_is_up = True

        def die(_: object) -> None:
            nonlocal server_is_up
            if server_is_up:
                server.stop("immediate")
                server_is_up = False

        event.listen(store.engine, "commit", die)
        first = ana.post("/c/rivers/write", data={"text": TYPED, "language": "en"})
        assert (first.status_code, server_is_up) == (503, False)
        assert TYPED in first.text
        gives_back_what_was_typed(ana, 503, "does not answer")  # nobody knows what was stored: no page of it
        assert ana.get("/c/rivers/vote").status_code == 503
        event.remove(store.engine, "commit", die)
        server.start()
        assert house.site.reader.size("rivers") == size
        works_again(ana)


def test_who_is_not_known_any_more_gets_back_what_was_typed(house: House) -> None:
    """The cookie is gone: after the personal link was opened in another tab, the same page sends it."""
    host = house.host(readers="invited")
    link = re.search(r"/me/\w+", join(ana := house.visitor(), house.links(host)[0]).text)
    kept = ana.cookies["comity"]
    ana.cookies.clear()
    gives_back_what_was_typed(ana, 401, "the personal link that you got when you joined")
    moderated = ana.post(
        "/c/rivers/moderate", data={"statement": "1", "decision": "declined", "reason": "unclear"}
    )
    assert '<input type="hidden" name="reason" value="unclear">' in moderated.text
    translated = ana.post(
        "/c/rivers/translate", data={"subject": "1", "to": "fr", "text": "Nettoyer", "state": "draft"}
    )
    assert "Nettoyer" in translated.text
    assert link is not None
    ana.post("/me", data={"token": link[0].removeprefix("/me/")})
    assert ana.cookies["comity"] != kept
    works_again(ana)


def test_a_form_of_setting_up_is_given_back_too() -> None:
    with house_at("memory:", set_up="link") as house:
        page = house.visitor().post("/set-up", data={**FORM, "background": "It <floods> often."})
        assert page.status_code == 403
        for words in ("It &lt;floods&gt; often.", "Clean the river\nBuild a dam", "Aland; north"):
            assert words in page.text


def test_a_postgresql_connection_that_breaks_within_a_turn(postgres_url: str) -> None:
    store, other = PostgresStore(_driver(postgres_url)), PostgresStore(_driver(postgres_url))

    def broken() -> None:
        with store.turn("rivers") as turn:
            turn.append([b"a"], 0)
            with other.engine.begin() as connection:
                connection.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                )

    with pytest.raises(Refused) as refused:
        broken()
    assert refused.value.code == "database-unavailable"
    assert other.size("rivers") == 0
    with store.turn("rivers") as turn:
        turn.append([b"a"], 0)
    assert other.size("rivers") == 1
    store.close()
    other.close()


def _driver(url: str) -> str:
    return f"postgresql+psycopg:{url.partition(':')[2]}"
