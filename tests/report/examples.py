"""Believable findings made by hand, so that the report can be tested without computing anything.

`drawn` plants people, groups and parties, draws their votes with a fixed seed, and fills a Findings object from the
plain Beta posterior of every tally. It is no method of Comity: only its shapes and sizes are like the real thing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import betaincc, betaincinv

from comity.findings.findings import (
    CommonGround,
    Estimate,
    Findings,
    Group,
    MapPoint,
    Method,
    OpinionMap,
    Quality,
    Representative,
    ReservedDifference,
    Side,
    Stance,
    StatementFinding,
    Support,
    Tally,
)
from comity.findings.parameters import Parameters
from comity.record.consultation import Party, RecordHead, Skipped, Source, SourceFile, Statement

RIVER = (
    "Every community along the river has a right to clean drinking water.",
    "Data on levels and discharge should be public every day.",
    "The upper dam must release a minimum flow in dry years.",
    "Each party should pay for cleaning what it lets into the river.",
    "Farmers downstream should be compensated when the dam stores water.",
    "The cost of the flood warning system should be shared by population.",
    "The cost of the flood warning system should be shared by income.",
    "No party may build a new dam without telling the others two years ahead.",
    "A new dam needs the consent of all parties.",
    "Shipping should have priority over irrigation from May to September.",
    "Fishing should stop for three years so that sturgeon can come back.",
    "The river commission should meet in public.",
    "Disputes should go to a court of arbitration and its ruling should bind.",
    "Sand mining should end within five years.",
    "Hydropower is the fairest way to pay for the river's upkeep.",
    "The mountain towns may keep all the water that falls on their land.",
    "Old treaties should stay in force unless all agree to change them.",
    "Nobody should be resettled for a dam without a new home and a new field.",
    "The water price should rise with what a household uses.",
    "Industry should clean its water before it asks for more.",
    "The delta needs more fresh water even if the cities pay more.",
    "Every school along the river should visit its spring and its mouth.",
    "The commission's chair should rotate every year.",
    "Votes in the commission should be weighted by population.",
)
PARTIES = (
    "Highlands",
    "Upper Valley",
    "Lake Cantons",
    "Old Port",
    "River Plain",
    "Delta Union",
    "Coast & Isles",
)
CHINESE = (
    "網路叫車平台應依法納稅並為乘客投保",
    "計程車司機的收入不應因為新的平台而變得更差",
    "政府應該先訂出清楚的規則，再讓業者公平競爭",
    "乘客的安全比價格便宜更重要，駕駛人必須有職業駕照並定期接受身體檢查",
    "私家車在空閒的時間載客可以減少馬路上的車輛，也讓資源得到更好的利用",
    "評價制度讓司機的服務態度變好，計程車也應該採用同樣的方法",
    "不論是哪一家公司，只要收費載客就應該遵守同樣的法律",
    "鄉下地方叫不到車，應該開放更多人加入載客的行列",
)
ARABIC = (
    "لكل قرية على ضفاف النهر حق في مياه شرب نظيفة.",
    "يجب أن تُنشر بيانات منسوب النهر كل يوم.",
    "UNEP ينبغي أن تشرف على قياس التلوث في الدلتا.",
    "لا يجوز بناء سد جديد من دون موافقة جميع الأطراف.",
    "ينبغي تقاسم كلفة الإنذار المبكر بحسب عدد السكان (50%).",
    "الملاحة أهم من الري في أشهر الصيف.",
    "يجب تعويض المزارعين عندما تُخزَّن المياه خلف السد.",
    "ينبغي أن تكون جلسات اللجنة علنية.",
)
Agreement = npt.NDArray[np.float64]
"""Probability of agreeing by group (row) and statement (column)."""


def drawn(
    title: str,
    question: str,
    statements: Sequence[Statement],
    agreement: Agreement,
    *,
    n_people: int,
    weights: Sequence[float],
    party_names: Sequence[str] = (),
    density: float = 0.6,
    seed: int = 1,
    parameters: Parameters | None = None,
) -> Findings:
    """Findings over planted groups; every number on it comes from votes that were drawn."""
    parameters = parameters or Parameters()
    dice = np.random.default_rng(seed)
    n_groups = len(weights)
    group = np.sort(dice.choice(n_groups, n_people, p=np.array(weights) / sum(weights)))
    party = (
        (group * 2 + dice.integers(0, 4, n_people)) % len(party_names)
        if party_names
        else np.full(n_people, -1)
    )
    if len(party_names) == n_people:
        party = np.arange(n_people)
    elif len(party_names) > 20:
        party = np.minimum(dice.geometric(0.12, n_people) - 1, len(party_names) - 1)
    answers = _answers(dice, agreement[group], density)
    placed = (answers != _NONE).sum(axis=1) >= min(parameters.minimum_votes, len(statements))
    letters = "ABCDEFGH"[:n_groups]
    position, spread = _places(dice, group, n_groups, (answers != _NONE).sum(axis=1))
    members = {f"group:{letter}": placed & (group == place) for place, letter in enumerate(letters)}
    names = {f"group:{letter}": f"Group {letter}" for letter in letters}
    if n_groups == 1 and placed.sum() >= 20:
        low, high = np.quantile(position[placed, 0], [0.25, 0.75])
        members |= {"end:1": placed & (position[:, 0] <= low), "end:2": placed & (position[:, 0] >= high)}
        names |= {"end:1": "End 1", "end:2": "End 2"}
    parties = tuple(Party(str(place), name) for place, name in enumerate(party_names))
    if len(parties) < n_people:
        members |= {f"party:{one.party_id}": party == place for place, one in enumerate(parties)}
        names |= {f"party:{one.party_id}": one.name for one in parties}
    sides = tuple(
        Side(
            side_id=side_id,
            kind=_kind(side_id),
            name=names[side_id],
            size=int(who.sum()),
            on_map=int((who & placed).sum()),
            n_votes=int((answers[who] != _NONE).sum()),
            center=_rounded(position[who & placed].mean(axis=0)) if (who & placed).any() else None,
            party=parties[int(side_id[6:])] if side_id.startswith("party") else None,
            is_delegation=side_id.startswith("party") and int(who.sum()) < parameters.delegation_below,
        )
        for side_id, who in members.items()
    )
    found = tuple(
        _statement_finding(statement, answers[:, place], members, parameters)
        for place, statement in enumerate(statements)
    )
    return Findings(
        title=title,
        question=question,
        source=Source(
            "polis-export",
            "Polis export: votes.csv and comments.csv",
            (
                SourceFile(
                    "votes.csv", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 1_204_331
                ),
                SourceFile(
                    "comments.csv", "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752", 48_211
                ),
            ),
        ),
        head=None,
        parties=parties,
        parameters=parameters,
        comity_version="0.1.0",
        n_participants=n_people,
        n_voted=int((answers != _NONE).any(axis=1).sum()),
        n_votes=int((answers != _NONE).sum()),
        n_statements=len(statements),
        n_left_out=MappingProxyType({"statements that moderators rejected": 12, "votes cast again": 431}),
        sides=sides,
        statements=found,
        common_ground=_common_ground(found, parameters),
        reserved_differences=_differences(found, parameters),
        most_divisive=tuple(
            one.statement.statement_id for one in sorted(found, key=lambda one: -one.divisiveness)[:5]
        ),
        groups=tuple(
            Group(
                side.side_id,
                side.side_id[6:],
                side.size,
                0.94,
                _representative(found, side.side_id) if n_groups > 1 else (),
            )
            for side in sides
            if side.kind == "group"
        ),
        ends=tuple(
            Group(side.side_id, side.side_id[4:], side.size, 1.0, _representative(found, side.side_id))
            for side in sides
            if side.kind == "end"
        ),
        opinion_map=_map(
            (position, spread),
            1 - dice.beta(0.5, 7, n_people),
            [f"group:{letters[place]}" for place in group],
            party,
            placed,
        ),
        quality=Quality(
            n_groups=n_groups,
            group_stability=0.93 if n_groups > 1 else None,
            why_groups="Between any two groups lies a gap."
            if n_groups > 1
            else "Opinions lie along a spectrum.",
            log_loss=0.512,
            baseline_log_loss=0.561,
            says=("Drawn anew within everybody's uncertainty, the groups agree with these by 0.93.",),
        ),
        methods=MappingProxyType(
            {
                "map": Method("spatial-model/1", MappingProxyType({"dimensions": 2}), 3),
                "groups": Method("opinion-groups/1", MappingProxyType({"minimum_votes": 7}), 4),
                "support": Method("support/1", MappingProxyType({"interval": 0.9}), 4),
                "common_ground": Method(
                    "common-ground/1", MappingProxyType({"threshold": 0.6, "certainty": 0.95}), 4
                ),
                "reserved_differences": Method(
                    "reserved-differences/1", MappingProxyType({"threshold": 0.6}), 4
                ),
            }
        ),
        skipped=(),
        warnings=(),
    )


@lru_cache(maxsize=1)
def river() -> Findings:
    """Seven parties, three groups, 640 people, 24 statements."""
    dice = np.random.default_rng(7)
    agreement = np.clip(dice.normal(0.5, 0.3, (3, len(RIVER))), 0.05, 0.95)
    agreement[:, [0, 1, 3, 11, 17]] = np.clip(dice.normal(0.86, 0.05, (3, 5)), 0.75, 0.97)
    agreement[:, 15] = 0.12
    findings = drawn(
        "Who may use how much of the Arda?",
        "What should the seven parties along the Arda agree on before the new dam is filled?",
        [Statement(str(place), text, "en") for place, text in enumerate(RIVER)],
        agreement,
        n_people=640,
        weights=(5, 4, 2),
        party_names=PARTIES,
    )
    return replace(
        findings,
        skipped=(
            Skipped("votes.csv", 118, "the vote is 2; it has to be 1, 0 or -1"),
            Skipped("votes.csv", 4_021, "the line ends after 3 of 5 columns"),
        ),
        warnings=("Coast & Isles cast fewer than 100 votes: its intervals are wide.",),
    )


@lru_cache(maxsize=1)
def taxis() -> Findings:
    """As large as vTaiwan's uberx: 1,921 people, 197 Chinese statements without a language, two groups."""
    dice = np.random.default_rng(11)
    texts = [f"{CHINESE[k % 8]}，{CHINESE[(k * 3 + k // 8 + 1) % 8]}{'。' * (1 + k % 2)}" for k in range(197)]
    agreement = np.clip(dice.normal(0.55, 0.27, (2, 197)), 0.03, 0.97)
    agreement[:, ::9] = np.clip(dice.normal(0.85, 0.05, agreement[:, ::9].shape), 0.7, 0.97)
    return drawn(
        "UberX 自用車載客",
        "自用車可以載客收費嗎？應該有什麼規則？",
        [Statement(str(place), text) for place, text in enumerate(texts)],
        agreement,
        n_people=1_921,
        weights=(3, 2),
        density=0.13,
        seed=3,
    )


@lru_cache(maxsize=1)
def delta() -> Findings:
    """Arabic statements without a language, two groups and two parties, 90 people."""
    dice = np.random.default_rng(5)
    agreement = np.clip(dice.normal(0.5, 0.35, (2, len(ARABIC))), 0.05, 0.95)
    agreement[:, [0, 7]] = 0.93
    return drawn(
        "مياه الدلتا",
        "على ماذا يمكن أن تتفق قرى الدلتا؟",
        [Statement(f"d{place}", text) for place, text in enumerate(ARABIC)],
        agreement,
        n_people=90,
        weights=(1, 1),
        party_names=("قرى الشمال", "قرى الجنوب"),
        density=0.9,
        seed=9,
    )


def small(
    *, n_people: int, n_statements: int, agreement: float = 0.5, groups: int = 1, density: float = 0.9
) -> Findings:
    """A little consultation in English: for the empty and the extreme cases."""
    return drawn(
        "Benches in the park",
        "Should there be more benches?",
        [Statement(str(place), text, "en") for place, text in enumerate(RIVER[:n_statements])],
        np.full((max(groups, 1), n_statements), agreement),
        n_people=n_people,
        weights=(1.0,) * max(groups, 1),
        density=density,
        seed=2,
    )


def no_votes() -> Findings:
    """Statements are there; nobody has voted."""
    findings = small(n_people=1, n_statements=3)
    nothing = Estimate(0.5, 0.05, 0.95)
    return replace(
        findings,
        n_participants=0,
        n_voted=0,
        n_votes=0,
        n_left_out=MappingProxyType({}),
        sides=(),
        statements=tuple(
            replace(found, tally=Tally(0, 0, 0), agree=nothing, disagree=nothing, supports=(), position=None)
            for found in findings.statements
        ),
        common_ground=(),
        reserved_differences=(),
        most_divisive=(),
        groups=(),
        ends=(),
        opinion_map=OpinionMap((), (), 0, ""),
        quality=Quality(0, None, "nobody has voted", None, None, ()),
    )


def one_participant() -> Findings:
    return small(n_people=1, n_statements=5)


def one_statement() -> Findings:
    return small(n_people=40, n_statements=1)


def everybody_agrees() -> Findings:
    return small(n_people=80, n_statements=6, agreement=1.0)


def no_groups() -> Findings:
    """One cloud of opinion, no parties."""
    return small(n_people=120, n_statements=12)


def nothing_named() -> Findings:
    """Groups are there, but nothing is certain."""
    findings = small(n_people=60, n_statements=10, groups=2)
    return replace(
        findings,
        common_ground=tuple(replace(found, named=False) for found in findings.common_ground),
        reserved_differences=tuple(replace(found, named=False) for found in findings.reserved_differences),
    )


def nobody_on_the_map() -> Findings:
    """Everybody voted too little to be placed; the parties are the only sides."""
    findings = drawn(
        "Benches in the park",
        "Should there be more benches?",
        [Statement(str(place), text, "en") for place, text in enumerate(RIVER[:12])],
        np.full((1, 12), 0.7),
        n_people=60,
        weights=(1,),
        party_names=("North Side", "South Side"),
        density=0.25,
    )
    sides = tuple(replace(side, on_map=0, center=None) for side in findings.sides if side.kind == "party")
    return replace(
        findings,
        sides=sides,
        groups=(),
        ends=(),
        statements=tuple(
            replace(
                found,
                position=None,
                supports=tuple(
                    replace(one, corrected_agree=None, corrected_disagree=None)
                    for one in found.supports
                    if one.side_id.startswith("party")
                ),
            )
            for found in findings.statements
        ),
        common_ground=(),
        opinion_map=OpinionMap((), (), 60, "fewer than 7 votes"),
        quality=Quality(0, None, "nobody has a place on the map", None, None, ()),
    )


@lru_cache(maxsize=1)
def classic() -> Findings:
    """The Polis pipeline: no correction, no spread."""
    findings = river()
    return replace(
        findings,
        parameters=replace(findings.parameters, method="classic"),
        statements=tuple(
            replace(
                found,
                supports=tuple(
                    replace(one, corrected_agree=None, corrected_disagree=None) for one in found.supports
                ),
            )
            for found in findings.statements
        ),
        opinion_map=replace(
            findings.opinion_map,
            points=tuple(
                replace(point, spread=(0.0, 0.0), membership=1.0) for point in findings.opinion_map.points
            ),
        ),
    )


@lru_cache(maxsize=1)
def many_parties() -> Findings:
    """More parties than can be drawn one under the other, some of them delegations."""
    dice = np.random.default_rng(13)
    return drawn(
        "Rules for the lagoon",
        "",
        [Statement(str(place), text, "en") for place, text in enumerate(RIVER)],
        np.clip(dice.normal(0.6, 0.3, (2, len(RIVER))), 0.02, 0.98),
        n_people=400,
        weights=(2, 1),
        party_names=[f"Municipality {chr(65 + k)}" for k in range(26)],
        density=0.7,
        seed=4,
    )


@lru_cache(maxsize=1)
def assembly() -> Findings:
    """Every participant is a party, as states are."""
    dice = np.random.default_rng(17)
    return drawn(
        "Roll calls of one session",
        "",
        [Statement(f"R/{place}", f"Resolution {place}: {text}", "en") for place, text in enumerate(RIVER)],
        np.clip(dice.normal(0.6, 0.3, (2, len(RIVER))), 0.02, 0.98),
        n_people=190,
        weights=(2, 1),
        party_names=[f"State {chr(65 + k // 20)}{chr(97 + k % 20)}" for k in range(190)],
        density=0.9,
        seed=4,
    )


def private() -> Findings:
    """Single people may not be shown: only the middles of groups and parties."""
    findings = river()
    why = "single participants are not shown in this consultation"
    return replace(
        findings,
        opinion_map=OpinionMap((), findings.opinion_map.axes_explained, findings.n_voted, why),
        head=RecordHead("lagoon.example", 4_211, "0f" * 32),
    )


def endless() -> Findings:
    """Words, names and texts without an end or without anything in them."""
    findings = river()
    texts = {"17": "A" * 3_000, "3": "", "20": "https://example.org/" + "x" * 400, "1": "水" * 10_000}
    return replace(
        findings,
        title="Riparian" * 20,
        question="W" * 900,
        sides=tuple(
            replace(side, name="Federation of United River Valley " * 4 + "Municipalities" * 9)
            if side.side_id == "party:2"
            else side
            for side in findings.sides
        ),
        statements=tuple(
            replace(
                found,
                statement=replace(
                    found.statement, text=texts.get(found.statement.statement_id, found.statement.text)
                ),
            )
            for found in findings.statements
        ),
    )


SHAPES: dict[str, Callable[[], Findings]] = {
    "river": river,
    "taxis": taxis,
    "delta": delta,
    "no_votes": no_votes,
    "one_participant": one_participant,
    "one_statement": one_statement,
    "everybody_agrees": everybody_agrees,
    "no_groups": no_groups,
    "nothing_named": nothing_named,
    "nobody_on_the_map": nobody_on_the_map,
    "classic": classic,
    "many_parties": many_parties,
    "assembly": assembly,
    "private": private,
    "endless": endless,
}
"""Every shape of findings that the page has to read well for."""

_NONE = 9


def _kind(side_id: str) -> Literal["group", "end", "party"]:
    return "group" if side_id.startswith("group") else "end" if side_id.startswith("end") else "party"


def _answers(dice: np.random.Generator, agreement: Agreement, density: float) -> npt.NDArray[np.int64]:
    """Votes of every person (row): 1, 0, -1, or _NONE where the person did not vote."""
    draw = dice.random(agreement.shape)
    votes = np.where(draw < agreement * 0.93, 1, np.where(draw > agreement + (1 - agreement) * 0.12, -1, 0))
    diligence = np.clip(dice.beta(1.2, 1.2 * (1 - density) / density, agreement.shape[0]), 0.01, 1)
    return np.where(dice.random(agreement.shape) < diligence[:, None], votes, _NONE)


def _places(
    dice: np.random.Generator, group: npt.NDArray[np.int64], n_groups: int, voted: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    middle = np.array([(-1.1, 0.3), (1.2, 0.5), (0.1, -1.3), (0.2, 1.5)])[:n_groups]
    if n_groups == 1:
        middle = np.zeros((1, 2))
    position = middle[group] + dice.normal(0, 0.42, (len(group), 2))
    spread = 0.9 / np.sqrt(1 + voted)[:, None] * np.array([1.0, 1.3])
    return position, spread


def _map(
    places: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
    membership: npt.NDArray[np.float64],
    group_ids: Sequence[str],
    party: npt.NDArray[np.int64],
    placed: npt.NDArray[np.bool_],
) -> OpinionMap:
    position, spread = places
    points = tuple(
        MapPoint(
            participant_id=str(person),
            position=_rounded(position[person]),
            spread=_rounded(spread[person]),
            group=group_ids[person],
            membership=round(float(membership[person]), 2),
            party_id=str(party[person]) if party[person] >= 0 else None,
        )
        for person in np.flatnonzero(placed).tolist()
    )
    return OpinionMap(points, (0.31, 0.12), int((~placed).sum()), "fewer than 7 votes")


def _statement_finding(
    statement: Statement,
    answers: npt.NDArray[np.int64],
    members: dict[str, npt.NDArray[np.bool_]],
    parameters: Parameters,
) -> StatementFinding:
    supports = tuple(_support(side_id, _tally(answers[who]), parameters) for side_id, who in members.items())
    tally = _tally(answers)
    share = (tally.agreed + 1) / (tally.voted + 2)
    return StatementFinding(
        statement=statement,
        tally=tally,
        agree=_estimate(tally.agreed, tally.voted, parameters),
        disagree=_estimate(tally.disagreed, tally.voted, parameters),
        supports=supports,
        divisiveness=round(4 * share * (1 - share), 3),
        position=(
            round(float(supports[0].agree.value - supports[-1].agree.value), 2),
            round(float(share - 0.5), 2),
        ),
    )


def _tally(answers: npt.NDArray[np.int64]) -> Tally:
    return Tally(int((answers == 1).sum()), int((answers == -1).sum()), int((answers == 0).sum()))


def _estimate(number: int, voted: int, parameters: Parameters) -> Estimate:
    for_it, against_it = number + 0.5, voted - number + 0.5
    edge = (1 - parameters.interval) / 2
    low, high = (float(betaincinv(for_it, against_it, tail)) for tail in (edge, 1 - edge))
    return Estimate(round(for_it / (for_it + against_it), 3), round(low, 3), round(high, 3))


def _support(side_id: str, tally: Tally, parameters: Parameters) -> Support:
    agree, disagree = (
        _estimate(number, tally.voted, parameters) for number in (tally.agreed, tally.disagreed)
    )
    for_it = _above(tally.agreed, tally.voted, parameters.threshold)
    against_it = _above(tally.disagreed, tally.voted, parameters.threshold)
    stance: Stance = "uncertain"
    if tally.voted == 0:
        stance = "silent"
    elif for_it >= 0.9:
        stance = "supports"
    elif against_it >= 0.9:
        stance = "rejects"
    elif (1 - for_it) * (1 - against_it) >= 0.9:
        stance = "divided"
    return Support(
        side_id,
        tally,
        agree,
        disagree,
        _shifted(agree, -0.02),
        _shifted(disagree, 0.02),
        stance,
        round(max(for_it, against_it, 0.5), 3),
    )


def _above(number: int, voted: int, threshold: float) -> float:
    return float(betaincc(number + 0.5, voted - number + 0.5, threshold))


def _shifted(estimate: Estimate, by: float) -> Estimate:
    """A correction, for show: a little lower or higher, and a little wider."""
    value, low, high = (estimate.value + by, estimate.low + by - 0.02, estimate.high + by + 0.02)
    return Estimate(*(round(min(max(x, 0.0), 1.0), 3) for x in (value, low, high)))


def _common_ground(found: Sequence[StatementFinding], parameters: Parameters) -> tuple[CommonGround, ...]:
    rows = []
    for one in found:
        for direction in ("support", "reject"):
            certainties = [
                (
                    support.side_id,
                    round(
                        _above(
                            support.tally.agreed if direction == "support" else support.tally.disagreed,
                            support.tally.voted,
                            parameters.threshold,
                        ),
                        3,
                    ),
                )
                for support in one.supports
            ]
            weakest = min(certainties, key=lambda pair: pair[1])
            rows.append(
                CommonGround(
                    one.statement.statement_id,
                    "support" if direction == "support" else "reject",
                    weakest[1],
                    weakest[0],
                    tuple(certainties),
                    weakest[1] >= parameters.certainty,
                )
            )
    return tuple(sorted(rows, key=lambda row: -row.certainty)[: max(len(found), 1)])


def _differences(found: Sequence[StatementFinding], parameters: Parameters) -> tuple[ReservedDifference, ...]:
    rows = []
    for one in found:
        for_sides = tuple(support.side_id for support in one.supports if support.stance == "supports")
        rejecting = tuple(support.side_id for support in one.supports if support.stance == "rejects")
        below = tuple(
            support.side_id
            for support in one.supports
            if support.stance == "divided" and support.agree.high < parameters.threshold
        )
        against = rejecting
        if not for_sides or not (rejecting or below):
            continue
        by_share = sorted(one.supports, key=lambda support: support.agree.value)
        low, high = by_share[0].agree, by_share[-1].agree
        gap = Estimate(
            round(high.value - low.value, 3),
            round(max(high.low - low.high, 0), 3),
            round(min(high.high - low.low, 1), 3),
        )
        others = tuple(one.side_id for one in one.supports if one.side_id not in (*for_sides, *against))
        certainty = round(min(max(by_share[0].stance_certainty, 0.9), by_share[-1].stance_certainty), 3)
        rows.append(
            ReservedDifference(
                one.statement.statement_id,
                certainty,
                "contrary" if rejecting else "partial",
                gap,
                for_sides,
                against,
                others,
                certainty >= parameters.certainty,
            )
        )
    return tuple(sorted(rows, key=lambda row: (-row.certainty, -row.gap.value)))


def _representative(found: Sequence[StatementFinding], side_id: str) -> tuple[Representative, ...]:
    rows: list[Representative] = []
    for one in found:
        here = next(support for support in one.supports if support.side_id == side_id)
        rest = [
            support.tally
            for support in one.supports
            if support.side_id != side_id and support.side_id[0] == side_id[0]
        ]
        voted = sum(tally.voted for tally in rest)
        for direction, share, number in (
            ("support", here.agree.value, sum(tally.agreed for tally in rest)),
            ("reject", here.disagree.value, sum(tally.disagreed for tally in rest)),
        ):
            elsewhere = round((number + 0.5) / (voted + 1), 3)
            rows.append(
                Representative(
                    one.statement.statement_id,
                    "support" if direction == "support" else "reject",
                    share,
                    elsewhere,
                    round(min(0.5 + abs(share - elsewhere), 0.999), 3),
                )
            )
    rows.sort(key=lambda row: row.share_elsewhere - row.share_here)
    return tuple(rows[:5])


def _rounded(numbers: npt.NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(x), 2) for x in numbers)
