"""Thermostats of zigbee2mqtt: mode, set point, measured temperature, fan mode and preset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.house.json_messages import JsonDialect, amount
from hub.house.zigbee2mqtt.documents import Expose, Found, Node, endpoint_label, object_id
from hub.house.zigbee2mqtt.simple import required

_SET_POINTS = ("occupied_heating_setpoint", "current_heating_setpoint", "occupied_cooling_setpoint")
_TURN_ON = ("heat", "auto", "cool")  # what "on" means, the first one that the device has
_FAHRENHEIT = "°F"


def climate(expose: Expose, node: Node) -> Found:
    set_point = required(expose, *_SET_POINTS)
    dialect = JsonDialect(node.topic, f"{node.topic}/set")
    dialect.reads("temperature", set_point.key, amount)
    dialect.writes("temperature", set_point.key)
    if (measured := expose.feature("local_temperature")) is not None:
        dialect.reads("current_temperature", measured.key, amount)
    modes = _choice(dialect, "state", expose.feature("system_mode"))
    fan_modes = _choice(dialect, "fan_mode", expose.feature("fan_mode"))
    _choice(dialect, "preset_mode", expose.feature("preset"))
    fixed = {
        "hvac_modes": modes,
        "turn_on_mode": next((mode for mode in _TURN_ON if mode in modes), None),
        "fan_modes": fan_modes,
        "min_temp": 5 if set_point.value_min is None else set_point.value_min,
        "max_temp": 35 if set_point.value_max is None else set_point.value_max,
        "temperature_unit": _FAHRENHEIT if set_point.unit == _FAHRENHEIT else "°C",
    }
    return Found("climate", object_id("climate", expose), dialect.build(fixed), endpoint_label(expose))


def _choice(dialect: JsonDialect, name: str, feature: Expose | None) -> tuple[str, ...]:
    """The words that may be chosen."""
    if feature is None:
        return ()
    words = feature.words
    if feature.published:
        dialect.reads(name, feature.key, _one_of(words))
    if feature.settable:
        dialect.writes(name, feature.key)
    return words


def _one_of(words: tuple[str, ...]) -> Callable[[Any], str | None]:
    return lambda value: value if isinstance(value, str) and value in words else None
