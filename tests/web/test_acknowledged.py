"""Of many futures that another thread settles together, each awaiter gets its own, in any loop."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from comity.errors import Refused
from comity.web.acknowledged import acknowledged


def test_everybody_gets_his_own_and_refusals_are_raised() -> None:
    async def asked() -> list[int | BaseException]:
        futures: list[Future[int]] = [Future() for _ in range(200)]
        waiting = asyncio.gather(*map(acknowledged, futures), return_exceptions=True)
        await asyncio.sleep(0)
        gone = asyncio.ensure_future(acknowledged(futures[3]))
        await asyncio.sleep(0)
        gone.cancel()

        def settle() -> None:
            for number, future in enumerate(futures):
                if number % 7:
                    future.set_result(number)
                else:
                    future.set_exception(Refused("closed", f"closed {number}"))

        await asyncio.get_running_loop().run_in_executor(pool, settle)
        return await waiting

    with ThreadPoolExecutor(1) as pool:
        for _ in range(2):  # each time in a loop of its own
            found = asyncio.run(asked())
            assert [item for item in found if isinstance(item, int)] == [n for n in range(200) if n % 7]
            assert [str(item) for item in found if not isinstance(item, int)] == [
                f"closed {n}" for n in range(0, 200, 7)
            ]


def test_what_is_settled_already_comes_at_once() -> None:
    done: Future[int] = Future()
    done.set_exception(ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        asyncio.run(acknowledged(done))
