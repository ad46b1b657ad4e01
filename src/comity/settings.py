"""What whoever runs a site may set, by environment variables; the defaults need nothing but Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from comity.errors import Refused


@dataclass(frozen=True)
class Settings:
    """COMITY_DATABASE_URL, COMITY_SITE, COMITY_SET_UP, COMITY_REQUESTS_PER_MINUTE.

    database_url: 'sqlite:///FILE', 'postgresql://...', or 'memory:' (forgotten at the end). site: the host name
    under which people know the site; it begins the name of every record in checkpoints, and does not change later.
    set_up: 'anybody' who reaches the site may set up a consultation (the default while the site has no name of its
    own), or whoever comes by the 'link' that `comity serve` prints. requests_per_minute: of one person, or of one
    address that has not joined; twenty a second is far more than people do and far less than a flood.
    """

    database_url: str = "sqlite:///comity.db"
    site: str = "comity.local"
    set_up: Literal["anybody", "link"] = "anybody"
    requests_per_minute: int = 1_200


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Read the variables that are set; an empty one counts as not set.

    >>> settings_from({"COMITY_SITE": "talks.example.org"}).site
    'talks.example.org'
    """
    site = environment.get("COMITY_SITE") or Settings.site
    if any(character.isspace() or character in "+/" for character in site):
        raise Refused(
            "bad-setting",
            f"COMITY_SITE is {site!r}; it is a host name such as talks.example.org, without spaces, + or /",
        )
    return Settings(
        environment.get("COMITY_DATABASE_URL") or Settings.database_url,
        site,
        _set_up(environment.get("COMITY_SET_UP") or ("anybody" if site == Settings.site else "link")),
        _requests(environment.get("COMITY_REQUESTS_PER_MINUTE") or str(Settings.requests_per_minute)),
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
