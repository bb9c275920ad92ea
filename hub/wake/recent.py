"""The latest wake scores of every room, for who asks afterwards why it woke."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from hub.evidence import WakeScores

STEP_MS = 80.0
KEPT_STEPS = 38  # three seconds
MOST_ROOMS = 256


class RecentScores:
    """Of rooms that the hub listens to."""

    def __init__(self) -> None:
        self._rooms: dict[str, deque[Mapping[str, float]]] = {}

    def tell(self, room: str, words: Mapping[str, float]) -> None:
        """What the newest 80 ms scored, by word. words: is not changed afterwards."""
        if not words:
            return
        if room not in self._rooms and len(self._rooms) >= MOST_ROOMS:
            del self._rooms[next(iter(self._rooms))]
        self._rooms.setdefault(room, deque(maxlen=KEPT_STEPS)).append(words)

    def until(self, room: str, at_ms: float) -> WakeScores | None:
        """Those of this room; the newest belongs to the sound that ended at ``at_ms``. None: it was not listened to."""
        steps = self._rooms.pop(room, None)
        if not steps:
            return None
        named = dict.fromkeys(word for words in steps for word in words)
        by_word = {word: [round(words.get(word, 0.0), 3) for words in steps] for word in named}
        return WakeScores(at_ms - len(steps) * STEP_MS, by_word, STEP_MS)
