"""Letters by SMTP, where a mail server is named; whatever goes wrong is an answer, and nobody needs one to take part.

TLS: `smtps://` from the first byte; `smtp://` as soon as the server offers it (RFC 3207). A password is never sent
in the clear, except to this machine itself.
"""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime, make_msgid
from typing import Literal

from comity.settings import MailServer

Trouble = Literal["unreachable", "login", "refused", "slow", "bad-address"]
"""Why a letter was not sent: no server answers; it does not let us in; it refuses this letter; it takes too long;
the address is none."""


@dataclass(frozen=True)
class Letter:
    """A plain text for one person. language: of the text, as a tag."""

    to: str
    subject: str
    text: str
    language: str


@dataclass(frozen=True)
class Posted:
    """What became of a letter. trouble: None where the server took it; said: the server's own words."""

    to: str
    trouble: Trouble | None = None
    said: str = ""


class Mailer:
    """Hands letters to one server. seconds: for each answer of the server; patience: for all letters of one call."""

    def __init__(self, server: MailServer, *, seconds: float = 10.0, patience: float = 30.0) -> None:
        self.server, self.seconds, self.patience = server, seconds, patience

    def post(self, letters: Sequence[Letter]) -> tuple[Posted, ...]:
        """Send every letter over one connection; never raises: each letter has its answer, in the same order."""
        done: list[Posted] = []
        until = time.monotonic() + self.patience
        try:
            with self._connection() as connection:
                for letter in letters:
                    if time.monotonic() > until:
                        break
                    done.append(self._sent(connection, letter))
            trouble, said = "slow", ""
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as error:
            trouble, said = "login", _words(error)
        except (OSError, smtplib.SMTPException) as error:
            late = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
            trouble, said = "slow" if late else "unreachable", _words(error)
        return (*done, *(Posted(letter.to, trouble, said) for letter in letters[len(done) :]))  # type: ignore[arg-type]

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        server, context = self.server, ssl.create_default_context()
        if server.tls == "always":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=self.seconds, context=context
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=self.seconds)
        try:
            connection.ehlo()
            if server.tls == "offered" and connection.has_extn("starttls"):
                connection.starttls(context=context)
                connection.ehlo()
            elif server.tls == "offered" and server.user:
                raise smtplib.SMTPNotSupportedError("no TLS is offered, so the password was not sent")
            if server.user:
                connection.login(server.user, server.password)
            yield connection
        finally:
            try:
                connection.quit()
            except (OSError, smtplib.SMTPException):
                connection.close()

    def _sent(self, connection: smtplib.SMTP, letter: Letter) -> Posted:
        """One letter; a server that goes away in the middle is the caller's to hear."""
        try:
            connection.send_message(message_of(letter, self.server.sender))
        except (ValueError, MessageError, smtplib.SMTPNotSupportedError) as error:
            return Posted(letter.to, "bad-address", _words(error))
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            return Posted(letter.to, "refused", f"{code} {_plain(text)}")
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            return Posted(letter.to, "refused", _words(error))
        return Posted(letter.to)


def is_address(text: str) -> bool:
    """Whether a letter could go there: one name, one host, nothing else.

    >>> is_address("ana@example.org"), is_address("ana@example.org, bo@example.org"), is_address("Ana")
    (True, False, False)
    """
    try:
        found = Address(addr_spec=text)
    except (ValueError, IndexError, MessageError):
        return False
    return bool(found.username and found.domain) and found.addr_spec == text and not text.startswith("-")


def message_of(letter: Letter, sender: str) -> EmailMessage:
    """The letter as it travels. Raises ValueError where address or subject hold what no header may."""
    if not is_address(letter.to):
        raise ValueError(f"{letter.to!r} is no address")
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(localtime())
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, charset="utf-8", cte="base64")
    message["Content-Language"] = letter.language
    return message


def _words(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_plain(error.smtp_error)}"
    return _plain(getattr(error, "strerror", None) or str(error))


def _plain(text: bytes | str) -> str:
    found = text.decode(errors="replace") if isinstance(text, bytes) else text
    return " ".join(found.split())[:200]
