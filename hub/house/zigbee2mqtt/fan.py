"""Fans of zigbee2mqtt: on and off, and a speed in words or in numbers."""

from __future__ import annotations

from hub.house.errors import DiscoveryInvalid
from hub.house.json_messages import JsonDialect, among, amount
from hub.house.zigbee2mqtt.documents import Expose, Found, Node, endpoint_label, object_id

_SPEEDS = ("low", "medium", "high", *"123456789")  # slowest first


def fan(expose: Expose, node: Node) -> Found:
    state, mode, speed = expose.feature("state"), expose.feature("mode"), expose.feature("speed")
    speeds = [] if mode is None else [word for word in _SPEEDS if word in mode.words]
    dialect = JsonDialect(node.topic, f"{node.topic}/set")
    if state is not None:
        on, off = state.value_on or "ON", state.value_off or "OFF"
        dialect.reads("state", state.key, among({off: "off", on: "on"}))
        dialect.writes("state", state.key, lambda wanted: on if wanted == "on" else off)
    elif mode is not None:
        dialect.reads("state", mode.key, lambda word: "off" if word == "off" else "on")
        dialect.writes("state", mode.key, lambda wanted: "on" if wanted == "on" else "off")
    else:
        raise DiscoveryInvalid("fan has no state or mode")
    steps = 100.0
    if mode is not None and speeds:
        steps = float(len(speeds))
        _read_words(dialect, mode, speeds)
    elif speed is not None and speed.settable:
        steps = max(1.0, (speed.value_max or 100.0) - (speed.value_min or 1.0) + 1)
        _read_numbers(dialect, speed)
    built = dialect.build({"percentage_step": 100 / steps}, enough="percentage")  # a speed starts the fan
    return Found("fan", object_id("fan", expose), built, endpoint_label(expose))


def _read_words(dialect: JsonDialect, mode: Expose, speeds: list[str]) -> None:
    percents = {word: round((place + 1) * 100 / len(speeds)) for place, word in enumerate(speeds)}
    dialect.reads("percentage", mode.key, among({"off": 0, **percents}))
    dialect.writes(
        "percentage",
        mode.key,
        lambda wanted: min(speeds, key=lambda word: abs(percents[word] - wanted)) if wanted else "off",
    )


def _read_numbers(dialect: JsonDialect, speed: Expose) -> None:
    top = speed.value_max or 100.0

    def percent(value: object) -> int | None:
        number = amount(value)
        return None if number is None else min(100, max(0, round(number * 100 / top)))

    dialect.reads("percentage", speed.key, percent)
    dialect.writes("percentage", speed.key, lambda wanted: round(wanted * top / 100))
