"""Live pages: one watcher a process tells every open page when newer findings are there (server-sent events)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from comity.errors import Refused
from comity.web.published import Published

EVERY = 1.0
SILENCE = 20.0
MOST = 2_000
log = logging.getLogger("comity.web")


@dataclass(eq=False)
class Channel:
    """Who looks at one consultation's findings, and the record's size that they were told last."""

    size: int = 0
    listeners: set[asyncio.Queue[int]] = field(default_factory=set)


class Live:
    """Looks once a second at every consultation that somebody watches."""

    def __init__(self, published: Published) -> None:
        self.published = published
        self.channels: dict[str, Channel] = {}
        self._task: asyncio.Task[None] | None = None

    async def events(self, consultation: str, since: int) -> AsyncIterator[bytes]:
        """The bytes of an event stream: the record's size whenever findings for more of it are there."""
        if sum(len(channel.listeners) for channel in self.channels.values()) >= MOST:
            return
        channel = self.channels.setdefault(consultation, Channel())
        mine: asyncio.Queue[int] = asyncio.Queue()
        channel.listeners.add(mine)
        if channel.size > since:
            mine.put_nowait(channel.size)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        try:
            yield b"retry: 5000\n\n"
            while True:
                try:
                    size = await asyncio.wait_for(mine.get(), SILENCE)
                    yield b"data: %d\n\n" % size
                except TimeoutError:
                    yield b": still here\n\n"
        finally:
            channel.listeners.discard(mine)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _watch(self) -> None:
        while any(channel.listeners for channel in self.channels.values()):
            for consultation, channel in list(self.channels.items()):
                if channel.listeners:
                    await self._look(consultation, channel)
            await asyncio.sleep(EVERY)

    async def _look(self, consultation: str, channel: Channel) -> None:
        try:
            found = await asyncio.to_thread(self.published.latest, consultation, 0.0)
        except Refused as refused:
            log.info("not live: %s", refused.code)
            return
        except Exception:  # of one consultation: all others are looked after
            log.exception("not live: %s", consultation)
            return
        if found is not None and found[0] != channel.size:
            channel.size = found[0]
            for listener in channel.listeners:
                listener.put_nowait(found[0])
