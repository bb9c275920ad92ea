"""Home Assistant's MQTT discovery, read as any controller may: one retained message to the entities it announces."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from hub.house.abbreviations import expand
from hub.house.availability import Availability, availability
from hub.house.components import DIALECTS
from hub.house.dialect import Dialect, Options, Outgoing
from hub.house.errors import DiscoveryInvalid
from hub.house.naming import MAX_NAME, clean, slug

MAX_PAYLOAD_BYTES = 262_144  # a device form with a hundred components; a single entity has 1 KiB
_MAX_COMPONENTS = 200
_MAX_IDS = 16  # of one device
_OURSELVES = "Earshot"  # origin name of our own announcements: the hub is no device of the house it controls
_NOT_SPOKEN = {"config", "diagnostic"}
_SHARED = {"device", "origin", "components", "platform", "unique_id", "name", "object_id", "default_entity_id"}


@dataclass(frozen=True, slots=True)
class Announced:
    """One entity as its device announced it; ``key`` tells it from all others and stays over restarts.

    device_ids: identifiers, and the values of connections (a MAC address), of the device it is part of, in lower case.
    asks: messages after which it tells its state, where the broker does not keep that.
    """

    key: str
    entity_id: str
    domain: str
    name: str
    area: str | None
    device_class: str | None
    unit: str | None
    exposed: bool
    dialect: Dialect
    availability: Availability
    device_ids: frozenset[str] = frozenset()
    asks: tuple[Outgoing, ...] = ()


@dataclass(frozen=True, slots=True)
class Announcement:
    """All entities of one discovery topic; none if it was withdrawn. problems: entities that were refused, and why."""

    topic: str
    entities: tuple[Announced, ...] = ()
    problems: tuple[DiscoveryInvalid, ...] = ()


def patterns(prefix: str) -> list[str]:
    """What to listen to. One component each, so that a broker's queue holds the retained answer to a subscription."""
    single = [f"{prefix}/{component}/{level}/config" for component in DIALECTS for level in ("+", "+/+")]
    return [*single, f"{prefix}/device/+/config"]


def read(prefix: str, topic: str, payload: bytes) -> Announcement:
    """Read one message on one of ``patterns``; never raises, whatever a peer sent."""
    levels = topic.removeprefix(f"{prefix}/").split("/")
    component, path = levels[0], levels[1:-1]
    if not payload:
        return Announcement(topic)
    try:
        return _read(topic, component, path, payload)
    except DiscoveryInvalid as error:
        return Announcement(topic, problems=(_named(topic, error),))


def _read(topic: str, component: str, path: list[str], payload: bytes) -> Announcement:
    if not path or not all(re.fullmatch(r"[A-Za-z0-9_-]{1,128}", level) for level in path):
        raise DiscoveryInvalid("ids may have letters, digits, _ and - only")
    config = _decode(payload)
    if component == "device":
        return _device(topic, path[0], config)
    announced = _entity("/".join([component, *path]), component, "_".join(path), config)
    return Announcement(topic, () if announced is None else (announced,))


def _decode(payload: bytes) -> dict[str, Any]:
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise DiscoveryInvalid(f"larger than {MAX_PAYLOAD_BYTES} bytes")
    try:
        document = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DiscoveryInvalid(f"no JSON: {error}") from error
    if not isinstance(document, dict):
        raise DiscoveryInvalid("no JSON object")
    return expand(document)


def _device(topic: str, device_id: str, config: dict[str, Any]) -> Announcement:
    """Options of the device hold for each component that does not say otherwise."""
    components = config.get("components")
    if not isinstance(components, dict) or len(components) > _MAX_COMPONENTS:
        raise DiscoveryInvalid(f"components must be an object of at most {_MAX_COMPONENTS}")
    if not isinstance(config.get("device"), dict) or not isinstance(config.get("origin"), dict):
        raise DiscoveryInvalid("device or origin is missing")
    shared = {key: value for key, value in config.items() if key not in _SHARED}
    identity = {"device": config["device"], "origin": config["origin"]}
    entities, problems = [], []
    for component_id, given in components.items():
        try:
            if (found := _component(device_id, component_id, given, shared | identity)) is not None:
                entities.append(found)
        except DiscoveryInvalid as error:
            problems.append(_named(f"{topic} {component_id}", error))
    return Announcement(topic, tuple(entities), tuple(problems))


def _component(device_id: str, component_id: str, given: Any, shared: dict[str, Any]) -> Announced | None:
    if not isinstance(given, dict):
        raise DiscoveryInvalid("no JSON object")
    own = expand(given)
    platform = own.pop("platform", None)
    if not own:  # nothing but its platform: the component is withdrawn
        return None
    if not isinstance(platform, str):
        raise DiscoveryInvalid("platform is missing")
    if platform not in DIALECTS:  # a camera, a tag: of no use to a voice
        return None
    return _entity(f"device/{device_id}/{component_id}", platform, f"{device_id}_{component_id}", shared | own)


def _entity(key: str, component: str, object_id: str, config: dict[str, Any]) -> Announced | None:
    if _origin(config) == _OURSELVES:
        return None
    options = Options(config)
    device = config.get("device")
    device = device if isinstance(device, dict) else {}
    area = Options(device).text("suggested_area")
    return Announced(
        key=key,
        entity_id=f"{component}.{_object_id(component, object_id, options)}",
        domain=component,
        name=_full_name(config, device) or object_id.replace("_", " "),
        area=None if area is None else clean(area) or None,
        device_class=options.text("device_class"),
        unit=options.text("unit_of_measurement"),
        exposed=options.text("entity_category") not in _NOT_SPOKEN and options.flag("enabled_by_default", default=True),
        dialect=DIALECTS[component](options),
        availability=availability(config),
        device_ids=_device_ids(device),
    )


def _device_ids(device: Mapping[str, Any]) -> frozenset[str]:
    """What is no text, or too long for an id, names no device."""
    given = device.get("identifiers")
    identifiers = given if isinstance(given, list) else [given]
    pairs = device.get("connections")
    pairs = [pair for pair in pairs if isinstance(pair, list)] if isinstance(pairs, list) else []
    names = [*identifiers[:_MAX_IDS], *(pair[1] for pair in pairs[:_MAX_IDS] if len(pair) == 2)]
    return frozenset(name.lower() for name in names if isinstance(name, str) and 0 < len(name) <= MAX_NAME)


def _object_id(component: str, fallback: str, options: Options) -> str:
    """The id that the device asks for, as in Home Assistant; else one made of its discovery topic, which is stable."""
    wanted = options.text("default_entity_id") or options.text("object_id") or fallback
    return slug(wanted.removeprefix(f"{component}.")) or "unnamed"


def _full_name(config: Mapping[str, Any], device: Mapping[str, Any]) -> str:
    """Device and entity name as Home Assistant joins them; an entity without a name of its own is the device."""
    own, of_device = Options(config).text("name"), Options(device).text("name")
    own, of_device = clean(own or ""), clean(of_device or "")
    if not own or own.casefold().startswith(of_device.casefold()):
        return own or of_device
    return clean(f"{of_device} {own}")


def _origin(config: Mapping[str, Any]) -> str | None:
    origin = config.get("origin")
    name = origin.get("name") if isinstance(origin, dict) else None
    return name if isinstance(name, str) else None


def _named(where: str, error: DiscoveryInvalid) -> DiscoveryInvalid:
    return DiscoveryInvalid(f"{where[:200]!r}: {error.message}; correct what publishes it")


def topics(entity: Announced) -> list[str]:
    """All topics to listen to for an entity, each once."""
    return list(dict.fromkeys([*entity.dialect.readers, *entity.availability.topics]))
