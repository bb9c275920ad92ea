"""State topics: who reads which, listened to once each however many read it, and the last word on every one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol

from hub.bus.routes import Callback, Message
from hub.house import discovery
from hub.house.device import Heard, LiveDevice
from hub.stages import Entity

MAX_TOPICS = 40_000
_MAX_PAYLOAD_BYTES = 65_536  # longer state messages are ignored
_MAX_KEPT_BYTES = 1 << 24  # of last words in all; beyond it, who joins late waits for the next message
_log = logging.getLogger(__name__)


OnState = Callable[[Entity, Entity], None]


class Listening(Protocol):
    """What the house needs of the bus to hear."""

    def listen(self, pattern: str, callback: Callback, *, large: bool = False) -> Callable[[], None]: ...

    async def synced(self, seconds: float = ...) -> None: ...


class Hearing:
    """Devices join and leave; every message on their topics reaches them, as text and stamped with the clock."""

    def __init__(self, bus: Listening, clock: Callable[[], float]) -> None:
        self._bus, self._clock = bus, clock
        self._readers: dict[str, list[LiveDevice]] = {}
        self._unlisten: dict[str, Callable[[], None]] = {}
        self._last: dict[str, Heard] = {}
        self._kept_bytes = 0
        self._on_state: list[OnState] = []

    def on_state(self, callback: OnState) -> Callable[[], None]:
        """Call back with an entity before and after each change; returns what ends it."""
        self._on_state.append(callback)
        return lambda: self._on_state.remove(callback)

    def join(self, device: LiveDevice) -> bool:
        """False if there is no room for its topics. It is told at once what its topics said before."""
        topics = discovery.topics(device.announced)
        if len(self._readers) + sum(topic not in self._readers for topic in topics) > MAX_TOPICS:
            return False
        for topic in topics:
            self._readers.setdefault(topic, []).append(device)
            if topic not in self._unlisten:
                self._unlisten[topic] = self._bus.listen(topic, partial(self._on_message, topic))
            elif (last := self._last.get(topic)) is not None:
                device.hear(last)
        return True

    def leave(self, device: LiveDevice) -> None:
        """The topics stay listened to until ``tidy``: a device that is announced anew joins them again."""
        for topic in discovery.topics(device.announced):
            self._readers[topic].remove(device)

    def tidy(self, topics: Iterable[str]) -> None:
        """Stop listening to those that nobody reads any more."""
        for topic in topics:
            if not self._readers.get(topic):
                self._readers.pop(topic, None)
                if (stop := self._unlisten.pop(topic, None)) is not None:
                    stop()
                self._keep(topic, None)

    def _on_message(self, topic: str, message: Message) -> None:
        """topic: as it was announced, perhaps with ``+`` for a level; devices know their readers by it."""
        if len(message.payload) > _MAX_PAYLOAD_BYTES:
            _log.warning("ignored %r: longer than %d bytes", message, _MAX_PAYLOAD_BYTES)
            return
        text = message.payload.decode("utf-8", errors="replace")
        heard = Heard(topic, text, self._clock())
        self._keep(topic, heard)
        for device in tuple(self._readers.get(topic, ())):
            self._tell(device, heard)

    def _tell(self, device: LiveDevice, heard: Heard) -> None:
        if not self._on_state:
            device.hear(heard)
            return
        before = device.entity
        device.hear(heard)
        if (after := device.entity) != before:
            for callback in tuple(self._on_state):
                callback(before, after)

    def _keep(self, topic: str, heard: Heard | None) -> None:
        if (old := self._last.pop(topic, None)) is not None:
            self._kept_bytes -= len(old.payload)
        if heard is not None and self._kept_bytes + len(heard.payload) <= _MAX_KEPT_BYTES:
            self._last[topic] = heard
            self._kept_bytes += len(heard.payload)
