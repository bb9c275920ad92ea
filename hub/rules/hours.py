"""Times of day as people write them: ``07:00``, ``22:00-07:00``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Self

CLOCK = r"([01]\d|2[0-3]):[0-5]\d"  # not anchored
HOURS = rf"{CLOCK}-{CLOCK}"


@dataclass(frozen=True, slots=True)
class Span:
    """Hours of a day, the end not included; over midnight if the end is not after the beginning."""

    begin: time
    end: time

    @classmethod
    def of(cls, text: str) -> Self:
        """text: as HOURS says. The same time twice is the whole day."""
        begin, _, end = text.partition("-")
        return cls(time.fromisoformat(begin), time.fromisoformat(end))

    def holds(self, local: datetime) -> bool:
        now = local.time()
        if self.begin < self.end:
            return self.begin <= now < self.end
        return now >= self.begin or now < self.end
