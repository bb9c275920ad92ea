"""What Home Assistant is told: the discovery message of the one device and the states of its entities. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from hub.health import Health, SatelliteStatus
from hub.presence.agenda import agenda
from hub.presence.topics import Topics, slug
from hub.privacy import without_words
from hub.trace import Trace

EVENT_TYPES = ("acted", "answered", "refused", "not_understood", "failed")
ORIGIN = "Earshot"  # hub.house leaves out what comes from here: the hub is no device that it controls itself
LONGEST_STATE = 255  # characters; Home Assistant refuses longer states


@dataclass(frozen=True, slots=True)
class Hub:
    """id: from ``identity``. name: shown to people. transcripts: may leave the hub."""

    id: str
    name: str
    version: str
    transcripts: bool

    @property
    def topics(self) -> Topics:
        return Topics(self.id)


def discovery(hub: Hub, satellites: Sequence[SatelliteStatus], gone: Iterable[str] = ()) -> dict[str, Any]:
    """The device with all its entities. gone: slugs of satellites to remove, if it was announced with them before."""
    entities = _hub_entities(hub)
    for satellite in satellites:
        entities |= _satellite_entities(hub, satellite)
    removed = {f"{name}_{kind}": {"platform": platform} for name in gone for kind, platform in _PER_SATELLITE.items()}
    return {
        "device": {
            "identifiers": [f"earshot_{hub.id}"],
            "name": hub.name,
            "manufacturer": "Earshot",
            "model": "Voice hub",
            "sw_version": hub.version,
        },
        "origin": {"name": ORIGIN, "sw_version": hub.version},
        "availability": [{"topic": hub.topics.status}],
        "components": entities | removed,
        "qos": 1,
    }


_PER_SATELLITE = {"mute": "switch", "say": "notify", "volume": "number"}


def _hub_entities(hub: Hub) -> dict[str, Any]:
    topics = hub.topics
    entities: dict[str, dict[str, Any]] = {
        "turn": {
            "platform": "event",
            "name": "Turn",
            "icon": "mdi:account-voice",
            "state_topic": topics.turn,
            "event_types": list(EVENT_TYPES),
        },
        "problem": {
            "platform": "binary_sensor",
            "name": "Problem",
            "device_class": "problem",
            "entity_category": "diagnostic",
            "state_topic": topics.health,
            "value_template": "{{ 'OFF' if value_json.state == 'ok' else 'ON' }}",
            "json_attributes_topic": topics.health,
        },
        "satellites": {
            "platform": "sensor",
            "name": "Satellites connected",
            "icon": "mdi:microphone-message",
            "entity_category": "diagnostic",
            "state_class": "measurement",
            "state_topic": topics.satellites,
            "value_template": "{{ value_json.connected }}",
            "json_attributes_topic": topics.satellites,
        },
        "say": {"platform": "notify", "name": "Say everywhere", "command_topic": topics.say},
        "announce": {"platform": "notify", "name": "Announce everywhere", "command_topic": topics.announce},
    }
    entities |= agenda(topics)
    if hub.transcripts:
        entities["transcript"] = {
            "platform": "sensor",
            "name": "Last words",
            "icon": "mdi:format-quote-close",
            "state_topic": topics.turn,
            "value_template": f"{{{{ value_json.transcript[:{LONGEST_STATE}] }}}}",
        }
    return {key: entity | {"unique_id": f"earshot_{hub.id}_{key}"} for key, entity in entities.items()}


def _satellite_entities(hub: Hub, satellite: SatelliteStatus) -> dict[str, Any]:
    topics, name = hub.topics, slug(satellite.name)
    shared = {
        "availability": [{"topic": topics.status}, {"topic": topics.satellite(name, "status")}],
        "availability_mode": "all",
    }
    mute = {
        "platform": "switch",
        "name": f"{satellite.name} mute",
        "icon": "mdi:microphone-off",
        "state_topic": topics.satellite(name, "mute"),
        "command_topic": topics.satellite(name, "mute/set"),
        "unique_id": f"earshot_{hub.id}_{name}_mute",
    }
    say = {
        "platform": "notify",
        "name": f"{satellite.name} say",
        "command_topic": topics.satellite(name, "say"),
        "unique_id": f"earshot_{hub.id}_{name}_say",
    }
    volume = {
        "platform": "number",
        "name": f"{satellite.name} volume",
        "icon": "mdi:volume-high",
        "unit_of_measurement": "%",
        "min": 0,
        "max": 100,
        "state_topic": topics.satellite(name, "volume"),
        "command_topic": topics.satellite(name, "volume/set"),
        "unique_id": f"earshot_{hub.id}_{name}_volume",
    }
    return {f"{name}_mute": mute | shared, f"{name}_say": say | shared, f"{name}_volume": volume | shared}


def states(hub: Hub, health: Health, satellites: Sequence[SatelliteStatus]) -> dict[str, str]:
    """Every retained state by topic, except ``status``, which is the bus's."""
    topics = hub.topics
    troubles = [part for part in health.components if part.state != "ok"]
    connected = [satellite.name for satellite in satellites if satellite.state != "lost"]
    shown = {
        topics.health: _json({"state": health.state, "ready": health.ready, "problems": troubles}),
        topics.satellites: _json({"connected": len(connected), "names": connected}),
    }
    for satellite in satellites:
        name = slug(satellite.name)
        shown[topics.satellite(name, "status")] = "offline" if satellite.state == "lost" else "online"
        shown[topics.satellite(name, "mute")] = "ON" if satellite.muted else "OFF"
        shown[topics.satellite(name, "volume")] = str(satellite.volume)
    return shown


def turn_event(hub: Hub, trace: Trace) -> str:
    """The trace record (docs/trace.md), with what Home Assistant's event entity needs; without words unless allowed."""
    record = trace if hub.transcripts else without_words(trace)
    return _json({"event_type": event_type(trace), **msgspec.to_builtins(record)})


def answer(trace: Trace, request_id: str) -> str:
    """What a sentence that was asked over MQTT came to, for who asked: with its words."""
    error = trace.error and {"code": trace.error.code, "message": trace.error.message}
    told = {"id": request_id, "turn": trace.turn, "outcome": event_type(trace), "reply": trace.reply, "error": error}
    return _json(told)


def event_type(trace: Trace) -> str:
    """One of ``EVENT_TYPES``."""
    outcomes = {action.outcome for action in trace.actions}
    if trace.error or "failed" in outcomes:
        return "failed"
    if "refused" in outcomes:
        return "refused"
    if trace.understood.by == "none":
        return "not_understood"
    return "acted" if outcomes else "answered"


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
