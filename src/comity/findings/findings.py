"""Findings: every number that Comity publishes about a consultation, each with its evidence.

All values are already rounded to the decimals they are worth (`Finding.decimals`): what is printed, exported
and recomputed is the same number. Shares lie in 0 .. 1. A `side` is an opinion group, one end of the map's main
axis, or a party; `side_id` is 'group:A', 'end:1', 'end:2' or 'party:<party_id>'. Ends are there only where there
is one group, so that a majority at one end of a spectrum cannot pass for everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from comity.findings.parameters import Parameters
from comity.record.consultation import Party, RecordHead, Skipped, Source, Statement

Stance = Literal["supports", "rejects", "divided", "uncertain", "silent"]
"""divided: surely neither supports nor rejects. uncertain: not sure enough of any of these. silent: nobody voted."""
Direction = Literal["support", "reject"]


@dataclass(frozen=True)
class Method:
    """How a finding was computed: its id in `engine.methods.METHODS`, and the parameters it was given."""

    method_id: str
    parameters: Mapping[str, float | int | str | bool]
    decimals: int


@dataclass(frozen=True)
class Estimate:
    """A share or a coordinate with its interval; low and high hold with `Parameters.interval` probability."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Tally:
    """Counts of last answers. `voted` counts everybody who answered, passes included."""

    agreed: int
    disagreed: int
    passed: int

    @property
    def voted(self) -> int:
        return self.agreed + self.disagreed + self.passed


@dataclass(frozen=True)
class Support:
    """What one side said to one statement.

    agree, disagree: share of those who voted, as a Beta posterior. corrected_agree, corrected_disagree: the
    share that would be seen had the whole side voted, by the spatial model; None where it was not computed
    (`classic`, or a side with nobody on the map).
    """

    side_id: str
    tally: Tally
    agree: Estimate
    disagree: Estimate
    corrected_agree: Estimate | None
    corrected_disagree: Estimate | None
    stance: Stance
    stance_certainty: float


@dataclass(frozen=True)
class StatementFinding:
    """One statement: what everybody and each side said to it. supports: in the order of `Findings.sides`.

    divisiveness: posterior expected spread of agreement over participants, 0 none .. 1 two equal halves.
    position: coordinates of the statement on the map's axes (the direction in which agreement grows), or None.
    """

    statement: Statement
    tally: Tally
    agree: Estimate
    disagree: Estimate
    supports: tuple[Support, ...]
    divisiveness: float
    position: tuple[float, ...] | None


@dataclass(frozen=True)
class Side:
    """An opinion group, an end of the main axis, a party, or a bloc of parties that are one participant each.

    name: as a page writes it: 'Group A', 'End 1', the party's or the bloc's name. size: how many participants; on_map:
    how many of them have a place; n_votes: answers of theirs that count. is_delegation: its answers are its
    position and no sample of it: a bloc, or a party so small (`Parameters.delegation_below`).
    """

    side_id: str
    kind: Literal["group", "end", "party", "bloc"]
    name: str
    size: int
    on_map: int
    n_votes: int
    center: tuple[float, ...] | None
    party: Party | None = None
    is_delegation: bool = False


@dataclass(frozen=True)
class CommonGround:
    """A statement that every side supports (or rejects) with stated certainty, best first.

    certainty: posterior probability that support is above the threshold in all sides. weakest_side: where it
    is least certain. named: certainty is at least `Parameters.certainty`, so it is called common ground.
    """

    statement_id: str
    direction: Direction
    certainty: float
    weakest_side: str
    side_certainty: tuple[tuple[str, float], ...]
    named: bool


@dataclass(frozen=True)
class ReservedDifference:
    """A statement on which sides stand apart with stated certainty, each side's stance beside it.

    certainty: posterior probability that at least one side supports and at least one rejects it (contrary), or
    that one side supports it while another does not reach the threshold (partial). gap: largest difference
    between two sides' shares of agreement, or of disagreement where that is larger.
    """

    statement_id: str
    certainty: float
    kind: Literal["contrary", "partial"]
    gap: Estimate
    for_sides: tuple[str, ...]
    against_sides: tuple[str, ...]
    other_sides: tuple[str, ...]
    named: bool


@dataclass(frozen=True)
class Representative:
    """A statement that defines a group: its answer there is surely different from the rest's.

    agree_here, agree_elsewhere: shares answering in `direction`. certainty: posterior probability that the
    share here is the larger one.
    """

    statement_id: str
    direction: Direction
    share_here: float
    share_elsewhere: float
    certainty: float


@dataclass(frozen=True)
class Group:
    """An opinion group, or an end of the main axis, in its own words. letter: 'A' is the largest group; '1', '2' ends.

    mean_membership: mean probability with which its members belong to it.
    """

    side_id: str
    letter: str
    size: int
    mean_membership: float
    representative: tuple[Representative, ...]


@dataclass(frozen=True)
class MapPoint:
    """Where a participant stands.

    spread: standard deviation along each axis. group: side_id of the most probable group, None where there is none
    or it may not be shown. membership: probability of that group.
    """

    participant_id: str
    position: tuple[float, ...]
    spread: tuple[float, ...]
    group: str | None
    membership: float
    party_id: str | None


@dataclass(frozen=True)
class OpinionMap:
    """Everybody who has a place. axes_explained: share of the explained variation in answers along each axis.

    not_placed: participants who are counted in tallies only, and why.
    """

    points: tuple[MapPoint, ...]
    axes_explained: tuple[float, ...]
    not_placed: int
    reason_not_placed: str


@dataclass(frozen=True)
class Quality:
    """How sure the whole is. group_stability: 0 .. 1, None where nothing could be grouped.

    log_loss, baseline_log_loss: of held-out answers, in nats; None where they were not computed. says: plain
    sentences for the reader, most important first.
    """

    n_groups: int
    group_stability: float | None
    why_groups: str
    log_loss: float | None
    baseline_log_loss: float | None
    says: tuple[str, ...]


@dataclass(frozen=True)
class Findings:
    """Everything that is published about one consultation.

    n_participants: everybody known; n_voted: who answered something that counts. methods: by what they computed
    ('map', 'groups', 'support', 'corrected_support', 'common_ground', 'reserved_differences', 'representative',
    'divisiveness'). n_left_out: how many of what were left out, by reason in plain words, never zero. head: the
    record's size and root, None for an imported file. parties: all of them, also where they are no sides (one
    participant each).
    """

    title: str
    question: str
    source: Source
    head: RecordHead | None
    parties: tuple[Party, ...]
    parameters: Parameters
    comity_version: str
    n_participants: int
    n_voted: int
    n_votes: int
    n_statements: int
    n_left_out: Mapping[str, int]
    sides: tuple[Side, ...]
    statements: tuple[StatementFinding, ...]
    common_ground: tuple[CommonGround, ...]
    reserved_differences: tuple[ReservedDifference, ...]
    most_divisive: tuple[str, ...]
    groups: tuple[Group, ...]
    ends: tuple[Group, ...]
    opinion_map: OpinionMap
    quality: Quality
    methods: Mapping[str, Method]
    skipped: tuple[Skipped, ...]
    warnings: tuple[str, ...]
