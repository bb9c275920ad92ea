"""What is being rung, spoken or carried out right now: a task each, at it until it is heard, stopped or too late."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from types import TracebackType
from typing import Any, Protocol, Self
from zoneinfo import ZoneInfo

from hub.reminders import words
from hub.reminders.announcer import Announcer, Patience, Run
from hub.reminders.due import LATE
from hub.reminders.items import Change, Item

RING_SECONDS = 15 * 60.0


class Keeping(Protocol):
    """What sounding needs of the keeper of the items."""

    async def acknowledge(self, items: Sequence[Item], change: Change) -> None:
        """They are done with, this time."""

    def still(self, items: Sequence[Item]) -> Sequence[Item]:
        """Those of them that nobody has cancelled."""

    async def wait_for_noise(self) -> None:
        """Returns outside of the quiet hours."""


class Sounding:
    """An async context manager; leaving it silences everything."""

    def __init__(self, announcer: Announcer, run: Run, patience: Patience, zone: ZoneInfo) -> None:
        self._announcer, self._run, self._patience, self._zone = announcer, run, patience, zone
        self._tasks: set[asyncio.Task[None]] = set()
        self._by_item: dict[str, asyncio.Task[None]] = {}
        self._audible: dict[str, Item] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._group = await self._stack.enter_async_context(asyncio.TaskGroup())
        self._stack.callback(self._silence)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def begin(self, item: Item, keeping: Keeping) -> None:
        """Ring it, speak it or carry out its command."""
        sound = self._carry_out if item.command else self._tell if item.kind == "reminder" else self._ring
        task = self._start(sound(item, keeping), item.id)
        self._by_item[item.id] = task
        task.add_done_callback(lambda done: self._ended(item.id, done))

    def tell_missed(self, items: Sequence[Item], keeping: Keeping) -> None:
        """Say of items for one place that they were missed."""
        self._start(self._tell_missed(items, keeping), "missed")

    def hush(self, item_id: str) -> None:
        if (task := self._by_item.pop(item_id, None)) is not None:
            task.cancel()

    def sounds(self, item: Item) -> bool:
        """A satellite is at it: what has not begun yet, or is tried again later, nobody can have heard."""
        return item.id in self._audible

    async def _ring(self, item: Item, keeping: Keeping) -> None:
        """What nobody could hear in all its time is told later, as missed."""
        heard = False

        async def ring() -> None:
            nonlocal heard
            heard = False
            self._audible[item.id] = item
            try:
                await self._announcer.ring(item)
            except asyncio.CancelledError:
                heard = True
                raise
            finally:
                if self._audible.get(item.id) is item:  # else it rings anew already
                    del self._audible[item.id]
            heard = True

        with suppress(TimeoutError):
            async with asyncio.timeout(RING_SECONDS):
                await self._patience.until_done(ring)
        if heard:
            await self._acknowledge([item], "stopped", keeping)
        else:
            await self._tell_missed([item], keeping)

    async def _carry_out(self, item: Item, keeping: Keeping) -> None:
        """A late command is told, not carried out: the oven was wanted in ten minutes, not in an hour."""
        try:
            async with asyncio.timeout(LATE.total_seconds()):
                await self._patience.until_done(lambda: self._run(item.command, item.place.area, item.place.satellite))
        except TimeoutError:
            await self._tell_missed([item], keeping)
        else:
            await self._acknowledge([item], "delivered", keeping)

    async def _tell(self, item: Item, keeping: Keeping) -> None:
        await self._patience.until_done(lambda: self._announcer.say(words.due(item), item.place))
        await self._acknowledge([item], "delivered", keeping)

    async def _tell_missed(self, items: Sequence[Item], keeping: Keeping) -> None:
        async def tell() -> None:
            await keeping.wait_for_noise()
            if still := keeping.still(items):
                await self._announcer.say(words.missed(still, self._zone), still[0].place)

        await self._patience.until_done(tell)
        await self._acknowledge(items, "delivered", keeping)

    async def _acknowledge(self, items: Sequence[Item], change: Change, keeping: Keeping) -> None:
        """From here on there is nothing left to hush."""
        for item in items:
            self._by_item.pop(item.id, None)
        await keeping.acknowledge(items, change)

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = self._group.create_task(work, name=f"reminders[{name}]")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _ended(self, item_id: str, task: asyncio.Task[None]) -> None:
        if self._by_item.get(item_id) is task:
            del self._by_item[item_id]

    def _silence(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
