"""Times of the day: what "half past six" and "in the evening" can mean."""

from __future__ import annotations

from dataclasses import dataclass

from hub.intent.moments.amounts import evaluate
from hub.intent.moments.elements import Element

DAY = 1440  # minutes
_HALF = DAY // 2
PART_HOURS = {"morning": 8, "noon": 12, "afternoon": 15, "evening": 19, "tonight": 20, "night": 22}
_PARTS = {*PART_HOURS, "am", "pm"}
_NIGHT_ENDS = 6 * 60  # no reminder before, unless it is said
_WAKING_BEGINS = 5 * 60  # an alarm from here on is one of the morning
_SMALL_HOURS = 5 * 60  # "tonight at one" is after midnight


@dataclass(frozen=True, slots=True)
class Clock:
    """minutes: since midnight; 1440 is the midnight that ends the day. exact: said so that no other can be meant."""

    minutes: int
    exact: bool


def read_clock(element: Element) -> Clock | None:
    """The time that was said; None if there is no such time."""
    groups = element.groups
    minute = int(groups.get("m", 0))
    if "h" not in groups:  # noon, midnight, and one o'clock where "one" is an article
        said = evaluate(element.said, m=minute)
        return Clock(said, exact=said % _HALF == 0)
    hour = int(groups["h"])
    twelve = element.kind == "clock12"
    if minute > 59 or hour > (12 if twelve else 24) or (twelve and hour == 0) or (hour == 24 and minute):
        return None
    minutes = 60 * hour + evaluate(element.said, m=minute)
    if hour == 24 and minutes != DAY:
        return None
    exact = not 1 <= hour <= 12 or groups["h"].startswith("0")
    return Clock(minutes if exact else minutes % _HALF, exact=exact)


def choices(clock: Clock | None, part: str | None, *, alarm: bool) -> list[int] | None:
    """The minutes of the day that may be meant, the likelier first; empty if none can be ("15 o'clock in the morning").

    May be 1440 and more: after the midnight that ends the day. None: nothing was said about a time of the day.
    """
    part = part if part in _PARTS else None
    if clock is None:
        return [PART_HOURS[part] * 60] if part in PART_HOURS else None
    minutes = clock.minutes
    if clock.exact:
        return [minutes] if _fits(minutes, part) else []
    if part is not None:
        return [_in_part(minutes, part)]
    if alarm:
        if minutes < 60:
            return [minutes + _HALF]
        return [minutes] if minutes >= _WAKING_BEGINS else [minutes, minutes + _HALF]
    return [minutes + _HALF] if minutes < _NIGHT_ENDS else [minutes, minutes + _HALF]


def _fits(minutes: int, part: str | None) -> bool:
    if part in {"am", "morning"}:
        return minutes < _HALF
    if part in {"pm", "afternoon", "evening"}:
        return minutes >= _HALF
    return True


def _in_part(minutes: int, part: str) -> int:
    """minutes: on a dial of twelve hours."""
    if part in {"am", "morning"}:
        return minutes
    if part == "noon":
        return minutes if minutes >= 11 * 60 else minutes + _HALF
    if part in {"pm", "afternoon"}:
        return minutes + _HALF
    if part == "night":  # "at three at night", "eleven at night"
        return minutes if minutes < _NIGHT_ENDS and minutes >= 60 else _late(minutes)
    return _late(minutes)


def _late(minutes: int) -> int:
    """Of an evening: after midnight what are small hours."""
    return minutes + DAY if minutes < _SMALL_HOURS else minutes + _HALF
