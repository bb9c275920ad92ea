"""One utterance, one answer: the first satellite that wakes wins, others that heard the same word stay silent."""

from __future__ import annotations

import time
from collections.abc import Callable

SUPPRESS_SECONDS = 0.7  # detections of one utterance spread over 95-184 ms; first-wins costs no latency (FIELD A7)


class Arbiter:
    """Shared by all sessions of a hub."""

    def __init__(self, suppress_seconds: float = SUPPRESS_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._suppress_seconds, self._clock = suppress_seconds, clock
        self._winner: str | None = None
        self._until = float("-inf")

    def claim(self, satellite: str) -> bool:
        """True if ``satellite`` may answer this wake; False if another one won it a moment ago."""
        now = self._clock()
        if now < self._until and satellite != self._winner:
            return False
        self._winner, self._until = satellite, now + self._suppress_seconds
        return True
