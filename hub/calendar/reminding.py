"""Says what calendars want to remind of, once each, also across restarts."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from hub.calendar.actor import values
from hub.calendar.calendars import local_now
from hub.calendar.event import Reminder
from hub.errors import StoreLost
from hub.stages import Told
from hub.store.database import Database
from wire.errors import EarshotError

STEP_SECONDS = 5.0
_LATE = timedelta(minutes=15)  # what came due while the power was off is still worth saying for so long
_KEPT = timedelta(days=2)
_INSERT = "INSERT OR IGNORE INTO calendar_reminded (mark, at) VALUES (?, ?)"
_PRUNE = "DELETE FROM calendar_reminded WHERE at < ?"
_log = logging.getLogger(__name__)

Remind = Callable[[Told, str | None], Awaitable[None]]


class Upcoming(Protocol):
    """Calendars, as far as they remind."""

    def reminders(self, begin: datetime, end: datetime) -> Sequence[Reminder]: ...


class Reminding:
    """remind: is given what to say and to whom; who raises an EarshotError is asked again for a quarter of an hour.

    A reminder is written down after it was said: a crash in that moment says it twice, never not at all.
    """

    def __init__(
        self,
        calendars: Upcoming,
        database: Database,
        remind: Remind,
        *,
        now: Callable[[], datetime] = local_now,
    ) -> None:
        self._calendars, self._database, self._remind, self._now = calendars, database, remind, now
        self._said: dict[str, datetime] = {}
        self._recalled = False

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await self.step()
            await asyncio.sleep(STEP_SECONDS)

    async def step(self) -> None:
        """Say what is due now and was not said."""
        await self._recall()
        now = self._now()
        for reminder in self._calendars.reminders(now - _LATE, now + timedelta(microseconds=1)):
            mark = _mark(reminder)
            if mark in self._said or reminder.event.end < now:
                continue
            told = Told("calendar_reminder", values(reminder.event) | {"in": reminder.event.begin - now})
            try:
                await self._remind(told, reminder.person)
            except EarshotError as error:
                _log.warning("a reminder could not be said: %s", error)
                continue
            self._said[mark] = reminder.at
            await self._write_down(mark, reminder.at, now)

    async def _recall(self) -> None:
        if self._recalled:
            return
        try:
            rows = await self._database.rows("SELECT mark, at FROM calendar_reminded")
        except StoreLost as error:
            _log.warning("reminders that were said before cannot be read: %s", error)
        else:
            self._said |= {mark: datetime.fromisoformat(at) for mark, at in rows}
        self._recalled = True

    async def _write_down(self, mark: str, at: datetime, now: datetime) -> None:
        oldest = now - _KEPT
        self._said = {one: moment for one, moment in self._said.items() if moment >= oldest}
        try:
            await self._database.write((_INSERT, (mark, _utc(at))), (_PRUNE, (_utc(oldest),)))
        except StoreLost as error:
            _log.warning("that a reminder was said cannot be kept: %s", error)


def _mark(reminder: Reminder) -> str:
    event = reminder.event
    parts = (event.calendar, event.uid, event.summary, _utc(event.begin), _utc(reminder.at))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
