"""The choice of the next statement from published findings is the method's own, and keeps its promises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from comity.engine.opinion.routing import FAIR_START, Standings, ground_gain
from comity.findings.compute import findings_of
from comity.findings.findings import Findings, Tally
from comity.findings.routing import Routing, Waiting, outlook_of, routing_of, standings_of
from comity.record.consultation import Promise
from comity.rehearsal.example import example_consultation


@pytest.fixture(scope="module")
def findings() -> Findings:
    return findings_of(example_consultation())


@pytest.fixture(scope="module")
def routing(findings: Findings) -> Routing:
    return made(findings)


def made(findings: Findings) -> Routing:
    return routing_of(findings, outlook_of(standings_of(findings), findings.parameters.threshold))


def all_waiting(findings: Findings, n_votes: int = 100) -> list[Waiting]:
    return [Waiting(item.statement.statement_id, n_votes) for item in findings.statements]


def test_the_counts_are_the_published_ones_and_a_new_statement_has_none(findings: Findings) -> None:
    standings = standings_of(findings)
    assert standings.voted.shape == (len(findings.sides), len(findings.statements) + 1)
    assert not standings.voted[:, -1].any()
    side, statement = 1, 3
    tally = findings.statements[statement].supports[side].tally
    assert standings.agreed[side, statement] == tally.agreed
    assert standings.voted[side, statement] == tally.voted


def test_the_gain_is_that_of_the_method_for_the_sides_of_a_person(
    findings: Findings, routing: Routing
) -> None:
    point = findings.opinion_map.points[0]
    member = np.array([side.side_id in (point.group, f"party:{point.party_id}") for side in findings.sides])
    assert member.sum() == 2
    wanted = ground_gain(standings_of(findings), member, findings.parameters.threshold)
    assert routing._gain(member) == pytest.approx(wanted, abs=1e-12)


def gain_with(findings: Findings, *sides: str) -> np.ndarray:
    member = np.array([side.side_id in sides for side in findings.sides])
    return ground_gain(standings_of(findings), member, findings.parameters.threshold)


def test_somebody_new_counts_for_the_party_and_for_each_group_by_its_size(
    findings: Findings, routing: Routing
) -> None:
    party = f"party:{findings.parties[0].party_id}"
    groups = {side.side_id: side.on_map for side in findings.sides if side.kind == "group"}
    assert len(groups) == 3
    wanted = sum(size * gain_with(findings, party, group) for group, size in groups.items())
    found = routing._expected_gain(None, findings.parties[0].party_id)
    assert found == pytest.approx(wanted / sum(groups.values()), abs=1e-12)
    alone = sum(size * gain_with(findings, group) for group, size in groups.items())
    assert routing._expected_gain(None, None) == pytest.approx(alone / sum(groups.values()), abs=1e-12)


def test_a_doubtful_place_counts_for_several_groups(findings: Findings, routing: Routing) -> None:
    point = replace(findings.opinion_map.points[0], membership=0.7)
    chances = routing._chances(point)
    assert chances[str(point.group)] == 0.7
    assert sum(chances.values()) == pytest.approx(1.0)
    wanted = sum(chance * gain_with(findings, group) for group, chance in chances.items())
    assert routing._expected_gain(point, None) == pytest.approx(wanted, abs=1e-12)


def test_those_of_no_side_are_everybody_less_the_sides_of_one_kind(findings: Findings) -> None:
    standings = standings_of(findings)
    assert standings.others is not None
    assert standings.heads is not None
    kinds = [side.kind for side in findings.sides]
    in_parties = sum(
        item.voted for item, kind in zip(of_statement(findings, 3), kinds, strict=True) if kind == "party"
    )
    everybody = findings.statements[3].tally.voted
    assert standings.heads[3] == everybody
    assert standings.others[2, 3] == everybody - in_parties
    assert not standings.others[:, -1].any()


def of_statement(findings: Findings, number: int) -> list[Tally]:
    return [support.tally for support in findings.statements[number].supports]


def test_the_place_comes_first_until_enough_is_told(findings: Findings, routing: Routing) -> None:
    columns = np.arange(len(findings.statements))
    best, behind = routing._of_map(columns, columns[:0])
    assert behind
    telling = np.argsort(-best)
    _, behind = routing._of_map(telling[3:], telling[:3])
    assert not behind
    _, behind = routing._of_map(telling[:-3], telling[-3:])
    assert behind


def test_the_same_person_in_the_same_turn_is_shown_the_same(findings: Findings, routing: Routing) -> None:
    waiting = all_waiting(findings)
    first, *rest = waiting
    chosen = [routing.next("p001", None, rest, 1, [first.statement_id]) for _ in range(3)]
    assert len(set(chosen)) == 1
    assert routing.next("p001", None, [], 0) is None
    assert routing.next("p001", None, waiting[:1], 0) == 0


def test_nobody_is_shown_anything_twice_and_everybody_everything(
    findings: Findings, routing: Routing
) -> None:
    waiting = all_waiting(findings)
    seen: list[str] = []
    while (chosen := routing.next("p007", "estova", waiting, len(seen), seen)) is not None:
        seen.append(waiting.pop(chosen).statement_id)
    assert sorted(seen) == sorted(item.statement.statement_id for item in findings.statements)


def test_votes_since_the_findings_send_the_next_people_elsewhere(
    findings: Findings, routing: Routing
) -> None:
    now = [Waiting(item.statement.statement_id, item.tally.voted) for item in findings.statements]
    routing = replace(routing, loading=np.zeros_like(routing.loading))
    first = routing.next("p001", None, now, 0)
    assert first is not None
    later = list(now)
    later[first] = replace(now[first], n_votes=now[first].n_votes * 1000)
    assert routing.next("p001", None, later, 0) != first


def test_a_statement_newer_than_the_findings_gets_its_turn(findings: Findings, routing: Routing) -> None:
    waiting = [*all_waiting(findings), Waiting("new", 0)]
    people = 300
    first = sum(routing.next(f"somebody-{n}", None, waiting, 0) == len(waiting) - 1 for n in range(people))
    assert first >= people / 5 / 1.6
    told = [*all_waiting(findings), Waiting("new", FAIR_START)]
    later = sum(routing.next(f"somebody-{n}", None, told, 0) == len(told) - 1 for n in range(people))
    assert later in (0, people)


def test_where_there_are_no_sides_everybody_is_one(findings: Findings) -> None:
    bare = [replace(item, supports=()) for item in findings.statements]
    routing = made(replace(findings, sides=(), statements=tuple(bare)))
    tallies = [item.tally for item in bare]
    every = Standings(
        *(np.array([[getattr(one, name) for one in tallies]]) for name in ("agreed", "disagreed", "voted"))
    )
    gain = routing._expected_gain(None, None)
    assert gain[:-1] == pytest.approx(ground_gain(every, np.array([True]), findings.parameters.threshold))


def test_ends_of_a_spectrum_are_sides_too(findings: Findings) -> None:
    sides = tuple(
        replace(side, kind="end", side_id=f"end:{n}") for n, side in enumerate(findings.sides[:2], 1)
    )
    bare = [replace(item, supports=item.supports[:2]) for item in findings.statements]
    routing = made(replace(findings, sides=sides, statements=tuple(bare)))
    points = sorted(findings.opinion_map.points, key=lambda point: point.position[0])
    first, last = (routing._chances(replace(points[at], spread=(1e-6, 1.0))) for at in (0, -1))
    assert first == pytest.approx({"end:1": 1.0, "end:2": 0.0})
    assert last == pytest.approx({"end:1": 0.0, "end:2": 1.0})
    middle = routing._chances(points[len(points) // 2])
    assert 0.0 < sum(middle.values()) < 1.0
    assert routing._chances(None) == {"end:1": 0.25, "end:2": 0.25}


def test_where_no_single_votes_are_published_sizes_stand_for_places() -> None:
    private = findings_of(replace(example_consultation(), promise=Promise("parties", 5)))
    routing = made(private)
    assert routing.points == {}
    assert routing.next("p001", private.parties[0].party_id, all_waiting(private), 0) is not None
