"""Events as people see them, and when to remind of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One thing in a calendar; of a series, one time of it.

    begin, end: local time with its offset; of an event that is ``all_day``, midnights, the last one excluded.
    alarms: moments at which the event itself wants to remind.
    """

    begin: datetime
    end: datetime
    all_day: bool
    summary: str
    location: str = ""
    calendar: str = ""
    uid: str = ""
    alarms: tuple[datetime, ...] = ()

    def within(self, begin: datetime, end: datetime) -> bool:
        """It takes place, at least in part, from ``begin`` to before ``end``."""
        return self.begin < end and (self.end > begin or self.begin >= begin)


class Wanted(msgspec.Struct, frozen=True):
    """Texts of one calendar, what it is called, and of when its events are wanted."""

    texts: list[str]
    calendar: str
    begin: datetime
    end: datetime


class Expanded(msgspec.Struct, frozen=True):
    """What they hold. events: in order. problems: what was left out and why, the first of it. left_out: how many."""

    events: list[Event]
    problems: list[str] = []
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Reminder:
    """at: when to say it. person: whose calendar it is; None: the household's."""

    at: datetime
    event: Event
    person: str | None = None


def order(event: Event) -> tuple[datetime, bool, str, str]:
    """Of a list that is read aloud: by begin, of a day the whole-day events first."""
    return (event.begin, not event.all_day, event.summary, event.calendar)


def due(
    events: Iterable[Event], minutes: Iterable[int], begin: datetime, end: datetime, *, person: str | None = None
) -> list[Reminder]:
    """Reminders from ``begin`` to before ``end``, in order.

    minutes: before an event that has a time of day; none: as each event wants. An event of a whole day reminds only as
    it wants itself: nobody means 23:45 of the day before.
    """
    ahead = [timedelta(minutes=each) for each in minutes]
    found = []
    for event in events:
        moments = event.alarms if event.all_day or not ahead else [event.begin - before for before in ahead]
        found += [Reminder(at, event, person) for at in dict.fromkeys(moments) if begin <= at < end]
    return sorted(found, key=lambda reminder: (reminder.at, order(reminder.event)))


def local_midnight(day: date) -> datetime:
    """Where ``day`` begins on this machine."""
    return datetime.combine(day, time()).astimezone()
