"""How simulated devices take commands and what they report: what kinds share. Pure, without faults or delays."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol

from hub.house.dialect import json_object


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

    def __init__(self, state: str, position: Any, more: dict[str, str]) -> None:
        """more: values that do not move it."""
        at = self._POSITIONS.get(state, "0") if position is None else str(position)
        super().__init__({"state": state, "position": at, **more}, {"OPEN": "open", "CLOSE": "closed"})

    def obey(self, topic: str, payload: str) -> None:
        super().obey(topic, payload)
        if topic == "set":
            self._values["position"] = self._POSITIONS[self._values["state"]]
        elif topic == "position/set":
            self._values["state"] = "closed" if self._values["position"] == "0" else "open"


class JsonLight:
    """The json schema: a message may hold just what shall change."""

    _KEYS = ("state", "brightness", "color", "color_temp", "effect")

    def __init__(self, state: str, attributes: dict[str, Any]) -> None:
        self._values: dict[str, Any] = {"state": state, "brightness": 255} | attributes

    def obey(self, topic: str, payload: str) -> None:
        wanted = json_object(payload) or {}
        if topic == "set":
            self._values |= {key: wanted[key] for key in self._KEYS if key in wanted}

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


class Held:
    """A state that is whatever it was set to, if that is allowed."""

    def __init__(self, state: str, allowed: Callable[[str], bool]) -> None:
        self._state, self._allowed = state, allowed

    def obey(self, topic: str, payload: str) -> None:
        if topic == "set" and self._allowed(payload):
            self._state = payload

    def report(self) -> dict[str, str]:
        return {"state": self._state}


class Pressed:
    """A scene or a button: nothing to report, but it remembers being pressed."""

    def __init__(self) -> None:
        self.presses = 0

    def obey(self, topic: str, payload: str) -> None:
        self.presses += topic == "set" and payload in {"ON", "PRESS"}

    def report(self) -> dict[str, str]:
        return {}
