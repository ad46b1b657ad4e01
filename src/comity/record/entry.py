"""What every entry of a record has: a kind, a time, and who did it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

SITE = "site"
"""In `Entry.by`: the site itself, by a rule everybody can check (a scheduled closing, a checkpoint)."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened. at: None until the desk has stamped it, or where an imported time is unknown."""

    kind: ClassVar[str]
    at: int | None = None
    by: str
