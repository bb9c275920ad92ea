"""One live entity: what it announced, what it last said, and who waits for it to say more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from hub.house.dialect import Dialect
from hub.house.discovery import Announced
from hub.stages import Entity


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of this entity, and the clock when it came (seconds)."""

    topic: str
    payload: str
    at_seconds: float


Watcher = Callable[[Heard, Collection[str]], None]


class LiveDevice:
    """``entity`` is an immutable snapshot, made anew whenever something changed."""

    def __init__(self, announced: Announced, entity: Entity) -> None:
        """entity: its identity as people see it; state and availability are filled in here."""
        self.announced = announced
        self._identity = entity
        self._values: dict[str, Any] = {}
        self._snapshot: Entity | None = None
        self._watchers: list[Watcher] = []
        self._told: dict[str, Heard] = {}

    @property
    def dialect(self) -> Dialect:
        return self.announced.dialect

    @property
    def entity(self) -> Entity:
        if self._snapshot is None:
            self._snapshot = self._take_snapshot()
        return self._snapshot

    def rename(self, entity: Entity) -> None:
        """Another identity for the same device; what it said stays."""
        self._identity, self._snapshot = entity, None

    def told(self, name: str) -> Heard | None:
        """The last message that told this value."""
        return self._told.get(name)

    def hear(self, heard: Heard) -> None:
        """Take one message on one of its topics."""
        changes: dict[str, Any] = {}
        for reader in self.dialect.readers.get(heard.topic, ()):
            changes |= {name: _text(value) for name, value in (reader(heard.payload) or {}).items()}
        self.announced.availability.hear(heard.topic, heard.payload)
        self._values.update(changes)
        self._snapshot = None
        if changes:
            self._told.update(dict.fromkeys(changes, heard))
            for watcher in tuple(self._watchers):
                watcher(heard, changes)

    @contextmanager
    def watched(self, watcher: Watcher) -> Iterator[None]:
        """Call ``watcher`` after every message that told values of this entity, with their names."""
        self._watchers.append(watcher)
        try:
            yield
        finally:
            self._watchers.remove(watcher)

    def _take_snapshot(self) -> Entity:
        attributes = {**self.dialect.fixed, **self._values}
        state = attributes.pop("state", None)
        return replace(
            self._identity,
            state=None if state is None else str(state),
            attributes=attributes,
            available=self.announced.availability.available,
        )


def _text(value: Any) -> Any:
    """Half a surrogate pair, which JSON may hold, is nothing that anybody could write down again."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) and not value.isascii() else value
