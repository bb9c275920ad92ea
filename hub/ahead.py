"""An iterator that runs in a task of its own, some items ahead of who takes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

T = TypeVar("T")


async def ahead(items: AsyncGenerator[T], most: int) -> AsyncGenerator[T]:
    """Give ``items``, and go on making them while each is used, up to ``most`` of them and one more.

    What they raise comes out where it would have; closing this closes them.
    """
    queue: asyncio.Queue[T] = asyncio.Queue(most)

    async def make() -> None:
        async with aclosing(items):
            async for item in items:
                await queue.put(item)

    making = asyncio.ensure_future(make())
    try:
        while not (making.done() and queue.empty()):
            taking = asyncio.ensure_future(queue.get())
            try:
                await asyncio.wait({making, taking}, return_when=asyncio.FIRST_COMPLETED)
                if taking.done():
                    yield taking.result()
            finally:
                taking.cancel()
        making.result()
    finally:
        making.cancel()
        await asyncio.wait([making])
