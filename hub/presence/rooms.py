"""What Home Assistant is told of each satellite: its entities, their states, and its last command. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.health import SatelliteStatus
from hub.presence.topics import Topics, slug

LONGEST_STATE = 255  # characters; Home Assistant refuses longer states


def satellite_entities(topics: Topics, satellite: SatelliteStatus) -> dict[str, dict[str, Any]]:
    """By the end of their ids. A wake word that nobody can change here has no entities."""
    name = slug(satellite.name)

    def topic(what: str) -> str:
        return topics.satellite(name, what)

    entities: dict[str, dict[str, Any]] = {
        "mute": {
            "platform": "switch",
            "icon": "mdi:microphone-off",
            "state_topic": topic("mute"),
            "command_topic": topic("mute/set"),
        },
        "say": {"platform": "notify", "command_topic": topic("say")},
        "volume": {
            "platform": "number",
            "icon": "mdi:volume-high",
            "unit_of_measurement": "%",
            "min": 0,
            "max": 100,
            "state_topic": topic("volume"),
            "command_topic": topic("volume/set"),
        },
        "last_command": {
            "platform": "sensor",
            "icon": "mdi:account-voice",
            "state_topic": topic("last_command"),
            "value_template": f"{{{{ value_json.command[:{LONGEST_STATE}] }}}}",
            "json_attributes_topic": topic("last_command"),
        },
    }
    if satellite.wake:
        entities |= _wake_entities(topics, name, satellite.wake.words)
    shared = {
        "availability": [{"topic": topics.status}, {"topic": topic("status")}],
        "availability_mode": "all",
    }
    return {
        f"{name}_{what}": {
            "name": f"{satellite.name} {what.replace('_', ' ')}",
            "unique_id": f"earshot_{topics.hub}_{name}_{what}",
            **entity,
            **shared,
        }
        for what, entity in entities.items()
    }


def satellite_states(topics: Topics, satellite: SatelliteStatus, last_command: str | None) -> Mapping[str, str]:
    """Retained, by topic. last_command: None where there was none."""
    name = slug(satellite.name)
    shown = {
        "status": "offline" if satellite.state == "lost" else "online",
        "mute": "ON" if satellite.muted else "OFF",
        "volume": str(satellite.volume),
    }
    if satellite.wake:
        shown |= {"wake_word": satellite.wake.word, "wake_sensitivity": str(satellite.wake.sensitivity)}
    if last_command is not None:
        shown["last_command"] = last_command
    return {topics.satellite(name, what): state for what, state in shown.items()}


def _wake_entities(topics: Topics, name: str, words: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    return {
        "wake_word": {
            "platform": "select",
            "icon": "mdi:ear-hearing",
            "entity_category": "config",
            "options": list(words),
            "state_topic": topics.satellite(name, "wake_word"),
            "command_topic": topics.satellite(name, "wake_word/set"),
        },
        "wake_sensitivity": {
            "platform": "number",
            "icon": "mdi:tune",
            "entity_category": "config",
            "min": 0,
            "max": 100,
            "state_topic": topics.satellite(name, "wake_sensitivity"),
            "command_topic": topics.satellite(name, "wake_sensitivity/set"),
        },
    }
