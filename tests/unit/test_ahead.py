"""Items are made while others are used: in order, not too many, and nothing is left running."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import pytest

from hub.ahead import ahead


@dataclass
class Source:
    """Counts up; remembers how far it got and how it ended. waits: for ``go`` before each."""

    count: int = 5
    fails_at: int | None = None
    waits: bool = False
    made: list[int] = field(default_factory=list)
    ended: str = ""
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def items(self) -> AsyncGenerator[int]:
        try:
            for number in range(self.count):
                if self.waits:
                    await self.go.wait()
                if number == self.fails_at:
                    raise LookupError(number)
                self.made.append(number)
                yield number
            self.ended = "exhausted"
        finally:
            self.ended = self.ended or "closed"


async def settled() -> None:
    """Let all that can go on go on."""
    for _ in range(50):
        await asyncio.sleep(0)


@pytest.mark.parametrize("most", [1, 2, 100])
@pytest.mark.parametrize("count", [0, 1, 2, 50])
async def test_everything_comes_in_order(count: int, most: int):
    source = Source(count)
    assert [item async for item in ahead(source.items(), most)] == list(range(count))
    assert source.ended == "exhausted"


async def test_the_next_are_made_while_one_is_used():
    source = Source()
    async with aclosing(ahead(source.items(), 2)) as items:
        assert await anext(items) == 0
        await settled()
        assert source.made[:3] == [0, 1, 2]


@pytest.mark.parametrize("most", [1, 3])
async def test_not_many_more_are_made_than_may_be(most: int):
    """One that is made already waits for its place."""
    source = Source(100)
    async with aclosing(ahead(source.items(), most)) as items:
        for taken in range(1, 20):
            await anext(items)
            await settled()
            assert len(source.made) - taken <= most + 1


async def test_nothing_is_made_before_somebody_asks():
    source = Source()
    items = ahead(source.items(), 2)
    await settled()
    assert source.made == []
    await items.aclose()


async def test_an_item_comes_as_soon_as_it_is_made():
    source = Source(2, waits=True)
    async with aclosing(ahead(source.items(), 5)) as items:
        taking = asyncio.ensure_future(anext(items))
        await settled()
        assert not taking.done()
        source.go.set()
        assert await taking == 0


@pytest.mark.parametrize("fails_at", [0, 1, 3])
async def test_an_error_comes_out_after_what_was_made_before_it(fails_at: int):
    source, got = Source(fails_at=fails_at), []
    with pytest.raises(LookupError):  # noqa: PT012
        async for item in ahead(source.items(), 10):
            got.append(item)
            await settled()
    assert got == list(range(fails_at))


async def test_what_comes_with_the_end_is_not_lost():
    for pauses in range(6):
        got = []
        async for item in ahead(Source(3).items(), 1):
            for _ in range(pauses):
                await asyncio.sleep(0)
            got.append(item)
        assert got == [0, 1, 2]


@pytest.mark.parametrize("waits", [True, False])
async def test_closing_closes_the_source(waits: bool):  # noqa: FBT001
    source = Source(100, waits=waits)
    source.go.set()
    items = ahead(source.items(), 2)
    await anext(items)
    source.go.clear()
    await settled()
    await items.aclose()
    assert source.ended == "closed"
    made = len(source.made)
    source.go.set()
    await settled()
    assert len(source.made) == made


async def test_who_stops_listening_gets_no_more():
    source = Source(100)
    async with aclosing(ahead(source.items(), 2)) as items:
        async for item in items:
            if item == 3:
                break
    assert source.ended == "closed"
    assert len(source.made) <= 7


async def test_whoever_is_cancelled_while_waiting_closes_the_source():
    source = Source(waits=True)

    async def listen() -> None:
        async with aclosing(ahead(source.items(), 2)) as items:
            async for _ in items:
                pass

    listening = asyncio.ensure_future(listen())
    await settled()
    listening.cancel()
    await asyncio.wait([listening])
    assert listening.cancelled()
    assert source.ended == "closed"


async def test_whoever_fails_while_using_an_item_closes_the_source():
    source = Source(100)
    with pytest.raises(ZeroDivisionError):  # noqa: PT012
        async with aclosing(ahead(source.items(), 2)) as items:
            async for _ in items:
                raise ZeroDivisionError
    assert source.ended == "closed"


async def test_an_error_that_nobody_comes_to_hear_is_no_noise():
    noise: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: noise.append(context))
    items = ahead(Source(fails_at=2).items(), 10)
    await anext(items)
    await settled()
    await items.aclose()
    del items
    gc.collect()
    assert noise == []
