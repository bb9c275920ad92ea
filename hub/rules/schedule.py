"""When a time of day, a sunrise or a sunset comes next. All arithmetic is in UTC: only then are hours hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import get_args

from hub.rules.home import Home
from hub.rules.kinds import Day
from hub.rules.triggers import AtSun, AtTime

SEARCH_DAYS = 370  # a night that lasts all winter ends within it
_WEEKDAYS: tuple[Day, ...] = get_args(Day)


def weekday(day: date) -> Day:
    return _WEEKDAYS[day.weekday()]


def next_after(
    trigger: AtTime | AtSun, moment: datetime, home: Home, *, search_days: int = SEARCH_DAYS
) -> datetime | None:
    """UTC; None if it does not come in so many days, as a sunset at the pole."""
    first = home.local(moment).date() - timedelta(days=1)  # yesterday's sunset and twelve hours may be to come
    for ahead in range(search_days + 2):
        found = _on_day(trigger, first + timedelta(days=ahead), home)
        if found is not None and found > moment:
            return found
    return None


def _on_day(trigger: AtTime | AtSun, day: date, home: Home) -> datetime | None:
    """A time that a clock change leaves out comes as much later; one that it repeats comes the first time."""
    if trigger.days and weekday(day) not in trigger.days:
        return None
    if isinstance(trigger, AtTime):
        return datetime.combine(day, time.fromisoformat(trigger.time), home.zone).astimezone(UTC)
    assert home.sun is not None, "checked with the file"
    sun = home.sun.at(trigger.sun, day)
    return sun and sun + timedelta(minutes=trigger.offset_minutes)
