"""A house without MQTT, for tests: what a house file says, with states that tests set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from hub.house.file import load_house
from hub.stages import Area, Entity


class FakeHouse:
    """Behaves as hub.house.registry.HouseRegistry does (tests/contract/test_house.py)."""

    def __init__(self, entities: Iterable[Entity] = (), areas: Iterable[Area] = ()) -> None:
        self._entities = {entity.entity_id: entity for entity in entities}
        self._areas = {area.name: area for area in areas}
        self.names_version = 1
        for entity in self._entities.values():
            self._learn_area(entity)

    @classmethod
    def from_toml(cls, path: Path) -> FakeHouse:
        house = load_house(path)
        return cls([device.entity() for device in house.device], house.areas())

    def areas(self) -> tuple[Area, ...]:
        return tuple(self._areas.values())

    def entities(self) -> tuple[Entity, ...]:
        return tuple(self._entities.values())

    def entity(self, entity_id: str) -> Entity:
        return self._entities[entity_id]

    def add(self, entity: Entity) -> None:
        """A new device, or an old one with a new name."""
        self._entities[entity.entity_id] = entity
        self._learn_area(entity)
        self.names_version += 1

    def remove(self, entity_id: str) -> None:
        del self._entities[entity_id]
        self.names_version += 1

    def set_state(self, entity_id: str, state: str | None, **attributes: Any) -> None:
        """A device reported; names_version stays."""
        old = self._entities[entity_id]
        self._entities[entity_id] = replace(old, state=state, attributes={**old.attributes, **attributes})

    def set_available(self, entity_id: str, *, available: bool) -> None:
        self._entities[entity_id] = replace(self._entities[entity_id], available=available)

    def _learn_area(self, entity: Entity) -> None:
        if entity.area is not None and entity.area not in self._areas:
            self._areas[entity.area] = Area(entity.area)
