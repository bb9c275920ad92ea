"""What devices of zigbee2mqtt tell besides: binary, numeric and enum values, as sensors."""

from __future__ import annotations

from typing import Any

from hub.house.json_messages import JsonDialect, among, amount
from hub.house.zigbee2mqtt.documents import Expose, Found, Node, endpoint_label

_MAX_STATE = 255

# Device classes as in zigbee2mqtt's discovery for Home Assistant (lib/extension/homeassistant.ts).
_BINARY = {
    "battery_low": "battery",
    "carbon_monoxide": "carbon_monoxide",
    "contact": "door",
    "garage_door_contact": "garage_door",
    "gas": "gas",
    "moving": "moving",
    "occupancy": "motion",
    "presence": "presence",
    "smoke": "smoke",
    "tamper": "tamper",
    "vibration": "vibration",
    "water_leak": "moisture",
    "window": "window",
}
_NUMERIC = {
    "battery": "battery",
    "co2": "carbon_dioxide",
    "current": "current",
    "device_temperature": "temperature",
    "energy": "energy",
    "humidity": "humidity",
    "illuminance": "illuminance",
    "illuminance_lux": "illuminance",
    "local_temperature": "temperature",
    "pm10": "pm10",
    "pm25": "pm25",
    "power": "power",
    "pressure": "atmospheric_pressure",
    "soil_moisture": "moisture",
    "temperature": "temperature",
    "voltage": "voltage",
}
_MAIN = tuple(
    name for name in _BINARY if name not in {"battery_low", "moving", "tamper"}
)  # what a device is bought for
_NOT_SPOKEN = {
    *("action", "action_code", "battery", "battery_low", "battery_voltage", "click", "current", "device_temperature"),
    *("linkquality", "tamper", "test", "update_available", "voltage"),
}


def sensor(expose: Expose, node: Node, *, alone: bool) -> Found | None:
    """alone: the device has no other function that bears its name. None: of no use to a voice."""
    if not expose.published or not expose.key:
        return None
    spoken = expose.name not in _NOT_SPOKEN and not expose.category and not expose.settable
    object_id = f"{expose.name}_{expose.endpoint}" if expose.endpoint else expose.name
    label = " ".join(filter(None, (_label(expose), endpoint_label(expose))))
    dialect = JsonDialect(node.topic, f"{node.topic}/set")
    if expose.type == "binary":
        main = next((name for name in _MAIN if any(each.name == name for each in node.exposes)), None)
        label = "" if alone and expose.name == main and not expose.endpoint else label
        dialect.reads("state", expose.key, among({expose.value_off: "off", expose.value_on: "on"}))
        if expose.settable:  # a setting: known, but not switched with "all switches"
            dialect.writes("state", expose.key, lambda wanted: expose.value_on if wanted == "on" else expose.value_off)
            return Found("switch", object_id, dialect.build(), label, exposed=False)
        return Found("binary_sensor", object_id, dialect.build(), label, _BINARY.get(expose.name), exposed=spoken)
    dialect.reads("state", expose.key, _number if expose.type == "numeric" else _word)
    device_class = _NUMERIC.get(expose.name) if expose.unit else None
    return Found("sensor", object_id, dialect.build(), label, device_class, expose.unit, spoken)


def _label(expose: Expose) -> str:
    return expose.label or expose.name.replace("_", " ").capitalize()


def _number(value: Any) -> str | None:
    number = amount(value)
    return None if number is None else str(number)


def _word(value: Any) -> str | None:
    return str(value).lower()[:_MAX_STATE] if isinstance(value, str | int | float) and value != "" else None
