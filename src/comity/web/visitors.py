"""Who is asking: a cookie holds a random id, and the store says as whom its holder may act, and where.

One browser may act under several pseudonyms in one consultation (a host who also votes joins a second time).
"""

from __future__ import annotations

import json
import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from comity.errors import Refused
from comity.record.canonical import token_hash
from comity.record.permissions import MAY

if TYPE_CHECKING:
    from comity.reader import Reader

COOKIE = "comity"
SITE_WIDE = ""
KIND = "session"
REMEMBERED = 20_000
SECONDS = 20.0


@dataclass(frozen=True)
class Visitor:
    """One browser, or one holder of a personal link. seats: (consultation, pseudonym, role) that it may act as."""

    session: str | None = None
    seats: tuple[tuple[str, str, str], ...] = ()

    def roles(self, consultation: str) -> Mapping[str, str]:
        """Role -> pseudonym, in this consultation; the latest seat of a role counts."""
        return {role: pseudonym for seat, pseudonym, role in self.seats if seat == consultation}

    def may(self, consultation: str, kind: str) -> bool:
        """Whether one of the roles here allows this kind of entry: whether to show a form."""
        return any(role in MAY[kind] for role in self.roles(consultation))

    def acting(self, consultation: str, kind: str, *preferred: str) -> str:
        """The pseudonym to do this under. preferred: roles to take first where several may. Raises Refused."""
        roles = self.roles(consultation)
        for role in (*preferred, *roles):
            if role in roles and role in MAY[kind]:
                return roles[role]
        if not roles:
            raise Refused(
                "not-a-member",
                "you have not joined this consultation in this browser; "
                "open your invitation link, or the personal link that you got when you joined",
            )
        held = ", ".join(roles)
        allowed = ", ".join(sorted(role for role in MAY[kind] if role not in ("site", "newcomer")))
        raise Refused(
            "not-allowed", f"as {held} you cannot do this ({kind}); it is for {allowed}, ask the host"
        )


@dataclass(eq=False)
class Sessions:
    """The sessions of a site, kept beside the records. A few seconds' memory spares the store a read a vote."""

    reader: Reader
    _memory: OrderedDict[str, tuple[float, Visitor]] = field(default_factory=OrderedDict)

    def visitor(self, session: str | None) -> Visitor:
        """Whoever holds this cookie; a stranger where it is none of ours. Raises Refused without the database."""
        if not session or len(session) > 100:
            return Visitor()
        known = self._memory.get(session)
        now = time.monotonic()
        if known is not None and known[0] > now:
            return known[1]
        try:
            value = self.reader.store.get(SITE_WIDE, KIND, token_hash(session))
        except Refused:
            if known is None:
                raise
            return known[1]  # while the database is away, a visitor stays who he or she was
        if value is None:
            return Visitor()
        found = Visitor(session, tuple(tuple(seat) for seat in json.loads(value)))
        self._remember(session, found)
        return found

    def bearer(self, token: str) -> Visitor:
        """Whoever holds this personal link's secret, as the API is given it. Raises Refused."""
        person = self.reader.person(token) if token else None
        if person is None:
            raise Refused(
                "unknown-link", "this personal link is not known here; check that all of it was copied"
            )
        return Visitor(
            None,
            ((person.consultation, person.pseudonym, self._role(person.consultation, person.pseudonym)),),
        )

    def seat(self, visitor: Visitor, consultation: str, pseudonym: str) -> Visitor:
        """Let this browser act under one more pseudonym; it gets a session where it had none."""
        role = self._role(consultation, pseudonym)
        session = visitor.session or secrets.token_urlsafe(24)
        seat = (consultation, pseudonym, role)
        kept = tuple(item for item in visitor.seats if item[:2] != seat[:2])
        return self._keep(Visitor(session, (*kept, seat)))

    def leave(self, visitor: Visitor, consultation: str, pseudonym: str) -> Visitor:
        """Forget one seat in this browser."""
        kept = tuple(item for item in visitor.seats if item[:2] != (consultation, pseudonym))
        return self._keep(Visitor(visitor.session, kept))

    def _keep(self, visitor: Visitor) -> Visitor:
        if visitor.session is not None:
            seats: Sequence[Sequence[str]] = visitor.seats
            self.reader.store.put(SITE_WIDE, KIND, token_hash(visitor.session), json.dumps(seats).encode())
            self._remember(visitor.session, visitor)
        return visitor

    def _remember(self, session: str, visitor: Visitor) -> None:
        self._memory[session] = (time.monotonic() + SECONDS, visitor)
        self._memory.move_to_end(session)
        if len(self._memory) > REMEMBERED:
            self._memory.popitem(last=False)

    def _role(self, consultation: str, pseudonym: str) -> str:
        with self.reader.reading(consultation) as state:
            member = state.members.get(pseudonym)
            if member is None or member.ended:
                raise Refused("membership-ended", "this seat has ended; ask the host for a new invitation")
            return member.role
