"""What a vote would be worth under the rules that readers try: computed when asked for, and kept while it is asked."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from comity.errors import Refused
from comity.web.asked import PATIENCE

if TYPE_CHECKING:
    from comity.findings.power_published import PowerFindings
    from comity.reader import Reader
    from comity.record.rule import DecisionRule

KEPT = 200
"""Rules whose numbers are kept: a few kilobytes each."""


@dataclass(frozen=True)
class Weighed:
    """What one rule does. document: the same as JSON, as `comity power` writes it."""

    findings: PowerFindings
    document: str


class Powers:
    """The numbers of rules, whoever asks in whichever consultation: they hang on the rule and its parties alone."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._asked: OrderedDict[Hashable, Future[Weighed]] = OrderedDict()
        self._lock = Lock()

    def of(self, rule: DecisionRule, patience: float = PATIENCE) -> Weighed | None:
        """The numbers; None while they are computed. Raises Refused 'rule-too-large'."""
        key = (rule.part, rule.measure, tuple((one.name, *one.capacities.items()) for one in rule.parties))
        with self._lock:
            if key not in self._asked:
                self._asked[key] = self.reader.aside(weighed, rule)
            future = self._asked[key]
            self._asked.move_to_end(key)
            while len(self._asked) > KEPT:
                self._asked.popitem(last=False)
        try:
            return future.result(patience)
        except NotYet:
            return None
        except Refused as refused:
            raise Refused(refused.code, _said(refused, rule)) from None
        except Exception:  # the process that computes died: the next who asks begins anew
            with self._lock:
                self._asked.pop(key, None)
            raise


def _said(refused: Refused, rule: DecisionRule) -> str:
    if refused.code != "rule-too-large":
        return refused.text
    return (
        f"{len(rule.parties)} parties with such long numbers of {rule.measure} can vote in too many different ways "
        "to be counted; count parties instead"
    )


def weighed(rule: DecisionRule) -> Weighed:
    """The numbers of one rule, in the process that computes; the one that serves does not load what that needs."""
    from comity.findings.power_in_time import power_in_time
    from comity.report.power import power_json

    found = power_in_time(rule)
    return Weighed(found, power_json(found))
