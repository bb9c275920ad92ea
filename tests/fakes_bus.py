"""A broker and the line to it in one object: retained messages, patterns, and a line that can be cut."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from hub.bus.routes import Message, Routes
from hub.errors import BrokerLost


@dataclass
class FakeBus:
    """published: every message in order, as (topic, payload, qos, retain). retained: what the broker keeps."""

    published: list[tuple[str, str, int, bool]] = field(default_factory=list)
    retained: dict[str, str] = field(default_factory=dict)
    up: bool = True

    def __post_init__(self) -> None:
        self._routes = Routes()
        self._states = []
        self._changed = asyncio.Event()

    async def publish(self, topic, payload, *, qos=0, retain=False) -> None:
        if not self.up:
            raise BrokerLost("broker-lost", "the broker is away")
        self.published.append((topic, payload, qos, retain))
        if retain:
            self.retained[topic] = payload
            if payload == "":
                del self.retained[topic]
        self._changed.set()

    def listen(self, pattern, callback, *, large=False):
        self._routes.add(pattern, callback)
        return lambda: self._routes.remove(pattern, callback)

    def on_state(self, callback) -> None:
        self._states.append(callback)

    def cut(self) -> None:
        self.up = False
        for callback in self._states:
            callback(False, BrokerLost("broker-lost", "the broker is away"))

    def restart_empty(self) -> None:
        """The broker comes back and has forgotten everything."""
        self.up = True
        self.retained.clear()
        self.published.clear()
        for callback in self._states:
            callback(True, None)

    def receive(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """A message from somebody else."""
        for callback in self._routes.callbacks(topic):
            callback(Message(topic, payload, retain))

    @property
    def listens(self) -> bool:
        return bool(self._routes.patterns())

    async def until(self, condition) -> None:
        """Wait for something to be published that makes ``condition`` true."""
        async with asyncio.timeout(5):
            while not condition():
                self._changed.clear()
                await self._changed.wait()
