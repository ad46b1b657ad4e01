"""From a consultation to its equal-footing audit, as one pure function."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from math import log

import numpy as np
import numpy.typing as npt

from comity import __version__
from comity.engine.opinion.audit.absence import FewestAbsent, Standing, fewest_absent, standing
from comity.engine.opinion.audit.accounts import Accounts, accounts, n_words
from comity.engine.opinion.audit.cells import Cells, cells
from comity.engine.opinion.audit.coordination import (
    FALSE_ALARM,
    AlikeGroup,
    Coordination,
    coordination,
    same_answers,
)
from comity.engine.opinion.audit.presence import needed_answers, presence
from comity.engine.opinion.audit.smallest import (
    ACTS,
    Rule,
    Smallest,
    smallest_for_common,
    smallest_for_difference,
)
from comity.engine.opinion.spatial import SpatialModel, spatial_model
from comity.engine.opinion.tallies import tallies
from comity.engine.votes import Floats
from comity.findings.audit import (
    DECIMALS,
    Account,
    Alike,
    Audit,
    Basis,
    Coordinated,
    Fewest,
    Joining,
    Result,
    ResultKind,
    UnitKind,
    Without,
)
from comity.findings.compared import Compared, Progress, compared
from comity.findings.findings import Method
from comity.findings.parameters import Parameters
from comity.findings.sides import SideMembers
from comity.record.consultation import NO_TIME, Consultation

Marks = npt.NDArray[np.bool_]


def audit_of(
    consultation: Consultation, parameters: Parameters | None = None, progress: Progress | None = None
) -> Audit:
    """Everything that is published about a consultation's footing.

    The sides, groups and findings are those of `findings_of` with the same parameters. The result does not depend on
    the order of lines or the names of participants.
    """
    chosen = parameters or Parameters()
    say = progress or (lambda _: None)
    found = compared(consultation, chosen, say)
    say("looking for ballots that are too alike")
    alike = _coordination(consultation, found, chosen)
    say("thinking parties away")
    auditing = _Auditing(consultation, found, chosen, *alike)
    results = auditing.results
    say("seeking the few who could turn a finding")
    return auditing.audit(results)


def began_of(consultation: Consultation) -> Floats:
    """When each participant cast a first vote, milliseconds, nan where that is not known; shape (n_participants,)."""
    votes = consultation.votes
    known = votes.at != NO_TIME
    first = np.full(len(consultation.participant_ids), np.inf)
    np.minimum.at(first, votes.participant[known], votes.at[known].astype(np.float64))
    return np.where(np.isfinite(first), first, np.nan)


def _coordination(
    consultation: Consultation, found: Compared, chosen: Parameters
) -> tuple[Coordination | None, SpatialModel, str]:
    """What was found, the model it was found with, and why nothing was looked for."""
    votes = found.order.votes
    model = found.place.model or spatial_model(votes, chosen.dimensions)
    began = began_of(consultation)[found.order.participant]
    times = began if np.isfinite(began).any() else None
    try:
        return coordination(votes, model, times, minimum_votes=chosen.minimum_votes), model, ""
    except ValueError:
        return None, model, "There are too many ballots to compare each with each, and no times to choose by."


@dataclass(frozen=True, eq=False)
class _Unit:
    """Something to think away. sides: its columns in the cells of `_Auditing.all_cells`."""

    unit_id: str
    kind: UnitKind
    name: str
    sides: tuple[int, ...]
    members: Marks


@dataclass(frozen=True, eq=False)
class _Found:
    """A finding before it is written: column in canonical order, and what `engine` calls it."""

    number: int
    column: int
    kind: ResultKind
    certainty: float

    @property
    def what(self) -> str:
        return self.kind if self.kind in ("support", "reject") else "difference"


@dataclass(frozen=True, eq=False)
class _Auditing:
    """Numbers and indices in, names and rounded findings out. Rows and columns are in canonical order inside."""

    consultation: Consultation
    found: Compared
    chosen: Parameters
    coordination: Coordination | None
    model: SpatialModel
    why_not: str

    def audit(self, results: list[_Found]) -> Audit:
        consultation, votes = self.consultation, self.found.given.votes
        sizes = self.party_members.sum(axis=1)
        without = self._without(results)
        named = {self.found.given.statements[found.number].statement_id for found in results}
        for unit in without:
            named.update(unit.common_lost, unit.common_gained, unit.differences_lost, unit.differences_gained)
        return Audit(
            title=consultation.title,
            question=consultation.question,
            source=consultation.source,
            head=consultation.head,
            parameters=self.chosen,
            comity_version=__version__,
            basis=self.basis,
            joining=self.joining[0],
            n_participants=votes.n_participants,
            n_voted=int((votes.votes_per_participant > 0).sum()),
            n_votes=votes.n_votes,
            n_statements=votes.n_statements,
            no_party=int((self.found.party_of < 0).sum()) if self.basis == "parties" else 0,
            hidden=sum(side.startswith("party:") for side in self.found.hidden),
            needed=needed_answers(self.chosen.threshold, self.chosen.certainty),
            accounts=tuple(self._accounts(results)),
            unheard=tuple(
                voice.name
                for voice, size in zip(self.voices, sizes, strict=True)
                if self.basis == "parties" and not size
            ),
            results=tuple(self._results(results)),
            without=tuple(without),
            coordinated=self._coordinated(),
            mentioned=tuple(s for s in self.found.given.statements if s.statement_id in named),
            unknown=self._unknown(),
            methods=self._methods(),
        )

    # Who speaks ----------------------------------------------------------------------------------------------------

    @cached_property
    def basis(self) -> Basis:
        if self.consultation.parties and (self.found.party_of >= 0).any():
            return "parties"
        kinds = {side.kind for side in self.found.sides}
        if "group" in kinds and len(self.found.sides) > 1 and "end" not in kinds:
            return "groups"
        return "ends" if "end" in kinds else "nobody"

    @cached_property
    def voices(self) -> list[SideMembers]:
        """The parties (with and without participants), or what stands in for them; rows in canonical order."""
        if self.basis != "parties":
            wanted = {"groups": "group", "ends": "end"}.get(self.basis)
            return [side for side in self.found.sides if side.kind == wanted]
        party_of = self.found.party_of[self.found.order.participant]
        of_side = {side.side_id: side for side in self.found.sides}
        voices = []
        for index, party in enumerate(self.consultation.parties):
            side_id = f"party:{party.party_id}"
            if side_id in self.found.hidden:
                continue
            members = party_of == index
            small = bool(members.sum() < self.chosen.delegation_below)
            voices.append(
                of_side.get(side_id) or SideMembers(side_id, "party", party.name, members, party, small)
            )
        return voices

    @cached_property
    def party_members(self) -> Marks:
        nobody = np.zeros((0, self.found.order.votes.n_participants), bool)
        return np.stack([voice.members for voice in self.voices]) if self.voices else nobody

    @property
    def is_private(self) -> bool:
        promise = self.consultation.promise
        return promise is not None and not promise.shows_single_votes

    @property
    def floor(self) -> int:
        promise = self.consultation.promise
        return promise.floor if promise is not None and self.is_private else 1

    # What is found -------------------------------------------------------------------------------------------------

    @cached_property
    def rule(self) -> Rule:
        return Rule(self.chosen.threshold, self.chosen.certainty)

    @cached_property
    def delegation(self) -> Marks:
        return np.array([side.is_delegation for side in self.found.sides], bool)

    @cached_property
    def alike_groups(self) -> list[AlikeGroup]:
        """Those that may be shown."""
        groups = () if self.coordination is None else self.coordination.groups
        return [group for group in groups if len(group.members) >= self.floor]

    @cached_property
    def extra(self) -> list[SideMembers]:
        """What is thought away without being a side: voices that are none, and ballots too alike."""
        ids = {side.side_id for side in self.found.sides}
        more = [voice for voice in self.voices if voice.side_id not in ids and voice.members.any()]
        n = self.found.order.votes.n_participants
        for number, group in enumerate(self.alike_groups, 1):
            members = np.zeros(n, bool)
            members[list(group.members)] = True
            more.append(SideMembers(f"alike:{number}", "alike", f"Ballots alike {number}", members))
        return more

    @cached_property
    def side_cells(self) -> Cells:
        return self._cells([side.members for side in self.found.sides])

    @cached_property
    def all_cells(self) -> Cells:
        if not self.extra:
            return self.side_cells
        return self._cells([side.members for side in (*self.found.sides, *self.extra)])

    def _cells(self, members: list[Marks]) -> Cells:
        votes = self.found.order.votes
        return cells(votes, np.stack(members) if members else np.zeros((0, votes.n_participants), bool))

    def standing(self, without: tuple[int, ...] = ()) -> Standing:
        return standing(self.all_cells, *self._real, self.rule, without)

    @cached_property
    def _real(self) -> tuple[Marks, Marks]:
        real = np.arange(self.all_cells.n_sides) < len(self.found.sides)
        return real, np.concatenate([self.delegation, np.zeros(len(self.extra), bool)])

    @cached_property
    def results(self) -> list[_Found]:
        """All findings that are named: common ground, surest first, then differences as the report has them."""
        now = self.standing()
        column_of = np.argsort(self.found.order.statement)
        common, apart = [], []
        for j in range(self.found.given.votes.n_statements):
            k = int(column_of[j])
            common += [found for found in self._common(now, j, k) if found is not None]
            apart += [found for found in self._apart(now, j, k) if found is not None]
        common.sort(key=lambda found: -found.certainty)
        apart.sort(key=lambda found: (found.kind != "contrary", -found.certainty))
        return common + apart

    def _common(self, now: Standing, j: int, k: int) -> list[_Found]:
        supports, rejects = float(now.supports[k]), float(now.rejects[k])
        kind: ResultKind = "support" if supports >= rejects else "reject"
        sure = max(supports, rejects)
        return [_Found(j, k, kind, _rounded(sure))] if sure >= self.rule.certainty else []

    def _apart(self, now: Standing, j: int, k: int) -> list[_Found]:
        contrary, partial = float(now.contrary[k]), float(now.partial[k])
        is_contrary = contrary >= min(self.rule.certainty, partial)
        sure = _rounded(contrary if is_contrary else partial)
        kind: ResultKind = "contrary" if is_contrary else "partial"
        return [_Found(j, k, kind, sure)] if sure >= self.rule.certainty else []

    # Accounts ------------------------------------------------------------------------------------------------------

    @cached_property
    def joining(self) -> tuple[Joining, Floats]:
        """How joining is known, and when each participant joined."""
        given = self.consultation.joined_at
        order = self.found.order.participant
        if given is not None and (given != NO_TIME).any():
            return "joined", np.where(given == NO_TIME, np.nan, given.astype(np.float64))[order]
        began = began_of(self.consultation)[order]
        return ("first-vote" if np.isfinite(began).any() else "unknown"), began

    @cached_property
    def authors(self) -> npt.NDArray[np.int64]:
        """For every statement of the consultation (also those not analysed), the row of who wrote it, or -1."""
        row_of = np.argsort(self.found.order.participant)
        number = {name: int(row_of[i]) for i, name in enumerate(self.consultation.participant_ids)}
        return np.array(
            [number.get(s.author_id or "", -1) for s in self.consultation.statements], dtype=np.int64
        )

    @property
    def knows_authors(self) -> bool:
        return bool((self.authors >= 0).any())

    def _accounts(self, results: list[_Found]) -> list[Account]:
        shared_ids = {
            self.found.given.statements[found.number].statement_id
            for found in results
            if found.kind in ("support", "reject")
        }
        statements = self.consultation.statements
        cast = self.consultation.votes.at
        summed = accounts(
            self.party_members,
            self.found.order.votes.votes_per_participant,
            self.joining[1],
            np.where(cast == NO_TIME, np.nan, cast.astype(np.float64)),
            self.authors,
            np.array([n_words(s.text) for s in statements], dtype=np.int64),
            np.array([s.statement_id in shared_ids for s in statements], bool),
        )
        everybody = int(summed.words.sum())
        return [self._account(index, summed, everybody) for index in range(len(self.voices))]

    def _account(self, index: int, summed: Accounts, all_words: int) -> Account:
        voice, knows = self.voices[index], self.knows_authors
        written = [
            s.language or ""
            for s, author in zip(self.consultation.statements, self.authors.tolist(), strict=True)
            if author >= 0 and voice.members[author]
        ]
        words = int(summed.words[index])
        return Account(
            side_id=voice.side_id,
            name=voice.name,
            bloc=None if voice.party is None else voice.party.bloc,
            participants=int(summed.participants[index]),
            voted=int(summed.voted[index]),
            votes=int(summed.votes[index]),
            statements=int(summed.statements[index]) if knows else None,
            shared=int(summed.shared[index]) if knows else None,
            words=words if knows else None,
            word_share=_rounded(words / all_words) if knows and all_words else None,
            languages=tuple(sorted(Counter(written).items(), key=lambda item: (-item[1], item[0])))
            if knows
            else None,
            first=_whole(summed.first[index]),
            median=_whole(summed.median[index]),
            before=None if np.isnan(summed.before[index]) else _rounded(summed.before[index]),
        )

    def _unknown(self) -> tuple[str, ...]:
        kind = self.consultation.source.description
        said = []
        if self.basis != "parties":
            said.append(f"Which party anybody speaks for: {kind} does not say.")
        if not self.knows_authors:
            said.append(
                "Who wrote which statement, and so each party’s statements, words and languages: "
                f"{kind} does not name authors."
            )
        if self.joining[0] == "unknown":
            said.append(
                "When anybody joined or voted: no times are given, so likeness of ballots is judged alone."
            )
        elif self.joining[0] == "first-vote":
            said.append("When anybody joined: the first vote of each participant stands for it.")
        if self.knows_authors and not any(s.language for s in self.consultation.statements):
            said.append("In which language a statement was written: nobody noted it.")
        return tuple(said)

    # Without -------------------------------------------------------------------------------------------------------

    @cached_property
    def units(self) -> list[_Unit]:
        """What is thought away, one at a time: sides that stand for parties, blocs of them, ballots too alike."""
        place = {side.side_id: number for number, side in enumerate((*self.found.sides, *self.extra))}
        units = [
            _Unit(voice.side_id, voice.kind, voice.name, (place[voice.side_id],), voice.members)  # type: ignore[arg-type]
            for voice in self.voices
            if voice.side_id in place
        ]
        blocs: dict[str, list[_Unit]] = {}
        for voice, unit in zip((v for v in self.voices if v.side_id in place), list(units), strict=True):
            if voice.party is not None and voice.party.bloc:
                blocs.setdefault(voice.party.bloc, []).append(unit)
        for name, parts in sorted(blocs.items()):
            bloc_side = place.get(f"bloc:{name}")
            if len(parts) > 1:
                sides = tuple(side for part in parts for side in part.sides)
                sides = sides if bloc_side is None else (*sides, bloc_side)
                members = np.any([part.members for part in parts], axis=0)
                units.append(_Unit(f"bloc:{name}", "bloc", name, sides, members))
        alike = [
            _Unit(side.side_id, "alike", side.name, (place[side.side_id],), side.members)
            for side in self.extra
            if side.kind == "alike"
        ]
        if len(alike) > 1:
            sides = tuple(side for unit in alike for side in unit.sides)
            members = np.any([unit.members for unit in alike], axis=0)
            alike.append(_Unit("alike:all", "alike", "All ballots alike", sides, members))
        return units + alike

    def _without(self, results: list[_Found]) -> list[Without]:
        return [self._thought_away(unit, results) for unit in self.units]

    @cached_property
    def _standings(self) -> dict[str, Standing]:
        return {unit.unit_id: self.standing(unit.sides) for unit in self.units}

    def _thought_away(self, unit: _Unit, results: list[_Found]) -> Without:
        now = self._standings[unit.unit_id]
        level = self.rule.certainty
        common = np.maximum(now.supports, now.rejects) >= level
        apart = np.round(np.maximum(now.contrary, now.partial), DECIMALS) >= level
        was_common = {found.column for found in results if found.what != "difference"}
        was_apart = {found.column for found in results if found.what == "difference"}
        return Without(
            unit_id=unit.unit_id,
            kind=unit.kind,
            name=unit.name,
            participants=int(unit.members.sum()),
            common_lost=self._ids([k for k in was_common if not common[k]]),
            common_gained=self._ids([int(k) for k in np.flatnonzero(common) if k not in was_common]),
            differences_lost=self._ids([k for k in was_apart if not apart[k]]),
            differences_gained=self._ids([int(k) for k in np.flatnonzero(apart) if k not in was_apart]),
            certainty=tuple(_rounded(_sure(now, found)) for found in results),
        )

    def _ids(self, columns: list[int]) -> tuple[str, ...]:
        numbers = sorted(int(self.found.order.statement[k]) for k in columns)
        return tuple(self.found.given.statements[j].statement_id for j in numbers)

    # Results -------------------------------------------------------------------------------------------------------

    def _results(self, results: list[_Found]) -> list[Result]:
        votes = self.found.order.votes
        voted = np.stack(
            [tallies(votes, np.where(members, 0, -1), 1).voted[0] for members in self.party_members]
            or [np.zeros(votes.n_statements, np.int64)]
        )[: len(self.voices)]
        small = np.array([voice.is_delegation for voice in self.voices], bool)
        missing = presence(voted, small, self.chosen.threshold, self.chosen.certainty)
        fewest = self._fewest_units(results)
        return [
            self._result(
                number, found, missing.absent[:, found.column], missing.thin[:, found.column], voted, fewest
            )
            for number, found in enumerate(results)
        ]

    def _result(
        self,
        number: int,
        found: _Found,
        absent: Marks,
        thin: Marks,
        voted: npt.NDArray[np.int64],
        fewest: FewestAbsent,
    ) -> Result:
        there = [voice.members.any() for voice in self.voices]
        names = [voice.name for voice in self.voices]
        ending = fewest.fewest[number]
        acts = {act: self._fewest(found, act) for act in ACTS}
        return Result(
            statement=self.found.given.statements[found.number],
            kind=found.kind,
            certainty=found.certainty,
            absent=tuple(
                name for name, is_there, is_so in zip(names, there, absent, strict=True) if is_there and is_so
            ),
            thin=tuple(
                (name, int(n))
                for name, n, is_so in zip(names, voted[:, found.column], thin, strict=True)
                if is_so and not self.is_private
            ),
            ended_by=tuple(
                unit.name
                for unit in self.units
                if not _holds(self._standings[unit.unit_id], found, self.rule)
            ),
            fewest_units=() if ending is None else tuple(self._main_units[place].name for place in ending),
            sets_tried=fewest.tried,
            **acts,
        )

    @cached_property
    def _main_units(self) -> list[_Unit]:
        return [unit for unit in self.units if unit.kind not in ("bloc", "alike")]

    def _fewest_units(self, results: list[_Found]) -> FewestAbsent:
        holds = np.array([(found.what, str(found.column)) for found in results], dtype=np.str_).reshape(-1, 2)
        sides = [unit.sides for unit in self._main_units]
        return fewest_absent(self.all_cells, *self._real, self.rule, sides, holds)

    def _fewest(self, found: _Found, act: str) -> Fewest:
        given = (self.side_cells, found.column, self.delegation, self.rule, act)
        smallest: Smallest
        if found.what == "difference":
            smallest = smallest_for_difference(*given)  # type: ignore[arg-type]
        else:
            smallest = smallest_for_common(*given, rejected=found.kind == "reject")  # type: ignore[arg-type]
        who: tuple[str, ...] = ()
        if smallest.cell is not None and not self.is_private:
            inside = self.side_cells.member[smallest.cell]
            told_apart = sum(side.kind == "group" for side in self.found.sides) > 1  # one group is everybody
            who = tuple(
                side.name
                for side, is_in in zip(self.found.sides, inside, strict=True)
                if is_in and (told_apart or side.kind != "group")
            )
        return Fewest(smallest.number, smallest.at_least, who)

    # Coordination --------------------------------------------------------------------------------------------------

    def _coordinated(self) -> Coordinated:
        found = self.coordination
        if found is None:
            return Coordinated(False, self.why_not, 0, False, False, FALSE_ALARM, (), (), 0)
        only = [group for group in found.only_alike if len(group.members) >= self.floor]
        groups = tuple(self._alike(f"alike:{n}", group) for n, group in enumerate(self.alike_groups, 1))
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
            together=None if group.together is None else _rounded(group.together),
            participants=() if self.is_private else tuple(self.consultation.participant_ids[i] for i in ids),
        )

    def _methods(self) -> dict[str, Method]:
        named: dict[str, float | int | str | bool] = {
            "threshold": self.chosen.threshold,
            "certainty": self.chosen.certainty,
            "delegation_below": self.chosen.delegation_below,
        }
        return {
            "accounts": Method("party-accounts/1", {}, DECIMALS),
            "missing": Method("missing-parties/1", named, 0),
            "without": Method("leave-one-out/1", named, DECIMALS),
            "smallest": Method("smallest-change/1", named, 0),
            "coordinated": Method(
                "coordinated-voting/1",
                {"minimum_votes": self.chosen.minimum_votes, "false_alarm": FALSE_ALARM},
                1,
            ),
        }


def _sure(now: Standing, found: _Found) -> float:
    table = {"support": now.supports, "reject": now.rejects}.get(found.kind)
    if table is None:
        table = np.maximum(now.contrary, now.partial)
    return float(table[found.column])


def _holds(now: Standing, found: _Found, rule: Rule) -> bool:
    sure = _sure(now, found)
    return (_rounded(sure) if found.what == "difference" else sure) >= rule.certainty


def _whole(value: float) -> int | None:
    return None if np.isnan(value) else round(float(value))


def _rounded(value: float) -> float:
    return round(float(value), DECIMALS) + 0.0
