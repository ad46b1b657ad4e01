"""What a decision rule asks, in plain clauses."""

from __future__ import annotations

from fractions import Fraction

from comity.record import rule as named
from comity.record.rule import DecisionRule


def in_words(rule: DecisionRule) -> tuple[str, ...]:
    """What the rule asks, one plain clause a line; inner parts are indented by two spaces a level."""
    return tuple(_words(rule.part, 0))


def _words(part: named.Part, depth: int) -> list[str]:
    margin = "  " * depth
    if isinstance(part, named.Yes):
        return [margin + _yes_words(part)]
    if isinstance(part, named.Veto):
        verb = "says yes" if part.needs_yes else "says no"
        who = ", ".join(part.parties)
        return [
            margin + (f"each of these {verb}: {who}" if part.needs_yes else f"none of these {verb}: {who}")
        ]
    if isinstance(part, named.Present):
        return [margin + f"at least {_amount(part.share, part.number, part.capacity)} are present"]
    if isinstance(part, named.InBloc):
        return [margin + f"within {part.bloc}:", *_words(part.part, depth + 1)]
    if isinstance(part, named.Blocs):
        how_many = "every bloc" if part.number is None else f"at least {part.number} blocs"
        return [margin + f"within {how_many}:", *_words(part.part, depth + 1)]
    number = len(part.parts) if part.number is None else part.number
    head = (
        "all of these:"
        if number == len(part.parts)
        else "one of these:"
        if number == 1
        else f"at least {number} of these:"
    )
    return [margin + head, *(line for inner in part.parts for line in _words(inner, depth + 1))]


def _yes_words(part: named.Yes) -> str:
    who = "that" if part.capacity == named.HEADS else "of those that"
    base = {"all": "", "present": f" {who} are present", "voting": f" {who} say yes or no"}[part.of]
    if part.share == 1 and part.number <= 0:
        left = -part.number
        what = "every one" if not left else f"all but {_number(left)}"
        return f"yes from {what} of the {part.capacity}{base}"
    more = "more than" if part.strict else "at least"
    return f"yes from {more} {_amount(part.share, part.number, part.capacity)}{base}"


def _amount(share: Fraction, number: Fraction, capacity: str) -> str:
    if share and not number:
        percent = share * 100
        text = f"{_number(percent)} %" if (percent * 100).denominator == 1 else f"{share}"
        return f"{text} of the {capacity}"
    if number and not share:
        return f"{_number(number)} {capacity}"
    return f"{share} of the {capacity} and {_number(number)}"


def _number(value: Fraction) -> str:
    return f"{int(value):,}" if value.denominator == 1 else f"{float(value):g}"
