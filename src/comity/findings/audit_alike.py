"""Ballots that are more alike than chance explains, as they are published: the audit's last part."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import log

import numpy as np

from comity.engine.opinion.audit.coordination import (
    FALSE_ALARM,
    AlikeGroup,
    Coordination,
    coordination,
    same_answers,
)
from comity.engine.opinion.spatial import SpatialModel, spatial_model
from comity.findings.audit import DECIMALS, Alike, Coordinated
from comity.findings.audit_accounts import began_of
from comity.findings.compared import Compared
from comity.findings.parameters import Parameters
from comity.findings.sides import SideMembers
from comity.record.consultation import Consultation

TOO_MANY = "There are too many ballots to compare each with each, and no times to choose by."


@dataclass(frozen=True, eq=False)
class AlikeBallots:
    """What was found, with the model it was found with. coordination: None where there are too many ballots.

    floor: smaller sets may not be shown; shows_names: whether single ballots may be.
    """

    consultation: Consultation
    found: Compared
    model: SpatialModel
    coordination: Coordination | None

    @classmethod
    def of(cls, consultation: Consultation, found: Compared, chosen: Parameters) -> AlikeBallots:
        votes = found.order.votes
        model = found.place.model or spatial_model(votes, chosen.dimensions)
        began = began_of(consultation)[found.order.participant]
        times = began if np.isfinite(began).any() else None
        try:
            alike = coordination(votes, model, times, minimum_votes=chosen.minimum_votes)
        except ValueError:
            return cls(consultation, found, model, None)
        return cls(consultation, found, model, alike)

    @property
    def shows_names(self) -> bool:
        promise = self.consultation.promise
        return promise is None or promise.shows_single_votes

    @property
    def floor(self) -> int:
        promise = self.consultation.promise
        return 1 if promise is None or promise.shows_single_votes else promise.floor

    @cached_property
    def groups(self) -> list[AlikeGroup]:
        """Those that may be shown."""
        groups = () if self.coordination is None else self.coordination.groups
        return [group for group in groups if len(group.members) >= self.floor]

    @cached_property
    def sides(self) -> list[SideMembers]:
        """The same as something to think away."""
        sides = []
        for number, group in enumerate(self.groups, 1):
            members = np.zeros(self.found.order.votes.n_participants, bool)
            members[list(group.members)] = True
            sides.append(SideMembers(f"alike:{number}", "alike", f"Ballots alike {number}", members))
        return sides

    def published(self) -> Coordinated:
        found = self.coordination
        if found is None:
            return Coordinated(False, TOO_MANY, 0, False, False, FALSE_ALARM, (), (), 0)
        only = [group for group in found.only_alike if len(group.members) >= self.floor]
        groups = tuple(self._alike(f"alike:{n}", group) for n, group in enumerate(self.groups, 1))
        only_alike = tuple(self._alike(f"only-alike:{n}", group) for n, group in enumerate(only, 1))
        hidden = len(found.groups) + len(found.only_alike) - len(groups) - len(only_alike)
        return Coordinated(
            True,
            "",
            found.n_compared,
            found.by_time,
            found.only_close,
            FALSE_ALARM,
            groups,
            only_alike,
            hidden,
        )

    def _alike(self, unit_id: str, group: AlikeGroup) -> Alike:
        both, same, expected = same_answers(self.found.order.votes, self.model, group.pairs)
        ids = sorted(self.found.order.participant[list(group.members)].tolist())
        return Alike(
            unit_id=unit_id,
            size=len(group.members),
            both=round(both, 1),
            same=round(same, 1),
            expected=round(expected, 1),
            exponent=round(group.excess / log(10.0), 1),
            near=None if group.near is None else round(group.near),
            together=None if group.together is None else round(group.together, DECIMALS),
            participants=tuple(self.consultation.participant_ids[i] for i in ids) if self.shows_names else (),
        )
