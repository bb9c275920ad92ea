"""Bounded queues between a connection's tasks and its owner; both can be ended with the error that ended the link."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from wyoming.event import Event

from wire.errors import PeerError

_URGENT_FRAMES = 4  # a peer has one ping under way; one that floods pings gets the newest few answered


class _Queue:
    """What both queues share: their bounds, their end, and waiting for a change.

    Full is ``max_items``, or fewer that are ``max_bytes`` together: so a peer's memory is bounded, not only its count.
    """

    def __init__(self, max_items: int, max_bytes: int) -> None:
        self._max_items, self._max_bytes = max_items, max_bytes
        self._held_bytes = 0
        self._error: PeerError | None = None
        self._changed = asyncio.Event()

    def end(self, error: PeerError) -> None:
        """From now on ``error`` is raised where a call would have to wait."""
        self._error = error
        self._changed.set()

    def raise_if_ended(self) -> None:
        if self._error is not None:
            raise self._error.with_traceback(None)  # one instance for every caller: without the last one's traceback

    async def _until(self, ready: Callable[[], bool]) -> None:
        while not ready():
            self.raise_if_ended()
            self._changed.clear()
            await self._changed.wait()


class Inbox(_Queue):
    """Events that a peer sent and nobody has received. Full: ``put`` waits, so that reading from the peer stops."""

    def __init__(self, max_items: int, max_bytes: int) -> None:
        super().__init__(max_items, max_bytes)
        self._events: deque[tuple[Event, int]] = deque()

    async def put(self, event: Event, size_bytes: int) -> None:
        await self._until(lambda: len(self._events) < self._max_items and self._held_bytes < self._max_bytes)
        self._events.append((event, size_bytes))
        self._held_bytes += size_bytes
        self._changed.set()

    async def get(self) -> Event:
        """Wait for the oldest event. After the end what is held is still handed out, then the error is raised."""
        await self._until(lambda: bool(self._events))
        event, size_bytes = self._events.popleft()
        self._held_bytes -= size_bytes
        self._changed.set()
        return event


class Outbox(_Queue):
    """Frames on their way to a peer, in order. When the peer takes them too slowly, live audio gives way."""

    def __init__(self, max_items: int, max_bytes: int) -> None:
        super().__init__(max_items, max_bytes)
        self._frames: deque[tuple[bytes, bool]] = deque()  # frame, may it be dropped
        self._urgent: deque[bytes] = deque(maxlen=_URGENT_FRAMES)
        self._writing = False

    async def put(self, frame: bytes) -> None:
        """Queue a frame that will not be dropped; waits for room."""
        await self._until(lambda: not self._full)
        self.raise_if_ended()  # the end empties the queue, which is room too
        self._append(frame, droppable=False)

    def offer(self, frame: bytes, *, live_audio: bool) -> int:
        """Queue at once. When full, the oldest live audio gives way, or else this frame; gives how many went."""
        self.raise_if_ended()
        dropped = 0
        while self._full and self._drop_oldest():
            dropped += 1
        if self._full:
            return dropped + 1
        self._append(frame, droppable=live_audio)
        return dropped

    def offer_urgent(self, frame: bytes) -> None:
        """Queue a ping or pong ahead of all else, so that a long reply in the queue does not make us look dead."""
        self._urgent.append(frame)
        self._changed.set()

    async def get(self) -> bytes:
        """Wait for the next frame; call ``written`` when it is with the kernel."""
        await self._until(lambda: bool(self._urgent or self._frames))
        self._writing = True
        if self._urgent:
            return self._urgent.popleft()
        return self._take(0)

    def written(self) -> None:
        self._writing = False
        self._changed.set()

    async def drain(self) -> None:
        """Wait until every queued frame is written; raises the error if the link ends before."""
        await self._until(lambda: not (self._frames or self._urgent or self._writing))
        self.raise_if_ended()

    def end(self, error: PeerError) -> None:
        self._frames.clear()
        self._urgent.clear()
        super().end(error)

    @property
    def _full(self) -> bool:
        return len(self._frames) >= self._max_items or self._held_bytes >= self._max_bytes

    def _append(self, frame: bytes, *, droppable: bool) -> None:
        self._frames.append((frame, droppable))
        self._held_bytes += len(frame)
        self._changed.set()

    def _take(self, index: int) -> bytes:
        frame, _ = self._frames[index]
        del self._frames[index]
        self._held_bytes -= len(frame)
        self._changed.set()
        return frame

    def _drop_oldest(self) -> bool:
        for index, (_, droppable) in enumerate(self._frames):
            if droppable:
                self._take(index)
                return True
        return False
