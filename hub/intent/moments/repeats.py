"""Repetitions as recurrence rules (RFC 5545, section 3.3.10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from hub.intent.moments.elements import Element
from hub.intent.moments.vocabulary import Vocabulary

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREQUENCIES = {
    "minute": "MINUTELY",
    "hour": "HOURLY",
    "day": "DAILY",
    "week": "WEEKLY",
    "month": "MONTHLY",
    "year": "YEARLY",
}
SUB_DAILY = ("FREQ=MINUTELY", "FREQ=HOURLY")


def read_repeat(element: Element, vocabulary: Vocabulary, start: date, *, on_day: Mapping[str, str]) -> str | None:
    """The rule; None if there is no such one ("every second").

    start: the day that was said, or today: a rule that names no day repeats that one. on_day: the slots of that day.
    """
    groups = element.groups
    if "habit" in groups:
        return f"FREQ=WEEKLY;BYDAY={_DAYS[vocabulary.habits[groups['habit']]]}"
    if "weekdays" in groups:
        found = (vocabulary.weekdays.get(word) for word in groups["weekdays"].split())
        days = sorted({number for number in found if number is not None})
        every = ";INTERVAL=2" if element.said == "other" else ""
        return f"FREQ=WEEKLY{every};BYDAY={','.join(_DAYS[day] for day in days)}"
    if unit := repeat_unit(element, vocabulary):
        count = int(groups.get("n", 2 if element.said == "other" else 1))
        return _every(unit, count, start, on_day)
    if element.said == "weekdays":
        return "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    if element.said == "weekend":
        return "FREQ=WEEKLY;BYDAY=SA,SU"
    return "FREQ=DAILY"


def repeat_unit(element: Element, vocabulary: Vocabulary) -> str | None:
    """The unit of "every two weeks" and of "weekly"."""
    said = element.groups.get("unit")
    return vocabulary.units[said] if said else element.said if element.said in _FREQUENCIES else None


def _every(unit: str, count: int, start: date, on_day: Mapping[str, str]) -> str | None:
    if unit not in _FREQUENCIES or count < 1:
        return None
    rule = f"FREQ={_FREQUENCIES[unit]}" + (f";INTERVAL={count}" if count > 1 else "")
    if unit == "week":
        return f"{rule};BYDAY={_DAYS[start.weekday()]}"
    day = int(on_day.get("d", start.day))  # "on the 31st" stays the 31st, also where this month has none
    if unit == "month":
        return f"{rule};BYMONTHDAY={day}" if 1 <= day <= 31 else None
    if unit == "year":
        return f"{rule};BYMONTH={start.month};BYMONTHDAY={start.day}"
    return rule


def first_day(rule: str, today: date) -> date:
    """The first day, today or later, that a weekly rule without a day of its own begins on."""
    parts = dict(part.split("=") for part in rule.split(";"))
    days = [_DAYS.index(day) for day in parts["BYDAY"].split(",")] if "BYDAY" in parts else []
    return next((today + timedelta(days=ahead) for ahead in range(7) if (today.weekday() + ahead) % 7 in days), today)
