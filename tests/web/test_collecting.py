"""Garbage on a site: what is new is set aside, whole walks wait for a quiet moment, and cycles do not pile up."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest
from starlette.types import Receive, Scope, Send

from comity.web.collecting import AT_LATEST, QUIET, WHOLE_EVERY, Collecting


class Ring:
    """An object that only a walk can free."""

    def __init__(self) -> None:
        self.itself = self


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """A site that answers nobody."""


@pytest.fixture
def collecting() -> Iterator[Collecting]:
    before = gc.get_threshold()
    yield Collecting(nothing, visited=0.0, walked=0.0)
    gc.unfreeze()
    assert gc.get_threshold() == before


def ring_that_was_set_aside(collecting: Collecting) -> weakref.ref[Ring]:
    ring = Ring()
    collecting.collect(1.0)
    return weakref.ref(ring)


def test_what_is_new_is_collected_at_once(collecting: Collecting) -> None:
    gone = weakref.ref(Ring())
    collecting.collect(1.0)
    assert gone() is None


def test_what_was_set_aside_waits_for_a_quiet_moment(collecting: Collecting) -> None:
    aside = ring_that_was_set_aside(collecting)
    collecting.visited = WHOLE_EVERY
    collecting.collect(WHOLE_EVERY + QUIET / 2)
    assert aside() is not None
    collecting.collect(WHOLE_EVERY + 2 * QUIET)
    assert aside() is None


def test_a_site_that_is_never_quiet_is_walked_nevertheless(collecting: Collecting) -> None:
    aside = ring_that_was_set_aside(collecting)
    collecting.visited = AT_LATEST + 1
    collecting.collect(AT_LATEST + 1)
    assert aside() is None
    assert collecting.walked == AT_LATEST + 1


def test_a_visit_is_noticed_and_the_end_leaves_no_trace(collecting: Collecting) -> None:
    async def way() -> tuple[int, int, int]:
        task = asyncio.create_task(collecting.run())
        await asyncio.sleep(0)
        during = gc.get_threshold()
        await collecting({"type": "http"}, None, None)  # type: ignore[arg-type]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return during

    before = gc.get_threshold()
    during = asyncio.run(way())
    assert during[2] > 10**6
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
    assert collecting.visited > 0
