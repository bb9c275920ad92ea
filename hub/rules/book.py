"""All rules through time; one that fails is switched off and hurts no other."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from hub.rules.conditions import EntityIs, SomeoneHome
from hub.rules.course import LOOP_FIRINGS, LOOP_SECONDS, Course, Decision
from hub.rules.events import Event, Now, Snapshot
from hub.rules.home import Home
from hub.rules.model import Rule
from hub.rules.triggers import OnEntity, OnPresence, OnTopic
from wire.errors import EarshotError

_log = logging.getLogger(__name__)


class RuleBook:
    """The rules in force. problems: by rule, why it is switched off until its file is saved again."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._courses: dict[str, Course] = {}
        self.problems: dict[str, EarshotError] = {}

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(course.rule for course in self._courses.values())

    def course(self, name: str) -> Course:
        """Raises EarshotError (rule-unknown)."""
        if name not in self._courses:
            raise EarshotError("rule-unknown", f"there is no rule {name[:100]!r}; `earshot rules list` has them")
        return self._courses[name]

    def replace(
        self, rules: Sequence[Rule], now: Now, snapshot: Snapshot, *, fired_seconds_ago: Mapping[str, float]
    ) -> None:
        """Put these rules in force. One that is as before goes on as it is, unless it was switched off."""
        before = self._courses
        self._courses = {}
        for rule in rules:
            old = before.get(rule.name)
            if old is not None and old.rule == rule and rule.name not in self.problems:
                self._courses[rule.name] = old
            else:
                ago = fired_seconds_ago.get(rule.name)
                self._courses[rule.name] = Course(rule, self._home, now, snapshot, fired_seconds_ago=ago)
        self.problems = {}

    def step(self, now: Now, events: Sequence[Event], snapshot: Snapshot) -> list[Decision]:
        decisions = []
        for name, course in self._courses.items():
            if name in self.problems:
                continue
            try:
                decided = course.step(now, events, snapshot)
            except Exception as error:  # noqa: BLE001 - supervisor: a rule that raises hurts only itself
                _log.exception("rule %r failed", name)
                self._switch_off(name, EarshotError("rule-failed", f"{type(error).__name__}; see the hub's log"))
                continue
            decisions += decided
            if course.stopped:
                self._switch_off(name, _loop())
        return decisions

    def due_in(self, now: Now) -> float | None:
        """Seconds until time alone may do something; None if it cannot."""
        dues = [course.due_in(now) for name, course in self._courses.items() if name not in self.problems]
        return min((due for due in dues if due is not None), default=None)

    def _switch_off(self, name: str, problem: EarshotError) -> None:
        _log.error("rule %r is switched off: %s", name, problem)
        self.problems[name] = problem


def _loop() -> EarshotError:
    return EarshotError(
        "rule-loop",
        f"it fired more than {LOOP_FIRINGS} times in {LOOP_SECONDS:g} s; does it set itself off? Correct and save it",
    )


def entities_of(rules: Sequence[Rule], home: Home) -> set[str]:
    """Ids of all that any of these rules asks about."""
    found = set(home.people)
    for rule in rules:
        for part in (*rule.when, *rule.conditions):
            if isinstance(part, OnEntity | EntityIs):
                found.add(part.entity)
            elif isinstance(part, OnPresence | SomeoneHome):
                found.update(part.people)
    return found


def topics_of(rules: Sequence[Rule]) -> set[str]:
    """Topic filters that any of these rules listens to."""
    return {part.topic for rule in rules if rule.enabled for part in rule.when if isinstance(part, OnTopic)}
