"""Days: what "next Friday", "3 March" and "in two weeks" mean, seen from today."""

from __future__ import annotations

from datetime import date, timedelta

from hub.intent.moments.elements import Element
from hub.intent.moments.vocabulary import Vocabulary

WEEKEND = 5  # Saturday, counted from Monday 0
_YEARS = 8  # until the next 29 February comes, at the latest


def read_day(element: Element, vocabulary: Vocabulary, today: date) -> date | None:
    """The day that was said, today or later but for dates with a year; None if there is no such day."""
    groups = element.groups
    if "weekday" in groups:
        return _weekday(vocabulary.weekdays[groups["weekday"]], element.said, today)
    if "d" in groups:
        return _date(groups, vocabulary, today)
    return today + timedelta(days=int(element.said))


def _weekday(weekday: int, said: str, today: date) -> date:
    """The coming one; "next" is of next week, weeks begin on Monday."""
    if said == "next_week":
        return today + timedelta(days=7 - today.weekday() + weekday)
    ahead = (weekday - today.weekday()) % 7
    return today + timedelta(days=ahead + (7 if said == "in_a_week" else 0))


def _date(groups: dict[str, str], vocabulary: Vocabulary, today: date) -> date | None:
    day = int(groups["d"])
    if "month" not in groups:
        return _month_day(day, today)
    said = groups["month"]
    month = int(said) if said.isdigit() else vocabulary.months[said]
    years = [int(groups["year"])] if "year" in groups else range(today.year, today.year + _YEARS)
    days = (_day(year, month, day) for year in years)
    return next((found for found in days if found and (found >= today or "year" in groups)), None)


def _month_day(day: int, today: date) -> date | None:
    months = (today.replace(day=1) + timedelta(days=31 * ahead) for ahead in range(3))
    days = (_day(month.year, month.month, day) for month in months)
    return next((found for found in days if found and found >= today), None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_span(said: str, today: date) -> tuple[date, date]:
    """First day of a weekend or week, and the day after its last."""
    monday = today - timedelta(days=today.weekday())
    if said.startswith("next"):
        monday += timedelta(days=7)
    if said.endswith("weekend"):
        saturday = monday + timedelta(days=WEEKEND)
        return max(saturday, today), saturday + timedelta(days=2)
    return max(monday, today), monday + timedelta(days=7)
