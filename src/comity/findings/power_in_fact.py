"""Who is pivotal in fact: the same rule when parties vote as the spatial model of their past votes expects.

Past answers (yes agree, no disagree, abstain pass, absent missing) are fitted by the spatial model; every party then
has a chance of yes on every decision, and votes yes with it, else no. The engine's fields do not know each other: they
meet here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.spatial import spatial_model
from comity.engine.power.chances import DecisionChances, decision_chances
from comity.engine.power.counting import TooManyStates
from comity.engine.power.large_chances import long_decision_chances
from comity.engine.power.rules import Ballot, Leaf, Rule, Thresholds, thresholds
from comity.engine.votes import vote_matrix
from comity.errors import Refused
from comity.findings.compiled_rule import compiled
from comity.findings.findings import Method
from comity.findings.power_published import DECIMALS, Measure, measured
from comity.record.party_votes import PartyVotes
from comity.record.rule import DecisionRule

Floats = npt.NDArray[np.float64]
Ballots = npt.NDArray[np.int64]
FEWEST_DECISIONS = 10
CODES = {"yes": Ballot.YES, "no": Ballot.NO, "abstain": Ballot.ABSTAIN, "absent": Ballot.ABSENT}


@dataclass(frozen=True)
class PartyInFact:
    """One party over all decisions. decisive: the mean chance to settle a decision. share: of all parties' sum.

    pivotal: decisions in the table whose recorded result turns if this party alone turns its vote to yes or no.
    n_votes: how many decisions it answered.
    """

    name: str
    decisive: Measure
    share: Measure
    pivotal: int
    n_votes: int


@dataclass(frozen=True)
class BlocInFact:
    """A bloc that votes as one: mean chance of a decision to pass with its yes and with its no.

    can_pass, can_stop: share of decisions that its yes (no) makes likelier than 9 in 10 to pass (fail).
    """

    name: str
    passing_with: Measure
    passing_without: Measure
    can_pass: Measure
    can_stop: Measure


@dataclass(frozen=True)
class PowerInFact:
    """Power with opinions. parties: in the order of the rule. expected: mean chance of a decision to pass;
    passed: how many of the table's decisions pass under the rule with the votes as they were."""

    source: str
    n_decisions: int
    n_votes: int
    expected: Measure
    passed: int
    parties: tuple[PartyInFact, ...]
    blocs: tuple[BlocInFact, ...]
    method: Method


def power_in_fact(rule: DecisionRule, votes: PartyVotes, dimensions: int = 2) -> PowerInFact:
    """Who settles decisions when votes follow the spatial model. Raises Refused for parties that the rule does
    not have, for too few decisions, and for rules too large to be walked party by party.
    """
    ballots = _ballots(rule, votes)
    if len(ballots) < FEWEST_DECISIONS:
        decisions = "decision" if len(ballots) == 1 else "decisions"
        raise Refused(
            "too-few-decisions",
            f"{votes.source} has {len(ballots)} {decisions}; at least {FEWEST_DECISIONS} are needed to place parties",
        )
    chance = _chances(ballots, dimensions)
    compiled_rule = compiled(rule)
    form = thresholds(compiled_rule)
    try:
        found = decision_chances(form, chance)
        blocs = tuple(_bloc(bloc, *_united(rule, form, chance, bloc)) for bloc in rule.blocs)
    except TooManyStates:
        found, blocs = _long(rule, form, chance)
    mean = found.decisive.mean(axis=0)
    turned, passed = _pivotal(compiled_rule, ballots)
    parties = tuple(
        PartyInFact(
            party.name,
            measured(mean[i]),
            measured(mean[i] / mean.sum() if mean.sum() else 0.0),
            int(turned[i]),
            int((ballots[:, i] != Ballot.ABSENT).sum()),
        )
        for i, party in enumerate(rule.parties)
    )
    return PowerInFact(
        votes.source,
        len(ballots),
        int((ballots != Ballot.ABSENT).sum()),
        measured(float(found.passing.mean())),
        passed,
        parties,
        blocs,
        Method("power-in-fact/1", {"dimensions": dimensions}, DECIMALS),
    )


def _ballots(rule: DecisionRule, votes: PartyVotes) -> Ballots:
    """Shape (n_decisions, n_parties); who is not in the table was absent."""
    place = {name: number for number, name in enumerate(rule.party_names)}
    strangers = sorted({vote.party for vote in votes.votes} - set(place))
    if strangers:
        raise Refused(
            "party-not-in-rule",
            f"{strangers[0]} votes in {votes.source} but is not a party of {rule.title}; check the spelling or add it",
        )
    decision = {name: number for number, name in enumerate(votes.decisions)}
    table = np.full((len(decision), len(place)), int(Ballot.ABSENT), dtype=np.int64)
    for vote in votes.votes:
        table[decision[vote.decision], place[vote.party]] = CODES[vote.answer]
    return table


def _chances(ballots: Ballots, dimensions: int) -> Floats:
    """The model's chance of a yes of every party on every decision, shape (n_decisions, n_parties)."""
    decision, party = np.nonzero(ballots != Ballot.ABSENT)
    matrix = vote_matrix(party, decision, ballots[decision, party], ballots.shape[1], ballots.shape[0])
    model = spatial_model(matrix, dimensions=dimensions)
    return model.probability_table(np.arange(ballots.shape[1])).T


def _long(
    rule: DecisionRule, form: Thresholds, chance: Floats
) -> tuple[DecisionChances, tuple[BlocInFact, ...]]:
    """The same for a weighted quota that is too long to be walked party by party."""
    if not isinstance(form.tree, Leaf):
        raise Refused(
            "rule-too-large",
            f"{rule.title} is too large to be walked party by party with votes from a table; leave the votes out",
        )
    weights, need = [int(w) for w in form.weights[form.tree.line]], form.tree.need
    try:
        found = long_decision_chances(weights, need, chance, [_inside(rule, bloc) for bloc in rule.blocs])
    except ValueError as error:
        raise Refused(
            "rule-too-large",
            f"{rule.title} is too large for so many votes: {error}; take fewer decisions, or leave the votes out",
        ) from None
    blocs = tuple(
        _bloc(bloc, found.with_yes[place], found.with_no[place]) for place, bloc in enumerate(rule.blocs)
    )
    return DecisionChances(found.passing, found.decisive), blocs


def _inside(rule: DecisionRule, bloc: str) -> list[int]:
    return [i for i, party in enumerate(rule.parties) if party.bloc == bloc]


def _united(rule: DecisionRule, form: Thresholds, chance: Floats, bloc: str) -> tuple[Floats, Floats]:
    """How likely each decision passes if all of a bloc say yes, and if all say no."""
    passing = []
    for answer in (1.0, 0.0):
        united = chance.copy()
        united[:, _inside(rule, bloc)] = answer
        passing.append(decision_chances(form, united).passing)
    return passing[0], passing[1]


def _bloc(name: str, with_yes: Floats, with_no: Floats) -> BlocInFact:
    return BlocInFact(
        name,
        measured(float(with_yes.mean())),
        measured(float(with_no.mean())),
        measured(float((with_yes > 0.9).mean())),
        measured(float((with_no < 0.1).mean())),
    )


def _pivotal(rule: Rule, ballots: Ballots) -> tuple[Ballots, int]:
    """For each party the decisions that its vote alone turns, and how many decisions pass as they were voted."""
    turned = np.zeros(rule.n_parties, dtype=np.int64)
    passed = 0
    for votes in ballots:
        result = rule.passes(votes)
        passed += result
        for party in range(rule.n_parties):
            other = votes.copy()
            other[party] = Ballot.NO if result else Ballot.YES
            turned[party] += rule.passes(other) != result
    return turned, passed
