"""What whoever runs a site may set, by environment variables; the defaults need nothing but Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

from comity.errors import Refused

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class MailServer:
    """Where letters are handed in. sender: the address they come from.

    tls: 'always' from the first byte; 'offered' as soon as the server offers it; 'never' for a server on this machine.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: Literal["always", "offered", "never"]
    sender: str


@dataclass(frozen=True)
class TranslationServer:
    """Where texts are translated by a machine. url: without the last part, 'translate'; host: as people are told it."""

    url: str
    host: str
    key: str = field(repr=False)


@dataclass(frozen=True)
class Settings:
    """COMITY_DATABASE_URL, COMITY_SITE, COMITY_SET_UP, COMITY_REQUESTS_PER_MINUTE, COMITY_SMTP_URL, COMITY_MAIL_FROM,
    COMITY_TRANSLATOR_URL, COMITY_TRANSLATOR_KEY.

    database_url: 'sqlite:///FILE', 'postgresql://...', or 'memory:' (forgotten at the end). site: the host name
    under which people know the site; it begins the name of every record in checkpoints, and does not change later.
    set_up: 'anybody' who reaches the site may set up a consultation (the default while the site has no name of its
    own), or whoever comes by the 'link' that `comity serve` prints. requests_per_minute: of one person, or of one
    address that has not joined; twenty a second is far more than people do and far less than a flood. mail,
    translation: servers of others; None where none is named, and then nothing ever leaves the site.
    """

    database_url: str = "sqlite:///comity.db"
    site: str = "comity.local"
    set_up: Literal["anybody", "link"] = "anybody"
    requests_per_minute: int = 1_200
    mail: MailServer | None = None
    translation: TranslationServer | None = None


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Read the variables that are set; an empty one counts as not set. Raises Refused.

    >>> settings_from({"COMITY_SITE": "talks.example.org"}).site
    'talks.example.org'
    """
    site = environment.get("COMITY_SITE") or Settings.site
    if any(character.isspace() or character in "+/" for character in site):
        raise Refused(
            "bad-setting",
            f"COMITY_SITE is {site!r}; it is a host name such as talks.example.org, without spaces, + or /",
        )
    set_up = _set_up(environment.get("COMITY_SET_UP") or ("anybody" if site == Settings.site else "link"))
    mail = _mail(environment, site)
    if mail is not None and set_up == "anybody":
        raise Refused(
            "bad-setting",
            "COMITY_SMTP_URL is set while anybody may set up a consultation, so anybody could send letters in your "
            "name; set COMITY_SET_UP to link",
        )
    return Settings(
        environment.get("COMITY_DATABASE_URL") or Settings.database_url,
        site,
        set_up,
        _requests(environment.get("COMITY_REQUESTS_PER_MINUTE") or str(Settings.requests_per_minute)),
        mail,
        _translation(environment),
    )


def _set_up(text: str) -> Literal["anybody", "link"]:
    if text == "anybody":
        return "anybody"
    if text == "link":
        return "link"
    raise Refused("bad-setting", f"COMITY_SET_UP is {text!r}; it is 'anybody' or 'link'")


def _requests(text: str) -> int:
    if text.isdecimal() and 10 <= int(text) <= 10_000_000:
        return int(text)
    raise Refused("bad-setting", f"COMITY_REQUESTS_PER_MINUTE is {text!r}; it is a whole number from 10 on")


def _mail(environment: Mapping[str, str], site: str) -> MailServer | None:
    text = environment.get("COMITY_SMTP_URL")
    if not text:
        return None
    # the address may hold a password: what is wrong is said without repeating it
    wrong = Refused(
        "bad-setting",
        "COMITY_SMTP_URL cannot be read; it is smtp://HOST:PORT or smtps://USER:PASSWORD@HOST:PORT, with signs such as "
        "@ or / in the password written as %40 or %2F",
    )
    parts, port = _split(text, wrong)
    if parts.scheme not in ("smtp", "smtps") or parts.path not in ("", "/") or parts.query:
        raise wrong
    host, user = parts.hostname or "", unquote(parts.username or "")
    tls: Literal["always", "offered", "never"] = "offered"
    if parts.scheme == "smtps":
        tls = "always"
    elif host in LOCAL:
        tls = "never"
    sender = environment.get("COMITY_MAIL_FROM") or f"comity@{site}"
    if "@" not in sender or not sender.isprintable() or " " in sender:
        raise Refused(
            "bad-setting", f"COMITY_MAIL_FROM is {sender!r}; it is an address such as talks@example.org"
        )
    usual = 465 if tls == "always" else 587 if user else 25
    return MailServer(host, port or usual, user, unquote(parts.password or ""), tls, sender)


def _translation(environment: Mapping[str, str]) -> TranslationServer | None:
    text = environment.get("COMITY_TRANSLATOR_URL")
    if not text:
        return None
    wrong = Refused(
        "bad-setting",
        f"COMITY_TRANSLATOR_URL is {text!r}; it is the address of a server that speaks as LibreTranslate does, "
        "such as https://translate.example.org",
    )
    parts, _ = _split(text, wrong)
    if parts.scheme not in ("http", "https") or parts.username is not None:
        raise wrong
    url = text.rstrip("/").removesuffix("/translate")
    return TranslationServer(url, parts.hostname or "", environment.get("COMITY_TRANSLATOR_KEY") or "")


def _split(text: str, wrong: Refused) -> tuple[SplitResult, int | None]:
    """The parts of an address that names a host. Raises `wrong`."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise wrong from None
    if not parts.hostname or any(character.isspace() for character in text):
        raise wrong
    return parts, port
