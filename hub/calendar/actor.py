"""Carries out what is said about the calendar."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from hub.calendar.calendars import Calendars, local_now
from hub.calendar.event import Event, local_midnight
from hub.calendar.writing import event_text
from hub.errors import ActionFailed, CalendarLost
from hub.stages import Granted, Intent, Result, Told

INTENTS = frozenset({"EarshotCalendar", "EarshotAddEvent"})
_LONGEST = timedelta(days=366)
_USUAL = timedelta(hours=1)  # of an event whose end nobody said
_TEXT = 200


class CalendarActor:
    """A stages.Actor for INTENTS.

    ``EarshotCalendar``: slots from, to (local time as ISO 8601; default: from now to the end of the day), calendar.
    ``EarshotAddEvent``: slots text, when (a day alone is a whole day), until, calendar.
    """

    def __init__(
        self,
        calendars: Calendars,
        *,
        now: Callable[[], datetime] = local_now,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        self._calendars, self._now, self._new_id = calendars, now, new_id

    async def carry_out(
        self,
        intent: Intent,
        *,
        area: str | None,  # noqa: ARG002 a calendar is of no room
        satellite: str = "",  # noqa: ARG002 likewise
        granted: Granted = "",
    ) -> Result:
        """Raises ActionFailed with the calendar's own code when it could not be read, or an event not be added."""
        if intent.name not in INTENTS:
            return Result("unsupported", problem=intent.name)
        if not self._calendars.names:
            return Result("answered", told=(Told("calendar_missing"),))
        try:
            calendar = self._named(intent.slots.get("calendar"))
            if calendar == "":
                return Result("unknown_target", problem="no calendar of that name")
            if intent.name == "EarshotCalendar":
                return await self._tell(*self._span(intent), calendar)
            return await self._add(intent, calendar, granted)
        except CalendarLost as error:
            raise ActionFailed(error.code, error.message) from error
        except (ValueError, OverflowError):  # of a time that is none
            return Result("unsupported", problem="not a time")

    async def _tell(self, begin: datetime, end: datetime, calendar: str | None) -> Result:
        events = await self._calendars.events(begin, end, calendar=calendar)
        span: dict[str, Any] = {"from": begin, "to": end}
        told = [Told("calendar_events", span | {"events": [values(event) for event in events]})]
        if not events:
            told = [Told("calendar_none", span)]
        if unread := [name for name in self._calendars.unknown if calendar in {None, name}]:
            told = [*(told if events else ()), Told("calendar_unread", {"calendars": unread})]
        return Result("answered", told=tuple(told))

    async def _add(self, intent: Intent, calendar: str | None, granted: Granted) -> Result:
        writable = self._calendars.writable
        if not writable or (calendar and calendar not in writable):
            return Result("refused", choices=(calendar or self._calendars.names[0],), problem="calendar-read-only")
        calendar = calendar or writable[0]
        summary = " ".join(str(intent.slots.get("text", "")).split())[:_TEXT]
        if not summary:
            return Result("unsupported", problem="nothing to note")
        begin, end = _times(str(intent.slots.get("when", "")), str(intent.slots.get("until") or ""))
        shown = Event(
            begin=_aware(begin),
            end=_aware(end),
            all_day=not isinstance(begin, datetime),
            summary=summary,
            calendar=calendar,
        )
        if not granted:
            told = (Told("calendar_add", values(shown)),)
            return Result("unconfirmed", choices=(summary,), told=told, problem="needs-yes")
        uid = self._new_id()
        await self._calendars.add(calendar, uid, event_text(uid, begin, end, summary, now=self._now()))
        return Result("answered", told=(Told("calendar_added", values(shown)),))

    def _span(self, intent: Intent) -> tuple[datetime, datetime]:
        now = self._now()
        begin = _aware(_when(str(intent.slots["from"]))) if intent.slots.get("from") else now
        last = intent.slots.get("to")
        end = _aware(_when(str(last))) if last else local_midnight(begin.date() + timedelta(days=1))
        if end <= begin:
            raise ValueError("ends before it begins")
        return begin, min(end, begin + _LONGEST)

    def _named(self, said: object) -> str | None:
        """The calendar of that name; None: nobody named one; empty: there is none."""
        if not said:
            return None
        return next((name for name in self._calendars.names if name.casefold() == str(said).strip().casefold()), "")


def values(event: Event) -> dict[str, Any]:
    """Of an event, for the sentence that tells it."""
    return {
        "summary": event.summary,
        "begin": event.begin,
        "end": event.end,
        "all_day": event.all_day,
        "location": event.location,
        "calendar": event.calendar,
    }


def _times(when: str, until: str) -> tuple[date, date]:
    begin, end = _when(when), _when(until) if until else None
    if not isinstance(begin, datetime):
        last = end.date() if isinstance(end, datetime) else end
        days = (begin, last + timedelta(days=1) if last else begin + timedelta(days=1))
        if days[1] <= begin:
            raise ValueError("ends before it begins")
        return days
    start = _aware(begin)
    close = _aware(end) if end else start + _USUAL
    if close < start:
        raise ValueError("ends before it begins")
    return start, close.astimezone()


def _when(text: str) -> date:
    """A day, or a local time. Raises ValueError."""
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


def _aware(when: date) -> datetime:
    return when.astimezone() if isinstance(when, datetime) else local_midnight(when)
