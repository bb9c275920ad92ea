"""Background tasks that end with a block: a TaskGroup that cancels and awaits whatever still runs when it is left."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self


def raise_if_cancelled() -> None:
    """Raise the CancelledError that something below swallowed, so that a task that loops ends when it is told to.

    Before Python 3.13 a TaskGroup that ends by an error, and before 3.12 wait_for, forget a cancel of the same moment.
    Not after a TaskGroup whose block had ended when a task of it failed: before 3.13 that looks like a cancel.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


@contextmanager
def keeping_cancel() -> Iterator[None]:
    """Raise the CancelledError that the body swallowed; for calls of libraries that wait with wait_for.

    A cancel from before the block does not count: who is ending may still say its last word.
    """
    task = asyncio.current_task()
    assert task is not None, "only in a task"
    before = task.cancelling()
    yield
    if task.cancelling() > before:
        raise asyncio.CancelledError


class Tasks:
    """Owns tasks that serve a block and have no result.

    Unlike a bare TaskGroup, leaving cancels them first, and the block's own exception comes out as it is, not inside an
    ExceptionGroup. An exception that a task does not handle is a bug: it cancels the block and comes out in a group.
    """

    def __init__(self) -> None:
        self._group = asyncio.TaskGroup()
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        task = self._group.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def cancel(self) -> None:
        """Ask every task to end; leaving the block awaits them."""
        for task in tuple(self._running):
            task.cancel()

    def __len__(self) -> int:
        return len(self._running)

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.cancel()
        if isinstance(error, asyncio.CancelledError):  # the group must see it, to know its own cancelling from others'
            await self._group.__aexit__(kind, error, traceback)
        else:
            await self._group.__aexit__(None, None, None)
