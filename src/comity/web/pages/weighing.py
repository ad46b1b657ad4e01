"""What each party's vote would be worth, if the parties of a consultation decided by vote under a rule to choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from comity.errors import Refused
from comity.findings.party_rule import Tried, countable, needed, rule_of, tried
from comity.findings.power_published import NamedCoalitions, PartyPower, PowerFindings
from comity.record.consultation import Party
from comity.record.rule import HEADS
from comity.web.language import Language
from comity.web.package_words import signed
from comity.web.parts import Parts, Site, seen_by
from comity.web.powers import Weighed
from comity.web.shown import language_of, page, still_computing

router = APIRouter(include_in_schema=False)
FEWEST = 2
MAJORITY = "majority"
"""What the address says for: and also more than half of the parties."""
MOST_COUNTED = 20
"""Up to so many parties the ways of voting are said as numbers, which anybody can imagine."""
LEAST_SHOWN = 0.001
"""A share below this is said as under it."""
ALIKE = 0.0005
"""Shares closer than this are shown as the same."""


@dataclass(frozen=True)
class Row:
    """One party: what it brings, and what its vote is worth. amount: None where parties are counted."""

    name: str
    bloc: str | None
    amount: float | None
    share: float
    decides: float
    turns: float
    is_dummy: bool
    has_veto: bool

    @property
    def gain(self) -> float:
        return self.decides - self.share


@router.get("/c/{consultation}/power")
def power_page(
    request: Request, site: Site, consultation: str, count: str = "", need: str = "", also: str = ""
) -> Response:
    seen = seen_by(request, site, consultation)
    spoken = language_of(request)
    chosen, found, error, amounts = Tried(), None, None, None
    try:
        chosen = tried(seen.parties, count, need, with_majority=also == MAJORITY)
        if len(seen.parties) >= FEWEST:
            rule = rule_of(seen.parties, chosen)
            amounts = needed(rule, chosen)
            weighed = site.powers.of(rule)
            if weighed is None:
                return still_computing(request, seen)
            found = weighed.findings
    except Refused as refused:
        error = refused
    rows = () if found is None else rows_of(found, seen.parties)
    return page(
        request,
        "power.html",
        error=error,
        seen=seen,
        here="findings",
        enough=len(seen.parties) >= FEWEST,
        chosen=chosen,
        counts=countable(seen.parties)[1:],
        heads=HEADS,
        amounts=amounts,
        found=found,
        rows=rows,
        more=[row.name for row in sorted(rows, key=lambda row: -row.gain) if row.gain >= ALIKE],
        less=[row.name for row in sorted(rows, key=lambda row: row.gain) if row.gain <= -ALIKE],
        ways=None if len(rows) > MOST_COUNTED else 2 ** len(rows),
        others=found is not None and has_others(found.coalitions),
        share=lambda value: share_words(value, spoken),
        points=lambda value: signed(100 * value, spoken),
    )


@router.get("/c/{consultation}/power.json")
def as_json(
    request: Request, site: Site, consultation: str, count: str = "", need: str = "", also: str = ""
) -> Response:
    weighed = weighed_for(request, site, consultation, count, need, also)
    if weighed is None:
        return still_computing(request, seen_by(request, site, consultation))
    headers = {"content-disposition": f'attachment; filename="power-{consultation}.json"'}
    return Response(weighed.document, media_type="application/json", headers=headers)


def weighed_for(
    request: Request, site: Parts, consultation: str, count: str, need: str, also: str
) -> Weighed | None:
    """The numbers for a program, which waits longer than a person; None while they are computed. Raises Refused."""
    seen = seen_by(request, site, consultation)
    if len(seen.parties) < FEWEST:
        raise Refused(
            "too-few-parties",
            f"a vote is shared by at least two parties, and this consultation has {len(seen.parties)}; "
            "the host adds parties in the settings",
        )
    chosen = tried(seen.parties, count, need, with_majority=also == MAJORITY)
    return site.powers.of(rule_of(seen.parties, chosen), 20.0)


def rows_of(found: PowerFindings, parties: Sequence[Party]) -> tuple[Row, ...]:
    """The parties, whose vote decides most often first; equal ones as they were added."""
    rows = [_row(found, power, party) for power, party in zip(found.parties, parties, strict=True)]
    return tuple(sorted(rows, key=lambda row: -row.decides))


def _row(found: PowerFindings, power: PartyPower, party: Party) -> Row:
    brought = next((one for one in power.capacities if one.capacity == found.measure), None)
    return Row(
        power.name,
        party.bloc,
        None if brought is None else brought.amount,
        1 / len(found.parties) if brought is None else brought.share,
        power.banzhaf_share.value,
        power.shapley_shubik.value,
        power.is_dummy,
        power.has_veto,
    )


def has_others(found: NamedCoalitions) -> bool:
    """Whether more coalitions are as small as the examples; where they were not counted, there may be."""
    passing, stopping = found.n_smallest_winning, found.n_smallest_blocking
    if passing is None or stopping is None:
        return True
    return int(passing) > len(found.winning_examples) or int(stopping) > len(found.blocking_examples)


def share_words(value: float, spoken: Language) -> str:
    """A share to a tenth of a percent; one that is almost nothing is said as under that, and nothing as nothing."""
    if 0 < value < LEAST_SHOWN:
        return str(spoken.gettext("under %(share)s", share=spoken.percent(LEAST_SHOWN, 1)))
    return spoken.percent(value, 1)
