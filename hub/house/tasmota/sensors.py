"""Sensors of Tasmota: an example message of its telemetry, in which every number is a sensor by its key."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from hub.house.dialect import DialectBuilder, Options
from hub.house.json_messages import amount, told
from hub.house.naming import slug, spoken
from hub.house.tasmota.documents import Config, Found

_MAX_SENSORS = 100
_MAX_DEPTH = 3  # {"TX23": {"Speed": {"Act": 14.8}}}
_PASSED_OVER = re.compile(r"Time|PN532|RDM6300|Shutter\d+|Switch\d+|Button\d+")
_CHIP = "ESP32"  # how warm the device itself is


@dataclass(frozen=True, slots=True)
class _Quantity:
    device_class: str | None
    unit: str
    exposed: bool = True


_QUANTITIES: Mapping[str, _Quantity] = {
    "Temperature": _Quantity("temperature", "TempUnit"),
    "Humidity": _Quantity("humidity", "%"),
    "Pressure": _Quantity("atmospheric_pressure", "PressureUnit"),
    "Illuminance": _Quantity("illuminance", "lx"),
    "CarbonDioxide": _Quantity("carbon_dioxide", "ppm"),
    "PM2.5": _Quantity("pm25", "µg/m³"),
    "PM10": _Quantity("pm10", "µg/m³"),
    "Moisture": _Quantity("moisture", "%"),
    "Power": _Quantity("power", "W"),
    "Today": _Quantity("energy", "kWh"),
    "Total": _Quantity("energy", "kWh", exposed=False),
    "Yesterday": _Quantity("energy", "kWh", exposed=False),
    "Voltage": _Quantity("voltage", "V", exposed=False),
    "Current": _Quantity("current", "A", exposed=False),
    "Battery": _Quantity("battery", "%", exposed=False),
}
_UNITS = {"C": "°C", "F": "°F"}  # written without the sign


def sensors(config: Config, example: Mapping[str, Any]) -> list[Found]:
    """example: what its telemetry looked like (``sn``)."""
    paths = list(islice(_paths(example), _MAX_SENSORS))
    alike = Counter(_quantity(path) for path in paths)
    return [_sensor(config, example, path, alone=alike[_quantity(path)] == 1) for path in paths]


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """To every number that stands in an object of a sensor's name, in the order of the message."""
    if isinstance(value, dict) and len(path) < _MAX_DEPTH:
        for key, below in value.items():
            if path or (not _PASSED_OVER.fullmatch(key) and isinstance(below, dict)):
                yield from _paths(below, (*path, key))
    elif isinstance(value, list) and path:
        for place, below in enumerate(value[:_MAX_SENSORS]):
            if _measured(below):
                yield (*path, place)
    elif path and _measured(value):
        yield path


def _measured(value: Any) -> bool:
    """A text of digits is a serial number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _quantity(path: tuple[str | int, ...]) -> str:
    return next(step for step in reversed(path) if isinstance(step, str))


def _sensor(config: Config, example: Mapping[str, Any], path: tuple[str | int, ...], *, alone: bool) -> Found:
    name = _quantity(path)
    known = _QUANTITIES.get(name, _Quantity(None, "", exposed=False))
    unit = example.get(known.unit, known.unit)  # of some it stands in the message
    builder = DialectBuilder(Options({}))
    for topic, below in ((config.telemetry_topic("SENSOR"), ()), (config.status_topic("STATUS10"), ("StatusSNS",))):
        builder.reader(topic, told("state", *below, *path, parse=_text), "state")
    label = name if alone else " ".join(str(step + 1 if isinstance(step, int) else step) for step in path)
    return Found(
        "sensor",
        slug("_".join(map(str, path))),
        spoken(f"{config.device_name or config.topic} {label}"),
        builder.build(),
        known.device_class,
        _UNITS.get(unit, unit) if isinstance(unit, str) and unit else None,
        known.exposed and path[0] != _CHIP,
    )


def _text(value: Any) -> str | None:
    number = amount(value)
    return None if number is None else str(number)
