"""A site moves into another database and goes on there: same roots, same key, same links, same texts."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

import comity.store.moving as moving_module
from comity.assemble import moved, set_up_key, store_at
from comity.errors import Refused
from comity.record.entries import VoteCast
from comity.settings import Settings
from comity.store.contract import SITE_WIDE
from comity.store.moving import move
from comity.store.sql import SqlStore
from tests.cli.running import Runner
from tests.sites import HOST, open_rivers, site_at


def lived_in(url: str) -> tuple[str, str, str]:
    """A site with two consultations; somebody's personal link, an open invitation, and the root of the first."""
    with site_at(url) as site:
        open_rivers(site)
        open_rivers(site, "lakes")
        set_up_key(site)
        joined = site.desk.join("rivers", None, {"name": "Ana", "email": "ana@example.org"})
        site.desk.submit("rivers", VoteCast(by=joined.pseudonym, statement="1", answer=1, matters=True))
        invitation = site.desk.invite("rivers", HOST, "delegate", "bland")
        site.store.put(SITE_WIDE, "draft", "x", "brouillon ؟".encode())
        with site.reader.reading("rivers") as state:
            return joined.token, invitation, state.root().hex()


def contents(url: str) -> dict[str, object]:
    """Everything that a store holds."""
    store = store_at(url)
    kinds = ("text", "identity", "credential", "checkpoint", "secret", "draft", "session", "address")
    found: dict[str, object] = {"order": store.consultations()}
    for name in ("rivers", "lakes", SITE_WIDE):
        found[name] = list(store.entries(name)), {kind: dict(store.all(name, kind)) for kind in kinds}
    store.close()
    return found


@pytest.fixture(params=["sqlite to postgres", "postgres to sqlite", "sqlite to sqlite"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    files = iter(f"sqlite:///{tmp_path / name}.db" for name in ("a", "b"))
    urls = [
        str(request.getfixturevalue("postgres_url")) if kind == "postgres" else next(files)
        for kind in request.param.split(" to ")
    ]
    return urls[0], urls[1]


def test_everything_moves_and_the_site_goes_on(way: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving_module, "CHUNK", 3)
    here, there = way
    personal, invitation, root = lived_in(here)
    found = moved(Settings(here, "talks.example.org"), there)
    assert [item.consultation for item in found] == ["rivers", "lakes"]
    assert found[0].root == root
    assert contents(here) == contents(there)
    with site_at(there) as site:
        person = site.reader.person(personal)
        assert person is not None
        assert site.reader.identity("rivers", person.pseudonym)["name"] == "Ana"
        site.desk.submit("rivers", VoteCast(by=person.pseudonym, statement="2", answer=-1))
        assert site.desk.join("rivers", invitation).receipt.index == found[0].size + 1
        with site.reader.reading("rivers") as state:
            assert state.tree.root(found[0].size).hex() == root
            assert state.settings is not None
            assert state.settings.key == site.desk.signer.verifier


def test_a_database_that_holds_something_is_refused_and_left_alone(tmp_path: Path) -> None:
    here, there = (f"sqlite:///{tmp_path / name}.db" for name in ("a", "b"))
    lived_in(here)
    with site_at(there):
        pass  # a site that was started once has its own key, and no consultation
    before = contents(there)
    with pytest.raises(Refused) as refused:
        moved(Settings(here), there)
    assert refused.value.code == "not-empty"
    assert contents(there) == before
    with pytest.raises(Refused) as again:
        moved(Settings(here), here)
    assert again.value.code == "not-empty"


def test_what_does_not_arrive_as_it_was_is_not_kept(tmp_path: Path) -> None:
    here, there = (store_at(f"sqlite:///{tmp_path / name}.db") for name in ("a", "b"))
    assert isinstance(here, SqlStore)
    assert isinstance(there, SqlStore)
    with here.turn("rivers") as turn:
        turn.append([b"a", b"b", b"c"], 0)
    with there.engine.begin() as connection:
        spoils = "CREATE TRIGGER spoils AFTER INSERT ON entries BEGIN UPDATE entries SET body = x'3f'; END"
        connection.execute(text(spoils))
    with pytest.raises(Refused, match="did not arrive as it was") as refused:
        move(here, there)
    assert refused.value.code == "damaged-record"
    assert there.consultations() == ()
    here.close()
    there.close()


def test_nothing_to_move_and_nowhere_to_go_are_sentences(tmp_path: Path) -> None:
    empty, full = (f"sqlite:///{tmp_path / name}.db" for name in ("a", "b"))
    with pytest.raises(Refused) as nothing:
        moved(Settings(empty), full)
    assert nothing.value.code == "nothing-to-move"
    lived_in(full)
    for wrong, words in (
        ("memory:", "into memory"),
        ("mysql://x", "the address to move to begins with 'mysql'"),
    ):
        with pytest.raises(Refused, match=words) as refused:
            moved(Settings(full), wrong)
        assert refused.value.code == "bad-setting"


def test_the_command_prints_sizes_and_roots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here, there = (f"sqlite:///{tmp_path / name}.db" for name in ("a", "b"))
    *_, root = lived_in(here)
    monkeypatch.setenv("COMITY_DATABASE_URL", here)
    ended = Runner(monkeypatch, capsys)("move", there)
    assert ended.code == 0
    assert ended.out.splitlines()[0].split()[0::2] == ["rivers", root]
    assert "moved 2 consultations with the same roots" in ended.err
    assert Runner(monkeypatch, capsys)("move", there).code == 2
