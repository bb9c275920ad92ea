"""From the announcement of one Tasmota device to its entities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from hub.house.availability import Availability, Source
from hub.house.discovery import Announced, Announcement
from hub.house.errors import DiscoveryInvalid
from hub.house.naming import slug
from hub.house.tasmota.documents import ALL_AS_LIGHTS, LIGHT, RELAY, Config, Found
from hub.house.tasmota.relays import fan, light, switch
from hub.house.tasmota.sensors import sensors
from hub.house.tasmota.shutters import shutters

_BROKEN = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class _Sensors(msgspec.Struct, frozen=True):
    example: dict[str, Any] = msgspec.field(default_factory=dict, name="sn")


def device_entities(source: str, mac: str, config_payload: bytes, sensors_payload: bytes) -> Announcement:
    """Never raises. A bad list of sensors takes no relay away."""
    try:
        config = _config(mac, config_payload)
        entities = [_announced(config, found) for found in _relays(config)]
    except (*_BROKEN, DiscoveryInvalid) as error:
        return Announcement(source, problems=(_named(source, error),))
    try:
        example = msgspec.json.decode(sensors_payload, type=_Sensors).example if sensors_payload else {}
        entities += [_announced(config, found) for found in sensors(config, example)]
    except _BROKEN as error:
        return Announcement(source, _once(entities), (_named(source.replace("/config", "/sensors"), error),))
    return Announcement(source, _once(entities))


def _config(mac: str, payload: bytes) -> Config:
    config = msgspec.json.decode(payload, type=Config)
    if config.mac.upper() != mac.upper():
        raise DiscoveryInvalid(f"it says that its MAC is {config.mac}")
    return config


def _relays(config: Config) -> Iterator[Found]:
    used = [kind for kind in config.relays if kind in {RELAY, LIGHT}]
    for relay, kind in enumerate(config.relays):
        if kind == LIGHT:
            yield light(config, relay, count=len(used), plain=bool(config.fan))
        elif kind == RELAY and config.has(ALL_AS_LIGHTS):
            yield light(config, relay, count=len(used), plain=True)
        elif kind == RELAY:
            yield switch(config, relay, count=len(used))
    yield from shutters(config)
    if config.fan:
        yield fan(config)


def _announced(config: Config, found: Found) -> Announced:
    mac = config.mac.lower()
    sensor = found.domain == "sensor"
    own = slug(f"{config.device_name or config.topic}_{found.object_id}" if sensor else found.name)
    return Announced(
        key=f"tasmota/{mac}/{found.domain}/{found.object_id}",
        entity_id=f"{found.domain}.{own or slug(f'{mac}_{found.object_id}')}",
        domain=found.domain,
        name=found.name or config.mac,
        area=None,
        device_class=found.device_class,
        unit=found.unit,
        exposed=found.exposed,
        dialect=found.dialect,
        availability=_availability(config),
        device_ids=_device_ids(mac),
        asks=config.asks_sensors if found.domain in {"sensor", "cover"} else config.asks_state,
    )


def _device_ids(mac: str) -> frozenset[str]:
    """As its firmware names it in Home Assistant's discovery: chip id (the MAC's end), in some versions the MAC."""
    return frozenset({mac, mac[-6:], ":".join(mac[place : place + 2] for place in range(0, 12, 2))})


def _availability(config: Config) -> Availability:
    return Availability((Source(config.telemetry_topic("LWT"), config.online, config.offline, None),))


def _once(entities: list[Announced]) -> tuple[Announced, ...]:
    return tuple({entity.key: entity for entity in reversed(entities)}.values())[::-1]


def _named(source: str, error: Exception) -> DiscoveryInvalid:
    reason = error.message if isinstance(error, DiscoveryInvalid) else str(error)[:300]
    return DiscoveryInvalid(f"{source[:200]!r}: {reason}; correct what publishes it")
