"""Voting power for somebody who waits for a page: as `findings.power` finds it, or a refusal within seconds."""

from __future__ import annotations

from comity.engine.power.counting import Diagram, TooManyStates
from comity.engine.power.rules import Thresholds, thresholds
from comity.errors import Refused
from comity.findings.compiled_rule import compiled
from comity.findings.power import power_findings
from comity.findings.power_published import PowerFindings
from comity.record.rule import DecisionRule

MOST_WORK = 600_000_000
"""Parties times their weight together, where a quota is too long to be counted: ten seconds of one core. What is
counted takes a few seconds at most, for a count that grows too large is given up before."""


def power_in_time(rule: DecisionRule, most_work: int = MOST_WORK) -> PowerFindings:
    """Every number about one rule. Raises Refused 'rule-too-large' also where a reader would wait too long."""
    form = thresholds(compiled(rule))
    work = len(rule.parties) * int(form.weights.sum(axis=1).max())
    if work > most_work and not _can_be_counted(form):
        raise Refused(
            "rule-too-large",
            f"{rule.title} has {len(rule.parties)} parties with weights too long to be computed while a reader waits; "
            "use shorter weights, or `comity power`",
        )
    return power_findings(rule)


def _can_be_counted(form: Thresholds) -> bool:
    try:
        Diagram(form).tally()
    except TooManyStates:
        return False
    return True
