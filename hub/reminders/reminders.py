"""The keeper of what is to come: on disk before it is confirmed, rung or spoken when due, until acknowledged."""

from __future__ import annotations

import asyncio
import logging
import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Protocol, Self
from zoneinfo import ZoneInfo

from hub.errors import StoreLost
from hub.reminders import due
from hub.reminders.announcer import Announcer, Patience, Run
from hub.reminders.clock import Clock
from hub.reminders.due import Agenda, Quiet
from hub.reminders.items import MAX_ITEMS, Change, Event, Item, Place
from hub.reminders.sounding import Sounding

_log = logging.getLogger(__name__)

SNOOZE = timedelta(minutes=9)
LOOK_SECONDS = 30.0  # how soon it is noticed that somebody has set the clock
_MUCH = 50  # rules to look at take some 10 ms
_DEVICES_KNOWN = 10_000  # a house has no more


class Store(Protocol):
    """Where items are kept; see hub.reminders.store."""

    async def load(self) -> list[Item]: ...

    async def write(self, *items: Item) -> None: ...

    def offer(self, *items: Item) -> None: ...


class TooMany(ValueError):
    """MAX_ITEMS are kept already."""


def nobody(change: Change, item: Item) -> None:
    """Listens to no change."""


class Reminders:
    """An async context manager; entering raises StoreLost. What its methods return from is on disk.

    zone: whose wall clock counts. quiet: when reminders wait. jitter: in [0, 1], for what is tried again.
    on_change: told of each change when it is on disk, of "finished" and "ringing" when they begin; must not block.
    """

    def __init__(
        self,
        store: Store,
        announcer: Announcer,
        run: Run,
        *,
        zone: ZoneInfo,
        quiet: Quiet | None = None,
        clock: Clock | None = None,
        jitter: Callable[[], float] = random.random,
        look_seconds: float = LOOK_SECONDS,
        on_change: Callable[[Change, Item], None] = nobody,
    ) -> None:
        self.zone = zone
        self._store, self._quiet, self._clock, self._on_change = store, quiet, clock or Clock(), on_change
        self._look_seconds = look_seconds
        self._sounding = Sounding(announcer, run, Patience(jitter), zone)
        self._items: dict[str, Item] = {}
        self._measured: set[str] = set()  # their time was measured by the clock as it is set now
        self._states: dict[str, str] = {}
        self._happened: set[str] = set()
        self._stir = asyncio.Event()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        now, _ = self._clock.read()
        stored = await self._store.load()
        scheduled = await asyncio.to_thread(_scheduled, stored, now, self.zone)
        self._items = {item.id: item for item in scheduled if item.state != "done"}
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._sounding)
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            stack.callback(tasks.create_task(self._watch(), name="reminders").cancel)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def items(self) -> tuple[Item, ...]:
        """All that is to come or rings, the next first; what waits for no time last."""
        return tuple(sorted(self._items.values(), key=_by_time))

    @property
    def ringing(self) -> tuple[Item, ...]:
        """Timers and alarms that somebody can stop."""
        return tuple(item for item in self._items.values() if _rings(item) and self._sounding.sounds(item))

    def be_quiet(self, quiet: Quiet | None) -> None:
        """Other hours in which reminders wait."""
        self._quiet = quiet
        self._stir.set()

    def now(self) -> datetime:
        return self._clock.now()

    async def add(self, item: Item) -> Item:
        """Keep it; the item as it is scheduled. A timer runs from now. Raises StoreLost, TooMany: it is not kept."""
        now = self._time()
        if len(self._items) >= MAX_ITEMS:
            raise TooMany
        timed = replace(item, due=now + item.length) if item.kind == "timer" else item
        kept = due.scheduled(timed, now, self.zone)
        self._measured.add(kept.id)
        await self._commit([kept], "started")
        return kept

    async def change(self, item: Item, change: Callable[[Item, datetime], Item]) -> Item | None:
        """Keep what ``change`` makes of a timer at that time; None if it is gone. Raises StoreLost: it is as it was."""
        now = self._time()
        if (before := self._items.get(item.id)) is None:
            return None
        changed = replace(change(before, now), state="pending")
        self._measured.add(changed.id)
        await self._commit([changed], "updated")
        return changed

    async def cancel(self, items: Sequence[Item]) -> int:
        """Remove them with all their occurrences; how many were still there. Raises StoreLost: none is removed."""
        gone = [replace(item, state="done") for item in self.still(items)]
        await self._commit(gone, "cancelled")
        return len(gone)

    async def skip(self, item: Item, moments: Sequence[datetime]) -> Item | None:
        """Leave these wall clocks out; a snooze ends. None if the item is gone. Raises StoreLost."""
        now = self._time()
        if (before := self._items.get(item.id)) is None:
            return None
        kept = replace(before, skipped=(*before.skipped, *moments), state="pending")
        changed = await asyncio.to_thread(due.scheduled, kept, now, self.zone)
        await self._commit([changed], "updated")
        return changed

    async def stop(self, items: Sequence[Item]) -> None:
        """Acknowledge what rings: silent at once, and even if the disk takes it only later."""
        await self.acknowledge(items, "stopped")

    async def snooze(self, items: Sequence[Item], length: timedelta = SNOOZE) -> datetime:
        """Silent at once, to ring again at the UTC that this returns."""
        until = self._time() + length
        later = [due.snoozed(item, until) for item in self.still(items) if item.state == "ringing"]
        self._measured.update(item.id for item in later)
        await self._keep(later)
        self._tell_of("updated", later)
        return until

    def on_entity_state(self, entity_id: str, state: str) -> None:
        """A device's state was heard. It is an event when it differs from what was heard before."""
        before = self._states.get(entity_id)
        if before is None and len(self._states) >= _DEVICES_KNOWN:
            return
        self._states[entity_id] = state
        if before is None or before == state:
            return
        event = Event(entity_id, state)
        self._happened |= {item.id for item in self._items.values() if item.event == event and item.due is None}
        self._stir.set()

    # --- for Sounding

    async def acknowledge(self, items: Sequence[Item], change: Change) -> None:
        """Those of them that ring or are told: no other occurrence is acknowledged by that."""
        now = self._time()
        rung = [item for item in self.still(items) if item.state == "ringing"]
        await self._keep([due.acknowledged(item, now, self.zone) for item in rung])
        self._tell_of(change, rung)

    def still(self, items: Sequence[Item]) -> list[Item]:
        """Those that are still there, as they are now."""
        return [self._items[item.id] for item in items if item.id in self._items]

    async def wait_for_noise(self) -> None:
        while self._quiet and (end := self._quiet.end_of(self.now(), self.zone)):  # noqa: ASYNC110 it is for the time
            await asyncio.sleep(min(self._look_seconds, (end - self.now()).total_seconds()))

    # --- what time does

    async def _watch(self) -> None:
        while True:
            self._stir.clear()
            now = self._time()
            self._take_events(now)
            found = await self._agenda(now)
            self._begin(found)
            wait = min(self._look_seconds, (found.next - now).total_seconds()) if found.next else self._look_seconds
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._stir.wait()

    async def _agenda(self, now: datetime) -> Agenda:
        """Made in a thread where there is much to catch up with; without what was changed meanwhile."""
        before = dict(self._items)
        overdue = sum(item.due is not None and item.due <= now for item in before.values())
        if overdue <= _MUCH:
            return due.agenda(before.values(), now, self.zone, self._quiet)
        found = await asyncio.to_thread(due.agenda, before.values(), now, self.zone, self._quiet)
        unchanged = {item_id for item_id, item in before.items() if self._items.get(item_id) is item}
        return Agenda(
            tuple(item for item in found.due if item.id in unchanged),
            tuple(item for item in found.missed if item.id in unchanged),
            found.next,
        )

    def _begin(self, found: Agenda) -> None:
        ringing = {item.id: replace(item, state="ringing") for item in (*found.due, *found.missed)}
        self._items |= ringing
        for item in (ringing[each.id] for each in found.due):
            if item.kind == "timer":
                self._on_change("finished", item)
            if not item.command:
                self._on_change("ringing", item)
            self._sounding.begin(item, self)
        groups: dict[Place, list[Item]] = {}
        for item in (ringing[each.id] for each in found.missed):
            groups.setdefault(item.place, []).append(item)
        for group in groups.values():
            self._sounding.tell_missed(group, self)

    def _take_events(self, now: datetime) -> None:
        for item_id in self._happened & self._items.keys():
            self._items[item_id] = happened = replace(self._items[item_id], due=now)
            self._store.offer(happened)
        self._happened.clear()

    def _time(self) -> datetime:
        """Where the clock was set, timers and snoozes run on as if it had not been, and nothing that is still to come
        stays acknowledged.
        """
        now, jumped = self._clock.read()
        if jumped:
            _log.info("the clock was set by %s", jumped)
            self._measured &= self._items.keys()
            measured = (self._items[item_id] for item_id in self._measured)
            moved = [replace(item, due=item.due + jumped) for item in measured if item.due and _runs(item)]
            pending = [item for item in self._items.values() if item.settled and item.state == "pending"]
            again = [item for item in _scheduled(pending, now, self.zone) if item != self._items[item.id]]
            self._remember([*moved, *again])
            self._store.offer(*moved, *again)
        return now

    # --- keeping: memory first, so that whoever is cancelled while the disk writes leaves both alike

    async def _commit(self, items: Sequence[Item], change: Change) -> None:
        """Raises StoreLost: then all is as it was."""
        before = {item.id: self._items.get(item.id) for item in items}
        self._remember(items)
        try:
            await self._write(items)
        except Exception:
            self._restore(items, before)
            raise
        self._tell_of(change, items)

    async def _keep(self, items: Sequence[Item]) -> None:
        """On disk as soon as it takes writes: no full disk keeps an alarm ringing."""
        self._remember(items)
        try:
            await self._write(items)
        except StoreLost as error:
            _log.warning("reminders will be written when the disk allows: %s", error)
            self._store.offer(*items)

    async def _write(self, items: Sequence[Item]) -> None:
        if items:
            await self._store.write(*items)

    def _remember(self, items: Iterable[Item]) -> None:
        for item in items:
            self._sounding.hush(item.id)
            self._items[item.id] = item
            if item.state == "done":
                del self._items[item.id]
        self._stir.set()

    def _restore(self, items: Iterable[Item], before: Mapping[str, Item | None]) -> None:
        """But for what has changed since; what rang begins to ring again."""
        for item in items:
            old, now = before[item.id], self._items.get(item.id)
            if now is not (None if item.state == "done" else item):
                continue
            gone = old or replace(item, state="done")
            self._remember([replace(gone, state="pending") if gone.state == "ringing" else gone])

    def _tell_of(self, change: Change, items: Iterable[Item]) -> None:
        for item in items:
            self._on_change(change, item)


def _scheduled(items: Sequence[Item], now: datetime, zone: ZoneInfo) -> list[Item]:
    return [due.scheduled(item, now, zone) for item in items]


def _by_time(item: Item) -> tuple[float, str]:
    return item.due.timestamp() if item.due else math.inf, item.id


def _runs(item: Item) -> bool:
    """Its time is a distance from when it was asked for, no wall clock."""
    return item.state == "snoozed" or (item.state == "pending" and item.kind == "timer")


def _rings(item: Item) -> bool:
    return item.state == "ringing" and item.kind != "reminder" and not item.command
