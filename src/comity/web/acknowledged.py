"""From the desk's thread to the pages' loop: of many acknowledged together, the loop is woken once.

`asyncio.wrap_future` does the same for one future, by writing to a socket; a thread that does so lets others run, and
under load it waits milliseconds for its turn to run again, for every vote of a group.
"""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

Result = TypeVar("Result")


async def acknowledged(future: Future[Result]) -> Result:
    """The result of one of the desk's futures, or what it raises."""
    loop = asyncio.get_running_loop()
    bell = _BELLS.get(loop)
    if bell is None:
        bell = _BELLS[loop] = _Bell()
    waiting: asyncio.Future[Result] = loop.create_future()
    future.add_done_callback(lambda found: bell.ring(loop, waiting, found))
    return await waiting


class _Bell:
    """Wakes one loop. What was rung for before it wakes is told together."""

    def __init__(self) -> None:
        self._done: deque[tuple[asyncio.Future[Any], Future[Any]]] = deque()
        self._rung = False

    def ring(self, loop: asyncio.AbstractEventLoop, waiting: asyncio.Future[Any], found: Future[Any]) -> None:
        self._done.append((waiting, found))
        if not self._rung:
            self._rung = True
            loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        self._rung = False  # before looking: whatever comes from now on rings again
        while self._done:
            waiting, found = self._done.popleft()
            if waiting.done():
                continue  # whoever waited has gone
            error = found.exception()
            if error is None:
                waiting.set_result(found.result())
            else:
                waiting.set_exception(error)


_BELLS: WeakKeyDictionary[asyncio.AbstractEventLoop, _Bell] = WeakKeyDictionary()
