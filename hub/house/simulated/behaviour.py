"""How a simulated device takes commands and what it reports: one class a kind, pure, without faults or delays."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol

from hub.house.file import Device
from hub.house.simulated.announce import speaks_json


class Behaviour(Protocol):
    """Topics are below the device's base topic; "" is the base topic itself."""

    def obey(self, topic: str, payload: str) -> None:
        """Take the command on ``<base>/<topic>``; one that makes no sense changes nothing."""

    def report(self) -> dict[str, str]:
        """What its state topics hold now."""


class Values:
    """A topic for each value, ``<value>`` and ``<value>/set``; ``set`` commands the state."""

    def __init__(self, values: dict[str, str], words: dict[str, str]) -> None:
        """words: what the state becomes by a command. values: first values, ``state`` among them."""
        self._values, self._words = values, words

    def obey(self, topic: str, payload: str) -> None:
        name = topic.removesuffix("/set")
        if topic == "set" and payload in self._words:
            self._values["state"] = self._words[payload]
        elif name in self._values and name != "state":
            self._values[name] = payload

    def report(self) -> dict[str, str]:
        return dict(self._values)


class Cover(Values):
    """Open and closed go with the position."""

    _POSITIONS = {"open": "100", "closed": "0"}  # noqa: RUF012 - never changed

    def __init__(self, state: str, position: Any) -> None:
        at = self._POSITIONS.get(state, "0") if position is None else str(position)
        super().__init__({"state": state, "position": at}, {"OPEN": "open", "CLOSE": "closed"})

    def obey(self, topic: str, payload: str) -> None:
        super().obey(topic, payload)
        if topic == "set":
            self._values["position"] = self._POSITIONS[self._values["state"]]
        else:
            self._values["state"] = "closed" if self._values["position"] == "0" else "open"


class JsonLight:
    """The json schema: a message may hold just what shall change."""

    def __init__(self, state: str, attributes: dict[str, Any]) -> None:
        self._values: dict[str, Any] = {"state": state, "brightness": 255} | attributes

    def obey(self, topic: str, payload: str) -> None:
        wanted = _object(payload)
        if topic == "set":
            self._values |= {
                key: wanted[key] for key in ("state", "brightness", "color", "color_temp") if key in wanted
            }

    def report(self) -> dict[str, str]:
        return {"": json.dumps(self._values)}


class JsonState:
    """One JSON state message, a command topic for some of its values."""

    def __init__(self, values: dict[str, Any], commands: dict[str, Callable[[str], dict[str, Any]]]) -> None:
        self._values, self._commands = values, commands

    def obey(self, topic: str, payload: str) -> None:
        if topic in self._commands:
            self._values |= self._commands[topic](payload)

    def report(self) -> dict[str, str]:
        return {"": json.dumps(self._values)}


class Pressed:
    """A scene or a button: nothing to report, but it remembers being pressed."""

    def __init__(self) -> None:
        self.presses = 0

    def obey(self, topic: str, payload: str) -> None:
        self.presses += topic == "set" and payload in {"ON", "PRESS"}

    def report(self) -> dict[str, str]:
        return {}


def behaviour(device: Device) -> Behaviour:
    return _BEHAVIOURS[device.component](device)


def _light(device: Device) -> Behaviour:
    state = (device.state or "OFF").upper()
    if speaks_json(device):
        return JsonLight(state, device.attributes)
    values = {"state": state, "brightness": "255", "rgb": "255,255,255", "color_temp": "370"}
    return Values(values | {key: str(value) for key, value in device.attributes.items()}, {"ON": "ON", "OFF": "OFF"})


def _switch(device: Device) -> Behaviour:
    return Values({"state": (device.state or "OFF").upper()}, {"ON": "ON", "OFF": "OFF"})


def _fan(device: Device) -> Behaviour:
    state = (device.state or "OFF").upper()
    return Values({"state": state, "speed": str(device.attributes.get("percentage", 0))}, {"ON": "ON", "OFF": "OFF"})


def _cover(device: Device) -> Behaviour:
    return Cover((device.state or "closed").lower(), device.attributes.get("position"))


def _lock(device: Device) -> Behaviour:
    words = {"LOCK": {"lock": "LOCKED"}, "UNLOCK": {"lock": "UNLOCKED"}}
    return JsonState({"lock": (device.state or "LOCKED").upper()}, {"set": lambda word: words.get(word, {})})


def _climate(device: Device) -> Behaviour:
    modes = {"off", "heat", "cool"}
    values = {
        "mode": device.state or "off",
        "target": device.attributes.get("temperature", 20.0),
        "now": device.attributes.get("current_temperature", 20.0),
    }
    commands: dict[str, Callable[[str], dict[str, Any]]] = {
        "mode/set": lambda word: {"mode": word} if word in modes else {},
        "temperature/set": lambda word: {"target": float(word)} if word.replace(".", "", 1).isdigit() else {},
    }
    return JsonState(values, commands)


def _sensor(device: Device) -> Behaviour:
    return JsonState({"value": device.state}, {})


def _binary_sensor(device: Device) -> Behaviour:
    return Values({"state": (device.state or "OFF").upper()}, {})


def _press(_: Device) -> Behaviour:
    return Pressed()


def _object(payload: str) -> dict[str, Any]:
    try:
        document = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


_BEHAVIOURS: dict[str, Callable[[Device], Behaviour]] = {
    "light": _light,
    "switch": _switch,
    "fan": _fan,
    "cover": _cover,
    "lock": _lock,
    "climate": _climate,
    "sensor": _sensor,
    "binary_sensor": _binary_sensor,
    "scene": _press,
    "button": _press,
}
