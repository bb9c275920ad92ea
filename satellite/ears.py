"""Keeps the microphone open while it is wanted, brings it back when it is lost, and notices what is in its audio."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from satellite.microphone import Microphone
from satellite.noticing import Analyser, Noticed
from wire.errors import DeviceLost


class Listener(Protocol):
    """Whom the ears tell."""

    @property
    def busy(self) -> bool:
        """A command is being streamed: the microphone must not be closed and opened now."""

    async def hear(self, block: bytes, noticed: Noticed) -> None: ...

    async def microphone_opened(self) -> None: ...

    async def microphone_closed(self, error: DeviceLost | None) -> None:
        """error: why, if nobody wanted it."""


class Ears:
    """One microphone and who listens to it.

    wanted: open it. reopen: says that it is worth closing and opening it (a device is missing in the system's list).
    A lost microphone is tried again after ``retry_min_seconds``, then twice that, up to ``retry_max_seconds``.
    """

    def __init__(
        self,
        microphone: Microphone,
        analyser: Analyser,
        *,
        retry_min_seconds: float,
        retry_max_seconds: float,
        reopen: Callable[[], bool] = lambda: False,
    ) -> None:
        self._microphone, self._analyser, self._reopen = microphone, analyser, reopen
        self._retry_min_seconds, self._retry_max_seconds = retry_min_seconds, retry_max_seconds
        self._retry_seconds = retry_min_seconds
        self._wanted = asyncio.Event()

    @property
    def wanted(self) -> bool:
        return self._wanted.is_set()

    def want(self, *, wanted: bool) -> None:
        """Open the microphone, or close the device: within one block."""
        if wanted:
            self._wanted.set()
        else:
            self._wanted.clear()

    def rearm(self) -> None:
        self._analyser.rearm()

    async def listen(self, listener: Listener) -> None:
        """Runs until cancelled."""
        while True:
            await self._wanted.wait()
            try:
                async with self._microphone.record() as blocks, _worker() as worker:
                    await listener.microphone_opened()
                    await self._hear(blocks, worker, listener)
            except DeviceLost as error:
                await listener.microphone_closed(error)
                await asyncio.sleep(self._retry_seconds)
                self._retry_seconds = min(2 * self._retry_seconds, self._retry_max_seconds)
            else:
                if not self.wanted:
                    await listener.microphone_closed(None)

    async def _hear(self, blocks: AsyncIterator[bytes], worker: ThreadPoolExecutor, listener: Listener) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(worker, self._analyser.reset)
        async for block in blocks:
            self._retry_seconds = self._retry_min_seconds
            if not self.wanted or (self._reopen() and not listener.busy):
                return
            noticed = await loop.run_in_executor(worker, self._analyser.process, block)
            if self.wanted:
                await listener.hear(block, noticed)


@contextlib.asynccontextmanager
async def _worker() -> AsyncIterator[ThreadPoolExecutor]:
    worker = ThreadPoolExecutor(1, "analyser")
    try:
        yield worker
    finally:
        await asyncio.wait([asyncio.get_running_loop().run_in_executor(worker, int)])  # after a call that was cancelled
        worker.shutdown(wait=False)
