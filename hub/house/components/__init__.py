"""One module per kind of Home Assistant MQTT component: its options to the dialect that its devices speak."""

from __future__ import annotations

from collections.abc import Callable

from hub.house.components.climate import climate
from hub.house.components.cover import cover
from hub.house.components.fan import fan
from hub.house.components.light import light
from hub.house.components.simple import binary_sensor, button, lock, scene, sensor, switch
from hub.house.dialect import Dialect, Options

DIALECTS: dict[str, Callable[[Options], Dialect]] = {
    "binary_sensor": binary_sensor,
    "button": button,
    "climate": climate,
    "cover": cover,
    "fan": fan,
    "light": light,
    "lock": lock,
    "scene": scene,
    "sensor": sensor,
    "switch": switch,
}
