"""What-ifs: the same rule changed, who gains and who loses, beside each party's share of capacity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from comity.engine.power.inverse import fair_weights
from comity.errors import Refused
from comity.findings.findings import Method
from comity.findings.power import power_findings
from comity.findings.power_published import DECIMALS, PowerFindings
from comity.record.rule import HEADS, DecisionRule, Part, Yes, capacity_of, parts_of
from comity.record.rule_change import Change, FairWeights, MergeParties, changed, said

FAIR = "fair votes"


@dataclass(frozen=True)
class Gain:
    """One party before and after. share: of the measure, after the change (before it, for one that left).

    before, after: share of Banzhaf power, None where the party was not there; before a merger, that of the
    merged parties together. gain: after less before.
    """

    name: str
    share: float
    before: float | None
    after: float | None
    gain: float


@dataclass(frozen=True)
class FairError:
    """How near fair weights come. error: the share of power still in the wrong hands; worst: the largest gap."""

    capacity: str
    needed: str
    error: float
    worst: float


@dataclass(frozen=True)
class Comparison:
    """A rule before and after changes. gains: largest gain first. fair: where weights were sought."""

    changes: tuple[str, ...]
    before: PowerFindings
    after: PowerFindings
    gains: tuple[Gain, ...]
    fair: FairError | None
    method: Method | None


def comparison(rule: DecisionRule, changes: Sequence[Change]) -> Comparison:
    """The changes made one after the other, and what they do to everybody's power. Raises Refused as each does."""
    after, fair = rule, None
    for change in changes:
        if isinstance(change, FairWeights):
            after, fair = _fair(after, change)
        else:
            after = changed(after, change)
    after = replace(after, title=f"{rule.title}, changed")
    old, new = power_findings(rule), power_findings(after)
    method = Method("fair-weights/1", {"share": fair.needed}, DECIMALS) if fair else None
    return Comparison(
        tuple(said(change) for change in changes), old, new, _gains(old, new, changes), fair, method
    )


def _gains(old: PowerFindings, new: PowerFindings, changes: Sequence[Change]) -> tuple[Gain, ...]:
    before = {party.name: party.banzhaf_share.value for party in old.parties}
    for change in changes:
        if isinstance(change, MergeParties):
            before[change.name] = sum(before.pop(name, 0.0) for name in change.parties)
    after = {party.name: party.banzhaf_share.value for party in new.parties}
    shares = {**measure_shares(old, old.measure), **measure_shares(new, old.measure)}
    gains = [
        Gain(
            name,
            shares[name],
            before.get(name),
            after.get(name),
            round(after.get(name, 0.0) - before.get(name, 0.0), DECIMALS),
        )
        for name in dict.fromkeys([*after, *before])
    ]
    return tuple(sorted(gains, key=lambda gain: -gain.gain))


def measure_shares(findings: PowerFindings, measure: str) -> dict[str, float]:
    """Each party's share of a capacity, 0 .. 1; of heads where nobody has it."""
    even = round(1 / len(findings.parties), DECIMALS)
    return {
        party.name: next((one.share for one in party.capacities if one.capacity == measure), even)
        for party in findings.parties
    }


def _fair(rule: DecisionRule, change: FairWeights) -> tuple[DecisionRule, FairError]:
    if change.capacity != HEADS and change.capacity not in rule.capacities:
        raise Refused(
            "capacity-unknown",
            f"no party has {change.capacity!r}; the capacities of {rule.title} are: "
            f"{', '.join((HEADS, *rule.capacities))}",
        )
    for party in rule.parties:
        if change.capacity != HEADS and change.capacity not in party.capacities:
            raise Refused(
                "weight-missing",
                f"{party.name} has no {change.capacity}, which the rule counts; give it a number",
            )
    share = change.share or _only_share(rule)
    amounts = [float(capacity_of(party, change.capacity)) for party in rule.parties]
    total = 10_000 if len(amounts) <= 40 else 100_000
    found = fair_weights(amounts, share, total)
    parties = tuple(
        replace(party, capacities={**party.capacities, FAIR: float(weight)})
        for party, weight in zip(rule.parties, found.weights, strict=True)
    )
    part: Part = Yes(FAIR, number=Fraction(found.quota))
    needed = f"{float(share * 100):g} %"
    error = FairError(change.capacity, needed, round(found.error, DECIMALS), round(found.worst, DECIMALS))
    return replace(rule, parties=parties, part=part), error


def _only_share(rule: DecisionRule) -> Fraction:
    parts = [part for part in parts_of(rule.part) if isinstance(part, Yes)]
    if len(parts) == 1:
        total = sum((capacity_of(party, parts[0].capacity) for party in rule.parties), start=Fraction(0))
        share = parts[0].share + parts[0].number / total
        if 0 < share <= 1:
            return share
    raise Refused(
        "what-if-unclear",
        f"{rule.title} has {len(parts)} parts that count yes votes; say which share fair weights need, as in "
        "`fair population 62%`",
    )
