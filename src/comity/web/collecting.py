"""Garbage is collected between visits, not in the middle of one.

Python walks everything that lives whenever that has grown by a quarter: 150 ms with 20,000 votes in memory, while
nobody is answered. A record only grows, and nearly all of it has no cycles. So the whole walk is left to quiet moments;
in between, what is new is looked at every other second and then set aside (`gc.freeze`) as what lives on.
"""

from __future__ import annotations

import asyncio
import gc
import time
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Receive, Scope, Send

YOUNG = (5_000, 10)
"""Objects made before the youngest are looked at, and how often before the next older are; a few ms at most."""
NEVER = 1_000_000_000
NEW_EVERY = 2.0
"""Seconds between looks at what is new."""
WHOLE_EVERY = 600.0
QUIET = 2.0
"""Seconds without a visit that are a quiet moment."""
AT_LATEST = 3600.0
"""A site that is never quiet is walked whole after so many seconds nevertheless."""


@dataclass(eq=False)
class Collecting:
    """The site, knowing when somebody last came; `run` collects for as long as the site is up."""

    site: ASGIApp
    visited: float = field(default_factory=time.monotonic)
    walked: float = field(default_factory=time.monotonic)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.visited = time.monotonic()
        await self.site(scope, receive, send)

    async def run(self) -> None:
        """Collect until cancelled; then everything is as it was before."""
        before = gc.get_threshold()
        gc.set_threshold(*YOUNG, NEVER)
        gc.freeze()  # the program itself stays
        try:
            while True:
                await asyncio.sleep(NEW_EVERY)
                self.collect(time.monotonic())
        finally:
            gc.set_threshold(*before)
            gc.unfreeze()

    def collect(self, now: float) -> None:
        """Look at what is new since the last time; at everything where it is time and nobody waits."""
        since = now - self.walked
        if since > AT_LATEST or (since > WHOLE_EVERY and now - self.visited > QUIET):
            gc.unfreeze()
            self.walked = now
        gc.collect()
        gc.freeze()
