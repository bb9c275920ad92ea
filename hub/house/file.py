"""The house file: rooms and devices as people write them; a simulated house, or notes on a real one (docs/house.md)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from hub.stages import Area, Entity
from wire import settings
from wire.errors import ConfigError

COMPONENTS = (
    *("light", "switch", "cover", "lock", "fan", "climate", "sensor", "binary_sensor", "scene", "button"),
    *("humidifier", "vacuum", "siren", "valve", "select", "number", "text", "alarm_control_panel", "update", "event"),
    *("lawn_mower", "water_heater"),
)
_ID = r"^(" + "|".join(COMPONENTS) + r")\.[a-z0-9_]+$"

Name = Annotated[str, Meta(min_length=1, max_length=100)]
EntityId = Annotated[str, Meta(pattern=_ID, max_length=200)]
Fault = Literal["silent", "refuses", "offline"]


class Room(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A room, its floor, and what people call it besides."""

    name: Name
    floor: Name | None = None
    aliases: tuple[Name, ...] = ()

    def area(self) -> Area:
        return Area(self.name, self.floor, self.aliases)


class Device(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One device. As a note on a real house only id, name, room, aliases, sensitive and exposed are read.

    id: ``<component>.<object_id>``. kind: device class. attributes: brightness 0-255, position 0-100, °C.
    fault: ``silent`` never echoes, ``refuses`` echoes its old state, ``offline`` is unavailable. exposed: not set is as
    the device announces itself.
    """

    id: EntityId
    name: Name | None = None
    room: Name | None = None
    aliases: tuple[Name, ...] = ()
    kind: Name | None = None
    state: str | None = None
    attributes: dict[str, Any] = msgspec.field(default_factory=dict)
    unit: str | None = None
    delay_ms: Annotated[int, Meta(ge=0, le=600_000)] = 20
    fault: Fault | None = None
    sensitive: bool = False
    exposed: bool | None = None

    @property
    def component(self) -> str:
        return self.id.partition(".")[0]

    @property
    def object_id(self) -> str:
        return self.id.partition(".")[2]

    def entity(self) -> Entity:
        """The entity that this device is before anybody commanded it."""
        return Entity(
            entity_id=self.id,
            domain=self.component,
            name=self.name or self.object_id.replace("_", " "),
            area=self.room,
            aliases=self.aliases,
            device_class=self.kind,
            state=None if self.state is None else self.state.lower(),
            attributes=dict(self.attributes),
            unit=self.unit,
            available=self.fault != "offline",
            sensitive=self.sensitive,
            exposed=self.exposed is not False,
        )

    def noted_on(self, entity: Entity) -> Entity:
        """An announced entity as people want it: what this note says goes before what the device says."""
        return replace(
            entity,
            name=self.name or entity.name,
            area=self.room or entity.area,
            aliases=self.aliases,
            sensitive=self.sensitive,
            exposed=entity.exposed if self.exposed is None else self.exposed,
        )


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Somebody of the household. satellites: those by which they are reached, by name."""

    name: Name
    satellites: Annotated[tuple[Name, ...], Meta(max_length=20)] = ()


class HouseFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole house file; a missing one is empty."""

    room: tuple[Room, ...] = ()
    device: tuple[Device, ...] = ()
    person: tuple[Person, ...] = ()

    def reaching(self, person: str) -> tuple[str, ...]:
        """The satellites by which a person is reached; none for a person that is not known."""
        known = (one.satellites for one in self.person if one.name.casefold() == person.casefold())
        return next(known, ())

    def areas(self) -> tuple[Area, ...]:
        """The rooms in the order of the file, then those that only a device names."""
        areas = {room.name: room.area() for room in self.room}
        for device in self.device:
            if device.room is not None and device.room not in areas:
                areas[device.room] = Area(device.room)
        return tuple(areas.values())


def load_house(path: Path) -> HouseFile:
    """Read a house file. Raises ConfigError: config-unreadable, config-syntax, config-value, house-duplicate."""
    house = settings.load(path, HouseFile)
    seen: set[str] = set()
    rooms, people = [f"room {room.name!r}" for room in house.room], [f"person {one.name!r}" for one in house.person]
    for key in [*rooms, *people, *(f"device {device.id!r}" for device in house.device)]:
        if key in seen:
            raise ConfigError("house-duplicate", f"{path}: {key} is there twice; remove or rename one")
        seen.add(key)
    return house
