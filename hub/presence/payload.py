"""What Home Assistant is told: the discovery message of the one device and the states of its entities. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from hub.health import Health, SatelliteStatus
from hub.presence.agenda import agenda
from hub.presence.rooms import LONGEST_STATE, satellite_entities, satellite_states
from hub.presence.topics import Topics
from hub.privacy import without_words
from hub.trace import Trace

EVENT_TYPES = ("acted", "answered", "refused", "not_understood", "failed")
ORIGIN = "Earshot"  # hub.house leaves out what comes from here: the hub is no device that it controls itself


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


def entities(hub: Hub, satellites: Sequence[SatelliteStatus]) -> dict[str, dict[str, Any]]:
    """All of the device, by what they are called in its discovery message."""
    found = _hub_entities(hub)
    for satellite in satellites:
        found |= satellite_entities(hub.topics, satellite)
    return found


def discovery(hub: Hub, components: Mapping[str, Any]) -> dict[str, Any]:
    """The device with its entities; a component that has only its ``platform`` is removed."""
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
        "components": components,
        "qos": 1,
    }


def _hub_entities(hub: Hub) -> dict[str, Any]:
    topics = hub.topics
    found: dict[str, dict[str, Any]] = {
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
    found |= agenda(topics)
    if hub.transcripts:
        found["transcript"] = {
            "platform": "sensor",
            "name": "Last words",
            "icon": "mdi:format-quote-close",
            "state_topic": topics.turn,
            "value_template": f"{{{{ value_json.transcript[:{LONGEST_STATE}] }}}}",
        }
    return {key: entity | {"unique_id": f"earshot_{hub.id}_{key}"} for key, entity in found.items()}


def states(
    hub: Hub, health: Health, satellites: Sequence[SatelliteStatus], last_commands: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Every retained state by topic, except ``status``, which is the bus's. last_commands: by satellite."""
    topics = hub.topics
    troubles = [part for part in health.components if part.state != "ok"]
    connected = [satellite.name for satellite in satellites if satellite.state != "lost"]
    shown = {
        topics.health: _json({"state": health.state, "ready": health.ready, "problems": troubles}),
        topics.satellites: _json({"connected": len(connected), "names": connected}),
    }
    for satellite in satellites:
        shown |= satellite_states(topics, satellite, (last_commands or {}).get(satellite.name))
    return shown


def turn_event(hub: Hub, trace: Trace) -> str:
    """The trace record (docs/trace.md), with what Home Assistant's event entity needs; without words unless allowed."""
    record = trace if hub.transcripts else without_words(trace)
    return _json({"event_type": event_type(trace), **msgspec.to_builtins(record)})


def last_command(hub: Hub, trace: Trace) -> str:
    """What was last said to a satellite, as its intent; in words where these may leave the hub."""
    outcome, said = event_type(trace), trace.transcript if hub.transcripts else ""
    told = {
        "command": said or trace.understood.intent or outcome,
        "intent": trace.understood.intent,
        "outcome": outcome,
        "at": trace.started,
        "turn": trace.turn,
    }
    return _json(told | ({"transcript": said} if said else {}))


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
