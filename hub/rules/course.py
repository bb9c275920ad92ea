"""One rule through time: fed with the time, events and a snapshot of the house, it tells what to do. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hub.rules.checks import Check, check
from hub.rules.events import Event, Now, Snapshot
from hub.rules.home import Home
from hub.rules.model import Rule
from hub.rules.watchers import watcher

LOOP_FIRINGS, LOOP_SECONDS = 20, 60.0  # more in so short a time is a rule that sets itself off

Verdict = Literal["fires", "conditions", "cooldown", "waits", "loop"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a trigger came to. ``waits``: it is held back until quiet hours end, and then decided anew."""

    rule: Rule
    now: Now
    trigger: str
    checks: tuple[Check, ...]
    verdict: Verdict


class Course:
    """A rule counts from when it is made, and tells all that it decided at each step."""

    def __init__(
        self, rule: Rule, home: Home, now: Now, snapshot: Snapshot, *, fired_seconds_ago: float | None = None
    ) -> None:
        """fired_seconds_ago: before this hub was started; None: not known to have fired."""
        self.rule, self._home = rule, home
        self._watchers = [watcher(trigger, now, snapshot, home) for trigger in rule.when] if rule.enabled else []
        self._fired_at = None if fired_seconds_ago is None else now.seconds - fired_seconds_ago
        self._lately: deque[float] = deque(maxlen=LOOP_FIRINGS)
        self._waiting: str | None = None
        self.stopped = False

    def step(self, now: Now, events: Sequence[Event], snapshot: Snapshot) -> list[Decision]:
        """events: in order, since the last step; none: only time has passed."""
        if self.stopped:
            return []
        triggers = [words for event in (*events, None) if (words := self._set_off(now, event)) is not None]
        if self._waiting is not None:
            if self._home.is_quiet(now.utc):
                return []  # what comes meanwhile waits with it
            triggers.insert(0, f"{self._waiting}; waited for the end of quiet hours")
            self._waiting = None
        return [self._decide(trigger, now, snapshot) for trigger in triggers]

    def _set_off(self, now: Now, event: Event | None) -> str | None:
        """Every trigger sees it; one of them is enough."""
        words = [watched.step(now, event) for watched in self._watchers]
        return next((one for one in words if one is not None), None)

    def due_in(self, now: Now) -> float | None:
        """Seconds until time alone may do something, the end of quiet hours aside."""
        return min((due for one in self._watchers if (due := one.due_in(now)) is not None), default=None)

    def weigh(self, now: Now, snapshot: Snapshot) -> tuple[tuple[Check, ...], Verdict]:
        """What a trigger would come to now; changes nothing."""
        checks = tuple(check(condition, now, snapshot, self._home) for condition in self.rule.conditions)
        if not all(one.held for one in checks):
            return checks, "conditions"
        if self._fired_at is not None and now.seconds < self._fired_at + self.rule.cooldown_minutes * 60:
            return checks, "cooldown"
        if self.rule.quiet and self._home.is_quiet(now.utc):
            return checks, "waits"
        if len(self._lately) == LOOP_FIRINGS and now.seconds - self._lately[0] < LOOP_SECONDS:
            return checks, "loop"
        return checks, "fires"

    def _decide(self, trigger: str, now: Now, snapshot: Snapshot) -> Decision:
        checks, verdict = self.weigh(now, snapshot)
        if verdict == "waits":
            self._waiting = trigger
        elif verdict == "loop":
            self.stopped = True
        elif verdict == "fires":
            self._fired_at = now.seconds
            self._lately.append(now.seconds)
        return Decision(self.rule, now, trigger, checks, verdict)
