"""Sets a rule off at a time of day, at sunrise or at sunset, whatever is done to the clock. Pure."""

from __future__ import annotations

import logging
from datetime import timedelta

from hub.rules.events import Event, Now
from hub.rules.home import Home
from hub.rules.schedule import next_after
from hub.rules.triggers import AtSun, AtTime

LATE = timedelta(minutes=10)  # a moment that is longer ago was slept through, or the clock was set: it is passed over
CLOCK_SET_BACK = timedelta(hours=1)  # what was due in the hour before is not done twice
_SEARCH_DAYS = 9  # a week and a day; where the sun does not set for longer, it is looked for again
_log = logging.getLogger(__name__)


class ClockWatcher:
    def __init__(self, trigger: AtTime | AtSun, now: Now, home: Home) -> None:
        self._trigger, self._home, self._seen = trigger, home, now.utc
        self._plan(now)

    def step(self, now: Now, event: Event | None) -> str | None:
        if event is not None:
            return None
        if now.utc < self._seen - CLOCK_SET_BACK:
            self._plan(now)
        self._seen = now.utc
        if now.utc < self._look_again:
            return None
        due = self._next
        self._plan(now)
        if due is None:
            return None
        if now.utc - due > LATE:
            _log.info("%s is passed over: the clock shows %s later", self._trigger.words, now.utc - due)
            return None
        return self._trigger.words

    def due_in(self, now: Now) -> float | None:
        return (self._look_again - now.utc).total_seconds()

    def _plan(self, now: Now) -> None:
        self._next = next_after(self._trigger, now.utc, self._home, search_days=_SEARCH_DAYS)
        self._look_again = self._next or now.utc + timedelta(days=1)
