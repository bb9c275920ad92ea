"""The lists that zigbee2mqtt publishes whole and retained whenever one of its devices or groups changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import msgspec

from hub.bus.routes import Message
from hub.house.reader import Part, refused, withdrawn
from hub.house.zigbee2mqtt.documents import Device, Group
from hub.house.zigbee2mqtt.entities import device_entities, group_entities

_MAX_PAYLOAD_BYTES = 1 << 22  # no more comes through the bus
_MAX_LISTED = 2000
_MAX_BASES = 8
_DEFAULT_BIND_GROUP = 901  # zigbee2mqtt's own, for binding remotes
_Entry = TypeVar("_Entry", Device, Group)
_BROKEN = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


@dataclass(slots=True)
class _Bridge:
    """One zigbee2mqtt: what its lists held last. bad: entries that cannot be read. told: sources, by list."""

    devices: dict[str, Device] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    bad: dict[str, list[Part]] = field(default_factory=dict)
    told: dict[str, set[str]] = field(default_factory=dict)


class Zigbee2Mqtt:
    """A Reader of one zigbee2mqtt, or of all whose base topic has one level."""

    large = True

    def __init__(self, base_topic: str = "") -> None:
        """base_topic: empty finds up to eight by themselves."""
        base = base_topic or "+"
        self.patterns: Sequence[str] = [f"{base}/bridge/devices", f"{base}/bridge/groups"]
        self._bridges: dict[str, _Bridge] = {}

    def read(self, message: Message) -> Iterable[Part]:
        """A list that cannot be read leaves all as it was; in one that can, each bad device is refused alone."""
        topic = message.topic
        base, _, kind = topic.rpartition("/bridge/")
        if base not in self._bridges and len(self._bridges) >= _MAX_BASES:
            return [refused(topic, f"more than {_MAX_BASES} of zigbee2mqtt; name yours in hub.toml")]
        listed = _listed(message.payload)
        if isinstance(listed, str):
            return [refused(topic, listed)]
        bridge = self._bridges.setdefault(base, _Bridge())
        if kind == "devices":
            bridge.devices, bridge.bad[kind] = _decoded(topic, listed, Device, lambda device: device.ieee_address)
        else:
            bridge.groups, bridge.bad[kind] = _decoded(topic, listed, Group, lambda group: str(group.id))
        parts = [withdrawn(topic)]  # what was wrong with the whole list is so no more
        if kind == "devices":
            parts += _changes(bridge, kind, _device_parts(base, bridge))
        parts += _changes(bridge, "groups", _group_parts(base, bridge))  # what they can depends on their members
        if not listed and not bridge.devices and not bridge.groups:
            del self._bridges[base]
        return parts


def _changes(bridge: _Bridge, kind: str, parts: Iterable[Part]) -> Iterator[Part]:
    """Withdrawals of all that the list held and holds no more, then what it holds."""
    now = {part.source: part for part in (*bridge.bad.get(kind, ()), *parts)}
    yield from map(withdrawn, sorted(bridge.told.get(kind, set()) - now.keys()))
    bridge.told[kind] = set(now)
    yield from now.values()


def _device_parts(base: str, bridge: _Bridge) -> Iterator[Part]:
    for device in bridge.devices.values():
        if device.usable:
            source = f"{base}/bridge/devices {device.ieee_address}"
            yield Part(source, msgspec.json.encode(device), partial(device_entities, source, base, device))


def _group_parts(base: str, bridge: _Bridge) -> Iterator[Part]:
    for group in bridge.groups.values():
        if group.id != _DEFAULT_BIND_GROUP:
            source = f"{base}/bridge/groups {group.id}"
            listed = [bridge.devices.get(member.ieee_address) for member in group.members]
            members = [device for device in listed if device is not None and device.usable]
            content = msgspec.json.encode([group, [device.definition for device in members]])
            yield Part(source, content, partial(group_entities, source, base, group, members))


def _listed(payload: bytes) -> list[msgspec.Raw] | str:
    """The entries; else why there are none. An empty message is an empty list."""
    if len(payload) > _MAX_PAYLOAD_BYTES:
        return f"larger than {_MAX_PAYLOAD_BYTES} bytes"
    try:
        listed = msgspec.json.decode(payload, type=list[msgspec.Raw]) if payload else []
    except _BROKEN as error:
        return f"no JSON list: {error}"
    return listed if len(listed) <= _MAX_LISTED else f"more than {_MAX_LISTED} entries"


def _decoded(
    topic: str, listed: Sequence[msgspec.Raw], kind: type[_Entry], key: Callable[[_Entry], str]
) -> tuple[dict[str, _Entry], list[Part]]:
    """Entries by their key, and those that were refused."""
    entries: dict[str, _Entry] = {}
    bad = []
    for place, raw in enumerate(listed):
        try:
            entry = msgspec.json.decode(raw, type=kind)
        except _BROKEN as error:
            bad.append(refused(f"{topic} [{place}]", str(error)))
            continue
        if key(entry) in entries:
            bad.append(refused(f"{topic} [{place}]", f"{key(entry)} is listed twice"))
        entries.setdefault(key(entry), entry)
    return entries, bad
