"""What whoever runs a site may set, by environment variables; the defaults need nothing but Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from comity.errors import Refused


@dataclass(frozen=True)
class Settings:
    """COMITY_DATABASE_URL, COMITY_SITE: where the data are, and the site's name.

    database_url: 'sqlite:///FILE', 'postgresql://...', or 'memory:' (forgotten at the end). site: the host name
    under which people know the site; it begins the name of every record in checkpoints, and does not change later.
    """

    database_url: str = "sqlite:///comity.db"
    site: str = "comity.local"


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
    return Settings(environment.get("COMITY_DATABASE_URL") or Settings.database_url, site)
