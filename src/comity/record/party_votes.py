"""How parties voted on past decisions: one line a party and decision. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from comity.errors import Refused
from comity.record.consultation import Consultation
from comity.record.rule import Answer

ANSWER: dict[int, Answer] = {1: "yes", -1: "no", 0: "abstain"}
"""What agree, disagree and pass are to a decision."""


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

    @property
    def parties(self) -> tuple[str, ...]:
        """Names in the order in which they first appear."""
        return tuple(dict.fromkeys(vote.party for vote in self.votes))

    def among(self, names: Collection[str]) -> tuple[PartyVotes, tuple[str, ...]]:
        """Only the votes of these parties, spelt as here, and the parties that are none of them.

        Case, "&" for "and", and the kind of apostrophe are no difference.

        Raises Refused where none of them voted.

        >>> table = PartyVotes("t", (PartyVote("malta", "1", "yes"), PartyVote("Peru", "1", "no")))
        >>> kept, others = table.among(["Malta"])
        >>> kept.votes, others
        ((PartyVote(party='Malta', decision='1', answer='yes'),), ('Peru',))
        """
        spelt = {_plain(name): name for name in names}
        ours = {party: spelt.get(_plain(party)) for party in self.parties}
        kept = tuple(
            PartyVote(name, vote.decision, vote.answer)
            for vote in self.votes
            if (name := ours[vote.party]) is not None
        )
        if not kept:
            raise Refused(
                "party-not-in-rule",
                f"no party of this rule votes in {self.source}; names are compared, such as {self.parties[0]!r}"
                if self.votes
                else f"{self.source} holds no votes of parties",
            )
        return PartyVotes(self.source, kept), tuple(party for party, name in ours.items() if name is None)


def party_votes_of(consultation: Consultation) -> PartyVotes:
    """What every party said to every statement: agree is yes, disagree no, pass abstain.

    A party with several people says what more of them say, yes or no; where these are even, it abstains. People
    without a party are not counted. The decisions' names are the statements' ids.
    """
    votes = consultation.votes
    last = dict(
        zip(
            zip(votes.statement.tolist(), votes.participant.tolist(), strict=True),
            votes.answer.tolist(),
            strict=True,
        )
    )
    counted: dict[tuple[int, int], Counter[int]] = {}
    for (statement, participant), answer in last.items():
        party = int(consultation.party_of[participant]) if len(consultation.party_of) else -1
        if party >= 0 and consultation.statements[statement].moderation != "rejected":
            counted.setdefault((statement, party), Counter())[answer] += 1
    return PartyVotes(
        consultation.title,
        tuple(
            PartyVote(
                consultation.parties[party].name or consultation.parties[party].party_id,
                consultation.statements[statement].statement_id,
                ANSWER[(count[1] > count[-1]) - (count[-1] > count[1])],
            )
            for (statement, party), count in sorted(counted.items())
        ),
    )


def _plain(name: str) -> str:
    """A name as it is compared: two tables of one body seldom agree on an ampersand or the kind of apostrophe."""
    return " ".join(name.casefold().replace("&", " and ").replace("’", "'").split())
