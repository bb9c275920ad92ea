"""Large announcements, read beside the event loop: a list of 600 devices must not hold up what somebody says."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from hub.bus.routes import Message
from hub.house.reader import Part, Reader

LARGE_BYTES = 65_536  # takes some 10 ms to read
_SLICE_SECONDS = 0.005  # of the event loop at once
_log = logging.getLogger(__name__)


class Backlog:
    """What waits to be read, the newest of each topic; and whatever comes for a reader that has some waiting.

    While a reader is read in a thread nobody else touches it: its messages wait here.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[int, Reader, Message]] = {}
        self._under_way: Reader | None = None
        self._news, self._done = asyncio.Event(), asyncio.Event()
        self._done.set()
        self._followed = False

    def takes(self, reader: Reader, message: Message) -> bool:
        """Whether it belongs here; never while nobody runs this."""
        if not self._followed:
            return False
        mine = self._under_way is reader or any(waiting is reader for _, waiting, _ in self._waiting.values())
        return mine or len(message.payload) > LARGE_BYTES

    def add(self, rank: int, reader: Reader, message: Message) -> None:
        self._waiting.pop(message.topic, None)
        self._waiting[message.topic] = (rank, reader, message)
        self._done.clear()
        self._news.set()

    async def empty(self) -> bool:
        """Wait until nothing is left; False if nothing was."""
        was_busy = not self._done.is_set()
        await self._done.wait()
        return was_busy

    async def run(self, take: Callable[[int, Part], None]) -> None:
        """Until cancelled. take: a part of a message, in the event loop."""
        self._followed = True
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                while self._waiting:
                    await self._read(*self._waiting.pop(next(iter(self._waiting))), take)
                self._done.set()
        finally:
            self._followed = False
            self._done.set()

    async def _read(self, rank: int, reader: Reader, message: Message, take: Callable[[int, Part], None]) -> None:
        self._under_way = reader
        try:
            parts = await asyncio.to_thread(lambda: list(reader.read(message)))
            began = time.monotonic()
            for part in parts:
                take(rank, part)
                if time.monotonic() - began > _SLICE_SECONDS:
                    await asyncio.sleep(0)
                    began = time.monotonic()
        except Exception:  # noqa: BLE001 - background supervisor: one bad list must not end the reading of all others
            _log.exception("a large announcement could not be read: %r", message)
        finally:
            self._under_way = None
