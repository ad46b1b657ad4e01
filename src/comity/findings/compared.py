"""Who is compared with whom: everybody's place, and the sides that the findings are about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.classic.pipeline import classic_pipeline
from comity.engine.opinion.groups import OpinionGroups, opinion_groups
from comity.engine.opinion.order import CanonicalVotes, canonical
from comity.engine.opinion.spatial import SpatialModel, spatial_model
from comity.engine.votes import Floats
from comity.findings.inputs import Inputs, inputs
from comity.findings.parameters import Parameters
from comity.findings.sides import (
    SideMembers,
    bloc_sides,
    end_sides,
    group_sides,
    party_sides,
)
from comity.record.consultation import Consultation

Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Compared:
    """Who is compared with whom, before anything is counted. sides: rows in canonical order.

    party_of: shape (n_participants,), rows as `Consultation.participant_ids`. hidden: ids of the sides that may not
    be shown.
    """

    given: Inputs
    order: CanonicalVotes
    place: Place
    sides: list[SideMembers]
    party_of: npt.NDArray[np.int32]
    hidden: set[str]


def compared(consultation: Consultation, chosen: Parameters, say: Progress) -> Compared:
    """Place everybody, and tell the sides apart that the findings are about."""
    say("reading the votes")
    given = inputs(consultation, chosen)
    order = canonical(given.votes)
    say("placing participants and statements")
    place = (
        _classic_place(consultation, given, order, chosen)
        if chosen.method == "classic"
        else _spatial_place(order, chosen)
    )
    say("comparing sides")
    party_of = np.full(given.votes.n_participants, -1, np.int32)
    if len(consultation.party_of):
        party_of = consultation.party_of
    sides = group_sides(place.group)
    if len(sides) <= 1 and place.n_axes > 0:
        sides += end_sides(place.position[:, 0], place.placed)
    sides += party_sides(consultation.parties, party_of[order.participant], chosen)
    sides += bloc_sides(consultation.parties, party_of[order.participant])
    hidden = _too_small_to_show(sides, consultation)
    sides = [side for side in sides if side.side_id not in hidden]
    return Compared(given, order, place, sides, party_of, hidden)


def _too_small_to_show(sides: list[SideMembers], consultation: Consultation) -> set[str]:
    """Sides that the promise made at the opening forbids to break out."""
    promise = consultation.promise
    if promise is None or promise.shows_single_votes:
        return set()
    return {side.side_id for side in sides if side.members.sum() < promise.floor}


@dataclass(frozen=True, eq=False)
class Place:
    """Where everybody stands, rows in canonical order. n_axes: axes above chance, 0 where nothing is shared."""

    position: Floats
    spread: Floats
    placed: npt.NDArray[np.bool_]
    group: npt.NDArray[np.int64]
    membership: Floats
    statement: Floats
    axis_share: Floats
    n_axes: int
    stability: float | None
    gap: float | None
    why: str
    model: SpatialModel | None


def _spatial_place(order: CanonicalVotes, chosen: Parameters) -> Place:
    model = spatial_model(order.votes, chosen.dimensions)
    found = opinion_groups(order.votes, model, minimum_votes=chosen.minimum_votes)
    membership = np.zeros(len(found.group))
    if found.n_groups:
        membership = np.where(
            found.placed, np.nanmax(np.where(found.placed[:, None], found.membership, 0), axis=1), 0
        )
    return Place(
        model.position,
        np.sqrt(np.diagonal(model.position_covariance, axis1=1, axis2=2)),
        found.placed,
        found.group,
        membership,
        model.loading,
        model.axis_share,
        found.n_axes,
        found.stability,
        found.gap,
        _why_groups(found),
        model,
    )


def _why_groups(found: OpinionGroups) -> str:
    if not found.placed.any():
        return "Nobody cast enough votes to be placed on the map."
    if found.n_axes == 0:
        return "The answers have no more in common than chance would give, so there is nothing to group by."
    if found.n_groups == 1 and found.stability is not None:
        return (
            "The answers hint at groups, but drawn anew within everybody's uncertainty they come out differently "
            f"(agreement {found.stability:.2f}, where 0 is chance and 1 is the same): they are not called groups."
        )
    if found.n_groups == 1:
        return "Opinions lie along a spectrum without a gap: there are no separate groups."
    return f"There are {found.n_groups} groups: between any two of them lies a gap that a single cloud would not have."


def _classic_place(
    consultation: Consultation, given: Inputs, order: CanonicalVotes, chosen: Parameters
) -> Place:
    """Polis blanks what moderators rejected but counts it in its scale, so it is given the whole table."""
    every = inputs(consultation, replace(chosen, include_rejected=True)).votes
    kept = np.array(
        [chosen.include_rejected or s.moderation != "rejected" for s in consultation.statements], bool
    )
    result = classic_pipeline(
        every,
        group_count=chosen.group_count,
        minimum_votes=chosen.minimum_votes,
        moderated_out=~kept,
        meta=np.array([s.is_meta for s in consultation.statements], bool),
    )
    row = order.participant
    placed = result.placed[row]
    group = np.where((result.group[row] < 0) & placed, 0, result.group[row])
    position = np.asarray(result.map.position, np.float64)[row]
    strength = np.asarray(result.map.variance, np.float64)
    return Place(
        position,
        np.zeros_like(position),
        placed,
        group,
        placed.astype(np.float64),
        np.asarray(result.map.statement_position, np.float64)[kept][order.statement],
        strength,
        0,
        None,
        None,
        result.not_computed or "The number of groups has the best silhouette, as in Polis.",
        None,
    )
