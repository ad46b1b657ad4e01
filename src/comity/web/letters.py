"""Letters that the site sends where it knows a mail server: an invitation, and the link to come back by.

An address that a host types stands beside the record under its invitation's hash, for as long as it is needed: it is
erased when somebody joins by that invitation, when the invitation is withdrawn, and whenever the host says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from comity.errors import Refused
from comity.outside.mail import Letter, Posted, is_address
from comity.record.canonical import token_hash
from comity.web import words
from comity.web.language import NAMES, Language, language
from comity.web.parts import Parts
from comity.web.pasted import SEPARATORS, one_line
from comity.web.views import Seen

KIND = "address"


@dataclass(frozen=True)
class Link:
    """One invitation as it is handed out: it is shown this once and kept nowhere. posted: where it was sent by mail."""

    url: str
    token: str
    role: str
    party: str | None
    limit: int
    expires_at: int | None
    address: str | None = None
    posted: Posted | None = None


def no_mail() -> Refused:
    return Refused(
        "no-mail-server", "this site sends no letters; print the link, or send it by a channel of your own"
    )


def addresses(text: str, parties: Mapping[str, str], otherwise: str | None) -> list[tuple[str, str | None]]:
    """One address a line, and after it the name of its party where that is another one. Raises Refused.

    parties: id by name. otherwise: the party of lines that name none.

    >>> addresses("ana@example.org; Aland\\nbo@example.org", {"Aland": "aland", "Bland": "bland"}, "bland")
    [('ana@example.org', 'aland'), ('bo@example.org', 'bland')]
    """
    by_name = {name.casefold(): party for name, party in parties.items()}
    found: list[tuple[str, str | None]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        separator = next((sign for sign in SEPARATORS if sign in line), "\t")
        address, _, name = (one_line(part) for part in line.partition(separator))
        if not is_address(address):
            raise Refused(
                "bad-address",
                f"{address[:80]!r} is no e-mail address; write one a line, such as ana@example.org",
            )
        if name and name.casefold() not in by_name:
            raise Refused(
                "unknown-party",
                f"{address} stands beside {name[:80]!r}, which is no party here; check the name",
            )
        found.append((address, by_name[name.casefold()] if name else otherwise))
    repeated = next((item for number, item in enumerate(found) if item in found[:number]), None)
    if repeated is not None:
        raise Refused("repeated-name", f"{repeated[0]} stands in the list twice; keep one of the two")
    return found


def send_invitations(site: Parts, seen: Seen, links: Sequence[Link], code: str) -> list[Link]:
    """The same links, each with what became of its letter; addresses are kept beside the record. Raises Refused.

    seen: the consultation in the language of the letter, whose code is `code`.
    """
    if site.mailer is None:
        raise no_mail()
    for link in links:
        _keep(site, seen.id, link)
    spoken = language(code if code in NAMES else "en")
    letters = [_invitation(seen, link, spoken) for link in links]
    done = [
        replace(link, posted=posted) for link, posted in zip(links, site.mailer.post(letters), strict=True)
    ]
    for link in done:
        _keep(site, seen.id, link)
    return done


def send_personal_link(site: Parts, seen: Seen, address: str, url: str, spoken: Language) -> Posted | None:
    """Send somebody the link to come back by; None where the site sends no letters."""
    if site.mailer is None:
        return None
    text = _text(
        spoken,
        _worded(seen.title.text),
        spoken.gettext("You have joined. By this link you come back, from any browser:"),
        url,
        spoken.gettext("Whoever has this link can act as you. There is no password."),
    )
    subject = spoken.gettext("Your link: %(title)s", title=_worded(seen.title.text)).unescape()
    return site.mailer.post([Letter(address, subject, text, spoken.code)])[0]


def kept_addresses(site: Parts, consultation: str) -> dict[str, tuple[str, bool]]:
    """Address, and whether its letter was sent, by the invitation's hash."""
    kept = site.desk.store.all(consultation, KIND)
    found = {key: json.loads(value) for key, value in kept.items()}
    return {key: (item["email"], item["sent"]) for key, item in found.items()}


def forget_address(site: Parts, consultation: str, *, token: str = "", invitation: str = "") -> None:
    """Erase what one invitation's letter was sent to."""
    site.desk.store.erase(consultation, KIND, invitation or token_hash(token))


def forget_all(site: Parts, consultation: str) -> None:
    """Erase every address of an invitation."""
    for invitation in site.desk.store.all(consultation, KIND):
        forget_address(site, consultation, invitation=invitation)


def _keep(site: Parts, consultation: str, link: Link) -> None:
    sent = link.posted is not None and link.posted.trouble is None
    value = json.dumps({"email": link.address, "sent": sent}, ensure_ascii=False).encode()
    site.desk.store.put(consultation, KIND, token_hash(link.token), value)


def _invitation(seen: Seen, link: Link, spoken: Language) -> Letter:
    who = (
        spoken.gettext("You are invited as a delegate of %(party)s.", party=link.party)
        if link.party
        else spoken.gettext("You are invited as: %(role)s.", role=spoken.gettext(words.ROLES[link.role]))
    )
    until = (
        [spoken.gettext("The link is valid until %(when)s.", when=spoken.moment(link.expires_at))]
        if link.expires_at
        else []
    )
    text = _text(
        spoken,
        _worded(seen.title.text),
        _worded(seen.question.text),
        who,
        spoken.gettext("This link is for you alone. Open it to join:"),
        link.url,
        *until,
        spoken.gettext(
            "There is no password and nothing to install. The page that opens says what happens to what you say."
        ),
        spoken.gettext("This site forgets your address as soon as you have joined."),
    )
    subject = spoken.gettext("Invitation: %(title)s", title=_worded(seen.title.text)).unescape()
    return Letter(link.address or "", subject, text, spoken.code)


def _text(spoken: Language, *paragraphs: object) -> str:
    """Paragraphs as plain text: catalogs give text fit for a page, where & is written &amp;."""
    plain = [part.unescape() if hasattr(part, "unescape") else str(part) for part in paragraphs]
    return "\n\n".join(part for part in plain if part) + "\n"


def _worded(text: str | None) -> str:
    return one_line(text or "")
