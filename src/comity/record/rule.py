"""A decision rule as a body writes it: its parties by name, their capacities, and the parts that must hold.

Pure: what a rule says. What it does to anybody's influence is computed in `findings.power`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from comity.errors import Refused
from comity.record.consultation import Party

HEADS = "parties"
"""The capacity of which everybody has 1: counting parties."""
Base = Literal["all", "present", "voting"]
Answer = Literal["yes", "no", "abstain", "absent"]
ANSWERS: tuple[Answer, ...] = ("yes", "no", "abstain", "absent")


@dataclass(frozen=True)
class Yes:
    """The yes votes reach `share * base + number` of a capacity (exceed it, if strict), and somebody says yes.

    capacity: the capacity counted, HEADS for one each. of: what the base is: all parties, those present (yes,
    no, abstain) or those voting (yes, no).
    """

    capacity: str = HEADS
    share: Fraction = Fraction(0)
    number: Fraction = Fraction(0)
    strict: bool = False
    of: Base = "all"


@dataclass(frozen=True)
class Veto:
    """None of the named parties says no; with `needs_yes`, each must say yes."""

    parties: tuple[str, ...]
    needs_yes: bool = False


@dataclass(frozen=True)
class Present:
    """At least this share of all, plus this number, of a capacity is present: a quorum."""

    capacity: str = HEADS
    share: Fraction = Fraction(0)
    number: Fraction = Fraction(0)


@dataclass(frozen=True)
class AtLeast:
    """So many of the parts hold; None is every one of them."""

    number: int | None
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class InBloc:
    """The part holds among the members of one bloc."""

    bloc: str
    part: Part


@dataclass(frozen=True)
class Blocs:
    """The part holds in so many blocs, each asked by itself; None is in every bloc."""

    number: int | None
    part: Part


Part = Yes | Veto | Present | AtLeast | InBloc | Blocs


@dataclass(frozen=True)
class DecisionRule:
    """Who must consent for a decision to pass.

    name: short, for commands. summary: the rule in one plain sentence. source: where the rule stands. note: what a
    reader must know about it. as_of: the date or year of the parties and their numbers. figures: where those come
    from, and what a reader must know about them. measure: the capacity that is shown beside power as a party's
    share, None for one each.
    """

    name: str
    title: str
    parties: tuple[Party, ...]
    part: Part
    summary: str = ""
    source: str = ""
    as_of: str = ""
    note: str = ""
    measure: str | None = None
    figures: str = ""

    @property
    def party_names(self) -> tuple[str, ...]:
        return tuple(party.name for party in self.parties)

    @property
    def blocs(self) -> tuple[str, ...]:
        """The blocs in the order in which they first appear."""
        return tuple(dict.fromkeys(party.bloc for party in self.parties if party.bloc))

    @property
    def capacities(self) -> tuple[str, ...]:
        """Every capacity that some party has, in the order in which they first appear."""
        return tuple(dict.fromkeys(name for party in self.parties for name in party.capacities))

    def members(self, bloc: str) -> tuple[Party, ...]:
        return tuple(party for party in self.parties if party.bloc == bloc)


def parts_of(part: Part) -> Iterator[Part]:
    """The part itself and every part inside it, in the order in which they are written."""
    yield part
    if isinstance(part, AtLeast):
        for inner in part.parts:
            yield from parts_of(inner)
    elif isinstance(part, InBloc | Blocs):
        yield from parts_of(part.part)


def capacity_of(party: Party, capacity: str) -> Fraction:
    """What a party has of a capacity, exactly as it is written in decimals; 1 for HEADS."""
    return Fraction(1) if capacity == HEADS else Fraction(str(party.capacities[capacity]))


def checked(rule: DecisionRule) -> DecisionRule:
    """The rule, if its names and numbers fit together. Raises Refused with one sentence otherwise."""
    if not rule.parties:
        raise Refused(
            "rule-without-parties",
            f"{rule.title} names no parties; list them under [parties], or give a table with --members",
        )
    for party in rule.parties:
        _check_amounts(party)
    twice = _twice(rule.party_names)
    if twice:
        raise Refused("party-twice", f"{twice} is listed twice in {rule.title}; give every party one line")
    for part in parts_of(rule.part):
        if isinstance(part, Yes | Present):
            _check_capacity(rule, part.capacity)
        elif isinstance(part, Veto):
            for name in part.parties:
                _check_party(rule, name)
        elif isinstance(part, InBloc) and part.bloc not in rule.blocs:
            known = ", ".join(rule.blocs) or "none"
            raise Refused(
                "bloc-unknown",
                f"{rule.title} asks the bloc {part.bloc!r}, to which no party belongs; its blocs are: {known}",
            )
        elif isinstance(part, Blocs) and not rule.blocs:
            raise Refused(
                "bloc-unknown", f"{rule.title} asks blocs, but no party has one; give parties a bloc"
            )
    return rule


def _twice(names: tuple[str, ...]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def _check_amounts(party: Party) -> None:
    for capacity, value in party.capacities.items():
        if not 0 <= value < float("inf"):
            raise Refused(
                "weight-negative",
                f"{party.name} has {value:g} {capacity}; a weight is a number from 0, so correct it",
            )


def _check_party(rule: DecisionRule, name: str) -> None:
    if name not in rule.party_names:
        raise Refused(
            "party-not-in-rule",
            f"{name} is not a party of {rule.title}; check the spelling or add it to the rule",
        )


def _check_capacity(rule: DecisionRule, capacity: str) -> None:
    if capacity == HEADS:
        return
    for party in rule.parties:
        value = party.capacities.get(capacity)
        if value is None:
            raise Refused(
                "weight-missing",
                f"{party.name} has no {capacity}, which the rule counts; give it a number, 0 if none",
            )
    if not any(party.capacities[capacity] for party in rule.parties):
        raise Refused(
            "weight-missing", f"nobody has any {capacity}, which the rule counts; give the parties numbers"
        )


def answers_of(rule: DecisionRule, votes: Mapping[str, str]) -> tuple[Answer, ...]:
    """Votes by name in the order of the parties; a party that is not named was absent.

    Raises Refused for a party that is not in the rule and for an answer that is none.
    """
    for name, answer in votes.items():
        _check_party(rule, name)
        if answer not in ANSWERS:
            raise Refused(
                "vote-unreadable", f"{name} voted {answer!r}; a vote here is yes, no, abstain or absent"
            )
    named: dict[str, Answer] = {answer: answer for answer in ANSWERS}
    return tuple(named[votes[party.name]] if party.name in votes else "absent" for party in rule.parties)


def with_parties(rule: DecisionRule, parties: tuple[Party, ...]) -> DecisionRule:
    """The same rule for other parties; vetoes of parties that are gone go with them."""
    names = {party.name for party in parties}
    return replace(rule, parties=parties, part=_without(rule.part, names))


def _without(part: Part, names: set[str]) -> Part:
    if isinstance(part, Veto):
        return replace(part, parties=tuple(name for name in part.parties if name in names))
    if isinstance(part, AtLeast):
        return replace(part, parts=tuple(_without(inner, names) for inner in part.parts))
    if isinstance(part, InBloc | Blocs):
        return replace(part, part=_without(part.part, names))
    return part
