"""Calendars as text, and what is read of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from hub.calendar.event import Expanded, Wanted
from hub.calendar.expansion import expand

BEGIN = datetime(2026, 11, 1).astimezone()


def event(*lines: str, uid: str = "") -> str:
    first = [f"UID:{uid}"] if uid else []
    return "\n".join(["BEGIN:VEVENT", *first, "DTSTAMP:20200101T000000Z", *lines, "END:VEVENT", ""])


def calendar(*parts: str) -> str:
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//EN\n{''.join(parts)}END:VCALENDAR\n"


def read(*parts: str, begin: datetime = BEGIN, days: int = 365) -> Expanded:
    return expand(Wanted([calendar(*parts)], "Family", begin, begin + timedelta(days=days)))


def summaries(expanded: Expanded) -> list[str]:
    return [one.summary for one in expanded.events]
