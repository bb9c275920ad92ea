"""Houses without MQTT, for tests: what a house file says with states that tests set, and devices that obey at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from hub.bus.routes import Callback, Message, matches
from hub.errors import BrokerLost
from hub.house.file import Device, HouseFile, load_house
from hub.house.simulated.announce import announcement, base_topic
from hub.house.simulated.behaviour import behaviour
from hub.house.simulated.parts import Behaviour
from hub.stages import Area, Entity
from tests.fakes_bus import FakeBus


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


class LoopbackBus(FakeBus):
    """A bus whose broker is itself: what is published comes back to those who listen, retained messages later too."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.silenced: set[str] = set()  # topics on which published messages get lost

    async def publish(self, topic: str, payload: str | bytes, *, qos: int = 0, retain: bool = False) -> None:
        text = payload.decode() if isinstance(payload, bytes) else payload
        await super().publish(topic, text, qos=qos, retain=retain)
        self.deliver(topic, text)

    def deliver(self, topic: str, text: str) -> None:
        if topic not in self.silenced:
            self.receive(topic, text.encode())

    def retain(self, topic: str, text: str) -> None:
        """A device says something that the broker keeps."""
        self.retained[topic] = text
        self.deliver(topic, text)

    def listen(self, pattern: str, callback: Callback, *, large: bool = False) -> Callable[[], None]:
        stop = super().listen(pattern, callback)
        for topic, text in tuple(self.retained.items()):
            if matches(pattern, topic):
                callback(Message(topic, text.encode(), retain=True))
        return stop

    async def synced(self, seconds: float = 10.0) -> None:
        if not self.up:
            raise BrokerLost("broker-lost", "the broker is away")


class DevicesOnLoopback:
    """The simulator's devices on a LoopbackBus: they obey and report at once, or not at all (``fault``)."""

    def __init__(self, house: HouseFile, bus: LoopbackBus, prefix: str = "homeassistant") -> None:
        self._bus = bus
        self.behaviours: dict[str, Behaviour] = {}
        for device in house.device:
            topic, payload = announcement(device, prefix)
            bus.retain(topic, json.dumps(payload))
            bus.retain(f"{base_topic(device)}/availability", "offline" if device.fault == "offline" else "online")
            self.behaviours[device.id] = behaviour(device)
            for pattern in (f"{base_topic(device)}/set", f"{base_topic(device)}/+/set"):
                bus.listen(pattern, partial(self._obey, device))
            self._report(device)

    def _obey(self, device: Device, message: Message) -> None:
        if device.fault == "offline":
            return
        if device.fault != "refuses":
            self.behaviours[device.id].obey(
                message.topic.removeprefix(f"{base_topic(device)}/"), message.payload.decode()
            )
        if device.fault != "silent":
            self._report(device)

    def _report(self, device: Device) -> None:
        for name, payload in self.behaviours[device.id].report().items():
            self._bus.retain(f"{base_topic(device)}/{name}" if name else base_topic(device), payload)
