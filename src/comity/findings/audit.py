"""The equal-footing audit as it is published: who was heard, what rests on whom, what a few could turn.

Shares lie in 0 .. 1 and carry `DECIMALS`; times are milliseconds. A *unit* is what may be thought away: a party, a
bloc, a group where there are no parties, or ballots that are more alike than chance explains.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from comity.findings.findings import Method
from comity.findings.parameters import Parameters
from comity.record.consultation import RecordHead, Source, Statement

DECIMALS = 4
Basis = Literal["parties", "groups", "ends", "nobody"]
"""Whose accounts these are: where there are no parties, opinion groups or the ends of the spectrum stand in."""
Joining = Literal["joined", "first-vote", "unknown"]
ResultKind = Literal["support", "reject", "contrary", "partial"]
"""Common ground by support or by rejection; a contrary or a partial difference."""
UnitKind = Literal["party", "bloc", "group", "end", "alike"]


@dataclass(frozen=True)
class Account:
    """What one party put in, and what came of it.

    statements, shared, words, word_share, languages: written by its participants, how many of them became common
    ground, words in them, their share of all parties' words, and statements by language ('' where nobody said);
    None where the input does not name authors. first, median: milliseconds from the first act of the consultation to
    the joining of its first participant, and of half of them; before: share of all votes that were cast before the
    first one came. None where no time is known, or nobody of the party is there.
    """

    side_id: str
    name: str
    bloc: str | None
    participants: int
    voted: int
    votes: int
    statements: int | None
    shared: int | None
    words: int | None
    word_share: float | None
    languages: tuple[tuple[str, int], ...] | None
    first: int | None
    median: int | None
    before: float | None


@dataclass(frozen=True)
class Fewest:
    """The smallest number who could turn a finding, each by one act.

    number: so many are enough, None where no number was found; at_least: fewer never are. Equal: it is exact. who:
    names of the sides that all of them belong to; empty where they are of several, or where that may not be shown.
    """

    number: int | None
    at_least: int
    who: tuple[str, ...] = ()

    @property
    def exact(self) -> bool:
        return self.number == self.at_least


@dataclass(frozen=True)
class Result:
    """One finding, and what it rests on.

    absent, thin: names of parties (or groups) of which nobody, or fewer than needed, answered the statement; thin with
    how many did. ended_by: units without which it would not be found. fewest_units: the smallest set of parties or
    groups without which it would not be found, one such set; empty where none of at most `sets_tried` was found.
    enough_units: where that is so, a larger set that does, found by search and not shown to be the smallest; or empty.
    change, leave, join: the fewest participants who change an answer, withdraw it, or come new.
    """

    statement: Statement
    kind: ResultKind
    certainty: float
    absent: tuple[str, ...]
    thin: tuple[tuple[str, int], ...]
    ended_by: tuple[str, ...]
    fewest_units: tuple[str, ...]
    enough_units: tuple[str, ...]
    sets_tried: int
    change: Fewest
    leave: Fewest
    join: Fewest


@dataclass(frozen=True)
class Without:
    """What would be found had one unit not been heard: statements whose finding would end, and those that would be new.

    certainty: for every result of the audit, in order, how sure it would be.
    """

    unit_id: str
    kind: UnitKind
    name: str
    participants: int
    common_lost: tuple[str, ...]
    common_gained: tuple[str, ...]
    differences_lost: tuple[str, ...]
    differences_gained: tuple[str, ...]
    certainty: tuple[float, ...]

    @property
    def matters(self) -> bool:
        """Whether anything would be otherwise."""
        return any((self.common_lost, self.common_gained, self.differences_lost, self.differences_gained))


@dataclass(frozen=True)
class Alike:
    """Ballots more alike than chance explains.

    both, same, expected: of a pair in it, on average, how many statements both answered, on how many the answers were
    the same, and on how many that would be expected from where the two stand. exponent: by chance alone, the odds of
    anything so alike in the whole consultation are at most 1 in 10 to this power. near: half of them were begun
    within so many milliseconds of another one; together: the chance that as many ballots drawn from all would lie
    as close; None where no times are known. participants: their ids, empty where single votes are not shown.
    """

    unit_id: str
    size: int
    both: float
    same: float
    expected: float
    exponent: float
    near: int | None
    together: float | None
    participants: tuple[str, ...]


@dataclass(frozen=True)
class Coordinated:
    """Coordinated voting. computed: whether ballots were compared; why_not: else, why. false_alarm: the chance, at
    most, that anything is named where everybody votes alone. groups: named, alike and close in time (or alike, where
    no times are known). only_alike: not closer in time than chance. hidden: sets too small to be shown, as promised.
    """

    computed: bool
    why_not: str
    n_compared: int
    by_time: bool
    only_close: bool
    false_alarm: float
    groups: tuple[Alike, ...]
    only_alike: tuple[Alike, ...]
    hidden: int


@dataclass(frozen=True)
class Audit:
    """Everything that is published about one consultation's footing.

    accounts: by party, or by what stands in for parties (`basis`). unheard: parties without a single participant.
    no_party: participants who speak for no party. hidden: parties too small to be shown, as promised. needed: answers
    that a side needs before it can be certain (a delegation: one). mentioned: every statement that an id above names,
    in order of submission. unknown: what the input does not tell, in sentences.
    """

    title: str
    question: str
    source: Source
    head: RecordHead | None
    parameters: Parameters
    comity_version: str
    basis: Basis
    joining: Joining
    n_participants: int
    n_voted: int
    n_votes: int
    n_statements: int
    no_party: int
    hidden: int
    needed: int
    accounts: tuple[Account, ...]
    unheard: tuple[str, ...]
    results: tuple[Result, ...]
    without: tuple[Without, ...]
    coordinated: Coordinated
    mentioned: tuple[Statement, ...]
    unknown: tuple[str, ...]
    methods: Mapping[str, Method]
