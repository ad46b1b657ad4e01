"""Who speaks in a consultation, and what each party put in: the first part of the equal-footing audit.

Where there are no parties, opinion groups or the ends of the spectrum stand in; rows are in canonical order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from comity.engine.opinion.audit.accounts import Accounts, accounts, n_words
from comity.engine.votes import Floats
from comity.findings.audit import DECIMALS, Account, Basis, Joining
from comity.findings.compared import Compared
from comity.findings.parameters import Parameters
from comity.findings.sides import Members, SideMembers
from comity.record.consultation import NO_TIME, Consultation


def began_of(consultation: Consultation) -> Floats:
    """When each participant cast a first vote, milliseconds, nan where that is not known; shape (n_participants,)."""
    votes = consultation.votes
    known = votes.at != NO_TIME
    first = np.full(len(consultation.participant_ids), np.inf)
    np.minimum.at(first, votes.participant[known], votes.at[known].astype(np.float64))
    return np.where(np.isfinite(first), first, np.nan)


@dataclass(frozen=True, eq=False)
class Heard:
    """The parties of a consultation (with and without participants), or what stands in for them, and their accounts."""

    consultation: Consultation
    found: Compared
    chosen: Parameters

    @cached_property
    def basis(self) -> Basis:
        if self.consultation.parties and (self.found.party_of >= 0).any():
            return "parties"
        kinds = {side.kind for side in self.found.sides}
        if "group" in kinds and len(self.found.sides) > 1 and "end" not in kinds:
            return "groups"
        return "ends" if "end" in kinds else "nobody"

    @cached_property
    def voices(self) -> list[SideMembers]:
        """One for each party that may be shown, in order of the parties."""
        if self.basis != "parties":
            wanted = {"groups": "group", "ends": "end"}.get(self.basis)
            return [side for side in self.found.sides if side.kind == wanted]
        party_of = self.found.party_of[self.found.order.participant]
        of_side = {side.side_id: side for side in self.found.sides}
        voices = []
        for index, party in enumerate(self.consultation.parties):
            side_id = f"party:{party.party_id}"
            if side_id in self.found.hidden:
                continue
            members = party_of == index
            small = bool(members.sum() < self.chosen.delegation_below)
            voices.append(
                of_side.get(side_id) or SideMembers(side_id, "party", party.name, members, party, small)
            )
        return voices

    @cached_property
    def members(self) -> Members:
        """Shape (n_voices, n_participants)."""
        nobody = np.zeros((0, self.found.order.votes.n_participants), bool)
        return np.stack([voice.members for voice in self.voices]) if self.voices else nobody

    @property
    def unheard(self) -> tuple[str, ...]:
        """Parties without a single participant."""
        if self.basis != "parties":
            return ()
        return tuple(voice.name for voice in self.voices if not voice.members.any())

    @property
    def no_party(self) -> int:
        """Participants who speak for no party."""
        return int((self.found.party_of < 0).sum()) if self.basis == "parties" else 0

    @cached_property
    def joining(self) -> tuple[Joining, Floats]:
        """How joining is known, and when each participant joined."""
        given = self.consultation.joined_at
        order = self.found.order.participant
        if given is not None and (given != NO_TIME).any():
            return "joined", np.where(given == NO_TIME, np.nan, given.astype(np.float64))[order]
        began = began_of(self.consultation)[order]
        return ("first-vote" if np.isfinite(began).any() else "unknown"), began

    @cached_property
    def authors(self) -> npt.NDArray[np.int64]:
        """For every statement of the consultation (also those not analysed), the row of who wrote it, or -1."""
        row_of = np.argsort(self.found.order.participant)
        number = {name: int(row_of[i]) for i, name in enumerate(self.consultation.participant_ids)}
        return np.array(
            [number.get(s.author_id or "", -1) for s in self.consultation.statements], dtype=np.int64
        )

    @property
    def knows_authors(self) -> bool:
        return bool((self.authors >= 0).any())

    def accounts(self, common_ground: Set[str]) -> tuple[Account, ...]:
        """What each voice put in. common_ground: ids of the statements that became so."""
        statements = self.consultation.statements
        cast = self.consultation.votes.at
        summed = accounts(
            self.members,
            self.found.order.votes.votes_per_participant,
            self.joining[1],
            np.where(cast == NO_TIME, np.nan, cast.astype(np.float64)),
            self.authors,
            np.array([n_words(s.text) for s in statements], dtype=np.int64),
            np.array([s.statement_id in common_ground for s in statements], bool),
        )
        everybody = int(summed.words.sum())
        return tuple(self._account(index, summed, everybody) for index in range(len(self.voices)))

    def _account(self, index: int, summed: Accounts, all_words: int) -> Account:
        voice, knows = self.voices[index], self.knows_authors
        written = [
            s.language or ""
            for s, author in zip(self.consultation.statements, self.authors.tolist(), strict=True)
            if author >= 0 and voice.members[author]
        ]
        words = int(summed.words[index])
        return Account(
            side_id=voice.side_id,
            name=voice.name,
            bloc=None if voice.party is None else voice.party.bloc,
            participants=int(summed.participants[index]),
            voted=int(summed.voted[index]),
            votes=int(summed.votes[index]),
            statements=int(summed.statements[index]) if knows else None,
            shared=int(summed.shared[index]) if knows else None,
            words=words if knows else None,
            word_share=_rounded(words / all_words) if knows and all_words else None,
            languages=tuple(sorted(Counter(written).items(), key=lambda item: (-item[1], item[0])))
            if knows
            else None,
            first=_whole(summed.first[index]),
            median=_whole(summed.median[index]),
            before=None if np.isnan(summed.before[index]) else _rounded(summed.before[index]),
        )

    @property
    def unknown(self) -> tuple[str, ...]:
        """What the input does not tell, in sentences."""
        said = []
        if self.basis != "parties":
            said.append("Which party anybody speaks for: what was read does not say.")
        if not self.knows_authors:
            said.append(
                "Who wrote which statement, and so each party’s statements, words and languages: what was read names "
                "no authors."
            )
        if self.joining[0] == "unknown":
            said.append(
                "When anybody joined or voted: no times are given, so likeness of ballots is judged alone."
            )
        elif self.joining[0] == "first-vote":
            said.append("When anybody joined: the first vote of each participant stands for it.")
        if self.knows_authors and not any(s.language for s in self.consultation.statements):
            said.append("In which language a statement was written: nobody noted it.")
        return tuple(said)


def _whole(value: float) -> int | None:
    return None if np.isnan(value) else round(float(value))


def _rounded(value: float) -> float:
    return round(float(value), DECIMALS) + 0.0
