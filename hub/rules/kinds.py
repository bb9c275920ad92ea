"""What the tables of rules.toml are made of: days, hours, numbers, and how they are told in words."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from hub.config import EntityId
from hub.rules.hours import CLOCK, HOURS

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Days = Annotated[tuple[Day, ...], Meta(min_length=1, max_length=7)]
ClockTime = Annotated[str, Meta(pattern=f"^{CLOCK}$")]
Hours = Annotated[str, Meta(pattern=f"^{HOURS}$")]
People = Annotated[tuple[EntityId, ...], Meta(max_length=32)]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
Text = Annotated[str, Meta(min_length=1, max_length=500)]
State = Annotated[str, Meta(max_length=200)]
Payload = Annotated[str, Meta(max_length=4096)]
Topic = Annotated[str, Meta(min_length=1, max_length=1024)]
Number = Annotated[float, Meta(ge=-1e12, le=1e12)]
HoldMinutes = Annotated[float, Meta(ge=0, le=1440)]
Yes = Literal[True]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``{ … }`` of a rule."""


def within(number: float, above: float | None, below: float | None) -> bool:
    return (above is None or number > above) and (below is None or number < below)


def number(value: Any) -> float | None:
    """A value as a finite number; None if it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def told_range(above: float | None, below: float | None) -> str:
    parts = [f"{side} {limit:g}" for side, limit in (("above", above), ("below", below)) if limit is not None]
    return f" {' and '.join(parts)}" if parts else ""


def told_days(days: tuple[Day, ...] | None) -> str:
    return f" on {', '.join(days)}" if days else ""


def told_hold(minutes: float) -> str:
    return f" for {minutes:g} minutes" if minutes else ""


def check_one(given: dict[str, bool]) -> None:
    if sum(given.values()) != 1:
        raise ValueError(f"needs one of {', '.join(given)}")


def check_range(above: float | None, below: float | None) -> None:
    if above is not None and below is not None and above >= below:
        raise ValueError(f"no number is above {above:g} and below {below:g}")
