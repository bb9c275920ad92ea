"""The last lines that the hub logged on each satellite: what its page shows when something is wrong there."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

import msgspec

KEPT_LINES = 60
_MOST_SATELLITES = 128
_LINE_CHARACTERS = 300
_LOGGERS = ("hub.links", "hub.session", "hub.turn")
_satellite: ContextVar[str] = ContextVar("satellite")  # whose link this task and those that it starts serve


class LogLine(msgspec.Struct, frozen=True):
    """at: UTC. level: ``info``, ``warning`` or ``error``."""

    at: str
    level: str
    text: str


def about(key: str) -> None:
    """From here on this task logs on the satellite of that key."""
    _satellite.set(key)


class ToldLines(logging.Handler):
    """Info and above, which hold no words that were said (STYLE)."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._lines: dict[str, deque[LogLine]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        key = _satellite.get("")
        if not key or (key not in self._lines and len(self._lines) >= _MOST_SATELLITES):
            return
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = LogLine(at, record.levelname.lower(), record.getMessage()[:_LINE_CHARACTERS])
        self._lines.setdefault(key, deque(maxlen=KEPT_LINES)).append(line)

    def of(self, key: str) -> list[LogLine]:
        """Oldest first."""
        return list(self._lines.get(key, ()))

    @contextmanager
    def attached(self) -> Iterator[None]:
        loggers = [logging.getLogger(name) for name in _LOGGERS]
        for logger in loggers:
            logger.addHandler(self)
        try:
            yield
        finally:
            for logger in loggers:
                logger.removeHandler(self)
