"""How parties voted on past decisions: one line a party and decision. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from comity.record.rule import Answer


@dataclass(frozen=True)
class PartyVote:
    """One party's answer to one decision, both by name."""

    party: str
    decision: str
    answer: Answer


@dataclass(frozen=True)
class PartyVotes:
    """All answers, in the order of the file; a later one of the same pair replaces an earlier one.

    decisions: names in the order in which they first appear.
    """

    source: str
    votes: tuple[PartyVote, ...]

    @property
    def decisions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(vote.decision for vote in self.votes))
