"""One calendar, followed: its last good copy, the events of about a year, and what is wrong with it."""

from __future__ import annotations

import asyncio
import logging
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from hub.calendar.event import Event, Expanded, Reminder, Wanted, due, local_midnight
from hub.calendar.source import Copy, Source, keep, recall
from hub.config import CalendarSection
from hub.errors import CalendarLost
from hub.health import Component

_BACK_DAYS, _AHEAD_DAYS = 31, 400
_log = logging.getLogger(__name__)

Read = Callable[[Wanted], Awaitable[Expanded]]


class Followed:
    """kept: where the copy of a source that asks for it is kept."""

    def __init__(self, section: CalendarSection, source: Source, read: Read, kept: Path) -> None:
        self.section, self.source = section, source
        self._read, self._kept = read, kept
        self._copy, self._day = Copy(), date.min  # the day that the window of events was made on
        self._window: tuple[datetime, datetime] | None = None
        self._expanded: Expanded | None = None
        self._reminders: list[Reminder] = []  # of the window, by moment
        self._lost: CalendarLost | None = None
        self._first, self._looking = True, asyncio.Lock()

    @property
    def name(self) -> str:
        return self.section.name

    @property
    def known(self) -> bool:
        """It was read, now or in an earlier life."""
        return self._expanded is not None

    async def look(self, now: datetime) -> None:
        """See whether something changed. Never raises CalendarLost: ``component`` tells.

        The first look takes up what was kept, so that there are answers before the server is there.
        """
        async with self._looking:
            if self._first:
                self._first = False
                await self._recall(now)
            try:
                copy = await self.source.fetch(self._copy)
            except CalendarLost as error:
                self._note(error)
                if self.known and self._day != now.date():
                    await self._take(self._copy, now)
                return
            self._note(None)
            if copy is not self._copy or self._day != now.date():
                await self._take(copy, now)

    async def events(self, begin: datetime, end: datetime) -> list[Event]:
        """From ``begin`` to before ``end``. Raises CalendarLost where that is another year and cannot be read."""
        if self._expanded is None or self._window is None:
            return []
        if self._window[0] <= begin and end <= self._window[1]:
            return [event for event in self._expanded.events if event.within(begin, end)]
        return (await self._read(Wanted(self._copy.texts(), self.name, begin, end))).events

    def reminders(self, begin: datetime, end: datetime) -> Sequence[Reminder]:
        first, last = (bisect_left(self._reminders, moment, key=lambda one: one.at) for moment in (begin, end))
        return self._reminders[first:last]

    def component(self) -> Component:
        name = f"calendar {self.name}"
        if self._lost:
            old = "; what was read last still counts" if self.known else ""
            return Component(name, "degraded", self._lost.message + old, self._lost.code, required=False)
        if self._expanded is None:
            return Component(name, "starting", "reading it for the first time", required=False)
        if self._expanded.left_out:
            what = f"{self._expanded.left_out} left out: {'; '.join(self._expanded.problems[:3])}"
            return Component(name, "degraded", what, code="calendar-invalid", required=False)
        return Component(name, "ok", f"{len(self._expanded.events)} events in the coming year", required=False)

    async def _recall(self, now: datetime) -> None:
        if self.source.keeps:
            copy = await asyncio.to_thread(recall, self._kept, self.source.origin)
            if copy.origin:
                await self._take(copy, now)

    async def _take(self, copy: Copy, now: datetime) -> None:
        """Make ``copy`` the one that counts; one that cannot be read at all leaves the old."""
        today = now.date()
        begin = local_midnight(today - timedelta(days=_BACK_DAYS))
        end = local_midnight(today + timedelta(days=_AHEAD_DAYS))
        try:
            expanded = await self._read(Wanted(copy.texts(), self.name, begin, end))
        except CalendarLost as error:
            self._note(error)
            return
        if expanded.left_out and self._copy is not copy:
            _log.warning("calendar %s: %s left out: %s", self.name, expanded.left_out, "; ".join(expanded.problems[:3]))
        minutes, person = self.section.remind_minutes, self.section.person
        self._reminders = await asyncio.to_thread(due, expanded.events, minutes, begin, end, person=person)
        changed = copy is not self._copy
        self._copy, self._expanded = copy, expanded
        self._window, self._day = (begin, end), today
        if changed and self.source.keeps:
            try:
                await asyncio.to_thread(keep, self._kept, copy)
            except OSError as error:
                _log.warning("calendar %s is not kept for a restart: %s", self.name, error)

    def _note(self, lost: CalendarLost | None) -> None:
        if lost and (self._lost is None or self._lost.code != lost.code):
            _log.warning("calendar %s: %s", self.name, lost)
        elif self._lost and not lost:
            _log.info("calendar %s can be read again", self.name)
        self._lost = lost
