"""Decides when a peer's silence means that it is gone: no clock of its own, no task, only what happened and when."""

from __future__ import annotations

from collections.abc import Callable


class Pulse:
    """Told what is heard of a peer and asked of it; says how long silence is still its right.

    clock: seconds, monotonic. silent_seconds: so long without one byte, inside a frame or after our ping, is death.
    ping_interval_seconds: how long after a pong our next ping goes out.
    """

    def __init__(self, clock: Callable[[], float], silent_seconds: float, ping_interval_seconds: float) -> None:
        self._clock = clock
        self._silent_seconds, self._ping_interval_seconds = silent_seconds, ping_interval_seconds
        self._heard_at_seconds = clock()
        self._pinged_at_seconds: float | None = None
        self._in_frame = False
        self._kept_waiting = False
        self._spoke, self._knows_pings = False, False

    def heard(self) -> None:
        """Any byte arrived."""
        self._heard_at_seconds = self._clock()

    def frame_begins(self) -> None:
        self._in_frame = True

    def frame_ends(self) -> None:
        self._in_frame = False
        self._spoke = True

    def got_ping(self) -> None:
        self._knows_pings = True

    def pinged(self) -> None:
        self._pinged_at_seconds = self._clock()

    def got_pong(self) -> None:
        self._knows_pings = True
        self._pinged_at_seconds = None

    def reading_stops(self) -> None:
        """We read nothing until our own consumer takes what is here, so the peer's silence is our fault."""
        self._kept_waiting = True

    def reading_goes_on(self) -> None:
        self._kept_waiting = False
        self.heard()  # what it sent meanwhile still waits in the kernel

    @property
    def heard_seconds_ago(self) -> float:
        """0 while we keep the peer waiting."""
        return 0.0 if self._kept_waiting else self._clock() - self._heard_at_seconds

    @property
    def deadline_seconds(self) -> float | None:
        """The peer is gone if nothing is heard until then; None while it may be silent."""
        if self._kept_waiting:
            return None
        if self._in_frame:
            return self._heard_at_seconds + self._silent_seconds
        if self._pinged_at_seconds is None or (self._spoke and not self._knows_pings):
            return None  # Wyoming had no ping before 1.5: who speaks but never pongs is left to TCP's own timeouts
        # A ping sent late (this machine was asleep) leaves the peer as long to answer as one sent in time.
        in_time_seconds = self._pinged_at_seconds - self._ping_interval_seconds
        return max(self._heard_at_seconds, in_time_seconds) + self._silent_seconds
