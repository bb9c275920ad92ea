"""The time of day, and whether somebody has set the clock since it was last read."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_JUMP = timedelta(seconds=2)  # a clock that is only slewed stays far below that from one reading to the next


def utc_now() -> datetime:
    return datetime.now(UTC)


def uptime_seconds() -> float:
    """Goes on while the machine sleeps, and nobody can set it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Clock:
    """wall: UTC. elapsed: seconds since anything, never set."""

    def __init__(self, wall: Callable[[], datetime] = utc_now, elapsed: Callable[[], float] = uptime_seconds) -> None:
        self._wall, self._elapsed = wall, elapsed
        self._last = wall(), elapsed()

    def now(self) -> datetime:
        return self._wall()

    def read(self) -> tuple[datetime, timedelta]:
        """UTC, and by how much the clock was set since the last reading: zero but for steps."""
        wall, elapsed = self._wall(), self._elapsed()
        last_wall, last_elapsed = self._last
        self._last = wall, elapsed
        jumped = wall - last_wall - timedelta(seconds=elapsed - last_elapsed)
        return wall, jumped if abs(jumped) > _JUMP else timedelta()
