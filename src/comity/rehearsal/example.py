"""The example consultation: invented people of seven invented parties vote on what is said in `rehearsal.river`.

Everybody belongs to one of three opinion groups, to a party by lot, and has a leaning of his or her own. A vote is
drawn from the group's share of agreement, moved on the logit scale by the party's interest and the own leaning. Most
people see most of the statements, some only a few; some vote again. The secretariat puts the first statements; the
others are written by people who come early, in a language of their party, and rather by those who agree.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from comity.record.consultation import Consultation, Party, Source, Statement, VoteColumns
from comity.rehearsal.river import APART, PARTIES, QUESTION, STATEMENTS, TITLE

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

OPENING = 1_772_438_400_000
"""2 March 2026, 08:00 UTC, in milliseconds since 1970."""

DAYS = 21
FEW_VOTES = 0.05
VOTES_AGAIN = 0.02
PASSES = 0.02
PUT_BY_THE_SECRETARIAT = 5
"""So many statements have no author."""
EARLY = 7
"""Days within which the others are written."""


def example_consultation(seed: int = 1) -> Consultation:
    """The same seed gives the same consultation, to the vote.

    >>> example = example_consultation()
    >>> len(example.participant_ids), len(example.parties), len(example.statements)
    (240, 7, 42)
    """
    rng = np.random.default_rng(seed)
    party = np.repeat(np.arange(len(PARTIES)), [party.participants for party in PARTIES])
    agrees = _chance_of_agreeing(rng, party)
    participant, statement, at = _turns(rng, len(party))
    chance = agrees[participant, statement]
    answer = np.where(rng.random(len(chance)) < chance, 1, -1)
    hesitates = PASSES * rng.standard_exponential(len(party))[participant]
    answer[rng.random(len(chance)) < PASSES + hesitates + 0.3 * chance * (1 - chance)] = 0
    participant, statement, answer, at = _with_votes_again(rng, participant, statement, answer, at)
    order = np.argsort(at, kind="stable")
    first = np.full(len(party), np.iinfo(np.int64).max)
    np.minimum.at(first, participant, at)
    authors = _authors(np.random.default_rng([seed, len(STATEMENTS)]), agrees, party, first)
    return _consultation(participant[order], statement[order], answer[order], at[order], party, authors)


def _chance_of_agreeing(rng: np.random.Generator, party: Integers) -> Floats:
    """For everybody and every statement, shape (n_participants, n_statements)."""
    leans = np.array([party.leans for party in PARTIES])
    group = np.array([rng.choice(3, p=leans[number]) for number in party])
    shares = np.array([statement.agree for statement in STATEMENTS])
    logit = np.log(shares / (1 - shares)).T[group]
    number = {party.party_id: place for place, party in enumerate(PARTIES)}
    column = {statement.text: place for place, statement in enumerate(STATEMENTS)}
    for (party_id, text), moved in APART.items():
        logit[party == number[party_id], column[text]] += moved
    logit += 0.4 * rng.standard_normal((len(party), 1))
    return np.asarray(1 / (1 + np.exp(-logit)))


def _turns(rng: np.random.Generator, n_participants: int) -> tuple[Integers, Integers, Integers]:
    """Who is shown which statement when: participant, statement, milliseconds since 1970."""
    arrives = np.sort(rng.integers(0, DAYS * 86_400, n_participants))[rng.permutation(n_participants)]
    turns = []
    for participant in range(n_participants):
        n_seen = rng.integers(2, 7) if rng.random() < FEW_VOTES else rng.integers(18, len(STATEMENTS) + 1)
        seen = rng.permutation(_shown(arrives[participant]))[:n_seen]
        seconds = arrives[participant] + np.cumsum(rng.integers(6, 45, len(seen)))
        turns.append((np.full(len(seen), participant), seen, OPENING + 1000 * seconds))
    participants, statements, times = zip(*turns, strict=True)
    return np.concatenate(participants), np.concatenate(statements), np.concatenate(times)


def _authors(rng: np.random.Generator, agrees: Floats, party: Integers, first: Integers) -> list[int | None]:
    """Who wrote each statement. agrees: as `_chance_of_agreeing` has it; first: when each person votes first."""
    early = first < OPENING + EARLY * 86_400_000
    authors: list[int | None] = [None] * PUT_BY_THE_SECRETARIAT
    for column, statement in enumerate(STATEMENTS[PUT_BY_THE_SECRETARIAT:], start=PUT_BY_THE_SECRETARIAT):
        writes = np.array([statement.language in one.writes for one in PARTIES])[party]
        weight = np.where(early & writes, agrees[:, column] ** 2, 0.0)
        authors.append(int(rng.choice(len(party), p=weight / weight.sum())))
    return authors


def _shown(arrives: int) -> Integers:
    """The statements that are open when somebody arrives: rejected ones are taken down on the second day."""
    is_down = [statement.moderation == "rejected" and arrives > 86_400 for statement in STATEMENTS]
    return np.flatnonzero(~np.array(is_down))


def _with_votes_again(
    rng: np.random.Generator, participant: Integers, statement: Integers, answer: Integers, at: Integers
) -> tuple[Integers, Integers, Integers, Integers]:
    """Some votes are cast again a day later, as they were or otherwise."""
    again = np.flatnonzero(rng.random(len(at)) < VOTES_AGAIN)
    return (
        np.concatenate([participant, participant[again]]),
        np.concatenate([statement, statement[again]]),
        np.concatenate([answer, rng.choice([-1, 0, 1], len(again))]),
        np.concatenate([at, at[again] + 86_400_000]),
    )


def _consultation(
    participant: Integers,
    statement: Integers,
    answer: Integers,
    at: Integers,
    party: Integers,
    authors: list[int | None],
) -> Consultation:
    """Votes in the order of time -> the consultation, people numbered in the order of their first vote."""
    people, first = np.unique(participant, return_index=True)
    people = people[np.argsort(first)]
    number = np.empty(len(party), np.int32)
    number[people] = np.arange(len(people), dtype=np.int32)
    participant_ids = tuple(f"p{place:03}" for place in range(1, len(people) + 1))
    return Consultation(
        title=TITLE,
        question=QUESTION,
        statements=tuple(
            Statement(
                f"s{place:02}",
                statement.text,
                statement.language,
                statement.moderation,
                None if author is None else participant_ids[number[author]],
            )
            for place, (statement, author) in enumerate(zip(STATEMENTS, authors, strict=True), start=1)
        ),
        participant_ids=participant_ids,
        votes=VoteColumns(
            number[participant], statement.astype(np.int32), answer.astype(np.int8), at.astype(np.int64)
        ),
        source=Source("example", "the example consultation, whose people and parties are invented"),
        parties=tuple(
            Party(
                party.party_id,
                party.name,
                party.bloc,
                MappingProxyType(
                    {
                        "population": float(party.population),
                        "irrigated hectares": float(party.irrigated_hectares),
                        "yearly contribution": float(party.yearly_contribution),
                    }
                ),
            )
            for party in PARTIES
        ),
        party_of=party[people].astype(np.int32),
    )
