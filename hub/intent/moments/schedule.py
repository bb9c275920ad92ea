"""Days and spans that somebody asks about: "this weekend", "tomorrow morning"."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from hub.intent.moments.days import read_span
from hub.intent.moments.phrases import Sentence, Timed

# Hours that a question about a part of the day is about.
_PART_HOURS = {
    "morning": (0, 12),
    "noon": (11, 14),
    "afternoon": (12, 18),
    "evening": (18, 24),
    "tonight": (18, 24),
    "night": (18, 24),
}


def day_slot(sentence: Sentence, said: Timed) -> dict[str, Any]:
    """The day of a question, if it names one."""
    slots = _asked_days(sentence, said)
    return {} if slots is None else {"day": slots[0].isoformat()}


def calendar_slots(sentence: Sentence, said: Timed) -> dict[str, Any] | None:
    """From when to when a question is about; what is left of today if it does not say. None for no real day."""
    local = sentence.now.replace(tzinfo=None, microsecond=0)
    if not said.elements:
        return {"from": local.isoformat(), "to": _at(local.date(), 24).isoformat()}
    days = _asked_days(sentence, said)
    if days is None:
        problem = sentence.heard(said.elements)
        return {"problem": "time", "heard": problem}
    part = next((element.said for element in said.elements if element.kind in {"part", "part_today"}), "")
    if part in _PART_HOURS:
        begin, end = _PART_HOURS[part]
        return {"from": _at(days[0], begin).isoformat(), "to": _at(days[0], end).isoformat()}
    return {"from": _at(days[0], 0).isoformat(), "to": _at(days[1], 0).isoformat()}


def once_slots(sentence: Sentence, said: Timed) -> dict[str, Any] | None:
    """Which of what comes again is to be left out: the next, or what comes from when to when."""
    if not said.elements:
        return {"once": True}
    if any(element.kind in {"clock", "clock12"} for element in said.elements):
        when = sentence.book.resolver.resolve(said.elements, sentence.now, alarm=True).when
        return (
            None
            if when is None
            else {"once": True, "from": when.isoformat(), "to": (when + timedelta(minutes=1)).isoformat()}
        )
    days = _asked_days(sentence, said)
    if days is None:
        return None
    return {"once": True, "from": _at(days[0], 0).isoformat(), "to": _at(days[1], 0).isoformat()}


def _asked_days(sentence: Sentence, said: Timed) -> tuple[date, date] | None:
    """The first day and the day after the last."""
    if not said.elements:
        return None
    for element in said.elements:
        if element.kind == "span":
            return read_span(element.said, sentence.now.date())
    try:
        found = sentence.book.resolver.said(said.elements, sentence.now, alarm=False)
    except (OverflowError, ValueError):
        return None
    if found.wrong:
        return None
    day = found.moment.date() if found.moment else found.day or sentence.now.date()
    return day, day + timedelta(days=1)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(hours=hour)
