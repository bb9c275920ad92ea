"""What no device showed, in words: times, lengths and lists of a language, in the sentences of wording.toml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from string import Formatter
from typing import Any

from hub.intent.wording import Wording
from hub.stages import Told

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEKDAYS, _WEEKEND = "MO,TU,WE,TH,FR", "SA,SU"
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))  # seconds
_UNITS_SAID = 2  # "1 hour 5 minutes": nobody needs the seconds of an hour
_NOON = 12
_THIS_WEEK = range(2, 7)  # days ahead that a weekday names without doubt
_FREQUENCIES = {
    "MINUTELY": "minute",
    "HOURLY": "hour",
    "DAILY": "day",
    "WEEKLY": "week",
    "MONTHLY": "month",
    "YEARLY": "year",
}
_TURNED = frozenset({"text"})  # values in somebody's own words: "my mother" is "your mother" when told back


class Teller:
    """Tells in one language. now: local time, for "today" and "tomorrow"."""

    def __init__(self, wording: Wording, now: datetime) -> None:
        self._wording = wording
        self._today = now.date()
        self._turned: Mapping[str, str] = wording.table("turned")
        self._time: Mapping[str, Any] = wording.table("time")

    def tell(self, told: Iterable[Told]) -> str:
        """The sentences, one after the other."""
        return " ".join(self.sentence(one.key, one.values) for one in told)

    def sentence(self, key: str, values: Mapping[str, Any]) -> str:
        """The sentence that says most of the values; "Done." for a key or values that have none.

        ``timer_left_named`` is told as ``timer_left`` where it has no sentence of its own.
        """
        said = self._phrase(key, values)
        return said[:1].upper() + said[1:]

    def _phrase(self, key: str, values: Mapping[str, Any]) -> str:
        spoken = {name: self._value(key, name, value, values) for name, value in values.items()}
        spoken = {name: said for name, said in spoken.items() if said}
        for wanted in _less_and_less(key, one=values.get("count") == 1):
            fitting = [text for text in self._wording.told(wanted) if _slots(text) <= set(spoken)]
            if fitting:
                return max(fitting, key=lambda text: len(_slots(text))).format_map(spoken)
        return self._wording.say("done")

    def _value(self, key: str, name: str, value: Any, values: Mapping[str, Any]) -> str:
        """One value as it is spoken; empty for what is not there."""
        if isinstance(value, timedelta):
            return self.length(value)
        if isinstance(value, date):
            timed = isinstance(value, datetime) and not values.get("all_day")
            return self.moment(value) if timed else self.day(value)  # type: ignore[arg-type]
        if isinstance(value, Sequence) and not isinstance(value, str):
            return self._wording.listing([self._item(key, name, item) for item in value])
        if value is None or isinstance(value, bool):
            return ""
        said = str(value)
        return self.repeat(said) if name == "repeat" else self.turned(said) if name in _TURNED else said

    def _item(self, key: str, name: str, item: Any) -> str:
        """One of a list; what has several values has a sentence of its own, without a capital or full stop."""
        if not isinstance(item, Mapping):
            return self._value(key, "text" if key.startswith(("missed", "reminders")) else name, item, {})
        return self._phrase(f"{key}_item", item).removesuffix(".")

    def turned(self, text: str) -> str:
        """Somebody's words said to them: "my" is "your"."""
        words = re.split(r"(\W+)", text)
        return "".join(self._turned.get(word.lower(), word) for word in words)

    def length(self, length: timedelta) -> str:
        """As "1 hour 5 minutes": the two largest units, what is less left out."""
        seconds = max(round(length.total_seconds()), 0)
        parts: list[str] = []
        for unit, size in _UNITS:
            count, seconds = divmod(seconds, size)
            if count or parts or unit == "second":
                parts.append(self._counted(unit, count) if count or not (parts or seconds) else "")
            if len(parts) == _UNITS_SAID:
                break
        return " ".join(part for part in parts if part)

    def _counted(self, unit: str, count: int) -> str:
        one, several = self._time[unit]
        return str(one if count == 1 else several).format(count=count)

    def moment(self, moment: datetime) -> str:
        """As "tomorrow at 7:00"."""
        clock = self.clock(moment.hour, moment.minute)
        return str(self._time["moment"]).format(day=self.day(moment.date()), time=clock)

    def day(self, day: date) -> str:
        """As "today", "Tuesday", "Friday 4 December", "4 December 2027"."""
        day = day.date() if isinstance(day, datetime) else day
        ahead = (day - self._today).days
        weekday, month = self._time["weekdays"][day.weekday()], self._time["months"][day.month - 1]
        if ahead in {0, 1}:
            return str(self._time["tomorrow" if ahead else "today"])
        key = "weekday" if ahead in _THIS_WEEK else "date" if day.year == self._today.year else "date_year"
        return str(self._time[key]).format(weekday=weekday, day=day.day, month=month, year=day.year)

    def clock(self, hour: int, minute: int) -> str:
        """A time of the day: "7:00", "7:30 pm", "7 Uhr"."""
        afternoon = hour >= _NOON and "pm" in self._time
        key = "pm" if afternoon else f"{hour}h" if f"{hour}h" in self._time else "time" if minute else "whole"
        return str(self._time[key]).format(hour=hour, dial=(hour - 1) % _NOON + 1, minute=f"{minute:02}")

    def repeat(self, rule: str) -> str:
        """A recurrence rule: "every Tuesday"; what is rarer than that is "again and again"."""
        parts = dict(part.partition("=")[::2] for part in rule.removeprefix("RRULE:").split(";"))
        unit, count, days = _FREQUENCIES.get(parts.get("FREQ", "")), parts.get("INTERVAL", "1"), parts.get("BYDAY", "")
        names = [self._time["weekdays"][_DAYS.index(day)] for day in days.split(",") if day in _DAYS]
        if unit is None or len(names) < len([day for day in days.split(",") if day]):
            return str(self._time["again"])
        if days in {_WEEKDAYS, _WEEKEND} and count == "1":
            return str(self._time["every_weekday" if days == _WEEKDAYS else "every_weekend"])
        if names:
            key = "every_names" if count == "1" else "every_count_names"
            return str(self._time[key]).format(
                names=self._wording.listing(names), interval=self._counted("week", int(count))
            )
        if count == "1":
            return str(self._time[f"every_{unit}"])
        key = f"every_count_{unit}"  # where the unit's gender shows
        return str(self._time.get(key, self._time["every_count"])).format(interval=self._counted(unit, int(count)))


def _less_and_less(key: str, *, one: bool) -> Iterator[str]:
    """A key and what it begins with; before each, where there is one thing, its sentence about one."""
    while key:
        yield from (f"{key}_one", key) if one else (key,)
        key = key.rpartition("_")[0]


def _slots(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
