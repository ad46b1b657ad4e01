"""A slate computed from votes: the rule, what each side finds on it, and the certificate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.groups import opinion_groups
from comity.engine.opinion.order import CanonicalVotes, canonical
from comity.engine.opinion.passing import passing
from comity.engine.opinion.slates.approvals import (
    Approvals,
    Ballots,
    Expected,
    Slate,
    ballots,
    expected_approvals,
    observed_approvals,
)
from comity.engine.opinion.slates.certificate import Certificate, LeftOut, certificate
from comity.engine.opinion.slates.equal_shares import equal_shares
from comity.engine.opinion.slates.pav import exact_pav, sequential_pav
from comity.engine.opinion.slates.phragmen import phragmen
from comity.engine.opinion.spatial import SpatialModel, spatial_model
from comity.engine.votes import Floats
from comity.findings.findings import Method
from comity.findings.inputs import inputs
from comity.findings.parameters import Parameters
from comity.findings.sides import SideMembers, bloc_sides, end_sides, group_sides, party_sides
from comity.findings.slate import (
    Basis,
    Checked,
    GroupLeftOut,
    Place,
    RuleName,
    SlateFindings,
    SlateSide,
)
from comity.record.consultation import Consultation, Statement

RULES: Mapping[str, Callable[[Approvals, int], Slate]] = MappingProxyType(
    {
        "equal-shares": equal_shares,
        "phragmen": phragmen,
        "sequential-pav": sequential_pav,
        "exact-pav": exact_pav,
    }
)
DECIMALS = 4


def slate_findings(
    consultation: Consultation,
    size: int = 8,
    rule: RuleName = "equal-shares",
    basis: Basis = "expected",
    parameters: Parameters | None = None,
) -> SlateFindings:
    """Choose a slate and say whom it represents. Raises Refused for what the rules refuse.

    The result depends on the votes and the order of statements, not on the order of participants.
    """
    chosen = parameters or Parameters()
    given = inputs(consultation, chosen)
    order = canonical(given.votes)
    model = spatial_model(order.votes, chosen.dimensions)
    cast = _as_submitted(observed_approvals(order.votes), order)
    wanted: Approvals = cast
    checks: list[tuple[Basis, Ballots]] = [("observed", cast)]
    if basis == "expected" and cast.n_participants:
        wanted = _expected(order, model)
        checks.insert(0, ("expected", wanted.likely()))
    slate = RULES[rule](wanted, size)
    voted = order.votes.votes_per_participant > 0
    sides = _sides(consultation, order, model, chosen)
    floor = _floor(consultation)
    table = wanted.share if isinstance(wanted, Expected) else wanted.table()
    on_slate = table[:, list(slate.statements)]
    members = [side.members[voted] for side in sides]
    first_filled = size - slate.completed
    return SlateFindings(
        title=consultation.title,
        question=consultation.question,
        source=consultation.source,
        rule=rule,
        basis=basis,
        n_voted=int(voted.sum()),
        n_statements=given.votes.n_statements,
        places=tuple(
            Place(
                given.statements[j],
                _rounded(on_slate[:, k].mean()),
                tuple(_rounded(on_slate[of_side, k].mean()) for of_side in members),
                k >= first_filled,
            )
            for k, j in enumerate(slate.statements)
        ),
        sides=tuple(_side(side, on_slate[of_side]) for side, of_side in zip(sides, members, strict=True)),
        checks=tuple(
            _checked(name, certificate(approvals, slate.statements), given.statements, sides, members, floor)
            for name, approvals in checks
        ),
        score=None if slate.score is None else _rounded(slate.score),
        method=Method(
            f"{rule}/1",
            {
                "size": size,
                "approvals": basis,
                "dimensions": chosen.dimensions,
                "include_rejected": chosen.include_rejected,
                "completion": "phragmen/1" if rule == "equal-shares" else "none",
                "certificate": "slate-certificate/1",
            },
            DECIMALS,
        ),
    )


def _as_submitted(cast: Ballots, order: CanonicalVotes) -> Ballots:
    """Columns back in order of submission, which settles ties."""
    return ballots(cast.participant, order.statement[cast.statement], cast.n_participants, cast.n_statements)


def _expected(order: CanonicalVotes, model: SpatialModel) -> Expected:
    share = expected_approvals(order.votes, model, passing(order.votes)).share
    return Expected(np.ascontiguousarray(share[:, np.argsort(order.statement)]))


def _sides(
    consultation: Consultation, order: CanonicalVotes, model: SpatialModel, chosen: Parameters
) -> list[SideMembers]:
    """The sides of the report, rows in canonical order; those that may not be shown, or did not vote, left out."""
    found = opinion_groups(order.votes, model, minimum_votes=chosen.minimum_votes)
    sides = group_sides(found.group)
    if len(sides) <= 1:
        sides = []  # one group is everybody
    if not sides and found.n_axes > 0:
        sides += end_sides(model.position[:, 0], found.placed)
    if len(consultation.party_of):
        party_of = consultation.party_of[order.participant]
        sides += party_sides(consultation.parties, party_of, chosen)
        sides += bloc_sides(consultation.parties, party_of)
    voted = order.votes.votes_per_participant > 0
    least = max(_floor(consultation), 1)
    return [side for side in sides if (side.members & voted).sum() >= least]


def _floor(consultation: Consultation) -> int:
    """The smallest number of people that may be shown."""
    promise = consultation.promise
    return 1 if promise is None or promise.shows_single_votes else promise.floor


def _side(side: SideMembers, on_slate: Floats) -> SlateSide:
    return SlateSide(
        side.side_id,
        side.name,
        len(on_slate),
        int((on_slate > 0.5).any(axis=1).sum()),
        _rounded(on_slate.sum(axis=1).mean()),
    )


def _checked(
    basis: Basis,
    found: Certificate,
    statements: tuple[Statement, ...],
    sides: list[SideMembers],
    members: list[npt.NDArray[np.bool_]],
    floor: int,
) -> Checked:
    def named(left: LeftOut | None) -> GroupLeftOut | None:
        if left is None:
            return None
        counts = [
            (side.name, int(of_side[left.members].sum()))
            for side, of_side in zip(sides, members, strict=True)
        ]
        within = sorted((pair for pair in counts if pair[1] >= floor), key=lambda pair: -pair[1])
        return GroupLeftOut(
            statements[left.statement],
            left.size,
            _rounded(left.size / found.n_participants),
            left.deserves,
            left.has,
            tuple(within),
        )

    return Checked(
        basis, _rounded(found.quota), found.n_represented, named(found.ejr_plus), named(found.pjr_plus)
    )


def _rounded(value: float | np.floating[npt.NBitBase]) -> float:
    return round(float(value), DECIMALS) + 0.0
