"""One task that runs beside a block: leaving the block cancels it and waits until it is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def background(work: Coroutine[Any, Any, None], *, name: str) -> AsyncIterator[None]:
    """Run ``work`` while the body runs; if it fails the body is cancelled and the failure comes out as a group.

    The body's own exception comes out as it is: callers go on catching EarshotError and not groups of it.
    """
    group = asyncio.TaskGroup()
    await group.__aenter__()
    task = group.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        await group.__aexit__(None, None, None)
