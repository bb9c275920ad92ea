"""How far a training is: told after each piece of work, which is also where it may be stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.wake.training.errors import TrainingStopped


@dataclass(frozen=True, slots=True)
class Progress:
    """done, total: pieces of this stage. seconds_left: of the whole training; None before the first piece."""

    stage: str
    done: int
    total: int
    seconds_left: float | None


class Pace:
    """Counts what is done and guesses what is left. total: of all stages, in the seconds that they took elsewhere.

    told: is given every piece. stopped: asked after each. clock: seconds.
    """

    def __init__(
        self,
        total: float,
        told: Callable[[Progress], None],
        stopped: Callable[[], bool],
        clock: Callable[[], float],
    ) -> None:
        self._left, self._told, self._stopped, self._clock = total, told, stopped, clock
        self._worked, self._last = 0.0, clock()
        self._seconds = 0.0

    def piece(self, stage: str, done: int, total: int, cost: float, *, kept: bool = False) -> None:
        """One more is done. kept: by an earlier run. Raises TrainingStopped."""
        now = self._clock()
        self._left -= cost
        if not kept:
            self._worked += cost
            self._seconds += now - self._last
        self._last = now
        rate = self._seconds / self._worked if self._worked else None
        self._told(Progress(stage, done, total, None if rate is None else max(0.0, self._left * rate)))
        self.check()

    def check(self) -> None:
        """Raises TrainingStopped."""
        if self._stopped():
            raise TrainingStopped("wake-training-stopped", "stopped; the same command goes on where this one ended")
