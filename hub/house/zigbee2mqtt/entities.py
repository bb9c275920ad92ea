"""From one device or group of zigbee2mqtt to the entities that it announces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from hub.bus.routes import topic_problem
from hub.house.availability import Availability, Source
from hub.house.discovery import Announced, Announcement
from hub.house.errors import DiscoveryInvalid
from hub.house.naming import MAX_NAME, clean, slug, spoken
from hub.house.templates import Template
from hub.house.zigbee2mqtt.climate import climate
from hub.house.zigbee2mqtt.cover import cover
from hub.house.zigbee2mqtt.documents import Device, Expose, Found, Group, Node, asking
from hub.house.zigbee2mqtt.fan import fan
from hub.house.zigbee2mqtt.light import light, merged
from hub.house.zigbee2mqtt.sensors import sensor
from hub.house.zigbee2mqtt.simple import lock, scene, switch

_CONTROLS: Mapping[str, Callable[[Expose, Node], Found]] = {
    "climate": climate,
    "cover": cover,
    "fan": fan,
    "light": light,
    "lock": lock,
    "switch": switch,
}
_SENSORS = {"binary", "numeric", "enum"}
_OF_GROUPS = ("switch", "cover", "lock")
_STATE = "{{ value_json.state if value_json is defined else value }}"  # a bare word before zigbee2mqtt 1.33


def device_entities(source: str, base: str, device: Device) -> Announcement:
    """Never raises."""
    node = Node(
        key=f"{base}/{device.ieee_address}",
        fallback_id=device.ieee_address,
        friendly_name=device.friendly_name,
        topic=f"{base}/{device.friendly_name}",
        device_ids=frozenset({f"zigbee2mqtt_{device.ieee_address}".lower()}),
        availability=lambda: _availability(base, device.friendly_name),
        exposes=device.exposes,
        scenes=tuple(device.scenes),
        awake=device.awake,
    )
    return _announcement(source, node)


def group_entities(source: str, base: str, group: Group, members: Sequence[Device]) -> Announcement:
    """A group can what one of its members can; it has no sensors."""
    encoded = "".join(str(ord(character)) for character in base)  # zigbee2mqtt's own way to tell groups of two bases
    node = Node(
        key=f"{base}/group {group.id}",
        fallback_id=f"group_{group.id}",
        friendly_name=group.friendly_name,
        topic=f"{base}/{group.friendly_name}",
        device_ids=frozenset({f"zigbee2mqtt_{encoded}_{group.id}"}),
        availability=lambda: _availability(base, group.friendly_name),
        exposes=tuple(_in_common([expose for device in members for expose in device.exposes])),
        scenes=group.scenes,
        awake=any(device.awake for device in members),
    )
    return _announcement(source, node)


def _in_common(exposes: Sequence[Expose]) -> Iterator[Expose]:
    """One of each kind, with the keys that groups have: those of no endpoint."""
    if lights := [expose for expose in exposes if expose.type == "light"]:
        yield merged(lights)
    for kind in _OF_GROUPS:
        alike = [expose for expose in exposes if expose.type == kind and _has_state(expose)]
        features = {feature.name: feature for expose in alike for feature in expose.features}
        if alike:
            named = tuple(_renamed(feature) for feature in features.values())
            yield Expose(type=kind, features=named)


def _has_state(expose: Expose) -> bool:
    state = expose.feature("state")
    return state is None or state.key.startswith("state")


def _renamed(feature: Expose) -> Expose:
    return Expose(
        name=feature.name,
        key=feature.name,
        access=feature.access,
        value_on=feature.value_on,
        value_off=feature.value_off,
        values=feature.values,
    )


def _announcement(source: str, node: Node) -> Announcement:
    if problem := topic_problem(node.topic):
        error = DiscoveryInvalid(f"{source[:200]!r}: friendly_name {problem}; rename it")
        return Announcement(source, problems=(error,))
    entities: dict[str, Announced] = {}
    problems = []
    for make in _makers(node):
        try:
            if (found := make()) is not None:
                entity = _announced(node, found)
                entities.setdefault(entity.key, entity)
        except DiscoveryInvalid as error:
            problems.append(DiscoveryInvalid(f"{source[:200]!r}: {error.message}"))
    return Announcement(source, tuple(entities.values()), tuple(problems[:3]))


def _makers(node: Node) -> Iterable[Callable[[], Found | None]]:
    alone = not any(expose.type in _CONTROLS for expose in node.exposes)
    for expose in node.exposes:
        if expose.type in _CONTROLS:
            yield lambda expose=expose: _control(expose, node)  # type: ignore[misc]
        elif expose.type in _SENSORS:
            yield lambda expose=expose: sensor(expose, node, alone=alone)  # type: ignore[misc]
    for each in node.scenes:
        yield lambda each=each: scene(each, node)  # type: ignore[misc]


def _control(expose: Expose, node: Node) -> Found:
    return replace(_CONTROLS[expose.type](expose, node), asks=asking(expose, node))


def _announced(node: Node, found: Found) -> Announced:
    """The id is the one that zigbee2mqtt's discovery for Home Assistant asks for, so that notes hold for both."""
    suffix = found.object_id.removeprefix(found.domain)
    suffix = found.object_id if suffix == found.object_id else suffix.removeprefix("_")
    own = slug(node.friendly_name) or slug(node.fallback_id)
    return Announced(
        key=f"{node.key}/{found.domain}/{found.object_id}",
        entity_id=f"{found.domain}.{slug(f'{own}_{suffix}')}"[: MAX_NAME + len(found.domain)],
        domain=found.domain,
        name=clean(f"{spoken(node.friendly_name)} {found.label}") or node.fallback_id,
        area=None,
        device_class=found.device_class,
        unit=found.unit,
        exposed=found.exposed,
        dialect=found.dialect,
        availability=node.availability(),
        device_ids=node.device_ids,
        asks=found.asks,
    )


def _availability(base: str, friendly_name: str) -> Availability:
    """The bridge's own word, and the device's, which zigbee2mqtt publishes if its owner wants so."""
    topics = (f"{base}/bridge/state", f"{base}/{friendly_name}/availability")
    return Availability(tuple(Source(topic, "online", "offline", Template(_STATE)) for topic in topics), "all")
