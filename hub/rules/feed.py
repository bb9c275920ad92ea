"""What rules hear of the house: the changes and messages that any of them asks about, in order, and how it is now."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self

from hub.bus.routes import Callback, Message
from hub.rules.events import MAX_PAYLOAD_BYTES, EntityChanged, Event, MessageCame, Now, Snapshot
from hub.stages import Entity, House

QUEUE_EVENTS = 1024  # beyond it the oldest is dropped, and said
COPY_SECONDS = 0.05  # a broker sends a message once for each subscription that fits, one copy right after the other
_log = logging.getLogger(__name__)


class WatchedHouse(House, Protocol):
    def on_state(self, callback: Callable[[Entity, Entity], None]) -> Callable[[], None]:
        """Call back with an entity before and after each change; returns what ends it."""


class Hearing(Protocol):
    def listen(self, pattern: str, callback: Callback) -> Callable[[], None]: ...


class Feed:
    """A context manager; it hears nothing outside its block."""

    def __init__(self, house: WatchedHouse, bus: Hearing, clock: Callable[[], Now]) -> None:
        self._house, self._bus, self._clock = house, bus, clock
        self._entities: set[str] = set()
        self._listening: dict[str, Callable[[], None]] = {}  # by topic filter
        self._events: deque[Event] = deque(maxlen=QUEUE_EVENTS)
        self._stir = asyncio.Event()
        self._last: tuple[Message, float] | None = None  # and when it came, in seconds

    def __enter__(self) -> Self:
        self._unwatch = self._house.on_state(self._on_state)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._unwatch()
        self.follow(set(), set())

    def follow(self, entities: set[str], topics: set[str]) -> None:
        """Hear these entities, by id, and topic filters, and no others."""
        self._entities = entities
        for gone in self._listening.keys() - topics:
            self._listening.pop(gone)()
        for new in sorted(topics - self._listening.keys()):
            self._listening[new] = self._bus.listen(new, self._on_message)

    def snapshot(self) -> Snapshot:
        return {one.entity_id: one for one in self._house.entities() if one.entity_id in self._entities}

    def put(self, event: Event) -> None:
        if len(self._events) == QUEUE_EVENTS:
            _log.warning("rules missed an event: more than %d came at once", QUEUE_EVENTS)
        self._events.append(event)
        self._stir.set()

    def take(self) -> tuple[Event, ...]:
        """All that came since it was last asked."""
        events = tuple(self._events)
        self._events.clear()
        return events

    async def wait(self, seconds: float) -> None:
        """Until something comes, or ``stir`` is called; no longer than that."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stir.wait()
        self._stir.clear()

    def stir(self) -> None:
        self._stir.set()

    def _on_state(self, _: Entity, after: Entity) -> None:
        if after.entity_id in self._entities:
            self.put(EntityChanged(after))

    def _on_message(self, message: Message) -> None:
        """Called for each copy, and for each of our filters that fits."""
        seconds = self._clock().seconds
        last, self._last = self._last, (message, seconds)
        is_copy = last is not None and last[0] == message and seconds - last[1] < COPY_SECONDS
        if not is_copy and len(message.payload) <= MAX_PAYLOAD_BYTES:
            self.put(MessageCame(message.topic, message.payload, message.retain))
