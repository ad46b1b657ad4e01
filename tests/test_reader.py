"""What is known now: fresh for everybody, computed once for all who ask, and never in the way of a page."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from comity.assemble import Site
from comity.errors import Refused
from comity.findings.findings import Findings
from comity.findings.parameters import Parameters
from comity.reader import Reader
from comity.record.consultation import Consultation
from comity.record.entries import VoteCast
from tests.sites import open_rivers, site_at


class Slow:
    """Stands in for the findings: says how many votes it was given, when it is let go."""

    def __init__(self) -> None:
        self.calls: list[int] = []
        self.go = threading.Event()
        self.go.set()

    def __call__(self, consultation: Consultation, parameters: Parameters) -> Any:
        self.calls.append(len(consultation.votes.answer))
        assert self.go.wait(10)
        if parameters.dimensions == 99:
            raise ArithmeticError("nothing can be computed so")
        return ("findings", len(consultation.votes.answer))


def vote(site: Site, person: str, statement: str = "1") -> None:
    site.desk.submit("rivers", VoteCast(by=person, statement=statement, answer=1))


def test_findings_are_computed_once_for_a_record_and_again_for_a_new_one() -> None:
    slow = Slow()
    with site_at("memory:", slow) as site:
        open_rivers(site)
        ana = site.desk.join("rivers", None).pseudonym
        vote(site, ana)
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: site.reader.findings("rivers"), range(8)))
        assert set(map(str, found)) == {"('findings', 1)"}
        assert slow.calls == [1]
        vote(site, ana, "2")
        assert site.reader.findings("rivers") == ("findings", 2)  # type: ignore[comparison-overlap]
        assert slow.calls == [1, 2]
        assert site.reader.findings("rivers", Parameters(dimensions=3)) == ("findings", 2)  # type: ignore[comparison-overlap]


def test_a_page_gets_the_last_findings_at_once_while_newer_ones_are_computed() -> None:
    slow = Slow()
    with site_at("memory:", slow) as site:
        open_rivers(site)
        ana = site.desk.join("rivers", None).pseudonym
        vote(site, ana)
        size, found = site.reader.latest_findings("rivers")
        assert (size, found) == (site.reader.size("rivers"), ("findings", 1))  # type: ignore[comparison-overlap]
        slow.go.clear()
        vote(site, ana, "2")
        for _ in range(5):
            assert site.reader.latest_findings("rivers") == (size, ("findings", 1))  # type: ignore[comparison-overlap]
        vote(site, ana)  # a vote does not wait for findings
        slow.go.set()
        assert site.reader.findings("rivers") == ("findings", 3)  # type: ignore[comparison-overlap]
        assert site.reader.latest_findings("rivers")[0] == site.reader.size("rivers")


def test_findings_that_fail_say_so_to_whoever_asked() -> None:
    with site_at("memory:", Slow()) as site:
        open_rivers(site)
        with pytest.raises(ArithmeticError, match="nothing can be computed so"):
            site.reader.findings("rivers", Parameters(dimensions=99))
        assert site.reader.findings("rivers") == ("findings", 0)  # type: ignore[comparison-overlap]


def test_the_host_s_thresholds_are_the_parameters() -> None:
    with site_at("memory:") as site:
        open_rivers(site, threshold=0.75, certainty=0.9)
        assert site.reader.parameters("rivers") == Parameters(threshold=0.75, certainty=0.9)
        with pytest.raises(ValueError, match="no function that computes findings"):
            site.reader.findings("rivers")


def test_a_consultation_is_the_same_object_until_something_changes() -> None:
    with site_at("memory:") as site:
        open_rivers(site)
        one = site.reader.consultation("rivers")
        assert site.reader.consultation("rivers") is one
        site.desk.join("rivers", None)
        assert site.reader.consultation("rivers") is not one
        assert Reader(site.store).consultation("rivers").head == site.reader.consultation("rivers").head


def test_what_is_not_there_is_refused() -> None:
    with site_at("memory:") as site:
        for ask in (site.reader.consultation, site.reader.texts, site.reader.parameters):
            with pytest.raises(Refused) as refused:
                ask("lakes")
            assert refused.value.code == "no-such-consultation"
        assert site.reader.size("lakes") == 0
        assert site.reader.checkpoint("lakes") is None
        assert site.reader.person("guessed") is None


def test_a_record_that_was_removed_and_opened_again_is_not_mistaken() -> None:
    with site_at("memory:") as site:
        open_rivers(site)
        for _ in range(5):
            site.desk.join("rivers", None)
        other = Reader(site.store)
        assert other.consultation("rivers").head is not None
        site.desk.remove("rivers")
        open_rivers(site, title="Other rivers")
        assert other.consultation("rivers").title == "Other rivers"
        assert isinstance(Findings, type)


def test_a_start_from_tiles_is_a_start_from_entries_and_damage_is_left_out(
    any_store_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with site_at(any_store_url) as site:
        open_rivers(site)
        reader = site.desk.reader = Reader(site.store, tile=16)
        people = [site.desk.join("rivers", None).pseudonym for _ in range(12)]
        for step in range(31):
            vote(site, people[step % 12], str(step % 2 + 1))
        assert site.desk.close_what_is_due() == ()
        kept = site.store.all("rivers", "tile")
        assert list(kept) == ["000000000000", "000000000016", "000000000032"]
        site.desk.close_what_is_due()
        assert site.store.all("rivers", "tile") == kept

        def known(reader: Reader) -> tuple[Any, ...]:
            with reader.reading("rivers") as state:
                votes = [list(member.answers.items()) for member in state.members.values()]
                return state.root(), votes, [item.agreed for item in state.statements.values()]

        slow = known(Reader(site.store))
        quick = Reader(site.store, tile=16)
        assert known(quick) == slow == known(reader)
        assert quick.room("rivers").n_tiles == 3
        vote(site, people[0])
        assert known(quick) == known(reader) != slow

        other = kept["000000000016"]
        for wrong in (other[:-1] + b"x", kept["000000000000"]):
            site.store.put("rivers", "tile", "000000000016", wrong)
            caplog.clear()
            afresh = Reader(site.store, tile=16)
            assert known(afresh) == known(reader)
            assert "what was kept for a quick start is left out" in caplog.text
            assert not site.store.all("rivers", "tile")
            afresh.keep_tiles("rivers")
            assert site.store.all("rivers", "tile") == kept


def test_tiles_of_another_record_are_found_out_by_the_checkpoint() -> None:
    with site_at("memory:") as site, site_at("memory:") as other:
        for each in (site, other):
            open_rivers(each)
            each.desk.reader = Reader(each.store, tile=4)
            vote(each, each.desk.join("rivers", None).pseudonym)
            each.desk.close_what_is_due()
        for key, tile in other.store.all("rivers", "tile").items():
            site.store.put("rivers", "tile", key, tile)
        afresh = Reader(site.store, tile=4)
        with afresh.reading("rivers") as found, site.reader.reading("rivers") as state:
            assert found.root() == state.root()
        assert not site.store.all("rivers", "tile")
