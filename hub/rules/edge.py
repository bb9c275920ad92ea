"""The moment when something that was not so is so, and has stayed so for a while."""

from __future__ import annotations


class Edge:
    """Fed with a truth whenever it may have changed; None is "cannot be known", and changes nothing but the waiting.

    What is so when it is first heard has not become so. With a hold it counts from then: a window that was open when
    the power came back is told, too.
    """

    def __init__(self, hold_seconds: float = 0.0) -> None:
        self._hold = hold_seconds
        self._known: bool | None = None
        self._now: bool | None = None
        self._since: float | None = None

    def feed(self, seconds: float, truth: bool | None) -> bool:  # noqa: FBT001 what is so has no name
        """True at the edge, or at the end of its hold."""
        before, self._now = self._known, truth
        if truth is not None:
            self._known = truth
            if not truth:
                self._since = None
            elif before is False or (before is None and self._hold):
                self._since = seconds
        return self.due(seconds)

    def due(self, seconds: float) -> bool:
        """True once, when the hold is over; while it cannot be known it waits."""
        at = self.due_at
        if at is None or seconds < at:
            return False
        self._since = None
        return True

    @property
    def due_at(self) -> float | None:
        return self._since + self._hold if self._since is not None and self._now else None
