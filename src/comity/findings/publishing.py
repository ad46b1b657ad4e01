"""What was computed, as findings: rounded to their stated decimals, in the order of the consultation."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from comity import __version__
from comity.engine.opinion.differences import (
    Representativeness,
    representativeness,
)
from comity.engine.opinion.order import CanonicalVotes
from comity.engine.opinion.support import Share
from comity.engine.opinion.tallies import Tallies
from comity.engine.votes import Floats
from comity.findings.analysis import Analysis
from comity.findings.compared import Place
from comity.findings.findings import (
    CommonGround,
    Direction,
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
from comity.findings.inputs import Inputs
from comity.findings.parameters import Parameters
from comity.findings.sides import (
    SideMembers,
)
from comity.record.consultation import Consultation

SHARE_DECIMALS = 4
PLACE_DECIMALS = 3
REPRESENTATIVE = 7
DIVISIVE = 10


@dataclass(frozen=True, eq=False)
class _Cells:
    """What is published of a side and a statement: lists [side][statement], statements in canonical order."""

    tally_all: list[Tally]
    agree_all: list[Estimate]
    disagree_all: list[Estimate]
    tally: list[list[Tally]]
    agree: list[list[Estimate]]
    disagree: list[list[Estimate]]
    corrected_agree: list[list[Estimate | None]] | None
    corrected_disagree: list[list[Estimate | None]] | None
    stance: list[list[Stance]]
    stance_certainty: list[list[float]]

    @classmethod
    def of(cls, found: Analysis, named_from: float) -> _Cells:
        stance, certainty = _stances(found, named_from)
        agree, disagree = found.corrected or (None, None)
        return cls(
            _tallies(found.everybody)[0],
            _estimates(found.agree_all),
            _estimates(found.disagree_all),
            _tallies(found.counted),
            _estimates(found.agree),
            _estimates(found.disagree),
            None if agree is None else _estimates(agree),
            None if disagree is None else _estimates(disagree),
            stance,
            certainty,
        )


def _stances(found: Analysis, named_from: float) -> tuple[list[list[Stance]], list[list[float]]]:
    """What is surest of every side: that it supports, that it rejects, or that it does neither."""
    if found.ground is None:
        return [], []
    names: list[Stance] = ["supports", "rejects", "divided"]
    sure = found.ground.sides
    options = np.stack([sure.supports, sure.rejects, (1.0 - sure.supports) * (1.0 - sure.rejects)])
    certainty, which = options.max(axis=0), options.argmax(axis=0)
    silent = found.voted == 0
    code = np.where(silent, 4, np.where(certainty >= named_from, which, 3)).tolist()
    words: list[Stance] = [*names, "uncertain", "silent"]
    rounded = np.round(np.where(silent, 1.0, certainty), SHARE_DECIMALS) + 0.0
    return [[words[cell] for cell in row] for row in code], rounded.tolist()


@dataclass(frozen=True, eq=False)
class Publisher:
    """Numbers and indices in, names and rounded findings out."""

    consultation: Consultation
    given: Inputs
    order: CanonicalVotes
    place: Place
    sides: list[SideMembers]
    analysed: Analysis
    chosen: Parameters
    party_of: npt.NDArray[np.int32]
    hidden: set[str]

    def findings(self) -> Findings:
        consultation, votes = self.consultation, self.given.votes
        column_of = np.argsort(self.order.statement)
        statements = tuple(self._statement(j, int(column_of[j])) for j in range(votes.n_statements))
        ground = self._common_ground(column_of)
        reserved = self._reserved(column_of)
        return Findings(
            title=consultation.title,
            question=consultation.question,
            source=consultation.source,
            head=consultation.head,
            parties=consultation.parties,
            parameters=self.chosen,
            comity_version=__version__,
            n_participants=votes.n_participants,
            n_voted=int((votes.votes_per_participant > 0).sum()),
            n_votes=votes.n_votes,
            n_statements=votes.n_statements,
            n_left_out=self.given.left_out,
            sides=tuple(self._side(side) for side in self.sides),
            statements=statements,
            common_ground=ground,
            reserved_differences=reserved,
            most_divisive=self._divisive(column_of),
            groups=self._groups("group", column_of),
            ends=self._groups("end", column_of),
            opinion_map=self._map(),
            quality=self._quality(),
            methods=self._methods(),
            skipped=consultation.skipped,
            warnings=self._warnings(),
        )

    def _side(self, side: SideMembers) -> Side:
        placed = side.members & self.place.placed
        votes = self.order.votes
        return Side(
            side.side_id,
            side.kind,  # type: ignore[arg-type]
            side.name,
            int(side.members.sum()),
            int(placed.sum()),
            int(votes.votes_per_participant[side.members].sum()),
            _point(self.place.position[placed].mean(axis=0)) if placed.any() else None,
            side.party,
            side.is_delegation,
        )

    @cached_property
    def _cells(self) -> _Cells:
        return _Cells.of(self.analysed, self.chosen.certainty)

    def _statement(self, j: int, k: int) -> StatementFinding:
        found, cells = self.analysed, self._cells
        return StatementFinding(
            self.given.statements[j],
            cells.tally_all[k],
            cells.agree_all[k],
            cells.disagree_all[k],
            tuple(self._support(s, k) for s in range(len(self.sides))),
            _share(found.divisive[k]),
            _point(self.place.statement[k]),
        )

    def _support(self, s: int, k: int) -> Support:
        cells = self._cells
        return Support(
            self.sides[s].side_id,
            cells.tally[s][k],
            cells.agree[s][k],
            cells.disagree[s][k],
            None if cells.corrected_agree is None else cells.corrected_agree[s][k],
            None if cells.corrected_disagree is None else cells.corrected_disagree[s][k],
            cells.stance[s][k],
            cells.stance_certainty[s][k],
        )

    def _common_ground(self, column_of: npt.NDArray[np.int64]) -> tuple[CommonGround, ...]:
        ground = self.analysed.ground
        if ground is None:
            return ()
        sure = {"support": ground.sides.supports, "reject": ground.sides.rejects}
        of_sides = {way: (np.round(table, SHARE_DECIMALS) + 0.0).T.tolist() for way, table in sure.items()}
        ids = [side.side_id for side in self.sides]
        everybody = self.analysed.everybody
        rows: list[CommonGround] = []
        for j, statement in enumerate(self.given.statements):
            k = int(column_of[j])
            supported = bool(ground.supports[k] > ground.rejects[k])
            if ground.supports[k] == ground.rejects[k]:
                supported = bool(everybody.agreed[0, k] >= everybody.disagreed[0, k])
            certainty = ground.supports if supported else ground.rejects
            weakest = ground.weakest_support if supported else ground.weakest_reject
            way: Direction = "support" if supported else "reject"
            rows.append(
                CommonGround(
                    statement.statement_id,
                    way,
                    _share(certainty[k]),
                    self.sides[int(weakest[k])].side_id,
                    tuple(zip(ids, of_sides[way][k], strict=True)),
                    bool(certainty[k] >= self.chosen.certainty),
                )
            )
        return tuple(sorted(rows, key=lambda row: -row.certainty))

    def _reserved(self, column_of: npt.NDArray[np.int64]) -> tuple[ReservedDifference, ...]:
        found, least = self.analysed, self.chosen.certainty
        rows = []
        for j, statement in enumerate(self.given.statements):
            k = int(column_of[j])
            is_contrary = bool(found.contrary[k] >= min(least, float(found.partial[k])))
            certainty = _share(found.contrary[k] if is_contrary else found.partial[k])
            if certainty < 0.5:
                continue
            stances = [(side.side_id, self._cells.stance[s][k]) for s, side in enumerate(self.sides)]
            supporters = tuple(side for side, stance in stances if stance == "supports")
            rejecters = tuple(side for side, stance in stances if stance == "rejects")
            others = tuple(side for side, stance in stances if stance not in {"supports", "rejects"})
            margin = 1.645 * found.gap_spread[k]
            gap = Estimate(
                _share(found.gap[k]),
                _share(max(found.gap[k] - margin, 0.0)),
                _share(min(found.gap[k] + margin, 1.0)),
            )
            rows.append(
                ReservedDifference(
                    statement.statement_id,
                    certainty,
                    "contrary" if is_contrary else "partial",
                    gap,
                    supporters,
                    rejecters,
                    others,
                    certainty >= least,
                )
            )
        return tuple(sorted(rows, key=lambda row: (not row.named, row.kind != "contrary", -row.gap.value)))

    def _divisive(self, column_of: npt.NDArray[np.int64]) -> tuple[str, ...]:
        score = self.analysed.divisive[column_of]
        voted = self.analysed.everybody.voted[0][column_of]
        best = np.argsort(-np.round(score, SHARE_DECIMALS), kind="stable")
        return tuple(self.given.statements[j].statement_id for j in best if voted[j] > 1)[:DIVISIVE]

    def _groups(self, kind: str, column_of: npt.NDArray[np.int64]) -> tuple[Group, ...]:
        which = [s for s, side in enumerate(self.sides) if side.kind == kind]
        compared = representativeness(_only(self.analysed.counted, which)) if len(which) > 1 else None
        groups = []
        for row, s in enumerate(which):
            side = self.sides[s]
            membership = self.place.membership[side.members & self.place.placed]
            groups.append(
                Group(
                    side.side_id,
                    side.side_id.partition(":")[2],
                    int(side.members.sum()),
                    _share(float(membership.mean()) if len(membership) and kind == "group" else 1.0),
                    () if compared is None else self._representative(compared, which, row, column_of),
                )
            )
        return tuple(groups)

    def _representative(
        self, compared: Representativeness, which: list[int], row: int, column_of: npt.NDArray[np.int64]
    ) -> tuple[Representative, ...]:
        """What a group surely says more than the rest, largest sure difference first."""
        counted = _only(self.analysed.counted, which)
        rest = counted.rest()
        voted, voted_elsewhere = counted.voted, rest.voted
        sure = {
            "support": (compared.agrees_more, compared.agrees_by, counted.agreed, rest.agreed),
            "reject": (compared.disagrees_more, compared.disagrees_by, counted.disagreed, rest.disagreed),
        }
        found: list[tuple[float, int, Representative]] = []
        for direction, (more, by, here, elsewhere) in sure.items():
            for j, statement in enumerate(self.given.statements):
                k = int(column_of[j])
                enough = more[row, k] >= self.chosen.certainty and here[row, k] > 0.5 * voted[row, k]
                if enough:
                    text = Representative(
                        statement.statement_id,
                        direction,  # type: ignore[arg-type]
                        _share((here[row, k] + 1) / (voted[row, k] + 2)),
                        _share((elsewhere[row, k] + 1) / (voted_elsewhere[row, k] + 2)),
                        _share(more[row, k]),
                    )
                    found.append((-round(float(by[row, k]), SHARE_DECIMALS), j, text))
        return tuple(text for *_, text in sorted(found, key=lambda entry: entry[:2]))[:REPRESENTATIVE]

    def _map(self) -> OpinionMap:
        row_of = np.argsort(self.order.participant)
        letters = {g: f"group:{chr(ord('A') + g)}" for g in range(int(self.place.group.max(initial=-1)) + 1)}
        position = (np.round(self.place.position, PLACE_DECIMALS) + 0.0)[row_of].tolist()
        spread = np.round(self.place.spread, PLACE_DECIMALS)[row_of].tolist()
        membership = np.round(self.place.membership, SHARE_DECIMALS)[row_of].tolist()
        group_of, placed = self.place.group[row_of].tolist(), self.place.placed[row_of].tolist()
        party_of = self.party_of.tolist()
        private = self.consultation.promise is not None and not self.consultation.promise.shows_single_votes
        points = []
        for i, participant_id in enumerate(self.consultation.participant_ids):
            if not placed[i] or private:
                continue
            group = letters.get(group_of[i])
            points.append(
                MapPoint(
                    participant_id,
                    tuple(position[i]),
                    tuple(spread[i]),
                    None if group in self.hidden else group,
                    membership[i],
                    None if party_of[i] < 0 else self.consultation.parties[party_of[i]].party_id,
                )
            )
        voted = self.given.votes.votes_per_participant > 0
        needed = min(self.chosen.minimum_votes, self.given.votes.n_statements)
        reason = (
            "single participants are not shown in this consultation"
            if private
            else f"fewer than {needed} votes: counted, but not placed on the map"
        )
        return OpinionMap(
            tuple(points),
            tuple(_share(value) for value in self.place.axis_share),
            int(voted.sum()) - len(points),
            reason,
        )

    def _quality(self) -> Quality:
        place = self.place
        n_groups = int(place.group.max(initial=-1)) + 1
        says = [place.why]
        if place.stability is not None and n_groups > 1:
            says.append(
                f"Drawn anew within everybody's uncertainty, the groups agree with these by {place.stability:.2f} "
                "(1: the same, 0: as by chance)."
            )
        return Quality(
            n_groups,
            None if place.stability is None else _share(place.stability),
            place.why,
            None,
            None,
            tuple(says),
        )

    def _methods(self) -> dict[str, Method]:
        chosen = asdict(self.chosen)

        def method(method_id: str, decimals: int, *names: str) -> Method:
            return Method(method_id, {name: chosen[name] for name in names}, decimals)

        classic = self.chosen.method == "classic"
        methods = {
            "map": method(
                "classic/1" if classic else "spatial-model/1", PLACE_DECIMALS, "dimensions", "minimum_votes"
            ),
            "groups": method("classic/1", SHARE_DECIMALS, "minimum_votes", "group_count")
            if classic
            else method("opinion-groups/1", SHARE_DECIMALS, "minimum_votes"),
            "support": method("support/1", SHARE_DECIMALS, "interval"),
            "common_ground": method(
                "common-ground/1", SHARE_DECIMALS, "threshold", "certainty", "delegation_below"
            ),
            "reserved_differences": method(
                "reserved-differences/1", SHARE_DECIMALS, "threshold", "certainty"
            ),
            "representative": method("representative-statements/1", SHARE_DECIMALS, "certainty"),
            "divisiveness": method("divisiveness/1", SHARE_DECIMALS),
        }
        if not classic:
            methods["corrected_support"] = method("corrected-support/1", SHARE_DECIMALS, "interval")
        return methods

    def _warnings(self) -> tuple[str, ...]:
        votes, said = self.given.votes, []
        if votes.n_votes == 0:
            said.append("Nobody voted, so there is nothing to compute yet.")
        elif not self.place.placed.any():
            said.append("Nobody cast enough votes to be placed on the map; only the counts are shown.")
        if self.hidden:
            said.append(
                f"{len(self.hidden)} sides are too small to be shown by themselves, as was promised at the opening."
            )
        if self.place.model is not None and not self.place.model.converged and votes.n_votes:
            said.append("The spatial model had not settled when its steps ran out; read positions with care.")
        return tuple(said)


def _only(counted: Tallies, which: list[int]) -> Tallies:
    return Tallies(counted.agreed[which], counted.disagreed[which], counted.passed[which])


def _share(value: Any) -> float:
    return round(float(value), SHARE_DECIMALS) + 0.0  # no -0.0


def _point(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(value), PLACE_DECIMALS) + 0.0 for value in values)


def _estimates(of: Share) -> Any:
    """Rounded estimates in nested lists of the shape of the share, None for nan; whole arrays are rounded at once."""
    value, low, high = (
        (np.round(part, SHARE_DECIMALS) + 0.0).ravel().tolist() for part in (of.value, of.low, of.high)
    )
    every = [
        Estimate(*three) if three[0] == three[0] else None for three in zip(value, low, high, strict=True)
    ]
    return every if of.value.ndim == 1 else _rows(every, of.value.shape)


def _tallies(counted: Tallies) -> list[list[Tally]]:
    columns = (part.ravel().tolist() for part in (counted.agreed, counted.disagreed, counted.passed))
    return _rows([Tally(*three) for three in zip(*columns, strict=True)], counted.agreed.shape)


def _rows(flat: list[Any], shape: tuple[int, ...]) -> list[list[Any]]:
    return [flat[row * shape[1] : (row + 1) * shape[1]] for row in range(shape[0])]
