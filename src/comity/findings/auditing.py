"""From a consultation to its equal-footing audit, as one pure function.

Who was heard: `audit_accounts`. What rests on whom: `audit_absence`. Ballots that are alike: `audit_alike`. Here they
come together, with whose answers are missing from each finding, and how few could turn it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity import __version__
from comity.engine.opinion.audit.absence import FewestAbsent
from comity.engine.opinion.audit.acts import ACTS
from comity.engine.opinion.audit.cells import Marks
from comity.engine.opinion.audit.coordination import FALSE_ALARM
from comity.engine.opinion.audit.presence import needed_answers, presence
from comity.engine.opinion.audit.smallest import (
    Smallest,
    smallest_for_common,
    smallest_for_difference,
)
from comity.engine.opinion.tallies import tallies
from comity.findings.audit import DECIMALS, Audit, Fewest, Result, Without
from comity.findings.audit_absence import Counted, Found
from comity.findings.audit_accounts import Heard
from comity.findings.audit_alike import AlikeBallots
from comity.findings.compared import Compared, Progress, compared
from comity.findings.findings import Method
from comity.findings.parameters import Parameters
from comity.record.consultation import Consultation


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
    alike = AlikeBallots.of(consultation, found, chosen)
    say("thinking parties away")
    heard = Heard(consultation, found, chosen)
    counted = Counted(found, chosen, heard, alike.sides)
    without = counted.without()
    say("seeking the few who could turn a finding")
    return _Auditing(consultation, found, chosen, heard, counted, alike).audit(without)


@dataclass(frozen=True, eq=False)
class _Auditing:
    """Numbers and indices in, names and rounded findings out. Rows and columns are in canonical order inside."""

    consultation: Consultation
    found: Compared
    chosen: Parameters
    heard: Heard
    counted: Counted
    alike: AlikeBallots

    def audit(self, without: tuple[Without, ...]) -> Audit:
        consultation, votes = self.consultation, self.found.given.votes
        statement_id = [statement.statement_id for statement in self.found.given.statements]
        results = self.counted.results
        shared = {statement_id[found.number] for found in results if found.what != "difference"}
        named = {statement_id[found.number] for found in results}
        for unit in without:
            named.update(unit.common_lost, unit.common_gained, unit.differences_lost, unit.differences_gained)
        return Audit(
            title=consultation.title,
            question=consultation.question,
            source=consultation.source,
            head=consultation.head,
            parameters=self.chosen,
            comity_version=__version__,
            basis=self.heard.basis,
            joining=self.heard.joining[0],
            n_participants=votes.n_participants,
            n_voted=int((votes.votes_per_participant > 0).sum()),
            n_votes=votes.n_votes,
            n_statements=votes.n_statements,
            no_party=self.heard.no_party,
            hidden=sum(side.startswith("party:") for side in self.found.hidden),
            needed=needed_answers(self.chosen.threshold, self.chosen.certainty),
            accounts=self.heard.accounts(shared),
            unheard=self.heard.unheard,
            results=self._results(results),
            without=without,
            coordinated=self.alike.published(),
            mentioned=tuple(s for s in self.found.given.statements if s.statement_id in named),
            unknown=self.heard.unknown,
            methods=_methods(self.chosen),
        )

    def _results(self, results: list[Found]) -> tuple[Result, ...]:
        votes, voices = self.found.order.votes, self.heard.voices
        voted = np.stack(
            [tallies(votes, np.where(members, 0, -1), 1).voted[0] for members in self.heard.members]
            or [np.zeros(votes.n_statements, np.int64)]
        )[: len(voices)]
        small = np.array([voice.is_delegation for voice in voices], bool)
        missing = presence(voted, small, self.chosen.threshold, self.chosen.certainty)
        fewest = self.counted.fewest_absent()
        return tuple(
            self._result(
                number, found, missing.absent[:, found.column], missing.thin[:, found.column], voted, fewest
            )
            for number, found in enumerate(results)
        )

    def _result(
        self,
        number: int,
        found: Found,
        absent: Marks,
        thin: Marks,
        voted: npt.NDArray[np.int64],
        fewest: FewestAbsent,
    ) -> Result:
        there = [voice.members.any() for voice in self.heard.voices]
        names = [voice.name for voice in self.heard.voices]
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
                if is_so and self.alike.shows_names
            ),
            ended_by=self.counted.ended_by(found),
            fewest_units=self._names(fewest.fewest[number]),
            enough_units=self._names(fewest.enough[number]),
            sets_tried=fewest.tried,
            **acts,
        )

    def _names(self, units: tuple[int, ...] | None) -> tuple[str, ...]:
        return () if units is None else tuple(self.counted.single_voices[place].name for place in units)

    def _fewest(self, found: Found, act: str) -> Fewest:
        counted = self.counted
        given = (counted.side_cells, found.column, counted.delegation, counted.rule, act)
        smallest: Smallest
        if found.what == "difference":
            smallest = smallest_for_difference(*given)  # type: ignore[arg-type]
        else:
            smallest = smallest_for_common(*given, rejected=found.kind == "reject")  # type: ignore[arg-type]
        who: tuple[str, ...] = ()
        if smallest.cell is not None and self.alike.shows_names:
            inside = counted.side_cells.member[smallest.cell]
            told_apart = sum(side.kind == "group" for side in self.found.sides) > 1  # one group is everybody
            who = tuple(
                side.name
                for side, is_in in zip(self.found.sides, inside, strict=True)
                if is_in and (told_apart or side.kind != "group")
            )
        return Fewest(smallest.number, smallest.at_least, who)


def _methods(chosen: Parameters) -> dict[str, Method]:
    named: dict[str, float | int | str | bool] = {
        "threshold": chosen.threshold,
        "certainty": chosen.certainty,
        "delegation_below": chosen.delegation_below,
    }
    return {
        "accounts": Method("party-accounts/1", {}, DECIMALS),
        "missing": Method("missing-parties/1", named, 0),
        "without": Method("leave-one-out/1", named, DECIMALS),
        "smallest": Method("smallest-change/1", named, 0),
        "coordinated": Method(
            "coordinated-voting/1", {"minimum_votes": chosen.minimum_votes, "false_alarm": FALSE_ALARM}, 1
        ),
    }
