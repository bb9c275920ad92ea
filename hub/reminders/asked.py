"""One request of a person: its slots, read with bounds, and what is told when one cannot be used."""

from __future__ import annotations

import math
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from hub.reminders.items import MAX_TEXT, Place
from hub.stages import Intent, Result, Told
from hub.trace import ulid

_UNITS = ("days", "hours", "minutes", "seconds")
_MOST_OF_A_UNIT = 1e9


class CannotKeep(Exception):
    """Nothing was done; ``told`` says why."""

    def __init__(self, key: str, values: Mapping[str, Any] | None = None) -> None:
        super().__init__(key)
        self.told = Told(key, values or {})


@dataclass(frozen=True, slots=True)
class Asked:
    """An intent, and where it was said. Its readers raise CannotKeep for what is there and cannot be used."""

    intent: Intent
    area: str | None
    satellite: str

    @property
    def place(self) -> Place:
        """A room that is named goes before the one where it was said."""
        named = self.text("area") or None
        satellite = "" if named and named != self.area else self.satellite
        return Place(named or self.area, satellite, self.text("person"))

    def given(self, slot: str) -> Any:
        return self.intent.slots.get(slot)

    def text(self, slot: str) -> str:
        """Empty if it is not there."""
        text = " ".join(str(self.given(slot) or "").split())
        if len(text) > MAX_TEXT:
            raise CannotKeep("text_too_long", {"most": MAX_TEXT})
        return text

    def length(self, prefix: str = "") -> timedelta | None:
        """The sum of hours, minutes and seconds; None if none of them is there."""
        given = {unit: self.given(prefix + unit) for unit in _UNITS if self.given(prefix + unit) is not None}
        return timedelta(**{unit: _number(value) for unit, value in given.items()}) if given else None

    def moment(self, slot: str = "when") -> datetime | None:
        """A local wall clock."""
        text = self.text(slot)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise CannotKeep("time_invalid") from error
        if moment.tzinfo is not None:
            raise CannotKeep("time_invalid")
        return moment

    def time_or_moment(self, slot: str = "when") -> time | datetime | None:
        """What names something that is set: "the one at seven" as ``07:00``, or a whole moment."""
        try:
            return time.fromisoformat(self.text(slot)) if self.text(slot) else None
        except ValueError:
            return self.moment(slot)


Handler = Callable[[Asked], Awaitable[Result]]


def new_id(now: datetime) -> str:
    return ulid(round(now.timestamp() * 1000), secrets.randbits(80))


def answered(*told: Told) -> Result:
    return Result("answered", told=told)


def unknown(key: str) -> Result:
    """What was named is not there."""
    return Result("unknown_target", told=(Told(key),), problem=key)


def _number(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise CannotKeep("time_invalid") from error
    if isinstance(value, bool) or not math.isfinite(number) or not 0 <= number <= _MOST_OF_A_UNIT:
        raise CannotKeep("time_invalid")
    return number
