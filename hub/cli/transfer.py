"""How far a file is on its way: one line that is written anew on a terminal, a line now and then elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from hub.cli.progress import minutes
from models.store.fetching import Arrived

_TOLD_SECONDS = 0.2, 5.0  # between two lines: on a terminal, and where nobody looks at one


class TransferLine:
    """Of one model. clock: seconds."""

    def __init__(self, out: TextIO, name: str, clock: Callable[[], float]) -> None:
        self._out, self._name, self._clock = out, name, clock
        self._is_terminal = out.isatty()
        self._next, self._path = 0.0, ""
        self._began, self._before = 0.0, 0
        self._is_open = False

    def __call__(self, arrived: Arrived) -> None:
        now = self._clock()
        if arrived.path != self._path:
            self._path, self._began, self._before, self._next = arrived.path, now, arrived.bytes, 0.0
        if now < self._next and arrived.bytes != arrived.total and not arrived.problem:
            return
        self._next = now + _TOLD_SECONDS[0 if self._is_terminal else 1]
        text = f"{self._name}: {arrived.path} {self._far(arrived, now)}"
        self._out.write(f"\r{text:<78}" if self._is_terminal else f"{text}\n")
        self._out.flush()
        self._is_open = self._is_terminal

    def end(self) -> None:
        """Nothing more comes of this model."""
        if self._is_open:
            self._out.write("\n")

    def _far(self, arrived: Arrived, now: float) -> str:
        """Share, rate and time left, as far as they are known."""
        if arrived.problem:
            return f"waits: {arrived.problem}"
        far = f"{arrived.bytes / 1e6:.1f} MB"
        if arrived.total:
            far = f"{arrived.bytes / arrived.total:.0%} of {arrived.total / 1e6:.1f} MB"
        rate = (arrived.bytes - self._before) / (now - self._began) if now > self._began else 0
        if rate > 0:
            far += f", {rate / 1e6:.1f} MB/s"
            if arrived.total > arrived.bytes:
                far += f", {minutes((arrived.total - arrived.bytes) / rate)} left"
        return far
