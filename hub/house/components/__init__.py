"""One module per kind of Home Assistant MQTT component: its options to the dialect that its devices speak."""

from __future__ import annotations

from collections.abc import Callable

from hub.house.components.alarm import alarm_control_panel
from hub.house.components.climate import climate
from hub.house.components.cover import cover
from hub.house.components.fan import fan
from hub.house.components.humidifier import humidifier
from hub.house.components.light import light
from hub.house.components.news import event, update
from hub.house.components.robots import lawn_mower, vacuum
from hub.house.components.settable import number_entity, select, text
from hub.house.components.simple import binary_sensor, button, lock, scene, sensor, switch
from hub.house.components.siren import siren
from hub.house.components.valve import valve
from hub.house.components.water_heater import water_heater
from hub.house.dialect import Dialect, Options

DIALECTS: dict[str, Callable[[Options], Dialect]] = {
    "alarm_control_panel": alarm_control_panel,
    "binary_sensor": binary_sensor,
    "button": button,
    "climate": climate,
    "cover": cover,
    "event": event,
    "fan": fan,
    "humidifier": humidifier,
    "lawn_mower": lawn_mower,
    "light": light,
    "lock": lock,
    "number": number_entity,
    "scene": scene,
    "select": select,
    "sensor": sensor,
    "siren": siren,
    "switch": switch,
    "text": text,
    "update": update,
    "vacuum": vacuum,
    "valve": valve,
    "water_heater": water_heater,
}
