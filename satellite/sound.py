"""One sound on its way from the hub (or from our own cues) to a speaker."""

from __future__ import annotations

import asyncio
from collections import deque

from wire.pcm import Pcm


class Sound:
    """Blocks of one format: pushed in the event loop, taken in a device's thread, each by one side only.

    Nothing is refused to the pusher, so that a peer that sends faster than real time does not stall its connection;
    beyond ``limit_seconds`` of waiting audio a block is dropped, and ``push`` says so.
    """

    def __init__(self, limit_seconds: float = 300.0) -> None:
        self._limit_ms = limit_seconds * 1000
        self._blocks: deque[Pcm] = deque()
        self._pushed_ms = self._taken_ms = 0.0
        self._ended = asyncio.Event()

    @property
    def waiting_ms(self) -> float:
        return self._pushed_ms - self._taken_ms

    @property
    def ended(self) -> bool:
        """No more will be pushed."""
        return self._ended.is_set()

    def push(self, pcm: Pcm) -> bool:
        """False when the block was dropped."""
        if self.waiting_ms + pcm.duration_ms > self._limit_ms:
            return False
        self._blocks.append(pcm)
        self._pushed_ms += pcm.duration_ms
        return True

    def end(self) -> None:
        self._ended.set()

    def take(self) -> Pcm | None:
        """The oldest block, None if there is none now."""
        if not self._blocks:
            return None
        pcm = self._blocks.popleft()
        self._taken_ms += pcm.duration_ms
        return pcm

    async def whole(self) -> list[Pcm]:
        """Every block, once the sound has ended."""
        await self._ended.wait()
        blocks = list(self._blocks)
        self._blocks.clear()
        self._taken_ms = self._pushed_ms
        return blocks


def sound_of(pcm: Pcm) -> Sound:
    """A sound that is complete already."""
    sound = Sound()
    sound.push(pcm)
    sound.end()
    return sound
