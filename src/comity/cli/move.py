"""`comity move`: the whole site into another database."""

from __future__ import annotations

import os

from comity.assemble import moved
from comity.cli.talk import say
from comity.settings import settings_from


def move(to: str, /) -> None:
    """Copy everything from the database of COMITY_DATABASE_URL into an empty one: records, texts, links, the key.

    Stop the site first. Nothing of the old database is changed; set COMITY_DATABASE_URL to the new one, and start.

    Parameters
    ----------
    to
        The new database: sqlite:///FILE or postgresql://USER@HOST/DATABASE. It must be empty.
    """
    found = moved(settings_from(os.environ), to)
    for consultation in found:
        print(f"{consultation.consultation} {consultation.size} {consultation.root}")
    say(
        f"moved {len(found)} {'consultation' if len(found) == 1 else 'consultations'} with the same roots; "
        "now set COMITY_DATABASE_URL to the new database, and start the site"
    )
