"""How often somebody may guess: in a room, and in all rooms together."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

_ALL_ROOMS = 2  # times the attempts of one room, for all rooms together


class Attempts:
    """In any ``lock_minutes`` a satellite has ``attempts`` wrong ones, and all satellites together twice as many."""

    def __init__(self, attempts: int, lock_minutes: float, clock: Callable[[], float]) -> None:
        """clock: in seconds, never set back."""
        self._attempts, self._lock_seconds, self._clock = attempts, lock_minutes * 60, clock
        self._wrong: deque[tuple[float, str]] = deque(maxlen=_ALL_ROOMS * attempts)  # when and where, oldest first

    def wrong(self, satellite: str) -> None:
        self._wrong.append((self._clock(), satellite))

    def right(self, satellite: str) -> None:
        """Clears the wrong ones of its satellite."""
        for wrong in [wrong for wrong in self._wrong if wrong[1] == satellite]:
            self._wrong.remove(wrong)

    def locked(self, satellite: str) -> bool:
        """Until the oldest wrong one is ``lock_minutes`` old."""
        now = self._clock()
        while self._wrong and now - self._wrong[0][0] >= self._lock_seconds:
            self._wrong.popleft()
        here = sum(where == satellite for _, where in self._wrong)
        return here >= self._attempts or len(self._wrong) == self._wrong.maxlen
