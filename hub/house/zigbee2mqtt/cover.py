"""Covers of zigbee2mqtt. Position 100 is open; the state word follows it; some tell which way they move."""

from __future__ import annotations

from typing import Any

from hub.house.dialect import Reader, Values
from hub.house.errors import DiscoveryInvalid
from hub.house.json_messages import JsonDialect, amount, document
from hub.house.zigbee2mqtt.documents import Expose, Found, Node, endpoint_label, object_id

_WORDS = {"OPEN": "open", "CLOSE": "closed"}
_COMMANDS = {"open": "OPEN", "closed": "CLOSE"}
_MOVING = {  # the words of motor_state and moving, as zigbee2mqtt's discovery for Home Assistant knows them
    **dict.fromkeys(("opening", "open", "forward", "up", "rising"), "opening"),
    **dict.fromkeys(("closing", "close", "backward", "back", "reverse", "down", "declining"), "closing"),
}


def cover(expose: Expose, node: Node) -> Found:
    state, position = expose.feature("state"), expose.feature("position")
    motor = next((each for each in node.exposes if each.name in {"motor_state", "moving"} and each.values), None)
    if state is None and position is None:
        raise DiscoveryInvalid("cover has no state or position")
    dialect = JsonDialect(node.topic, f"{node.topic}/set")
    names = ["state", *(["position"] if position is not None else [])]
    dialect.reader(_reader(_key(state), _key(position), _key(motor)), *names)
    if position is not None and position.settable:
        dialect.writes("position", position.key, round)
    if state is not None and state.settable:
        dialect.writes("state", state.key, _COMMANDS.__getitem__)
        if "STOP" in state.values or not state.values:
            dialect.writes("stop", state.key, lambda _: "STOP")
    elif position is not None:
        dialect.writes("state", position.key, lambda wanted: 100 if wanted == "open" else 0)
    return Found("cover", object_id("cover", expose), dialect.build(), endpoint_label(expose))


def _key(feature: Expose | None) -> str | None:
    return None if feature is None else feature.key


def _reader(state: str | None, position: str | None, motor: str | None) -> Reader:
    def read(payload: str) -> Values | None:
        message = document(payload)
        values: dict[str, Any] = {}
        percent = amount(message.get(position)) if position else None
        if percent is not None:
            values["position"] = min(100, max(0, round(percent)))
            values["state"] = "open" if values["position"] else "closed"
        elif state and (word := _WORDS.get(str(message.get(state)))):
            values["state"] = word
        if motor and (direction := _MOVING.get(str(message.get(motor)).lower())):
            values["state"] = direction
        return values

    return read
