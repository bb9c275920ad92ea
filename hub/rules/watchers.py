"""Triggers at work: each is shown every event in order, then the time, and tells in words when it is set off. Pure."""

from __future__ import annotations

from typing import Protocol

from hub.rules.checks import is_home, known_state, someone_home
from hub.rules.clock_watcher import ClockWatcher
from hub.rules.edge import Edge
from hub.rules.events import EntityChanged, Event, Now, Snapshot, Started
from hub.rules.home import Home
from hub.rules.kinds import number, within
from hub.rules.topic_watcher import TopicWatcher
from hub.rules.triggers import AtSun, AtTime, OnEntity, OnPresence, OnStart, OnTopic, Trigger
from hub.stages import Entity


class Watcher(Protocol):
    def step(self, now: Now, event: Event | None) -> str | None:
        """What set the rule off, in words. event None: time has passed."""

    def due_in(self, now: Now) -> float | None:
        """Seconds until time alone may set it off; None if it cannot."""


def watcher(trigger: Trigger, now: Now, snapshot: Snapshot, home: Home) -> Watcher:
    """One that counts from now: what is so already does not set it off."""
    match trigger:
        case AtTime() | AtSun():
            return ClockWatcher(trigger, now, home)
        case OnTopic():
            return TopicWatcher(trigger)
        case OnEntity():
            return EntityWatcher(trigger, now, snapshot)
        case OnPresence():
            return PresenceWatcher(trigger, now, snapshot, home)
        case OnStart():
            return StartWatcher(trigger)


class EntityWatcher:
    def __init__(self, trigger: OnEntity, now: Now, snapshot: Snapshot) -> None:
        self._trigger, self._edge = trigger, Edge(trigger.for_minutes * 60)
        self._edge.feed(now.seconds, self._truth(snapshot.get(trigger.entity)))

    def step(self, now: Now, event: Event | None) -> str | None:
        if event is None:
            return self._trigger.words if self._edge.due(now.seconds) else None
        if not isinstance(event, EntityChanged) or event.entity.entity_id != self._trigger.entity:
            return None
        if not self._edge.feed(now.seconds, self._truth(event.entity)):
            return None
        value = f" ({event.entity.state})" if self._trigger.has_range else ""
        return self._trigger.words + value

    def due_in(self, now: Now) -> float | None:
        at = self._edge.due_at
        return None if at is None else at - now.seconds

    def _truth(self, entity: Entity | None) -> bool | None:
        trigger = self._trigger
        if trigger.gone:
            return None if entity is None else not entity.available
        state = known_state(entity)
        if state is None:
            return None
        if trigger.becomes is not None:
            return state == trigger.becomes.lower()
        value = number(state)
        return None if value is None else within(value, trigger.above, trigger.below)


class PresenceWatcher:
    """Who cannot be heard is where they were last known to be."""

    def __init__(self, trigger: OnPresence, now: Now, snapshot: Snapshot, home: Home) -> None:
        self._trigger, self._edge = trigger, Edge(trigger.for_minutes * 60)
        self._people = {person: is_home(snapshot.get(person)) for person in trigger.people or home.people}
        self._edge.feed(now.seconds, self._truth())

    def step(self, now: Now, event: Event | None) -> str | None:
        if event is None:
            return self._trigger.words if self._edge.due(now.seconds) else None
        if not isinstance(event, EntityChanged) or event.entity.entity_id not in self._people:
            return None
        here = is_home(event.entity)
        if here is not None:
            self._people[event.entity.entity_id] = here
        return f"{self._trigger.words} ({event.entity.name})" if self._edge.feed(now.seconds, self._truth()) else None

    def due_in(self, now: Now) -> float | None:
        at = self._edge.due_at
        return None if at is None else at - now.seconds

    def _truth(self) -> bool | None:
        present = someone_home(self._people.values())
        return None if present is None else present is (self._trigger.presence == "someone_home")


class StartWatcher:
    def __init__(self, trigger: OnStart) -> None:
        self._trigger = trigger

    def step(self, now: Now, event: Event | None) -> str | None:  # noqa: ARG002 Watcher's signature
        return self._trigger.words if isinstance(event, Started) else None

    def due_in(self, now: Now) -> float | None:  # noqa: ARG002 Watcher's signature
        return None
