"""The only writer: what it acknowledges is there, what it refuses is not, whoever else writes at the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from comity.assemble import Site
from comity.desk import Beside, Desk, new_pseudonym, new_text, new_token
from comity.errors import Refused
from comity.exchange.record_file import read, written
from comity.reader import Reader
from comity.record.bargain import DraftProposed, IssueAdded, NegotiationEnded, NegotiationOpened
from comity.record.canonical import token_hash
from comity.record.checkpoint import checkpoint_from
from comity.record.copies import Line
from comity.record.entries import (
    Closed,
    InvitationIssued,
    ParticipantJoined,
    SettingsChanged,
    StatementModerated,
    VoteCast,
    VoteWithdrawn,
)
from comity.record.entry_bytes import entry_from
from comity.record.fold import state_from
from comity.record.receipt import check_receipt, receipt_bytes, receipt_from
from comity.record.verification import verified
from comity.store.contract import SizeConflict, Turn
from comity.store.memory import MemoryStore
from tests.record.example import SIGNER, opening
from tests.sites import HOST, open_rivers, site_at


@pytest.fixture
def site(any_store_url: str) -> Iterator[Site]:
    with site_at(any_store_url) as site:
        open_rivers(site)
        yield site


def vote(by: str, statement: str = "1", answer: int = 1, *, matters: bool = False) -> VoteCast:
    return VoteCast(by=by, statement=statement, answer=answer, matters=matters)


def test_a_vote_gets_a_receipt_that_proves_it(site: Site) -> None:
    ana = site.desk.join("rivers", None).pseudonym
    receipt = site.desk.submit("rivers", vote(ana, matters=True))
    assert site.store.entries("rivers")[receipt.index] == receipt.entry
    kept = receipt_from(receipt_bytes(receipt))
    assert kept == receipt
    checkpoint = check_receipt(kept, site.desk.signer.verifier)
    state = state_from(site.store.entries("rivers"))
    assert (checkpoint.size, checkpoint.root) == (state.size, state.root())
    note = site.reader.checkpoint("rivers")
    assert note is not None
    assert checkpoint_from(note, site.desk.signer.verifier) == checkpoint
    other = replace(kept, entry=kept.entry.replace(b'"answer":1', b'"answer":-1'))
    with pytest.raises(ValueError, match="the proof does not lead"):
        check_receipt(other)


def test_what_is_refused_is_not_stored(site: Site) -> None:
    size = site.reader.size("rivers")
    for entry, code in (
        (vote("p-nobody"), "not-a-member"),
        (vote(HOST), "not-allowed"),
        (SettingsChanged(by=HOST, changes={"visibility": "names"}), "fixed-setting"),
    ):
        with pytest.raises(Refused) as refused:
            site.desk.submit("rivers", entry, [Beside("text", "x", b"never kept")])
        assert refused.value.code == code
    with pytest.raises(Refused) as refused:
        site.desk.submit("nowhere", vote(HOST))
    assert refused.value.code == "no-such-consultation"
    assert site.reader.size("rivers") == size
    assert site.store.get("rivers", "text", "x") is None
    assert site.reader.consultations() == ("rivers",)


def test_a_group_is_taken_whole_or_not_at_all(site: Site) -> None:
    ana = site.desk.join("rivers", None).pseudonym
    before = list(site.store.entries("rivers"))
    with pytest.raises(Refused, match="no statement '9'"):
        site.desk.submit_all("rivers", [vote(ana, "1"), vote(ana, "2"), vote(ana, "9")])
    assert list(site.store.entries("rivers")) == before
    first, second = site.desk.submit_all("rivers", [vote(ana, "1"), vote(ana, "2", -1)])
    assert (first.index, second.index) == (len(before), len(before) + 1)
    with site.reader.reading("rivers") as state:
        assert {name: own.answer for name, own in state.own_votes(ana).items()} == {"1": 1, "2": -1}


def test_a_group_that_is_refused_among_others_costs_them_nothing(site: Site) -> None:
    """All of this is waiting when the desk comes round: one turn for everything."""
    ana, dov = (site.desk.join("rivers", None).pseudonym for _ in range(2))
    futures: list[Future[object]] = []
    with site.store.turn("rivers"):  # the desk has to wait
        for entries in (
            [vote(ana, "1")],
            [vote(ana, "2"), vote(ana, "9")],
            [vote(dov, "1", -1)],
            [vote(dov, "9")],
            [vote(dov, "2", 0)],
        ):
            futures.append(site.desk.submit_soon("rivers", entries))  # type: ignore[arg-type]
    refused = [future.exception() for future in futures]
    assert [isinstance(error, Refused) for error in refused] == [False, True, False, True, False]
    with site.reader.reading("rivers") as state:
        assert {name: own.answer for name, own in state.own_votes(ana).items()} == {"1": 1}
        assert {name: own.answer for name, own in state.own_votes(dov).items()} == {"1": -1, "2": 0}
        assert state.root() == state_from(site.store.entries("rivers")).root()


def test_an_invitation_lets_so_many_in_and_its_secret_is_kept_nowhere(site: Site) -> None:
    token = site.desk.invite("rivers", HOST, "delegate", "aland", limit=2)
    joined = [
        site.desk.join("rivers", token, {"name": name, "email": f"{name}@example.org"}) for name in "ab"
    ]
    for replayed in (token, new_token(), token[:-1]):
        with pytest.raises(Refused, match="invitation"):
            site.desk.join("rivers", replayed)
    person = site.reader.person(joined[0].token)
    assert person is not None
    assert (person.consultation, person.pseudonym) == ("rivers", joined[0].pseudonym)
    assert site.reader.person(token) is None
    assert site.reader.identity("rivers", joined[1].pseudonym)["email"] == "b@example.org"
    with site.reader.reading("rivers") as state:
        member = state.members[joined[0].pseudonym]
        assert (member.role, member.party) == ("delegate", "aland")
    written = b"\n".join(site.store.entries("rivers"))
    for secret in (token, joined[0].token, "example.org@", "@example.org"):
        assert secret.encode() not in written


def test_statements_get_numbers_texts_and_decisions(site: Site) -> None:
    ana = site.desk.join("rivers", None).pseudonym
    receipt = site.desk.state_question("rivers", ana, "  Plant trees  ", "en")
    entry = receipt.what()
    assert entry.statement == "3"  # type: ignore[attr-defined]
    assert site.reader.texts("rivers")[entry.text] == "Plant trees"  # type: ignore[attr-defined]
    site.desk.submit("rivers", StatementModerated(by=HOST, statement="3", decision="accepted"))
    site.desk.translate("rivers", HOST, subject="3", language="fr", text="Planter", state="checked")
    with site.reader.reading("rivers") as state:
        assert [item.statement for item in state.submitted_by(ana)] == ["3"]
        assert state.translations["3", "fr"].state == "checked"
        assert [decision.decision for _, decision in state.decisions] == ["accepted"]
        assert state.is_votable(state.statements["3"])


def test_erasing_takes_texts_and_names_and_leaves_every_count(site: Site) -> None:
    ana = site.desk.join("rivers", None, {"name": "Ana"})
    text = site.desk.state_question("rivers", ana.pseudonym, "My neighbour is a thief").what().text  # type: ignore[attr-defined]
    site.desk.submit("rivers", StatementModerated(by=HOST, statement="3", decision="accepted"))
    site.desk.submit("rivers", vote(ana.pseudonym, "3"))
    before = site.reader.consultation("rivers")
    site.desk.erase_text("rivers", HOST, text, "personal-data")
    site.desk.erase_identity("rivers", HOST, ana.pseudonym)
    after = site.reader.consultation("rivers")
    assert after.statements[2].text == "(this text was erased)"
    assert before.statements[2].text == "My neighbour is a thief"
    assert after.votes.answer.tolist() == before.votes.answer.tolist() == [1]
    assert after.participant_ids == before.participant_ids
    assert site.store.get("rivers", "text", text) is None
    assert dict(site.reader.identity("rivers", ana.pseudonym)) == {}
    assert site.reader.person(ana.token) is None
    with pytest.raises(Refused, match="has ended"):
        site.desk.submit("rivers", vote(ana.pseudonym, "1"))
    fresh = Reader(site.store)
    assert fresh.consultation("rivers").head == after.head
    assert fresh.consultation("rivers").statements == after.statements


def test_many_at_once_are_all_there_once(site: Site) -> None:
    """Forty threads vote and change their votes; every receipt is true, and numbers have no gap."""
    people = [site.desk.join("rivers", None).pseudonym for _ in range(40)]
    start = site.reader.size("rivers")

    def many(person: str) -> list[int]:
        return [site.desk.submit("rivers", vote(person, answer=step % 3 - 1)).index for step in range(10)]

    with ThreadPoolExecutor(40) as pool:
        indices = [index for found in pool.map(many, people) for index in found]
    assert sorted(indices) == list(range(start, start + 400))
    fresh = state_from(site.store.entries("rivers"))
    with site.reader.reading("rivers") as state:
        assert state.root() == fresh.root()
        assert (state.statements["1"].disagreed, state.statements["1"].agreed) == (40, 0)
    times = [entry_from(data).at or 0 for data in site.store.entries("rivers")]
    assert times == sorted(times)


def test_two_workers_write_one_record(any_store_url: str) -> None:
    """Each with a desk and reader of its own; each sees at once what the other wrote."""
    if any_store_url == "memory:":
        return  # a store in memory has one process, and one desk
    with site_at(any_store_url) as one, site_at(any_store_url) as two:
        open_rivers(one)
        assert one.desk.signer.verifier == two.desk.signer.verifier
        people = [site.desk.join("rivers", None).pseudonym for site in (one, two) for _ in range(8)]

        def many(number: int) -> None:
            for step in range(15):
                site = (one, two)[(number + step) % 2]
                receipt = site.desk.submit("rivers", vote(people[number], str(step % 2 + 1), step % 3 - 1))
                with (two, one)[(number + step) % 2].reader.reading("rivers") as state:
                    assert state.size > receipt.index

        with ThreadPoolExecutor(16) as pool:
            list(pool.map(many, range(16)))
        with one.reader.reading("rivers") as first, two.reader.reading("rivers") as second:
            assert first.root() == second.root() == state_from(one.store.entries("rivers")).root()
            assert first.n_votes_cast == 16 * 15


def test_two_people_cannot_use_one_invitation_twice(any_store_url: str) -> None:
    with site_at(any_store_url) as site:
        open_rivers(site)
        token = site.desk.invite("rivers", HOST, "participant", limit=3)

        def join(_: int) -> str:
            try:
                site.desk.join("rivers", token)
            except Refused as refused:
                return refused.code
            return "joined"

        with ThreadPoolExecutor(12) as pool:
            assert sorted(pool.map(join, range(12))) == ["invitation-used-up"] * 9 + ["joined"] * 3


def test_data_survive_a_restart(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'record.db'}"
    with site_at(url) as site:
        open_rivers(site)
        ana = site.desk.join("rivers", None, {"name": "Ana"})
        site.desk.submit("rivers", vote(ana.pseudonym))
        head = site.reader.consultation("rivers").head
        key = site.desk.signer.verifier
    with site_at(url) as site:
        assert site.reader.consultation("rivers").head == head
        assert site.desk.signer.verifier == key
        assert site.reader.person(ana.token) is not None
        site.desk.submit("rivers", vote(ana.pseudonym, answer=-1))


class Forgetful(MemoryStore):
    """A store whose commits fail as often as it is told."""

    def __init__(self, failures: Sequence[BaseException]) -> None:
        super().__init__()
        self.failures = list(failures)

    @contextmanager
    def turn(self, consultation: str) -> Iterator[Turn]:  # type: ignore[override]
        with super().turn(consultation) as turn:
            yield turn
            if self.failures and turn.size > 1:
                raise self.failures.pop(0)


def voting(store: MemoryStore) -> tuple[Desk, str]:
    desk = Desk(store, Reader(store), SIGNER)
    desk.open(opening(joining="open", at=None))
    return desk, new_pseudonym()


def test_a_conflict_is_tried_again() -> None:
    store = Forgetful([SizeConflict(1, 2), SizeConflict(1, 3)])
    desk, ana = voting(store)
    desk.submit("rivers", ParticipantJoined(by=ana))
    assert store.size("rivers") == 2
    desk.stop()


def test_a_commit_that_fails_is_told_and_forgotten() -> None:
    """Nobody is shown what was not stored, and the next one who comes is served."""
    store = Forgetful([Refused("disk-full", "the site's disk is full")])
    desk, ana = voting(store)
    with pytest.raises(Refused, match="disk is full"):
        desk.submit("rivers", ParticipantJoined(by=ana))
    with desk.reader.reading("rivers") as state:
        assert ana not in state.members
    desk.submit("rivers", ParticipantJoined(by=ana))
    with desk.reader.reading("rivers") as state:
        assert ana in state.members
        assert state.root() == state_from(store.entries("rivers")).root()
    desk.stop()


def test_a_programming_mistake_reaches_whoever_made_it() -> None:
    store = MemoryStore()
    desk, _ = voting(store)
    with pytest.raises(TypeError):
        desk.submit("rivers", "not an entry")  # type: ignore[arg-type]
    desk.submit("rivers", ParticipantJoined(by="p-next"))
    desk.stop()


def test_consultations_close_when_their_time_has_come() -> None:
    now = [1000]
    with site_at("memory:") as site:
        site.desk.now = lambda: now[0]
        open_rivers(site, closes_at=2000)
        open_rivers(site, "lakes")
        assert site.desk.close_what_is_due() == ()
        now[0] = 2000
        assert site.desk.close_what_is_due() == ("rivers",)
        assert site.desk.close_what_is_due() == ()
        with site.reader.reading("rivers") as state:
            assert state.closed_at == 2000
        with pytest.raises(Refused, match="closed on 1 January 1970"):
            site.desk.join("rivers", None)


def test_a_clock_that_runs_backwards_stops_nothing() -> None:
    now = [5000]
    with site_at("memory:") as site:
        site.desk.now = lambda: now[0]
        open_rivers(site)
        now[0] = 1000
        receipt = site.desk.join("rivers", None).receipt
        assert receipt.what().at == 5000


def test_votes_that_are_not_published_are_salted(site: Site) -> None:
    open_rivers(site, "secret", visibility="parties")
    ana = site.desk.join("secret", None).pseudonym
    receipts = [
        site.desk.submit("secret", entry)
        for entry in (vote(ana), vote(ana), VoteWithdrawn(by=ana, statement="1"))
    ]
    salts = {receipt.what().salt for receipt in receipts}  # type: ignore[attr-defined]
    assert len(salts) == 3
    assert all(salt and len(salt) == 32 for salt in salts)


def test_a_big_group_gets_one_receipt(site: Site) -> None:
    links = [InvitationIssued(by=HOST, invitation=token_hash(str(n)), role="reader") for n in range(600)]
    receipts = site.desk.submit_all("rivers", links)
    assert len(receipts) == 1
    assert receipts[0].index == site.reader.size("rivers") - 1
    check_receipt(receipts[0])


def test_waiting_for_a_change(site: Site) -> None:
    size = site.reader.size("rivers")
    assert site.reader.wait_for_change("rivers", size + 1, 5) == size
    timer = threading.Timer(0.2, lambda: site.desk.submit("rivers", Closed(by=HOST)))
    timer.start()
    assert site.reader.wait_for_change("rivers", size, 10) == size + 1
    timer.join()


def test_texts_and_names_are_random() -> None:
    assert len({new_pseudonym() for _ in range(1000)}) == len({new_token() for _ in range(1000)}) == 1000
    assert new_text("a").hash != new_text("a").hash


@pytest.mark.parametrize("shown", ["nothing", "rankings", "all"])
def test_what_parties_state_is_in_full_copies_and_what_they_open_in_every_copy(
    site: Site, shown: Literal["nothing", "rankings", "all"]
) -> None:
    ana = site.desk.join("rivers", site.desk.invite("rivers", HOST, "delegate", "aland")).pseudonym
    opened = NegotiationOpened(by=HOST, shown=shown, quota=1)
    weir = IssueAdded(by=HOST, issue="weir", name="Weir", options=("low", "high", "none"))
    number = site.desk.submit_all("rivers", [opened, weir])[0].index
    stated = {
        "no_agreement": 37,
        "weights": {"weir": 100},
        "points": {"weir": {"low": 83, "high": 0, "none": 1}},
        "red_lines": [
            {"where": {"weir": ["high"]}, "reason": "secret reason"},
            {"where": {"weir": ["none"]}, "reason": "open reason", "published": True},
        ],
    }
    with pytest.raises(Refused, match="opened anew since"):
        site.desk.state_interests("rivers", ana, number - 1, stated)
    site.desk.state_interests("rivers", ana, number, stated)
    with site.reader.reading("rivers") as state:
        interests = state.bargain.stated
    draft = DraftProposed(
        by=HOST,
        draft=1,
        package={"weir": "low"},
        why="first draft",
        interests=interests,
        comity_version="0.1.0",
    )
    site.desk.submit("rivers", draft)
    with pytest.raises(Refused, match="no issue 'dam'"):
        site.desk.answer_draft("rivers", ana, 1, consents=True, hurt="dam")
    site.desk.answer_draft("rivers", ana, 1, consents=True, hurt="weir")
    site.desk.submit("rivers", NegotiationEnded(by=HOST, outcome="agreement", draft=1))
    copies = {kind: b"".join(written(site.reader.copy("rivers", kind))) for kind in ("public", "full")}
    assert b"secret reason" in copies["full"]
    assert b"secret reason" not in copies["public"]
    assert b"open reason" in copies["public"]
    assert (b'"low\\":83' in copies["public"]) == (shown == "all")
    assert (b'"low\\"],[' in copies["public"]) == (shown == "rankings")
    assert (b'"text":"weir"' in copies["public"]) == (shown != "nothing")
    for kind, written_copy in copies.items():
        found = verified(read(written_copy.splitlines(keepends=True)))
        assert any("private statements" in sentence for sentence in found.proved) == (kind == "full")
    assert not any("secret" in text for text in site.reader.texts("rivers").values())
    site.desk.remove("rivers")
    copy = list(read(copies["full"].splitlines(keepends=True)))
    entries = [item.entry for _, item in copy if isinstance(item, Line) and item.entry is not None]
    site.desk.take_over(verified(iter(copy)), entries)
    assert b"".join(written(site.reader.copy("rivers", "public"))) == copies["public"]
    assert b"".join(written(site.reader.copy("rivers", "full"))) == copies["full"]
