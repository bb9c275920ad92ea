"""Tells open pages what changes: devices, satellites, health, what is to come; costs nothing while nobody looks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Protocol, Self

import msgspec

from hub.health import Health, SatelliteStatus
from hub.house.registry import HouseRegistry
from hub.reminders.items import Change, Item, Kind
from hub.stages import Entity
from hub.web.live import LiveFeed
from wire.tasks import Tasks

TOGETHER_SECONDS = 0.1  # changes of one device within it are told once, as it is then
LOOK_SECONDS = 0.5


class Looked(Protocol):
    """What is asked since nobody tells it."""

    def health(self) -> Health: ...

    def satellites(self) -> Sequence[SatelliteStatus]: ...


class HouseNews(msgspec.Struct, frozen=True):
    """Of topic ``house``: devices that changed, as they are now. names_version: if not the page's, it asks for all."""

    entities: list[Entity]
    names_version: int


class Notice(msgspec.Struct, frozen=True):
    """Of topic ``notify``: for whoever looks at a page. kind: what it comes from; at: UTC; id: of what rings."""

    text: str
    kind: Kind | str
    id: str = ""
    at: str = ""


class News:
    """Between the parts that change and the feed; an async context manager."""

    def __init__(self, feed: LiveFeed, house: HouseRegistry, looked: Looked) -> None:
        self._feed, self._house, self._looked = feed, house, looked
        self._changed: dict[str, Entity] = {}
        self._stir = asyncio.Event()
        self._last: dict[str, object] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            tasks = await stack.enter_async_context(Tasks())
            tasks.start(self._tell_devices(), name="news.devices")
            tasks.start(self._look(), name="news.look")
            stack.callback(self._house.on_state(self.on_state))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def on_state(self, _: Entity, after: Entity) -> None:
        """Called by the bus for each message of the house: as quick as that."""
        if after.exposed and self._feed.wanted("house"):
            self._changed[after.entity_id] = after
            self._stir.set()

    def on_reminder(self, change: Change, item: Item) -> None:
        """A listener to changes of timers, alarms and reminders."""
        self._feed.tell("reminders", {"change": change, "id": item.id})
        if change == "ringing":
            due = item.due.strftime("%Y-%m-%dT%H:%M:%SZ") if item.due else ""
            self._feed.tell("notify", Notice(item.text, item.kind, item.id, due))

    async def notify(self, text: str, *, rule: str) -> None:
        """Implements a rule's Notifier: pages that are open show it."""
        self._feed.tell("notify", Notice(text, "rule", rule))

    async def _tell_devices(self) -> None:
        while True:
            await self._stir.wait()
            await asyncio.sleep(TOGETHER_SECONDS)
            self._stir.clear()
            changed, self._changed = list(self._changed.values()), {}
            self._feed.tell("house", HouseNews(changed, self._house.names_version))

    async def _look(self) -> None:
        while True:
            if self._feed.wanted("house"):
                version = self._house.names_version
                if self._last.get("house") not in {None, version}:
                    self._feed.tell("house", HouseNews([], version))
                self._last["house"] = version
            if self._feed.wanted("health"):
                self._tell_change("health", self._looked.health())
            if self._feed.wanted("satellites"):
                self._tell_change("satellites", list(self._looked.satellites()))
            await asyncio.sleep(LOOK_SECONDS)

    def _tell_change(self, topic: str, value: object) -> None:
        """Who comes later has asked for the whole; who is there is told what differs."""
        if self._last.get(topic) != value:
            self._last[topic] = value
            self._feed.tell(topic, value)  # type: ignore[arg-type]
