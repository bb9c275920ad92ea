"""The one thread in which voice detection and wake words of all rooms run, in the order of their audio."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

T = TypeVar("T")


class RunInWorker(Protocol):
    """Calls a function away from the event loop; calls keep their order."""

    def __call__(self, work: Callable[[], T]) -> Coroutine[Any, Any, T]: ...


class AudioWorker:
    """A context manager; implements RunInWorker. Leaving waits for the call that runs and drops those that wait."""

    def __enter__(self) -> Self:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="audio")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._executor.shutdown(cancel_futures=True)

    async def __call__(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)
