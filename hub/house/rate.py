"""Bounds what a room may command in a minute. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

_MAX_ROOMS = 256  # that are counted at a time; peers can make up names
_MINUTE_SECONDS = 60.0


class RateLimit:
    """How many commands a room may give in any minute, whoever gives them: a person, a model, a rule that runs wild."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        """clock: in seconds, never set back."""
        self._per_minute, self._clock = per_minute, clock
        self._given: dict[str, deque[float]] = {}

    def take(self, room: str) -> bool:
        """Count one command; False, and not counted, where it is one too many."""
        now = self._clock()
        given = self._given.pop(room, None) or deque(maxlen=self._per_minute)
        self._given[room] = given  # the last to be forgotten
        if len(self._given) > _MAX_ROOMS:
            del self._given[next(iter(self._given))]
        if len(given) == self._per_minute and now - given[0] < _MINUTE_SECONDS:
            return False
        given.append(now)
        return True
