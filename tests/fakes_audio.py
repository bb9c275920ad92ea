"""A microphone and a speaker that behave like devices, without one: opened, closed, unplugged, plugged in again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from satellite.microphone import BLOCK_BYTES, BlockQueue
from satellite.sound import Sound
from wire.errors import DeviceLost
from wire.pcm import Converter, Pcm

QUIET = bytes(BLOCK_BYTES)


class FakeMicrophone:
    """Gives the blocks that a test puts in. users: how many hold it open; opened: how often it was."""

    name = "fake"

    def __init__(self) -> None:
        self.plugged = True
        self.users = self.opened = 0
        self._queue: BlockQueue | None = None

    def hear(self, *blocks: bytes) -> None:
        assert self._queue is not None, "the microphone is closed"
        for block in blocks:
            self._queue.put(block)

    def unplug(self) -> None:
        self.plugged = False
        if self._queue is not None:
            self._queue.put(DeviceLost("mic-lost", "the fake was unplugged"))

    def plug(self) -> None:
        self.plugged = True

    @contextlib.asynccontextmanager
    async def record(self) -> AsyncIterator[AsyncIterator[bytes]]:
        if not self.plugged:
            raise DeviceLost("mic-missing", "the fake is unplugged")
        self._queue = BlockQueue()
        self.users += 1
        self.opened += 1
        try:
            yield self._queue.blocks()
        finally:
            self.users -= 1
            self._queue = None


class FakeSpeaker:
    """Takes no time to play what has ended. heard: every sound that was played to its end."""

    name = "fake"

    def __init__(self) -> None:
        self.plugged = True
        self.heard: list[Pcm] = []
        self.cancelled = 0
        self._turn = asyncio.Lock()

    def unplug(self) -> None:
        self.plugged = False

    def plug(self) -> None:
        self.plugged = True

    async def play(self, sound: Sound) -> None:
        async with self._turn:
            if not self.plugged:
                raise DeviceLost("speaker-missing", "the fake is unplugged")
            try:
                blocks = await sound.whole()
            except asyncio.CancelledError:
                self.cancelled += 1
                raise
            if blocks:
                converter = Converter(blocks[0].rate_hz)
                data = b"".join(converter.convert(block).data for block in blocks)  # refuses a change of format
                self.heard.append(Pcm(blocks[0].rate_hz, 2, 1, data))
