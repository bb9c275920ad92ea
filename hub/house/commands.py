"""What an intent wants of one entity: the values it shall have then, under Home Assistant's name for that. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.house.colors import NAMED, rgb_to_hs
from hub.house.dialect import Values
from hub.stages import Entity


@dataclass(frozen=True, slots=True)
class Command:
    """name: as the service of Home Assistant is called. wanted: see hub.house.dialect."""

    name: str
    wanted: Values


class CannotDo(Exception):
    """Of this entity; the reason is a short lower-case word for logs."""


def command_for(intent: str, slots: Mapping[str, Any], entity: Entity) -> Command:
    """Raises CannotDo."""
    return _COMMANDS[intent](slots, entity)


def _turn_on(_: Mapping[str, Any], entity: Entity) -> Command:
    match entity.domain:
        case "light" | "switch" | "fan":
            return Command("turn_on", {"state": "on"})
        case "cover":
            return Command("open_cover", {"state": "open"})
        case "lock":  # as in Home Assistant: on is locked
            return Command("lock", {"state": "locked"})
        case "climate" if mode := entity.attributes.get("turn_on_mode"):
            return Command("turn_on", {"state": mode})
        case "button":
            return Command("press", {"press": True})
        case "scene":
            return Command("turn_on", {"press": True})
    raise CannotDo("not-switchable")


def _turn_off(_: Mapping[str, Any], entity: Entity) -> Command:
    match entity.domain:
        case "light" | "switch" | "fan" | "climate":
            return Command("turn_off", {"state": "off"})
        case "cover":
            return Command("close_cover", {"state": "closed"})
        case "lock":
            return Command("unlock", {"state": "unlocked"})
    raise CannotDo("not-switchable")


def _toggle(slots: Mapping[str, Any], entity: Entity) -> Command:
    active = {"on", "open", "locked", "heat", "cool", "auto", "heat_cool"}
    return _turn_off(slots, entity) if entity.state in active else _turn_on(slots, entity)


def _light_set(slots: Mapping[str, Any], _: Entity) -> Command:
    wanted: dict[str, Any] = {"state": "on"}
    if "brightness" in slots:
        percent = _between(slots["brightness"], 0, 100)
        if percent == 0:
            return Command("turn_off", {"state": "off"})
        wanted["brightness"] = max(1, round(percent * 255 / 100))
    if "color" in slots:
        rgb = NAMED.get(str(slots["color"]).lower())
        if rgb is None or not any(rgb):  # no lamp shines black
            raise CannotDo("unknown-color")
        wanted["hs_color"] = rgb_to_hs(rgb)
    if "temperature" in slots:
        wanted["color_temp_kelvin"] = round(_between(slots["temperature"], 1000, 20_000))
    if len(wanted) == 1:
        raise CannotDo("nothing-to-set")
    return Command("turn_on", wanted)


def _set_position(slots: Mapping[str, Any], _: Entity) -> Command:
    return Command("set_cover_position", {"position": round(_between(slots.get("position"), 0, 100))})


def _stop(_: Mapping[str, Any], __: Entity) -> Command:
    return Command("stop_cover", {"stop": True})


def _fan_speed(slots: Mapping[str, Any], _: Entity) -> Command:
    percentage = round(_between(slots.get("percentage"), 0, 100))
    if percentage == 0:
        return Command("turn_off", {"state": "off"})
    return Command("set_percentage", {"state": "on", "percentage": percentage})


def _set_temperature(slots: Mapping[str, Any], entity: Entity) -> Command:
    low, high = entity.attributes.get("min_temp", 7), entity.attributes.get("max_temp", 35)
    return Command("set_temperature", {"temperature": _between(slots.get("temperature"), low, high)})


def _set_fan_mode(slots: Mapping[str, Any], entity: Entity) -> Command:
    mode, known = str(slots.get("fan_mode", "")), entity.attributes.get("fan_modes") or ()
    chosen = next((each for each in known if each.lower() == mode.lower()), None)
    if chosen is None:
        raise CannotDo("unknown-mode")
    return Command("set_fan_mode", {"fan_mode": chosen})


def _between(value: Any, low: float, high: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise CannotDo("no-number") from None
    if not low <= number <= high:
        raise CannotDo("out-of-range")
    return int(number) if number.is_integer() else number


_COMMANDS: Mapping[str, Callable[[Mapping[str, Any], Entity], Command]] = {
    "HassTurnOn": _turn_on,
    "HassTurnOff": _turn_off,
    "HassToggle": _toggle,
    "HassLightSet": _light_set,
    "HassSetPosition": _set_position,
    "HassStopMoving": _stop,
    "HassFanSetSpeed": _fan_speed,
    "HassClimateSetTemperature": _set_temperature,
    "HassClimateSetFanMode": _set_fan_mode,
}
COMMANDS = frozenset(_COMMANDS)
