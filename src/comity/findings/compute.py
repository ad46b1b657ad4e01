"""The whole of what is published about a consultation, as one pure function of it."""

from __future__ import annotations

from comity.findings.analysis import Analysis
from comity.findings.compared import Progress, compared
from comity.findings.findings import (
    Findings,
)
from comity.findings.parameters import Parameters
from comity.findings.publishing import Publisher
from comity.record.consultation import Consultation


def findings_of(
    consultation: Consultation, parameters: Parameters | None = None, progress: Progress | None = None
) -> Findings:
    """Every published number about a consultation.

    progress: told what is being computed, in a few words, before each step. The same consultation and
    parameters give the same findings, whatever the order of its lines and the names of its participants.
    """
    chosen = parameters or Parameters()
    say = progress or (lambda _: None)
    found = compared(consultation, chosen, say)
    analysed = Analysis.of(found.order.votes, found.place, found.sides, chosen)
    say("writing the findings")
    return Publisher(
        consultation,
        found.given,
        found.order,
        found.place,
        found.sides,
        analysed,
        chosen,
        found.party_of,
        found.hidden,
    ).findings()
