"""A store in memory, a house that hears or does not, and a clock that can be set: they behave, nothing is scripted."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hub.errors import StoreLost
from hub.reminders.actor import ReminderActor
from hub.reminders.clock import Clock
from hub.reminders.reminders import Reminders
from hub.stages import Intent
from wire.errors import PeerClosed

BERLIN = ZoneInfo("Europe/Berlin")
BEGIN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday, 13:00 in Berlin


class MemoryStore:
    """What was written survives a Reminders. full: the disk refuses writes, and keeps offers waiting."""

    def __init__(self) -> None:
        self.kept, self.waiting, self.full = {}, [], False

    async def load(self):
        return [self.kept[key] for key in sorted(self.kept)]

    async def write(self, *items):
        if self.full:
            await asyncio.sleep(0)
            raise StoreLost("store-full", "no room left")
        for item in items:
            self.kept[item.id] = item
            if item.state == "done":
                del self.kept[item.id]
        await asyncio.sleep(0)  # as the database does, it writes also for who is cancelled meanwhile

    def offer(self, *items):
        self.waiting += items


class Rooms:
    """Satellites: ``deaf`` ones hear nothing. heard: (seconds, what) in order; sounding: what rings now."""

    def __init__(self) -> None:
        self.deaf, self.heard, self.sounding, self.ran = False, [], [], []

    async def ring(self, item):
        self._hear(("ring", item.text or item.kind))
        self.sounding.append(item.id)
        try:
            await asyncio.Event().wait()
        finally:
            self.sounding.remove(item.id)

    async def say(self, told, place):
        self._hear(("say", *((one.key, dict(one.values)) for one in told)))

    async def run(self, text, area, satellite):
        self._hear(("run", text, area, satellite))

    def _hear(self, what):
        if self.deaf:
            raise PeerClosed("peer-closed", "gone")
        self.heard.append(what)


class House:
    """A hub's reminders from one start to the next: ``async with house.running()``."""

    def __init__(self, *, zone=BERLIN, begin=BEGIN, quiet=None, look_seconds=30) -> None:
        self.zone, self.quiet, self.look_seconds = zone, quiet, look_seconds
        self.store, self.rooms, self.changes = MemoryStore(), Rooms(), []
        self._wall, self._elapsed = begin, asyncio.get_running_loop().time
        self._began = self._elapsed()

    def now(self):
        return self._wall + timedelta(seconds=self._elapsed() - self._began)

    def set_clock(self, by: timedelta):
        self._wall += by

    @asynccontextmanager
    async def running(self):
        self.reminders = Reminders(
            self.store,
            self.rooms,
            self.rooms.run,
            zone=self.zone,
            quiet=self.quiet,
            clock=Clock(self.now, self._elapsed),
            jitter=lambda: 1.0,
            look_seconds=self.look_seconds,
            on_change=lambda change, item: self.changes.append((change, item.text or item.kind)),
        )
        async with self.reminders:
            self.actor = ReminderActor(self.reminders, None)
            yield self

    async def told(self, intent_name, *, where="Kitchen", satellite="kitchen", **slots):
        """Carry out an intent said in a room; its result."""
        intent = Intent(intent_name, slots, "default", "en", "", where)
        return await self.actor.carry_out(intent, area=where, satellite=satellite)


def keys(result):
    return [one.key for one in result.told]
