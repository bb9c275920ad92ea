"""How far a long command is: one line that is written anew on a terminal, a line now and then elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from models.wake.training.progress import Progress

_TOLD_SECONDS = 5.0  # between two lines where nobody looks at a terminal


class ProgressLine:
    """clock: seconds."""

    def __init__(self, out: TextIO, clock: Callable[[], float]) -> None:
        self._out, self._clock = out, clock
        self._is_terminal = out.isatty()
        self._next = 0.0
        self._stage = ""
        self._began, self._done_before = 0.0, 0

    def __call__(self, progress: Progress) -> None:
        last = progress.done == progress.total
        rate = self._rate(progress)
        if not (self._is_terminal or last or self._clock() >= self._next):
            return
        self._next = self._clock() + _TOLD_SECONDS
        left = "" if progress.seconds_left is None else f", {minutes(progress.seconds_left)} left"
        text = f"{progress.stage}: {progress.done} of {progress.total}{rate}{left}"
        self._out.write(f"\r{text:<78}" + ("\n" if last else "") if self._is_terminal else f"{text}\n")
        self._out.flush()

    def _rate(self, progress: Progress) -> str:
        """Since this stage was first told, which is also when what was kept was counted."""
        now, stage = self._clock(), progress.stage.partition(",")[0]
        if stage != self._stage:
            self._stage, self._began, self._done_before = stage, now, progress.done
        seconds, done = now - self._began, progress.done - self._done_before
        return f" ({done / seconds * 60:.3g} a minute)" if seconds > 0 and done > 0 else ""


def minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
