"""Tasmota's discovery: two retained messages a device, what it switches and what it measures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from hub.bus.routes import Message
from hub.house.reader import Part, refused, withdrawn
from hub.house.tasmota.entities import device_entities

_MAX_PAYLOAD_BYTES = 16_384  # a device with 28 relays has 2 KiB
_MAX_DEVICES = 2000
_MAC = re.compile(r"[0-9A-Fa-f]{12}")


@dataclass(slots=True)
class _Told:
    config: bytes = b""
    sensors: bytes = b""


class Tasmota:
    """A Reader. prefix: of the discovery topics."""

    large = False

    def __init__(self, prefix: str = "tasmota/discovery") -> None:
        self.patterns: Sequence[str] = [f"{prefix}/+/config", f"{prefix}/+/sensors"]
        self._told: dict[str, _Told] = {}  # by MAC, as it is in the topic

    def read(self, message: Message) -> Iterable[Part]:
        path, _, kind = message.topic.rpartition("/")
        mac = path.rpartition("/")[2]
        if not _MAC.fullmatch(mac):
            return [refused(message.topic, "a MAC must have 12 hexadecimal digits")]
        if len(message.payload) > _MAX_PAYLOAD_BYTES:
            return [refused(message.topic, f"larger than {_MAX_PAYLOAD_BYTES} bytes")]
        if mac not in self._told and len(self._told) >= _MAX_DEVICES:
            return [refused(message.topic, f"more than {_MAX_DEVICES} devices")]
        told = self._told.setdefault(mac, _Told())
        if kind == "config":
            told.config = message.payload
        else:
            told.sensors = message.payload
        if not told.config and not told.sensors:
            del self._told[mac]
        source = f"{path}/config"
        if not told.config:
            return [withdrawn(source)]
        content = told.config + b"\n" + told.sensors
        return [Part(source, content, partial(device_entities, source, mac, told.config, told.sensors))]
