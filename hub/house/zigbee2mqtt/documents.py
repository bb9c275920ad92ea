"""What zigbee2mqtt writes in ``bridge/devices`` and ``bridge/groups``, as far as the house needs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta

from hub.house.availability import Availability
from hub.house.dialect import Dialect, Outgoing

Word = Annotated[str, Meta(max_length=100)]
FriendlyName = Annotated[str, Meta(min_length=1, max_length=250)]
Scalar = str | bool | int | float | None

_PUBLISHED, _SETTABLE, _GETTABLE = 1, 2, 4  # bits of ``access``


class Expose(msgspec.Struct, frozen=True):
    """One thing that a device can do or tell, or one feature of it. key: of its value in messages."""

    type: Word = ""
    name: Word = ""
    key: Word = msgspec.field(default="", name="property")
    label: Word | None = None
    endpoint: Word | None = None
    access: int = 0
    category: Word | None = None
    unit: Word | None = None
    value_on: Scalar = None
    value_off: Scalar = None
    value_min: float | None = None
    value_max: float | None = None
    values: Annotated[tuple[Scalar, ...], Meta(max_length=200)] = ()
    features: Annotated[tuple[Expose, ...], Meta(max_length=100)] = ()

    @property
    def published(self) -> bool:
        return bool(self.access & _PUBLISHED)

    @property
    def settable(self) -> bool:
        return bool(self.access & _SETTABLE)

    @property
    def gettable(self) -> bool:
        return bool(self.access & _GETTABLE)

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(value for value in self.values if isinstance(value, str))

    def feature(self, *names: str) -> Expose | None:
        """The first of ``names`` that is there."""
        named = {feature.name: feature for feature in reversed(self.features)}
        return next((named[name] for name in names if name in named), None)


class Scene(msgspec.Struct, frozen=True):
    id: int
    name: Word = ""


class Endpoint(msgspec.Struct, frozen=True):
    scenes: Annotated[tuple[Scene, ...], Meta(max_length=100)] = ()


class Definition(msgspec.Struct, frozen=True):
    exposes: Annotated[tuple[Expose, ...], Meta(max_length=300)] = ()


class Device(msgspec.Struct, frozen=True):
    ieee_address: Annotated[str, Meta(pattern=r"^0x[0-9A-Fa-f]{1,16}$")]
    friendly_name: FriendlyName
    type: Word = ""
    disabled: bool = False
    supported: bool = True
    power_source: Word | None = None
    definition: Definition | None = None
    endpoints: Annotated[dict[str, Endpoint], Meta(max_length=100)] = msgspec.field(default_factory=dict)

    @property
    def exposes(self) -> tuple[Expose, ...]:
        return () if self.definition is None else self.definition.exposes

    @property
    def scenes(self) -> list[Scene]:
        return [scene for endpoint in self.endpoints.values() for scene in endpoint.scenes]

    @property
    def awake(self) -> bool:
        """It listens at any time, as one on a battery does not."""
        return self.power_source is not None and self.power_source not in {"Battery", "Unknown"}

    @property
    def usable(self) -> bool:
        return self.type != "Coordinator" and self.supported and not self.disabled and self.definition is not None


class Member(msgspec.Struct, frozen=True):
    ieee_address: Word


class Group(msgspec.Struct, frozen=True):
    id: int
    friendly_name: FriendlyName
    members: Annotated[tuple[Member, ...], Meta(max_length=500)] = ()
    scenes: Annotated[tuple[Scene, ...], Meta(max_length=100)] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A device or group as an MQTT client sees it. availability: a new one for each entity."""

    key: str
    fallback_id: str
    friendly_name: str
    topic: str
    device_ids: frozenset[str]
    availability: Callable[[], Availability]
    exposes: tuple[Expose, ...]
    scenes: tuple[Scene, ...]
    awake: bool


@dataclass(frozen=True, slots=True)
class Found:
    """An entity to be announced. object_id: as in zigbee2mqtt's discovery for Home Assistant. label: after the name."""

    domain: str
    object_id: str
    dialect: Dialect
    label: str = ""
    device_class: str | None = None
    unit: str | None = None
    exposed: bool = True
    asks: tuple[Outgoing, ...] = ()


def asking(expose: Expose, node: Node) -> tuple[Outgoing, ...]:
    """For the state of a control; the answer has all else that zigbee2mqtt knows of the device."""
    state = expose.feature("state")
    if state is None or not state.gettable or not node.awake:
        return ()
    return (Outgoing(f"{node.topic}/get", json.dumps({state.key: ""}), 1, retain=False),)


def endpoint_label(expose: Expose) -> str:
    """``left`` is left, ``l2`` is 2."""
    endpoint = expose.endpoint or ""
    return endpoint[1:] if endpoint[:1] == "l" and endpoint[1:].isdigit() else endpoint


def object_id(kind: str, expose: Expose) -> str:
    return f"{kind}_{expose.endpoint}" if expose.endpoint else kind
